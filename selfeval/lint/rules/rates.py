"""Rates in sentences: growth, shares and execution against their amounts; rates without them.

Does not belong here: rates in the money block (execution.py), the difference of two percentages (percent_points.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from selfeval.lint.context import Context, Prose, finding, sentence_around, sentence_start
from selfeval.lint.listed import family
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, half_up, quantities, ratio_room, show, slip

PERCENT = r"(\d+(?:\.\d+)?)\s*%"
_MORE = r"增加|增长|上升|提高|提升|升高|增|上涨|扩大"
_LESS = r"减少|下降|降低|压减|压缩|减|缩减|回落"
#: 增长67.02%, 增幅5.71%
_GROWTH = re.compile(
    rf"(?:同比|环比)?(?P<word>{_MORE}|{_LESS}|增幅|降幅|涨幅|增长率|增长幅度|下降幅度)(?:率|幅度?)?(?:为|达到?|约)?了?\s*(?P<rate>\d+(?:\.\d+)?)\s*%"
    r"(?!以上|以内|的?目标)"
)
_CHANGE_BEFORE = re.compile(rf"(?:{_MORE}|{_LESS}|追加|净增)了?(?:约|近)?\s*$")
_EARLIER = re.compile(r"(?:上年|去年|上一年|同期|\d{4}年|年初|原来?)[^\d,，。;]{0,14}$|[由从自][^\d,，。;]{0,12}$")
#: 2.4万元，较上年3.0万元下降
_AGAINST = re.compile(r"[,，(]?(?:较|比|与|同比)[^,，。;\d]{0,12}(?:20\d\d年度?)?[^,，。;\d]{0,8}")
#: 预算10万元，支出8.2万元，较预算下降
_AGAINST_PLAN = re.compile(r"[,，]?(?:较|比|与)(?:年初|全年)?(?P<plan>预算|计划|目标|控制数|限额)数?(?:相比)?$")
_LAST_YEAR = re.compile(r"(?:上年|去年|上一年|同期)[^\d,，。;]{0,14}$")
_EXECUTION = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=预算|资金|支出|经费|项目|补助|拨款|专项))(?P<kind>执行|支出|使用|支付|到位|利用)(?:率|进度)(?:达到?了?|为|是|约|:)?\s*{PERCENT}"
)
NOT_SHARE = re.compile(r"效率|频率|功率|速率|汇率|税率|倍率|生产率|产率|产出率")


#: by rate as printed and project: whether some paragraph proves it
_Told = dict[tuple[str, str], bool]


def check(context: Context) -> Iterator[LintFinding]:
    told: _Told = {}
    for prose in context.prose:
        yield from _changes(prose)
        if not prose.in_table or len(prose.plain) >= 30:
            yield from _used(prose, context, told)


#: rates of one paragraph that are looked at; no report has more
MOST = 100
#: no sentence names a rate further from its amounts
_REACH = 240


def near_start(plain: str, at: int) -> int:
    return max(sentence_start(plain, at), at - _REACH)


def fits(printed: str, rate: Decimal, room: Decimal = Decimal(0)) -> bool:
    step = next(quantities(f"{printed}%")).step
    return abs(Decimal(printed) - abs(rate) * 100) < step + room * 100


def _gives(printed: str, part: Quantity, whole: Quantity) -> bool:
    return fits(printed, part.value / whole.value, ratio_room(part, whole))


def _grows(printed: str, one: Quantity, other: Quantity) -> bool:
    """The growth from `other` to `one`, both as printed and so rounded."""
    room = ratio_room(one, other)
    return fits(printed, one.value / other.value - 1, room)


def _near(printed: str, rate: Decimal) -> bool:
    """Near enough to be meant as this rate."""
    return abs(Decimal(printed) - abs(rate) * 100) <= 12 or slip(
        Decimal(printed), half_up(abs(rate) * 100, Decimal("0.01"))
    )


def _changes(prose: Prose) -> Iterator[LintFinding]:
    """A growth against the amounts around it: right when any two of the paragraph give it."""
    for m in islice(_GROWTH.finditer(prose.plain), MOST):
        left = near_start(prose.plain, m.start())
        before = [q for q in quantities(prose.plain[left : m.start()]) if family(q)]
        if not before or before[-1].end + left < m.start() - 14:
            continue
        last = before[-1]
        same = [q for q in before[:-1] if q.unit == last.unit]
        sentence = prose.plain[left:]
        between = sentence[last.end : m.start() - left]
        if re.search(r"[。;]", between) or any(q.approx for q in (last, *same[-1:])):
            continue
        found = _growth_terms(sentence, last, same, between)
        around = [q for q in quantities(prose.plain) if q.unit == last.unit and q.value > 0][:40]
        if found is None:
            continue
        rate, terms, room = found
        # a change over the amount it led to is the mistake itself, no support
        own = (last.start + left, same[-1].start + left)
        based = re.search(r"[较比][^,，。;]{0,14}$", sentence[: same[-1].start]) if same else None
        directly = same and _AGAINST.fullmatch(sentence[same[-1].end : last.start]) and not between.strip()
        change = bool(same) and re.search(rf"(?:{_MORE}|{_LESS}|节约|节省|少支)了?$", sentence[: same[-1].start])
        pair = None if change else own if directly or not _CHANGE_BEFORE.search(sentence[: last.start]) else None
        if not ((based and not change) or _triple(last, same)) and _supported(m["rate"], around, own, pair):
            continue
        if not fits(m["rate"], rate, room):
            quoted = prose.text[left + (same[-1].start if same else last.start) : m.end()]
            yield _wrong(prose, quoted, rate, terms)


def _triple(change: Quantity, same: list[Quantity]) -> bool:
    """This year, last year and the change between them are all printed: the rate can be of nothing else."""
    return len(same) >= 2 and abs(same[-1].value - same[-2].value) == change.value


def _growth_terms(
    sentence: str, last: Quantity, same: list[Quantity], behind: str
) -> tuple[Decimal, str, Decimal] | None:
    """The rate as the amounts before it give it, its terms, the room of rounding; None when they cannot be told apart."""
    if not same:
        return None
    other = same[-1]
    lead = sentence[max(0, other.start - 16) : other.start]
    if _CHANGE_BEFORE.search(sentence[: last.start]):
        less = re.search(rf"(?:{_LESS})了?(?:约|近)?\s*$", sentence[: last.start]) is not None
        between = sentence[other.end : last.start]
        if _triple(last, same):  # 2024年2,186,500元，2023年1,978,400元，增加208,100元: the one it grew from
            old = max(same[-2:], key=lambda q: q.value) if less else min(same[-2:], key=lambda q: q.value)
            return last.value / old.value, f"{last.text}÷{old.text}", ratio_room(last, old)
        if not re.search(r"较|比|同比|上年|去年", f"{lead}{between}"):
            return None
        # 2021年支出1103.27万元，与上年相比增加…: the year before the amount is its own
        if re.search(r"(?:[较比与由从]|上年|去年|同期|原)[^,，。;]{0,14}$", lead):
            return last.value / other.value, f"{last.text}÷{other.text}", ratio_room(last, other)
        base = other.value + last.value if less else other.value - last.value
        if base <= 0:
            return None
        return last.value / base, f"{last.text}÷上年{show(base / other.scale)}", ratio_room(last, other)
    between = sentence[other.end : last.start]
    if plan := _AGAINST_PLAN.search(behind):
        if plan["plan"] not in lead or plan["plan"] in between or not other.value:
            return None
        return last.value / other.value - 1, f"({last.text}-{other.text})÷{other.text}", ratio_room(last, other)
    # 增长20%（上年10万元）、支出增长30%（上年40万元）: a list of last year's amounts, this year's are not printed
    if len(between) > 24 or (_LAST_YEAR.search(lead) and _LAST_YEAR.search(between)):
        return None
    years = [re.findall(r"(20\d\d)年", text) for text in (lead, between)]
    directly = (_AGAINST.fullmatch(between) and not behind.strip()) or re.search(
        r"[较比][^\d,，。;]{0,6}(?:20\d\d年)?[^\d,，。;]{0,8}$", between
    )
    later = all(years) and years[0][-1] > years[1][-1]  # 2020年1,862万元，2019年1,790万元
    if directly or later or (re.search(r"[较比与]|上年|去年|\d{4}年", between) and not _EARLIER.search(lead)):
        now, old = other, last
    elif _EARLIER.search(lead):
        now, old = last, other
    else:
        return None
    if not old.value:
        return None
    return now.value / old.value - 1, f"({now.text}-{old.text})÷{old.text}", ratio_room(now, old)


def _supported(printed: str, around: list[Quantity], own: tuple[int, int], known: tuple[int, int] | None) -> bool:
    """Two amounts of the paragraph give the rate, as old and new or as change and base."""
    return any(
        (_gives(printed, one, other) and (one.start, other.start) != own)
        or _grows(printed, one, other)
        or (one.value < other.value and fits(printed, one.value / (other.value - one.value), ratio_room(one, other)))
        or fits(printed, one.value / (other.value + one.value), ratio_room(one, other))
        for i, one in enumerate(around)
        for j, other in enumerate(around)
        if i != j and abs(one.start - other.start) < 120 and {one.start, other.start} != set(known or ())
    )


def _wrong(prose: Prose, quoted: str, rate: Decimal, terms: str) -> LintFinding:
    should = f"{show(abs(rate) * 100)}%"
    return finding("rate", "error", prose.place, quoted, should, f"按印出的数计算应为{should}（{terms}），与原文不符。")


_BASE_WORD = r"预算|安排|计划|指标|总投资|批复|应"
_BASES = {"到位": re.compile(_BASE_WORD), "": re.compile(rf"{_BASE_WORD}|下达|到位|收入|资金总额|拨款")}
_PAIDS = {"到位": re.compile(r"到位"), "": re.compile(r"支出|支付|使用|执行|拨付|完成|实际|兑付|发放|报账|报销")}


def _used(prose: Prose, context: Context, told: _Told) -> Iterator[LintFinding]:
    """预算X万元，支出Y万元，执行率Z%: against the amounts named for it, else whether there are any at all."""
    for m in _EXECUTION.finditer(prose.plain):
        printed = m[2]
        if _backed(_about(prose.plain, _project(prose.plain, m)), printed):
            continue
        found = _base_and_paid(prose.plain, m)
        if found and not _gives(printed, found[1], found[0]):
            base, paid = found
            start = sentence_start(prose.plain, m.start())
            quoted = prose.text[max(start, m.start() - 80) : m.end()]
            yield _wrong(prose, quoted, paid.value / base.value, f"{paid.text}÷{base.text}")
        elif not prose.in_table and not context.cut:
            yield from _unproved(prose, m, context, told)


_PROJECT = re.compile(r"([\u4e00-\u9fff“”]{4,20})项目(?:资金|预算|经费)?$")
_GENERAL = re.compile(r"该|本|此|各|全部|所有|重点|专项资金|特定目标类|部门预算|支出$|[个类]$")


def _project(plain: str, m: re.Match[str]) -> str:
    """The last words of the project that the rate is said of; "" for the department, or the project of the report."""
    named = _PROJECT.search(plain[sentence_start(plain, m.start()) : m.start()])
    return named[1][-4:] if named and not _GENERAL.search(named[1]) else ""


def _about(plain: str, project: str) -> str:
    """The sentences that may prove a rate: those that name its project, else all."""
    sentences = re.split(r"(?<=[。;!?\n])", plain) if project else [plain]
    return " ".join(sentence for sentence in sentences if project in sentence)


def _base_and_paid(plain: str, m: re.Match[str]) -> tuple[Quantity, Quantity] | None:
    """The last payment named before the rate and the last budget before that, in its sentence or the one before."""
    kind = "到位" if m["kind"] == "到位" else ""
    start = max(sentence_start(plain, sentence_start(plain, m.start()) - 1), m.start() - 2 * _REACH)
    if len(_EXECUTION.findall(plain[sentence_start(plain, m.start()) : m.end()])) != 1:
        return None
    amounts = [q for q in quantities(plain[start : m.start()]) if q.money]
    led = [(q, re.split(r"[,，。;(]", plain[start : start + q.start])[-1][-16:]) for q in amounts]
    paids = [i for i, (_, lead) in enumerate(led) if _PAIDS[kind].search(lead)]
    if not paids:
        return None
    bases = [q for q, lead in led[: paids[-1]] if _BASES[kind].search(lead) and not _PAIDS[""].search(lead)]
    paid = led[paids[-1]][0]
    if not bases or bases[-1].approx or paid.approx or not bases[-1].value:
        return None
    base = bases[-1]
    return (base, paid) if _near(m[2], paid.value / base.value) else None


def _unproved(prose: Prose, m: re.Match[str], context: Context, told: _Told) -> Iterator[LintFinding]:
    """A rate of use whose amounts are nowhere to be seen: in its paragraph, or for the whole department in the text."""
    printed, sentence = m[2], sentence_around(prose.plain, m.start(), m.end())
    if re.search(r"目标|不低于|≥|要求|达到以上|以上|指标值|计算|公式", sentence):
        return
    key = (printed, _project(prose.plain, m) if re.search(r"项目|专项", sentence) else "-")
    if key not in told:
        told[key] = _form_backs(context, printed) or (
            _backed(context.text, printed)
            if key[1] == "-" or (key[1] == "" and Decimal(printed) != 100)
            else _elsewhere(context, *key)
        )
    if told[key]:
        return
    message = f"“{m[0]}”没有给出分子和分母（预算数与支出数），无法核对。"
    yield finding("rate", "warning", prose.place, prose.text[m.start() : m.end()], "写明预算数和支出数", message)


def _backed(text: str, printed: str) -> bool:
    """Two amounts of the text give the rate."""
    values = list(islice((q for q in quantities(text) if q.money and q.value > 0), 60))
    return any(_gives(printed, one, other) for i, one in enumerate(values) for j, other in enumerate(values) if i != j)


def _elsewhere(context: Context, printed: str, project: str) -> bool:
    """The rate is repeated from a paragraph, or a row, that has its amounts."""
    return any(f"{printed}%" in p.plain and _backed(_about(p.plain, project), printed) for p in context.prose)


def _form_backs(context: Context, printed: str) -> bool:
    rows = [row for form in context.forms for row in form.money]
    pairs = [(row.quantity("paid"), row.quantity(base)) for row in rows for base in ("final", "initial")]
    return any(paid is not None and base and base.value and _gives(printed, paid, base) for paid, base in pairs)
