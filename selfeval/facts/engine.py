"""Running the subjects' SQL over accepted rows: figures with their unit, display, definition and inputs.

What a figure means is in the SQL files; how it is printed is the report's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb

from selfeval.checks.cells import literal
from selfeval.facts.catalogue import Definition, Subject
from selfeval.model import Fact, FactInput, FactValue
from selfeval.report.phrases import display

_PLACES = Decimal("0.000001")
_CENT = Decimal("0.01")


def compute(con: duckdb.DuckDBPyConnection, subject: Subject, year: int) -> list[Fact]:
    """All facts of one subject from the views of accepted rows in `con`; none where a needed table is not there."""
    there = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    if not set(subject.needs) <= there:
        return []
    values = {"year": year} if "$year" in subject.query else {}
    facts = []
    for fact_id, value, divisor, project, label in con.execute(_as_text(subject.query), values).fetchall():
        # A table that lost its column of codes has figures of nothing; that it lost it is a finding.
        if fact_id is None:
            continue
        definition, found = subject.definition(fact_id)
        figure = figure_of(value, divisor, definition.unit)
        if figure is not None:
            facts.append(_fact(con, subject, definition, fact_id, figure, project, {**found, "label": label or ""}))
    return facts


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


def _fact(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    definition: Definition,
    fact_id: str,
    figure: FactValue,
    project: str | None,
    found: Mapping[str, str],
) -> Fact:
    return Fact(
        id=fact_id,
        value=figure,
        unit=definition.unit,
        display=display(figure, definition.unit),
        name=definition.name.format(**found),
        definition=definition.definition.format(**found),
        sql=subject.full_query,
        inputs=tuple(_inputs(con, subject, definition, found)),
        binding=definition.binding,
        project=project,
    )


def condition(template: str, found: Mapping[str, Any]) -> str:
    """A `rows` condition with its placeholders filled in as literals."""
    return template.format(**{name: literal(value) for name, value in found.items()})


def _inputs(
    con: duckdb.DuckDBPyConnection, subject: Subject, definition: Definition, found: Mapping[str, str]
) -> list[FactInput]:
    inputs = []
    for table, template in definition.rows.items():
        summed = subject.summed.get(table)
        count, relation = ("sum(_rows)", summed) if summed else ("count(DISTINCT _row)", table)
        rows = con.execute(
            f"SELECT _dataset, _file, _sha256, CAST({count} AS BIGINT) FROM {relation}"
            f" WHERE {condition(template, found)} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        inputs += [FactInput(*row) for row in rows]
    return inputs
