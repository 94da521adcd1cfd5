"""Tables → the bytes of a workbook: .xlsx by openpyxl, .xls by xlwt. What is planted in them is `forms`' and `old`'s."""

from __future__ import annotations

import datetime as dt
import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import openpyxl
import xlwt
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from xlwt.CompoundDoc import XlsDoc

if TYPE_CHECKING:
    from bench.planted.paper import Doc, File

PERCENT = "0.00%"
_ERRORS = {"#REF!": 0x17, "#N/A": 0x2A, "#VALUE!": 0x0F, "#DIV/0!": 0x07}
_FILEPASS, _BOF, _BOUNDSHEET = 0x002F, 0x0809, 0x0085


def _cells(doc: Doc) -> Iterator[tuple[int, int, Any]]:
    """Cells with something in them, counted from 1; those under a merged one have nothing."""
    covered = {
        (r, c)
        for top, left, bottom, right in doc.merged
        for r in range(top, bottom + 1)
        for c in range(left, right + 1)
        if (r, c) != (top, left)
    }
    for r, line in enumerate(doc.lines, 1):
        for c, value in enumerate(line.cells, 1):
            if value not in ("", None) and (r, c) not in covered:
                yield r, c, value


def new(file: File) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    if file.epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    for doc in file.docs:
        sheet = book.create_sheet(doc.sheet)
        for r, c, value in _cells(doc):
            sheet.cell(r, c).value = value
            if c in doc.percents:
                sheet.cell(r, c).number_format = PERCENT
        for top, left, bottom, right in doc.merged:
            sheet.merge_cells(None, top, left, bottom, right)
        for row in doc.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        for column in doc.hidden_columns:
            sheet.column_dimensions[get_column_letter(column)].hidden = True
        for r, c in doc.formatted:
            sheet.cell(r, c).number_format = "0.00"
        if doc.hidden:
            sheet.sheet_state = "hidden"
    book.save(out)
    return out.getvalue()


def old(file: File) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    book.dates_1904 = file.epoch_1904
    styles = {code: xlwt.easyxf(num_format_str=code) for code in ("YYYY-MM-DD", "YYYY-MM-DD HH:MM:SS", PERCENT, "0.00")}
    for doc in file.docs:
        sheet = book.add_sheet(doc.sheet)
        for r, c, value in _cells(doc):
            if value in _ERRORS:
                sheet.row(r - 1).set_cell_error(c - 1, _ERRORS[value])
            elif isinstance(value, str) and value.startswith("="):
                sheet.write(r - 1, c - 1, xlwt.Formula(value[1:]))
            elif isinstance(value, dt.date):
                at_midnight = not isinstance(value, dt.datetime) or value.time() == dt.time()
                sheet.write(r - 1, c - 1, value, styles["YYYY-MM-DD" if at_midnight else "YYYY-MM-DD HH:MM:SS"])
            elif c in doc.percents:
                sheet.write(r - 1, c - 1, value, styles[PERCENT])
            else:
                sheet.write(r - 1, c - 1, value)
        for top, left, bottom, right in doc.merged:
            sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
        for row in doc.hidden_rows:
            sheet.row(row - 1).hidden = True
        for column in doc.hidden_columns:
            sheet.col(column - 1).hidden = True
        for r, c in doc.formatted:
            sheet.write(min(r, 65_536) - 1, min(c, 256) - 1, None, styles["0.00"])
        sheet.visibility = int(doc.hidden)
    book.set_active_sheet(next((i for i, doc in enumerate(file.docs) if not doc.hidden), 0))
    book.save(out)
    return out.getvalue()


def protected(data: bytes) -> bytes:
    """An .xls with a FilePass record after its first record and all that follows scrambled, as a password leaves it."""
    stream, at, out = data[512:], 0, b""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if (kind, length) == (0, 0):
            break
        body = stream[at + 4 : at + 4 + length]
        # The first record, and the place of each sheet, are never encrypted.
        kept = length if kind == _BOF else 4 if kind == _BOUNDSHEET else 0
        out += stream[at : at + 4] + body[:kept] + bytes(byte ^ 0x5A for byte in body[kept:])
        if at == 0:
            out += struct.pack("<HHHHH", _FILEPASS, 6, 0, 0x1234, 0x5678)
        at += 4 + length
    packed = io.BytesIO()
    XlsDoc().save(packed, out)
    return packed.getvalue()
