"""`rows.parquet` of a large file, written in groups of rows as they come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.base import ARROW_TYPES
from selfeval.sources.large_chunks import NotRegular

#: Rows in a group: a dictionary is repeated with each.
GROUP = 500_000


def columns_of(schema: pandera.DataFrameSchema, present: list[str]) -> dict[str, pa.DataType]:
    """Name and type of each column that `tables` writes for this declaration, in its order."""
    types: dict[str, pa.DataType] = {"_row": pa.int64(), "_bad": pa.bool_()}
    for name, column in schema.columns.items():
        private = column.metadata["private"]
        if name in present and private is not None:
            types[f"{name}__group"] = pa.int64()
        if private != "secret":
            types[name] = ARROW_TYPES[column.metadata["kind"]]
    return types


class RowWriter:
    """Rows with the columns that `columns_of` names; texts are dictionaries that only grow between two groups."""

    def __init__(self, path: Path, types: dict[str, pa.DataType]) -> None:
        self._types = types
        texts = [name for name, kind in types.items() if kind == pa.string()]
        deltas = {
            name: "DELTA_BINARY_PACKED" for name, kind in types.items() if kind in (pa.int64(), pa.timestamp("us"))
        }
        self._schema = pa.schema(
            [(name, pa.dictionary(pa.int32(), pa.string()) if name in texts else kind) for name, kind in types.items()]
        )
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=texts,
            dictionary_pagesize_limit=1 << 30,
            column_encoding=deltas,
            write_statistics=list(deltas),
            store_schema=False,
        )
        self._waiting: list[dict[str, pa.Array]] = []
        self._rows = 0
        self.written = 0

    def add(self, rows: npt.NDArray[np.int64], columns: dict[str, pa.Array]) -> None:
        """Add rows beyond doubt; columns that are not given are empty."""
        if not len(rows):
            return
        if self._waiting and any(_other(self._waiting[-1][name], column) for name, column in columns.items()):
            self._flush()
        fixed = {"_row": pa.array(rows), "_bad": pa.array(np.zeros(len(rows), np.bool_))}
        self._waiting.append({**fixed, **columns})
        self._rows += len(rows)
        self.written += len(rows)
        if self._rows >= GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            arrays = [self._joined(name) for name in self._types]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=self._rows)
        self._waiting, self._rows = [], 0

    def _joined(self, name: str) -> pa.ChunkedArray:
        pieces = [piece[name] for piece in self._waiting if name in piece]
        kind = self._schema.field(name).type
        if not pieces:
            return pa.chunked_array([pa.nulls(self._rows, kind)])
        if pa.types.is_dictionary(kind):
            # Codes stay what they are while a dictionary grows: the last one holds for all.
            last = pieces[-1].dictionary
            pieces = [pa.DictionaryArray.from_arrays(piece.indices, last, safe=False) for piece in pieces]
        return pa.chunked_array(pieces, kind)

    def append(self, table: pa.Table) -> None:
        """Add rows as `tables` wrote them. Raises NotRegular where their columns are not those of `columns_of`."""
        self._flush()
        if table.schema.names != list(self._types) or [f.type for f in table.schema] != list(self._types.values()):
            raise NotRegular
        if table.num_rows:
            self._writer.write_table(
                pa.Table.from_arrays(
                    [
                        pc.dictionary_encode(table[n].combine_chunks()).cast(self._schema.field(n).type)
                        if kind == pa.string()
                        else table[n]
                        for n, kind in self._types.items()
                    ],
                    schema=self._schema,
                )
            )
            self.written += table.num_rows

    def close(self) -> None:
        self._flush()
        self._writer.close()


def _other(before: pa.Array, column: pa.Array) -> bool:
    """Whether a dictionary was begun anew since."""
    if not pa.types.is_dictionary(column.type):
        return False
    old, new = before.dictionary, column.dictionary
    return len(new) < len(old) or not new[: len(old)].equals(old)
