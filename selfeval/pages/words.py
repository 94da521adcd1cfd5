"""The words and the cap that the page and the workbook of findings share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from selfeval.model import Finding

#: Findings of one rule shown in the page and the workbook.
CAP = 200
SEVERITY_WORDS = {"error": "错误（须改正）", "warning": "警告（请核对）", "info": "提示"}


def capped(findings: Sequence[Finding]) -> tuple[list[Finding], dict[str, int]]:
    """The first CAP findings of each rule, and how many of which rule were left out."""
    kept: list[Finding] = []
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.rule] += 1
        if seen[finding.rule] <= CAP:
            kept.append(finding)
    return kept, {rule: n - CAP for rule, n in seen.items() if n > CAP}
