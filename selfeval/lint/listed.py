"""A whole and the parts that a sentence lists of it: 共12.5万元，其中…; …，合计860万元; 8人（行政6人、工勤2人）.

Belongs here: finding them, for money, counts, measures and points alike. Does not belong here: whether the parts must
make the whole (rules/listed_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from selfeval.lint.numbers import SAME_UNIT, Quantity, quantities

#: no parts of anything: times, percentages, points of percentage, and years
_NO_PART = {
    "",
    "%",
    "‰",
    "百分比",
    "个百分点",
    "百分点",
    "年",
    "月",
    "日",
    "天",
    "小时",
    "分钟",
    "个月",
    "工作日",
    "个工作日",
}
_SHARE = re.compile(
    r"[,(]?(?:约|各|分别)?占(?:比|到)?[^\d,。;()]{0,16}\d+(?:\.\d+)?%\)?|(?:比例|占比)(?:为|达)?\d+(?:\.\d+)?%"
)
#: what says how a whole is divided: all of it, or some of it
_ALL = re.compile(r"分别|[,:;]一是|由|包括|包含|具体|来源|构成|组成|即|按[^,。;]{1,10}(?:分|划分)|用途|明细|如下|:\s*$")
_SOME = re.compile(r"其中|含")
_MAINLY = re.compile(r"主要用于[:,]?[^:,。;]{0,16}$")
#: 比上年增加5万元, 每人500元: no part, whatever it stands beside
_ASIDE = re.compile(
    r"\s*(?:其?(?:占|较|比|同比|环比)|[^\d]{0,8}(?:增长|下降|减少|增加|节约|节省|结余|超出|上升|降低)了?(?:约)?$|(?:人|户|次|亩|年|月|日)?均|每|平均|完成率|执行率|[^\d]*扣|(?:该项|其)?(?:满分|分值|权重|标准分|按比例)[^\d]{0,4}$)"
)
_TOTAL = re.compile(
    r"[^\d,、;:]{0,6}?(?:[\d一二两三四五六七八九十]+(?:项|个|类|部分|者)(?:[^\d,、;]{0,6}))?"
    r"(?:合计|共计|总计|总共|(?<!公)共有?|总投资|总额|总分|(?:综合|最终|自评|评价)?总?得分|综合评分)[^\d,、;:]{0,5}$"
)
_BREAK = re.compile(r"[,、;:()。\n]")


@dataclass(frozen=True)
class Listed:
    """`whole` is the likeliest of `wholes`; `all_of_it`: the words say that the parts are complete."""

    whole: Quantity
    wholes: tuple[Quantity, ...]
    parts: tuple[Quantity, ...]
    names: tuple[str, ...]
    #: "all", "some" or "" for nothing but a comma; "last" when the whole stands behind its parts
    lead: str
    #: the list goes on to the end of its sentence or bracket
    ended: bool
    start: int
    end: int


def family(q: Quantity) -> str | None:
    """Numbers of one family may be parts of one another."""
    return None if q.unit in _NO_PART else SAME_UNIT.get(q.unit, q.unit)


def listed(plain: str) -> Iterator[Listed]:
    """Every whole of the paragraph with its parts; what stands in brackets is the list of what stands before them."""
    bare = _SHARE.sub(lambda m: " " * len(m[0]), plain)
    outer = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), bare)
    yield from _of(outer)
    for m in re.finditer(r"\(([^()]{6,})\)", bare):
        before = [q for q in quantities(outer[: m.start()]) if not outer[q.end : m.start()].strip()]
        if before:
            yield from _in_bracket(before[-1], bare, m)
        yield from _of(" " * m.start(1) + m[1])


def _of(text: str) -> Iterator[Listed]:
    for kind in {family(q) for q in quantities(text)} - {None}:
        found = [q for q in quantities(text) if family(q) == kind and not _is_aside(text, q)]
        if kind == "分":
            found = _without_weights(text, found)
        yield from _first(text, found)
        yield from _last(text, found)


def _without_weights(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """决策15分，得14分；过程20分，得18分: the points, where each stands behind its weight."""
    bare = [
        bool(re.fullmatch(r"(?:自评|实际|评价)?得分?(?:为|是)?", _name(text, b, a.end))) for a, b in pairwise(found)
    ]
    return [q for q, behind in zip(found, [*bare, False], strict=False) if not behind]


def _name(text: str, q: Quantity, after: int) -> str:
    """The words before a number, back to the last separator, no further than the number before it."""
    return _BREAK.split(text[after : q.start])[-1].strip()


def _is_aside(text: str, q: Quantity) -> bool:
    behind = text[q.end : q.end + 3]
    return bool(
        _ASIDE.match(_name(text, q, max(0, q.start - 30)))
        or re.match(r"/|以上|以下|以内|及以|[-—~～]\s*\d|\(含", behind)
        or re.search(r"\d\s*[-—~～]\s*$", text[max(0, q.start - 3) : q.start])
    )


def _run(text: str, found: Sequence[Quantity], first: int) -> int:
    """The index behind the last number that goes on with the list begun at `first`."""
    at = first + 1
    while at < len(found):
        between = text[found[at - 1].end : found[at].start]
        if not _goes_on(between):
            break
        at += 1
    return at


def _goes_on(between: str) -> bool:
    """Words between two items: the end of the one, remarks on it, and the name of the other."""
    if re.search(r"[。\n:]", between) or _SOME.search(between) or len(between) > 80:
        return False
    tail, *remarks = re.split(r"[,、;](?!\d{3}(?!\d))", re.sub(r"^(?:和|及|以及|与)", "、", between))
    if not remarks or len(tail) > 8 or re.search(r"\d", tail):
        return False
    name = remarks.pop()
    told = all(_ASIDE.match(r) or re.fullmatch(r"[^\d]{0,20}|[^\d]{0,8}\d[\d.,]*[^\d]{0,4}", r) for r in remarks)
    return told and bool(re.search(r"[\u4e00-\u9fff]", name)) and len(name) <= 32


def _first(text: str, found: Sequence[Quantity]) -> Iterator[Listed]:
    """The whole stands before its parts."""
    for k, whole in enumerate(found[:-2]):
        lead = _lead(text[whole.end : found[k + 1].start])
        if lead is None:
            continue
        end = _run(text, found, k + 1)
        # a part with a list of its own ends this one
        nested = end < len(found) and _lead(text[found[end - 1].end : found[end].start]) in ("all", "some")
        if nested and re.search(r"[;。]", text[found[end - 2].end : found[end - 1].start]):
            end -= 1
        parts = tuple(found[k + 1 : end])
        if len(parts) < 2:
            continue
        # behind a full stop 其中, 按经济分类分 may go back to any amount before
        far = "。" in text[whole.end : parts[0].start]
        begin = 0 if far else max(text.rfind(mark, 0, whole.start) for mark in "。\n") + 1
        wholes = tuple(q for q in found[: k + 1] if q.start >= begin) if whole.money else (whole,)
        yield _make(text, whole, wholes, parts, lead)


def _lead(between: str) -> str | None:
    """What joins a whole to its first part; None when they have nothing to do with each other."""
    if len(between) > 90 or len(re.findall(r"[。\n]", between)) > 1:
        return None
    after_stop = re.split(r"[。\n]", between)[-1]
    if after_stop is not between and not re.match(
        r"\s*(?:其中|分别|包括|具体|按|主要|资金来源|用途|[^\d,]{0,8}:)", after_stop
    ):
        return None
    if re.search(r"\d(?!\d{0,3}年)", after_stop) and not re.search(r"其中|分别|:", after_stop):
        return None
    if _SOME.search(between) or _MAINLY.search(between):
        return "some"
    if _ALL.search(between) or re.search(r":[^。;:]{0,24}$", between):
        return "all"
    return "" if re.fullmatch(r"[^,、;。:]{0,8}[,;][^,、;。:]{1,24}", between) else None


def _last(text: str, found: Sequence[Quantity]) -> Iterator[Listed]:
    """The whole stands behind its parts: …，合计860万元."""
    for k in range(2, len(found)):
        if not _TOTAL.fullmatch(_name(text, found[k], found[k - 1].end)):
            continue
        if not re.fullmatch(r"[^\d。]{0,8}[,;、][^。]*", text[found[k - 1].end : found[k].start]):
            continue
        begin = k - 1
        while begin > 0 and _goes_on(text[found[begin - 1].end : found[begin].start]):
            begin -= 1
        parts = tuple(found[begin:k])
        if len(parts) >= 2:
            yield _make(text, found[k], (found[k],), parts, "last")


def _in_bracket(whole: Quantity, text: str, m: re.Match[str]) -> Iterator[Listed]:
    inside = " " * m.start(1) + m[1]
    if re.search(r"平均[^,。;()]{0,6}$", text[: whole.start]):
        return
    found = [q for q in quantities(inside) if family(q) == family(whole) and not _is_aside(inside, q)]
    if len(found) < 2 or family(whole) is None:
        return
    begin = 1 if _SOME.search(m[1][:4]) else 0
    end = _run(inside, found, 0)
    yield _make(inside, whole, (whole,), tuple(found[:end]), "some" if begin else "all")


def _make(text: str, whole: Quantity, wholes: tuple[Quantity, ...], parts: tuple[Quantity, ...], lead: str) -> Listed:
    names = []
    for i, part in enumerate(parts):
        after = parts[i - 1].end if i else max(0, part.start - 30)
        names.append(_name(text, part, after))
    rest = re.split(r"[。;\n]", text[parts[-1].end :])[0]
    ended = not re.search(r"[\u4e00-\u9fff\d]", re.sub(r"^(?:组成|构成|的?[^,、\d]{0,6}$)", "", rest.strip()))
    return Listed(
        whole, wholes, parts, tuple(names), lead, ended, min(whole.start, parts[0].start), max(whole.end, parts[-1].end)
    )
