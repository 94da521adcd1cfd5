"""What is wrong with the cells and rows of one table, by row id: the table `faults` that a connection holds.

A fault takes its row out of the count. A note says how a cell was understood that is not written as it should be; its
row counts. The declared checks are `cells`'; rows whose cells stand in other columns are `misplaced`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas import Table
from selfeval import duck
from selfeval.checks import cells as cell_checks
from selfeval.checks.cells import holds
from selfeval.checks.subset import FACTOR
from selfeval.sources import outcome, typing
from selfeval.sources.header import Located
from selfeval.sources.text import Sheet

#: Tables of more rows are checked by the SQL twins instead of pandera.
PANDERA_ROWS = 200_000
#: What a cell is told as where several kinds fit it: the first of these, any other after.
_FIRST = (
    "error_cell",
    "formula",
    "null_byte",
    "merged",
    "scientific",
    "year",
    "epoch",
    "unit",
    "scale",
    "zeros",
    "type",
)
#: Where so many of a file's dates lie in one other year, the file is of that year.
YEAR_SHARE = 0.5
YEAR_ROWS = 3
_DAYS_BETWEEN_EPOCHS = 1462


def fill(
    con: duckdb.DuckDBPyConnection,
    schema: pa.DataFrameSchema,
    columns: list[str],
    table: Table,
    sheet: Sheet,
    located: Located,
    unclear: Sequence[tuple[int, int]],
) -> None:
    """Make table `faults` (_id, column, kind, value) from `raw` and `typed`, of all that one row tells by itself."""
    con.execute('CREATE OR REPLACE TABLE faults (_id BIGINT, "column" VARCHAR, kind VARCHAR, value VARCHAR)')
    types(con, schema, columns, located)
    declared(con, schema, columns)
    refined(con, schema, columns, workbook=sheet.name is not None)
    _broken(con, sheet, located)
    _cells(con, located, [*((r, i, k) for r, i, k, _ in sheet.marks), *((r, i, "merged") for r, i in unclear)])
    _failed(con, table, located)


def types(con: duckdb.DuckDBPyConnection, schema: pa.DataFrameSchema, columns: Iterable[str], located: Located) -> None:
    """Cells that cannot be read as their kind."""
    found = []
    yuan = [n for n in columns if schema.columns[n].metadata["kind"] == "money" and located.factors.get(n, 1) == 1]
    other_unit = _whole_in_ten_thousands(con, yuan)
    for name in columns:
        kind = schema.columns[name].metadata["kind"]
        found.append(f"SELECT _id, '{name}', 'error_cell', NULL FROM raw WHERE {typing.is_error(f'raw.{name}')}")
        if kind in ("text", "free"):
            continue
        long = typing.is_scientific(f"raw.{name}")
        if kind == "code":
            found.append(f"SELECT _id, '{name}', 'scientific', NULL FROM raw WHERE {long}")
            continue
        said = "'type'"
        if name in yuan:
            unit = f"WHEN {_parts_of_a_cent(name)} THEN 'unit'" if other_unit else ""
            said = f"CASE {unit} WHEN {_in_ten_thousands(name)} THEN 'scale' ELSE 'type' END"
        found.append(
            f"SELECT _id, '{name}', CASE WHEN {long} THEN 'scientific' ELSE {said} END, NULL"
            f" FROM raw JOIN typed USING (_id) WHERE typed.{name} IS NULL AND sf_trim(raw.{name}) IS NOT NULL"
        )
    con.execute(f"INSERT INTO faults {' UNION ALL '.join(found)}")


def _whole_in_ten_thousands(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> bool:
    """Whether a table said to be in 元 looks like one in 万元: no amount is large, many have parts of a cent."""
    if not names:
        return False
    odd = " + ".join(f"count(*) FILTER (WHERE {_parts_of_a_cent(name)})" for name in names)
    filled = " + ".join(f"count(*) FILTER (WHERE sf_half(raw.{name}) <> '0')" for name in names)
    largest = ", ".join(f"max(abs(typed.{name}))" for name in names)
    few, many, most = duck.row(con, f"SELECT {odd}, {filled}, greatest({largest}, 0) FROM raw JOIN typed USING (_id)")
    return bool(few >= 2 and few * 3 >= many and most < FACTOR)


def _parts_of_a_cent(name: str) -> str:
    """An amount of parts of a cent that in 万元 is whole."""
    number = f"sf_number(sf_bare(sf_half(raw.{name})))"
    return f"coalesce({number} <> round({number}, 2) AND {number} * {FACTOR} = round({number} * {FACTOR}, 2), false)"


def _in_ten_thousands(name: str) -> str:
    """An amount that says 万, or one of parts of a cent that is ten times smaller than the column's and in 万元 is whole."""
    number = f"sf_number(sf_bare(sf_half(raw.{name})))"
    usual = f"(SELECT median(abs({name})) FROM typed WHERE {name} <> 0)"
    return (
        f"sf_number(regexp_replace(sf_half(raw.{name}), ' *万元?$', '')) IS NOT NULL AND sf_half(raw.{name}) LIKE '%万%' OR "
        f"{_parts_of_a_cent(name)} AND coalesce(abs({number}) * 10 < {usual}, true)"
    )


def declared(con: duckdb.DuckDBPyConnection, schema: pa.DataFrameSchema, columns: list[str]) -> None:
    """The checks of the declaration: by pandera, or by their SQL twins on a large table."""
    present = pa.DataFrameSchema({name: schema.columns[name] for name in columns})
    (count,) = duck.row(con, "SELECT count(*) FROM typed")
    if count > PANDERA_ROWS:
        con.execute(f"INSERT INTO faults SELECT *, NULL FROM ({cell_checks.sql_faults(present, columns, 'typed')})")
        return
    frame = con.sql(f"SELECT _id, {', '.join(columns)} FROM typed").to_arrow_table()
    found = cell_checks.by_pandera(frame.to_pandas(types_mapper=pd.ArrowDtype).set_index("_id"), present)
    insert(con, [(row, column, kind) for row, column, kind in sorted(found)])


def insert(con: duckdb.DuckDBPyConnection, found: Sequence[tuple[int, str | None, str]]) -> None:
    """Add faults as (_id, column, kind), in one go: a row at a time takes DuckDB a millisecond each."""
    if found:
        ids, names, kinds = zip(*found, strict=True)
        con.register(
            "batch", pyarrow.table({"i": ids, "c": pyarrow.array(names, pyarrow.string()), "k": pyarrow.array(kinds)})
        )
        con.execute("INSERT INTO faults SELECT i, c, k, NULL FROM batch")


def refined(
    con: duckdb.DuckDBPyConnection, schema: pa.DataFrameSchema, columns: Sequence[str], *, workbook: bool
) -> None:
    """Say more of a fault where its cause can be told: lost zeros, the other epoch, a file of another year."""
    told = set(con.execute('SELECT DISTINCT "column", kind FROM faults').fetchall())
    for name in columns:
        column = schema.columns[name]
        if column.metadata["kind"] == "code" and not column.checks:
            _short_codes(con, name)
        elif {(name, "format"), (name, "domain")} & told and column.metadata["kind"] == "code":
            _refine(con, name, ("format", "domain"), "zeros", _padded(f"typed.{name}", column))
        elif (name, "range") in told and column.metadata["kind"] in ("date", "timestamp"):
            if workbook:
                _refine(con, name, ("range",), "epoch", _in_other_epoch(f"typed.{name}", column))
            _other_year(con, name)


def _refine(con: duckdb.DuckDBPyConnection, name: str, kinds: Sequence[str], kind: str, test: str) -> None:
    con.execute(
        f"UPDATE faults SET kind = '{kind}' FROM typed WHERE typed._id = faults._id AND faults.\"column\" = '{name}'"
        f" AND faults.kind IN ({', '.join(map(cell_checks.literal, kinds))}) AND ({test})"
    )


def _padded(cell: str, column: pa.Column) -> str:
    """Digits on which the checks hold with zeros put before, where such codes begin with zeros at all."""
    led = f"EXISTS (SELECT 1 FROM typed AS t WHERE t.{cell.partition('.')[2]}[1] = '0')"
    usual = "true" if any(check.name == "isin" for check in column.checks) else led
    fits = (" AND ".join(holds(c, f"(repeat('0', {n}) || {cell})") for c in column.checks) for n in (1, 2, 3))
    return f"regexp_full_match({cell}, '[0-9]+') AND ({' OR '.join(f'({f})' for f in fits)}) AND {usual}"


def _in_other_epoch(cell: str, column: pa.Column) -> str:
    moved = [f"({cell} {sign} INTERVAL {_DAYS_BETWEEN_EPOCHS} DAY)" for sign in "+-"]
    return " OR ".join(holds(c, day) for day in moved for c in column.checks if c.name == "in_range") or "false"


def _short_codes(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Codes of digits that are shorter than the others, which all have one length and some a zero in front."""
    con.execute(
        f"INSERT INTO faults WITH digits AS (SELECT _id, length({name}) AS n, {name}[1] = '0' AS led FROM typed"
        f" WHERE regexp_full_match({name}, '[0-9]+')), usual AS (SELECT n FROM digits GROUP BY n"
        " HAVING count(*) >= 10 AND count(*) * 10 >= 8 * (SELECT count(*) FROM digits) AND bool_or(led))"
        f" SELECT d._id, '{name}', 'zeros', NULL FROM digits d, usual u WHERE d.n < u.n"
    )


def _other_year(con: duckdb.DuckDBPyConnection, name: str) -> None:
    out = f"SELECT _id FROM faults WHERE \"column\" = '{name}' AND kind = 'range'"
    found = con.execute(
        f"SELECT year({name}), count(*) FROM typed WHERE _id IN ({out}) GROUP BY 1"
        f" HAVING count(*) >= {YEAR_ROWS} AND count(*) > {YEAR_SHARE} * (SELECT count({name}) FROM typed)"
    ).fetchall()
    for year, _ in found:
        con.execute(
            f"UPDATE faults SET kind = 'year', value = '{year}' FROM typed WHERE typed._id = faults._id"
            f" AND faults.\"column\" = '{name}' AND faults.kind = 'range' AND year(typed.{name}) = {year}"
        )


def _broken(con: duckdb.DuckDBPyConnection, sheet: Sheet, located: Located) -> None:
    if sheet.broken:
        lines, rules = zip(*sheet.broken, strict=True)
        con.register("batch", pyarrow.table({"line": lines, "kind": [rule.split(".")[1] for rule in rules]}))
        con.execute(
            "INSERT INTO faults SELECT raw._id, NULL, batch.kind, NULL FROM raw JOIN batch ON raw._row = batch.line"
        )
    if sheet.name is None and sheet.delimiter is not None:
        con.execute(
            "INSERT INTO faults SELECT _id, NULL, 'columns', NULL FROM raw WHERE _width <> ?"
            ' AND _id NOT IN (SELECT _id FROM faults WHERE "column" IS NULL)',
            [located.width],
        )
        _pushed_out(con, sheet, located)


def _pushed_out(con: duckdb.DuckDBPyConnection, sheet: Sheet, located: Located) -> None:
    """Rows with a cell too many, the last of which is empty: where cells do not fit their columns they were pushed."""
    longest = max(located.width, sheet.usual)
    longer = [number for number, cells in located.rows if len(cells) > longest]
    if longer:
        con.register("batch", pyarrow.table({"line": longer}))
        con.execute(
            "INSERT INTO faults SELECT DISTINCT _id, NULL, 'columns', NULL FROM raw JOIN batch ON raw._row = batch.line"
            ' WHERE _id IN (SELECT _id FROM faults) AND _id NOT IN (SELECT _id FROM faults WHERE "column" IS NULL)'
        )


def _cells(con: duckdb.DuckDBPyConnection, located: Located, found: Sequence[tuple[int, int, str]]) -> None:
    """Single cells the reader marked, in declared columns."""
    groups = located.groups or (located.columns,)
    names = {
        index: (name, side)
        for side, group in zip(("income", "expenditure"), groups, strict=False)
        for name, index in group.items()
    }
    rows = [(row, *names[index], kind) for row, index, kind in found if index in names]
    if rows:
        lines, columns, sides, kinds = zip(*rows, strict=True)
        con.register("batch", pyarrow.table({"line": lines, "c": columns, "s": sides, "k": kinds}))
        con.execute(
            "INSERT INTO faults SELECT raw._id, batch.c, batch.k, NULL FROM raw JOIN batch ON raw._row = batch.line AND raw.side = batch.s"
        )


def _failed(con: duckdb.DuckDBPyConnection, table: Table, located: Located) -> None:
    for k, label in enumerate(located.extra):
        if outcome.is_state(table, label):
            con.execute(
                "INSERT INTO faults SELECT _id, NULL, 'failed', NULL FROM raw"
                f" WHERE regexp_matches(sf_half(x{k}), '{outcome.FAILED}')"
            )


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """A cell is told once, as the most telling kind; a broken row is not told cell by cell."""
    order = " ".join(f"WHEN '{kind}' THEN {i}" for i, kind in enumerate(_FIRST))
    con.execute(
        'CREATE OR REPLACE TABLE faults AS SELECT _id, "column", kind, value FROM (SELECT *,'
        " bool_or(\"column\" IS NULL OR kind LIKE 'shifted%') OVER (PARTITION BY _id) AS broken FROM faults)"
        " WHERE NOT broken OR \"column\" IS NULL OR kind LIKE 'shifted%'"
        f' QUALIFY row_number() OVER (PARTITION BY _id, "column" ORDER BY CASE kind {order} ELSE {len(_FIRST)} END, kind) = 1'
    )


def note(
    con: duckdb.DuckDBPyConnection,
    schema: pa.DataFrameSchema,
    columns: Sequence[str],
    located: Located,
    filled: Mapping[tuple[int, int], str],
) -> None:
    """Make table `notes`: glued codes, serial dates and merged cells that were understood."""
    con.execute('CREATE OR REPLACE TABLE notes (_id BIGINT, "column" VARCHAR, kind VARCHAR, value VARCHAR)')
    for name in columns:
        column = schema.columns[name]
        kind = column.metadata["kind"]
        if kind == "code" and column.checks:
            con.execute(
                f"INSERT INTO notes SELECT _id, '{name}', 'glued', typed.{name} FROM raw JOIN typed USING (_id)"
                f" WHERE {typing.is_glued(f'raw.{name}')} AND typed.{name} IS NOT NULL"
                f" AND typed.{name} <> sf_half(raw.{name})"
            )
        elif kind in ("date", "timestamp"):
            con.execute(
                f"INSERT INTO notes SELECT _id, '{name}', 'serial', NULL FROM raw JOIN typed USING (_id)"
                f" WHERE {typing.is_serial(f'raw.{name}')} AND typed.{name} IS NOT NULL"
            )
    names = {index: name for name, index in located.columns.items()}
    for (row, index), _ in sorted(filled.items()):
        con.execute("INSERT INTO notes SELECT _id, ?, 'filled', NULL FROM raw WHERE _row = ?", [names[index], row])
    con.execute("DELETE FROM notes WHERE _id IN (SELECT _id FROM faults)")
