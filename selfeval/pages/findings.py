"""findings.json, findings.html and findings.xlsx of a unit.

JSON has every finding; the page and the workbook are capped a rule, with the rest in the quarantine files.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby

import xlsxwriter

from selfeval.model import Finding
from selfeval.pages.render import page

#: Findings of one rule shown in the page and the workbook.
CAP = 200
SEVERITY_WORDS = {"error": "错误（须改正）", "warning": "警告（请核对）", "info": "提示"}
STATUS_WORDS = {
    "issued": "已出报告",
    "blocked": "有错误，未出报告",
    "awaiting": "待报送",
    "to confirm": "待确认",
    "failed": "程序出错",
}
_COLUMNS = (
    ("级别", 14),
    ("数据", 18),
    ("文件", 30),
    ("工作表", 14),
    ("行", 8),
    ("列", 18),
    ("现值", 20),
    ("问题", 60),
    ("怎样改", 50),
    ("处数", 8),
    ("所有行", 24),
    ("规则", 30),
)


def as_json(findings: Sequence[Finding]) -> bytes:
    """findings.json: every finding in the contract's shape."""
    return (json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=1) + "\n").encode()


def capped(findings: Sequence[Finding]) -> tuple[list[Finding], dict[str, int]]:
    """The first CAP findings of each rule, and how many of which rule were left out."""
    kept: list[Finding] = []
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.rule] += 1
        if seen[finding.rule] <= CAP:
            kept.append(finding)
    return kept, {rule: n - CAP for rule, n in seen.items() if n > CAP}


def as_html(unit: str, name: str, year: int, status: str, findings: Sequence[Finding]) -> bytes:
    """findings.html: what blocks first, grouped by severity and file, in one page without scripts."""
    kept, left = capped(findings)
    groups = [
        (
            SEVERITY_WORDS[severity],
            severity,
            [(file, list(rows)) for file, rows in groupby(members, key=lambda f: f.file)],
        )
        for severity, members in ((s, [f for f in kept if f.severity == s]) for s in SEVERITY_WORDS)
        if members
    ]
    counts = {s: sum(f.count for f in findings if f.severity == s) for s in SEVERITY_WORDS}
    missing = sum(f.rule == "source.missing" for f in findings)
    return page(
        "findings.html.j2",
        unit=unit,
        name=name,
        year=year,
        status=STATUS_WORDS[status],
        groups=groups,
        counts=counts,
        missing=missing,
        wrong=counts["error"] - missing,
        left=left,
    )


def as_xlsx(findings: Sequence[Finding]) -> bytes:
    """findings.xlsx: a row a finding, with filters. Text is written as text, so that no cell runs as a formula."""
    kept, left = capped(findings)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed date, because nothing in a package comes from the clock.
    book.set_properties({"created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet("问题清单")
    head = book.add_format({"bold": True, "bg_color": "#D9E2EF", "border": 1, "valign": "vcenter"})
    fills = {"error": "#FBE3E1", "warning": "#FFF4D6", "info": "#FFFFFF"}
    body = {
        s: book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bg_color": colour})
        for s, colour in fills.items()
    }
    for index, (label, width) in enumerate(_COLUMNS):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, label, head)
    for line, f in enumerate(kept, 1):
        cells = (
            SEVERITY_WORDS[f.severity],
            f.dataset,
            f.file,
            f.sheet,
            f.row,
            f.column,
            f.value,
            f.message,
            f.fix,
            f.count,
            f.rows,
            f.rule,
        )
        for index, value in enumerate(cells):
            if isinstance(value, int):
                sheet.write_number(line, index, value, body[f.severity])
            else:
                sheet.write_string(line, index, (value or "")[:32_000], body[f.severity])
    for offset, (rule, count) in enumerate(sorted(left.items()), len(kept) + 2):
        sheet.write_string(offset, 7, f"规则{rule}另有{count}处未列出，见quarantine文件夹。")
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(kept), 1), len(_COLUMNS) - 1)
    book.close()
    return buffer.getvalue()
