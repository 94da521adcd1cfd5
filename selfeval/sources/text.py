"""Text files → rows of cells with their physical line: packing, encoding, delimiter, quotes.

Encodings are tried in a fixed order (byte-order mark, strict UTF-8, strict GB18030) and never guessed from statistics.
What a column means does not belong here.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

import zstandard

from selfeval.sources.scan import RawFile

#: A raw file that unpacks to more than this is refused: no export of one unit is larger, a bomb is.
MAX_UNPACKED = 8 << 30
#: What is held in memory as a whole may not be larger.
MAX_IN_MEMORY = 512 << 20
#: Tables shrink to a tenth or twentieth when packed; what unpacks to more than this and so many times its size is none.
BOMB_BYTES = 64 << 20
BOMB_RATIO = 200
#: zstd can blow a few bytes up to a block of 128 kB: fed in pieces, so that the limit is seen in time.
_ZSTD_PIECE = 4096
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = (",", "\t", ";", "|", "，")
#: A quoted cell that runs over more lines than this is taken for a quote that was never closed.
MAX_QUOTED_LINES = 50

#: What is shown for a line that is no JSON object.
_NO_OBJECT = "（不是JSON对象）"

Row = tuple[int, list[str]]


class Unreadable(Exception):
    """A file that cannot be read at all. `what` and `fix` are Chinese halves of a finding; `row` where it is known."""

    def __init__(self, rule: str, what: str, fix: str, row: int | None = None) -> None:
        super().__init__(what)
        self.rule, self.what, self.fix, self.row = rule, what, fix, row


def column_letter(index: int) -> str:
    """A column as a spreadsheet names it, also far beyond the last one that a spreadsheet has."""
    name = ""
    while index >= 0:
        index, letter = divmod(index, 26)
        name, index = chr(ord("A") + letter) + name, index - 1
    return name


@dataclass(frozen=True)
class Merged:
    """A merged range: rows as a person counts them, columns by index, all ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass
class Sheet:
    """Cells of one sheet (`name` None: a text file). `lines` counts physical lines, blank ones included.

    `rows` may leave blank lines out. What the reader saw besides the cells stands in the other fields.
    """

    name: str | None
    rows: list[Row]
    lines: int
    encoding: str | None = None
    #: the file's name without its suffixes, which stands for the sheet's name where a sheet has none.
    stem: str = ""
    #: rows whose quotes were never closed or that are no JSON object: (line, rule).
    broken: list[tuple[int, str]] = field(default_factory=list)
    delimiter: str | None = None
    #: cells of most of its lines.
    usual: int = 0
    #: single cells that hold no value for a reason: (line, index of the column, kind, what stands there).
    marks: list[tuple[int, int, str, str]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    #: dates are counted from 1904 (a workbook's own setting).
    epoch_1904: bool = False
    #: lines that end otherwise than most.
    odd_ends: list[int] = field(default_factory=list)


def unpack(raw: RawFile) -> bytes:
    """The content of a raw file or archive member. Raises Unreadable; bounded by MAX_IN_MEMORY."""
    try:
        return _unpack(raw)
    except (zipfile.BadZipFile, zlib.error, EOFError, zstandard.ZstdError, gzip.BadGzipFile, KeyError) as error:
        raise Unreadable("source.truncated", "已损坏或不完整，无法解压", "请重新导出后放回原处") from error
    except (OSError, NotImplementedError, ValueError) as error:
        raise Unreadable("source.unreadable", "无法读取", "请确认文件没有损坏，并重新导出") from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise Unreadable("source.password", "设有密码，无法读取", "请去掉密码后重新保存") from error


def _unpack(raw: RawFile) -> bytes:
    if raw.member is not None:
        with zipfile.ZipFile(raw.path) as archive, archive.open(raw.member) as stream:
            data = _bounded(stream, archive.getinfo(raw.member).compress_size)
    else:
        with raw.path.open("rb") as plain:
            data = _bounded(plain)
    name = (raw.member or raw.path.name).lower()
    if name.endswith(".gz"):
        with gzip.open(io.BytesIO(data)) as unzipped:
            return _bounded(unzipped, len(data))
    return _zstd(data) if name.endswith(".zst") else data


def is_bomb(size: int, packed: int) -> bool:
    """Whether content unpacked so far has grown as no table does."""
    return size > BOMB_BYTES and size > BOMB_RATIO * packed


def _too_large() -> Unreadable:
    return Unreadable("source.too_large", "解压后过大，已停止读取", "请确认文件没有问题，或分成几个文件")


def _bounded(stream: IO[bytes] | gzip.GzipFile, packed: int | None = None) -> bytes:
    data = bytearray()
    while chunk := stream.read(1 << 20):
        data += chunk
        if len(data) > MAX_IN_MEMORY or (packed is not None and is_bomb(len(data), packed)):
            raise _too_large()
    return bytes(data)


def _zstd(packed: bytes) -> bytes:
    """All frames of a zstd file. The library's own stream ends a truncated frame without a word; this raises EOFError."""
    data, position = bytearray(), 0
    while position < len(packed):
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            piece = packed[position : position + _ZSTD_PIECE]
            if not piece:
                raise EOFError
            position += len(piece)
            data += frame.decompress(piece)
            if len(data) > MAX_IN_MEMORY or is_bomb(len(data), len(packed)):
                raise _too_large()
        position -= len(frame.unused_data)
    return bytes(data)


def decode(data: bytes) -> tuple[str, str]:
    """Text and the encoding's name: by byte-order mark, then strict UTF-8, then strict GB18030. Raises Unreadable."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            # Python counts the place of an error without the mark, so the mark goes first.
            return (_strict(data[len(bom) :], "utf-8") if name == "utf-8-sig" else _strict(data, name)), name
    if data[:4096].count(0) * 4 > len(data[:4096]):
        raise Unreadable(
            "source.encoding", "像是没有字节序标记的UTF-16文字，无法确认编码", "请另存为UTF-8编码后放回原处", 1
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _strict(data, "gb18030", error.start), "gb18030"


def _strict(data: bytes, encoding: str, other: int = 0) -> str:
    """Decode, or say in which row it fails; `other`: how far UTF-8 came, as the better one tells the place."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        start = max(error.start, other)
        if encoding.startswith("utf-16"):
            row = data[:start].decode("utf-16", errors="ignore").count("\n") + 1
        else:
            row = data[:start].count(b"\n") + 1
        raise Unreadable(
            "source.encoding", f"第{row}行起不是有效的UTF-8或GB18030文字", "请重新导出，或另存为UTF-8编码", row
        ) from error


def read_delimited(text: str, encoding: str, *, tab: bool = False) -> Sheet:
    """Split delimited text into rows. A row's number is the physical line on which it starts."""
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(lines, tab=tab)
    sheet = Sheet(None, [], len(lines), encoding, delimiter=delimiter, usual=_width(lines, delimiter) + 1)
    sheet.rows = list(_records(lines, delimiter, sheet))
    sheet.odd_ends = _odd_ends(lines, [number for number, _ in sheet.rows])
    return sheet


def _odd_ends(lines: list[str], starts: list[int]) -> list[int]:
    """Rows that end otherwise than most. Only the ends of records count: a cell may hold line feeds of its own."""
    last = [*(n - 2 for n in starts[1:]), len(lines) - 1]
    ends = [line[len(line.rstrip("\r\n")) :] for line in (lines[i] for i in last)] if starts else []
    kinds = Counter(end for end in ends if end)
    if len(kinds) < 2:
        return []
    usual = kinds.most_common(1)[0][0]
    return [number for number, end in zip(starts, ends, strict=True) if end and end != usual]


def _delimiter(lines: list[str], *, tab: bool) -> str:
    """The delimiter that splits the widest row of the first fifty lines; a comma or tab as the suffix says in a draw."""
    preferred = ("\t", *DELIMITERS) if tab else DELIMITERS
    head = [line for line in lines[:50] if line.strip()]
    return max(preferred, key=lambda d: (max((line.count(d) for line in head), default=0) > 0, _agreement(head, d)))


def _agreement(head: list[str], delimiter: str) -> int:
    counts = [line.count(delimiter) for line in head if line.count(delimiter)]
    return max((counts.count(n) * n for n in set(counts)), default=0)


def _records(lines: list[str], delimiter: str, sheet: Sheet) -> Iterator[Row]:
    position, width = 0, _width(lines, delimiter)
    while position < len(lines):
        line = lines[position]
        taken = 1
        if line.count('"') % 2:
            taken = _quoted_lines(lines, position, delimiter, width)
        number = position + 1
        position += max(taken, 1)
        if taken == 0:
            sheet.broken.append((number, "source.quote"))
            cells = line.rstrip("\r\n").split(delimiter)
        else:
            cells = _cells("".join(lines[number - 1 : number - 1 + taken]), delimiter)
        if any("\x00" in cell for cell in cells):
            sheet.marks += [(number, i, "null_byte", "") for i, cell in enumerate(cells) if "\x00" in cell]
            cells = [cell.replace("\x00", "") for cell in cells]
        yield number, cells


def _cells(record: str, delimiter: str) -> list[str]:
    if '"' not in record:
        return record.rstrip("\r\n").split(delimiter)
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return record.rstrip("\r\n").split(delimiter)


def _width(lines: list[str], delimiter: str) -> int:
    """How many delimiters a record has: the commonest count among the first lines without quotes."""
    counts = Counter(line.count(delimiter) for line in lines[:500] if '"' not in line and delimiter in line)
    return counts.most_common(1)[0][0] if counts else 0


def _quoted_lines(lines: list[str], start: int, delimiter: str, width: int) -> int:
    """How many lines a record with an open quote takes; 0 where the quote is never closed.

    A line that is a full record by itself does not stand inside a quoted cell: where one comes before the quote
    closes, or the closed record has not the table's width, the quote is a stray one and swallows nothing.
    """
    quotes = lines[start].count('"')
    for taken in range(1, min(MAX_QUOTED_LINES, len(lines) - start)):
        line = lines[start + taken]
        quotes += line.count('"')
        if quotes % 2 == 0:
            record = _cells("".join(lines[start : start + taken + 1]), delimiter)
            return taken + 1 if not width or len(record) == width + 1 else 0
        if width and line.count(delimiter) >= width:
            return 0
    return 0


def read_json_lines(text: str, encoding: str) -> Sheet:
    """One JSON object a line; the header is the union of keys in order of appearance and stands as line 0."""
    lines = list(io.StringIO(text, newline=""))
    header: dict[str, None] = {}
    records: list[tuple[int, dict[str, object] | None]] = []
    sheet = Sheet(None, [], len(lines), encoding)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        value = json_object(line)
        if value is None:
            sheet.broken.append((number, "source.json"))
        header.update(dict.fromkeys(value or ()))
        records.append((number, value))
    names = list(header)
    sheet.rows = [(0, names), *((n, json_cells(r, names)) for n, r in records)]
    return sheet


def json_object(line: str) -> dict[str, object] | None:
    """The object on a line, its numbers as they are written; None where there is no object."""
    try:
        value = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def json_cells(record: dict[str, object] | None, names: Sequence[str]) -> list[str]:
    """A line that is no object is a row all the same; what it holds is not shown, as it may be private."""
    if record is None:
        return [_NO_OBJECT, *[""] * (len(names) - 1)][: len(names)]
    return [_json_cell(record.get(name)) for name in names]


def _json_cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
