"""Which column of a money block is which where its header word is not known: what was paid over its budget is the
printed rate, the weight of that rate is a small whole number, the points stay within it.

Does not belong here: the header words (columns.py), columns of indicators (column_fit.py), a single row (money_rows.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from selfeval.lint.column_fit import Body, Roles
from selfeval.lint.columns import MONEY_LABEL, TOTAL_MONEY
from selfeval.lint.numbers import Quantity, is_blank, ratio_room

_POINTS = {Decimal(n) for n in (5, 8, 10, 15, 20, 25, 30)}


def fit(roles: Roles, body: Body) -> Roles:
    """`roles` as the header words have them, completed by the rows."""
    out = list(roles)
    open_columns = [c for c, role in enumerate(roles) if role is None and _numeric(body, c)]
    _of_two_budgets(body, out)
    for column, role in enumerate(out):  # 总分 of each project: no weight of a rate
        weights = [q.value for q in body.numbers[column] if q]
        if role == "weight" and weights and min(weights) > max(_POINTS):
            out[column] = None
    found = _amounts(body, out, open_columns)
    if found:
        for role, column in zip(("final", "paid", "rate"), found, strict=True):
            out[column] = role
    if {"final", "paid"} <= set(out):
        _points(body, out, [c for c in open_columns if out[c] is None])
    return tuple(out)


def _of_two_budgets(body: Body, roles: list[str | None]) -> None:
    """安排金额 | 到位金额: the one that what was paid is divided by."""
    named = {name: [c for c, role in enumerate(roles) if role == name] for name in ("final", "paid", "rate")}
    if len(named["final"]) < 2 or len(named["paid"]) != 1 or len(named["rate"]) != 1:
        return
    proven = [c for c in named["final"] if _holds(body, c, named["paid"][0], named["rate"][0])]
    for column in named["final"] if len(proven) == 1 else ():
        roles[column] = "final" if column == proven[0] else None


def sure(roles: Roles, body: Body) -> bool:
    """A header never seen: the rows prove the rate, and one of them is named as money is."""
    if not {"final", "paid", "rate"} <= set(roles):
        return False
    final, paid, rate = (roles.index(role) for role in ("final", "paid", "rate"))
    proven = [q for q in body.numbers[rate] if q and q.percent and q.value != 100]
    return bool(proven) and _holds(body, final, paid, rate) > 0 and any(map(_is_money, body.labels))


def _is_money(label: str) -> bool:
    return bool(MONEY_LABEL.match(label) or TOTAL_MONEY.match(label))


def _numeric(body: Body, column: int) -> bool:
    texts, numbers = body.texts[column], body.numbers[column]
    return any(numbers) and all(q or is_blank(text) for q, text in zip(numbers, texts, strict=True))


def _holds(body: Body, final: int, paid: int, rate: int) -> int:
    """Rows in which the rate is paid ÷ final; 0 when a row gainsays it."""
    found = 0
    for whole, part, printed in zip(*(body.numbers[c] for c in (final, paid, rate)), strict=True):
        if not whole or not part or not printed or not whole.value:
            continue
        if not _is_rate(whole, part, printed):
            return 0
        found += 1
    return found


def _is_rate(whole: Quantity, part: Quantity, printed: Quantity) -> bool:
    exact, room = part.value / whole.value, ratio_room(part, whole)
    if printed.percent or printed.value > Decimal("1.5"):
        return abs(printed.value / 100 - exact) < printed.step / 100 + room
    return abs(printed.value - exact) < min(printed.step, Decimal("0.01")) + room


def _amounts(body: Body, roles: Sequence[str | None], open_columns: Sequence[int]) -> tuple[int, int, int] | None:
    """Budget, paid and rate where one of them has no known header; None where more than one reading is left."""
    named = [[c for c, role in enumerate(roles) if role == name] for name in ("final", "paid", "rate")]
    if all(named) or any(len(columns) > 1 for columns in named):
        return None
    rates = [c for c in open_columns if any(q and q.percent for q in body.numbers[c])]
    amounts = [c for c in open_columns if not any(q and q.percent for q in body.numbers[c])]
    choices = [
        (final, paid, rate)
        for final in named[0] or amounts
        for paid in named[1] or amounts
        for rate in named[2] or rates
        if final != paid and _holds(body, final, paid, rate)
    ]
    # 年初预算数 and 全年预算数 are the same where nothing changed: the later one is the year's
    choices = [c for c in choices if named[0] or named[1] or c[0] < c[1]]
    if len({(c[1], c[2]) for c in choices}) != 1:
        return None
    return max(choices) if len({tuple(map(_value, body.numbers[c[0]])) for c in choices}) == 1 else None


def _value(number: Quantity | None) -> Decimal | None:
    return number.value if number else None


def _points(body: Body, roles: list[str | None], open_columns: Sequence[int]) -> None:
    """The weight of the rate and its points, which stand in one row."""
    named = {name: [c for c, role in enumerate(roles) if role == name] for name in ("weight", "score")}
    if all(named.values()):
        return
    pairs = list(_point_pairs(body, named["weight"] or open_columns, named["score"] or open_columns))
    if not any(named.values()):
        pairs = [(w, s) for w, s in pairs if w < s]
    if len(pairs) == 1:
        for name, column in zip(("weight", "score"), pairs[0], strict=True):
            roles[column] = name
    elif not pairs and not any(named.values()):  # the weight stands in the heading: 预算执行情况(20分)
        near = [c for c in open_columns if _near_rate(body, roles, c)]
        if len(near) == 1:
            roles[near[0]] = "score"


def _near_rate(body: Body, roles: Sequence[str | None], column: int) -> bool:
    """Points that are those of 10 or 20 times the rate, or nearly."""
    final, paid = (body.numbers[roles.index(role)] for role in ("final", "paid"))
    rows = [
        (score.value, min(part.value / whole.value, Decimal(1)))
        for whole, part, score in zip(final, paid, body.numbers[column], strict=True)
        if score and whole and part and whole.value
    ]
    return bool(rows) and any(all(abs(score - weight * rate) <= 1 for score, rate in rows) for weight in (10, 20))


def _point_pairs(body: Body, weights: Sequence[int], scores: Sequence[int]) -> Iterator[tuple[int, int]]:
    for w in weights:
        for s in scores:
            both = [
                (weight, score)
                for weight, score in zip(body.numbers[w], body.numbers[s], strict=True)
                if weight and score and weight.value in _POINTS
            ]
            alone = sum(1 for q in body.numbers[w] if q and q.value) == len(both)
            if (
                w != s
                and alone
                and both
                and all(0 <= score.value <= weight.value and not score.percent for weight, score in both)
            ):
                yield w, s
