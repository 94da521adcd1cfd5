"""Views of accepted rows: what every rule across tables, every fact and the report's tables read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from selfeval.checks.cells import literal
from selfeval.checks.resolve import Part


def open_views(
    con: duckdb.DuckDBPyConnection, parts: Mapping[str, Sequence[Part]], excluded: Mapping[str, Path]
) -> None:
    """A view a table slug: its typed columns, then _dataset, _file, _sheet, _sha256, _row.

    `parts` and `excluded` are by dataset; the latter is the Parquet of rows set aside.
    """
    con.execute('CREATE TABLE _labels (_file VARCHAR, _sheet VARCHAR, "column" VARCHAR, label VARCHAR)')
    by_table: dict[str, list[str]] = {}
    for dataset, members in parts.items():
        for part in members:
            by_table.setdefault(part.info["table"], []).append(_select(dataset, part, excluded[dataset]))
            labels = [[part.raw.name, part.sheet, name, label] for name, label in part.info["labels"].items()]
            con.executemany("INSERT INTO _labels VALUES (?, ?, ?, ?)", labels)
    for slug, selects in by_table.items():
        con.execute(f"CREATE VIEW {slug} AS {' UNION ALL BY NAME '.join(selects)}")


def _select(dataset: str, part: Part, excluded: Path) -> str:
    return (
        f"SELECT * EXCLUDE (_bad), {literal(dataset)} AS _dataset, {literal(part.raw.name)} AS _file,"
        f" {literal(part.sheet) if part.sheet is not None else 'CAST(NULL AS VARCHAR)'} AS _sheet,"
        f" {literal(part.raw.sha256)} AS _sha256 FROM {part.parquet('rows')} WHERE NOT _bad"
        f" AND _row NOT IN (SELECT _row FROM {literal(str(excluded))} WHERE part = {part.index})"
    )
