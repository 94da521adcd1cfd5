"""Views of accepted rows and of their roll-ups: what every rule across tables, every fact and the report's tables read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from selfeval.checks.cells import literal
from selfeval.checks.part import Part
from selfeval.facts.catalogue import Rollup, rollups

#: Parts of more rows have their roll-ups kept; of smaller ones they are summed up where they are asked for.
LARGE_ROWS = 50_000


def open_views(
    con: duckdb.DuckDBPyConnection,
    parts: Mapping[str, Sequence[Part]],
    excluded: Mapping[str, Path],
    kept: Callable[[str, Part, Rollup], Path],
) -> None:
    """A view a table slug: its typed columns, then _dataset, _file, _sheet, _sha256, _row; and one a roll-up.

    Beside a table's view stands `<slug>_read` with every row that was read and `_out`, the rules for which it is not
    counted (NULL where it is): rules ask it whether a gap is nothing but a row set aside; facts never do.
    `parts` and `excluded` are by dataset; the latter is the Parquet of rows set aside. `kept` gives the Parquet of
    what `write_rollup` made of a part. A file that lost a needed column has no row that counts: it is in no view.
    """
    con.execute('CREATE TABLE _labels (_file VARCHAR, _sheet VARCHAR, "column" VARCHAR, label VARCHAR)')
    by_table: dict[str, list[str]] = {}
    by_rollup: dict[str, list[str]] = {}
    for dataset, members in parts.items():
        for part in members:
            if part.info["lost"]:
                continue
            rows = _rows(part, excluded[dataset])
            by_table.setdefault(part.info["table"], []).append(f"SELECT *, {_place(dataset, part)} FROM ({rows})")
            by_table.setdefault(f"{part.info['table']}_read", []).append(_read(dataset, part, excluded[dataset]))
            labels = [[part.raw.name, part.sheet, name, label] for name, label in part.info["labels"].items()]
            con.executemany("INSERT INTO _labels VALUES (?, ?, ?, ?)", labels)
            for rollup in rollups():
                if rollup.of == part.info["table"]:
                    large = part.info["read"] > LARGE_ROWS
                    sums = literal(str(kept(dataset, part, rollup))) if large else f"({_summed(rollup, rows)})"
                    by_rollup.setdefault(rollup.name, []).append(f"SELECT *, {_place(dataset, part)} FROM {sums}")
    for name, selects in [*by_table.items(), *by_rollup.items()]:
        con.execute(f"CREATE VIEW {name} AS {' UNION ALL BY NAME '.join(selects)}")


def open_last_year(
    con: duckdb.DuckDBPyConnection, parts: Mapping[str, Sequence[Part]], excluded: Mapping[str, Path]
) -> None:
    """A view `before_<slug>` a table of last year's accepted rows."""
    by_table: dict[str, list[str]] = {}
    for dataset, members in parts.items():
        for part in members:
            if not part.info["lost"]:
                by_table.setdefault(part.info["table"], []).append(_rows(part, excluded[dataset]))
    for slug, selects in by_table.items():
        con.execute(f"CREATE VIEW before_{slug} AS {' UNION ALL BY NAME '.join(selects)}")


def write_rollup(con: duckdb.DuckDBPyConnection, part: Part, excluded: Path, rollup: Rollup, path: Path) -> None:
    """Sum up the accepted rows of one part."""
    query = _summed(rollup, _rows(part, excluded))
    # Parquet has no whole numbers of that size: DuckDB would write them as floats.
    wide = [name for name, kind, *_ in con.execute(f"DESCRIBE {query}").fetchall() if kind == "HUGEINT"]
    exact = ", ".join(f"CAST({name} AS DECIMAL(38,0)) AS {name}" for name in wide)
    columns = f"* REPLACE ({exact})" if wide else "*"
    # No two lines have the same first row: the order is one, and quicker to make than that of all columns.
    con.execute(f"COPY (SELECT {columns} FROM ({query}) ORDER BY _first) TO {literal(str(path))} (FORMAT parquet)")


def _summed(rollup: Rollup, rows: str) -> str:
    return f"WITH {rollup.of} AS ({rows}) {rollup.query}"


def _rows(part: Part, excluded: Path) -> str:
    return (
        f"SELECT * EXCLUDE (_bad) FROM {part.parquet('rows')} WHERE NOT _bad"
        f" AND _row NOT IN (SELECT _row FROM {literal(str(excluded))} WHERE part = {part.index})"
    )


def _read(dataset: str, part: Part, excluded: Path) -> str:
    return (
        f"SELECT r.* EXCLUDE (_bad), {_place(dataset, part)}, e.rule AS _out FROM {part.parquet('rows')} r"
        f" LEFT JOIN (SELECT _row, rule FROM {literal(str(excluded))} WHERE part = {part.index}) e USING (_row)"
    )


def _place(dataset: str, part: Part) -> str:
    sheet = literal(part.sheet) if part.sheet is not None else "CAST(NULL AS VARCHAR)"
    return (
        f"{literal(dataset)} AS _dataset, {literal(part.raw.name)} AS _file, {sheet} AS _sheet,"
        f" {literal(part.raw.sha256)} AS _sha256"
    )
