"""Sums in sentences: equations typed out, amounts with their parts, income against expenditure.

Does not belong here: counts of people and things against lists (counts.py), sums in tables (money_sums.py, totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, quantities, quantity_at, show, slip

_AMOUNT = r"(?<![\d,])\d[\d,]{0,24}(?:\.\d{1,8})?\s*(?:万元|亿元|元)"
_ASIDE = r"(?:[,，]?(?:占|为)[^\d,，。;]{0,14}[\d.]+%)?"
#: 其中, and a word on what the whole was for before it
_LEAD = (
    r"(?:[,，][^\d。;:]{2,60})?[。,，:;]?\s*"
    r"(?:其中|分别为|包括|具体为|由|(?:资金)?来源(?:为|是|于|包括|:))[:,，]?|[:：]"
)
_LIST = re.compile(rf"(?P<whole>{_AMOUNT}){_ASIDE}(?:{_LEAD})(?P<list>[^。\n)]+)")
_IN_BRACKETS = re.compile(rf"(?P<whole>{_AMOUNT}){_ASIDE}\((?:其中|包括|含)?[:,，]?(?P<list>[^()。\n]+)\)")
_USES = re.compile(r"(?:用途|支出|使用|用于|包括|构成|明细|安排)[^\d,，。;:]{0,8}:(?P<list>[^。\n]+)")
_CHANGED = re.compile(r"(?:增加|减少|增长|下降|较|比|节约|超出|结余|结转|追加|调增|调减)[^\d,，。;]{0,6}$")
_CLOSING = re.compile(r"其他|其它|其余")
#: a whole and parts that are always all of it.
_PARTITIONS = (
    (
        r"(?:本年|全年|总)?支出(?:合计|总计|总额|决算数?|共计?)?",
        (r"基本支出", r"项目支出"),
        r"经营支出|上缴|附属|结转|结余",
    ),
    (
        r"(?:本年|全年|总)?支出(?:合计|总计|总额|决算数?|共计?)?",
        (r"人员(?:经费|支出)", r"(?:日常)?公用(?:经费|支出)", r"项目支出"),
        r"经营支出|上缴|附属|结转|结余|基本支出",
    ),
    (r"基本支出(?:合计)?", (r"人员(?:经费|支出)", r"(?:日常)?公用(?:经费|支出)"), r"其他"),
    (
        r"基本支出(?:合计)?",
        (r"工资福利支出", r"商品和服务支出", r"对个人和家庭的?补助(?:支出)?"),
        r"资本性支出|其他支出|债务",
    ),
)


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _equations(prose)
        yield from _chain(prose)
        if not prose.in_table or len(prose.plain) >= 30:
            yield from _list(prose)
            yield from _partitions(prose)
    yield from _balance(context)


def _bare(text: str) -> str:
    """Without brackets and what is in them, the rest in its place."""
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"\[[^\[\]]*\]|\((?=[^()]*[^\d.()])[^()]*\)", lambda m: " " * len(m[0]), text)
    return text


def _equations(prose: Prose) -> Iterator[LintFinding]:
    for part in re.split(r"[。;\n|]|\.(?!\d)", _bare(prose.plain)):
        sides = part.split("=")
        for left, right in pairwise(sides):
            for whole, terms, last in ((left, right, True), (right, left, False)):
                if "+" not in terms or "+" in whole:
                    continue
                found = _one_equation(whole, terms, last)
                if found:
                    total, should, shown = found
                    message = f"“{shown}”两边不等，各项相加为{show(should, 6)}。"
                    yield finding("sum", "error", prose.place, f"{total}={shown}", show(should, 6), message)


def _one_equation(whole: str, chain: str, chain_right: bool) -> tuple[str, Decimal, str] | None:
    totals = list(quantities(whole))
    terms = [list(quantities(term)) for term in _terms(chain, chain_right)]
    if not totals or any(len(term) != 1 for term in terms):
        return None
    total = totals[-1] if chain_right else totals[0]
    parts = [term[0] for term in terms]
    if any(q.percent or q.approx for q in [total, *parts]):
        return None
    values = _raw([total, *parts])
    should = sum(values[1:], Decimal(0))
    if abs(should - values[0]) <= _slack([total, *parts]):
        return None
    return total.text, should, "+".join(q.text for q in parts)


def _terms(chain: str, right: bool) -> list[str]:
    terms = chain.split("+")
    if right:
        terms[-1] = re.split(r"[,，、](?!\d{3})", terms[-1])[0]
    else:
        terms[0] = re.split(r"[,，:、](?!\d{3})", terms[0])[-1]
    return terms


def _raw(numbers: Sequence[Quantity]) -> list[Decimal]:
    """Scaled when all of them name a unit, else as printed: 89.97万元=30+30+29.99."""
    if all(q.unit for q in numbers):
        return [q.value for q in numbers]
    return [q.value / q.scale for q in numbers]


def _slack(numbers: Sequence[Quantity]) -> Decimal:
    """What rounding each printed decimal can miss; whole numbers are taken as they stand."""
    scaled = all(q.unit for q in numbers)
    steps = [q.step if scaled else q.step / q.scale for q in numbers if q.step / q.scale < 1]
    return max(steps, default=Decimal(0)) * len(steps) / 2


def _chain(prose: Prose) -> Iterator[LintFinding]:
    """`支出: 工资387176 + 商品和服务143800 + …` without a sum: it should be an amount named before."""
    for m in re.finditer(r"(收入|支出|预算|资金|经费)[^。:+=;]{0,10}:([^。;=]*?\+[^。;=]*)", _bare(prose.plain)):
        terms = [list(quantities(term)) for term in _terms(m[2], True)]
        if any(len(term) != 1 for term in terms) or len(terms) < 2:
            continue
        parts = [term[0] for term in terms]
        named = [
            q
            for q in quantities(prose.plain[: m.start(2)])
            if q.money and re.search(r"收入|支出|预算|总额|合计", prose.plain[max(0, q.start - 14) : q.start])
        ]
        values = [q.value / q.scale for q in parts]
        should = sum(values, Decimal(0))
        wholes = [q.value / q.scale if not all(p.unit for p in parts) else q.value for q in named]
        near = [q for q, whole in zip(named, wholes, strict=True) if abs(whole - should) <= whole / 20]
        if not near or any(abs(whole - should) <= max(_slack(parts), Decimal("0.01")) for whole in wholes):
            continue
        total = near[0]
        shown = "+".join(q.text for q in parts)
        message = f"各项支出相加为{show(should, 6)}（{shown}），与前文的{total.text}不符。"
        yield finding("sum", "error", prose.place, total.text, show(should, 6), message)


def _list(prose: Prose) -> Iterator[LintFinding]:
    """`共12.5万元，其中：办公费3万元，印刷费2万元，其他7.5万元`; what stands in brackets is a list of its own."""
    outer = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), prose.plain)
    for m in _LIST.finditer(outer):
        yield from _one_list(prose, m, outer)
    for m in _IN_BRACKETS.finditer(prose.plain):
        yield from _one_list(prose, m, prose.plain)
    for m in _USES.finditer(outer):
        yield from _uses(prose, m, outer)


def _uses(prose: Prose, m: re.Match[str], plain: str) -> Iterator[LintFinding]:
    """全部支出，具体用途：购书费18.60万元，…: the whole is an amount of the sentences before."""
    parts, _ = _listed(m["list"])
    before = [q for q in quantities(plain[: m.start()]) if q.money and not q.approx]
    if len(parts) < 3 or not before or any(q.approx for q in parts) or any(_adds_up(parts, q) for q in before):
        return
    should = sum((q.value for q in parts), Decimal(0))
    total = min(before, key=lambda q: abs(q.value - should))
    if abs(should - total.value) > total.value / 20:
        return
    shown = "+".join(q.text for q in parts)
    message = f"“{total.text}”与其后所列各项用途之和不符，{shown}={_same_unit(should, total)}。"
    yield finding("sum", "error", prose.place, f"{total.text}={shown}", _same_unit(should, total), message)


def _one_list(prose: Prose, m: re.Match[str], plain: str) -> Iterator[LintFinding]:
    wholes = _wholes(plain, m)
    parts, names = _listed(m["list"])
    if not wholes or not parts or "其中" in m["list"]:
        return
    if any(_adds_up(parts, whole) for whole in wholes) or len(parts) < 2:
        return
    total = wholes[-1]
    should = sum((q.value for q in parts), Decimal(0))
    gap = should - total.value
    if any(q.approx for q in [total, *parts]):
        return
    closed = bool(_CLOSING.search(names[-1])) or _whole(names) or gap > 0 or abs(gap) <= total.value / 50
    if not (closed or slip(should, total.value)):
        return
    shown = "+".join(q.text for q in parts)
    message = f"“{total.text}”与其后所列各项之和不符，{shown}={_same_unit(should, total)}。"
    yield finding("sum", "error", prose.place, f"{total.text}={shown}", _same_unit(should, total), message)


def _wholes(plain: str, m: re.Match[str]) -> list[Quantity]:
    """The amounts that the list may be the parts of, the likeliest last: no change against last year is one."""
    begin = max(plain.rfind(mark, 0, m.start("whole")) for mark in "。;\n") + 1
    found = [
        q
        for q in quantities(plain[begin : m.end("whole")])
        if q.money and not _CHANGED.search(plain[begin : m.end("whole")][max(0, q.start - 8) : q.start])
    ]
    return found


def _adds_up(parts: Sequence[Quantity], total: Quantity) -> bool:
    """The parts, the first of them, or some of them make the total: what is left are parts of parts, or another list."""

    def fits(chosen: Sequence[Quantity]) -> bool:
        got = sum((q.value for q in chosen), Decimal(0))
        return abs(got - total.value) <= max(_slack([total, *chosen]), Decimal("0.01"))

    if any(fits(parts[:size]) for size in range(1, len(parts) + 1)):
        return True
    over = sum((q.value for q in parts), Decimal(0)) > total.value
    return over and any(fits(chosen) for size in range(2, len(parts)) for chosen in combinations(parts[:10], size))


_ALL_OF_IT = (("基本支出", "项目支出"), ("人员", "公用"), ("公务接待", "公务用车"))


def _whole(names: Sequence[str]) -> bool:
    """基本支出 and 项目支出, 人员经费 and 公用经费: nothing is left beside them."""
    text = " ".join(names)
    return any(one in text and other in text for one, other in _ALL_OF_IT)


def _listed(text: str) -> tuple[list[Quantity], list[str]]:
    """The amounts of a list, one a segment, up to the first segment that is no item."""
    parts: list[Quantity] = []
    names: list[str] = []
    for segment in re.split(r"[、,，;](?!\d{3}(?!\d))|(?<=元)[和及]", text):
        money = [q for q in quantities(segment) if q.money]
        if re.match(r"\s*(?:占|较|比|同比|增长|下降|减少|增加|完成|执行)", segment) and parts:
            continue
        named = money and re.search(r"[\u4e00-\u9fff]{2}", segment[max(0, money[0].start - 30) : money[0].start])
        named = named or re.match(rf"{_AMOUNT}(?:元)?用于", segment.strip())
        if len(money) != 1 or not named:
            break
        parts.append(money[0])
        names.append(segment[: money[0].start].strip() or segment[money[0].end :])
    return parts, names


def _same_unit(value: Decimal, like: Quantity) -> str:
    unit = {10**4: "万元", 10**8: "亿元"}.get(like.scale, "元")
    return f"{show(value / like.scale, 6)}{unit}"


def _partitions(prose: Prose) -> Iterator[LintFinding]:
    for whole, names, others in _PARTITIONS:
        total = _named(prose.plain, rf"(?<![\u4e00-\u9fff])(?:\d{{4}}年|本年|全年|年度|部门|单位)*{whole}")
        parts = [_named(prose.plain, rf"(?<![\u4e00-\u9fff]){name}") for name in names]
        if total is None or None in parts:
            continue
        known = [q for q in parts if q is not None]
        if any(re.search(others, prose.plain[q.start - 12 : q.start]) for q in known) or any(q.approx for q in known):
            continue
        if total.start > min(q.start for q in known) or re.search(rf"(?:{others})[^\d]{{0,6}}[1-9\d]", prose.plain):
            continue
        between = prose.plain[total.end : known[0].start]
        if len(between) > 40 or re.search(r"年", between):
            continue
        should = sum((q.value for q in known), Decimal(0))
        if abs(should - total.value) <= max(_slack([total, *known]), Decimal("0.01")):
            continue
        shown = "+".join(q.text for q in known)
        message = f"{total.text}应等于{shown}，相加为{_same_unit(should, total)}。"
        yield finding("sum", "error", prose.place, f"{total.text}={shown}", _same_unit(should, total), message)


def _named(plain: str, name: str) -> Quantity | None:
    """The amount that directly follows the name; None when the name has two of them."""
    found = re.findall(rf"{name}(?:为|共|共计|合计|总计|:|是)?\s*({_AMOUNT})", plain)
    if len(set(found)) != 1:
        return None
    start = plain.index(found[0], re.search(name, plain).start())  # type: ignore[union-attr]
    return quantity_at(plain, start)


def _balance(context: Context) -> Iterator[LintFinding]:
    """More spent than came in needs a word on what was carried over."""
    text = context.text
    if re.search(r"结转|结余|上年剩余|往年资金", text):
        return
    income = _total(context, "收入")
    spent = _total(context, "支出")
    if income is None or spent is None:
        return
    (_, got), (place, paid) = income, spent
    gap = paid.value - got.value
    if gap <= (got.step + paid.step) / 2:
        return
    quoted = f"收入{got.text} 支出{paid.text}"
    message = f"支出比收入多{_same_unit(gap, paid)}，没有说明用的是哪一笔结转资金。"
    yield finding("sum", "warning", place, quoted, f"说明差额{_same_unit(gap, paid)}的来源", message)


def _total(context: Context, word: str) -> tuple[str, Quantity] | None:
    pattern = rf"(?:本年|全年|年度|部门|单位|本单位|本部门|总|财政资金|财政拨款)?{word}(?:合计|总计|总额|总数|决算|共计|决算数)?(?:为|共计|共|:)?\s*({_AMOUNT})"
    found: list[tuple[str, Quantity]] = []
    for prose in context.prose:
        for m in re.finditer(rf"(?<![\u4e00-\u9fff]){pattern}|(?:本年|全年|总){pattern}", prose.plain):
            start = m.start(1) if m[1] else m.start(2)
            number = quantity_at(prose.plain, start)
            if number:
                found.append((prose.place, number))
    values = {q.value for _, q in found}
    return found[0] if len(values) == 1 else None
