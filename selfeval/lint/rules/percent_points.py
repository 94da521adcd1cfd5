"""The difference of two percentages: 个百分点, not %, and the difference that the two give.

Does not belong here: rates against amounts (rates.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, quantities, show
from selfeval.lint.rules.rates import MOST, NOT_SHARE, PERCENT, fits, near_start

_RATIO = r"(?:率|满意度|覆盖面|占比|比例|比重|知晓度|普及度|进度)"
_RATE_NOUN = re.compile(
    rf"(?P<noun>[\u4e00-\u9fff]{{0,10}}{_RATIO})"
    r"(?:较|比|同比|与)?(?P<base>(?:20\d\d年度?)?[^,，。;\d%]{0,10}?)(?P<verb>上升|提高|提升|增长|增加|下降|降低|减少|升高|回落)了?(?P<about>约|近|超过?)?"
    rf"(?P<value>{PERCENT})"
)
_STEP = re.compile(
    r"(?P<verb>增加|提升|提高|上升|增长|下降|降低|减少|升高|回落|高出|高于|低于|超出|超过|相差|高|低)了?(?P<about>约|近)?"
    r"(?:目标值?|年初|预期|计划|上年|去年|平均|水平|全[国省市县州区]|的)*"
    r"(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>个百分点|%)"
)
#: what the step is measured from, and nothing else
_FROM = re.compile(
    r"[,，(;]?(?:[由从]|与|较|比|同比|低于|高于|高出|低|超出|超过)?(?:\d{4}年|上年|去年|上一年|上年度|同期|年初|目标值?|绩效目标|预期目标?|计划|全[国省市县州区]|平均|水平|[的度值初末底]|相比|比较?){0,6}[,，]?"
)
_VALUED = re.compile(
    rf"(?P<noun>[\u4e00-\u9fff]{{0,10}}{_RATIO})(?:[为是]|达到?|(?:提高|上升|提升|下降|降低|增加|增|升|降)[到至]|实现|:|的)?了?$"
)


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _steps(prose)
        yield from _points(prose)
        yield from _of_amounts(prose)


def _steps(prose: Prose) -> Iterator[LintFinding]:
    """The difference of two percentages: its unit, and whether it is their difference."""
    for m in islice(_STEP.finditer(prose.plain), MOST):
        left = near_start(prose.plain, m.start())
        rates = [q for q in quantities(prose.plain[left : m.start()]) if q.percent]
        printed, points = Decimal(m["value"]), m["unit"] == "个百分点"
        if not rates or rates[-1].end + left < m.start() - 24:
            continue
        quoted = prose.text[left + rates[-1].start : m.end()]
        between = prose.plain[left + rates[-1].end : m.start()]
        order = _told_apart(prose.plain[left : m.start()], rates[-2:], between) if len(rates) >= 2 else 0
        if order:
            old, new = (q.value for q in rates[-2:][::order])
            gap = abs(new - old)
            relative = old > 0 and fits(m["value"], gap / old)
            quoted = prose.text[left + rates[-2].start : m.end()]
            rate = re.search(_RATIO, prose.plain[left : left + rates[-1].start])
            if printed == gap and not points and (rate or not relative):
                message = f"{show(old)}%与{show(new)}%相差{show(gap)}个百分点，不能写“{show(printed)}%”。"
                yield finding("points-or-percent", "error", prose.place, quoted, f"{show(gap)}个百分点", message)
            elif printed != gap and (points or not relative) and not m["about"]:
                message = f"{show(old)}%与{show(new)}%相差{show(gap)}个百分点，印出的是{m['value']}{m['unit']}。"
                yield finding("rate", "error", prose.place, quoted, f"{show(gap)}个百分点", message)
        elif (
            not points
            and _FROM.fullmatch(between)
            and _VALUED.search(prose.plain[left : left + rates[-1].start].rstrip())
        ):
            noun = _VALUED.search(prose.plain[left : left + rates[-1].start].rstrip())
            # 高于目标90% names the target itself
            against = m["verb"] in ("高于", "低于", "超出", "超过", "高", "低")
            far = printed * 4 < rates[-1].value >= 20
            small = printed * 4 < rates[-1].value
            if noun and not NOT_SHARE.search(noun["noun"]) and (far if against else between.strip(",(;") or small):
                yield _not_percent(prose, noun["noun"], printed, quoted)


_POINTS_OF = re.compile(r"(?P<verb>上升|提高|增长|增加|下降|降低|减少|压减|上涨)了?(?P<value>\d+(?:\.\d+)?)个百分点")
_AMOUNT_NOUN = re.compile(r"(?:经费|支出|收入|投资|资金|产值|费用|人数|数量|总额|余额)[^率度]{0,24}$")


def _of_amounts(prose: Prose) -> Iterator[LintFinding]:
    """经费由10万元减至9万元，下降10个百分点: amounts grow by per cent."""
    for m in islice(_POINTS_OF.finditer(prose.plain), MOST):
        left = max(prose.plain.rfind(mark, 0, m.start()) for mark in "。;\n") + 1
        before = prose.plain[left : m.start()]
        if re.search(rf"{_RATIO}|率|增速|增幅|降幅|度|覆盖|%|份额", before):
            continue
        amounts = [q for q in quantities(before) if q.unit and q.unit not in ("年", "月", "日")]
        grown = any(
            fits(m["value"], a.value / b.value - 1) or fits(m["value"], a.value / b.value)
            for a in amounts
            for b in amounts
            if a is not b and a.unit == b.unit and b.value > 0
        )
        behind = prose.plain[m.end() : m.end() + 40]
        if grown or (
            _AMOUNT_NOUN.search(before if amounts else re.split(r"[,，]", before)[-1])
            and not re.search(r"率|占比|比重", behind)
        ):
            value = show(Decimal(m["value"]))
            message = f"数额的增减应写“{value}%”，不能写“{value}个百分点”。"
            quoted = prose.text[max(left, m.start() - 24) : m.end()]
            yield finding("points-or-percent", "error", prose.place, quoted, f"{value}%", message)


def _told_apart(sentence: str, rates: list[Quantity], between: str) -> int:
    """1 for 由52.4%提高到55.1%，提高2.7%; -1 for 95.2%，较上年的93.6%提高1.6%; 0 when they are not two values of one rate."""
    old, new = rates
    middle = sentence[old.end : new.start]
    lead = sentence[max(0, old.start - 14) : old.start]
    changed = re.search(r"[由从][^\d,，。;]{0,12}$|20\d\d年的?$", lead)
    if changed and re.fullmatch(r"\s*[^\d,，。;]{0,10}[至到为]了?(?:20\d\d年的?)?\s*", middle):
        return 1 if len(between) <= 8 else 0
    named = re.fullmatch(rf"[,，]?(?:20\d\d年度?|今年|本年)[^\d,，。;]{{0,10}}{_RATIO}[^\d,，。;]{{0,4}}", middle)
    if named and re.search(r"20\d\d年|上年|去年", lead):
        return 1 if len(between) <= 8 else 0
    against = re.fullmatch(
        r"[,，(]?(?:较|比|高于|低于)[^\d,，。;]{0,3}(?:\d{4}年|上年|去年|同期|目标|年初)?[^\d,，。;]{0,6}", middle
    )
    return -1 if against and len(between) <= 4 else 0


def _not_percent(prose: Prose, noun: str, value: Decimal, quoted: str) -> LintFinding:
    message = f"“{noun[-8:]}”本身是百分数，两个百分数之差应写“{show(value)}个百分点”，不能写“{show(value)}%”。"
    return finding("points-or-percent", "error", prose.place, quoted, f"{show(value)}个百分点", message)


def _points(prose: Prose) -> Iterator[LintFinding]:
    for m in _RATE_NOUN.finditer(prose.plain):
        value = Decimal(m["value"].rstrip("% "))
        if NOT_SHARE.search(m["noun"]) or value >= 100 or re.search(r"[至到为]$", prose.plain[: m.start("value")]):
            continue
        # 同比增长 of a rate may well be meant as relative growth
        if re.search(r"(?:增长|增幅|涨幅|降幅|下降)率?$", m["noun"]) or re.search(r"同比增长", m[0]):
            continue
        quoted = prose.text[m.start() : m.end()]
        noun = re.sub(r"^.*(?=.{8})", "", m["noun"]) if len(m["noun"]) > 8 else m["noun"]
        message = f"“{noun}”本身是百分数，两个百分数之差应写“{show(value)}个百分点”，不能写“{show(value)}%”。"
        yield finding("points-or-percent", "error", prose.place, quoted, f"{show(value)}个百分点", message)
