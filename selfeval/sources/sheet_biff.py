"""What calamine does not tell of an .xls: error cells, formulas without a value, percent formats, what is hidden, the epoch.

The records of the workbook's stream are walked one by one ([MS-XLS], BIFF8; Excel 95's BIFF5 has the same ones). Cell
values do not belong here. The same of an .xlsx is `sheet_xml`'s.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from selfeval.sources.sheet_xml import PERCENT_FORMATS, SheetFacts, shows_percent

_BOF, _EOF, _DATEMODE, _FILEPASS, _UNCALCULATED = 0x0809, 0x000A, 0x0022, 0x002F, 0x005E
_COLUMNS, _BOUNDSHEET, _XF, _FORMAT, _ROW = 0x007D, 0x0085, 0x00E0, 0x041E, 0x0208
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
#: The year that programs which write for Excel 97 put into a stream; Excel 2000 and later put 1997 there.
_PROGRAM_YEAR = 1996
_EMPTY_TEXT = b"\x17\x00"
_SHORT = struct.Struct("<H")
_HEAD = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")


class Protected(Exception):
    """The records are encrypted."""


@dataclass
class _Book:
    """What the records before the first sheet tell of all sheets."""

    epoch_1904: bool = False
    #: formats that show percentages, and the format of each kind of cell.
    percents: set[int] = field(default_factory=lambda: {int(n) for n in PERCENT_FORMATS})
    cells: list[int] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)
    year: int = 0

    def shows_percent(self, cell: int) -> bool:
        return cell < len(self.cells) and self.cells[cell] in self.percents


def inspect(data: bytes) -> list[SheetFacts]:
    """Facts of each sheet, in the workbook's order. Raises Protected; OSError or struct.error where it is damaged."""
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
        stream = container.openstream(name).read() if name else b""
    book = _Book()
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Protected
        if kind == _BOF:
            (book.year,) = _SHORT.unpack_from(body, 6)
        elif kind == _DATEMODE:
            book.epoch_1904 = body[:1] == b"\1"
        elif kind == _FORMAT and shows_percent(_format_code(body)):
            book.percents.add(_SHORT.unpack_from(body)[0])
        elif kind == _XF:
            book.cells.append(_SHORT.unpack_from(body, 2)[0])
        elif kind == _BOUNDSHEET:
            book.sheets.append(struct.unpack_from("<L", body)[0])
    return [_sheet(stream, start, book) for start in book.sheets]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream; those of charts within it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = _HEAD.unpack_from(stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


def _format_code(body: bytes) -> str:
    """The code of a number format: BIFF8 says how wide its characters are, BIFF5 has bytes alone."""
    if len(body) > 5 and body[4] & 1 and len(body) == 5 + 2 * _SHORT.unpack_from(body, 2)[0]:
        return body[5:].decode("utf-16-le", "replace")
    return body[3:].decode("latin-1")


def _sheet(stream: bytes, start: int, book: _Book) -> SheetFacts:
    facts, uncalculated = SheetFacts(epoch_1904=book.epoch_1904), False
    for kind, body in _records(stream, start):
        if kind == _UNCALCULATED:
            uncalculated = True
        elif kind == _ROW and len(body) > 12 and body[12] & 0x20:
            facts.hidden_rows.append(_SHORT.unpack_from(body)[0] + 1)
        elif kind == _COLUMNS and _SHORT.unpack_from(body, 8)[0] & 1:
            first, last = _HEAD.unpack_from(body)
            facts.hidden_columns += range(first, min(last, 255) + 1)
        elif kind in (_NUMBER, _RK):
            _number(facts, book, *_CELL.unpack_from(body))
        elif kind == _MULRK:
            row, column = _HEAD.unpack_from(body)
            for n, place in enumerate(range(4, len(body) - 2, 6)):
                _number(facts, book, row, column + n, _SHORT.unpack_from(body, place)[0])
        elif kind == _BOOLERR and body[7:8] == b"\1":
            row, column = _HEAD.unpack_from(body)
            _error(facts, row, column, body[6])
        elif kind == _FORMULA:
            _formula(facts, book, body, uncalculated)
    return facts


def _number(facts: SheetFacts, book: _Book, row: int, column: int, cell: int) -> None:
    if book.shows_percent(cell):
        facts.percents.append((row + 1, column))


def _error(facts: SheetFacts, row: int, column: int, code: int) -> None:
    facts.marks.append((row + 1, column, "error_cell", _ERRORS.get(code, "#ERR!")))


def _formula(facts: SheetFacts, book: _Book, body: bytes, uncalculated: bool) -> None:
    row, column, cell = _CELL.unpack_from(body)
    kind = body[6] if body[12:14] == b"\xff\xff" else None
    # A program leaves the empty text as value of what it did not compute; a formula that means it says so.
    empty = kind == 3 and book.year == _PROGRAM_YEAR and _EMPTY_TEXT not in body[22:]
    if uncalculated or empty:
        facts.marks.append((row + 1, column, "formula", ""))
    elif kind == 2:
        _error(facts, row, column, body[8])
    elif kind is None:
        _number(facts, book, row, column, cell)
