"""The cells of single rows of a large file that were set aside only later: made of their values, or read again.

A row beyond doubt leaves no cells behind while it is read; that it repeats another or names somebody unknown shows
when all files are there. Only quarantine files need its cells then. Most cells look like their value; the raw file is
read again only where one does not, which the reader noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandera.pandas as pa
import pyarrow

from selfeval.sources import large_forms, large_values, masking
from selfeval.sources.large_chunks import Form
from selfeval.sources.people import People, is_prose
from selfeval.sources.scan import RawFile
from selfeval.sources.text import Row


def rows_at(raw: RawFile, recipe: Mapping[str, Any], wanted: Sequence[int]) -> list[Row]:
    """The cells of the wanted lines (1-based, in order). `recipe` is `info["large"]` of the part."""
    form = Form(**recipe["form"])
    return large_forms.rows_at(raw, form, recipe["lines"], recipe["skip"], recipe["encoding"] or "", wanted)


def as_kept(
    con: duckdb.DuckDBPyConnection,
    rows: str,
    info: Mapping[str, Any],
    schema: pa.DataFrameSchema,
    wanted: Sequence[int],
) -> pyarrow.Table | None:
    """The wanted rows as `shown` gives them, as far as their values in `rows`, the part's Parquet, tell them."""
    spelt = info["large"]["spelt"]
    if spelt is None or not (told := sorted(set(wanted) - set(spelt))):
        return None
    cells = [
        f'{large_values.as_kept(f"r.{name}", schema.columns[name])} AS "{_escaped(label)}"'
        for name, label in info["labels"].items()
    ]
    con.register("wanted_now", pyarrow.table({"_row": pyarrow.array(told, pyarrow.int64())}))
    table = con.sql(
        f"SELECT r._row, {', '.join(cells)} FROM {rows} r SEMI JOIN wanted_now USING (_row)"
    ).to_arrow_table()
    con.unregister("wanted_now")
    return table


def shown(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    info: Mapping[str, Any],
    schema: pa.DataFrameSchema,
    wanted: Sequence[int],
    labels: Sequence[str],
    people: People,
) -> pyarrow.Table:
    """The cells of the wanted rows as `tables` shows them (`n.cells.parquet`): _row, then `labels`, masked."""
    recipe = info["large"]
    rows = rows_at(raw, recipe, wanted)
    named = {info["labels"][name]: (index, name) for name, index in recipe["columns"].items()}
    named |= {label: (index, None) for label, index in recipe["extra"].items()}
    data: dict[str, pyarrow.Array] = {"_row": pyarrow.array([number for number, _ in rows], pyarrow.int64())}
    queries = ["_row"]
    for k, label in enumerate(labels):
        index, name = named[label]
        texts = [cells[index] if index < len(cells) else "" for _, cells in rows]
        if name is None or is_prose(schema.columns[name]):
            texts = [people.masked(text) for text in texts]
        data[f"c{k}"] = pyarrow.array(texts, pyarrow.string())
        masked = masking.extra(f"c{k}", label) if name is None else masking.declared(f"c{k}", schema.columns[name])
        queries.append(f'{masked} AS "{_escaped(label)}"')
    con.register("again", pyarrow.table(data))
    table = con.sql(f"SELECT {', '.join(queries)} FROM again").to_arrow_table()
    con.unregister("again")
    return table


def _escaped(label: str) -> str:
    return label.replace('"', '""')
