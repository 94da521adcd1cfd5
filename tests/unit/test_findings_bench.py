"""The bench of planted faults: a rule without a planter is listed, and rows that refer to a lost row are accounted for."""

from __future__ import annotations

import random

import pytest

from bench import findings
from bench.planted import clean
from bench.planted.paper import File, Unit
from selfeval.checks import registry
from tests.conftest import RAW

#: A rule that another one always tells first, and one that every unit is told while its pack is not verified.
NOT_PLANTED = ["indicators.nature.unknown", "scoring.pack.unverified"]


@pytest.fixture(scope="module")
def files() -> list[File]:
    return clean.clean(RAW / "2024" / "351001")


def test_a_rule_without_a_planter_is_listed() -> None:
    left = findings.unplanted([r"service\.sheet\.year", r"payments\.\w+\.(required)", r"source\.quote"])
    assert {"service.people.over", "source.header", "*.type", "indicators.weights.sum"} <= set(left)
    assert not {"service.sheet.year", "*.required", "source.quote"} & set(left)
    text = findings.report({1: {"各类": {"甲": findings.Tally(planted=1, rules={r"service\.sheet\.year"})}}}, 1, 0)
    assert "service.people.over" in text
    assert "service.sheet.year" not in text


def test_every_other_rule_has_one(files: list[File]) -> None:
    patterns: set[str] = set()
    for name, plant in {**findings.CELLS, **findings.FORMS, **findings.RULES}.items():
        unit = clean.unit(files, random.Random(len(name)))
        fault = plant(unit)
        assert fault is not None, name
        patterns |= {fault.rule or findings.re.escape(name)} if fault.rule is not None else set()
    assert findings.unplanted(patterns) == NOT_PLANTED
    rules = {entry.id for entry in (*registry.cross_entries(), *registry.scoring_entries())}
    assert {name for name in findings.RULES if not name.startswith(("source.", "*", "与上年"))} <= rules


def test_a_row_that_refers_to_a_spoilt_id_is_to_be_set_aside(files: list[File]) -> None:
    unit = Unit(clean.unit(files, random.Random(1)).files, random.Random(1))
    _, roster = unit.named("communicators")
    _, tasks = unit.named("tasks")
    line = tasks.data()[0]
    assert not findings.astray(tasks, line, {"person": findings.known_ids(unit, "communicators")})
    gone = next(other for other in roster.data() if other.cells[0] == line.cells[0])
    gone.cells[0] = "KP113"
    assert findings.astray(tasks, line, {"person": findings.known_ids(unit, "communicators")})
    roster.unread = True
    assert not findings.astray(tasks, line, {"person": findings.known_ids(unit, "communicators")})
