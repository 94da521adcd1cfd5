"""Running the subjects' SQL over accepted rows: figures with their unit, display, definition and inputs.

What a figure means is in the SQL files; how it is printed is the report's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import duckdb

from schemas import datasets
from selfeval.checks.cells import literal
from selfeval.facts.catalogue import Definition, Subject
from selfeval.model import Fact, FactInput, FactValue
from selfeval.report.phrases import display, plain

_PLACES = Decimal("0.000001")
_CENT = Decimal("0.01")


def compute(con: duckdb.DuckDBPyConnection, subject: Subject, year: int) -> list[Fact]:
    """All facts of one subject from the views of accepted rows in `con`; none where a needed table is not there."""
    there = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    if not set(subject.needs) <= there:
        return []
    values = {"year": year} if "$year" in subject.query else {}
    figures = []
    for fact_id, value, divisor, project, label in con.execute(_as_text(subject.query), values).fetchall():
        # A table that lost its column of codes has figures of nothing; that it lost it is a finding.
        if fact_id is None:
            continue
        definition, found = subject.definition(fact_id)
        figure = figure_of(value, divisor, definition.unit)
        if figure is not None:
            worked = f"{plain(Decimal(value))}÷{plain(Decimal(divisor))}" if definition.unit == "比率" else None
            figures.append((fact_id, definition, figure, worked, project, {**found, "label": label or ""}))
    inputs = _inputs(con, subject, [(definition, found) for _, definition, *_, found in figures])
    return [_fact(subject, *figure, inputs) for figure in figures]


def _as_text(query: str) -> str:
    """Values leave DuckDB as text, so that no figure passes through a float."""
    return (
        "SELECT id, CAST(value AS VARCHAR), CAST(divisor AS VARCHAR), CAST(project AS VARCHAR), CAST(label AS VARCHAR)"
        f" FROM ({query})"
    )


def figure_of(value: str | None, divisor: str | None, unit: str) -> FactValue | None:
    """The figure in its unit: money to the cent, a ratio to six places, a whole number where it is one."""
    if value is None:
        return None
    if unit == "日期":
        return value
    number = Decimal(value)
    if unit == "比率":
        if divisor is None or not Decimal(divisor):
            return None
        return (number / Decimal(divisor)).quantize(_PLACES, ROUND_HALF_UP)
    if unit == "元":
        return number.quantize(_CENT, ROUND_HALF_UP)
    return int(number) if number == number.to_integral() else number.normalize()


#: A table and a condition on its rows → a line of inputs a file.
Inputs = Mapping[tuple[str, str], Sequence[FactInput]]


def _fact(
    subject: Subject,
    fact_id: str,
    definition: Definition,
    figure: FactValue,
    worked: str | None,
    project: str | None,
    found: Mapping[str, str],
    inputs: Inputs,
) -> Fact:
    rows = [(table, condition(template, found)) for table, template in definition.rows.items()]
    return Fact(
        id=fact_id,
        value=figure,
        unit=definition.unit,
        display=display(figure, definition.unit),
        name=definition.name.format(**found),
        definition=definition.definition.format(**found),
        sql=subject.full_query,
        inputs=tuple(line for place in rows for line in inputs[place]),
        binding=definition.binding,
        project=project,
        worked=worked,
    )


def condition(template: str, found: Mapping[str, Any]) -> str:
    """A `rows` condition with its placeholders filled in as literals."""
    return template.format(**{name: literal(value) for name, value in found.items()})


def _inputs(
    con: duckdb.DuckDBPyConnection, subject: Subject, figures: Sequence[tuple[Definition, Mapping[str, str]]]
) -> Inputs:
    """The inputs of all figures; a table is read once for all of them."""
    asked: dict[str, dict[str, None]] = {}
    for definition, found in figures:
        for table, template in definition.rows.items():
            asked.setdefault(table, {})[condition(template, found)] = None
    return {
        (table, where): lines
        for table, conditions in asked.items()
        for where, lines in _counted(con, table, subject.summed.get(table), list(conditions)).items()
    }


def _counted(
    con: duckdb.DuckDBPyConnection, table: str, summed: str | None, conditions: Sequence[str]
) -> dict[str, list[FactInput]]:
    """Condition → how many rows of each file meet it."""
    tests = [f"k{k}" for k in range(len(conditions))]
    tested = ", ".join(f"({where}) AS {k}" for k, where in zip(tests, conditions, strict=True))
    if summed:
        rows = f"SELECT _dataset, _file, _sha256, NULL AS _sheet, _rows, {tested} FROM {summed}"
        files = _files(con, rows, [f"sum(_rows) FILTER (WHERE {k})" for k in tests])
    else:
        rows = f"SELECT _dataset, _file, _sha256, _sheet, _row, {tested} FROM {table}"
        counts = [f"count(*) FILTER (WHERE {k})" for k in tests]
        files = _files(con, rows, counts) if _layout(table) == "rows" else []
        if not files or len({f[1] for f in files}) < len(files):
            # A row may stand in its table twice: both sides of a form, two sheets of a file.
            once = ", ".join(f"bool_or({k}) AS {k}" for k in tests)
            rows = f"SELECT _dataset, _file, _sha256, NULL AS _sheet, _row, {once} FROM ({rows}) GROUP BY ALL"
            files = _files(con, rows, counts)
    return {
        where: [FactInput(file[0], file[1], file[2], file[4 + k]) for file in files if file[4 + k]]
        for k, where in enumerate(conditions)
    }


def _files(con: duckdb.DuckDBPyConnection, rows: str, counts: Sequence[str]) -> list[tuple[Any, ...]]:
    told = ", ".join(f"CAST({count} AS BIGINT)" for count in counts)
    return con.execute(
        f"SELECT _dataset, _file, _sha256, _sheet, {told} FROM ({rows}) GROUP BY ALL ORDER BY ALL"
    ).fetchall()


@cache
def _layout(slug: str) -> str:
    return next(t.layout for d in datasets().values() for t in d.tables if t.slug == slug)
