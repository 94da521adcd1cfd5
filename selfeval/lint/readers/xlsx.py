"""Workbooks: each sheet is a table (lines of one cell are paragraphs), merged cells laid out, numbers as Excel shows them.

Does not belong here: what the text means. Numbers are shown with their format, because a report is what a person sees:
0.9685 formatted as 0.00% is 96.85%.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from selfeval.lint.model import Block, Cell, Document, LintError, Paragraph, Row, Table
from selfeval.lint.numbers import half_up
from selfeval.lint.readers import guard


def read(data: bytes, name: str) -> Document:
    archive = guard.open_office(data, name)
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        raise LintError(f"“{name}”不是Excel工作簿，或已损坏，请重新另存为xlsx。")
    for path in names:
        if path.endswith((".xml", ".rels")):
            head = guard.member(archive, path, name)[:4096].replace(b"\0", b"")
            if re.search(rb"<!\s*(DOCTYPE|ENTITY)", head, re.I):
                raise LintError(f"“{name}”含有外部实体声明，存在安全风险，已拒绝读取。")
    import openpyxl  # slow to import; only a workbook needs it

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception as error:  # openpyxl lets every kind of error through for a damaged part
        raise LintError(f"“{name}”内部内容损坏（{type(error).__name__}），无法读取，请重新导出。") from None
    blocks: list[Block] = []
    for number, sheet in enumerate(book.worksheets, start=1):
        if sheet.sheet_state == "visible":
            blocks.extend(_sheet(sheet, number))
    return Document(name, tuple(blocks))


def _sheet(sheet: Any, number: int) -> list[Block]:
    height, width = sheet.max_row or 0, sheet.max_column or 0
    if height * width > guard.MAX_CELLS * 10:
        raise LintError(f"工作表“{sheet.title}”过大，不像一份报告，未予读取。")
    over = {}
    for area in sheet.merged_cells.ranges:
        text = _show(sheet.cell(area.min_row, area.min_col))
        for r in range(area.min_row, min(area.max_row, height) + 1):
            for c in range(area.min_col, min(area.max_col, width) + 1):
                over[r, c] = Cell(text, (r, c) != (area.min_row, area.min_col))
    blocks: list[Block] = []
    rows: list[Row] = []
    for r, line in enumerate(sheet.iter_rows(max_row=height, max_col=width), start=1):
        cells = tuple(over.get((r, c)) or Cell(_show(cell)) for c, cell in enumerate(line, start=1))
        place = f"工作表“{sheet.title}”第{r}行"
        own = [cell.text for cell in cells if cell.text.strip() and not cell.merged]
        if not own and not any(cell.text.strip() for cell in cells):
            continue
        if len(own) == 1 and len({cell.text for cell in cells if cell.text.strip()}) == 1:
            if rows:
                blocks.append(Table(tuple(rows), f"表{number}"))
                rows = []
            blocks.extend(Paragraph(part.strip(), place) for part in own[0].split("\n") if part.strip())
        else:
            rows.append(Row(cells, place))
    if rows:
        blocks.append(Table(tuple(rows), f"表{number}"))
    return blocks


def _show(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == dt.time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return _number(value, str(cell.number_format or "General"))
    return str(value).strip()


def _number(value: int | float, fmt: str) -> str:
    """The number as its format prints it; what a float drags along beyond 15 digits is not the author's."""
    try:
        number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return ""
    fmt = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", fmt.split(";")[0])
    percent = "%" in fmt
    group = "," if "#,##" in fmt else ""
    if percent:
        number *= 100
    decimals = re.search(r"0\.(0+)", fmt)
    if decimals or (percent and "." not in fmt) or re.fullmatch(r"[#,]*0", fmt.strip("_-* ()¥￥")):
        places = len(decimals[1]) if decimals else 0
        number = half_up(number, Decimal(1).scaleb(-places))
        text = f"{number:{group}.{places}f}"
    else:
        text = f"{number.normalize():f}" if number else "0"
    return text + ("%" if percent else "")
