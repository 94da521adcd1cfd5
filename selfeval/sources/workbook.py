"""Workbooks and Parquet → rows of cells as text, with the row number a person sees in the spreadsheet.

Numbers keep the fifteen digits that Excel keeps, dates become ISO text. What a column means does not belong here.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine as calamine

from selfeval.sources.text import Sheet, Unreadable

#: A sheet whose used range holds more cells is refused before it is unfolded in memory.
MAX_CELLS = 30_000_000
_OLE = b"\xd0\xcf\x11\xe0"


def cell_text(value: object) -> str:
    """A cell as text: 950000.0 → 950000, 137.551203 → 137.551203, a date → ISO, an empty cell → ""."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        number = Decimal(format(value, ".15g"))
        return format(number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize(), "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.timedelta):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def read_workbook(data: bytes) -> list[Sheet]:
    """All sheets of a workbook, hidden ones too. Raises Unreadable."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_sheet(book, meta) for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    except calamine.PasswordError as error:
        raise Unreadable("source.password", "设有打开密码，无法读取", "请去掉密码后重新保存") from error
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if data.startswith(_OLE) and b"E\0n\0c\0r\0y\0p\0t" in data[:1_000_000]:
            raise Unreadable("source.password", "设有打开密码，无法读取", "请去掉密码后重新保存") from error
        raise Unreadable("source.truncated", "已损坏或不是有效的Excel工作簿", "请重新导出或另存后放回原处") from error
    # calamine is Rust: a malformed file can end in a panic, which is no Exception.
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("source.truncated", "已损坏，无法读取", "请重新导出或另存后放回原处") from error


def _sheet(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata) -> Sheet:
    sheet = book.get_sheet_by_name(meta.name)
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if height * width > MAX_CELLS:
        raise Unreadable(
            "source.too_large",
            f"的工作表“{meta.name}”范围过大（{height}行{width}列）",
            "请删除数据区以外的空行空列后重新保存",
        )
    rows = [
        (number, [cell_text(value) for value in row])
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1)
    ]
    return Sheet(meta.name, rows, len(rows))


def read_parquet(data: bytes) -> Sheet:
    """A Parquet table; row n is its n-th record, the header has no line of its own. Raises Unreadable."""
    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError) as error:
        raise Unreadable("source.truncated", "已损坏或不是有效的Parquet文件", "请重新导出后放回原处") from error
    columns = [[cell_text(v) for v in column.to_pylist()] for column in table.columns]
    rows = [(0, list(table.column_names)), *((n, list(cells)) for n, cells in enumerate(zip(*columns, strict=True), 1))]
    return Sheet(None, rows, table.num_rows)
