"""A large Parquet file → batches' cells, as `large_chunks` gives those of delimited text: row n is its n-th record.

A cell's text is what `workbook.cell_text` makes of it, a distinct value at a time. What a column means does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from selfeval.sources import large_ends, large_times
from selfeval.sources.large_chunks import Form, Longs, NotRegular, Parsed
from selfeval.sources.text import Row, Sheet
from selfeval.sources.workbook import cell_text

#: Records taken together.
BATCH_ROWS = 120_000
#: The last second that Python knows, since 1970.
_LAST = 253_402_300_799
_WRONG = (pa.ArrowException, OSError, ValueError, OverflowError, ArithmeticError)


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """The file, texts kept as dictionaries. Raises NotRegular where it is none: `workbook.read_parquet` says why."""
    try:
        with pq.ParquetFile(path, memory_map=False, buffer_size=1 << 20) as plain:
            texts = [field.name for field in plain.schema_arrow if pa.types.is_string(field.type)]
        with pq.ParquetFile(path, memory_map=False, buffer_size=1 << 20, read_dictionary=texts) as file:
            yield file
    except _WRONG as error:
        raise NotRegular from error


def head_rows(path: Path, enough: int) -> tuple[Sheet, tuple[str, ...]]:
    """The header and the first records as `workbook.read_parquet` reads them; and the names of all columns."""
    with _opened(path) as file:
        names = tuple(file.schema_arrow.names)
        first = next(file.iter_batches(enough), None)
        columns = [[cell_text(v) for v in column.to_pylist()] for column in first.columns] if first else []
    rows = [(n, list(cells)) for n, cells in enumerate(zip(*columns, strict=True), 1)]
    return Sheet(None, [(0, list(names)), *rows], 0), names


class Batches:
    """The records of a file after the first `skip`, some at a time, in order."""

    def __init__(self, file: pq.ParquetFile, skip: int) -> None:
        self._file, self._skip = file, skip

    def release(self, block: Any) -> None:
        """Nothing: a batch is not filled again."""

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        left = self._skip
        for batch in self._file.iter_batches(BATCH_ROWS, use_threads=False):
            if left < len(batch):
                yield batch.slice(left)
            left = max(left - len(batch), 0)


@contextmanager
def batches(path: Path, skip: int) -> Iterator[Batches]:
    with _opened(path) as file:
        yield Batches(file, skip)


def parse(batch: pa.RecordBatch, form: Form, times: frozenset[int]) -> Parsed:
    """The cells of a batch, column by column, as `large_chunks.parse` gives them. Raises NotRegular."""
    try:
        columns = [_cells(column, timed=index in times) for index, column in enumerate(batch.columns)]
    except _WRONG as error:
        raise NotRegular from error
    rows = len(batch)
    ends = large_ends.Ends(rows, large_ends.FEED, np.empty(0, np.int64))
    return Parsed(rows, np.arange(rows), columns, [], ends)


def _cells(column: pa.Array, *, timed: bool) -> pa.DictionaryArray | large_times.Times:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is None and timed:
        return large_times.read(_filled(_moments(column)))
    if pa.types.is_dictionary(kind) and timed:
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) and timed:
        return large_times.read(_filled(column))
    return _coded(column)


def _coded(column: pa.Array) -> pa.DictionaryArray:
    """The texts of any column, a distinct value at a time."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = pa.concat_arrays([_texts(column.dictionary), pa.array([b""], pa.binary())])
    # Two values may read the same, and none reads as an empty cell.
    distinct = texts.dictionary_encode()
    codes = np.asarray(column.indices.fill_null(len(texts) - 1))
    indices = np.asarray(distinct.indices)[codes]
    return pa.DictionaryArray.from_arrays(pa.array(indices), distinct.dictionary)


def _texts(values: pa.Array) -> pa.BinaryArray:
    if pa.types.is_string(values.type):
        return values.cast(pa.binary())
    return pa.array([cell_text(value).encode() for value in values.to_pylist()], pa.binary())


def _filled(column: pa.Array) -> pa.BinaryArray:
    return pc.fill_null(column.cast(pa.binary()), b"")


def _moments(column: pa.Array) -> pa.StringArray:
    """Points in time as text, to the second."""
    seconds = pc.cast(column, pa.timestamp("s"), safe=False)
    bounds = pc.min_max(seconds.cast(pa.int64())).as_py()
    if bounds["min"] is not None and not (bounds["min"] >= 0 and bounds["max"] <= _LAST):
        raise NotRegular
    return seconds.cast(pa.string())


def rows_at(path: Path, form: Form, wanted: Sequence[int]) -> list[Row]:
    """The cells of the wanted records (1-based, in order)."""
    found: list[Row] = []
    base, left = 0, np.array(wanted, np.int64)
    with batches(path, 0) as all_of:
        for batch in all_of:
            here: Longs = left[left <= base + len(batch)]
            if len(here):
                columns = [_coded(column) for column in batch.take(pa.array(here - base - 1)).columns]
                cells = zip(*(column.to_pylist() for column in columns), strict=True)
                found += [(n, [c.decode() for c in row]) for n, row in zip(here.tolist(), cells, strict=True)]
            base, left = base + len(batch), left[len(here) :]
            if not len(left):
                break
    return found
