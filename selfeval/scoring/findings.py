"""Findings of scoring, placed at a cell of the declaration or the budget.

Belongs here: rules.toml read into findings. Does not belong here: the decision whether something is wrong.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from selfeval.model import Finding, Indicator, Origin, Severity


class Rule(BaseModel):
    """`column` is the header, as the declaration or the budget table has it, at which the finding stands; `source` the
    document it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity
    column: str | None = None
    message: str
    fix: str
    source: str = ""


@cache
def rules() -> dict[str, Rule]:
    """All rules of scoring by id."""
    raw = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return {rule_id: Rule.model_validate(fields) for rule_id, fields in raw.items()}


def finding(rule: str, origin: Origin | None, value: str | None = None, **words: object) -> Finding:
    """A finding of a rule at its column in the row of `origin`; `value` is the cell as filled in."""
    found = rules()[rule]
    filled = {"value": value or "", **words}
    return Finding(
        rule=rule,
        severity=found.severity,
        message=found.message.format(**filled),
        fix=found.fix.format(**filled),
        dataset=origin.dataset if origin else None,
        file=origin.file if origin else None,
        sheet=origin.sheet if origin else None,
        row=origin.row if origin else None,
        column=found.column,
        value=value,
    )


def at(indicator: Indicator, rule: str, value: str | None = None, **words: object) -> Finding:
    """A finding in the row of an indicator."""
    return finding(rule, indicator.origin, value, name=indicator.level3, **words)
