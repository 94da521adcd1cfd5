"""Weights printed for each level (一级指标 | 权重 | 二级指标 | 权重 …): those below add up to the one above.

Does not belong here: points printed in a level's name (totals.py), the total row (totals.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from selfeval.lint import indicator_rows, money_rows
from selfeval.lint.columns import indicator_role
from selfeval.lint.context import Context, finding
from selfeval.lint.lines import Line
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import is_blank, plain_number, show, squeeze


def check(context: Context) -> Iterator[LintFinding]:
    for at, header in enumerate(context.lines):
        if not indicator_rows.nested_weights(header) or not indicator_rows.header(header):
            continue
        columns = [
            i for i, text in enumerate(header.cells) if not header.merged[i] and indicator_role(text) == "weight"
        ]
        body = _body(context.lines[at + 1 :], header)
        for upper, lower in pairwise(columns):
            yield from _level(body, upper, lower)


def _body(lines: Sequence[Line], header: Line) -> list[Line]:
    end = next(
        (
            i
            for i, line in enumerate(lines)
            if line.table != header.table or len(line.cells) != len(header.cells) or _is_total(line)
        ),
        len(lines),
    )
    return list(lines[:end])


def _is_total(line: Line) -> bool:
    return any(money_rows.is_total_label(text) for text in line.own[:2])


def _level(body: Sequence[Line], upper: int, lower: int) -> Iterator[LintFinding]:
    heads = [i for i in range(len(body)) if _begins(body, i, upper)]
    for start, end in pairwise([*heads, len(body)]):
        whole = plain_number(body[start].cells[upper])
        parts = [plain_number(body[i].cells[lower]) for i in range(start, end) if _begins(body, i, lower)]
        known = [q for q in parts if q]
        if whole is None or len(known) != len(parts) or not known:
            continue
        should = sum((q.value for q in known), Decimal(0))
        # shares of their parent close at 100 of their own
        if should == whole.value or should in (Decimal(100), Decimal(1)):
            continue
        label = body[start].cells[upper - 1]
        terms = "+".join(q.text for q in known)
        message = f"“{label}”的权重是{whole.text}，其下各项权重相加为{show(should)}（{terms}）。"
        place = f"{body[start].place}“{squeeze(label)}”"
        yield finding("sum", "error", place, f"{squeeze(label)} {whole.text}", f"{show(should)}={terms}", message)


def _begins(body: Sequence[Line], i: int, column: int) -> bool:
    """A level of its own: its name, left of its weight, is neither blank, merged with the one above, nor repeated."""
    line = body[i]
    if line.merged[column] or is_blank(line.cells[column]):
        return False
    named = next((c for c in range(column - 1, -1, -1) if not plain_number(line.cells[c])), column)
    if line.merged[named] or is_blank(line.cells[named]):
        return False
    return i == 0 or body[i - 1].cells[: column + 1] != line.cells[: column + 1]
