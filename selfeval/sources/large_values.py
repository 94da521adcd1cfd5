"""The distinct values of a column of a large file → typed and masked values, and which of them are beyond doubt.

A log repeats itself: 25 million rows name some ten thousand people, places and titles. So what SQL does to a cell is
done once a distinct value, by the same expressions as for small files; rows then carry codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from selfeval.checks import cells as cell_checks
from selfeval.sources import large_memo, masking, typing
from selfeval.sources.people import People

#: With more distinct values than this a column is looked at block by block, and nothing is kept of it.
KEPT = 200_000
#: Whole numbers below this are taken as likely in a column of them.
LIKELY = 2_000
Codes = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


class Values:
    """Everything known of the values of one column so far. `ordinary` says whether a cell can only be data here; `people` are masked in prose."""

    def __init__(
        self,
        lookup: Lookup,
        name: str,
        column: pandera.Column,
        encoding: str,
        ordinary: Callable[[str], bool] | None = None,
        people: People | None = None,
    ) -> None:
        self._lookup, self._name, self._column = lookup, name, column
        self._encoding, self._ordinary, self._people = encoding, ordinary, people
        checks = [(check.name, repr(check.statistics)) for check in column.checks]
        #: all that decides about a cell.
        self._key = (name, repr(column.metadata), column.nullable, repr(checks), encoding, people)
        self.private = column.metadata["private"]
        self._kind = column.metadata["kind"]
        self._text = typing.duckdb_type(self._kind) == "VARCHAR"
        #: typed value → number of the group of equal values: the first line that has it.
        self._groups: dict[str | None, int] = {}
        #: lengths of the codes that are digits alone, and whether one of them begins with a zero.
        self._lengths: set[int] = set()
        self._led = False
        self._forget()

    @property
    def uneven(self) -> bool:
        """Whether a code may have lost zeros in front, which only all codes together tell."""
        return self._led and (len(self._lengths) > 1 or bool(self._column.checks))

    def _measure(self, codes: pa.Array) -> None:
        digits = codes.filter(pc.match_substring_regex(codes, "^[0-9]+$").fill_null(False))
        self._lengths.update(pc.unique(pc.binary_length(digits)).to_pylist())
        self._led = self._led or bool(pc.any(pc.starts_with(digits, "0")).as_py())

    def _forget(self) -> None:
        self._known = pa.array([], pa.binary())
        self.plain = np.empty(0, np.bool_)
        #: cells that are shown otherwise than `as_kept` makes them of their value: 1,234 for 1234, a word with a blank.
        self.spelt = np.empty(0, np.bool_)
        self._value = np.empty(0, np.int32)
        self._public = np.empty(0, np.int32)
        self._distinct: pa.Array | None = None
        self._typed: list[str | None] = []
        self._type_code: dict[str | None, int] = {}
        #: the group number of each of `_typed`, -1 where no row had it yet.
        self._numbers = np.empty(0, np.int64)

    def look_up(self, cells: pa.Array) -> Longs:
        """Places of the cells (bytes, each distinct) among what is known; new ones are looked at first.

        Raises UnicodeDecodeError where one is not of the file's encoding.
        """
        if len(self._known) > KEPT:
            self._forget()
        found = pc.index_in(cells, value_set=self._known) if len(self._known) else pa.nulls(len(cells), pa.int32())
        fresh = np.asarray(found.is_null())
        if fresh.any():
            start = len(self._known)
            self._learn(cells.filter(pa.array(fresh)))
            places = np.asarray(found.fill_null(0)).astype(np.int64)
            places[fresh] = np.arange(start, start + np.count_nonzero(fresh))
            return places
        return np.asarray(found).astype(np.int64)

    def public(self, known: Longs, codes: Codes) -> pa.Array:
        """The values of rows that may be shown: `known` as `look_up` gave it, `codes` which of it each row has."""
        assert self._distinct is not None
        if not self._text:
            return self._distinct.take(pa.array(known)).take(pa.array(codes))
        distinct = self._public[known]
        indices = distinct[codes]
        empty = (distinct < 0).any()
        return pa.DictionaryArray.from_arrays(
            pa.array(indices, mask=indices < 0) if empty else pa.array(indices), self._distinct
        )

    def micros(self, places: Longs) -> Longs:
        """Points in time as microseconds."""
        assert self._distinct is not None
        return np.asarray(self._distinct.cast(pa.int64()).fill_null(0))[places]

    def grouped(self, known: Longs, codes: Codes, lines: Longs) -> Longs:
        """The group number of each row; `lines` are the rows' physical lines, the others as for `public`."""
        values = self._value[known]
        if (self._numbers[values] < 0).any():
            fresh = np.flatnonzero(self._numbers[values][codes] < 0)
            present, first = np.unique(values[codes[fresh]], return_index=True)
            for value, row in zip(present.tolist(), fresh[first].tolist(), strict=True):
                self._numbers[value] = self._groups.setdefault(self._typed[value], int(lines[row]))
        return np.asarray(self._numbers[values][codes])

    def groups_of(self, cells: Sequence[str], lines: Sequence[int]) -> list[int]:
        """The group number of each cell; `lines` are the cells' physical lines, in order."""
        distinct = pa.array([cell.encode(self._encoding) for cell in cells], pa.binary()).dictionary_encode()
        places = self.look_up(distinct.dictionary)[np.asarray(distinct.indices)]
        codes = self._value[places]
        return [
            self._groups.setdefault(self._typed[code], line) for code, line in zip(codes.tolist(), lines, strict=True)
        ]

    def _learn(self, cells: pa.Array) -> None:
        if self._kind == "integer" and not len(self._known):
            # Counts of a log lie close together: asking SQL once for all of them is cheaper than block by block.
            likely = pa.array([str(n).encode() for n in range(LIKELY)], pa.binary())
            cells = pa.concat_arrays([cells, likely.filter(pc.invert(pc.is_in(likely, value_set=cells)))])
        told = large_memo.learnt(self._key, cells, self._look)
        typed, public = told.typed, told.public
        if self._kind == "code":
            self._measure(typed)
        plain = ~told.doubtful
        if self._kind == "timestamp":
            plain &= np.asarray(typed.is_valid())
        if self._ordinary is not None:
            texts = (cell.decode(self._encoding) for cell in cells.to_pylist())
            plain &= np.fromiter(map(self._ordinary, texts), np.bool_, len(cells))
        self.plain = np.concatenate([self.plain, plain])
        self.spelt = np.concatenate([self.spelt, told.spelt])
        self._known = pa.concat_arrays([self._known, cells])
        if self.private:
            values = typed.to_pylist()
            for value in values:
                if value not in self._type_code:
                    self._type_code[value] = len(self._typed)
                    self._typed.append(value)
            codes = np.fromiter(map(self._type_code.__getitem__, values), np.int32, len(values))
            self._value = np.concatenate([self._value, codes])
            numbers = [self._groups.get(value, -1) for value in self._typed[len(self._numbers) :]]
            self._numbers = np.concatenate([self._numbers, np.array(numbers, np.int64)])
        else:
            self._value = np.zeros(len(self._known), np.int32)
        self._publish(public)

    def _look(self, cells: pa.Array) -> large_memo.Learnt:
        texts = [cell.decode(self._encoding) for cell in cells.to_pylist()]
        if self._people is not None:
            texts = [self._people.masked(text) for text in texts]
        return large_memo.Learnt(cells, *self._lookup.values(self._name, self._column, texts))

    def _publish(self, public: pa.Array) -> None:
        if not self._text:
            self._distinct = public if self._distinct is None else pa.concat_arrays([self._distinct, public])
            self._public = np.zeros(len(self._distinct), np.int32)
            return
        # Masked or trimmed, several values may look the same: a dictionary has each once.
        both = public if self._distinct is None else pa.concat_arrays([self._distinct, public.drop_null()])
        self._distinct = pc.unique(both).drop_null()
        codes = pc.index_in(public, value_set=self._distinct, skip_nulls=True).fill_null(-1)
        self._public = np.concatenate([self._public, np.asarray(codes).astype(np.int32)])


class Lookup:
    """What SQL makes of distinct values, by the expressions and checks of small files."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def values(
        self, name: str, column: pandera.Column, texts: list[str]
    ) -> tuple[pa.Array, pa.Array, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Typed and public value of each text, whether it is shown otherwise than the value, and whether it is not
        beyond doubt."""
        kind = column.metadata["kind"]
        cells = pa.table({"_id": np.arange(len(texts)), name: pa.array(texts, pa.string())})
        self._con.register("large_cells", cells)
        self._con.execute(
            "CREATE OR REPLACE TEMP TABLE large_typed AS SELECT _id, " + typing.value(name, column) + f" AS {name},"
            f" {name} AS cell FROM large_cells"
        )
        public = masking.declared(name, column) if column.metadata["private"] else name
        other = f"{masking.declared('cell', column)} IS DISTINCT FROM {as_kept('public', column)}"
        shown = self._con.sql(
            f"SELECT typed, public, {other} AS spelt FROM"
            f" (SELECT _id, cell, {name} AS typed, {public} AS public FROM large_typed) ORDER BY _id"
        ).to_arrow_table()
        doubts = [f"{name} IS NULL AND sf_trim(cell) IS NOT NULL", typing.is_error("cell")]
        if kind == "code":
            doubts += [typing.is_scientific("cell"), typing.is_glued("cell"), masking.is_private_code(name)]
        elif kind in ("date", "timestamp"):
            doubts.append(typing.is_serial("cell"))
        doubtful = self._con.sql(
            f"SELECT _id FROM large_typed WHERE {' OR '.join(f'coalesce({d}, false)' for d in doubts)}"
            f" UNION SELECT _id FROM ({_failing(name, column, 'large_typed')})"
        ).fetchnumpy()["_id"]
        self._con.unregister("large_cells")
        marked = np.zeros(len(texts), np.bool_)
        marked[np.asarray(doubtful, np.int64)] = True
        spelt = shown["spelt"].to_numpy().astype(np.bool_)
        return shown["typed"].combine_chunks(), shown["public"].combine_chunks(), spelt, marked

    def doubtful_times(self, name: str, column: pandera.Column, micros: Longs) -> Longs:
        """Places of points in time that the checks do not pass."""
        if all(check.name == "in_range" for check in column.checks):
            outside = np.zeros(len(micros), np.bool_)
            for check in column.checks:
                outside |= _outside(micros, check.statistics)
            return np.flatnonzero(outside)
        times = pa.table({"_id": np.arange(len(micros)), name: pa.array(micros).cast(pa.timestamp("us"))})
        self._con.register("large_times", times)
        found = self._con.sql(_failing(name, column, "large_times")).fetchnumpy()["_id"]
        self._con.unregister("large_times")
        return np.asarray(found, np.int64)


def as_kept(expression: str, column: pandera.Column) -> str:
    """SQL: a cell as quarantine files show it, made of its public value."""
    return f"coalesce(CAST({expression} AS VARCHAR), {masking.declared(chr(39) * 2, column)})"


def _outside(micros: Longs, bounds: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """What `cells.holds` says of a range, on microseconds: three times as fast as a query a block."""
    low, high = (np.datetime64(bounds[k], "us").astype(np.int64) for k in ("min_value", "max_value"))
    under = micros < low if bounds["include_min"] else micros <= low
    return np.asarray(under | (micros > high if bounds["include_max"] else micros >= high))


def _failing(name: str, column: pandera.Column, relation: str) -> str:
    return cell_checks.sql_faults(pandera.DataFrameSchema({name: column}), [name], relation)
