"""How a figure is printed: units, rounding, 余. Pure Decimal; a phrase never says more than the figure does.

Belongs here: words and rounding of single figures. Does not belong here: sentences, layout.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from selfeval.model import FactValue


def plain(number: Decimal) -> str:
    """Digits without exponent or trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(yuan: Decimal) -> str:
    """元 → 万元 with two decimals, half up: 161.76万元."""
    return f"{(yuan / 10000).quantize(Decimal('0.01'), ROUND_HALF_UP)}万元"


def percent(ratio: Decimal, target: Decimal | None = None) -> str:
    """A ratio as a percentage with as many decimals as keep it on its side of the target (and of 100 %)."""
    value = ratio * 100
    for places in range(0, 5):
        shown = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        sides = [t for t in (target, Decimal(100)) if t is not None]
        close = abs(shown - value) <= Decimal("0.005")
        if close and all((shown >= t) == (value >= t) for t in sides):
            return f"{plain(shown)}%"
    return f"{plain(value.quantize(Decimal('0.0001'), ROUND_DOWN))}%"


def count(number: Decimal, unit: str) -> str:
    """A count in digits, from ten thousand on in 万: floored to the printed digit, with 余 where something is cut off."""
    if number < 10000 or number != number.to_integral():
        return f"{plain(number)}{unit}"
    wan = number / 10000
    places = Decimal(1) if wan >= 100 else Decimal("0.1")
    shown = wan.quantize(places, ROUND_DOWN)
    return f"{plain(shown)}万{'余' if shown < wan else ''}{unit}"


def date(iso: str) -> str:
    """2024-12-08 → 2024年12月8日."""
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def display(value: FactValue, unit: str, target: Decimal | None = None) -> str:
    """What the report prints for a figure of this unit."""
    if unit == "日期":
        return date(str(value))
    number = Decimal(value)
    if unit == "元":
        return money(number)
    if unit == "比率":
        return percent(number, target)
    if unit == "名次":
        return f"第{plain(number)}名"
    if unit in ("百分点", "分"):
        return f"{plain(number)}{'个' if unit == '百分点' else ''}{unit}"
    return count(number, unit)
