"""A large text file → blocks of whole records, and a block → its cells as Arrow columns with their physical lines.

A block is parsed at once by Arrow where that reads it as `text` would. Lines on which the two might differ (open or
odd quotes, null bytes, another number of cells) are taken out first and read by `text` itself.
Everything works on bytes: no byte of a multi-byte character of UTF-8 or GB18030 is a comma, tab, semicolon, quote or
line end, so text is decoded only where it is looked at, a distinct value at a time.
"""

from __future__ import annotations

import codecs
import gzip
import io
import itertools
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import zstandard

from selfeval.sources import large_ends, large_times
from selfeval.sources.scan import RawFile
from selfeval.sources.text import MAX_QUOTED_LINES, MAX_UNPACKED, Row, Sheet, Unreadable, _records

#: Bytes parsed at once: smaller ones repeat the work on distinct values, larger ones leave the processor's caches.
BLOCK_BYTES = 12 << 20
LINE_END = re.compile(rb"\r\n|\r|\n")
#: Encodings whose text is put into UTF-8 while it is read, because their bytes cannot be split at line ends.
WIDE = ("utf-16", "utf-32")

Longs = npt.NDArray[np.int64]


class NotRegular(Exception):
    """The file cannot be cut into blocks of whole records: left to the reader of small files."""


@dataclass(frozen=True)
class Form:
    """How the records of a file are written, as its head told."""

    encoding: str
    delimiter: str
    width: int
    #: the number of delimiters in the commonest line of the head, by which `text` tells a stray quote.
    usual: int
    #: "text", or "json" with the names of the header and the line that most lines look like, or "parquet".
    kind: str = "text"
    names: Sequence[str] = ()
    model: str = ""


@dataclass(frozen=True)
class Block:
    """Whole records: `size` bytes of `buffer`, the last one a line end."""

    buffer: bytearray
    size: int
    #: the last line had no end of its own.
    open_end: bool


@dataclass(frozen=True)
class Odd:
    """A record that `text` read: the line on which it starts (0-based in its block), how many it takes, its cells."""

    line: int
    taken: int
    cells: list[str]
    #: what `text` says of it: `Sheet.broken` and `Sheet.marks` without the line.
    broken: list[str]
    marks: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Parsed:
    """A block's cells. `at` holds the line (0-based in the block) of each row of `columns`."""

    lines: int
    at: Longs
    columns: list[pa.DictionaryArray | large_times.Times]
    odd: list[Odd]
    ends: large_ends.Ends


@contextmanager
def stream_of(raw: RawFile) -> Iterator[IO[bytes]]:
    """The unpacked content of a raw file, to be read in pieces."""
    name = (raw.member or raw.path.name).lower()
    if raw.member is not None:
        with zipfile.ZipFile(raw.path) as archive, archive.open(raw.member) as stream:
            yield stream
    elif name.endswith(".gz"):
        with gzip.open(raw.path) as packed:
            yield io.BufferedReader(packed, 1 << 20)
    elif name.endswith(".zst"):
        with raw.path.open("rb") as file:
            yield io.BufferedReader(_Frames(file), 1 << 20)
    else:
        with raw.path.open("rb", buffering=0) as plain:
            yield plain


class _Pieces(io.RawIOBase):
    """A stream made of the pieces that `_next` gives; an empty one is its end."""

    _rest = b""

    def _next(self) -> bytes:
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        self._rest = self._rest or self._next()
        size = min(len(target), len(self._rest))
        target[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


class Recoded(_Pieces):
    """A stream of a wide encoding, read as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream, self._decoder = stream, codecs.getincrementaldecoder(encoding)()

    def _next(self) -> bytes:
        while data := self._stream.read(1 << 20):
            if text := self._decoder.decode(data):
                return text.encode()
        return self._decoder.decode(b"", final=True).encode()


class _Frames(_Pieces):
    """All frames of a zstd file. The library's own stream ends a truncated frame without a word; this raises EOFError."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._frame, self._packed = file, zstandard.ZstdDecompressor().decompressobj(), b""

    def _next(self) -> bytes:
        while True:
            self._packed = self._packed or self._file.read(1 << 16)
            if not self._packed:
                if self._begun:
                    raise EOFError
                return b""
            self._begun = True
            data = self._frame.decompress(self._packed)
            self._packed = b""
            if self._frame.eof:
                self._packed, self._begun = self._frame.unused_data, False
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            if data:
                return data

    _begun = False


class Blocks:
    """Cuts a stream into blocks of whole records, which take several lines only where cells may be `quoted`. A block given back by `release` is filled again."""

    def __init__(self, stream: IO[bytes], skip: int, encoding: str, *, quoted: bool = True) -> None:
        self._stream: IO[bytes] = Recoded(stream, encoding) if encoding in WIDE else stream  # type: ignore[assignment]
        self._free: list[bytearray] = []
        self._quoted = quoted
        self._read = 0
        left = skip
        while left and (data := self._stream.read(min(left, 1 << 20))):
            left -= len(data)

    def release(self, block: Block) -> None:
        self._free.append(block.buffer)

    def __iter__(self) -> Iterator[Block]:
        carry, ended = b"", False
        while not ended:
            buffer = self._free.pop() if self._free else bytearray(BLOCK_BYTES)
            if len(carry) >= len(buffer) // 2:
                # The record does not end within a block: a larger one, within reason.
                if len(buffer) >= 16 * BLOCK_BYTES:
                    raise NotRegular
                buffer = bytearray(2 * max(len(buffer), len(carry)))
            buffer[: len(carry)] = carry
            size = self._fill(buffer, len(carry))
            ended = size < len(buffer)
            open_end = ended and size > 0 and buffer[size - 1] not in b"\r\n"
            if open_end:
                buffer[size : size + 1] = b"\n"
                size += 1
            cut = size if ended else (_cut if self._quoted else _last_line_end)(buffer, size)
            carry = bytes(memoryview(buffer)[cut:size])
            if cut:
                yield Block(buffer, cut, open_end)

    def _fill(self, buffer: bytearray, size: int) -> int:
        view = memoryview(buffer)
        while size < len(buffer) and (got := self._stream.readinto(view[size:])):  # type: ignore[attr-defined]
            size += got
            self._read += got
            if self._read > MAX_UNPACKED:
                raise Unreadable("source.too_large", "解压后过大，已停止读取", "请确认文件没有问题，或分成几个文件")
        return size


def _cut(buffer: bytearray, size: int) -> int:
    """The end of the last record that surely ends within the buffer; 0 where there is none.

    A record takes at most MAX_QUOTED_LINES lines and starts on a line with an odd number of quotes, so it cannot run
    over a cut that has no such line among as many lines before it.
    """
    end = _last_line_end(buffer, size)
    while end:
        low = end
        for _ in range(MAX_QUOTED_LINES):
            low = _last_line_end(buffer, low - 1) if low else 0
        if all(line.count(b'"') % 2 == 0 for line in LINE_END.split(bytes(memoryview(buffer)[low:end]))):
            return end
        end = low
    return 0


def _last_line_end(buffer: bytearray, size: int) -> int:
    """Where the line before `size` ends; a carriage return at the very end may yet be followed by its line feed."""
    feed = buffer.rfind(b"\n", 0, size) + 1
    if feed:
        return feed
    # Lines ended by carriage returns alone: the last one may be half of a pair.
    return buffer.rfind(b"\r", 0, max(size - 1, 0)) + 1


def parse(block: Block, form: Form, times: frozenset[int]) -> Parsed:
    """The cells of a block, column by column; `times` are the indexes of columns that hold points in time.

    Raises UnicodeDecodeError where a line read by `text` is not of the encoding.
    """
    data = memoryview(block.buffer)[: block.size]
    array = np.frombuffer(data, np.uint8)
    quoted = block.buffer.find(b'"', 0, block.size) >= 0 or block.buffer.find(b"\0", 0, block.size) >= 0
    returns = block.buffer.count(b"\r", 0, block.size)
    if not quoted and not (returns and bare_returns(array).any()):
        try:
            columns = _arrow(pa.py_buffer(data), form, times)
            rows = len(columns[0])
            ends = large_ends.of_plain(returns, rows, open_end=block.open_end)
            if ends is not None:
                return Parsed(rows, np.arange(rows), columns, [], ends)
        except pa.ArrowInvalid:
            pass
    return _careful(block, array, form, times)


def bare_returns(array: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where a carriage return ends a line without a line feed."""
    returns: npt.NDArray[np.bool_] = array == 13
    if returns.any():
        returns[:-1] &= array[1:] != 10
    return returns


def _arrow(data: pa.Buffer, form: Form, times: frozenset[int]) -> list[pa.DictionaryArray | large_times.Times]:
    names = [str(i) for i in range(form.width)]
    kind = pa.dictionary(pa.int32(), pa.binary())
    table = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        parse_options=pyarrow.csv.ParseOptions(delimiter=form.delimiter, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: pa.binary() if int(name) in times else kind for name in names},
            check_utf8=False,
            strings_can_be_null=False,
        ),
    )
    columns = [table.column(i).combine_chunks() for i in range(form.width)]
    return [large_times.read(column) if i in times else column for i, column in enumerate(columns)]


def _careful(block: Block, array: npt.NDArray[np.uint8], form: Form, times: frozenset[int]) -> Parsed:
    """Read a block in which not every line is a plain record of the table's width."""
    bare = bare_returns(array)
    same = np.where(bare, np.uint8(10), array) if bare.any() else array
    ends = np.flatnonzero(same == 10) + 1
    starts = np.concatenate([[0], ends[:-1]])
    quotes = np.flatnonzero(same == 34)
    slow = np.zeros(len(ends), np.bool_)
    slow[np.searchsorted(ends, np.flatnonzero(same == 0), side="right")] = True
    slow[_odd_quotes(same, quotes, ends, form)] = True
    slow |= _other_width(same, quotes, ends, slow, form)
    odd = []
    skip_to = 0
    lines = _Lines(block, starts, ends, form)
    for line in np.flatnonzero(slow).tolist():
        if line >= skip_to:
            odd.append(lines.record(line))
            skip_to = line + odd[-1].taken
            slow[line:skip_to] = True
    at = np.flatnonzero(~slow)
    kept = without(same, slow, starts, ends)
    columns = _arrow(pa.py_buffer(kept), form, times) if len(at) else []
    inner = np.setdiff1d(np.flatnonzero(slow), [record.line for record in odd])
    return Parsed(len(ends), at, columns, odd, large_ends.of_lines(array, bare, ends, inner, open_end=block.open_end))


def _odd_quotes(same: npt.NDArray[np.uint8], quotes: Longs, ends: Longs, form: Form) -> Longs:
    """Lines whose quotes are open, or do not stand where cells begin and end."""
    if not len(quotes):
        return quotes
    line = np.searchsorted(ends, quotes, side="right")
    odd = np.flatnonzero(np.bincount(line, minlength=len(ends)) % 2)
    even = ~np.isin(line, odd)
    first, second = quotes[even].reshape(-1, 2).T
    # A quote doubled within a cell closes and opens it again.
    doubled = np.zeros(len(first), np.bool_)
    doubled[1:] = first[1:] == second[:-1] + 1
    opens = np.isin(same[first - 1], [ord(form.delimiter), 10]) | (first == 0) | doubled
    shut = np.isin(same[np.minimum(second + 1, len(same) - 1)], [ord(form.delimiter), 10, 13])
    shut[:-1] |= doubled[1:]
    return np.concatenate([odd, line[even].reshape(-1, 2)[~(opens & shut), 0]])


def _other_width(
    same: npt.NDArray[np.uint8], quotes: Longs, ends: Longs, slow: npt.NDArray[np.bool_], form: Form
) -> npt.NDArray[np.bool_]:
    """Lines that do not have the table's number of cells; those already slow may count wrongly, and stay slow."""
    marks = np.flatnonzero(same == ord(form.delimiter))
    if len(quotes):
        # Quotes of the lines that matter here are even in number, so parity within the line is what counts.
        before = np.searchsorted(quotes, marks)
        start = np.concatenate([[0], ends[:-1]])[np.searchsorted(ends, marks, side="right")]
        marks = marks[(before - np.searchsorted(quotes, start)) % 2 == 0]
    count = np.diff(np.searchsorted(marks, np.concatenate([[0], ends])))
    return np.asarray(slow | (count != form.width - 1))


def without(same: npt.NDArray[np.uint8], slow: npt.NDArray[np.bool_], starts: Longs, ends: Longs) -> memoryview | bytes:
    """The block without its slow lines."""
    if not slow.any():
        return np.ascontiguousarray(same).data
    view = np.ascontiguousarray(same).data
    edges = np.flatnonzero(np.diff(np.concatenate([[True], slow, [True]]).astype(np.int8)))
    return b"".join([view[starts[a] : ends[b - 1]] for a, b in edges.reshape(-1, 2).tolist()])


class _Lines:
    """The lines of a block as text, decoded when asked for."""

    def __init__(self, block: Block, starts: Longs, ends: Longs, form: Form) -> None:
        self._block, self._starts, self._ends, self._form = block, starts, ends, form

    def record(self, line: int) -> Odd:
        """The record that starts on a line, as `text` reads it."""
        window = [self._text(line)]
        if window[0].count('"') % 2:
            window += [self._text(k) for k in range(line + 1, min(line + MAX_QUOTED_LINES, len(self._ends)))]
        sheet = Sheet(None, [], 0)
        # `text` tells stray quotes by the commonest width, so lines of that width go first.
        models = [self._form.delimiter * self._form.usual + "\n"] * (MAX_QUOTED_LINES + 1 if len(window) > 1 else 0)
        records = _records([*models, *window], self._form.delimiter, sheet)
        number, cells = next(itertools.islice(records, len(models), None))
        broken = [rule for place, rule in sheet.broken if place == number]
        marks = [tuple(mark) for place, *mark in sheet.marks if place == number]
        following, _ = next(records, (number + len(window), []))
        return Odd(line, following - number, cells, broken, marks)

    def _text(self, line: int) -> str:
        view = memoryview(self._block.buffer)[self._starts[line] : self._ends[line]]
        return bytes(view).decode(self._form.encoding)


def records_at(block: Block, form: Form, wanted: Longs) -> tuple[int, list[Row]]:
    """How many lines a block has, and the cells of the records that start on the wanted ones (0-based in the block)."""
    array = np.frombuffer(memoryview(block.buffer)[: block.size], np.uint8)
    ends = np.flatnonzero((array == 10) | bare_returns(array)) + 1
    lines = _Lines(block, np.concatenate([[0], ends[:-1]]), ends, form)
    return len(ends), [(k, lines.record(k).cells) for k in wanted[wanted < len(ends)].tolist()]
