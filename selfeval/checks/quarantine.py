"""quarantine/<dataset>.csv: every row that was not counted, with its place and rule, then the cells as read, masked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandera.pandas as pa
import pyarrow
import pyarrow.parquet as pq

from schemas import Dataset, Scope
from selfeval import duck
from selfeval.checks.cells import literal
from selfeval.checks.part import Part
from selfeval.sources import large_again
from selfeval.sources.people import People
from selfeval.store import Entry

#: A part, rows of it, and what writes their cells into a folder as `CELLS` → the entry that keeps them.
Again = Callable[[Part, Sequence[int], Callable[[Path], Mapping[str, Any]]], Entry]

CELLS = "cells.parquet"
#: Rows that are sorted and written at once.
PIECE = 250_000
PLACE = ("文件", "工作表", "行", "规则")


def write(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    scope: Scope,
    parts: Sequence[Part],
    people: Callable[[], People],
    again: Again,
    path: Path,
) -> None:
    """Write the rows in `excluded`, streamed by DuckDB; UTF-8 with a byte-order mark so that Excel shows it rightly.

    `people` are masked in rows that are read again from a large file; `again` keeps such rows of a part.
    """
    aside = {index for (index,) in con.execute("SELECT DISTINCT part FROM excluded").fetchall()}
    schemas = {table.slug: table.schema(scope) for table in dataset.tables}
    queries = [_query(con, part, schemas[part.info["table"]], people, again) for part in parts if part.index in aside]
    if not queries:
        path.write_text("\ufeff" + ",".join(PLACE) + "\r\n", encoding="utf-8", newline="")
        return
    body = path.with_suffix(".body")
    everything = " UNION ALL BY NAME ".join(queries)
    with path.open("wb") as out:
        out.write(b"\xef\xbb\xbf")
        for number, where in enumerate(_pieces(con)):
            head = "HEADER" if number == 0 else "HEADER false"
            con.execute(
                f"COPY (SELECT * EXCLUDE (_part, _row) FROM ({everything}) WHERE {where} ORDER BY _part, _row)"
                f" TO {literal(str(body))} (FORMAT csv, {head})"
            )
            with body.open("rb") as stream:
                shutil.copyfileobj(stream, out, 1 << 20)
    body.unlink()


def _pieces(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Conditions that cut `excluded` into pieces in order: rows as long as texts are not sorted within the memory
    limit when a whole log of millions is set aside."""
    (rows,) = duck.row(con, "SELECT count(*) FROM excluded")
    if rows <= PIECE:
        return ["true"]
    bounds = con.execute(
        f"SELECT part, min(_row), max(_row) FROM (SELECT part, _row,"
        f" (row_number() OVER (PARTITION BY part ORDER BY _row) - 1) // {PIECE} AS piece FROM excluded)"
        f" GROUP BY part, piece ORDER BY part, piece"
    ).fetchall()
    return [f"_part = {part} AND _row BETWEEN {first} AND {last}" for part, first, last in bounds]


def _query(
    con: duckdb.DuckDBPyConnection, part: Part, schema: pa.DataFrameSchema, people: Callable[[], People], again: Again
) -> str:
    labels = duck.columns(con, f"SELECT * FROM {part.parquet('cells')}")
    relation = _with_cells(con, part, schema, labels, people, again) if "large" in part.info else part.parquet("cells")
    cells = "".join(f", {_inert(_quoted(label))} AS {_quoted(_free(label))}" for label in labels)
    place = f"{_inert(literal(part.raw.name))} AS 文件, {_inert(literal(part.sheet or ''))} AS 工作表, c._row AS 行, e.rule AS 规则"
    return (
        f"SELECT {part.index} AS _part, c._row AS _row, {place}{cells} FROM {relation} c"
        f" JOIN excluded e ON e.part = {part.index} AND e._row = c._row"
    )


def _with_cells(
    con: duckdb.DuckDBPyConnection,
    part: Part,
    schema: pa.DataFrameSchema,
    labels: Sequence[str],
    people: Callable[[], People],
    again: Again,
) -> str:
    """The part's cells with those of rows that were beyond doubt while they were read."""
    missing = con.execute(
        f"SELECT _row FROM excluded WHERE part = {part.index}"
        f" AND _row NOT IN (SELECT _row FROM {part.parquet('cells')}) ORDER BY _row"
    ).fetchall()
    if not missing:
        return part.parquet("cells")
    rows = [row for (row,) in missing]

    def build(folder: Path) -> dict[str, Any]:
        known = large_again.as_kept(con, part.parquet("rows"), part.info, schema, rows)
        told = set() if known is None else set(known["_row"].to_pylist())
        tables = [] if known is None else [known]
        if rest := [row for row in rows if row not in told]:
            tables.append(large_again.shown(con, part.raw, part.info, schema, rest, labels, people()))
        pq.write_table(pyarrow.concat_tables(tables, promote_options="default"), folder / CELLS)
        return {}

    more = literal(str(again(part, rows, build).file(CELLS)))
    return f"(SELECT * FROM {part.parquet('cells')} UNION ALL BY NAME SELECT * FROM {more})"


def _inert(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe; a negative number stays as it is."""
    return (
        f"CASE WHEN regexp_matches({cell}, '^[=+@\\t\\r\\n]') OR regexp_matches({cell}, '^-[^0-9.]')"
        f" THEN '''' || {cell} ELSE {cell} END"
    )


def _free(label: str) -> str:
    """A header as the file has it, told apart from our own and made inert like a cell."""
    if re.match(r"[=+@\t\r\n]|-[^0-9.]", label):
        label = f"'{label}"
    return f"{label}（原表）" if label in PLACE else label


def _quoted(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'
