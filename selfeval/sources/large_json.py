"""A large file of JSON lines → blocks' cells, as `large_chunks` gives those of delimited text.

Lines that a system writes look alike: the same keys in the same order, values between. Cut at its quotation marks such a
line has a fixed number of pieces, of which only the values differ, so Arrow's CSV parser reads it with the quotation
mark for a delimiter. All other lines are read one by one by `text`. What a column means does not belong here.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from selfeval.sources import large_ends, large_times
from selfeval.sources.large_chunks import Block, Form, Longs, NotRegular, Odd, Parsed, bare_returns, without
from selfeval.sources.text import Row, Sheet, json_cells, json_object

#: Lines of the head from which keys and the usual shape are taken.
MODELS = 500
_TOKEN = r"(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)"
_COLON, _COMMA = r"[ \t]*:[ \t]*", r"[ \t]*,[ \t]*"
_BARE = re.compile(f"({_COLON}){_TOKEN}({_COMMA}|[ \t]*}}[ \t]*)")


class MoreNames(Exception):
    """Lines have keys that are not among the names known so far; `names` are all of them."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Piece:
    """What stands between two quotation marks: a text that is the same in each line, the value of `name` as a string,
    or, with `text` before and `after` behind it, as a number."""

    text: str
    name: str | None = None
    after: str | None = None


def _pieces(line: str) -> tuple[_Piece, ...] | None:
    """The pieces of a line that is a flat object without escapes; None of any other."""
    parts = line.rstrip("\r\n").split('"')
    if "\\" in line or len(parts) % 2 == 0 or not re.fullmatch(r"[ \t]*\{[ \t]*", parts[0]):
        return None
    found, place = [_Piece(parts[0])], 1
    while place + 1 < len(parts):
        key, gap = parts[place], parts[place + 1]
        found.append(_Piece(key))
        if re.fullmatch(_COLON, gap) and place + 3 < len(parts):
            found += [_Piece(gap), _Piece("", key), _Piece(parts[place + 3])]
            end, place = parts[place + 3], place + 4
        elif bare := _BARE.fullmatch(gap):
            found.append(_Piece(bare[1], key, bare[3]))
            end, place = bare[3], place + 2
        else:
            return None
        if not re.fullmatch(_COMMA if place < len(parts) else r"[ \t]*\}[ \t]*", end):
            return None
    names = [piece.name for piece in found if piece.name is not None]
    return tuple(found) if names and len(set(names)) == len(names) else None


def head_rows(text: str, encoding: str, known: Sequence[str], enough: int) -> tuple[Sheet, str, tuple[str, ...]]:
    """The first records as `text.read_json_lines` reads them, header included; the line that is the model of most,
    and all names. `known` are names found in earlier attempts, in order of appearance."""
    lines = list(io.StringIO(text, newline=""))
    objects = [(n, json_object(line)) for n, line in enumerate(lines[:MODELS], 1) if line.strip()]
    names = tuple(dict.fromkeys([*(key for _, value in objects for key in value or ()), *known]))
    models = Counter(pieces for line in lines[:MODELS] if (pieces := _pieces(line)))
    if not models:
        raise NotRegular
    usual = models.most_common(1)[0][0]
    model = next(line for line in lines[:MODELS] if _pieces(line) == usual)
    sheet = Sheet(None, [(0, list(names))], 0, encoding)
    for number, value in objects[:enough]:
        if value is None:
            sheet.broken.append((number, "source.json"))
        sheet.rows.append((number, json_cells(value, names)))
    return sheet, model.rstrip("\r\n"), names


def parse(block: Block, form: Form, times: frozenset[int]) -> Parsed:
    """The cells of a block, column by column, as `large_chunks.parse` gives them.

    Raises MoreNames, NotRegular where lines end in bare carriage returns, and UnicodeDecodeError.
    """
    array = np.frombuffer(memoryview(block.buffer)[: block.size], np.uint8)
    returns, feeds = (block.buffer.count(end, 0, block.size) for end in (b"\r", b"\n"))
    if returns and bare_returns(array).any():
        raise NotRegular
    pieces = _pieces(form.model)
    assert pieces is not None
    ends = np.flatnonzero(array == 10) + 1
    starts = np.concatenate([[0], ends[:-1]])
    slow = np.zeros(feeds, np.bool_)
    if block.buffer.find(b"\\", 0, block.size) >= 0 or np.count_nonzero(array < 32) > returns + feeds:
        odd = np.flatnonzero((array == 92) | ((array < 32) & (array != 10) & (array != 13)))
        slow[np.searchsorted(ends, odd, side="right")] = True
    _unlike(array, pieces, form, starts, ends, slow)
    at = np.flatnonzero(~slow)
    columns = {}
    good = np.ones(len(at), np.bool_)
    if len(at):
        table = _arrow(pa.py_buffer(without(array, slow, starts, ends)), pieces, form, times)
        columns = {
            piece.name: _column(table[str(k)], piece, form, good) for k, piece in enumerate(pieces) if piece.name
        }
    if not good.all():
        columns = {name: column.filter(pa.array(good)) for name, column in columns.items()}
        at = at[good]
    told = [_named(columns.get(name), len(at), timed=k in times) for k, name in enumerate(form.names)]
    no_ends = large_ends.Ends(feeds, large_ends.FEED, np.empty(0, np.int64))
    return Parsed(feeds, at, told if len(at) else [], _others(block, form, at, feeds), no_ends)


def _unlike(
    array: Bytes, pieces: Sequence[_Piece], form: Form, starts: Longs, ends: Longs, slow: npt.NDArray[np.bool_]
) -> None:
    """Mark the lines that differ from the model in more than their values."""
    marks, count = np.flatnonzero(array == 34), len(pieces) - 1
    edges = np.searchsorted(marks, np.concatenate([[0], ends]))
    slow |= np.diff(edges) != count
    rows = np.flatnonzero(~slow)
    if slow.any():
        marks = marks[np.repeat(~slow, np.diff(edges))]
    at = np.ascontiguousarray(marks.reshape(-1, count).T)
    last = ends[rows] - 1
    last -= array[np.maximum(last - 1, 0)] == 13
    good = np.ones(len(rows), np.bool_)
    for k, piece in enumerate(pieces):
        if piece.name is None:
            low, high = at[k - 1] + 1 if k else starts[rows], at[k] if k < count else last
            good &= _holds(array, low, high, piece.text.encode(form.encoding))
    slow[rows] = ~good


def _holds(array: Bytes, low: Longs, high: Longs, text: bytes) -> npt.NDArray[np.bool_]:
    """Whether `text` stands between each pair of places, looked at in words as long as it has room for."""
    good: npt.NDArray[np.bool_] = high - low == len(text)
    if not text:
        return good
    size = next(n for n in (8, 4, 2, 1) if n <= len(text))
    words = np.ndarray((len(array) - size + 1,), f"<u{size}", array, 0, (1,))
    low = np.where(good, low, 0)
    for place in sorted({*range(0, len(text) - size, size), len(text) - size}):
        good &= words[low + place] == int.from_bytes(text[place : place + size], "little")
    return good


def _arrow(data: pa.Buffer, pieces: Sequence[_Piece], form: Form, times: frozenset[int]) -> pa.Table:
    """The values of lines that are like the model."""
    timed = {name for index, name in enumerate(form.names) if index in times}
    coded = pa.dictionary(pa.int32(), pa.binary())
    kinds = {
        str(k): pa.binary() if piece.name in timed and piece.after is None else coded
        for k, piece in enumerate(pieces)
        if piece.name is not None
    }
    names = [str(k) for k in range(len(pieces))]
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        parse_options=pyarrow.csv.ParseOptions(delimiter='"', quote_char=False, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=kinds, include_columns=list(kinds), check_utf8=False, strings_can_be_null=False
        ),
    )


def _column(column: pa.ChunkedArray, piece: _Piece, form: Form, good: npt.NDArray[np.bool_]) -> pa.Array:
    cells = column.combine_chunks()
    return cells if piece.after is None else _numbers(cells, piece, form, good)


def _named(cells: pa.Array | None, rows: int, *, timed: bool) -> pa.DictionaryArray | large_times.Times:
    """A column of the header; empty cells where the model has no such key."""
    if cells is None:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([b""], pa.binary()))
    return large_times.read(cells) if timed and not pa.types.is_dictionary(cells.type) else cells


def _numbers(column: pa.DictionaryArray, piece: _Piece, form: Form, good: npt.NDArray[np.bool_]) -> pa.DictionaryArray:
    """The tokens of values that stand without quotation marks."""
    tokens: list[bytes] = []
    valid: list[bool] = []
    for text in column.dictionary.to_pylist():
        bare = _BARE.fullmatch(text.decode(form.encoding))
        fits = bare is not None and (bare[1], bare[3]) == (piece.text, piece.after)
        valid.append(fits)
        tokens.append(bare[2].encode() if bare and fits and bare[2] != "null" else b"")
    if not all(valid):
        good &= np.array(valid, np.bool_)[np.asarray(column.indices)]
    return pa.DictionaryArray.from_arrays(column.indices, pa.array(tokens, pa.binary()))


def _others(block: Block, form: Form, at: Longs, lines: int) -> list[Odd]:
    """The records on the lines that are not in `at`."""
    if len(at) == lines:
        return []
    known = np.ones(lines, np.bool_)
    known[at] = False
    return records(block, form, np.flatnonzero(known))


def records(block: Block, form: Form, wanted: Longs) -> list[Odd]:
    """The records on the wanted lines (0-based in the block); a blank line has none."""
    array = np.frombuffer(memoryview(block.buffer)[: block.size], np.uint8)
    ends = np.concatenate([[0], np.flatnonzero(array == 10) + 1])
    found, names = [], dict.fromkeys(form.names)
    for line in wanted.tolist():
        text = bytes(memoryview(block.buffer)[ends[line] : ends[line + 1]]).decode(form.encoding)
        if not text.strip():
            continue
        value = json_object(text)
        names.update(dict.fromkeys(value or ()))
        broken = ["source.json"] if value is None else []
        found.append(Odd(line, 1, json_cells(value, form.names), broken, []))
    if len(names) > len(form.names):
        raise MoreNames(tuple(names))
    return found


def records_at(block: Block, form: Form, wanted: Longs) -> tuple[int, list[Row]]:
    """How many lines a block has, and the cells on the wanted ones, by line (0-based in the block)."""
    count = block.buffer.count(b"\n", 0, block.size)
    return count, [(record.line, record.cells) for record in records(block, form, wanted[wanted < count])]
