"""A figure that a target or an official line is held against is printed by the direction of that target."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from selfeval.model import Fact
from selfeval.scoring import beside_targets


def _fact(value: str, unit: str = "比率") -> dict[str, Fact]:
    return {"a": Fact("a", Decimal(value), unit, "", "", "", None, ())}


def _scores(nature: str, target: str, unit: str) -> Any:
    indicator = SimpleNamespace(unit=unit, nature=nature)
    score = SimpleNamespace(source_fact="a", target=Decimal(target), indicator=indicator)
    return SimpleNamespace(projects=[SimpleNamespace(indicators=[score])])


@pytest.mark.parametrize(
    ("nature", "target", "unit", "value", "shown"),
    [
        ("不高于", "5", "%", "0.050001", "5.0001%"),
        ("≤", "5", "%", "0.049999", "5%"),
        ("≥", "95", "%", "0.950002", "95%"),
        ("≥", "95", "%", "0.949998", "94.9998%"),
    ],
)
def test_beside_a_target(nature: str, target: str, unit: str, value: str, shown: str) -> None:
    assert beside_targets(_scores(nature, target, unit), _fact(value))["a"].display == shown


def test_money_beside_a_ceiling_in_another_unit() -> None:
    found = beside_targets(_scores("≤", "100", "万元"), _fact("1000000.01", "元"))
    assert found["a"].display == "100.000001万元"


def test_beside_an_official_line() -> None:
    scores = SimpleNamespace(projects=[])
    assert beside_targets(scores, _fact("0.499998"), {"a": Decimal("0.5")})["a"].display == "49.9998%"  # type: ignore[arg-type]
