"""`lint`: one report, and what is wrong with it.

Belongs here: the order of work and the tidying of findings. Does not belong here: exit codes and printing (flows/cli.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selfeval.lint.context import build
from selfeval.lint.model import LintFinding
from selfeval.lint.readers import read
from selfeval.lint.rules import families

_SEVERE = {"error": 0, "warning": 1, "info": 2}


def lint(path: Path, *, facts: Mapping[str, Any] | None = None, others: Sequence[Path] = ()) -> list[LintFinding]:
    """All findings of the report at `path`, errors first, else in reading order.

    `facts` is the content of a package's facts.json; `others` are further documents of the same unit to compare with.
    Raises LintError, in one Chinese sentence, when a file cannot be read.
    """
    context = build(read(path), facts, tuple(build(read(other)) for other in others))
    found = [finding for check in families() for finding in check(context)]
    return sorted(_once(found), key=lambda finding: _SEVERE[finding.severity])


def _once(found: Sequence[LintFinding]) -> list[LintFinding]:
    """The same words under the same rule are told once, at their first place; so are the same two values of one thing."""
    out: dict[tuple[str, str, str], LintFinding] = {}
    for finding in found:
        key = (finding.rule, finding.quoted, finding.expected)
        if finding.kind == "two-values":
            key = (finding.rule, " ".join(sorted(re.findall(r"\d[\d.]*", finding.quoted.replace(",", "")))), "")
        out.setdefault(key, finding)
    return list(out.values())
