"""Faults of a file as a whole: unreadable, no header, missing or doubled columns, another year, hidden data.

Belongs here: findings that a reader can tell from one file. Faults of single cells are the checks' business.
"""

from __future__ import annotations

import re

from schemas import Dataset, Scope, Table
from selfeval.model import Finding
from selfeval.sources.header import Located
from selfeval.sources.scan import RawFile
from selfeval.sources.text import Sheet, Unreadable

_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年")


def unreadable(error: Unreadable, raw: RawFile, dataset: Dataset) -> Finding:
    """The finding for a file that cannot be read."""
    return Finding(
        error.rule,
        "error",
        f"文件“{raw.name}”{error.what}。",
        f"{error.fix}。",
        dataset=dataset.name,
        file=raw.name,
        row=error.row,
    )


def structure_findings(
    raw: RawFile, dataset: Dataset, sheet: Sheet, table: Table | None, located: Located | None, scope: Scope
) -> list[Finding]:
    """What is wrong with one sheet (or text file) as a whole; `table` None: no table of this dataset is looked for here."""

    def finding(rule: str, severity: str, message: str, fix: str, row: int | None = None, column: str | None = None) -> Finding:
        return Finding(
            rule,
            severity,  # type: ignore[arg-type]
            message,
            fix,
            dataset=dataset.name,
            file=raw.name,
            sheet=sheet.name,
            row=row,
            column=column,
        )

    if table is None:
        if not any(cell.strip() for _, cells in sheet.rows for cell in cells):
            return []
        return [finding("source.sheet.unknown", "info", f"工作表“{sheet.name}”不属于本数据，未读取。", "如需计入，请按规定的名称命名工作表。")]
    if located is None:
        return [_no_header(finding, table, sheet, scope)]
    found = []
    for label in located.missing:
        found.append(
            finding("source.column.missing", "error", f"缺少“{label}”列。", f"请在表头补上“{label}”列后重新导出。", located.header_row, label)
        )
    for label in located.doubled:
        found.append(
            finding("source.column.doubled", "error", f"“{label}”列出现了两次，无法确定以哪一列为准。", "请只保留正确的一列。", located.header_row, label)
        )
    for label in located.extra:
        if label not in located.doubled and not label.endswith("_2"):
            found.append(
                finding("source.column.unknown", "info", f"“{label}”列不在规定的列中，不参与计算。", "如是改了名的列，请改回原名或在单位设置.toml中登记别名。", located.header_row, label)
            )
    if sheet.delimiter not in (None, ",", "\t"):
        found.append(
            finding("source.delimiter", "warning", f"各列之间用的是“{sheet.delimiter}”而不是逗号，已照此读取。", "请核对列是否对齐，或重新导出为逗号分隔。", located.header_row)
        )
    if not located.rows and table.needed:
        severity = "error" if dataset.needed else "warning"
        found.append(finding("source.no_rows", severity, f"“{table.label}”只有表头，没有数据。", "请重新导出完整的数据。", located.header_row))
    found += _other_year(finding, table, located, scope)
    return found


def _no_header(finding, table: Table, sheet: Sheet, scope: Scope) -> Finding:  # type: ignore[no-untyped-def]
    labels = [c.title for c in table.schema(scope).columns.values() if c.required]
    listed = "、".join(f"“{label}”" for label in labels)
    if not any(cell.strip() for _, cells in sheet.rows for cell in cells):
        return finding("source.empty", "error", f"“{table.label}”是空表，没有表头和数据。", "请重新导出完整的数据。")
    return finding("source.header", "error", f"没有找到“{table.label}”的表头。", f"表头应有{listed}各列，请按原格式重新导出。", 1)


def _other_year(finding, table: Table, located: Located, scope: Scope) -> list[Finding]:  # type: ignore[no-untyped-def]
    """A title that names another year than the one reported on; sheets a period name other years rightly."""
    if table.keep_sheet:
        return []
    return [
        finding(
            "source.year",
            "error",
            f"表名“{title}”写的是{match[1]}年，与本次填报的{scope.year}年不符。",
            f"请换成{scope.year}年的数据；只是表名写错的，改正表名。",
            row,
        )
        for row, title in located.titles
        if (match := _YEAR.search(title)) and int(match[1]) != scope.year
    ]
