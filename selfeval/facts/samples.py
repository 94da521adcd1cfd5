"""The first rows each fact rests on, for the evidence in the report: a few, as text, with private cells masked.

Belongs here: choosing and masking rows. Does not belong here: counting them (engine.py), showing them (report/).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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
    """Fact id → its first rows in each table it rests on; a table is looked through once for all facts."""
    places: dict[str, list[tuple[str, str]]] = {}
    for fact in facts:
        definition, words = subject.definition(fact.id)
        places[fact.id] = [(table, condition(template, words)) for table, template in definition.rows.items()]
    asked: dict[str, dict[str, None]] = {}
    for table, where in (place for listed in places.values() for place in listed):
        asked.setdefault(table, {})[where] = None
    first = {
        (table, where): sample
        for table, conditions in asked.items()
        for where, sample in _firsts(con, table, list(conditions), subject.summed.get(table)).items()
    }
    return {fact_id: [first[place] for place in listed if place in first] for fact_id, listed in places.items()}


def _firsts(
    con: duckdb.DuckDBPyConnection, table: str, conditions: Sequence[str], summed: str | None
) -> dict[str, Sample]:
    """Condition → the first rows that meet it, all of one file and sheet; none where no row does."""
    labels = _labels(table)
    names = [name for name in duck.columns(con, table) if name in labels]
    shown = "".join(f', CAST("{name}" AS VARCHAR)' for name in names)
    looked_up = _from_roll_up if summed else _from_rows
    found = looked_up(con, summed or table, table, conditions, f"_dataset, _file, _sheet, _row{shown}")
    samples = {}
    for where, rows in found.items():
        dataset, file, sheet = rows[0][:3]
        cells = tuple(
            (row[3], tuple(_cell(labels[n], text) for n, text in zip(names, row[4:], strict=True))) for row in rows
        )
        samples[where] = Sample(dataset, file, sheet, tuple(labels[n] for n in names), cells)
    return samples


def _places(
    con: duckdb.DuckDBPyConnection, relation: str, conditions: Sequence[str], value: str, least: str
) -> dict[str, tuple[str, str | None, Any]]:
    """Condition → the first file and sheet with a row that meets it, and the least values there."""
    tested = ", ".join(f"({where}) AS k{k}" for k, where in enumerate(conditions))
    told = ", ".join(f"{least} FILTER (WHERE k{k})" for k in range(len(conditions)))
    files = con.execute(
        f"SELECT _file, _sheet, {told} FROM (SELECT _file, _sheet, {value} AS v, {tested} FROM {relation})"
        " GROUP BY ALL ORDER BY _file, _sheet"
    ).fetchall()
    firsts = ((where, next((f for f in files if f[2 + k]), None), k) for k, where in enumerate(conditions))
    return {where: (f[0], f[1], f[2 + k]) for where, f, k in firsts if f}


def _from_rows(
    con: duckdb.DuckDBPyConnection, relation: str, table: str, conditions: Sequence[str], shown: str
) -> dict[str, list[Any]]:
    """The first rows of a table that is looked through once to find them and once to show them."""
    places = _places(con, relation, conditions, "_row", f"min(v, {ROWS})")
    wanted = sorted({row for _, _, rows in places.values() for row in rows})
    if not wanted:
        return {}
    tested = ", ".join(f"({where})" for where in places)
    rows = con.execute(
        f"SELECT {tested}, {shown} FROM {table} WHERE _row IN ({', '.join(map(str, wanted))}) ORDER BY _file, _sheet, _row"
    ).fetchall()
    found = {}
    for k, (where, (file, sheet, _)) in enumerate(places.items()):
        met = (row[len(places) :] for row in rows if row[k])
        found[where] = [row for row in met if row[1:3] == (file, sheet)][:ROWS]
    return found


def _from_roll_up(
    con: duckdb.DuckDBPyConnection, relation: str, table: str, conditions: Sequence[str], shown: str
) -> dict[str, list[Any]]:
    """The first rows of a log, from the first one on, which its roll-up knows: the log is not read to its end."""
    found = {}
    for where, (file, sheet, first) in _places(con, relation, conditions, "_first", "min(v)").items():
        rows: list[Any] = []
        reach = NEAR
        while len(rows) < ROWS and reach < 1 << 40:
            rows = con.execute(
                f"SELECT {shown} FROM {table} WHERE {where} AND _file = {literal(file)}"
                f" AND _sheet IS NOT DISTINCT FROM ? AND _row BETWEEN {first} AND {first + reach} ORDER BY _row LIMIT {ROWS}",
                [sheet],
            ).fetchall()
            reach <<= 8
        found[where] = rows
    return found


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
