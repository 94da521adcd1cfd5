"""Fixtures that several kinds of test share: the two example units, taken once through the whole pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
YEAR = 2024
UNITS = ("351001", "352003")


def expected(unit: str) -> dict[str, Any]:
    """What an example unit must give."""
    text = (ROOT / "tests" / "fixtures" / "expected" / f"expected-{unit}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("home") / "store")


@pytest.fixture(scope="session")
def pipelines(store: Store) -> dict[str, UnitPipeline]:
    return {unit: UnitPipeline(plan(RAW, YEAR, unit), store) for unit in UNITS}
