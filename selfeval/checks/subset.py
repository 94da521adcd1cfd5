"""Which amounts of a sum, each taken ten thousand times larger or smaller, explain what the sum is off by.

Belongs here: the search over a few amounts, in cents. Which amounts are worth trying and what is told is `scale`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: 万元 for 元, and what an amount in 万元 that is read as 元 is short by, in times itself.
FACTOR = 10_000
SHORT = FACTOR - 1
#: An amount in 万元 with two decimals may be off by half of 100 元.
ROUNDED = 5_000
#: Amounts tried together, sums looked at, and rounded amounts in one explanation: more would explain anything.
MOST, SUMS, ROUNDED_TERMS = 60, 100_000, 5

Places = tuple[int, ...]


@dataclass(frozen=True)
class Amount:
    """An amount that may stand for another: what its sum would gain, in cents, and how far that may be rounded.

    `odd`: it is printed with more decimals than the others of its column, as 元 never are.
    """

    gain: int
    rounded: bool
    odd: bool = False


def shrunken(cents: int, *, odd: bool = False) -> Amount:
    """An amount that may be in 万元 among 元."""
    return Amount(cents * SHORT, rounded=True, odd=odd)


def enlarged(cents: int) -> Amount:
    """An amount that may have been taken ten thousand times; `cents` is a multiple of that."""
    return Amount(-cents // FACTOR * SHORT, rounded=False)


def explain(gap: int, amounts: Sequence[Amount]) -> Places | None:
    """The places of the amounts that alone explain `gap` cents; None where no set of them does, or more than one.

    Amounts printed oddly go before others, and an exact explanation before a rounded one.
    """
    odd = tuple(place for place, amount in enumerate(amounts) if amount.odd)
    if odd and sum(amounts[place].gain for place in odd) == gap:
        return odd
    if not gap or len(amounts) > MOST:
        return None
    found = _fitting(gap, amounts, 0) if gap % SHORT == 0 else []
    found = found or _fitting(gap, amounts, ROUNDED)
    return found[0] if len(found) == 1 else None


def _fitting(gap: int, amounts: Sequence[Amount], rounding: int) -> list[Places]:
    """Sets of amounts whose gains come within `rounding` cents a rounded amount of the gap; of many such sets, some."""
    one_sided = all(a.gain > 0 for a in amounts) or all(a.gain < 0 for a in amounts)
    most = abs(gap) + rounding * ROUNDED_TERMS
    # (gain, rounded amounts in it) → two of the sets that come to it.
    reached: dict[tuple[int, int], list[Places]] = {(0, 0): [()]}
    for place, amount in enumerate(amounts):
        further: dict[tuple[int, int], list[Places]] = {}
        for (gain, terms), sets in reached.items():
            now = (gain + amount.gain, terms + amount.rounded if rounding else 0)
            if now[1] <= ROUNDED_TERMS and not (one_sided and abs(now[0]) > most):
                further[now] = [(*places, place) for places in sets]
        for key, sets in further.items():
            reached[key] = [*reached.get(key, ()), *sets][:2]
        if len(reached) > SUMS:
            return []
    return [s for (gain, terms), sets in reached.items() if abs(gain - gap) <= rounding * terms for s in sets if s]
