"""The first records of a large file: its encoding, delimiter and header, and where the rest begins."""

from __future__ import annotations

import codecs
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np

from selfeval.sources import large_ends, large_json, large_parquet
from selfeval.sources.header import HEADER_DEPTH, HEADER_ROWS
from selfeval.sources.large_chunks import LINE_END, WIDE, Form, NotRegular, Recoded, bare_returns, stream_of
from selfeval.sources.scan import RawFile
from selfeval.sources.text import _BOMS, Row, Sheet, _delimiter, _records, _width
from selfeval.sources.workbook import is_html, is_workbook

HEAD_BYTES = 4 << 20
#: Filled rows among which the header must be.
ENOUGH = HEADER_ROWS + HEADER_DEPTH


@dataclass(frozen=True)
class Head:
    """The first records as a sheet; the rest begins after `lines` lines and `skip` bytes."""

    sheet: Sheet
    form: Form
    lines: int
    skip: int
    ends: large_ends.Ends


def shown_encoding(raw: RawFile) -> str | None:
    """The encoding that a byte-order mark tells, None where there is none."""
    with stream_of(raw) as stream:
        data = stream.read(4)
    return next((name for mark, name in _BOMS if data.startswith(mark)), None)


def parquet_head(raw: RawFile) -> Head:
    """The head of a Parquet file. Raises NotRegular."""
    sheet, names = large_parquet.head_rows(raw.path, ENOUGH)
    lines = len(sheet.rows) - 1
    form = Form("utf-8", "", len(names), 0, "parquet", names)
    return Head(sheet, form, lines, lines, large_ends.Ends(lines, large_ends.FEED, np.empty(0, np.int64)))


def read_head(raw: RawFile, encoding: str, known: Sequence[str] = ()) -> Head:
    """Read the head of a text file of the given encoding (`text`'s name of it, which says whether it has a mark).
    `known` are names of JSON lines that stand further down.

    Raises Unreadable, UnicodeDecodeError, and NotRegular where the file is to be read as a small one.
    """
    with stream_of(raw) as stream:
        data = _first(Recoded(stream, encoding) if encoding in WIDE else stream)
    if is_workbook(data) or is_html(data):
        raise NotRegular
    mark = codecs.BOM_UTF8 if encoding == "utf-8-sig" else b""
    body = data[len(mark) :]
    if len(data) >= HEAD_BYTES:
        body = body[: body.rfind(b"\n") + 1]
    # What looks like UTF-16 without a mark is told by the reader of small files.
    if body[:4096].count(0) * 4 > len(body[:4096]):
        raise NotRegular
    text = body.decode("gb18030" if encoding == "gb18030" else "utf-8")
    if raw.kind == ".jsonl":
        return _json_head(text, body, encoding, len(mark), known)
    return _head(raw, text, body, encoding, len(mark), complete=len(data) < HEAD_BYTES)


def _json_head(text: str, body: bytes, encoding: str, mark: int, known: Sequence[str]) -> Head:
    sheet, model, names = large_json.head_rows(text, encoding, known, ENOUGH)
    count = sheet.rows[-1][0]
    form = Form(_inner(encoding), '"', len(names), 0, "json", names, model)
    return Head(
        sheet, form, count, mark + _after(body, count), large_ends.Ends(count, large_ends.FEED, np.empty(0, np.int64))
    )


def _inner(encoding: str) -> str:
    """The encoding of the bytes in a block."""
    return "gb18030" if encoding == "gb18030" else "utf-8"


def _after(body: bytes, lines: int) -> int:
    """Where the text behind so many lines begins."""
    last = next(itertools.islice(LINE_END.finditer(body), lines - 1, None), None) if lines else None
    return last.end() if last else (len(body) if lines else 0)


def _first(stream: IO[bytes] | io.RawIOBase) -> bytes:
    pieces = bytearray()
    while len(pieces) < HEAD_BYTES and (piece := stream.read(HEAD_BYTES - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _head(raw: RawFile, text: str, body: bytes, encoding: str, mark: int, *, complete: bool) -> Head:
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(lines, tab=raw.kind == ".tsv")
    inner = _inner(encoding)
    # | is also the second byte of some characters of GB18030, and ， is three bytes: such files are read whole.
    if delimiter not in (",", "\t", ";") and not (delimiter == "|" and inner == "utf-8"):
        raise NotRegular
    form = Form(inner, delimiter, 0, _width(lines, delimiter))
    sheet = Sheet(None, [], 0, encoding, delimiter=delimiter, usual=form.usual + 1)
    records = _records(lines, delimiter, sheet)
    sheet.rows = list(_enough(records))
    after = next((number for number, _ in records), None)
    if after is None and not complete:
        raise NotRegular
    count = len(lines) if after is None else after - 1
    sheet.broken = [b for b in sheet.broken if b[0] <= count]
    sheet.marks = [m for m in sheet.marks if m[0] <= count]
    skip = _after(body, count)
    return Head(sheet, form, count, mark + skip, _ends(body[:skip], [number - 1 for number, _ in sheet.rows]))


def _enough(records: Iterator[Row]) -> Iterator[Row]:
    """The records among which the header must be."""
    filled = 0
    for number, cells in records:
        yield number, cells
        filled += any(cell.strip() for cell in cells)
        if filled >= ENOUGH:
            return


def _ends(data: bytes, starts: list[int]) -> large_ends.Ends:
    if not data:
        return large_ends.Ends(0, large_ends.FEED, np.empty(0, np.int64))
    open_end = data[-1] not in b"\r\n"
    array = np.frombuffer(data + b"\n" * open_end, np.uint8)
    bare = bare_returns(array)
    ends = np.flatnonzero((array == 10) | bare) + 1
    return large_ends.of_lines(array, bare, ends, np.setdiff1d(np.arange(len(ends)), starts), open_end=open_end)
