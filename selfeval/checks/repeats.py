"""Rows of a table that may have the same key: found by sorted hashes of a part's keys, so that a log is not grouped.

A hash only says which rows to look at; `resolve` compares them. What is kept of a part does not depend on other parts,
so that one mended file leaves the others' work as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow

from selfeval import duck
from selfeval.checks import words
from selfeval.checks.cells import literal
from selfeval.checks.part import Part
from selfeval.checks.words import Words
from selfeval.store import Entry

#: Tables of fewer rows are grouped by DuckDB as they are.
LARGE_ROWS = 200_000
Longs = npt.NDArray[np.int64]


def write(
    con: duckdb.DuckDBPyConnection, part: Part, key: Sequence[str], foreign: Sequence[str], folder: Path
) -> dict[str, Any]:
    """Keep of a part its sound rows' hashes (`keys.npy`), the rows that may repeat one another (`repeated.parquet`)
    and the distinct values of columns that refer to other tables (`foreign.parquet`); gives how many rows are sound.

    A word of `keys.npy` is the upper bits of a hash and below them the row; `bits` says how many those are.
    """
    bits = int(part.info["lines"]).bit_length()
    (sound,) = duck.row(con, f"SELECT count(*) FROM {part.parquet('rows')} WHERE NOT _bad")
    keys = _keys(con, part, key, bits, sound)
    keys.sort()
    np.save(folder / "keys.npy", keys)
    # Piece by piece, each one beginning with the last word of the one before: a copy of all would double the memory.
    starts = range(0, len(keys), words.PIECE)
    near = [words.twice(keys[max(k - 1, 0) : k + words.PIECE] >> np.uint64(bits)) for k in starts]
    rows = _rows_of(words.having(keys, np.unique(np.concatenate([keys[:0], *near])), bits), bits)
    con.execute(f"COPY ({_at_rows(con, part, rows)}) TO {literal(str(folder / 'repeated.parquet'))} (FORMAT parquet)")
    distinct = [
        f"SELECT DISTINCT '{c}' AS \"column\", {c} AS value FROM {part.parquet('rows')} WHERE {c} IS NOT NULL"
        for c in foreign
    ]
    if distinct:
        query = f"SELECT * FROM ({' UNION ALL '.join(distinct)}) ORDER BY ALL"
        con.execute(f"COPY ({query}) TO {literal(str(folder / 'foreign.parquet'))} (FORMAT parquet)")
    return {"sound": sound, "bits": bits}


def _keys(con: duckdb.DuckDBPyConnection, part: Part, key: Sequence[str], bits: int, count: int) -> Words:
    upper = (1 << 64) - (1 << bits)
    query = (
        f"SELECT (hash({', '.join(key)}) & {upper}::UBIGINT) | _row::UBIGINT AS word"
        f" FROM {part.parquet('rows')} WHERE NOT _bad"
    )
    keys, filled = np.empty(count, np.uint64), 0
    for batch in con.sql(query).to_arrow_reader(1 << 19):
        column = batch.column(0).to_numpy()
        keys[filled : filled + len(column)] = column
        filled += len(column)
    return keys


def _rows_of(found: Words, bits: int) -> Longs:
    return np.unique(found & np.uint64((1 << bits) - 1)).astype(np.int64)


def across(files: Mapping[int, tuple[Path, int]]) -> Iterator[tuple[int, Longs]]:
    """The rows of each part that may repeat a row of another; `files` holds `keys.npy` and its bits by part."""
    if len(files) < 2:
        return
    kept: dict[int, Words] = {index: np.load(path, mmap_mode="r") for index, (path, _) in files.items()}
    common = max(bits for _, bits in files.values())
    found: dict[int, list[Longs]] = {index: [] for index in files}
    for parts in words.pieces(kept, common):
        hashes = np.concatenate([words.once(w >> np.uint64(common)) for w in parts.values()])
        hashes.sort()
        shared = words.twice(hashes)
        for index, mine in parts.items():
            rows = _rows_of(words.having(mine, shared, common), files[index][1])
            if len(rows):
                found[index].append(rows)
    for index, listed in found.items():
        if listed:
            yield index, np.unique(np.concatenate(listed))


def _at_rows(con: duckdb.DuckDBPyConnection, part: Part, rows: Longs) -> str:
    """A query for the sound rows of a part among `rows`."""
    if len(rows) <= 100:
        # Few enough to be looked up by the groups' own bounds.
        listed = ", ".join(map(str, rows.tolist())) or "NULL"
        return f"SELECT * FROM {part.parquet('rows')} WHERE NOT _bad AND _row IN ({listed})"
    con.register("wanted_rows", pyarrow.table({"_row": rows}))
    con.execute("CREATE OR REPLACE TEMP TABLE wanted AS SELECT * FROM wanted_rows")
    return f"SELECT r.* FROM {part.parquet('rows')} r SEMI JOIN wanted USING (_row) WHERE NOT _bad"


def gather(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], kept: Mapping[int, Entry]) -> str:
    """Make table `may_repeat`, all rows that may repeat another, with their _part; gives its name. `kept` is by part."""
    queries = [
        f"SELECT {p.index} AS _part, * FROM {literal(str(kept[p.index].file('repeated.parquet')))}" for p in parts
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE may_repeat AS {' UNION ALL BY NAME '.join(queries)}")
    by_index = {p.index: p for p in parts}
    for index, rows in across({p.index: (kept[p.index].file("keys.npy"), kept[p.index].info["bits"]) for p in parts}):
        query = _at_rows(con, by_index[index], rows)
        con.execute(
            f"INSERT INTO may_repeat BY NAME SELECT {index} AS _part, * FROM ({query}) q WHERE _row NOT IN"
            f" (SELECT _row FROM may_repeat WHERE _part = {index})"
        )
    return "may_repeat"
