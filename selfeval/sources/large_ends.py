"""Which records of a large file end otherwise than most: kept a block at a time, as little as that takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
#: A line ends with a line feed, with both, with a carriage return, or not at all (the last one).
FEED, BOTH, RETURN, OPEN = range(4)


@dataclass(frozen=True)
class Ends:
    """How the records of a block end. `kinds` is by line, or one for all; `inner` lines do not start a record."""

    lines: int
    kinds: int | npt.NDArray[np.uint8]
    inner: Longs

    def starts(self) -> Longs:
        """The lines on which records start."""
        return np.delete(np.arange(self.lines), self.inner)


def of_plain(returns: int, lines: int, *, open_end: bool) -> Ends | None:
    """The ends of a block without quotes that has so many carriage returns, none of them bare; None where they are of
    several kinds."""
    none = np.empty(0, np.int64)
    if returns == 0 and not open_end:
        return Ends(lines, FEED, none)
    if returns == lines:
        return Ends(lines, BOTH, none)
    return None


def of_lines(
    array: npt.NDArray[np.uint8], bare: npt.NDArray[np.bool_], ends: Longs, inner: Longs, *, open_end: bool
) -> Ends:
    """The ends of any block, line by line; `ends` holds where its lines end."""
    before = np.where(ends >= 2, array[np.maximum(ends - 2, 0)], 0)
    kinds = np.where(bare[ends - 1], RETURN, np.where(before == 13, BOTH, FEED)).astype(np.uint8)
    if open_end:
        kinds[-1] = OPEN
    # What counts is the end of a record's last line: carried up to the line on which the record starts.
    for line in inner[::-1].tolist():
        kinds[line - 1] = kinds[line]
    first = int(kinds[0])
    return Ends(len(ends), first if (kinds == first).all() else kinds, inner)


@dataclass
class Tally:
    """Line ends over all blocks of a file, in order."""

    counts: Counter[int] = field(default_factory=Counter)
    _blocks: list[tuple[int, Ends]] = field(default_factory=list)

    def add(self, base: int, ends: Ends) -> None:
        """Count a block that starts after `base` lines."""
        if isinstance(ends.kinds, int):
            self.counts[ends.kinds] += ends.lines - len(ends.inner)
        else:
            self.counts.update(ends.kinds[ends.starts()].tolist())
        self._blocks.append((base, ends))

    def odd(self) -> list[int]:
        """The 1-based lines of the records that end otherwise than most."""
        counts = {kind: count for kind, count in self.counts.items() if kind != OPEN and count}
        if len(counts) < 2:
            return []
        usual = max(counts, key=lambda kind: counts[kind])
        found: list[int] = []
        for base, ends in self._blocks:
            starts = ends.starts() if not isinstance(ends.kinds, int) or ends.kinds not in (usual, OPEN) else None
            if starts is not None:
                kinds = np.broadcast_to(np.asarray(ends.kinds), (ends.lines,))[starts]
                found += (starts[(kinds != usual) & (kinds != OPEN)] + base + 1).tolist()
        return found
