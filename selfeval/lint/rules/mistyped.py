"""One quantity printed twice with two values: digits swapped, or near each other under the same name.

Belongs here: numbers of sentences and forms, matched by the words around them. Does not belong here: deeds told with a
verb, staff and grand totals (two_values.py), a form against the text that names its indicator (form_and_text.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from selfeval.lint.context import Context, finding, sentence_start
from selfeval.lint.deeds import is_verb
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import SAME_UNIT, is_blank, norm, plain_number, quantities, slip, squeeze, swapped

_STOPS = re.compile(r"[\d,，。;；:：、()（）|\s“”《》]")
_FILLER = re.compile(r"^年度?|万元|亿元|突破|超过?|全年|本年|共计|合计|总计|累计|实际|为|共|达到?|了|的")
#: what was planned or done in another year is another quantity
_OTHER = re.compile(r"目标|计划|任务|上年|去年|同期|年初|较|比|(?<!高)(?<!合)标准(?!化)")

#: a goal is told from here to the end of its sentence, unless it was reached
_GOAL = re.compile(r"(?:目标|计划|任务)(?!(?:任务)?(?:完成|实现))(?::[^。;完实达]*|[^。;,完实达]*)$")
_TOPIC = re.compile(
    r"\s*(?:\d+[.、]|\(?[一二三四五六七八九十\d]+\)|[一二三四五六七八九十]是)\s*([\u4e00-\u9fff“”]{4,16})[。:]"
)
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
    #: the other numbers of its paragraph: told beside this one, they are other quantities
    beside: frozenset[Decimal] = frozenset()
    percents: frozenset[Decimal] = frozenset()
    #: 7条指标中, 其中6条: some of others
    among: bool = False
    planned: bool = False


def check(context: Context) -> Iterator[LintFinding]:
    by_digits: dict[str, list[_Mention]] = defaultdict(list)
    by_unit: dict[str, list[_Mention]] = defaultdict(list)
    for mention in [*written(context), *_rows(context)]:
        by_digits["".join(sorted(str(int(mention.value.scaleb(6))).replace("0", "")))].append(mention)
        by_unit[mention.unit].append(mention)
    told: set[frozenset[Decimal]] = set()
    for groups, same, what in (
        (by_digits, _swapped, "说的是同一个数，有两位数字颠倒"),
        (by_unit, _same_name, "说的是同一件事，数量不同"),
    ):
        for mentions in groups.values():
            for one, other in combinations(mentions[:120], 2):
                values = frozenset((one.value, other.value))
                if values in told or not same(one, other):
                    continue
                told.add(values)
                message = f"“{one.quoted}”（{one.place}）与“{other.quoted}”（{other.place}）{what}。"
                quoted = f"{one.quoted} / {other.quoted}"
                yield finding("two-values", "error", other.place, quoted, "核对后前后一致", message)


def _pairs(name: str) -> set[str]:
    return {name[i : i + 2] for i in range(len(name) - 1)}


def _same_name(one: _Mention, other: _Mention) -> bool:
    """Near values of one unit whose names have the same words, whatever their order: 新建卫生室, 卫生室新建."""
    if one.value == other.value or not one.unit or one.place == other.place or (one.row and other.row):
        return False
    if one.among or other.among or one.planned or other.planned:
        return False
    near = one.unit not in ("元", "分") and abs(one.value - other.value) <= max(one.value, other.value) / 5
    if not (near or slip(one.value, other.value)):
        return False
    if one.value in other.beside or other.value in one.beside or _years_differ(one, other):
        return False
    rate = min(one.value, other.value) / max(one.value, other.value) * 100
    if any(abs(rate - percent) < 1 for percent in one.percents | other.percents):
        return False  # what was done of what was planned
    if ("实有" in one.name) != ("实有" in other.name) or _one_word_apart(one.name, other.name):
        return False
    short, long = sorted((_pairs(one.name), _pairs(other.name)), key=len)
    common = len(short & long)
    whole = one.name in other.name or other.name in one.name
    return len(short) >= 3 and (whole or (common * 4 >= len(short) * 3 and common * 2 >= len(long)))


def _one_word_apart(one: str, other: str) -> bool:
    """甲镇新建公厕, 乙镇新建公厕: all but one word is the same, and that word tells two things apart unless it is a verb."""
    ahead = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    behind = next((i for i, (a, b) in enumerate(zip(one[::-1], other[::-1], strict=False)) if a != b), 0)
    words = one[ahead : len(one) - behind], other[ahead : len(other) - behind]
    return (
        all(words)
        and max(map(len, words)) <= 4
        and not all(
            is_verb(one[:ahead][-1:] + w) or is_verb(w) or is_verb(w + one[len(one) - behind :][:1]) for w in words
        )
    )


def _years_differ(one: _Mention, other: _Mention) -> bool:
    years = [_YEAR.findall(mention.around)[-1:] for mention in (one, other)]
    return all(years) and years[0] != years[1]


def _swapped(one: _Mention, other: _Mention) -> bool:
    if one.value == other.value or not swapped(one.value, other.value) or (one.row and other.row):
        return False
    if one.unit and other.unit and one.unit != other.unit:
        return False
    if _years_differ(one, other):
        return False
    digits = max(len(value.normalize().as_tuple().digits) for value in (one.value, other.value))
    if one.planned or other.planned:  # what was planned may well differ: only the very words tell a slip
        return one.unit == other.unit != "" and common_run(one.name, other.name) >= 5
    if digits < 3:
        return digits == 2 and one.unit == other.unit != "" and common_run(one.name, other.name) >= 5
    if digits == 3:  # three digits are swapped by chance often enough: the name must say more
        short, long = sorted((one.name, other.name), key=len)
        least = 4 if one.unit == other.unit and one.unit not in ("", "元") else 5
        return common_run(one.name, other.name) >= least or (len(short) >= 4 and short in long)
    if _within(*sorted((one.name, other.name), key=len)):
        return True
    least = 3 if one.unit == other.unit != "元" and one.unit else 4
    return (
        max(common_run(one.name, other.name), common_run(one.name, other.around), common_run(other.name, one.around))
        >= least
    )


def _within(short: str, long: str) -> bool:
    """All characters of the one in their order in the other: 资助学生, 资助家庭困难学生."""
    rest = iter(long)
    return len(short) >= 4 and all(character in rest for character in short)


def common_run(one: str, other: str) -> int:
    """Length of the longest run of characters that both names have."""
    for size in range(min(len(one), len(other), 12), 2, -1):
        if any(one[i : i + size] in other for i in range(len(one) - size + 1)):
            return size
    return 0


def written(context: Context) -> Iterator[_Mention]:
    """Numbers of sentences, with the words right before and behind them as their name."""
    for prose in context.prose:
        if prose.in_table and len(prose.plain) < 20:
            continue
        beside = frozenset(q.value for q in quantities(prose.plain))
        percents = frozenset(q.value for q in quantities(prose.plain) if q.percent)
        for q in quantities(prose.plain):
            if (
                q.percent
                or q.approx
                or q.op == "≤"
                or re.search(r"不(?:少|低|小)于\s*$", prose.plain[: q.start])
                or q.value <= 0
                or q.unit in ("年", "月", "日")
            ):
                continue
            before = _STOPS.split(prose.plain[max(0, q.start - 18) : q.start])[-1]
            after = _STOPS.split(prose.plain[q.end : q.end + 14])[0]
            if _OTHER.search(f"{before}{after}") or _GOAL.search(prose.plain[: q.start]):
                continue
            name = _FILLER.sub("", f"{before}{after}")
            beside_it = re.search(r"[\d,]+[\u4e00-\u9fff]{1,3}$|[“”]\S*$", prose.plain[max(0, q.start - 10) : q.start])
            if (
                len(name) < 3 and beside_it
            ):  # 1,284批3,416人次, “妇女微家”18个: what stands before it is part of the name
                name = beside_it[0].replace(",", "") + after
            among = "中" in (before[-1:], after[-1:])
            heading = _TOPIC.match(prose.plain)  # 3.应急物资储备。…支出128.60万元
            around = prose.plain[max(sentence_start(prose.plain, q.start), q.start - 60) : q.start]
            around = f"{heading[1] if heading else ''} {around}"
            quoted = prose.text[q.start - len(before) : q.end + len(after)]
            unit = SAME_UNIT.get(q.unit, q.unit)
            yield _Mention(
                q.value, unit, name, around, quoted, prose.place, False, beside, percents, among, prose.planned
            )


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
