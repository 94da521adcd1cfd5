"""Sorted 64-bit words, a hash above and a number below: which hashes stand in several files, piece by piece.

A hash only says where to look. Belongs here: arithmetic on sorted arrays, without a copy of all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

#: Words looked at together.
PIECE = 4_000_000
Words = npt.NDArray[np.uint64]


def twice(values: Words) -> Words:
    """The values that stand more than once in a sorted array, each once."""
    return once(values[1:][values[1:] == values[:-1]])


def once(values: Words) -> Words:
    """The distinct values of a sorted array; `np.unique` would put them all into a table first."""
    return values[np.concatenate([[True], values[1:] != values[:-1]])] if len(values) else values


def having(words: Words, hashes: Words, common: int) -> Words:
    """Those of sorted `words` whose hash, down to `common` bits, is one of the sorted `hashes`."""
    low = np.searchsorted(words, hashes << np.uint64(common))
    high = np.searchsorted(words, (hashes << np.uint64(common)) | np.uint64((1 << common) - 1), side="right")
    counts = high - low
    before = np.repeat(np.cumsum(counts) - counts, counts)
    found: Words = words[np.repeat(low, counts) + np.arange(len(before)) - before]
    return found


def pieces(files: Mapping[int, Words], common: int) -> Iterator[dict[int, Words]]:
    """The words of each file cut into ranges of hashes; no hash, down to `common` bits, lies in two of them."""
    count = max(1, -(-sum(map(len, files.values())) // PIECE))
    edges = [np.uint64(min((k << 64) // count, (1 << 64) - 1)) for k in range(count + 1)]
    for k in range(count):
        low, high = (edge >> np.uint64(common) << np.uint64(common) for edge in (edges[k], edges[k + 1]))
        cuts = {
            i: (np.searchsorted(w, low), len(w) if k == count - 1 else np.searchsorted(w, high))
            for i, w in files.items()
        }
        yield {i: np.asarray(files[i][a:b]) for i, (a, b) in cuts.items()}
