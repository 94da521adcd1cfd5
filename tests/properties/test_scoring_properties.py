"""What holds for every indicator, whatever its numbers: bounds, monotony, and no full marks for a missed target."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from selfeval.scoring import arithmetic, reading
from selfeval.scoring.reading import Nature

numbers = st.decimals(-(10**9), 10**9, allow_nan=False, places=6)
positive = st.decimals(Decimal("0.000001"), 10**9, allow_nan=False, places=6)
weights = st.decimals(0, 100, allow_nan=False, places=2)
natures: st.SearchStrategy[Nature] = st.sampled_from(["≥", "≤", "=", ">", "<"])


@given(weights, numbers, numbers, natures)
def test_bounds(weight: Decimal, actual: Decimal, target: Decimal, nature: Nature) -> None:
    points = arithmetic.indicator_points(weight, actual, target, nature)
    assert 0 <= points <= weight
    if arithmetic.met(actual, target, nature):
        assert points == weight
    elif weight > 0:
        assert points <= weight - arithmetic.CENT
        assert points == points.quantize(arithmetic.CENT)


@given(weights, numbers, numbers, numbers, st.sampled_from(["≥", ">"]))
def test_more_is_never_worse(weight: Decimal, a: Decimal, b: Decimal, target: Decimal, nature: Nature) -> None:
    low, high = sorted((a, b))
    score = arithmetic.indicator_points
    assert score(weight, low, target, nature) <= score(weight, high, target, nature)


@given(weights, numbers, numbers, numbers, st.sampled_from(["≤", "<"]))
def test_less_is_never_worse_for_reverse_ones(
    weight: Decimal, a: Decimal, b: Decimal, target: Decimal, nature: Nature
) -> None:
    low, high = sorted((a, b))
    score = arithmetic.indicator_points
    assert score(weight, low, target, nature) >= score(weight, high, target, nature)


@given(st.decimals(1, 100, places=2), positive, positive, natures)
def test_a_missed_target_is_the_rounded_quotient(
    weight: Decimal, actual: Decimal, target: Decimal, nature: Nature
) -> None:
    assume(not arithmetic.met(actual, target, nature))
    top, bottom = (target, actual) if nature in ("≤", "<") else (actual, target)
    exact = Fraction(weight) * Fraction(top) / Fraction(bottom)
    points = arithmetic.indicator_points(weight, actual, target, nature)
    if points < weight - arithmetic.CENT:
        assert abs(Fraction(points) - exact) <= Fraction(1, 200)
    else:
        assert exact >= Fraction(weight) - Fraction(3, 200)


@given(numbers, numbers)
def test_what_is_printed_stays_on_its_side_of_the_target(actual: Decimal, target: Decimal) -> None:
    printed = Decimal(arithmetic.shown(actual, target))
    assert (printed > target, printed < target) == (actual > target, actual < target)
    assert abs(printed - actual) <= Decimal("0.005")


@given(st.decimals(0, 10**9, places=2), st.decimals(Decimal("0.01"), 10**9, places=2))
def test_rate_points_are_bounded_and_half_up(paid: Decimal, budget: Decimal) -> None:
    points = arithmetic.rate_points(Decimal(10), paid, budget)
    exact = min(Fraction(10), 10 * Fraction(paid) / Fraction(budget))
    assert 0 <= points <= 10
    assert -Fraction(1, 200) < Fraction(points) - exact <= Fraction(1, 200)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["", "次", "万次"]))
def test_numbers_are_read_as_written(number: int, unit: str) -> None:
    wide = str.maketrans("0123456789,", "０１２３４５６７８９，")
    want = reading.unit(unit)
    for text in (f"{number}", f"{number:,}", f"{number:,}".translate(wide), f" {number:,}{unit}　"):
        assert reading.quantity(text, want) == number


@given(st.text(max_size=12))
def test_reading_never_fails(text: str) -> None:
    reading.quantity(text, reading.unit(text))
    reading.date(text, 2024)
    reading.tier(text)
    reading.nature(text)
