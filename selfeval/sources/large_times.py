"""Points in time in the usual shape (2024-01-31 08:30:00), read eight characters at a time; the rest is left to SQL.

What is taken here is taken by `typing` as the same value, and nothing else is: a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

LENGTH = len("2024-01-31 08:30:00")
#: Cells looked at together.
PIECE = 16_384
#: First day of every month of the years 0000-9999, in days since 1970, and one month more.
_MONTHS = np.arange("0000-01", "10000-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Times:
    """Microseconds since 1970 of the cells in the usual shape; `rest` holds the others, `places` their rows."""

    cells: pa.BinaryArray
    micros: Longs
    places: Longs
    rest: pa.DictionaryArray

    def __len__(self) -> int:
        return len(self.micros)


def read(cells: pa.BinaryArray) -> Times:
    """Read a column of cells as bytes."""
    offsets = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + len(cells) + 1]
    data = cells.buffers()[2]
    usual = np.diff(offsets) == LENGTH
    micros = np.zeros(len(cells), np.int64)
    if usual.any():
        text = _joined(np.frombuffer(data, np.uint8), offsets, usual)
        values, good = _values(text)
        if usual.all():
            micros, usual = values, good
        else:
            micros[usual] = values
            usual[usual] = good
    places = np.flatnonzero(~usual)
    rest = cells.take(pa.array(places)).dictionary_encode()
    return Times(cells, micros, places, rest)


def _joined(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32], usual: npt.NDArray[np.bool_]
) -> bytes | memoryview:
    """The cells of usual length, one after the other."""
    view = memoryview(data.data)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], usual, [False]]).astype(np.int8))).reshape(-1, 2)
    pieces = [view[offsets[a] : offsets[b]] for a, b in edges.tolist()]
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _words(text: memoryview, at: int, size: int, kind: str) -> npt.NDArray[np.uint64]:
    """The `size` characters at a place of every cell, as one number each."""
    return np.ndarray((len(text) // LENGTH,), kind, text, at, (LENGTH,)).astype(np.uint64)


def _digits(words: npt.NDArray[np.uint64], shape: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """The digits as bytes 0-9 and whether the words have the shape: `0` a digit, anything else itself."""
    literal = int.from_bytes(bytes(0x30 if c == "0" else ord(c) for c in shape), "little")
    digit = int.from_bytes(bytes(0xFF if c == "0" else 0 for c in shape), "little")
    bare = words ^ np.uint64(literal)
    # Of a digit byte 0-9 remains, of any other character 0; 6 more must not reach the upper half.
    high = np.uint64(0xF0F0F0F0F0F0F0F0 & digit | (0xFFFFFFFFFFFFFFFF ^ digit) & (1 << 8 * len(shape)) - 1)
    carried = (bare & np.uint64(digit & 0x0F0F0F0F0F0F0F0F)) + np.uint64(0x0606060606060606 & digit)
    return bare, ((bare & high) | (carried & np.uint64(0xF0F0F0F0F0F0F0F0))) == 0


def _number(digits: npt.NDArray[np.uint64], *places: int) -> Longs:
    """The decimal number of the digits at the places."""
    total = np.zeros(len(digits), np.int64)
    for place in places:
        total *= 10
        total += ((digits >> np.uint64(8 * place)) & np.uint64(15)).view(np.int64)
    return total


def _values(text: bytes | memoryview) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """Microseconds, and which cells are points in time; piece by piece, so that it stays in the processor's cache."""
    rows = len(text) // LENGTH
    micros, good = np.empty(rows, np.int64), np.empty(rows, np.bool_)
    view = memoryview(text)
    for low in range(0, rows, PIECE):
        high = min(low + PIECE, rows)
        micros[low:high], good[low:high] = _piece(view[low * LENGTH : high * LENGTH])
    return micros, good


def _piece(text: memoryview) -> tuple[Longs, npt.NDArray[np.bool_]]:
    date, date_good = _digits(_words(text, 0, 8, "<u8"), "0000-00-")
    day_text, day_good = _digits(_words(text, 8, 2, "<u2"), "00")
    clock, clock_good = _digits(_words(text, 11, 8, "<u8"), "00:00:00")
    gap = np.ndarray((len(text) // LENGTH,), np.uint8, text, 10, (LENGTH,)) == 32
    year, month, day = _number(date, 0, 1, 2, 3), _number(date, 5, 6), _number(day_text, 0, 1)
    hour, minute, second = _number(clock, 0, 1), _number(clock, 3, 4), _number(clock, 6, 7)
    good = date_good & day_good & clock_good & gap & (month >= 1) & (month <= 12) & (year >= 1) & (day >= 1)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    index = np.where(good, year * 12 + month - 1, 0)
    days = _MONTHS[index] + day - 1
    good &= days < _MONTHS[index + 1]
    return ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000, good
