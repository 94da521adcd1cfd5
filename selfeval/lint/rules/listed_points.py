"""Points listed in a line (`必要性5→5 可行性5→4 … 总分98`): each within its weight, together the printed total.

Does not belong here: tables of indicators (points.py, totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.lines import CUT
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import half_up, show

_PAIR = re.compile(
    r"([\u4e00-\u9fffA-Za-z“”\"]{2,16})(?:\((\d+(?:\.\d+)?)分?\)|(\d+(?:\.\d+)?))\s*(?:→|->|—>)\s*(\d+(?:\.\d+)?)(?![\d?])"
)
_TOTAL = re.compile(r"(?:总分|合计|总得分|总计)[:为]?\s*(?:(\d+(?:\.\d+)?)\s*(?:→|->|/)\s*)?(\d+(?:\.\d+)?)(?![\d?%])")


#: 产出指标50分，得49.00分
_SCORED = re.compile(
    r"(?P<name>[\u4e00-\u9fff“”\"]{2,16}?)(?:指标|类指标)?(?:\(?(?:满分|分值|权重|共|计|标准分)?(?:为|是)?(?<!扣)(?P<weight>\d+(?:\.\d+)?)分\)?)[,，]?"
    r"(?:自评|实际|评价)?(?:得分?|实得分?)(?:为|是)?(?P<score>\d+(?:\.\d+)?)分"
)
#: “占比”目标值为30%，实际完成24%，指标分值10分，得8分
_AGAINST = re.compile(
    r"目标值?(?:为|是|:)?(?P<sign>≥|≤|不低于|不少于|不超过|不高于)?(?P<goal>\d[\d,]*(?:\.\d+)?)(?P<unit>[^\d,，。;]{0,4})[,，](?:实际|全年)?(?:完成|达到|为)(?:值|数)?(?:为|了)?"
    r"(?P<actual>\d[\d,]*(?:\.\d+)?)(?P<unit2>[^\d,，。;]{0,4})[,，](?:指标|该指标|本指标)?(?:分值|权重|满分|标准分)(?:为|是)?(?P<weight>\d+(?:\.\d+)?)分?[,，]"
    r"(?:自评|实际|评价)?得(?:分)?(?:为|是)?(?P<score>\d+(?:\.\d+)?)分"
)


def check(context: Context) -> Iterator[LintFinding]:
    yield from _arrows(context)
    for prose in context.prose:
        yield from _scored(prose)
        yield from _against(prose)


def _scored(prose: Prose) -> Iterator[LintFinding]:
    """预算执行率10分，得9.86分；产出指标50分，得51分；…."""
    for m in _SCORED.finditer(prose.plain):
        weight, score = Decimal(m["weight"]), Decimal(m["score"])
        if score > weight:
            message = f"“{m['name']}”得分{show(score)}超过分值{show(weight)}。"
            yield finding("points-against-target", "error", prose.place, m[0], f"不超过{show(weight)}", message)


def _against(prose: Prose) -> Iterator[LintFinding]:
    """A miss told in a sentence with its weight and its points."""
    for m in _AGAINST.finditer(prose.plain):
        goal, actual = (Decimal(m[key].replace(",", "")) for key in ("goal", "actual"))
        weight, score = Decimal(m["weight"]), Decimal(m["score"])
        if m["unit"].strip() != m["unit2"].strip() or goal <= 0 or actual <= 0:
            continue
        less = m["sign"] in ("≤", "不超过", "不高于")
        met = actual <= goal if less else actual >= goal
        should = weight if met else half_up(weight * (goal / actual if less else actual / goal), Decimal("0.01"))
        if not met and score == weight:
            message = f"目标{m['goal']}、实际{m['actual']}，未达到目标却得满分，按完成比例应为{show(should)}。"
            yield finding("points-against-target", "error", prose.place, m[0], show(should), message)


def _arrows(context: Context) -> Iterator[LintFinding]:
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
