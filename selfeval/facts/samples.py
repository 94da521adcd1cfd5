"""The first rows each fact rests on, for the evidence in the report: a few, as text, with private cells masked.

Belongs here: choosing and masking rows. Does not belong here: counting them (engine.py), showing them (report/).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from schemas import Scope, datasets
from selfeval import duck
from selfeval.checks.cells import literal
from selfeval.facts.catalogue import Subject
from selfeval.facts.engine import condition
from selfeval.model import Fact, Sample
from selfeval.privacy import mask_payee, scrub
from selfeval.sources.masking import is_person

ROWS = 3
#: So many lines are looked at for the first rows, and more only where those hold too few.
NEAR = 10_000
_CELL = 40


def compute(con: duckdb.DuckDBPyConnection, subject: Subject, facts: Iterable[Fact]) -> dict[str, list[Sample]]:
    """Fact id → its first rows in each table it rests on; facts of the same rows are looked up once."""

    @cache
    def first(table: str, where: str) -> Sample | None:
        return _first(con, table, where, subject.summed.get(table))

    found = {}
    for fact in facts:
        definition, words = subject.definition(fact.id)
        rows = [first(table, condition(template, words)) for table, template in definition.rows.items()]
        found[fact.id] = [sample for sample in rows if sample is not None]
    return found


def _first(con: duckdb.DuckDBPyConnection, table: str, where: str, summed: str | None) -> Sample | None:
    labels = _labels(table)
    names = [name for name in duck.columns(con, table) if name in labels]
    shown = "".join(f', CAST("{name}" AS VARCHAR)' for name in names)
    query = f"SELECT _dataset, _file, _sheet, _row{shown} FROM {table} WHERE {where}"
    order = f"ORDER BY _file, _sheet, _row LIMIT {ROWS}"
    rows = (
        con.execute(f"{query} {order}").fetchall() if summed is None else _near_first(con, query, order, summed, where)
    )
    if not rows:
        return None
    dataset, file, sheet = rows[0][:3]
    cells = tuple(
        (row[3], tuple(_cell(labels[n], text) for n, text in zip(names, row[4:], strict=True)))
        for row in rows
        if row[1:3] == (file, sheet)
    )
    return Sample(dataset, file, sheet, tuple(labels[n] for n in names), cells)


def _near_first(con: duckdb.DuckDBPyConnection, query: str, order: str, summed: str, where: str) -> list[Any]:
    """The first rows of a log, from the first one on, which its roll-up knows: the log is not read to its end."""
    place = con.execute(
        f"SELECT _file, _sheet, min(_first) FROM {summed} WHERE {where} GROUP BY ALL ORDER BY ALL LIMIT 1"
    ).fetchall()
    if not place:
        return []
    file, sheet, first = place[0]
    rows: list[Any] = []
    reach = NEAR
    while len(rows) < ROWS and reach < 1 << 40:
        rows = con.execute(
            f"{query} AND _file = {literal(file)} AND _sheet IS NOT DISTINCT FROM ? AND _row BETWEEN {first}"
            f" AND {first + reach} {order}",
            [sheet],
        ).fetchall()
        reach <<= 8
    return rows


@cache
def _labels(table: str) -> dict[str, str]:
    """Column name → Chinese header of a declared table."""
    scope = Scope(2000, "", _Anything())
    declared = next(t for d in datasets().values() for t in d.tables if t.slug == table)
    return {name: str(column.title) for name, column in declared.schema(scope).columns.items()}


class _Anything(dict[str, tuple[str, ...]]):
    """Lists of allowed values where none is looked at."""

    def __missing__(self, name: str) -> tuple[str, ...]:
        return ()


def _cell(label: str, text: str | None) -> str:
    """A cell as it may be shown. Names and numbers were masked while read; winners stand in the ledger in full."""
    if text is None:
        return ""
    shown = scrub(mask_payee(text) if is_person(label) else text)
    shown = shown.rstrip("0").rstrip(".") if _is_decimal(shown) else shown
    return shown if len(shown) <= _CELL else f"{shown[: _CELL - 1]}…"


def _is_decimal(text: str) -> bool:
    whole, dot, rest = text.lstrip("-").partition(".")
    return bool(dot) and whole.isdigit() and rest.isdigit()


def write(path: Path, samples: Mapping[str, list[Sample]]) -> None:
    body = {fact_id: [asdict(s) for s in found] for fact_id, found in samples.items()}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def read(path: Path) -> dict[str, list[Sample]]:
    body: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return {fact_id: [_sample(s) for s in found] for fact_id, found in body.items()}


def _sample(stored: Mapping[str, Any]) -> Sample:
    rows = tuple((row, tuple(cells)) for row, cells in stored["rows"])
    return Sample(stored["dataset"], stored["file"], stored["sheet"], tuple(stored["columns"]), rows)
