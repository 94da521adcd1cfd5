"""Points listed in a line (`必要性5→5 可行性5→4 … 总分98`): each within its weight, together the printed total.

Does not belong here: tables of indicators (points.py, totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.lines import CUT
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import show

_PAIR = re.compile(
    r"([\u4e00-\u9fffA-Za-z“”\"]{2,16})(?:\((\d+(?:\.\d+)?)分?\)|(\d+(?:\.\d+)?))\s*(?:→|->|—>)\s*(\d+(?:\.\d+)?)(?![\d?])"
)
_TOTAL = re.compile(r"(?:总分|合计|总得分|总计)[:为]?\s*(?:(\d+(?:\.\d+)?)\s*(?:→|->|/)\s*)?(\d+(?:\.\d+)?)(?![\d?%])")


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        pairs = [(m[1], Decimal(m[2] or m[3]), Decimal(m[4]), m) for m in _PAIR.finditer(prose.plain)]
        pairs = [pair for pair in pairs if not re.search(r"总分|合计|总计", pair[0])]
        if len(pairs) < 3:
            continue
        for name, weight, score, m in pairs:
            if score > weight:
                message = f"“{name}”得分{show(score)}超过分值{show(weight)}。"
                yield finding("points-against-target", "error", prose.place, m[0], f"不超过{show(weight)}", message)
        total = _TOTAL.search(prose.plain, pairs[-1][3].end())
        # an unread pair (40→40?) or an omission: the sum is not all there
        if not total or CUT.search(prose.plain) or prose.plain.count("→") > len(pairs) + 1:
            continue
        should = sum((score for _, _, score, _ in pairs), Decimal(0))
        if should != Decimal(total[2]):
            message = f"所列得分相加为{show(should)}，与印出的{total[0]}不符。"
            yield finding("sum", "error", prose.place, total[0], show(should), message)
