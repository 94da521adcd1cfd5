"""资金到位率 in a row: what arrived over what was planned.

Does not belong here: 执行率 (execution.py), rates that other rows of the table prove (table_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.lines import Line
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import plain_number, ratio_room, show, squeeze

_ROLES = (
    ("rate", re.compile(r"到位率|到位比例")),
    ("none", re.compile(r"率|比例")),
    ("part", re.compile(r"(?<!应)(?<!未)到位")),
    ("whole", re.compile(r"应到位|安排|预算|计划|下达|批复")),
)


def check(context: Context) -> Iterator[LintFinding]:
    header: Line | None = None
    at: dict[str, int] = {}
    for line in context.lines:
        if header and (line.table != header.table or len(line.cells) != len(header.cells)):
            header = None
        if line.table is None:
            continue
        found = _columns(line)
        if found:
            header, at = line, found
        elif header:
            yield from _row(line, at)


def _columns(line: Line) -> dict[str, int]:
    """The three columns, each there once; else none."""
    roles = [
        None if line.merged[c] else next((role for role, words in _ROLES if words.search(squeeze(text))), None)
        for c, text in enumerate(line.cells)
    ]
    named = ("rate", "part", "whole")
    return {role: roles.index(role) for role in named} if all(roles.count(role) == 1 for role in named) else {}


def _row(line: Line, at: dict[str, int]) -> Iterator[LintFinding]:
    rate, part, whole = (plain_number(line.cells[at[role]]) for role in ("rate", "part", "whole"))
    if not rate or not rate.percent or not part or not whole or part.percent or whole.value <= 0:
        return
    should = part.value / whole.value * 100
    if abs(should - rate.value) < rate.step + ratio_room(part, whole) * 100 + Decimal("0.01"):
        return
    label = line.own[0]
    message = f"“{label}”的到位率应为{part.text}÷{whole.text}={show(should)}%，印出的是{rate.text}。"
    yield finding("rate", "error", f"{line.place}“{label}”", f"{label} {rate.text}", f"{show(should, 4)}%", message)
