"""Rates in sentences: growth, shares and execution against their amounts; rates without them; % for 个百分点.

Does not belong here: rates in the money block (execution.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, Prose, finding, sentence_around
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, quantities, ratio_room, show

_PERCENT = r"(\d+(?:\.\d+)?)\s*%"
_AMOUNT = r"(\d[\d,]*(?:\.\d+)?)\s*(万元|亿元|元|人次|人|个|户|次|家|项|件)"
#: a rate of change named with the amount of the change: 281.11万元，较上年增加112.8万元，增长67.02%
_CHANGE = re.compile(
    rf"{_AMOUNT}[,，;(]?(?:与|较|比|同比)(?:\d{{4}}年)?[^\d。;]{{0,14}}?(增加|减少|增长|下降|上升|降低|提高)了?{_AMOUNT}[,，;(]?"
    rf"(?:同比)?(?:增长|下降|上升|降低|减少|增加|增幅|降幅|提高)(?:率|幅)?(?:为|达|约)?了?{_PERCENT}"
)
#: two amounts and the rate: 960800元，2017年961600元，减少0.08%
_TWO = re.compile(
    rf"{_AMOUNT}[,，;(](?:\d{{4}}年|上年|去年|上年度)[^\d。;%]{{0,10}}{_AMOUNT}[,，;)]*"
    rf"(?:同比|比上年)?(增加|减少|增长|下降|上升|降低)了?{_PERCENT}"
)
#: 较上年1150.3万元增加96.5万元，增长8.93%: the year before is printed too
_FROM = re.compile(
    rf"(?:较|比)(?:\d{{4}}年|上年|去年|上年度)[^\d。;%]{{0,8}}{_AMOUNT}[,，]?(增加|减少|增长|下降|上升|降低)了?{_AMOUNT}[,，;(]?"
    rf"(?:同比)?(?:增长|下降|上升|降低|减少|增加|增幅|降幅)(?:率|幅)?(?:为|达|约)?了?{_PERCENT}"
)
#: 由上年的52.4%提高到55.1%，提高2.7%
_BETWEEN = re.compile(
    r"[由从](?:[^\d。;%]{0,10}?)(?P<old>\d+(?:\.\d+)?)\s*%\s*(?:增加|提升|提高|上升|增长|下降|降低|减少)[至到为](?P<new>\d+(?:\.\d+)?)\s*%[^\d。;%]{0,8}?"
    r"(?:增加|提升|提高|上升|增长|下降|降低|减少)了?(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>个百分点|%)"
)
_SHARE = re.compile(rf"{_AMOUNT}[,，(]?占[^\d。;,，%]{{0,14}}{_PERCENT}")
_EXECUTION = re.compile(
    rf"(?:预算|资金|支出|经费)?(?:执行率|支出率|使用率|支付率|到位率|利用率)(?:达到?了?|为|是|约|:)?\s*{_PERCENT}"
)
_RATE_NOUN = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{0,10}(?:率|满意度|覆盖面|占比|比例|比重|知晓度|普及度))"
    r"(?:较|比|同比|与)?(?P<base>[^,，。;\d%]{0,10}?)(?P<verb>上升|提高|提升|增长|增加|下降|降低|减少)了?(?P<about>约|近|超过?)?"
    rf"(?P<value>{_PERCENT})"
)
#: 满意度95.2%，较上年93.6%提高1.6%
_AGAINST = re.compile(
    r"(?P<new>\d+(?:\.\d+)?)\s*%[,，(](?:较|比)(?:\d{4}年|上年|去年|上年度|上年同期|目标|同期)(?:的|度)?(?P<old>\d+(?:\.\d+)?)\s*%"
    r"(?:增加|提升|提高|上升|增长|下降|降低|减少|高出?|低)了?(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>个百分点|%)"
)
#: 覆盖率达98%，比上年提升2%
_AFTER_VALUE = re.compile(
    rf"(?P<noun>[\u4e00-\u9fff]{{0,10}}(?:率|满意度|覆盖面|占比|比例|比重))(?:为|是|达到?|提高到|上升到|提升到|:)?了?\s*{_PERCENT}[,，(]"
    rf"(?:较|比)(?:\d{{4}}年|上年|去年|上年度|上年同期)(?P<verb>上升|提高|提升|增加|下降|降低|减少)了?(?P<value>\d+(?:\.\d+)?)\s*%"
)
_NOT_SHARE = re.compile(r"效率|频率|功率|速率|汇率|税率|倍率|生产率|产率|产出率")


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _changes(prose)
        yield from _execution_pair(prose)
        yield from _between(prose)
        yield from _after_value(prose)
        yield from _points(prose)
        if not prose.in_table:
            yield from _shares(prose)
            if not context.cut:
                yield from _unproved(prose, context)


def _value(number: str, unit: str) -> Quantity:
    return next(quantities(f"{number}{unit}"))


def _fits(printed: str, rate: Decimal, room: Decimal = Decimal(0)) -> bool:
    step = next(quantities(f"{printed}%")).step
    return abs(Decimal(printed) - abs(rate) * 100) < step + room * 100


def _gives(printed: str, part: Quantity, whole: Quantity) -> bool:
    return _fits(printed, part.value / whole.value, ratio_room(part, whole))


def _changes(prose: Prose) -> Iterator[LintFinding]:
    for m in _CHANGE.finditer(prose.plain):
        now, gap = _value(m[1], m[2]), _value(m[4], m[5])
        before = now.value + gap.value if m[3] in ("减少", "下降", "降低") else now.value - gap.value
        if now.unit == gap.unit and before > 0 and not _fits(m[6], gap.value / before):
            yield _wrong(prose, m[0], gap.value / before, f"{gap.text}÷上年{show(before / now.scale)}")
    for m in _TWO.finditer(prose.plain):
        now, old = _value(m[1], m[2]), _value(m[3], m[4])
        if now.unit == old.unit and old.value > 0 and not _fits(m[6], now.value / old.value - 1):
            yield _wrong(prose, m[0], now.value / old.value - 1, f"({now.text}-{old.text})÷{old.text}")

    for m in _FROM.finditer(prose.plain):
        old, gap = _value(m[1], m[2]), _value(m[4], m[5])
        if old.unit == gap.unit and old.value > 0 and not _fits(m[6], gap.value / old.value):
            yield _wrong(prose, m[0], gap.value / old.value, f"{gap.text}÷{old.text}")


def _wrong(prose: Prose, quoted: str, rate: Decimal, terms: str) -> LintFinding:
    should = f"{show(abs(rate) * 100)}%"
    return finding("rate", "error", prose.place, quoted, should, f"按印出的数计算应为{should}（{terms}），与原文不符。")


def _shares(prose: Prose) -> Iterator[LintFinding]:
    """A share is right when any amount before it, or after 占, gives it; only a sentence with its own total is held."""
    for m in _SHARE.finditer(prose.plain):
        part = _value(m[1], m[2])
        before = [q for q in quantities(prose.plain[: m.start()]) if q.unit == part.unit and q.value >= part.value > 0]
        after = [q for q in quantities(prose.plain[m.end() :]) if q.unit == part.unit and q.value >= part.value > 0]
        total = [
            q for q in before if re.search(r"合计|总计|总额|共计|总数|共$", prose.plain[max(0, q.start - 6) : q.start])
        ]
        if not total or any(_gives(m[3], part, q) for q in [*before, *after, part]):
            continue
        rate = part.value / total[-1].value
        yield _wrong(prose, m[0], rate, f"{part.text}÷{total[-1].text}")


def _execution_pair(prose: Prose) -> Iterator[LintFinding]:
    """预算X万元，支出Y万元，执行率Z%: held when the sentence names exactly two amounts, budget and payment."""
    for m in _EXECUTION.finditer(prose.plain):
        sentence = sentence_around(prose.plain, m.start(), m.end())
        amounts = [q for q in quantities(sentence) if q.money]
        if len(amounts) != 2 or len(_EXECUTION.findall(sentence)) != 1 or any(q.approx for q in amounts):
            continue
        lead = [sentence[max(0, q.start - 14) : q.start] for q in amounts]
        if not re.search(r"预算|安排|下达|计划|指标|到位|收入|应", lead[0]) or not re.search(
            r"支出|支付|使用|执行|拨付|完成|到位|实际", lead[1]
        ):
            continue
        base, paid = amounts
        if base.value <= 0 or _gives(m[1], paid, base):
            continue
        yield _wrong(prose, sentence.strip()[:100], paid.value / base.value, f"{paid.text}÷{base.text}")


def _between(prose: Prose) -> Iterator[LintFinding]:
    """The difference of two percentages that stand before it: its unit, and whether it is their difference."""
    for m in [*_BETWEEN.finditer(prose.plain), *_AGAINST.finditer(prose.plain)]:
        old, new, printed = Decimal(m["old"]), Decimal(m["new"]), Decimal(m["value"])
        gap = abs(new - old)
        relative = old > 0 and _fits(m["value"], gap / old)
        if printed == gap and m["unit"] == "%" and not relative:
            message = f"{m['old']}%与{m['new']}%相差{show(gap)}个百分点，不能写“{show(printed)}%”。"
            quoted = prose.text[m.start() : m.end()]
            yield finding("points-or-percent", "error", prose.place, quoted, f"{show(gap)}个百分点", message)
        elif printed != gap and not (relative and m["unit"] == "%"):
            quoted = prose.text[m.start() : m.end()]
            message = f"{m['old']}%与{m['new']}%相差{show(gap)}个百分点，印出的是{m['value']}{m['unit']}。"
            yield finding("rate", "error", prose.place, quoted, f"{show(gap)}个百分点", message)


def _after_value(prose: Prose) -> Iterator[LintFinding]:
    for m in _AFTER_VALUE.finditer(prose.plain):
        if _NOT_SHARE.search(m["noun"]):
            continue
        value = show(Decimal(m["value"]))
        message = f"“{m['noun'][-8:]}”本身是百分数，与上年之差应写“{value}个百分点”，不能写“{value}%”。"
        quoted = prose.text[m.start() : m.end()]
        yield finding("points-or-percent", "error", prose.place, quoted, f"{value}个百分点", message)


def _points(prose: Prose) -> Iterator[LintFinding]:
    for m in _RATE_NOUN.finditer(prose.plain):
        value = Decimal(m["value"].rstrip("% "))
        if _NOT_SHARE.search(m["noun"]) or value >= 100 or re.search(r"[至到为]$", prose.plain[: m.start("value")]):
            continue
        # 同比增长 of a rate may well be meant as relative growth
        if re.search(r"(?:增长|增幅|涨幅|降幅|下降)率?$", m["noun"]) or re.search(r"同比增长", m[0]):
            continue
        quoted = prose.text[m.start() : m.end()]
        noun = re.sub(r"^.*(?=.{8})", "", m["noun"]) if len(m["noun"]) > 8 else m["noun"]
        message = f"“{noun}”本身是百分数，两个百分数之差应写“{show(value)}个百分点”，不能写“{show(value)}%”。"
        yield finding("points-or-percent", "error", prose.place, quoted, f"{show(value)}个百分点", message)


def _unproved(prose: Prose, context: Context) -> Iterator[LintFinding]:
    """A rate of use whose amounts are nowhere to be seen: in its paragraph, or for the whole department in the text."""
    for m in _EXECUTION.finditer(prose.plain):
        sentence = sentence_around(prose.plain, m.start(), m.end())
        if re.search(r"目标|不低于|≥|要求|达到以上|以上|指标值|计算|公式", sentence) or _backed(prose.plain, m[1]):
            continue
        project = re.search(r"项目|专项", sentence) is not None
        if not project and (_backed(context.text, m[1]) or _form_backs(context, m[1])):
            continue
        if project and (_form_backs(context, m[1]) or _elsewhere(context, m[1])):
            continue
        message = f"“{m[0]}”没有给出分子和分母（预算数与支出数），无法核对。"
        yield finding("rate", "warning", prose.place, prose.text[m.start() : m.end()], "写明预算数和支出数", message)


def _backed(text: str, printed: str) -> bool:
    """Two amounts of the text give the rate."""
    values = [q for q in quantities(text) if q.money and q.value > 0][:60]
    return any(_gives(printed, one, other) for i, one in enumerate(values) for j, other in enumerate(values) if i != j)


def _elsewhere(context: Context, printed: str) -> bool:
    """The rate is repeated from a paragraph that has its amounts."""
    return any(f"{printed}%" in p.plain and _backed(p.plain, printed) for p in context.prose)


def _form_backs(context: Context, printed: str) -> bool:
    rows = [row for form in context.forms for row in form.money]
    pairs = [(row.quantity("paid"), row.quantity(base)) for row in rows for base in ("final", "initial")]
    return any(paid is not None and base and base.value and _gives(printed, paid, base) for paid, base in pairs)
