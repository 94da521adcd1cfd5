"""One quantity printed twice, once with two digits swapped: 17146人 here, 17416名 there, of the same thing.

Belongs here: numbers that are each other's slip, and share their name. Does not belong here: two values that differ in
any other way (two_values.py), a form against the text that names its indicator (form_and_text.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from selfeval.lint.context import Context, finding, sentence_start
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import SAME_UNIT, is_blank, norm, plain_number, quantities, squeeze, swapped

_STOPS = re.compile(r"[\d,，。;；:：、()（）|\s“”《》]")
_FILLER = re.compile(r"万元|亿元|全年|本年|共计|合计|总计|累计|实际|为|共|达到?|了|的")
#: what was planned or done in another year is another quantity
_OTHER = re.compile(r"目标|计划|任务|上年|去年|同期|年初|较|比|标准")

_YEAR = re.compile(r"20\d\d(?=年)")


@dataclass(frozen=True)
class _Mention:
    value: Decimal
    unit: str
    name: str
    #: the sentence up to the number
    around: str
    quoted: str
    place: str
    row: bool


def check(context: Context) -> Iterator[LintFinding]:
    groups: dict[str, list[_Mention]] = defaultdict(list)
    for mention in [*_written(context), *_rows(context)]:
        digits = "".join(sorted(str(int(mention.value.scaleb(6))).replace("0", "")))
        groups[digits].append(mention)
    told: set[frozenset[Decimal]] = set()
    for mentions in groups.values():
        for one, other in combinations(mentions[:60], 2):
            values = frozenset((one.value, other.value))
            if values in told or not _same_thing(one, other):
                continue
            told.add(values)
            message = (
                f"“{one.quoted}”（{one.place}）与“{other.quoted}”（{other.place}）说的是同一个数，有两位数字颠倒。"
            )
            quoted = f"{one.quoted} / {other.quoted}"
            yield finding("two-values", "error", other.place, quoted, "核对后前后一致", message)


def _same_thing(one: _Mention, other: _Mention) -> bool:
    if one.value == other.value or not swapped(one.value, other.value) or (one.row and other.row):
        return False
    if one.unit and other.unit and one.unit != other.unit:
        return False
    years = [_YEAR.findall(mention.around)[-1:] for mention in (one, other)]
    if all(years) and years[0] != years[1]:
        return False
    digits = max(len(value.normalize().as_tuple().digits) for value in (one.value, other.value))
    if digits < 3:
        return False
    if digits == 3:  # three digits are swapped by chance often enough: the name must say more
        short, long = sorted((one.name, other.name), key=len)
        return _common(one.name, other.name) >= 5 or (len(short) >= 4 and short in long)
    least = 3 if one.unit == other.unit != "元" and one.unit else 4
    return max(_common(one.name, other.name), _common(one.name, other.around), _common(other.name, one.around)) >= least


def _common(one: str, other: str) -> int:
    """Length of the longest run of characters that both names have."""
    for size in range(min(len(one), len(other), 12), 2, -1):
        if any(one[i : i + size] in other for i in range(len(one) - size + 1)):
            return size
    return 0


def _written(context: Context) -> Iterator[_Mention]:
    """Numbers of sentences, with the words right before and behind them as their name."""
    for prose in context.prose:
        if prose.planned or (prose.in_table and len(prose.plain) < 20):
            continue
        for q in quantities(prose.plain):
            if q.percent or q.approx or q.value <= 0 or q.unit in ("年", "月", "日"):
                continue
            before = _STOPS.split(prose.plain[max(0, q.start - 18) : q.start])[-1]
            after = _STOPS.split(prose.plain[q.end : q.end + 14])[0]
            if _OTHER.search(f"{before}{after}"):
                continue
            name = _FILLER.sub("", f"{before}{after}")
            around = prose.plain[max(sentence_start(prose.plain, q.start), q.start - 60) : q.start]
            quoted = prose.text[q.start - len(before) : q.end + len(after)]
            yield _Mention(q.value, SAME_UNIT.get(q.unit, q.unit), name, around, quoted, prose.place, False)


def _rows(context: Context) -> Iterator[_Mention]:
    """Amounts of money rows, actual values of indicators, numbers of other tables below their header."""
    for form in context.forms:
        for indicator in form.indicators:
            number = plain_number(indicator.actual or "") or next(quantities(norm(indicator.actual or "")), None)
            goal = next(quantities(norm(indicator.target or "")), None)
            if number and not is_blank(indicator.actual or "") and not number.percent and number.value > 0:
                scale = goal.scale if goal and not number.unit and number.scale == 1 else 1
                unit = number.unit or (goal.unit if goal else "")
                name = squeeze(indicator.name)
                quoted = f"{indicator.name} {indicator.actual}"
                yield _Mention(
                    number.value * scale, SAME_UNIT.get(unit, unit), name, name, quoted, indicator.place, True
                )
        for row in form.money:
            for role in ("initial", "final", "paid"):
                number = row.quantity(role)
                if number and number.value > 0:
                    scale = 10**4 if form.money_unit == "万元" and not number.unit else 1
                    name = (
                        squeeze(row.label) + {"initial": "年初预算", "final": "全年预算", "paid": "全年执行支出"}[role]
                    )
                    quoted = f"{row.label} {row.text(role)}"
                    yield _Mention(number.value * scale, "元", name, name, quoted, row.place, True)
