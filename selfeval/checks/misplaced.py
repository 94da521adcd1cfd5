"""Rows whose cells stand one column too far left or right: told once a row, not cell by cell.

A row with several faults is read again with every cell taken from the next column: where that heals all of them from
some column on, and nothing before it is wrong, the row is shifted from there.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandera.pandas as pa

from selfeval.checks import cells as cell_checks
from selfeval.checks import marks
from selfeval.sources.frame import raw_table, typed_sql
from selfeval.sources.header import Located
from selfeval.sources.text import Sheet

#: A single fault is just that.
FAULTS = 2


def find(
    con: duckdb.DuckDBPyConnection, schema: pa.DataFrameSchema, columns: Sequence[str], sheet: Sheet, located: Located
) -> None:
    """Add to `faults` the rows that are shifted, at the column where the shift begins."""
    suspects = con.execute(
        'SELECT DISTINCT _id, _row FROM raw JOIN (SELECT _id FROM faults WHERE "column" IS NOT NULL GROUP BY _id'
        f' HAVING count(DISTINCT "column") >= {FAULTS}) USING (_id) WHERE _id NOT IN'
        ' (SELECT _id FROM faults WHERE "column" IS NULL) ORDER BY _id'
    ).fetchall()
    if not suspects:
        return
    wanted = {row for _, row in suspects}
    rows = [(number, cells) for number, cells in located.rows if number in wanted]
    ordered = sorted(columns, key=lambda name: located.columns[name])
    con.execute(
        "CREATE OR REPLACE TABLE places AS SELECT * FROM (VALUES "
        + ", ".join(f"('{name}', {place})" for place, name in enumerate(ordered))
        + ') AS p("column", place)'
    )
    for direction, kind in ((1, "shifted_right"), (-1, "shifted_left")):
        _one_direction(con, schema, ordered, sheet, located, rows, direction, kind)


def _one_direction(
    con: duckdb.DuckDBPyConnection,
    schema: pa.DataFrameSchema,
    columns: list[str],
    sheet: Sheet,
    located: Located,
    rows: Sequence[tuple[int, list[str]]],
    direction: int,
    kind: str,
) -> None:
    con.register("arrow", raw_table(sheet, located, rows=rows, shift=direction))
    con.execute(
        "CREATE OR REPLACE TABLE moved AS SELECT raw._id AS _id, m.* EXCLUDE (_id) FROM arrow m JOIN raw USING (_row)"
    )
    typed = typed_sql(schema, columns, located, "moved", epoch_1904=sheet.epoch_1904)
    con.execute(f"CREATE OR REPLACE TABLE moved_typed AS {typed}")
    unread = " UNION ALL ".join(
        f"SELECT m._id, '{name}' AS \"column\" FROM moved m JOIN moved_typed t USING (_id)"
        f" WHERE t.{name} IS NULL AND sf_trim(m.{name}) IS NOT NULL"
        for name in columns
    )
    present = pa.DataFrameSchema({name: schema.columns[name] for name in columns})
    failing = cell_checks.sql_faults(present, columns, "moved_typed")
    healed = " UNION ALL ".join(
        f"SELECT _id, '{name}' AS \"column\" FROM moved_typed WHERE {name} IS NOT NULL" for name in columns
    )
    # The cell at the end towards which all were moved has no neighbour to be taken from.
    last = len(columns) - 1 if direction > 0 else 0
    sign = "<" if direction > 0 else "<="
    found = con.execute(
        f"WITH wrong AS (SELECT _id, max(place) FILTER (WHERE place <> {last}) AS place FROM"
        f' (SELECT _id, "column" FROM ({failing}) UNION ALL {unread}) JOIN places USING ("column") GROUP BY _id),'
        ' faulty AS (SELECT _id, "column", place FROM faults JOIN places USING ("column")'
        " WHERE _id NOT IN (SELECT _id FROM faults WHERE kind LIKE 'shifted%')),"
        " starts AS (SELECT _id, min(place) AS first FROM faulty GROUP BY _id HAVING count(DISTINCT place) >= ?),"
        # Empty cells heal nothing: at least one faulty column must hold a sound value when moved.
        f' sound AS (SELECT DISTINCT _id FROM faulty JOIN ({healed}) USING (_id, "column"))'
        " SELECT raw._id, raw._row, coalesce(wrong.place, -1), starts.first FROM starts JOIN sound USING (_id)"
        f" JOIN raw USING (_id) LEFT JOIN wrong USING (_id) WHERE coalesce(wrong.place, -1) {sign} starts.first ORDER BY ALL",
        [FAULTS],
    ).fetchall()
    cells = dict(rows)
    for_rows = [
        (i, columns[_start(cells[row], columns, located, low, first, direction)], kind) for i, row, low, first in found
    ]
    marks.insert(con, for_rows)


def _start(cells: Sequence[str], columns: Sequence[str], located: Located, low: int, first: int, direction: int) -> int:
    """Where the shift begins: at the empty cell that pushed the others right, else at the first fault."""
    if direction > 0:
        for place in range(low + 1, first):
            index = located.columns[columns[place]]
            if index >= len(cells) or not cells[index].strip():
                return place
    return first
