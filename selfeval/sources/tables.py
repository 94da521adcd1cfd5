"""One table found in a sheet → typed rows, faults, notes and totals, as Parquet. For each table, numbered n:

`n.rows.parquet`   _row, _bad, typed columns; private columns dropped or masked, with a group number `__group` each
`n.cells.parquet`  _row, _side (1: the right half of a two-sided table), then every header of the file with the cells as read, private ones masked
`n.faults.parquet` _row, column, kind, value (as read, masked): cells that fail the declaration, broken rows
`n.notes.parquet`  the same of cells that were understood though they are not written as they should be
`n.totals.parquet` _row, _label, typed columns of the 合计 rows
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandera.pandas as pa
import pyarrow
import pyarrow.parquet as pq

from schemas import Scope, Table
from schemas.base import ARROW_TYPES
from selfeval import duck
from selfeval.checks import marks, misplaced
from selfeval.checks.cells import literal
from selfeval.sources import masking, typing
from selfeval.sources.body import normal
from selfeval.sources.frame import raw_table, typed_sql
from selfeval.sources.header import Located
from selfeval.sources.text import Merged, Sheet

#: A faults or notes file without rows; DuckDB takes as long for that as for a thousand.
_NO_MARKS = pyarrow.table(
    {
        "_row": pyarrow.array([], pyarrow.int64()),
        **{name: pyarrow.array([], pyarrow.string()) for name in ("column", "kind", "value")},
    }
)
_NUMERIC = ("money", "integer", "decimal", "percent")


def write(
    con: duckdb.DuckDBPyConnection, n: int, sheet: Sheet, table: Table, located: Located, scope: Scope, folder: Path
) -> dict[str, Any]:
    """Type, check and write the n-th table of a file; tables of the one before it in `con` are replaced."""
    schema = table.schema(scope)
    columns = list(located.groups[0]) if located.groups else list(located.columns)
    filled, unclear = _merged(sheet, schema, located)
    con.register("arrow", raw_table(sheet, located, fill=filled))
    con.execute("CREATE OR REPLACE TABLE raw AS SELECT * FROM arrow")
    con.execute(f"CREATE OR REPLACE TABLE typed AS {typed_sql(schema, columns, located, epoch_1904=sheet.epoch_1904)}")
    marks.fill(con, schema, columns, table, sheet, located, unclear)
    if table.layout == "rows":
        misplaced.find(con, schema, columns, sheet, located)
    marks.settle(con)
    marks.note(con, schema, columns, located, filled)
    save(con, n, schema, columns, table, sheet, located, folder)
    (read,) = duck.row(con, "SELECT count(DISTINCT _row) FROM typed")
    return {
        "n": n,
        "table": table.slug,
        "sheet": sheet.name,
        "encoding": sheet.encoding,
        "lines": sheet.lines,
        "read": read,
        "other": located.other,
        #: columns without which no row can count.
        "lost": [c.title for n, c in schema.columns.items() if c.required and not c.nullable and n not in columns],
        "header_row": located.header_row,
        "labels": dict(located.labels),
        "places": _places(located),
        "titles": [list(t) for t in located.titles],
    }


def _places(located: Located) -> dict[str, list[int]]:
    """The columns at which a header stands, by index: two in a two-sided table."""
    groups = located.groups or (located.columns,)
    declared = {located.labels[name]: [g[name] for g in groups if name in g] for name in groups[0]}
    return {**{label: [index] for label, index in located.extra.items()}, **declared}


def _merged(
    sheet: Sheet, schema: pa.DataFrameSchema, located: Located
) -> tuple[dict[tuple[int, int], str], list[tuple[int, int]]]:
    """Cells that a merged range over several data rows fills, and those of which it is not clear whose they are.

    A word or a date holds for all rows of the range; an amount can belong to one of them only.
    """
    by_row = dict(located.rows)
    filled: dict[tuple[int, int], str] = {}
    unclear: list[tuple[int, int]] = []
    for span in sheet.merged:
        rows = [row for row in range(span.first_row, min(span.last_row, span.first_row + 100_000) + 1) if row in by_row]
        for name, index in located.columns.items():
            if not rows or not span.first_column <= index <= span.last_column or located.groups:
                continue
            numeric = schema.columns[name].metadata["kind"] in _NUMERIC
            if index > span.first_column or (numeric and len(rows) > 1):
                unclear += [(row, index) for row in rows if numeric or not schema.columns[name].nullable]
            elif len(rows) > 1:
                filled |= {(row, index): _at(by_row, span) for row in rows if row != span.first_row}
    return filled, unclear


def _at(by_row: Mapping[int, Sequence[str]], span: Merged) -> str:
    cells = by_row.get(span.first_row, ())
    return cells[span.first_column] if span.first_column < len(cells) else ""


def save(
    con: duckdb.DuckDBPyConnection,
    n: int,
    schema: pa.DataFrameSchema,
    columns: Sequence[str],
    table: Table,
    sheet: Sheet,
    located: Located,
    folder: Path,
) -> None:
    """Write `raw`, `typed`, `faults` and `notes` out."""
    con.execute("CREATE OR REPLACE TABLE bad AS SELECT DISTINCT _row FROM raw JOIN faults USING (_id)")
    con.execute(
        "CREATE OR REPLACE TABLE strays AS SELECT DISTINCT _row FROM raw JOIN faults USING (_id)"
        " WHERE faults.\"column\" IS NULL OR faults.kind LIKE 'shifted%'"
    )
    public = _public_columns(schema, columns, located, table, sheet)
    side = "t.side, " if located.groups else ""
    copy(
        con,
        f"SELECT t._row, {side}t._row IN (SELECT _row FROM bad) AS _bad{public} FROM typed t ORDER BY t._id",
        folder / f"{n}.rows.parquet",
    )
    stray = "r._row IN (SELECT _row FROM strays)"
    # What masks any word in any column is long to bind: left out where no row needs it.
    strays = duck.row(con, "SELECT count(*) FROM strays") != (0,)
    shown = []
    for c in columns:
        cell = masking.declared(f"r.{c}", schema.columns[c])
        if strays:
            cell = f"CASE WHEN {stray} THEN {masking.loose(f'r.{c}', schema.columns[c])} ELSE {cell} END"
        shown.append(f"{cell} AS {quoted(located.labels[c])}")
    shown += [f"{masking.extra(f'r.x{k}', label)} AS {quoted(label)}" for k, label in enumerate(located.extra)]
    copy(
        con,
        f"SELECT r._row, CAST(r.side = 'expenditure' AS INTEGER) AS _side, {', '.join(shown)} FROM raw r ORDER BY r._id",
        folder / f"{n}.cells.parquet",
    )
    value = " ".join(f"WHEN '{c}' THEN {masking.declared(f'r.{c}', schema.columns[c])}" for c in columns)
    for kind in ("faults", "notes"):
        if duck.row(con, f"SELECT count(*) FROM {kind}") == (0,):
            pq.write_table(_NO_MARKS, folder / f"{n}.{kind}.parquet")
            continue
        copy(
            con,
            f'SELECT r._row, f."column", f.kind, coalesce(f.value, CASE f."column" {value} END) AS value'
            f" FROM {kind} f JOIN raw r USING (_id) ORDER BY ALL",
            folder / f"{n}.{kind}.parquet",
        )
    _save_totals(con, n, schema, columns, located, folder)


def _save_totals(
    con: duckdb.DuckDBPyConnection,
    n: int,
    schema: pa.DataFrameSchema,
    columns: Sequence[str],
    located: Located,
    folder: Path,
) -> None:
    numeric = [c for c in columns if schema.columns[c].metadata["kind"] in ("money", "integer", "decimal")]
    if not located.totals:
        empty = {c: pyarrow.array([], ARROW_TYPES[schema.columns[c].metadata["kind"]]) for c in numeric}
        nothing = {"_row": pyarrow.array([], pyarrow.int64()), "_label": pyarrow.array([], pyarrow.string()), **empty}
        pq.write_table(pyarrow.table(nothing), folder / f"{n}.totals.parquet")
        return
    data: dict[str, list[Any]] = {"_row": [], "_label": [], **{c: [] for c in numeric}}
    for number, cells in located.totals:
        said = [normal(c) for c in cells if c.strip()]
        data["_row"].append(number)
        data["_label"].append(next((c for c in said if c.rstrip(":").endswith(("计", "计)"))), said[0]))
        for c in numeric:
            data[c].append(cells[located.columns[c]] if located.columns[c] < len(cells) else "")
    arrays = {k: pyarrow.array(v, pyarrow.int64() if k == "_row" else pyarrow.string()) for k, v in data.items()}
    con.register("arrow", pyarrow.table(arrays))
    con.execute("CREATE OR REPLACE TABLE totals AS SELECT * FROM arrow")
    typed = "".join(
        f", {typing.expression(schema.columns[c].metadata['kind'], c, located.factors.get(c, Decimal(1)))} AS {c}"
        for c in numeric
    )
    copy(con, f"SELECT _row, _label{typed} FROM totals ORDER BY _row", folder / f"{n}.totals.parquet")


def _public_columns(
    schema: pa.DataFrameSchema, columns: Sequence[str], located: Located, table: Table, sheet: Sheet
) -> str:
    parts = []
    digits = _printed_digits(located, [n for n in columns if schema.columns[n].metadata["kind"] == "money"])
    for name, declared in schema.columns.items():
        kind, private = declared.metadata["kind"], declared.metadata["private"]
        if name not in columns:
            if private != "secret":
                parts.append(f"CAST(NULL AS {typing.duckdb_type(kind)}) AS {name}")
            continue
        if private is not None:
            # Equality survives as a number by first appearance, never as a hash of what may not leave.
            parts.append(f"min(t._id) OVER (PARTITION BY t.{name}) AS {name}__group")
        if private == "secret":
            continue
        parts.append(f"{masking.kept(name, declared)} AS {name}")
        if kind == "money":
            unit = _printed_unit(located, name, digits)
            parts.append(f"CAST({unit} AS DECIMAL(18,8)) AS {name}__unit")
            parts.append(f"CAST({_slack(located, name, unit)} AS DECIMAL(18,8)) AS {name}__slack")
    if table.keep_sheet:
        parts.append(f"{literal(sheet.name or sheet.stem)} AS sheet")
    return "".join(f", {part}" for part in parts)


def _printed_digits(located: Located, names: Sequence[str]) -> int:
    """The decimals of a table's amounts, at its finest cell: a column of 10, 20 may be printed to the cent like the rest."""
    indexes = [g[name] for g in located.groups or (located.columns,) for name in names if name in g]
    digits = 0
    for _, cells in located.rows:
        for i in indexes:
            text = cells[i].strip() if i < len(cells) else ""
            digits = max(digits, len(text.partition(".")[2].rstrip("%） )")) if "." in text else 0)
    return min(digits, 8)


def _printed_unit(located: Located, name: str, digits: int) -> Decimal:
    """The last printed digit of a money column in 元: two decimals of 万元 → 100."""
    return located.factors.get(name, Decimal(1)) / (Decimal(10) ** digits)


def _slack(located: Located, name: str, unit: Decimal) -> Decimal:
    """How far rounding may have taken an amount of the column from its true value: 元 in an export are exact, whatever
    their decimals; 万元, and the amounts of a two-sided form, are off by up to half their last digit."""
    exact = located.factors.get(name, Decimal(1)) == 1 and not located.groups
    return Decimal(0) if exact or unit <= Decimal("0.01") else unit / 2


def quoted(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'


def copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
