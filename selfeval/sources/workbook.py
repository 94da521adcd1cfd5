"""Workbooks and Parquet → rows of cells as text, with the row number a person sees in the spreadsheet.

Numbers keep the fifteen digits that Excel keeps, dates become ISO text. What a column means does not belong here.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import lxml.html
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from selfeval.sources import old_workbook, sheet_biff, sheet_xml
from selfeval.sources.text import Merged, Row, Sheet, Unreadable

#: A sheet whose used range holds more cells is refused before it is unfolded in memory.
MAX_CELLS = 30_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_HTML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|meta|head|\?xml)", re.IGNORECASE)
_XML_BOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
#: Excel keeps fifteen digits of a number: a longer one has lost its end.
_LONG = 10**15
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def cell_text(value: object) -> str:
    """A cell as text: 950000.0 → 950000, 137.551203 → 137.551203, a date → ISO, an empty cell → ""."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float) and abs(value) >= _LONG:
        return f"{value:.5E}"
    if isinstance(value, float):
        number = Decimal(format(value, ".15g"))
        return format(number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.timedelta):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def is_workbook(data: bytes) -> bool:
    """Whether the content is a workbook, whatever the file is called."""
    return data.startswith((_OLE, _ZIP))


def is_html(data: bytes) -> bool:
    """Whether the content is a web page with a table, as some systems export under the name .xls."""
    return bool(_HTML.match(data)) and b"<t" in data.lower()


def is_xml_book(data: bytes) -> bool:
    """Whether the content is Excel 2003's XML, which some systems export under the name .xls."""
    return data[:200].lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<") and _XML_BOOK in data[:4000]


def read_workbook(data: bytes) -> list[Sheet]:
    """All sheets of a workbook, hidden ones too. Raises Unreadable."""
    try:
        if data.startswith(_OLE):
            return _old_sheets(data)
        facts, parts = sheet_xml.inspect(data)
        dense = {name for name, found in facts.items() if not found.sparse}
        sparse = {n: parts[n] for n in facts if n not in dense}
        return _sheets(calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)), data, facts, sparse)
    except (calamine.PasswordError, sheet_biff.Protected) as error:
        raise Unreadable("source.password", "设有打开密码，无法读取", "请去掉密码后重新保存") from error
    except sheet_xml.TooLarge as error:
        raise Unreadable("source.too_large", "解压后过大，已停止读取", "请删除数据区以外的内容后重新保存") from error
    except Unreadable:
        raise
    except Exception as error:  # openpyxl and calamine raise what the broken part makes them raise
        if data.startswith(_OLE) and b"E\0n\0c\0r\0y\0p\0t" in data:
            raise Unreadable("source.password", "设有打开密码，无法读取", "请去掉密码后重新保存") from error
        raise Unreadable("source.truncated", "已损坏或不是有效的Excel工作簿", "请重新导出或另存后放回原处") from error
    # calamine is Rust: a malformed file can end in a panic, which is no Exception.
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("source.truncated", "已损坏，无法读取", "请重新导出或另存后放回原处") from error


def _old_sheets(data: bytes) -> list[Sheet]:
    facts = sheet_biff.inspect(data)
    if not old_workbook.can_be_opened(data):
        raise Unreadable("source.truncated", "已损坏或不是有效的Excel工作簿", "请重新导出或另存后放回原处")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return _sheets(book, data, dict(zip((meta.name for meta in book.sheets_metadata), facts, strict=True)), {})


def _sheets(
    book: calamine.CalamineWorkbook, data: bytes, facts: dict[str, sheet_xml.SheetFacts], sparse: dict[str, str]
) -> list[Sheet]:
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = _sparse(data, meta.name, sparse[meta.name]) if meta.name in sparse else _dense(book, meta.name)
        found = facts.get(meta.name)
        if found:
            sheet.marks, sheet.hidden_rows, sheet.hidden_columns = found.marks, found.hidden_rows, found.hidden_columns
            sheet.epoch_1904 = found.epoch_1904
            _show_errors(sheet)
            _show_percents(sheet, found.percents)
        sheet.hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        sheets.append(sheet)
    return sheets


def _show_errors(sheet: Sheet) -> None:
    """Put #REF! and its like where calamine leaves an empty cell."""
    by_row = dict(sheet.rows)
    for row, column, kind, said in sheet.marks:
        if kind == "error_cell":
            cells = by_row.setdefault(row, [])
            cells += [""] * (column + 1 - len(cells))
            cells[column] = said
    if len(by_row) > len(sheet.rows):
        sheet.rows = sorted(by_row.items())
        sheet.lines = max(sheet.lines, sheet.rows[-1][0])


def _show_percents(sheet: Sheet, places: list[tuple[int, int]]) -> None:
    """Write a number whose format is a percentage as it is seen: 95% typed into a cell is kept as 0.95."""
    by_row = dict(sheet.rows) if places else {}
    for row, column in places:
        cells = by_row.get(row, [])
        if column < len(cells) and _NUMBER.fullmatch(cells[column]):
            cells[column] = f"{cell_text(float(Decimal(cells[column]) * 100))}%"


def _dense(book: calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if height * width > MAX_CELLS:
        raise Unreadable(
            "source.too_large",
            f"的工作表“{name}”范围过大（{height}行{width}列）",
            "请删除数据区以外的空行空列后重新保存",
        )
    rows = [
        (number, [cell_text(value) for value in row])
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1)
    ]
    merged = [Merged(a + 1, b, c + 1, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
    return Sheet(name, rows, len(rows), merged=merged)


def _sparse(data: bytes, name: str, part: str) -> Sheet:
    """A sheet with few cells far apart, read without unfolding the range between them."""
    slim = io.BytesIO(sheet_xml.without_empty_cells(data, part))
    sheet = openpyxl.load_workbook(slim, read_only=True, data_only=True)[name]
    # Else every row is filled up to the last column of the sheet.
    sheet.reset_dimensions()
    rows: list[Row] = []
    lines = 0
    for lines, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if any(cell is not None and cell != "" for cell in cells):
            rows.append((lines, [cell_text(_dated(cell)) for cell in cells]))
    return Sheet(name, rows, lines)


def _dated(value: object) -> object:
    """openpyxl gives a day as midnight, calamine as a date."""
    return value.date() if isinstance(value, dt.datetime) and value.time() == dt.time() else value


def read_html(data: bytes) -> list[Sheet]:
    """The tables of a web page, one under the other: row n is its n-th <tr>. Raises Unreadable."""
    try:
        page = lxml.html.fromstring(data)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise Unreadable("source.unreadable", "不是有效的Excel工作簿", "请另存为Excel工作簿后放回原处") from error
    rows = [(n, list(_html_cells(row))) for n, row in enumerate(page.iter("tr"), 1)]
    return [Sheet(None, rows, len(rows))]


def _html_cells(row: lxml.html.HtmlElement) -> Iterator[str]:
    for cell in row.iter("td", "th"):
        yield " ".join(cell.text_content().split())
        span = cell.get("colspan", "1")
        yield from [""] * (min(int(span), 100) - 1 if span.isdigit() else 0)


def read_parquet(data: bytes) -> Sheet:
    """A Parquet table; row n is its n-th record, the header has no line of its own. Raises Unreadable."""
    try:
        table = pq.read_table(io.BytesIO(data))
        columns = [[cell_text(v) for v in column.to_pylist()] for column in table.columns]
    # Text that is none and dates that Python has not turn up only when the values are taken out.
    except (pa.ArrowException, OSError, ValueError, OverflowError, ArithmeticError) as error:
        raise Unreadable("source.truncated", "已损坏或不是有效的Parquet文件", "请重新导出后放回原处") from error
    rows = [(0, list(table.column_names)), *((n, list(cells)) for n, cells in enumerate(zip(*columns, strict=True), 1))]
    return Sheet(None, rows, table.num_rows)
