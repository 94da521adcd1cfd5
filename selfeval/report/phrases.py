"""How a figure is printed: units, rounding, 余, ranks, comparisons. A phrase never says more than the figure does.

Belongs here: words and rounding of single figures and of lists, in pure Decimal. Sentences are the templates'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from selfeval.model import FactValue

_DIGITS = "零一二三四五六七八九"
TEN_THOUSAND = Decimal(10_000)


def plain(number: Decimal) -> str:
    """All digits, no exponent, no trailing zeros, no sign of a zero: 9.50 → 9.5, 1E+2 → 100."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def wan(yuan: Decimal) -> str:
    """元 → 万元 in digits with two decimals, rounded half up."""
    return str((yuan / TEN_THOUSAND).quantize(Decimal("0.01"), ROUND_HALF_UP))


@dataclass(frozen=True)
class Mark:
    """What a figure is held against: a number, and how the figure must lie to it (≥, ≤, =, >, <)."""

    number: Decimal
    nature: str = "≥"

    def keeps(self, value: Decimal, shown: Decimal) -> bool:
        """Whether `shown` is met where `value` is, missed where it is, and on no other side of the number."""
        order, seen = (value > self.number) - (value < self.number), (shown > self.number) - (shown < self.number)
        met = {"≥": (0, 1), "≤": (0, -1), "=": (0,), ">": (1,), "<": (-1,)}[self.nature]
        return (seen in met) == (order in met) and seen in (order, 0)


def _shown(value: Decimal, places: Sequence[int], marks: Sequence[Mark]) -> Decimal:
    """`value` in as few digits as keep it where it is to every mark; in all of its digits where none of `places` does."""
    for place in places:
        shown = value.quantize(Decimal(1).scaleb(-place), ROUND_HALF_UP)
        if all(mark.keeps(value, shown) for mark in marks):
            return shown
    return value


def money(yuan: Decimal, targets: Sequence[Mark] = ()) -> str:
    """161.76万元; more digits where a target (元) asks for them; what two decimals print as nothing stands in 元."""
    if yuan and abs(yuan) < Decimal(50):
        return f"{plain(yuan)}元"
    marks = [Mark(t.number / TEN_THOUSAND, t.nature) for t in targets]
    return f"{_shown(yuan / TEN_THOUSAND, range(2, 7), marks)}万元"


def percent(ratio: Decimal, *targets: Mark) -> str:
    """A ratio as a percentage: two decimals at most, more where they keep it on its side of a target or of 100 %.

    A target is a percentage. 0.949991 beside ≥ 95 is 94.9991 %, never 95 %; 0.050001 beside ≤ 5 is 5.0001 %.
    """
    return f"{plain(_shown(ratio * 100, range(2, 5), [*targets, Mark(Decimal(100))]))}%"


def count(number: Decimal, unit: str) -> str:
    """A count in digits; from ten thousand on in 万, floored to the printed digit, with 余 where something is cut off."""
    if number < TEN_THOUSAND or number != number.to_integral():
        return f"{plain(number)}{unit}"
    exact = number / TEN_THOUSAND
    shown = exact.quantize(Decimal(1) if exact >= 100 else Decimal("0.1"), ROUND_DOWN)
    return f"{plain(shown)}万{'余' if shown < exact else ''}{unit}"


def date(iso: str) -> str:
    """2024-12-08 → 2024年12月8日."""
    year, month, day = (int(part) for part in iso[:10].split("-"))
    return f"{year}年{month}月{day}日"


def day(iso: str) -> str:
    """2024-12-08 → 12月8日."""
    return date(iso).partition("年")[2]


def display(value: FactValue, unit: str, targets: Sequence[Mark] = ()) -> str:
    """What the report prints for a figure of this unit, beside targets in that unit (95 for 95 %)."""
    if unit == "日期":
        return date(str(value))
    number = Decimal(value)
    if unit == "元":
        return money(number, targets)
    if unit == "比率":
        return percent(number, *targets)
    if unit == "名次":
        return f"第{plain(number)}名"
    if unit == "百分点":
        return f"{plain(number)}个百分点"
    if unit == "分":
        return f"{plain(number)}分"
    return count(number, unit)


def target(text: str, unit: str) -> str:
    """A target in plain digits, or as filled in, beside its unit: a number of ten thousand or more in 万."""
    if unit == "百分点":
        return f"{text}个百分点"
    digits = text.replace(",", "").replace("，", "")
    if digits.replace(".", "", 1).isdigit() and "万" not in unit and unit not in ("元", "%"):
        return count(Decimal(digits), unit)
    return f"{text}{unit}"


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十, 105 → 一百零五; up to 9999."""
    if not 0 < number < 10_000:
        raise ValueError(number)
    text = ""
    for size, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = number // size % 10, number % size
        if digit:
            text += _DIGITS[digit] + word
        elif text and rest and not text.endswith("零"):
            text += "零"
    return text.removeprefix("一") if 10 <= number < 20 else text


def width(text: str) -> float:
    """How wide a line of print is, in characters: a letter or digit is half of one."""
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def rank_change(before: int, now: int) -> str:
    """从第7上升至第5名, 保持第2名, 从第3下降至第4名."""
    if before == now:
        return f"保持第{now}名"
    return f"从第{before}{'上升' if now < before else '下降'}至第{now}名"


def change(value: Decimal, unit: str, up: str = "上升", down: str = "下降") -> str:
    """上升2.08个百分点, 下降…, 与上年持平."""
    if not value:
        return "与上年持平"
    return f"{up if value > 0 else down}{display(abs(value), unit)}"


def against(value: Decimal, mark: Decimal, noun: str) -> str:
    """超过/达到/未达到 a mark."""
    return f"{'超过' if value > mark else '达到' if value == mark else '未达到'}{noun}"


def closed(text: str) -> str:
    """A clerk's sentence with one full stop at its end; empty stays empty."""
    text = text.strip().rstrip("。；;.，,")
    return f"{text}。" if text else ""


def opened(text: str) -> str:
    """A clerk's phrase without a stop at its end, to stand within a sentence."""
    return text.strip().rstrip("。；;.，,")


def listed(items: Sequence[str]) -> str:
    return "、".join(item for item in items if item)
