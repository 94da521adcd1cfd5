"""findings.json and findings.html of a unit. The workbook is `workbook`'s.

JSON has every finding; the page is capped a rule, with the rest in the quarantine files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from urllib.parse import quote

from selfeval.model import Finding
from selfeval.pages.order import MISSING, by_weight, tally
from selfeval.pages.render import page
from selfeval.pages.words import SEVERITY_WORDS, capped

STATUS_WORDS = {
    "issued": "已出报告",
    "blocked": "有错误，未出报告",
    "awaiting": "待报送",
    "to confirm": "待确认",
    "failed": "程序出错",
}


def as_json(findings: Sequence[Finding]) -> bytes:
    """findings.json: every finding in the contract's shape."""
    return (json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=1) + "\n").encode()


def as_html(
    unit: str,
    name: str,
    year: int,
    status: str,
    findings: Sequence[Finding],
    aside: Mapping[str, int] | None = None,
) -> bytes:
    """findings.html: what blocks first, grouped by severity and file, in one page without scripts.

    `aside` tells how many rows of which dataset stand in its quarantine file.
    """
    kept, left = capped(by_weight(findings))
    shown = [f for f in kept if f.rule != MISSING]
    files = list(dict.fromkeys(f.file for f in shown))
    groups = [
        (SEVERITY_WORDS[s], s, list(_files(s, [f for f in shown if f.severity == s], files)))
        for s in SEVERITY_WORDS
        if any(f.severity == s for f in shown)
    ]
    return page(
        "findings.html.j2",
        unit=unit,
        name=name,
        year=year,
        status=STATUS_WORDS[status],
        groups=groups,
        tally=tally(findings),
        missing=[f for f in kept if f.rule == MISSING],
        overview=list(_overview(shown, findings, files, aside or {})),
        left=left,
    )


def _files(
    severity: str, findings: Sequence[Finding], files: Sequence[str | None]
) -> Iterator[tuple[str | None, str, list[Finding]]]:
    for file, members in groupby(findings, key=lambda f: f.file):
        yield file, f"{severity}-{files.index(file) + 1}", list(members)


def _overview(
    shown: Sequence[Finding], findings: Sequence[Finding], files: Sequence[str | None], aside: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """A line a file: how many places of each severity, and where its section and its quarantined rows are."""
    for number, file in enumerate(files, 1):
        counts = {s: sum(f.count for f in findings if f.file == file and f.severity == s) for s in SEVERITY_WORDS}
        first = next(f for f in shown if f.file == file)
        has = first.dataset is not None and aside.get(first.dataset)
        link = quote(f"quarantine/{first.dataset}.csv") if has else ""
        notes_only = not counts["error"] and not counts["warning"]
        yield {"file": file, "anchor": f"{first.severity}-{number}", **counts, "aside": link, "notes_only": notes_only}
