"""A printed figure never says more than the figure does, beside any target and in any unit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from selfeval.report import phrases
from selfeval.scoring.arithmetic import met

ratios = st.decimals(0, 3, places=6, allow_nan=False)
NATURES = ("≥", "≤", "=", ">", "<")
natures = st.sampled_from(NATURES)
targets = st.decimals(0, 300, places=2, allow_nan=False)
money = st.decimals(-(10**10), 10**10, places=2, allow_nan=False)


def number(text: str) -> Decimal:
    found = re.search(r"-?[\d.]+", text)
    assert found is not None
    return Decimal(found[0]) * (10_000 if "万" in text else 1)


@given(st.integers(0, 10**10))
@example(82_000)
@example(82_001)
@example(9_999)
@example(10_000)
@example(9_999_999)
def test_a_count_is_cut_off_and_says_more_only_where_there_is_more(value: int) -> None:
    shown = phrases.count(Decimal(value), "条")
    assert number(shown) <= value
    assert ("余" in shown) == (number(shown) < value)
    assert "近" not in shown and "约" not in shown
    # What is cut off is less than one of the last printed digit.
    step = 1 if value < 10_000 else 1_000 if value < 10**6 else 10_000
    assert value - number(shown) < step


@given(ratios, targets, natures)
@example(Decimal("0.949991"), Decimal(95), "≥")
@example(Decimal("0.999999"), Decimal(100), "≥")
@example(Decimal("0.950002"), Decimal(95), "≥")
@example(Decimal("0.050001"), Decimal(5), "≤")
@example(Decimal("0.049999"), Decimal(5), "≤")
@example(Decimal("0.049999"), Decimal(5), "<")
@example(Decimal("0.050001"), Decimal(5), ">")
@example(Decimal("0.050001"), Decimal(5), "=")
def test_a_percentage_says_met_where_it_is_and_missed_where_it_is(ratio: Decimal, target: Decimal, nature: Any) -> None:
    shown = number(phrases.percent(ratio, phrases.Mark(target, nature)))
    assert met(shown, target, nature) == met(ratio * 100, target, nature)
    for mark in (target, Decimal(100)):
        assert not (shown > mark and ratio * 100 <= mark)
        assert not (shown < mark and ratio * 100 >= mark)
    assert (shown >= 100) == (ratio >= 1)
    assert abs(shown - ratio * 100) <= Decimal("0.005")


def test_a_percentage_is_as_short_as_its_target_allows() -> None:
    beside = {nature: phrases.percent(Decimal("0.950002"), phrases.Mark(Decimal(95), nature)) for nature in NATURES}
    assert beside == {"≥": "95%", "≤": "95.0002%", "=": "95.0002%", ">": "95.0002%", "<": "95%"}


@given(money, st.lists(st.tuples(money, natures), max_size=2))
@example(Decimal("1000000.01"), [(Decimal(1000000), "≤")])
def test_money_stays_on_its_side_of_a_target_and_within_half_a_digit(
    value: Decimal, marks: list[tuple[Decimal, Any]]
) -> None:
    shown = number(phrases.money(value, [phrases.Mark(*mark) for mark in marks]))
    assert all(met(shown, mark, nature) == met(value, mark, nature) for mark, nature in marks)
    assert abs(shown - value) <= 50
    assert (shown == 0) == (value == 0)


@given(st.decimals(-100, 100, places=6, allow_nan=False))
def test_a_change_says_its_direction_once(value: Decimal) -> None:
    shown = phrases.change(value, "百分点")
    assert "%" not in shown and "-" not in shown
    assert shown.startswith("上升" if value > 0 else "下降" if value < 0 else "与上年持平")
    assert not value or shown.endswith("个百分点")


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_against_says_which_side(value: Decimal, mark: Decimal) -> None:
    said = phrases.against(value, mark, "目标")
    assert said == ("超过目标" if value > mark else "未达到目标" if value < mark else "达到目标")


@given(st.lists(st.decimals(0, 10**9, places=2, allow_nan=False), min_size=1, max_size=8))
def test_a_printed_total_is_off_its_printed_parts_by_no_more_than_their_rounding(parts: list[Decimal]) -> None:
    """The total is rounded from 元, not summed from what is printed; each part is within half a last digit."""
    total = Decimal(phrases.wan(sum(parts, Decimal(0))))
    printed = sum((Decimal(phrases.wan(part)) for part in parts), Decimal(0))
    assert abs(total - printed) <= Decimal("0.005") * (len(parts) + 1)
