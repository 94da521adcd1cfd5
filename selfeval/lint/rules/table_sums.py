"""Tables that are no score form (tasks with their money, staff by kind): the 合计 row against its rows, rates in a row.

Belongs here: columns of numbers below a header, whatever they are called. Does not belong here: money and indicators
of score forms (money_sums.py, totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from selfeval.lint import indicator_rows
from selfeval.lint.columns import money_role
from selfeval.lint.context import Context, finding
from selfeval.lint.lines import Line
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, is_blank, plain_number, ratio_room, show, squeeze

_TOTAL = re.compile(r"[\u4e00-\u9fff]{0,4}(?:合计|总计|共计)[:：]?")
_PART = re.compile(r"其中|小计|^\(?\d+\)|^[-—]")
#: columns whose numbers do not add up.
_NO_SUM = re.compile(r"率|比|序号|编号|代码|编码|单价|平均|人均|标准|均|排名|名次|年份|时间|日期|电话")


def check(context: Context) -> Iterator[LintFinding]:
    known = {item.place for form in context.forms for item in form.indicators}
    known |= {row.place for form in context.forms for row in form.money if not _TOTAL.fullmatch(row.label)}
    for (table, other), group in groupby(context.lines, key=lambda line: (line.table, line.place not in known)):
        rows = list(group)
        header = _header(rows)
        if table is None or not other or len(rows) < 4 or header is None:
            continue
        yield from _totals(rows, header)
        yield from _rates(rows, header)


def _header(rows: Sequence[Line]) -> int | None:
    """The last line before the first with numbers."""
    first = next((i for i, line in enumerate(rows) if any(plain_number(text) for text in line.own[1:])), None)
    return first - 1 if first else None


def _totals(rows: Sequence[Line], header: int) -> Iterator[LintFinding]:
    width = len(rows[header].cells)
    body = [line for line in rows[header + 1 :] if len(line.cells) == width]
    end = next((i for i, line in enumerate(body) if indicator_rows.header(line)), len(body))
    body = body[:end]
    marks = [i for i, line in enumerate(body) if any(_TOTAL.fullmatch(squeeze(text)) for text in line.own[:2])]
    if len(marks) != 1 or any(_PART.search(squeeze(line.own[0])) for line in body if line.own):
        return
    at = marks[0]
    parts = body[:at] if at == len(body) - 1 else body[at + 1 :] if at == 0 else []
    columns = [
        (column, found)
        for column in range(1, width)
        if not _NO_SUM.search(rows[header].cells[column])
        and not _repeats(body[at], column)
        and (found := _column(body[at], parts, column))
    ]
    right = [column for column, (total, should, slack) in columns if abs(should - total.value) <= slack]
    for column, (total, should, slack) in columns:
        gap = abs(should - total.value)
        # an additive table is told by another column, or by a sum that is nearly there
        if gap <= slack or not (right or gap <= abs(should) / 5):
            continue
        name = squeeze(rows[header].cells[column])
        message = f"“{name}”一列各行相加为{show(should, 6)}，合计印的是{total.text}。"
        yield finding("sum", "error", f"{body[at].place}“{name}”", total.text, show(should, 6), message)


def _repeats(line: Line, column: int) -> bool:
    """The cell is the right part of a merged one."""
    return line.merged[column] and line.cells[column] == line.cells[column - 1]


def _column(total: Line, parts: Sequence[Line], column: int) -> tuple[Quantity, Decimal, Decimal] | None:
    """The printed total, the sum of the rows and the room that rounding leaves; None when the column is not all numbers."""
    printed = plain_number(total.cells[column])
    texts = [line.cells[column] for line in parts if not _repeats(line, column)]
    numbers = [plain_number(text) for text in texts]
    known = [q for q in numbers if q]
    if printed is None or printed.percent or len(known) < 2 or any(q.percent for q in known):
        return None
    if any(q is None and not is_blank(text) for q, text in zip(numbers, texts, strict=True)):
        return None
    steps = [q.step for q in [printed, *known] if q.step < 1]
    return printed, sum((q.value for q in known), Decimal(0)), sum(steps, Decimal(0)) / 2


def _rates(rows: Sequence[Line], header: int) -> Iterator[LintFinding]:
    """预算 | 支出 | 执行率 in one row."""
    roles = [money_role(text) for text in rows[header].cells]
    at = {role: i for i, role in enumerate(roles) if role and roles.count(role) == 1}
    if not {"final", "paid", "rate"} <= at.keys():
        return
    for line in rows[header + 1 :]:
        if len(line.cells) != len(roles):
            continue
        final, paid, rate = (plain_number(line.cells[at[role]]) for role in ("final", "paid", "rate"))
        if not final or not paid or not rate or final.value <= 0:
            continue
        scale = 100 if rate.percent or rate.value > Decimal("1.5") else 1
        should = paid.value / final.value * scale
        if abs(should - rate.value) < rate.step + ratio_room(paid, final) * scale:
            continue
        label = line.own[0]
        message = f"“{label}”的执行率应为{paid.text}÷{final.text}={show(should)}，印出的是{rate.text}。"
        yield finding("rate", "error", f"{line.place}“{label}”", f"{label} {rate.text}", show(should), message)
