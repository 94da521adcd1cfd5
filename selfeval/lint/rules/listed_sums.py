"""A whole against the parts that its sentence lists: money, points and measures (sum), counts of things and people.

Does not belong here: how whole and parts are found (lint/listed.py), sums in tables (table_sums.py, money_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.listed import Listed, family, listed
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import MEASURES, Quantity, quantity_at, slip

_REST = re.compile(r"其他|其它|其余|一般(?:工作)?人员|工作人员|普通|科员|职员")
#: names that leave nothing beside them
_ALL_OF_IT = (
    ("基本支出", "项目支出"),
    ("人员", "公用"),
    ("公务接待", "公务用车"),
    ("行政", "事业"),
    ("行政", "工勤"),
    ("在职", "退休"),
    ("男", "女"),
    ("工资福利", "商品和服务"),
)
_OVERLAP = re.compile(r"党员|少数民族|研究生|硕士|博士|本科(?![普技室])|大专|学历|岁|退役|职称|兼任|下乡|驻村|借调")
_SPENT = re.compile(r"(?:全年|实际|已)*(?:执行|支出|支付|到位|使用|完成)(?:数|了)?")
_CENT = Decimal("0.01")


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        for item in listed(prose.plain):
            if _wrong(item):
                yield _told(prose, item)
        yield from _named_elsewhere(context, prose)


#: 项目支出由四部分构成：甲120万元，乙…
_BARE_LIST = re.compile(
    r"(?:^|[。;])(?P<name>[\u4e00-\u9fff]{2,8}?)(?:由[^:,。\d]{1,10}(?:构成|组成)|(?:主要)?包括|构成|组成|明细|具体[为包括]*|如下)+:(?P<list>[^。\n]+)"
)


def _named_elsewhere(context: Context, prose: Prose) -> Iterator[LintFinding]:
    """A list that names its whole without the amount: the one that the document gives it."""
    for m in _BARE_LIST.finditer(prose.plain):
        pattern = re.compile(rf"{re.escape(m['name'])}(?:共计?|合计|为|:)?(?=\d)")
        wholes = [q for p in context.prose for n in pattern.finditer(p.plain) if (q := quantity_at(p.plain, n.end()))]
        if len({q.value for q in wholes}) != 1:
            continue
        whole = wholes[0]
        for item in listed(f"{whole.text}:{re.sub(r'(?<=元) +', '、', m['list'])}"):
            if item.whole.text == whole.text and _wrong(item):
                yield _told(prose, item)


def _wrong(item: Listed) -> bool:
    if any(q.approx for q in (item.whole, *item.parts)) or (family(item.whole) == "人" and _overlapping(item.names)):
        return False
    if any(_SPENT.fullmatch(name) and "预算" in before for before, name in pairwise(item.names)):
        return False  # 预算472万元，执行472万元: two amounts of one thing
    if any(_adds_up(item.parts, whole, item.lead == "last") for whole in item.wholes):
        return False
    total, should = item.whole.value, _sum(item.parts)
    gap = should - total
    if item.lead == "some" and max(q.value for q in item.parts) > total:
        return False  # what is more than the whole is no part of it: the list ended before
    near = abs(gap) <= _nearness(item, total) or (slip(should, total) and item.lead != "some")
    if item.lead == "last":
        return near or abs(gap) <= total / 5
    complete = bool(_REST.search(item.names[-1])) or _nothing_left(item.names)
    if item.lead == "":
        return near and (complete or (item.ended and len(item.parts) >= 3))
    return complete or gap > 0 or near or (item.lead == "all" and item.ended)


def _nearness(item: Listed, total: Decimal) -> Decimal:
    """How far from the whole a list is still meant as all of it."""
    if item.whole.money or item.whole.unit == "分":
        return total / 50
    return max(Decimal(2), total / 20) if item.ended and len(item.parts) >= 2 else Decimal(0)


def _overlapping(names: Sequence[str]) -> bool:
    """Party members, degrees and ages cut across each other; a list of nothing but grades of one kind does not."""
    kinds = [m[0] for name in names if (m := _OVERLAP.search(name))]
    one_kind = len(set(kinds)) == 1 and kinds[0] in ("职称", "学历", "岁") and len(kinds) >= 2
    return bool(kinds) and not one_kind


def _nothing_left(names: Sequence[str]) -> bool:
    text = " ".join(names)
    return any(one in text and other in text for one, other in _ALL_OF_IT)


def _sum(parts: Sequence[Quantity]) -> Decimal:
    return sum((q.value for q in parts), Decimal(0))


def _adds_up(parts: Sequence[Quantity], total: Quantity, from_behind: bool) -> bool:
    """The parts or the first of them make the total: what is left are parts of parts, or another list."""

    def fits(chosen: Sequence[Quantity]) -> bool:
        steps = [q.step for q in (total, *chosen) if q.step < q.scale]
        room = max(steps, default=Decimal(0)) * len(steps) / 2
        return abs(_sum(chosen) - total.value) <= max(room, _CENT if total.money else Decimal(0))

    ordered = parts[::-1] if from_behind else parts
    return any(fits(ordered[:size]) for size in range(1, len(parts) + 1))


def _told(prose: Prose, item: Listed) -> LintFinding:
    whole, should = item.whole, _sum(item.parts)
    shown = "+".join(q.text for q in item.parts)
    expected = whole.alike(should)
    kind = "sum" if whole.money or whole.unit == "分" or whole.unit in MEASURES else "count-against-list"
    message = f"“{whole.text}”与所列各项之和不符，{shown}={expected}。"
    return finding(kind, "error", prose.place, f"{whole.text}={shown}", expected, message)
