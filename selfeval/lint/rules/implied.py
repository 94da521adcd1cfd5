"""Amounts that follow from others of the same sentence: budget less payments, budget and what was added.

Does not belong here: lists of parts (prose_sums.py, counts.py), percentages (rates.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import NUMBER, Quantity, quantities, show
from selfeval.lint.phrases import sentences

_AMOUNT = rf"(?:{NUMBER})\s*(?:万元|亿元|元)"
_GAP = r"[^\d。;,，]{0,10}?"
_INITIAL = re.compile(rf"年初(?:部门|批复|安排|下达)?预算(?!数?(?:相比)?[净共]?(?:增|减|调|追|多|少)){_GAP}({_AMOUNT})")
_ADDED = re.compile(rf"(?:追加|调增|增加预算|调整增加|预算增加){_GAP}({_AMOUNT})")
_CUT = re.compile(rf"(?:调减|核减|压减|收回|减少预算|调整减少){_GAP}({_AMOUNT})")
_FINAL = re.compile(rf"(?:全年预算|调整后预算|调整预算|预算调整为|调整后(?:为|的)?|全年\(调整\)预算){_GAP}({_AMOUNT})")
_BASE = re.compile(
    rf"(?:下达|安排|预算(?:总额|数|资金|金额)?|到位|拨付|投入|总投资)(?:资金|经费|专项资金|补助资金)?{_GAP}({_AMOUNT})"
)
_PAID = re.compile(
    rf"(?<!未)(?:支出|支付|使用|执行|发放)(?:资金|数|金额|补贴资金)?(?:为|共|合计|共计|了)?\s*({_AMOUNT})"
)
_LEFT = re.compile(rf"(?:结余|剩余|结转结余|尚余|未支付|未使用)(?:资金|数|金额)?(?:为|共|合计|共计|了)?\s*({_AMOUNT})")
_EARLIER = re.compile(r"上年|年初结|以前年度|历年|上一年")


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _budget(prose)
        yield from _rest(prose)


def _one(pattern: re.Pattern[str], text: str) -> Quantity | None:
    """The only amount of that name; None when there are several."""
    found = list(dict.fromkeys(m[1] for m in pattern.finditer(text)))
    return next(quantities(found[0])) if len(found) == 1 else None


def _slack(*numbers: Quantity) -> Decimal:
    return sum((q.step for q in numbers if q.step < q.scale), Decimal(0)) / 2


def _budget(prose: Prose) -> Iterator[LintFinding]:
    """年初预算860万元，追加140万元，全年预算1000万元."""
    initial, final, added = (_one(pattern, prose.plain) for pattern in (_INITIAL, _FINAL, _ADDED))
    cut = _one(_CUT, prose.plain)
    if not initial or not final or not (added or cut) or (_CUT.search(prose.plain) and not cut):
        return
    if added is None and _ADDED.search(prose.plain):
        return
    more, less = added.value if added else Decimal(0), cut.value if cut else Decimal(0)
    should = initial.value + more - less
    known = [q for q in (initial, final, added, cut) if q]
    if any(q.approx for q in known) or abs(should - final.value) <= _slack(*known):
        return
    start, end = (prose.plain.find(q.text) for q in (initial, final))
    between = [q for q in quantities(prose.plain[start : end + 1]) if q.money and q.end + start <= end]
    if len(between) > len(known) - 1:
        return  # more was added than the one amount with a name
    terms = initial.text + (f"+{added.text}" if added else "") + (f"-{cut.text}" if cut else "")
    shown = f"{show(should / final.scale, 6)}"
    message = f"年初预算加减调整数应为{terms}={shown}，全年预算印的是{final.text}。"
    yield finding("sum", "error", prose.place, f"{final.text}={terms}", shown, message)


def _rest(prose: Prose) -> Iterator[LintFinding]:
    """下达240万元，支出228万元，结余12万元."""
    base, paid, left = (_one(pattern, prose.plain) for pattern in (_BASE, _PAID, _LEFT))
    if not base or not paid or not left or _EARLIER.search(prose.plain) or base.value < paid.value:
        return
    if any(all(q.text in s.text for q in (base, paid, left)) for s in sentences(prose.plain)):
        return  # relations.py
    should = base.value - paid.value
    if any(q.approx for q in (base, paid, left)) or abs(should - left.value) <= _slack(base, paid, left):
        return
    terms, shown = f"{base.text}-{paid.text}", show(should / left.scale, 6)
    message = f"结余应为{terms}={shown}，印出的是{left.text}。"
    yield finding("sum", "error", prose.place, f"结余{left.text}={terms}", shown, message)
