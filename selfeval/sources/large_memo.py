"""What SQL made of distinct cells, kept while the process lives: the files of one log name the same people and places.

What a cell becomes depends on the column's declaration, the encoding and the persons to mask alone, so it is looked up
once for all files. Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

#: Cells kept of a column; of one that has more, nothing is kept. And columns kept.
MOST, COLUMNS = 200_000, 100


@dataclass(frozen=True)
class Learnt:
    """Distinct cells as bytes and, for each, its typed and public value, whether it is spelt in its own way, and whether
    it is not beyond doubt."""

    cells: pa.Array
    typed: pa.Array
    public: pa.Array
    spelt: npt.NDArray[np.bool_]
    doubtful: npt.NDArray[np.bool_]

    def __add__(self, other: Learnt) -> Learnt:
        return Learnt(
            pa.concat_arrays([self.cells, other.cells]),
            pa.concat_arrays([self.typed, other.typed]),
            pa.concat_arrays([self.public, other.public]),
            np.concatenate([self.spelt, other.spelt]),
            np.concatenate([self.doubtful, other.doubtful]),
        )

    def take(self, places: npt.NDArray[np.int64]) -> Learnt:
        at = pa.array(places)
        texts = (self.cells.take(at), self.typed.take(at), self.public.take(at))
        return Learnt(*texts, self.spelt[places], self.doubtful[places])


_KEPT: dict[Any, Learnt | None] = {}


def learnt(key: Any, cells: pa.Array, look: Callable[[pa.Array], Learnt]) -> Learnt:
    """What is known of cells (distinct, as bytes), in their order; `look` is asked for those seen for the first time."""
    kept = _KEPT.get(key)
    if kept is None:
        made = look(cells)
        _keep(key, made)
        return made
    found = pc.index_in(cells, value_set=kept.cells)
    fresh = np.asarray(found.is_null())
    places = np.asarray(found.fill_null(0)).astype(np.int64)
    if fresh.any():
        places[fresh] = len(kept.cells) + np.arange(np.count_nonzero(fresh))
        kept = kept + look(cells.filter(pa.array(fresh)))
        _keep(key, kept)
    return kept.take(places)


def _keep(key: Any, made: Learnt) -> None:
    # A whole entry takes the place of another: two threads may at worst look twice.
    if len(_KEPT) >= COLUMNS and key not in _KEPT:
        _KEPT.clear()
    _KEPT[key] = made if len(made.cells) <= MOST else None
