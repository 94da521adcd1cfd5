"""Which column of an indicator table is which, by what stands in it over all rows, beside what its header says.

A header word that is known is believed unless the rows gainsay it; a header never seen, a blank one, or one of two
that say the same is settled by the rows: weights close at 100, 90 or the printed total, points stay within them, a
target and what was done are quantities of one unit or the same words. Where the rows leave two readings, the column
stays without a role, and so without findings.

Does not belong here: the header words (columns.py), reading a single row (indicator_rows.py), money (money_fit.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from selfeval.lint.columns import LEVEL1, SIGNS, is_level
from selfeval.lint.lines import Line
from selfeval.lint.numbers import COUNTERS, Quantity, is_blank, norm, only, plain_number, squeeze, with_words

Roles = tuple[str | None, ...]
Values = Sequence[Decimal | None]
_HUNDRED = Decimal(100)
#: what the weights of a whole table add up to: all of it, or without the 10 or 20 points of 预算执行率
_CLOSING = {Decimal(80), Decimal(90), _HUNDRED}
_SIGN = re.compile(r"\s*(?:[≥≤<>]|>=|<=|不低于|不少于|不小于|不超过|不高于|不大于|大于|小于)")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")


@dataclass(frozen=True)
class Body:
    """The rows under one header, and the total row that ends them."""

    rows: tuple[Line, ...]
    total: Line | None = None

    @property
    def width(self) -> int:
        return len(self.rows[0].cells)

    @cached_property
    def texts(self) -> list[list[str]]:
        """By column; a cell that goes on from its left neighbour is blank."""
        out: list[list[str]] = [[] for _ in range(self.width)]
        for line in self.rows:
            for column, text in enumerate(line.cells):
                repeated = column > 0 and line.merged[column] and text == line.cells[column - 1]
                out[column].append("" if repeated else text.strip())
        return out

    @cached_property
    def numbers(self) -> list[list[Quantity | None]]:
        return [[plain_number(text) for text in texts] for texts in self.texts]

    @cached_property
    def labels(self) -> list[str]:
        return [squeeze(text) for line in self.rows for text in line.own[:2] if not plain_number(text)]

    def filled(self, column: int) -> int:
        return sum(1 for text in self.texts[column] if not is_blank(text))

    def printed(self, column: int) -> Decimal | None:
        """What the total row has in this column."""
        number = plain_number(self.total.cells[column]) if self.total and not self.total.merged[column] else None
        return number.value if number else None


def fit(roles: Roles, body: Body) -> Roles:
    """`roles` as the header words have them, corrected and completed by the rows."""
    out = list(roles)
    for column, role in enumerate(roles):
        if role is None and body.filled(column):
            out[column] = _of_fixed_words(body, column, out)
    open_columns = [c for c, role in enumerate(out) if role is None and body.filled(c)]
    _points(body, out, open_columns)
    _target_and_actual(body, out, [c for c in open_columns if out[c] is None])
    _words(body, out, [c for c in open_columns if out[c] is None])
    return tuple(out)


_UNITS = {*COUNTERS.split("|"), "%", "‰", "元", "万元", "亿元", "件", "万人", "万亩", "万平方米", "小时", "工作日"}


def _of_fixed_words(body: Body, column: int, roles: Sequence[str | None]) -> str | None:
    """Signs alone, units alone: these two columns are told by any row of theirs."""
    filled = [squeeze(text) for text in body.texts[column] if not is_blank(text)]
    for role, known in (("nature", SIGNS), ("unit", _UNITS)):
        if role not in roles and sum(1 for text in filled if text in known) * 4 >= len(filled) * 3 and len(filled) > 1:
            return role
    return None


def sure(roles: Roles, words: Roles, body: Body) -> bool:
    """A header never seen: its points and its aims are both told, something has a name, and the weights close."""
    if not {"weight", "target", "actual", "name"} <= set(roles):
        return False
    column = roles.index("weight")
    values = _as_points(body, column)
    return values is not None and ("weight" in words or _closes(body, column, values))


# --- weight and score ---


def _as_points(body: Body, column: int) -> Values | None:
    """The column as points; None when a cell is anything else, or too few are filled."""
    numbers, texts = body.numbers[column], body.texts[column]
    filled = [q for q in numbers if q]
    strange = any(q is None and not is_blank(text) for q, text in zip(numbers, texts, strict=True))
    if strange or len(filled) * 10 < len(texts) * 7:
        return None
    if any(q.scale != 1 or q.unit not in ("", "分", "%") or not 0 <= q.value <= _HUNDRED for q in filled):
        return None
    return [q.value if q else None for q in numbers]


def _closes(body: Body, column: int, values: Values) -> bool:
    """Weights: none is nothing, and they add up as weights do."""
    known = [value for value in values if value is not None]
    whole = sum(known, Decimal(0))
    if len(known) < 2 or not all(known):
        return False
    printed = body.printed(column)
    return whole in _CLOSING or (printed == _HUNDRED and whole > 20 and printed - whole in (0, 10, 20))


@dataclass(frozen=True)
class _Pair:
    weight: int
    score: int
    full: int
    less: int
    more: int

    @property
    def fits(self) -> bool:
        """Points within their weights; one row may be wrong."""
        return self.more * 4 <= self.full + self.less

    @property
    def sure(self) -> bool:
        return self.fits and self.full >= 2 and self.full >= self.less


def _pair(weight: int, score: int, columns: dict[int, Values]) -> _Pair:
    pairs = [(w, s) for w, s in zip(columns[weight], columns[score], strict=True) if w is not None and s is not None]
    full, less = sum(s == w for w, s in pairs), sum(s < w for w, s in pairs)
    return _Pair(weight, score, full, less, len(pairs) - full - less)


def _points(body: Body, roles: list[str | None], open_columns: Sequence[int]) -> None:
    columns = {c: values for c in range(body.width) if (values := _as_points(body, c)) is not None}
    named = {name: [c for c, role in enumerate(roles) if role == name] for name in ("weight", "score")}
    unknown = [c for c in open_columns if c in columns]
    if named["weight"] and named["score"]:
        _gainsaid(columns, named, unknown, roles)
        return
    weights = named["weight"] or [c for c in unknown if _closes(body, c, columns[c])]
    scores = named["score"] or unknown
    pairs = [_pair(w, s, columns) for w in weights for s in scores if w != s and w in columns and s in columns]
    pairs = [pair for pair in pairs if pair.sure]
    if not named["weight"] and not named["score"]:
        # the weights stand before the points that are equal to them
        pairs = [p for p in pairs if p.less or p.more or p.weight < p.score]
    best = _best(pairs, columns)
    if best:
        roles[best.weight], roles[best.score] = "weight", "score"
    elif not named["weight"] and len(weights) == 1 and not pairs:
        roles[weights[0]] = "weight"


def _best(pairs: Sequence[_Pair], columns: dict[int, Values]) -> _Pair | None:
    """The one pair, or of several with the same figures the first: self score and re-checked score."""
    if not pairs:
        return None
    first = min(pairs, key=lambda pair: (pair.more, pair.weight, abs(pair.score - pair.weight)))
    alike = all(columns[p.weight] == columns[first.weight] and columns[p.score] == columns[first.score] for p in pairs)
    same_weight = all(p.weight == first.weight for p in pairs)
    if alike or (same_weight and sum(1 for p in pairs if not p.more) <= 1):
        return first
    return None


def _gainsaid(
    columns: dict[int, Values], named: dict[str, list[int]], unknown: Sequence[int], roles: list[str | None]
) -> None:
    """Points of more than their weight in most rows are points of something else: another column, or nothing."""
    weight, score = named["weight"][0], named["score"][0]
    if weight not in columns or score not in columns or "folded" in roles:
        return
    pair = _pair(weight, score, columns)
    if pair.more < 2 or pair.more <= pair.full + pair.less:
        return
    roles[score] = None
    others = [p for c in [*named["score"][1:], *unknown] if c in columns and (p := _pair(weight, c, columns)).sure]
    if len(others) == 1:
        roles[others[0].score] = "score"


# --- target and actual ---


def _goal(text: str) -> tuple[Quantity, str] | None:
    number = only(text)
    return (number, "") if number else with_words(text)


def _alike(goal: str, actual: str) -> int:
    """2 for quantities of one kind, 1 for equal words, -1 for a number beside something else, 0 for what tells nothing."""
    if is_blank(goal) or is_blank(actual):
        return 0
    one, other = _goal(goal), _goal(actual)
    if one and other:
        (a, _), (b, _) = one, other
        same = not a.unit or not b.unit or a.unit == b.unit or (a.percent and b.percent)
        far = a.value > 0 and b.value > 0 and not Decimal("0.2") <= a.value / b.value <= 5
        return (0 if far else 2) if same else -1
    if one or other:
        return -1 if not _WORDS.search(goal if other else actual) else 0
    return 1 if squeeze(goal) == squeeze(actual) or squeeze(actual) in squeeze(goal) else 0


def _target_and_actual(body: Body, roles: list[str | None], open_columns: Sequence[int]) -> None:
    named = {name: [c for c, role in enumerate(roles) if role == name] for name in ("target", "actual")}
    if named["target"] and named["actual"]:
        if any(_fit_of(body, t, a) is not None for t in named["target"] for a in named["actual"]):
            return
        # 完成情况 | 完成值: what is told in words, and the figure
        named["actual"] = [a for a in open_columns if any(_fit_of(body, t, a) for t in named["target"])]
        if len(named["actual"]) == 1:
            roles[:] = [None if role == "actual" else role for role in roles]
            roles[named["actual"][0]] = "actual"
        return
    targets, actuals = named["target"] or open_columns, named["actual"] or open_columns
    fits = {(t, a): grade for t in targets for a in actuals if t != a and (grade := _fit_of(body, t, a)) is not None}
    if not named["target"] and not named["actual"]:
        twins = {b for a, b in combinations(open_columns, 2) if body.texts[a] == body.texts[b]}
        if len({column for pair in fits for column in pair}) > 2:  # 年初指标值 | 调整指标值, the same in every row
            fits = {pair: grade for pair, grade in fits.items() if not twins & set(pair)}
        fits = {(t, a): grade for (t, a), grade in fits.items() if _before(body, t, a)}
    if not fits:
        return
    best = max(fits.values())
    chosen = [pair for pair, grade in fits.items() if grade == best]
    if len(chosen) == 1:
        for name, column in zip(("target", "actual"), chosen[0], strict=True):
            roles[column] = roles[column] or name


def _fit_of(body: Body, target: int, actual: int) -> Decimal | None:
    """How well two columns go together, a row; None when they do not."""
    grades = [_alike(t, a) for t, a in zip(body.texts[target], body.texts[actual], strict=True)]
    told = [grade for grade in grades if grade]
    good = sum(1 for grade in told if grade > 0)
    if good < 2 or good * 4 < len(told) * 3 or 2 not in told or good * 2 < len(body.rows):
        return None
    return Decimal(sum(told)) / len(grades)


def _before(body: Body, target: int, actual: int) -> bool:
    """The column with signs is the target; without signs it stands first."""
    signs = [sum(1 for text in body.texts[c] if _SIGN.match(norm(text))) for c in (target, actual)]
    if max(signs) * 3 >= len(body.rows):
        return signs[0] > signs[1] or (signs[0] == signs[1] and target < actual)
    return target < actual


# --- words ---


def _words(body: Body, roles: list[str | None], open_columns: Sequence[int]) -> None:
    """Names left of the figures, remarks right of them."""
    figures = [c for c, role in enumerate(roles) if role in ("target", "actual", "weight", "score")]
    wordy = [c for c in open_columns if _is_wordy(body, c)]
    for column in wordy:
        level = _level_of(body, column)
        if level and level not in roles:
            roles[column] = level
    if "name" not in roles and figures:
        names = [c for c in wordy if roles[c] is None and c < max(figures) and _distinct(body, c)]
        if names:
            roles[([c for c in names if c < min(figures)] or names)[-1]] = "name"
    for column in wordy:
        if roles[column] is None and figures and column > min(figures):
            role = "criteria" if body.filled(column) * 2 > len(body.rows) else "reason"
            roles[column] = (
                role if role not in roles and _length(body, column) >= (8 if role == "criteria" else 4) else None
            )


def _is_wordy(body: Body, column: int) -> bool:
    filled = [text for text in body.texts[column] if not is_blank(text)]
    return sum(1 for text in filled if _WORDS.search(text) and not plain_number(text)) * 4 >= len(filled) * 3


def _level_of(body: Body, column: int) -> str | None:
    filled = [text for text in body.texts[column] if not is_blank(text)]
    if not filled or sum(1 for text in filled if is_level(text)) * 4 < len(filled) * 3:
        return None
    return "level1" if all(LEVEL1.match(squeeze(text)) for text in filled) else "level2"


def _distinct(body: Body, column: int) -> bool:
    """Hardly two rows have the same name."""
    filled = [text for text in body.texts[column] if not is_blank(text)]
    return len(set(filled)) * 5 >= len(filled) * 4


def _length(body: Body, column: int) -> int:
    filled = [text for text in body.texts[column] if not is_blank(text)]
    return sum(map(len, filled)) // max(len(filled), 1)
