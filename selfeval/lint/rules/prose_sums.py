"""Sums in sentences: equations typed out, amounts with their parts, income against expenditure.

Does not belong here: counts of people and things against lists (counts.py), sums in tables (money_sums.py, totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, quantities, quantity_at, show

_AMOUNT = r"(?<![\d,])\d[\d,]{0,24}(?:\.\d{1,8})?\s*(?:万元|亿元|元)"


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _equations(prose)
        yield from _chain(prose)
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


def _balance(context: Context) -> Iterator[LintFinding]:
    """More spent than came in needs a word on what was carried over."""
    text = context.text
    if re.search(r"(?:结转|结余|上年剩余|往年资金)(?!率)[^。;]{0,16}\d", text):
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
    message = f"支出比收入多{paid.alike(gap)}，没有说明用的是哪一笔结转资金。"
    yield finding("sum", "warning", place, quoted, f"说明差额{paid.alike(gap)}的来源", message)


def _total(context: Context, word: str) -> tuple[str, Quantity] | None:
    pattern = rf"(?:20\d\d年度?|本年度?|全年|年度|部门|单位|本单位|本部门|总|财政资金|财政拨款)*{word}(?:合计|总计|总额|总数|决算|共计|决算数)?(?:为|共计|共|:)?\s*({_AMOUNT})"
    found: list[tuple[str, Quantity]] = []
    for prose in context.prose:
        for m in re.finditer(rf"(?<![\u4e00-\u9fff]){pattern}|(?:本年|全年|总){pattern}", prose.plain):
            start = m.start(1) if m[1] else m.start(2)
            number = quantity_at(prose.plain, start)
            if number:
                found.append((prose.place, number))
    values = {q.value for _, q in found}
    return found[0] if len(values) == 1 else None
