"""预算执行率 and its points in the money block: paid ÷ full-year budget, times the weight, rounded half-up.

Belongs here: the money row by itself. Does not belong here: sums of money rows (money_sums.py), the grand total
(totals.py), execution rates in sentences (rates.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.forms import Form, Indicator, MoneyRow
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, half_up, norm, plain_number, ratio_room, show

_CENT = Decimal("0.01")
_ALMOST_ALL = Decimal("0.99995")


#: 预算执行率96.52%，指标分值10分，得9.5分; 预算执行率指标10分，得9.86分; 执行率92.00%，自评得10分 under 预算执行情况(10分)
_RATE = re.compile(r"(?:预算|资金|支出)?执行率(?:达到?|为|是|:)?(\d+(?:\.\d+)?)%")
_POINTS = re.compile(
    r"(?:预算|资金|支出)?执行(?:率|情况)(?:指标)?(?:达到?|为|是|:)?(?:\d+(?:\.\d+)?%)?[,，;(]?"
    r"(?:(?:该项|该|本)?(?:指标)?(?:分值|权重|满分|标准分|共)?(?:为|是)?(?P<weight>\d+(?:\.\d+)?)分[)]?[,，;]?)?"
    r"(?:按[^,，。;\d]{0,12}[,，])?(?:自评|实际|应)?(?:得分?|计)(?:为|是|:)?(?P<score>\d+(?:\.\d+)?)分"
)
_HEAD_WEIGHT = re.compile(r"(?:预算执行|执行率)[^\d,，。;]{0,8}\((?:满分|分值|权重)?(\d+(?:\.\d+)?)分\)")
_STEPS = re.compile(r"以上[^。;]{0,10}(?:满分|得\d)|每(?:低|少|减|下降)|扣\d")


def check(context: Context) -> Iterator[LintFinding]:
    for form in context.forms:
        for row in form.money if form.scored else ():  # else it is a table of projects: table_sums.py
            yield from _row(row, form)
        yield from _alone(form)
    yield from _told(context)


def _alone(form: Form) -> Iterator[LintFinding]:
    """预算执行率 | 10 | 9.60 in a table of points alone: by the rate told in the row, or by the money beside it."""
    for indicator in form.indicators:
        weight, score = indicator.weight_value, plain_number(indicator.score or "")
        found = _rate_of(indicator, form) if indicator.execution else None
        if found is None or weight is None or score is None:
            continue
        rate, source, room = found
        why = _score_fault(score, weight, rate, None)
        if why and abs(score.value - weight * rate) > weight * room + (_CENT / 2 if room else 0):
            message = f"执行率为{source}，{why}。"
            place = f"{indicator.place}“{indicator.name}”"
            quoted = f"{indicator.name} {show(weight)} / {indicator.score}"
            yield finding("execution-points", "error", place, quoted, show(_points(weight, rate)), message)


def _rate_of(indicator: Indicator, form: Form) -> tuple[Decimal, str, Decimal] | None:
    """The rate that an indicator without target and actual goes by, where it comes from, and how exactly it is known."""
    told = norm(f"{indicator.actual or ''} {indicator.criteria} {indicator.reason or ''}")
    rates = {m[1] for m in _RATE.finditer(told)}
    if len(rates) == 1 and not _STEPS.search(told) and not plain_number(indicator.actual or ""):
        printed = plain_number(f"{next(iter(rates))}%")
        return (
            (printed.value / 100, f"{printed.text}%", printed.step / 200) if printed and printed.value <= 100 else None
        )
    row = form.total_money
    part, whole = (row.quantity("paid"), row.quantity("final")) if row else (None, None)
    if indicator.actual or indicator.criteria or indicator.explained or not part or not whole:
        return None
    if not whole.value or part.value > whole.value:
        return None
    rate = part.value / whole.value
    return rate, f"{part.text}÷{whole.text}={show(rate * 100)}%", Decimal(0)


def _told(context: Context) -> Iterator[LintFinding]:
    """The points of 预算执行率 in a sentence: weight times the rate that the document prints."""
    everywhere = {m[1] for prose in context.prose for m in _RATE.finditer(prose.plain) if "预算" in m[0]}
    for prose in context.prose:
        for m in _POINTS.finditer(prose.plain):
            here = {rate[1] for rate in _RATE.finditer(prose.plain)} or everywhere
            head = _HEAD_WEIGHT.search(prose.plain)
            weight = plain_number(m["weight"] or (head[1] if head else ""))
            score = plain_number(m["score"])
            if len(here) != 1 or weight is None or score is None or _STEPS.search(prose.plain):
                continue
            rate = plain_number(f"{next(iter(here))}%")
            if rate is None or not 5 <= weight.value <= 30:
                continue
            exact = weight.value * min(rate.value, Decimal(100)) / 100
            if (
                abs(score.value - exact)
                <= max(score.step if score.step < 1 else Decimal(0), _CENT) / 2 + weight.value * rate.step / 200
            ):
                continue
            expected = show(half_up(exact, _CENT))
            message = f"执行率{rate.text}、分值{show(weight.value)}，得分应为{expected}，印出的是{show(score.value)}。"
            yield finding("execution-points", "error", prose.place, prose.text[m.start() : m.end()], expected, message)


def _row(row: MoneyRow, form: Form) -> Iterator[LintFinding]:
    final, paid = row.amount("final"), row.amount("paid")
    source = "全年执行数÷全年预算数"
    if row.total and not final and not paid:
        parts = [part for part in form.money if not part.total and not part.nested and part.amount("final")]
        final = sum((part.amount("final") or Decimal(0) for part in parts), Decimal(0))
        paid = sum((part.amount("paid") or Decimal(0) for part in parts), Decimal(0))
        source = "按分项合计的执行数÷预算数"
        if not any(plain_number(row.text(key)) for key in ("rate", "score")):
            return
    if not final or paid is None or final < 0 or paid < 0:
        return
    rate = paid / final
    printed, score = plain_number(row.text("rate")), plain_number(row.text("score"))
    weight = _weight(row, form)
    part, whole = row.quantity("paid"), row.quantity("final")
    room = ratio_room(part, whole) if part and whole else Decimal(0)
    wrong_rate = printed is not None and not _rate_fits(printed, rate, room)
    why = _score_fault(score, weight, rate, None if wrong_rate else printed)
    if why and printed is None and score and weight:
        # nothing but rounded amounts to go by
        fitting = (half_up(weight * min(edge, Decimal(1)), score.step) for edge in (rate - room, rate + room))
        why = None if score.step < 1 and score.value in fitting else why
    if not wrong_rate and not why:
        return
    expected = f"执行率{show(rate * 100)}%"
    quoted = f"{row.label} 执行率{row.text('rate')}" if printed else row.label
    if score is not None and weight is not None:
        expected += f"，得分{show(_points(weight, rate))}"
        quoted += f" 得分{row.text('score')}"
    reason = why or "印出的执行率与金额不符"
    message = f"执行率应为{source}（{show(paid, 6)}÷{show(final, 6)}={show(rate * 100)}%），{reason}。"
    kind = "execution-points" if score or why or row.total else "rate"
    yield finding(kind, "error", f"{row.place}“{row.label}”", quoted, expected, message)


def _weight(row: MoneyRow, form: Form) -> Decimal | None:
    own = row.amount("weight")
    if own is not None:
        return own
    if form.execution_weight is not None:
        return form.execution_weight
    weights = [indicator.weight_value for indicator in form.indicators]
    if form.cut or not weights or None in weights:
        return None
    rest = 100 - sum((w for w in weights if w is not None), Decimal(0))
    return rest if rest in (10, 20) else None


def _rate_fits(printed: Quantity, rate: Decimal, room: Decimal) -> bool:
    """Rounded or cut off at its last digit; without % sign it may be a ratio (0.97) or a percentage (96.85)."""
    if abs(printed.value / 100 - rate) < printed.step / 100 + room:
        return True
    # a ratio printed without decimals is 1 or nothing
    return not printed.percent and abs(printed.value - rate) < min(printed.step, _CENT) + room


def _points(weight: Decimal, rate: Decimal) -> Decimal:
    return half_up(weight * min(rate, Decimal(1)), _CENT)


def _score_fault(score: Quantity | None, weight: Decimal | None, rate: Decimal, printed: Quantity | None) -> str | None:
    """Why the points are wrong; None when they are right, or cannot be told."""
    if score is None or weight is None or weight <= 0:
        return None
    if score.value > weight:
        return f"得分{show(score.value)}超过分值{show(weight)}"
    exact = weight * min(rate, Decimal(1))
    step = min(score.step, Decimal("0.1"))
    if score.value == half_up(exact, step if score.step < 1 else _CENT):
        return None
    if printed is not None and _by_printed_rate(score, weight, printed, rate):
        return None
    text = f"{show(weight)}×{show(rate * 100)}%={show(_points(weight, rate))}"
    if score.value == exact // score.step * score.step and score.step < 1:
        return f"得分应四舍五入为{text}，印出的{show(score.value)}是截断得来"
    if score.value == half_up(exact, Decimal(1)) or score.value == exact // 1:
        return f"得分应为{text}，印出的{show(score.value)}被取成了整数"
    return f"得分应为{text}，印出的是{show(score.value)}"


def _by_printed_rate(score: Quantity, weight: Decimal, printed: Quantity, rate: Decimal) -> bool:
    """Points taken from the rate as printed are right too, unless rounding made that rate a full one."""
    ratio = printed.value / 100 if printed.percent or printed.value > Decimal("1.5") else printed.value
    if ratio >= 1 and rate < _ALMOST_ALL:
        return False
    if printed.step >= 1 and printed.percent and abs(ratio - rate) * 100 > Decimal("0.05"):
        return False  # a rate without decimals gives points without them
    exact = weight * min(ratio, Decimal(1))
    return score.value == half_up(exact, score.step if score.step < 1 else _CENT)
