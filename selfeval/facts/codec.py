"""Facts to and from JSON: a value keeps its exact digits within the store, and is a number in facts.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval.model import Fact, FactInput


def write(path: Path, facts: Iterable[Fact]) -> None:
    """Keep facts in the store: Decimals as tagged text."""
    rows = [{**asdict(fact), "value": _tag(fact.value)} for fact in facts]
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def read(path: Path) -> list[Fact]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [_fact(row) for row in rows]


def _fact(row: Mapping[str, Any]) -> Fact:
    inputs = tuple(FactInput(**i) for i in row["inputs"])
    return Fact(**{**row, "value": _untag(row["value"]), "inputs": inputs, "rests_on": tuple(row["rests_on"])})


def _tag(value: Decimal | int | str) -> Any:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


def _untag(value: Any) -> Decimal | int | str:
    return Decimal(value["decimal"]) if isinstance(value, dict) else value


def number(value: Decimal | int | str) -> float | int | str:
    """A value as other programs read it. A Decimal of up to fifteen digits survives as a JSON number."""
    return float(value) if isinstance(value, Decimal) else value


def public(unit: str, year: int, facts: Mapping[str, Fact]) -> str:
    """The text of facts.json, as the contract has it."""
    body = {
        fact_id: {
            "value": number(fact.value),
            "unit": fact.unit,
            "display": fact.display,
            "name": fact.name,
            "definition": fact.definition,
            "sql": fact.sql,
            "inputs": [asdict(i) for i in fact.inputs],
        }
        for fact_id, fact in sorted(facts.items())
    }
    return json.dumps({"unit": unit, "year": year, "facts": body}, ensure_ascii=False, indent=1) + "\n"
