"""The arithmetic of points, and how numbers are printed beside it.

Belongs here: the contract's “Scores” as pure functions over Decimal.
Does not belong here: reading text, findings, packs.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

from selfeval.report.phrases import plain
from selfeval.scoring.reading import Nature

CENT = Decimal("0.01")


def half_up(value: Fraction | Decimal, places: int = 2) -> Decimal:
    """Rounded half-up, away from zero, from the exact quotient, so that no digit is rounded twice."""
    exact = Fraction(value)
    size = Decimal(math.floor(abs(exact) * 10**places + Fraction(1, 2))).scaleb(-places)
    return -size if exact < 0 else size


def met(actual: Decimal | dt.date, target: Decimal | dt.date, nature: Nature) -> bool:
    """Whether the target is reached."""
    order = _compare(actual, target)
    return {"≥": order >= 0, "≤": order <= 0, "=": order == 0, ">": order > 0, "<": order < 0}[nature]


def attainment(actual: Decimal, target: Decimal, nature: Nature) -> Fraction | None:
    """actual ÷ target, for ≤ and < target ÷ actual; None where the quotient has no meaning."""
    top, bottom = (target, actual) if nature in ("≤", "<") else (actual, target)
    return None if bottom <= 0 or top < 0 else Fraction(top) / Fraction(bottom)


def below_full(weight: Decimal, share: Fraction) -> Decimal:
    """Points of a missed target: weight × share, half-up, at least 0 and at most weight − 0.01."""
    ceiling = truncated(Fraction(weight - CENT), 2)
    return max(Decimal(0), min(half_up(Fraction(weight) * share), ceiling))


def indicator_points(weight: Decimal, actual: Decimal, target: Decimal, nature: Nature) -> Decimal:
    """Points of a 定量 indicator. Against a target of 0 (or below) it is met or has none: a quotient says nothing."""
    if met(actual, target, nature):
        return weight
    share = attainment(actual, target, nature) if target > 0 else None
    return below_full(weight, share or Fraction(0))


def far_over(actual: Decimal, target: Decimal, nature: Nature, ratio: Decimal) -> bool:
    """Whether the actual lies above a met target by `ratio`. One that is to stay below (≤, <) has no such surplus."""
    return target > 0 and met(actual, target, nature) and actual >= target * ratio


def share_of(weight: Decimal, share: Fraction | Decimal) -> Decimal:
    """weight × share, half-up, between 0 and the weight; never full unless the share is."""
    return weight if share >= 1 else below_full(weight, Fraction(share))


def rate_of(paid: Decimal, budget: Decimal) -> Decimal:
    """支出数 ÷ 全年预算数 to 6 places, as every fact that is a rate: one rate prints alike in every place."""
    return half_up(Fraction(paid) / Fraction(budget), 6)


def rate_points(weight: Decimal, paid: Decimal, budget: Decimal) -> Decimal:
    """预算执行率: weight × rate, half-up, at least 0 and at most the weight."""
    return max(Decimal(0), min(weight, half_up(Fraction(weight) * Fraction(paid) / Fraction(budget))))


def truncated(value: Fraction, places: int = 6) -> Decimal:
    """Cut, not rounded: 0.9999999 never becomes 1."""
    return Decimal(math.floor(value * 10**places)).scaleb(-places)


def shown(actual: Decimal, target: Decimal) -> str:
    """The actual to two places, or to as many as it takes to stay on its side of the target (94.9991, not 95)."""
    places = max(0, -int(actual.normalize().as_tuple().exponent))
    for used in range(2, places):
        rounded = half_up(actual, used)
        if _compare(rounded, target) == _compare(actual, target):
            return plain(rounded)
    return plain(actual)


def _compare(a: Decimal | dt.date, b: Decimal | dt.date) -> int:
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return (a > b) - (a < b)
    if isinstance(a, dt.date) and isinstance(b, dt.date):
        return (a > b) - (a < b)
    raise TypeError("a date and a number cannot be compared")
