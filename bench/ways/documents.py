"""Ours: one unit from its raw files to the published package (web page, Word, PDF, tables, findings), without Prefect."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval.package import publish_unit
from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store


def run(unit: Path, roster: Path, work: Path) -> dict[str, Any]:
    store = Store(work / "store")
    pipeline = UnitPipeline(plan(unit.parent.parent, int(unit.parent.name), unit.name, digests=store.digests), store)
    outcome = publish_unit(pipeline, work / "out", {})
    assert outcome.status == "issued", outcome.reasons
    numbers = {i: f.value for i, f in pipeline.facts.items() if not isinstance(f.value, str)}
    return {"figures": {name: str(Decimal(value).normalize()) for name, value in numbers.items()}}
