"""Three numbers of one sentence of which the words make one follow from the others: what is left, what changed, count times rate.

Held only where the sentence has just these three of a kind. Does not belong here: lists of parts (listed_sums.py),
percentages (rates.py, ratios.py), a budget and its changes (implied.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.listed import family
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import MEASURES, SAME_UNIT, Quantity, show, slip
from selfeval.lint.phrases import Said, Sentence, sentences

_LEFT = re.compile(
    r"(?:(?:结余|剩余|节余|余额|尚余|还剩|结存|尚欠|节约|节省|少支|审减|核减)(?:资金|数|金额|经费)?|(?:尚?未|待)(?:支付|支出|拨付|使用|执行|到位|付|下达)(?:的)?(?:资金|部分|金额|款项)?)(?:为|共计?|合计|是|:)?了?$"
)
_GONE = re.compile(r"支出|支付|拨付|使用|执行|中标|到位|发放|兑付|实际|完成|成交|审定|报账|已付|下达")
#: more flows than the three
_MORE = re.compile(r"上年|年初结|以前年度|历年|收回|缴|其中|追加|调[增减整]|核增|结转|扣除|含|包括|另|累计")
_CHANGE = re.compile(r"(?:(?:净?增加|增长|增|上升|提高|扩大|多)|(?:净?减少|下降|压减|压缩|减|降低|少))了?$")
_LESS = re.compile(r"减少|下降|压减|压缩|减|降低|少")
_AGAINST = re.compile(r"较|比|同比|上年|去年|上一年|\d{4}年")
_THING = r"人次|人|名|户|座|个|台|套|亩|所|村|家|场|次|期|公里|处|件|册|生|床|笔|例|辆|组|队|天|盏|株|头|只|平方米|吨"
_RATE = re.compile(
    rf"(?:每(?P<each>{_THING})|(?P<mean>{_THING})均|平均每(?P<average>{_THING})|(?P<single>单价))(?:每年)?[^\d每]{{0,10}}$"
)
_PER = re.compile(rf"\s*/\s*(?P<each>{_THING})")
_PERIOD = re.compile(r"每[月季日天周年]|/[月季日天]|每学[期年]|月均|个月|季度|分[两二三四]|首批|部分|剩余|另|其中|等")
_SAME = {**SAME_UNIT, "生": "人"}


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        if prose.in_table and len(prose.plain) < 20:
            continue
        for sentence in sentences(prose.plain):
            yield from _rest(prose, sentence)
            yield from _change(prose, sentence)
            yield from _product(prose, sentence)


def _kinds(sentence: Sentence) -> Iterator[list[Said]]:
    kinds: dict[str, list[Said]] = {}
    for said in sentence.said:
        kind = family(said.q)
        if kind and kind != "分":
            kinds.setdefault(kind, []).append(said)
    yield from kinds.values()


def _room(*numbers: Quantity) -> Decimal:
    return sum((q.step for q in numbers if q.step < q.scale), Decimal(0)) / 2


def _sure(should: Decimal, printed: Quantity, others: Sequence[Quantity]) -> bool:
    """Wrong by more than rounding, and near enough to be meant as this number."""
    if any(q.approx or q.op for q in (printed, *others)) or should < 0:
        return False
    gap = abs(should - printed.value)
    return gap > _room(printed, *others) and (gap <= max(q.value for q in others) / 5 or slip(should, printed.value))


def _rest(prose: Prose, sentence: Sentence) -> Iterator[LintFinding]:
    """下达480万元，已拨付456万元，剩余24万元; 控制价240万元，中标价228万元，节约12万元."""
    for kind in _kinds(sentence):
        for said in (kind[i : i + 3] for i in range(len(kind) - 2)):
            left = [s for s in said if _LEFT.search(s.lead)]
            if len(left) != 1 or not (said[0].q.money or said[0].q.unit in MEASURES):
                continue
            base, gone = sorted((s for s in said if s is not left[0]), key=lambda s: -s.q.value)
            if not _GONE.search(gone.lead) or _LEFT.search(base.lead) or left[0].q.value > base.q.value:
                continue
            if _MORE.search(_between(sentence, said)) or _MORE.search(left[0].tail):
                continue
            should = base.q.value - gone.q.value
            pairs = [(a, b) for a in kind for b in kind if a.q.value - b.q.value == left[0].q.value]
            if not pairs and _sure(should, left[0].q, (base.q, gone.q)):
                yield _told(prose, said, left[0].q, should, f"{base.q.text}-{gone.q.text}")


def _between(sentence: Sentence, said: Sequence[Said]) -> str:
    """The words from the clause of the first number to the last."""
    start = min(s.q.start - len(s.lead) for s in said) - sentence.start
    return sentence.text[max(0, start) : max(s.q.end for s in said) - sentence.start]


def _change(prose: Prose, sentence: Sentence) -> Iterator[LintFinding]:
    """1,860万元，较上年1,720万元增加140万元; 较上年的1,200万元增加180万元，达到1,380万元."""
    for said in _kinds(sentence):
        for i, change in enumerate(said):
            if not _CHANGE.search(change.lead) or not _AGAINST.search(sentence.text) or i == 0:
                continue
            two = said[i - 2 : i] if i >= 2 else [said[0], *said[2:3]]
            direct = i >= 2 and bool(re.search(r"较|比|上年|去年|\d{4}年", two[1].lead))
            reached = i == 1 and len(two) == 2 and bool(re.search(r"达到?$|[增减升降]至$|到$|为$", two[1].lead))
            if len(two) != 2 or not (direct or reached) or any(_CHANGE.search(s.lead) for s in two):
                continue
            if re.search(r"其中|主要|[由从]", "".join(s.lead for s in (*two, change))):
                continue
            if any(abs(abs(a.q.value - b.q.value) - change.q.value) <= _room(a.q, b.q) for a in said for b in said):
                continue
            old, new = sorted(s.q.value for s in two)
            if reached and two[1].q.value != (old if _LESS.search(change.lead) else new):
                continue
            if reached:
                less = bool(_LESS.search(change.lead))
                should = two[0].q.value + (-change.q.value if less else change.q.value)
                if _sure(should, two[1].q, (two[0].q, change.q)):
                    terms = f"{two[0].q.text}{'-' if less else '+'}{change.q.text}"
                    yield _told(prose, [*two, change], two[1].q, should, terms)
            elif _sure(new - old, change.q, [s.q for s in two]):
                larger, smaller = sorted((s.q for s in two), key=lambda q: -q.value)
                yield _told(prose, [*two, change], change.q, new - old, f"{larger.text}-{smaller.text}")


def _told(prose: Prose, said: Sequence[Said], wrong: Quantity, should: Decimal, terms: str) -> LintFinding:
    start, end = min(s.q.start for s in said), max(s.q.end for s in said)
    expected = wrong.alike(should)
    message = f"按同一句里的数，{terms}={expected}，印出的是{wrong.text}。"
    return finding("sum", "error", prose.place, prose.text[start:end], expected, message)


def _product(prose: Prose, sentence: Sentence) -> Iterator[LintFinding]:
    """每亩80元，1.5万亩，共120万元; 36万元，45人，人均0.8万元: one count, one rate, one amount, no period between."""
    rates = [(i, each) for i, s in enumerate(sentence.said) if s.q.money and (each := _each(s)) is not None]
    if len(rates) != 1:
        return
    at, each = rates[0]
    rate = sentence.said[at]
    near = [s for s in sentence.said[max(0, at - 3) : at + 4] if s is not rate and family(s.q)]
    counts = [s for s in near if not s.q.money and (not each or each in (_one(s.q.unit), _one(s.q.unit).rstrip("次")))]
    amounts = [s for s in near if s.q.money]
    ahead = [s for s in amounts if s.q.start < rate.q.start][-1:]
    amounts = [s for s in amounts if s.q.start > rate.q.start][:1] or ahead
    counts = [s for s in counts if s.q.start < rate.q.start][-1:] or counts[:1]
    if not amounts or not counts:
        return
    three = [rate, amounts[0], counts[0]]
    words = re.sub(r"每年(?=.*全年)|全年", "", _between(sentence, three))
    if any(s.q.approx or s.q.op for s in three) or _PERIOD.search(words):
        return
    products = {rate.q.value * s.q.value for s in sentence.said if family(s.q) and not s.q.money}
    if any(s.q.money and s.q.value in products for s in sentence.said):
        return
    count, amount = counts[0].q, amounts[0].q
    should = count.value * rate.q.value
    gap = abs(should - amount.value)
    room = (amount.step / 2 if amount.step < amount.scale else Decimal(0)) + count.value * (
        rate.q.step / 2 if rate.q.step < rate.q.scale else rate.q.step / 200
    )
    if gap <= room or gap > max(should, amount.value) / 2:
        return
    start = min(q.start for q in (rate.q, amount, count))
    end = max(q.end for q in (rate.q, amount, count))
    last = rate.q.start > max(amount.start, count.start)
    shown = rate.q.alike(amount.value / count.value) if last else amount.alike(should)
    message = f"{show(count.value)}{count.unit}×{rate.q.text}应为{amount.alike(should)}，印出的是{amount.text}。"
    expected = f"{shown}（{amount.alike(should)}）" if last else shown
    yield finding("sum", "error", prose.place, prose.text[start:end], expected, message)


def _one(unit: str) -> str:
    return _SAME.get(unit, unit)


def _each(said: Said) -> str | None:
    """What the rate is for one of; "" for a price of whatever is counted."""
    m = _RATE.search(said.lead)
    if m:
        return _one(next((m[k] for k in ("each", "mean", "average") if m[k]), ""))
    m = _PER.match(said.tail)
    return _one(m["each"]) if m else None
