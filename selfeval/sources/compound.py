"""Whether an old workbook (.xls, a compound file) hangs together: calamine follows a looped chain until memory ends.

Belongs here: the chains of sectors alone. What stands in them is calamine's to read.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

_HEADER = 512
_LAST = 0xFFFFFFFA
#: Sector numbers of the table of sectors that the header itself holds.
_IN_HEADER = 109


def is_sound(data: bytes) -> bool:
    """Whether no chain of sectors loops, and none is longer than the file."""
    if len(data) < _HEADER:
        return False
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        return False
    size, limit = 1 << shift, len(data) >> shift
    tables, _, _, _, mini, minis, more, mores = struct.unpack_from("<8I", data, 44)
    if max(tables, minis, mores) > limit:
        return False
    places = [p for p in struct.unpack_from(f"<{_IN_HEADER}I", data, 76) if p < _LAST]
    for _ in range(mores):
        numbers = _sector(data, more, size)
        if not numbers:
            return False
        places += [p for p in numbers[:-1] if p < _LAST]
        more = numbers[-1]
    if len(places) > limit:
        return False
    table = [number for place in places for number in _sector(data, place, size)]
    if _loops(table):
        return False
    small: list[int] = []
    while mini < _LAST and len(small) <= limit * size:
        small += _sector(data, mini, size)
        mini = table[mini] if mini < len(table) else _LAST
    return not _loops(small)


def _sector(data: bytes, number: int, size: int) -> Sequence[int]:
    start = (number + 1) * size
    return struct.unpack_from(f"<{size // 4}I", data, start) if start + size <= len(data) else ()


def _loops(table: Sequence[int]) -> bool:
    """Whether following the table from some entry comes back to an entry passed before."""
    done = bytearray(len(table))
    for start in range(len(table)):
        passed: list[int] = []
        at = start
        while at < len(table) and not done[at]:
            done[at] = 1
            passed.append(at)
            at = table[at]
        if at < len(table) and done[at] == 1 and at in set(passed):
            return True
        for place in passed:
            done[place] = 2
    return False
