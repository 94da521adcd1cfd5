"""Lists of projects with the rate and its points in each row: 执行率 | 预算执行(10) | 产出(50) …, most rows prove what is meant.

Does not belong here: the money block of one form (execution.py), the sums of such a list (table_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.lines import Line
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import half_up, plain_number, show, squeeze

_RATE = re.compile(r"(?:预算|资金)?(?:执行|支出|支付|使用)(?:率|进度)(?:\(.*\))?")
_POINTS = re.compile(r"[\u4e00-\u9fff]*\((?:满分)?(\d{1,2})分?\)")
_LEAST = 3


def check(context: Context) -> Iterator[LintFinding]:
    lines = context.lines
    for at, header in enumerate(lines):
        if header.table is None or any(plain_number(text) for text in header.own):
            continue
        rates = [c for c, text in enumerate(header.cells) if _RATE.fullmatch(squeeze(text)) and not header.merged[c]]
        if len(rates) != 1:
            continue
        end = next(
            (i for i in range(at + 1, len(lines)) if lines[i].table != header.table or _other(lines[i], header)),
            len(lines),
        )
        for column, text in enumerate(header.cells):
            weight = _POINTS.fullmatch(squeeze(text))
            if weight and not header.merged[column] and 5 <= int(weight[1]) <= 30:
                yield from _column(lines[at + 1 : end], rates[0], column, Decimal(weight[1]))


def _other(line: Line, header: Line) -> bool:
    return len(line.cells) != len(header.cells) or (len(line.own) > 3 and not any(map(plain_number, line.own)))


def _column(rows: Sequence[Line], rate: int, column: int, weight: Decimal) -> Iterator[LintFinding]:
    """The points are the rate's in all rows but few; then those few are wrong."""
    right, wrong = 0, []
    for line in rows:
        printed, score = plain_number(line.cells[rate]), plain_number(line.cells[column])
        if not printed or not score or not printed.percent:
            continue
        exact = weight * min(printed.value, Decimal(100)) / 100
        if abs(score.value - exact) <= max(weight * printed.step / 200, Decimal("0.005")):
            right += 1
        else:
            wrong.append((line, printed, score, half_up(exact, Decimal("0.01"))))
    for line, printed, score, should in wrong if right >= max(_LEAST, 3 * len(wrong)) else ():
        label = next((text for text in line.own if not plain_number(text)), line.own[0])
        message = f"“{label}”执行率{printed.text}，{show(weight)}分应得{show(should)}分，印出的是{score.text}分。"
        quoted = f"{label} 执行率{printed.text} 得分{score.text}"
        yield finding("execution-points", "error", f"{line.place}“{label}”", quoted, show(should), message)
