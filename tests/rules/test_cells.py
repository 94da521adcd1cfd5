"""Every rule of a declared column: one bad cell of each kind, all planted at once, each found where it stands.

The passing case is the sound unit itself (test_sound.py) and the sound rows beside each planted one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from schemas import Scope, Table, datasets, default_domains
from selfeval.checks import registry
from tests.rules.conftest import UNIT, YEAR
from tests.rules.sound import SOUND, SoundUnit, Told

SCOPE = Scope(YEAR, UNIT, default_domains())
#: A value of the wrong type, by kind; one out of range; one of the wrong shape; one that is not in the list.
WRONG = {"integer": "若干", "money": "待定", "decimal": "不详", "percent": "约五成", "date": "2024-02-45",
         "timestamp": "2024-02-45 12:00:00", "month": "二月份"}  # fmt: skip
OUT = {"integer": "-5", "money": "-5.00", "decimal": "-5", "percent": "-5", "date": "2026-07-01",
       "timestamp": "2023-05-11 12:00:00"}  # fmt: skip
UNKNOWN = {"project_code": "51113224T999999999999", "funding_project": "51113224T999999999999",
           "communicator_id": "KP99999999"}  # fmt: skip
SKIPPED = ("profile", "final_accounts")  # other layouts: test_declaration.py, test_final_accounts.py


@dataclass(frozen=True)
class Plant:
    """A bad value for one column, and the rule that must name it."""

    rule: str
    severity: str
    table: Table
    column: str
    value: Any


def _values(kind: str, checks: list[Any]) -> Iterator[tuple[str, Any]]:
    if kind in WRONG:
        yield "type", WRONG[kind]
        yield "scientific", "5.1E+12" if kind != "money" else "1.23E+15"
    for check in checks:
        if check.name == "isin":
            yield "domain", "2023-01" if kind == "month" else "别的"
        elif check.name == "str_matches":
            yield "format", "X-1"
        elif check.name == "le" or check.name == "less_than_or_equal_to":
            yield "range", "101"
        else:
            yield "range", OUT[kind]


def plants() -> list[Plant]:
    found = []
    for dataset in datasets().values():
        severity = "error" if dataset.strict else "warning"
        for table in dataset.tables:
            if table.slug in SKIPPED:
                continue
            keys = dict(table.foreign_keys)
            for name, column in table.schema(SCOPE).columns.items():
                kind = column.metadata["kind"]
                planted = [] if column.nullable else [("required", "")]
                planted += [v for v in _values(kind, column.checks) if v[0] != "scientific"]
                planted += [("unknown", UNKNOWN[name])] if name in keys else []
                if kind == "code":
                    planted.append(("scientific", "6.22849E+18"))
                for fault, value in planted:
                    found.append(Plant(f"{table.slug}.{name}.{fault}", severity, table, name, value))
    return found


def _place(table: Table) -> tuple[str, str | None]:
    for file, sheet in SOUND:
        if sheet in (table.label, "名册" if table.slug == "communicators" else None) and sheet is not None:
            return file, sheet
        if sheet is None and file == f"{table.label}.csv":
            return file, sheet
    return {"budget": ("指标执行情况表.xlsx", "指标执行"), "service": ("精准科普服务统计.xlsx", "2024年末")}[table.slug]


@pytest.fixture
def told(sound: SoundUnit) -> tuple[list[tuple[Plant, str, int]], Told]:
    """All plants, each in a row of its own that is otherwise sound, with the place where it must be found."""
    placed = []
    for n, plant in enumerate(plants()):
        file, sheet = _place(plant.table)
        rows = sound.tables[file, sheet]
        label = plant.table.schema(SCOPE).columns[plant.column].title
        row = copy.copy(SOUND[file, sheet][1])
        row[rows[0].index(label)] = plant.value
        if plant.table.slug == "payments" and plant.column != "voucher":
            row[rows[0].index("凭证号")] = f"PZ9{n:04d}"
        placed.append((plant, sheet or file, sound.add(sheet or file, row)))
    return placed, sound.check()


def test_a_bad_cell_of_every_kind_is_found_at_its_place(told: tuple[list[tuple[Plant, str, int]], Told]) -> None:
    placed, said = told
    missed = []
    for plant, place, row in placed:
        label = plant.table.schema(SCOPE).columns[plant.column].title
        found = [f for f in said.of(plant.rule) if f.row == row and f.column == label and place in (f.sheet, f.file)]
        if [f.severity for f in found] != [plant.severity]:
            missed.append(
                (plant.rule, place, row, [(f.rule, f.severity, f.row) for f in said.findings if f.row == row])
            )
    assert missed == []


def test_no_cell_is_told_that_is_sound(told: tuple[list[tuple[Plant, str, int]], Told]) -> None:
    placed, said = told
    declared = {entry.id for entry in registry.cell_entries(SCOPE)}
    where = {(plant.rule, place, row) for plant, place, row in placed}
    false = [
        f
        for f in said.findings
        if f.rule in declared and not f.rule.endswith((".total", ".tolerance"))
        and not {(f.rule, f.sheet, f.row), (f.rule, f.file, f.row)} & where
    ]  # fmt: skip
    assert false == []


def test_every_rule_of_a_column_is_planted() -> None:
    """What the registry lists for columns is what is planted here, less what other tests are for."""
    planted = {plant.rule for plant in plants()}
    elsewhere = ("required", "type", "format", "domain", "range", "unknown")
    listed = {
        entry.id
        for entry in registry.cell_entries(SCOPE)
        if entry.id.split(".")[-1] in elsewhere and entry.id.split(".")[0] not in SKIPPED
    }
    assert listed == {rule for rule in planted if not rule.endswith(".scientific")}
