"""万元 among 元: amounts that are told explain the gap, and are the only ones that do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from selfeval.checks.subset import FACTOR, explain, shrunken

cents = st.integers(-5_000, 5_000).filter(bool)


@given(st.lists(cents, max_size=40))
def test_nothing_is_explained_where_nothing_is_off(amounts: list[int]) -> None:
    assert explain(0, [shrunken(a) for a in amounts]) is None


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=8), st.lists(st.integers(1, 5_000), max_size=8))
def test_what_is_told_explains_the_gap(shrunk: list[int], small: list[int]) -> None:
    amounts = [*shrunk, *small]
    gap = sum(a * FACTOR - a for a in shrunk)
    found = explain(gap, [shrunken(a) for a in amounts])
    if not small:
        assert found == tuple(range(len(shrunk)))
    if found is not None:
        assert sum(amounts[place] for place in found) == sum(shrunk)


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=8, unique=True), st.integers(1, 5_000))
def test_two_explanations_are_none(shrunk: list[int], one: int) -> None:
    amounts = [*shrunk, one, one]
    assert explain(one * FACTOR - one, [shrunken(a) for a in amounts]) is None
