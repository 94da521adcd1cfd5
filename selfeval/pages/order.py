"""In which order findings are told: what blocks most comes first, and what is missing before what is wrong.

Belongs here: order and counting, for the page, the workbook and the command. Neither words nor layout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfeval.model import Finding

_SEVERITY = {"error": 0, "warning": 1, "info": 2}
MISSING = "source.missing"


@dataclass(frozen=True)
class Tally:
    """How many files are missing, and how many places are wrong, in doubt, or worth a note."""

    missing: int
    wrong: int
    warnings: int
    notes: int

    @property
    def words(self) -> str:
        """缺3份、错5处；警告2处、提示36处"""
        wanted = [(self.missing, "缺{}份"), (self.wrong, "错{}处")]
        first = "、".join(said.format(n) for n, said in wanted if n) or "没有错误"
        rest = "、".join(f"{said}{n}处" for n, said in ((self.warnings, "警告"), (self.notes, "提示")) if n)
        return f"{first}；{rest}" if rest else first


def tally(findings: Sequence[Finding]) -> Tally:
    """The counts of a unit's findings; a grouped one counts as many places as it has rows."""
    counts = Counter[str]()
    for finding in findings:
        counts["missing" if finding.rule == MISSING else finding.severity] += finding.count
    return Tally(counts["missing"], counts["error"], counts["warning"], counts["info"])


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Errors before warnings before notes. Among them: files that are missing, then what keeps a file from being read,
    then the file with most to mend; within a file by sheet and row."""
    places: Mapping[tuple[str, str | None], int] = Counter(
        {
            key: sum(f.count for f in findings if (f.severity, f.file) == key)
            for key in {(f.severity, f.file) for f in findings}
        }
    )
    unread = {(f.severity, f.file) for f in findings if f.rule.startswith("source.") and f.severity == "error"}
    return sorted(
        findings,
        key=lambda f: (
            _SEVERITY[f.severity],
            f.rule != MISSING,
            (f.severity, f.file) not in unread,
            f.file is None,
            -places[f.severity, f.file],
            f.file or "",
            f.sheet or "",
            not f.rule.startswith("source."),
            f.row or 0,
            f.rule,
            f.column or "",
        ),
    )
