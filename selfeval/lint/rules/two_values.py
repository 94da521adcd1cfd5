"""One quantity with two values, in one document or across two.

Belongs here: the same name with another number. Does not belong here: totals against parts (prose_sums.py, counts.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from selfeval.lint.context import Context, finding
from selfeval.lint.deeds import Deed, rows, same_verb, told
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, norm, only, quantities, slip
from selfeval.lint.rules.years import report_year

#: numbers of one unit that are compared; no report has more
_MOST = 150
_NEAR = Decimal("0.25")

_STATE = re.compile(
    r"(?:^|[,，。;:、\s(])(?:20\d\d|年末|年底|现有|目前|现|实有|我[局委办会院]|本单位|全局|单位|\d日)*(?P<name>(?:核定|人员|机关|本单位|单位)?(?:编制|行政编制|事业编制|编制总?数|在职(?:人员|职工|人数)|实有(?:人数|人员|在职人员)|"
    r"退休(?:人员|人数)|在编(?:人员|人数)))(?:数|总数)?(?:共|为|共有|共计|有)?(?P<number>\d+)(?P<unit>人|名|个)"
)
_MONEY = re.compile(
    r"(?:^|[,，。;:\s(年度])(?P<name>(?:本年|全年|部门|年度)?(?:收入|支出)(?:合计|总计|总额)|年初预算数?|全年预算数|全年执行数|年末结转和结余)"
    r"(?:为|共|共计|:)?\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万元|亿元|元)"
)
_OF_OTHERS = re.compile(r"中心|站|医院|学校|下属|所属|分局|大队|二级单位|其中")
_QUALIFIED = re.compile(
    r"一般公共预算|财政拨款|政府性基金|项目|基本|上年|去年|\d{4}年(?!度?(?:部门)?(?:决算|预算))|本级|下属"
)


def check(context: Context) -> Iterator[LintFinding]:
    year = report_year(context)
    by_unit: dict[str, list[Deed]] = defaultdict(list)
    for deed in [*told(context, year), *rows(context)]:
        by_unit[deed.unit].append(deed)
    seen: set[frozenset[Decimal]] = set()
    for deeds in by_unit.values():
        for one, other in combinations(deeds[:_MOST], 2):
            values = frozenset((one.value, other.value))
            if values not in seen and _contradict(one, other):
                seen.add(values)
                yield _two(one, other)
    yield from _stated(context)
    for other_context in context.others:
        yield from _across(context, other_context)


def _contradict(one: Deed, other: Deed) -> bool:
    """The same thing with another count, or a kind of it counted higher than all of it together."""
    if one.value == other.value or one.index == other.index or one.period != other.period:
        return False
    if not same_verb(one.verb, other.verb):
        return False
    if one.cumulative != other.cumulative and (one.value > other.value) == one.cumulative:
        return False  # what there is in all is more than what the year brought
    if one.value in other.beside or other.value in one.beside:
        return False
    done, meant = (one, other) if one.verb == "完成" else (other, one)
    if done.verb == "完成" and not meant.verb and done.value < meant.value:
        return False  # 治理河长12.4公里, 完成治理河长11.6公里: what the project is, and what was done of it
    gap = abs(one.value - other.value) / max(one.value, other.value)
    if one.core == other.core:
        named = len(one.core) + (len(one.verb) if one.verb == other.verb else 0)
        if one.row or other.row:
            return named >= 4 and (gap <= _NEAR or slip(one.value, other.value))
        whole = one.whole or other.whole or one.verb == other.verb != ""
        return (len(one.core) >= 4 and (whole or gap <= _NEAR)) or (named >= 4 and gap <= _NEAR and one.whole)
    short, long = sorted((one, other), key=lambda deed: len(deed.core))
    if len(short.core) < 4 or short.core[-2:] != long.core[-2:] or not _within(short.core, long.core):
        return False
    if short.core[:2] == long.core[:2]:  # 标准化卫生室, 标准化村卫生室
        return len(long.core) - len(short.core) <= 2 and gap <= _NEAR
    return long.whole and long.value > short.value and one.verb == other.verb != ""


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


def _two(one: Deed, other: Deed) -> LintFinding:
    message = f"“{one.quoted}”（{one.place}）与“{other.quoted}”（{other.place}）说的是同一件事，数量不同。"
    return finding(
        "two-values", "error", other.place, f"{one.quoted} / {other.quoted}", "前后一致，或写明各指哪一部分", message
    )


def _stated(context: Context) -> Iterator[LintFinding]:
    """Staff and grand totals, named without any qualifier, in two paragraphs."""
    seen: dict[tuple[str, str], tuple[Decimal, str, str]] = {}
    own_year = re.compile(rf"{report_year(context)}年度?")
    for prose in context.prose:
        if prose.in_table:
            continue
        for pattern in (_STATE, _MONEY):
            for m in pattern.finditer(prose.plain):
                sentence = prose.plain[max(0, m.start() - 16) : m.start("name")]
                if pattern is _STATE and _OF_OTHERS.search(prose.plain[: m.start("name")]):
                    continue
                if pattern is _MONEY and _QUALIFIED.search(own_year.sub("", sentence)):
                    continue
                number = next(quantities(prose.plain[m.start("number") : m.end()]))
                name = re.sub(r"^(?:实有)?在职(?:人员|职工|人数)$", "在职人员", m["name"])
                name = re.sub(r"^(?:本年|全年|部门|年度|核定|人员|机关|本单位|单位)|数$|总数$", "", name)
                quoted = prose.text[m.start("name") : m.end()]
                old = seen.setdefault((name, number.unit), (number.value, prose.place, quoted))
                if _same_value(old[0], number) or old[1] == prose.place:
                    continue
                if pattern is _STATE and abs(old[0] - number.value) > max(Decimal(2), old[0] / 5):
                    continue  # of other scope
                message = f"“{old[2]}”（{old[1]}）与“{quoted}”（{prose.place}）前后不一致。"
                yield finding("two-values", "error", prose.place, f"{old[2]} / {quoted}", "前后一致", message)


def _same_value(value: Decimal, number: Quantity) -> bool:
    return abs(value - number.value) < max(number.step, Decimal("0.01")) if number.money else value == number.value


def _across(context: Context, other: Context) -> Iterator[LintFinding]:
    """Payments of the year in two documents of one unit: a gap may be one of scope, so a warning."""
    here, there = _spent(context), _spent(other)
    if not here or not there or _year(context) != _year(other):
        return
    if abs(here[0] - there[0]) < Decimal(100):
        return
    quoted = f"{here[1]} / {there[1]}"
    message = f"本文支出{here[1]}，《{other.document.name}》为{there[1]}，同一单位同一年度应一致，或写明口径（本级、全部门）。"
    yield finding("two-values", "warning", here[2], quoted, "两份材料一致，或写明口径", message)


def _spent(context: Context) -> tuple[Decimal, str, str] | None:
    for form in context.forms:
        row = form.total_money
        number = only(row.text("paid")) if row else None
        if row and number and re.search(r"整体", form.title):
            scale = 10**4 if form.money_unit == "万元" else 1
            return number.value * scale, f"{row.text('paid')}{form.money_unit or '元'}", row.place
    for prose in context.prose:
        m = re.search(
            r"(?<![\u4e00-\u9fff])(?:本年)?支出(?:合计|总计)(?:为|共计|:)?\s*(\d[\d,]*(?:\.\d+)?\s*(?:万元|元))",
            prose.plain,
        )
        if m:
            return next(quantities(m[1])).value, m[1], prose.place
    return None


def _year(context: Context) -> str | None:
    m = re.search(r"(20\d{2})年", norm(context.text))
    return m[1] if m else None
