"""A percentage against the two amounts or counts of its sentence that it is the quotient of.

What makes a pair certain is grammar or name: 占Y的P%, 完成Y的P%, or a rate that is named by the act of its numerator
(回收率 and 收回196份). Does not belong here: growth and rates of execution (rates.py), shares of a listed whole there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.listed import family
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, half_up, quantities, ratio_room, show, slip
from selfeval.lint.phrases import Said, Sentence, sentences
from selfeval.lint.rules.rates import NOT_SHARE

#: the words right before a percentage that is a quotient, and what they call it
_NAMED = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{0,10}(?:率|占比|比例|比重|进度|满意度|知晓度|覆盖面))(?:已|均|约|总体|综合)*(?:达到?了?|为|是|约|至)?$"
)
_OF = re.compile(r"(?:占|完成|达到?|为|是|相当于|实现)了?[^,。;]{0,14}$")
#: 完成总工程量的, 占预算资金: the whole is named without its amount
_OF_NAMED = re.compile(r"(?:占|完成|为|是|达到?|相当于)了?(?P<whole>[\u4e00-\u9fff“”]{0,14}?)的?$")
_ALL_OF = re.compile(r"合计|总|共|计划|任务|目标|应|全[县市区省年部]|预算|下达|本年")
_OF_TAIL = re.compile(r"[\u4e00-\u9fff]{0,6}的$")
_NOT_SHARE = re.compile(rf"{NOT_SHARE.pattern}|增长率|死亡率|发病率|利率|费率|节约率")
_EXECUTION = re.compile(r"(?:^|预算|资金|支出|经费|项目|补助|拨款|专项)(?:执行|支出|使用|支付|到位|利用)(?:率|进度)$")
_COMPARED = re.compile(r"上年|去年|较|比上|同期|增加|减少|增长|下降|由|从")
#: acts that are called differently in a rate and in its amounts
_ACTS = (
    ("执行", "支出", "支付", "使用", "拨付"),
    ("完成", "建成", "实际", "开展", "达到", "实施"),
    ("控制", "编制", "在职"),
    ("利用", "使用", "在用"),
    ("办结", "结案", "化解", "调解"),
)
_FAR = 15
_REACH = 160


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        if prose.in_table and len(prose.plain) < 12:
            continue
        yield from _among_shares(prose, context)
        for sentence in sentences(prose.plain):
            for at, said in enumerate(sentence.said):
                if said.q.percent and not said.q.approx and not said.q.op and not prose.planned:
                    yield from _one(prose, sentence, at)


def _among_shares(prose: Prose, context: Context) -> Iterator[LintFinding]:
    """Shares of a total that stands elsewhere: all but one of them say which."""
    shares = [
        (before.q, said.q)
        for sentence in sentences(prose.plain)
        for before, said in pairwise(sentence.said)
        if said.q.percent and before.q.money and re.search(r"占(?:比|总[^\d]{0,6})?$", said.lead)
    ]
    if len(shares) < 3 or any(q.approx for pair in shares for q in pair):
        return
    totals = {q.value: q for other in context.prose for q in quantities(other.plain) if q.money and q.value > 0}
    for whole in list(totals.values())[:200]:
        wrong = [(part, percent) for part, percent in shares if not _given(percent, part, whole)]
        if len(wrong) != 1 or whole.value < max(part.value for part, _ in shares):
            continue
        part, percent = wrong[0]
        if any(_given(percent, part, q) for q in totals.values() if q.value != part.value):
            return
        should = f"{show(part.value / whole.value * 100)}%"
        message = f"按印出的数计算应为{should}（{part.text}÷{whole.text}），与原文不符。"
        yield finding("rate", "error", prose.place, prose.text[part.start : percent.end], should, message)
        return


def _one(prose: Prose, sentence: Sentence, at: int) -> Iterator[LintFinding]:
    percent = sentence.said[at].q
    pair = _of(sentence, at) or _share(sentence, at) or _share_of_total(prose, sentence, at) or _named(sentence, at)
    if pair is None:
        return
    part, whole = pair
    if any(q.approx for q in pair) or _given(percent, part, whole) or _explained(prose, sentence, percent, part, whole):
        return
    rate = part.value / whole.value
    if fits(percent, 1 - rate) or not _near(percent, rate):
        return
    start = min(part.start, whole.start, percent.start)
    quoted = prose.text[start : max(part.end, whole.end, percent.end)]
    should = f"{show(rate * 100)}%"
    message = f"按印出的数计算应为{should}（{part.text}÷{whole.text}），与原文不符。"
    yield finding("rate", "error", prose.place, quoted, should, message)


def fits(percent: Quantity, rate: Decimal, room: Decimal = Decimal(0)) -> bool:
    """Rounded half up or cut off, both amounts being rounded themselves."""
    over = percent.value - abs(rate) * 100
    return over <= percent.step / 2 + room * 100 and -over < percent.step + room * 100


def _given(percent: Quantity, part: Quantity, whole: Quantity) -> bool:
    return whole.value > 0 and fits(percent, part.value / whole.value, ratio_room(part, whole))


def _near(percent: Quantity, rate: Decimal) -> bool:
    """Near enough to be meant as this rate."""
    exact = abs(rate) * 100
    return abs(percent.value - exact) <= _FAR or slip(percent.value, half_up(exact, Decimal("0.01")))


def _of(sentence: Sentence, at: int) -> tuple[Quantity, Quantity] | None:
    """完成年初预算1,400万元的92%, 占参训人数500人的98%: the whole stands right before, its part before that."""
    said = sentence.said
    if at < 2 or not family(said[at - 1].q):
        return None
    whole = said[at - 1]
    between = sentence.text[whole.q.end - sentence.start : said[at].q.start - sentence.start]
    if not _OF_TAIL.fullmatch(between.strip()) or not _OF.search(whole.lead):
        return None
    parts = [s for s in said[: at - 1] if family(s.q) == family(whole.q) and s.q.value > 0]
    return (parts[-1].q, whole.q) if parts else None


def _share(sentence: Sentence, at: int) -> tuple[Quantity, Quantity] | None:
    """900万元，占比65%; 已完成10公里，完成总工程量的85%: of the one larger amount before it, or the one called a total."""
    lead = sentence.said[at].lead
    named = _OF_NAMED.search(lead)
    if not (named and named["whole"]) and not re.search(r"占(?:比(?:例|重)?)?(?:为|达到?|约)?$", lead):
        return None
    counted = [s for s in sentence.said[:at] if family(s.q) and s.q.value > 0]
    same = [s for s in counted if family(s.q) == family(counted[-1].q)]
    if len(same) < 2:
        return None
    part = same[-1]
    if named and len(named["whole"]) >= 2:  # 支出5,476万元，年初预算4,890万元，完成年初预算的112%
        called = [i for i, s in enumerate(same[-2:]) if named["whole"] in s.lead]
        if len(called) == 1:
            return same[-2:][1 - called[0]].q, same[-2:][called[0]].q
    if named and re.search(r"计划|任务|目标", named["whole"]) and len(same) == 2:
        return part.q, same[0].q  # more may have been done than was meant
    larger = [s for s in same[:-1] if s.q.value >= part.q.value]
    totals = [s for s in larger if _ALL_OF.search(s.lead)]
    whole = larger[0] if len(larger) == 1 and len(same) == 2 else totals[-1] if totals else None
    if whole is None or _COMPARED.search(part.lead + whole.lead):
        return None
    if named and named["whole"] and not _ALL_OF.search(named["whole"] + whole.lead):
        return None
    return part.q, whole.q


_SHARE = re.compile(r"占(?:比(?:例|重)?)?[^\d。;,，%]{0,14}$")
_TOTAL = re.compile(r"合计|总计|总额|共计|总数|总量|共$|全年支出|本年支出")


def _share_of_total(prose: Prose, sentence: Sentence, at: int) -> tuple[Quantity, Quantity] | None:
    """The total stands in a sentence before; any amount of the paragraph that gives the share is its base."""
    said = sentence.said
    if at == 0 or not _SHARE.search(said[at].lead) or not family(said[at - 1].q) or said[at - 1].q.value <= 0:
        return None
    part = said[at - 1].q
    every = [q for q in quantities(prose.plain) if q.unit == part.unit and q.value >= part.value]
    before = [q for q in every if q.end <= part.start]
    total = [
        q
        for q in before
        if _TOTAL.search(prose.plain[max(0, q.start - 8) : q.start]) or re.match(r"[,，。(]?其中", prose.plain[q.end :])
    ]
    if not total or any(_given(said[at].q, part, q) for q in every):
        return None
    return part, total[-1]


def _named(sentence: Sentence, at: int) -> tuple[Quantity, Quantity] | None:
    """应检403家，实检356家，年检率88.34%: the last two of one kind before the rate, else the only two of the sentence."""
    named = _NAMED.search(sentence.said[at].lead)
    if (
        not named
        or _EXECUTION.search(named["noun"])
        or _NOT_SHARE.search(named["noun"])
        or _COMPARED.search(sentence.said[at].lead)
    ):
        return None
    before = [i for i in range(at) if sentence.said[i].q.percent]
    counted = [s for s in sentence.said[before[-1] + 1 if before else 0 : at] if family(s.q) and s.q.value > 0]
    if len(counted) < 2:
        counted = [s for s in sentence.said if family(s.q) and s.q.value > 0] if len(sentence.said) <= 4 else []
    kinds = [s for s in counted if counted and family(s.q) == family(counted[-1].q)]
    if len(kinds) < 2:
        return None
    one, other = kinds[-2:]
    if any(_COMPARED.search(s.lead) or "目标" in s.tail for s in (one, other)):
        return None
    # the planned comes before what was done of it, a count before what was found in it
    part, whole = sorted((one, other), key=lambda s: s.q.value)
    if sentence.said[at].q.value > 100:
        part, whole = whole, part
    return (part.q, whole.q) if _same_act(named["noun"], part, whole) else None


def _same_act(noun: str, part: Said, whole: Said) -> bool:
    """The rate is named by what was done: 到位率 and 到位720万元."""
    words = f"{part.lead}{part.tail}"
    stem = re.sub(r"(?:率|占比|比例|比重|进度|度)$", "", noun)[-4:]
    if any(stem[i : i + 2] in words for i in range(len(stem) - 1)):
        return True
    if any(any(a in stem for a in acts) and any(a in words + whole.lead for a in acts) for acts in _ACTS):
        return True
    # 回收, 收回; 体检, 检查: the last character of the act, where it is not a common one
    return stem[-1:] in words and stem[-1:] not in "成人数"


def _explained(prose: Prose, sentence: Sentence, percent: Quantity, part: Quantity, whole: Quantity) -> bool:
    """Another pair gives this percentage, or the pair gives another percentage of the sentence."""
    others = [s.q for s in sentence.said if s.q.percent and s.q.start != percent.start]
    if any(_given(q, part, whole) for q in others):
        return True
    every = [
        q
        for q in quantities(prose.plain)
        if family(q) == family(part) and q.value > 0 and abs(q.start - percent.start) <= _REACH
    ]
    own = {part.start, whole.start}
    inside = {s.q.start for s in sentence.said}
    return any(
        _given(percent, a, b)
        for a in every
        for b in every
        if a is not b and ({a.start, b.start} & own or {a.start, b.start} <= inside)
    )
