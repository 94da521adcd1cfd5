"""Values that the table they refer to does not have, and the row of that table in which they may be written wrong.

Belongs here: marks of kind `unknown`, and the table `suspects` ("column", value, place) beside them. What is said of
them is `grouping`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from schemas import Table
from selfeval import duck
from selfeval.checks.cells import literal
from selfeval.checks.part import Part
from selfeval.store import Entry

#: So many characters may be off where an id that fits no rule is another written wrong.
SLIPS = 2
#: More unknown values than these have another cause than a row written wrong; and they would be slow to compare.
FEW = 50


def mark(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    parts: Sequence[Part],
    references: Mapping[str, Sequence[Part]],
    kept: Mapping[int, Entry],
) -> None:
    """Add marks of kind `unknown`; where the table referred to is not there, nothing is compared."""
    con.execute('CREATE TABLE IF NOT EXISTS suspects ("column" VARCHAR, value VARCHAR, place VARCHAR)')
    for column, target in table.foreign_keys:
        slug, _, target_column = target.partition(".")
        # A table that lost this column, or all its rows, says so itself: not every row that refers to it is wrong.
        having = [p for p in references.get(slug, ()) if target_column in p.info["labels"] and p.info["read"]]
        if not having:
            continue
        known = " UNION ALL ".join(_known(p, target_column) for p in having)
        con.execute(f"CREATE OR REPLACE TEMP TABLE known_ids AS {known}")
        for part in having:
            _know_strays(con, part)
        used = " UNION ".join(_used(p, column, kept) for p in parts)
        con.execute(f"CREATE OR REPLACE TEMP TABLE used_ids AS SELECT DISTINCT v FROM ({used}) WHERE v IS NOT NULL")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE strangers AS SELECT v FROM used_ids"
            " WHERE v NOT IN (SELECT v FROM known_ids WHERE v IS NOT NULL)"
        )
        (strangers,) = duck.row(con, "SELECT count(*) FROM strangers")
        if not strangers:
            continue
        for part in parts:
            con.execute(
                f"INSERT INTO marks SELECT {part.index}, r._row, '{column}', 'unknown', r.{column}"
                f" FROM {part.parquet('rows')} r SEMI JOIN strangers s ON r.{column} = s.v"
                f" WHERE NOT EXISTS (SELECT 1 FROM marks m WHERE m.part = {part.index} AND m._row = r._row"
                f" AND (m.\"column\" = '{column}' OR (m.\"column\" IS NULL AND m.kind NOT IN ('duplicate', 'conflict'))))"
            )
        if strangers <= FEW:
            _suspect(con, column)


def _known(part: Part, column: str) -> str:
    place = literal(f"{part.raw.name}{f'“{part.sheet}”' if part.sheet else ''}第")
    return f"SELECT {column} AS v, _bad AS bad, {place} || _row || '行' AS place FROM {part.parquet('rows')}"


def _know_strays(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    """In a row whose cells stand in other columns the id is one of its cells: what refers to it is not wrong."""
    cells = f"SELECT c.* EXCLUDE (_side) FROM {part.parquet('cells')} c"
    strays = f"SELECT _row FROM {part.parquet('faults')} WHERE \"column\" IS NULL OR kind LIKE 'shifted%'"
    con.execute(
        "INSERT INTO known_ids SELECT DISTINCT cell, false, NULL FROM"
        f" (UNPIVOT (SELECT COLUMNS(* EXCLUDE (_row))::VARCHAR FROM ({cells} SEMI JOIN ({strays}) s USING (_row)))"
        " ON COLUMNS(*) INTO NAME label VALUE cell)"
    )


def _used(part: Part, column: str, kept: Mapping[int, Entry]) -> str:
    if part.index in kept:
        path = literal(str(kept[part.index].file("foreign.parquet")))
        return f"SELECT value AS v FROM {path} WHERE \"column\" = '{column}'"
    return f"SELECT {column} AS v FROM {part.parquet('rows')}"


def _suspect(con: duckdb.DuckDBPyConnection, column: str) -> None:
    """Rows to which nothing refers and whose id is an unknown value but for a slip, each the only one for the other.

    Two slips in an id that is no good by itself, one in any other; or the only such id beside the only unknown value.
    """
    con.execute(
        "INSERT INTO suspects WITH idle AS (SELECT * FROM known_ids WHERE place IS NOT NULL"
        " AND (v IS NULL OR v NOT IN (SELECT v FROM used_ids))),"
        " near AS (SELECT s.v AS value, i.* FROM strangers s JOIN idle i"
        f" ON damerau_levenshtein(s.v, i.v) <= CASE WHEN i.bad THEN {SLIPS} ELSE 1 END),"
        " lone AS (SELECT s.v AS value, i.* FROM strangers s JOIN idle i ON i.bad"
        " WHERE (SELECT count(*) FROM strangers) = 1 AND (SELECT count(*) FROM idle WHERE bad) = 1),"
        " paired AS (SELECT * FROM near UNION SELECT * FROM lone)"
        f" SELECT '{column}', value, place || coalesce('的“' || v || '”写错', '没有填写') FROM paired"
        " QUALIFY count(*) OVER (PARTITION BY value) = 1 AND count(*) OVER (PARTITION BY place) = 1"
    )
