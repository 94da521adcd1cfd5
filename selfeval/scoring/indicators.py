"""One indicator: where its actual comes from, whether the target is met, its points, and what has to be said of it.

Belongs here: binding to facts, 定量, dates and 定性 tiers.
Does not belong here: project totals (projects.py), the words of findings (rules.toml).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from selfeval.model import Fact, Finding, Indicator, IndicatorScore
from selfeval.report.phrases import plain
from selfeval.scoring import arithmetic, reading
from selfeval.scoring.findings import at
from selfeval.scoring.packs import Pack, Tier

NUMBER = {"wanted": "数字", "example": "数字，如95或1,000"}
DATE = {"wanted": "日期", "example": "日期，如2024-12-31"}
DATE_MET: dict[reading.Nature, str] = {"≤": "不晚于", "<": "早于", "=": "等于", "≥": "不早于", ">": "晚于"}
DATE_MISSED: dict[reading.Nature, str] = {"≤": "晚于", "<": "不早于", "=": "不等于", "≥": "早于", ">": "不晚于"}


@dataclass(frozen=True)
class Catalogue:
    """Facts by 取数指标, and all names of the catalogue, those without data in this unit included."""

    facts: Mapping[str, Sequence[Fact]]
    known: frozenset[str]

    def find(self, name: str, project: str) -> Fact | None:
        """The project's own fact before the unit's."""
        fitting = [fact for fact in self.facts.get(name, ()) if fact.project in (None, project)]
        return max(fitting, key=lambda fact: fact.project is not None, default=None)


@dataclass(frozen=True)
class Reached:
    """What was reached, before points: the actual as a value and as printed, and the target likewise."""

    actual: Decimal | dt.date | str
    shown: str
    target: Decimal | dt.date | None
    met: bool
    attainment: Decimal | None
    points: Decimal
    how: str
    far: bool = False


@dataclass
class Case:
    """One indicator while it is scored; `findings` grows."""

    indicator: Indicator
    pack: Pack
    year: int
    fact: Fact | None = None
    findings: list[Finding] = field(default_factory=list)

    def report(self, rule: str, value: str | None = None, **words: object) -> None:
        self.findings.append(at(self.indicator, rule, value, **words))


def score_indicator(
    indicator: Indicator, catalogue: Catalogue, pack: Pack, year: int
) -> tuple[IndicatorScore, list[Finding]]:
    """The score of one row of 绩效指标; points None where a finding says why there are none."""
    case = Case(indicator, pack, year)
    reached = _reach(case, catalogue)
    if reached is None:
        how = case.findings[-1].message if case.findings else ""
        return IndicatorScore(indicator, None, "", _fact_id(case), None, None, None, how), case.findings
    _ask_for_reason(case, reached)
    score = IndicatorScore(
        indicator=indicator,
        actual=reached.actual,
        actual_display=reached.shown,
        source_fact=_fact_id(case),
        met=reached.met,
        attainment=reached.attainment,
        points=reached.points,
        how=reached.how,
        far_over_target=reached.far,
        target=reached.target,
    )
    return score, case.findings


def _fact_id(case: Case) -> str | None:
    return case.fact.id if case.fact else None


def _reach(case: Case, catalogue: Catalogue) -> Reached | None:
    indicator = case.indicator
    nature = reading.nature(indicator.nature)
    if nature is None:
        case.report("indicators.nature.unknown", indicator.nature)
        return None
    if not _find_source(case, catalogue):
        return None
    if nature == "定性":
        return _tier(case)
    if _is_date(case):
        return _date(case, nature)
    return _number(case, nature)


def _find_source(case: Case, catalogue: Catalogue) -> bool:
    """Sets the fact; False when there is neither a fact nor a hand-filled value."""
    name, manual = case.indicator.binding, case.indicator.manual
    if not name:
        if not manual:
            case.report("indicators.actual.missing")
        return bool(manual)
    case.fact = catalogue.find(name, case.indicator.project)
    if case.fact is not None:
        return True
    known = name in catalogue.known
    if not manual:
        case.report("indicators.binding.missing" if known else "indicators.binding.unknown", name)
    elif not known:
        case.report("indicators.binding.unused", name)
    return bool(manual)


def _is_date(case: Case) -> bool:
    """By the fact or the unit of measure; without either, by a target that can be nothing but a date."""
    if case.fact is not None and case.fact.unit == "日期":
        return True
    unit = reading.unit(case.indicator.unit)
    if unit.text:
        return unit.kind == "date"
    target = case.indicator.target
    return reading.date(target, case.year) is not None and not reading.clean(target).isdigit()


def _date(case: Case, nature: reading.Nature) -> Reached | None:
    indicator = case.indicator
    target = reading.date(indicator.target, case.year)
    if target is None:
        case.report("indicators.target.unreadable", indicator.target, **DATE)
    actual = _actual_date(case)
    if target is None or actual is None:
        return None
    met = arithmetic.met(actual, target, nature)
    points = indicator.weight if met else Decimal(0)
    relation = (DATE_MET if met else DATE_MISSED)[nature]
    how = f"实际完成{_chinese(actual)}，{relation}目标{_chinese(target)}，{_verdict(met, points)}"
    return Reached(actual, _chinese(actual), target, met, None, points, how)


def _actual_date(case: Case) -> dt.date | None:
    indicator, fact = case.indicator, case.fact
    manual = reading.date(indicator.manual, case.year)
    if fact is None:
        if manual is None:
            case.report("indicators.manual.unreadable", indicator.manual, **DATE)
        return manual
    actual = reading.date(str(fact.value), case.year) if fact.unit == "日期" else None
    if actual is None:
        case.report("indicators.binding.kind", indicator.binding, fact=f"{fact.value}{fact.unit}")
    elif indicator.manual and manual != actual:
        case.report("indicators.manual.differs", indicator.manual, fact=_chinese(actual))
    return actual


def _number(case: Case, nature: reading.Nature) -> Reached | None:
    indicator = case.indicator
    parts = reading.split_quantity(indicator.target)
    unit = reading.unit(indicator.unit or (parts[1] if parts else ""))
    target = reading.quantity(indicator.target, unit)
    if target is None:
        case.report("indicators.target.unreadable", indicator.target, **NUMBER)
    actual = _actual_number(case, unit)
    if target is None or actual is None:
        return None
    return _compare(case, nature, actual, target, unit.text)


def _actual_number(case: Case, unit: reading.Unit) -> Decimal | None:
    indicator, fact = case.indicator, case.fact
    manual = reading.quantity(indicator.manual, unit)
    if fact is None:
        if manual is None:
            case.report("indicators.manual.unreadable", indicator.manual, **NUMBER)
        return manual
    if isinstance(fact.value, str):
        case.report("indicators.binding.kind", indicator.binding, fact=f"{fact.value}（{fact.unit}）")
        return None
    have = reading.unit(fact.unit)
    if not reading.same_kind(have, unit):
        case.report("indicators.unit.mismatch", indicator.unit, fact=fact.unit)
    actual = reading.convert(Decimal(fact.value), have, unit)
    if indicator.manual and (manual is None or not _agrees(manual, actual)):
        case.report("indicators.manual.differs", indicator.manual, fact=f"{plain(actual)}{unit.text}")
    return actual


def _agrees(manual: Decimal, actual: Decimal) -> bool:
    """Equal at the places that the clerk wrote: 92.68 stands for 92.6762."""
    places = max(0, -int(manual.as_tuple().exponent))
    return arithmetic.half_up(actual, places) == manual


def _compare(case: Case, nature: reading.Nature, actual: Decimal, target: Decimal, unit: str) -> Reached:
    weight, rule = case.indicator.weight, case.pack.over_target
    met = arithmetic.met(actual, target, nature)
    far = arithmetic.far_over(actual, target, nature, rule.ratio)
    points = arithmetic.indicator_points(weight, actual, target, nature)
    if far and rule.deduction:
        points = arithmetic.share_of(weight, 1 - rule.deduction)
    share = arithmetic.attainment(actual, target, nature)
    shown = f"{arithmetic.shown(actual, target)}{unit}"
    how = f"实际完成{shown}，{_relation(actual, target, nature)}目标{plain(target)}{unit}，"
    if met:
        cut = far and rule.deduction > 0
        how += f"大幅超出目标扣减后得{plain(points)}分" if cut else _verdict(True, points)
    else:
        how += _quotient(weight, actual, target, nature, points)
    return Reached(actual, shown, target, met, None if share is None else arithmetic.truncated(share), points, how, far)


def _relation(actual: Decimal, target: Decimal, nature: reading.Nature) -> str:
    if actual == target:
        return "等于"
    if arithmetic.met(actual, target, nature):
        return "达到" if nature in ("≥", ">") else "控制在"
    return "低于" if actual < target else "高于"


def _quotient(weight: Decimal, actual: Decimal, target: Decimal, nature: reading.Nature, points: Decimal) -> str:
    """The arithmetic of a missed target in one expression, or why there is none."""
    if target <= 0 or actual <= 0:
        return f"{'目标不大于0时不按比例计分，' if target <= 0 else ''}得{plain(points)}分"
    top, bottom = (target, actual) if nature in ("≤", "<") else (actual, target)
    exact = arithmetic.half_up(Fraction(weight) * Fraction(top) / Fraction(bottom))
    text = f"{plain(weight)}×{plain(top)}÷{plain(bottom)}＝{plain(exact)}分"
    return text if exact == points else f"{text}，未达标最高计{plain(points)}分"


def _tier(case: Case) -> Reached | None:
    indicator = case.indicator
    if case.fact is not None:
        # a figure of the data cannot say how well a 定性 target was reached: that is a person's judgement.
        case.report("indicators.binding.kind", indicator.binding, fact=f"{case.fact.value}{case.fact.unit}")
        return None
    text = indicator.manual or ""
    written = reading.tier(text)
    tier = next((t for t in case.pack.tiers if written.name in map(reading.clean, t.names)), None)
    if tier is None:
        case.report("indicators.tier.unknown", text, names="、".join(t.names[0] for t in case.pack.tiers))
        return None
    alone = tier.reached and written.bracket is None
    if written.percent is None and not alone:
        middle = plain((tier.lowest + tier.highest) / 2)
        case.report("indicators.tier.percent", text, tier=written.name, example=middle)
        return None
    used = Decimal(100) if written.percent is None else written.percent
    if not tier.holds(used):
        _report_range(case, tier, used)
    return _tier_reached(case, tier, text, min(used, Decimal(100)))


def _report_range(case: Case, tier: Tier, percent: Decimal) -> None:
    case.report(
        "indicators.tier.range",
        case.indicator.manual,
        percent=plain(percent),
        tier=tier.names[0],
        lowest=plain(tier.lowest),
        highest=plain(tier.highest),
    )


def _tier_reached(case: Case, tier: Tier, text: str, percent: Decimal) -> Reached:
    weight, share = case.indicator.weight, percent / 100
    # a lower tier never has full marks, whatever percentage was written.
    points = arithmetic.share_of(weight, share) if tier.reached else arithmetic.below_full(weight, Fraction(share))
    full = points == weight and tier.reached
    sum_text = f"{plain(weight)}×{plain(percent)}%＝{plain(points)}分"
    how = f"{text}，{_verdict(True, points) if full else sum_text}"
    return Reached(text, text, None, tier.reached, share, points, how)


def _ask_for_reason(case: Case, reached: Reached) -> None:
    indicator = case.indicator
    if indicator.reason:
        return
    if reached.far:
        over = (case.pack.over_target.ratio - 1) * 100
        number = plain(reached.target) if isinstance(reached.target, Decimal) else indicator.target
        target = f"{number}{indicator.unit}" if indicator.unit else indicator.target
        case.report("indicators.reason.over", None, actual=reached.shown, target=target, percent=plain(over))
    elif not reached.met or reached.points < indicator.weight:
        case.report("indicators.reason.missing", None, how=reached.how)


def _verdict(met: bool, points: Decimal) -> str:
    return f"得{'满分' if met else ''}{plain(points)}分"


def _chinese(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
