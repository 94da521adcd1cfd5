"""The accounts of a department as its text names them: what came in, was spent and was left must close.

Belongs here: equations between totals that stand in different sentences. Does not belong here: a sum within one
sentence (prose_sums.py), a table's own sums (table_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import NUMBER, Quantity, quantity_at, slip

_AMOUNT = rf"(?:{NUMBER})\s*(?:万元|亿元|元)"
_WHOSE = r"(?:20\d\d年度?|本年度?|全年|当年|年度|部门|单位|本部门|本单位|我[局委办会院]|全部门|财政资金|财政拨款)*"
_NAMES = {
    "收入": r"(?:(?:本年度?|全年|当年)收入|收入(?:合计|决算数?|总额)|收入(?=为|共|:))",
    "收入总计": r"收入总计",
    "年初结转": r"(?:年初|上年)(?:财政拨款)?(?:结转和结余|结转结余|结转)(?:资金)?",
    "支出": r"(?:(?:本年度?|全年|当年)支出|支出(?:合计|决算数?|总额)|支出(?=为|共|:))",
    "支出总计": r"支出总计",
    "年末结转": r"(?:年末)?(?:财政拨款)?(?:结转和结余|结转结余|结转)(?:资金)?",
    "基本支出": r"基本支出(?:合计|决算数?)?",
    "项目支出": r"项目支出(?:合计|决算数?)?",
}
_PATTERNS = {
    name: re.compile(
        rf"(?<![\u4e00-\u9fff])(?:\([一二三四五六七八九十]\))?{_WHOSE}{pattern}(?:为|共|共计|是|:)?\s*(?P<amount>{_AMOUNT})"
    )
    for name, pattern in _NAMES.items()
}
#: whole = sum of the others; a term with - is taken off.
_EQUATIONS = (
    ("支出", ("基本支出", "项目支出")),
    ("收入总计", ("收入", "年初结转")),
    ("支出总计", ("支出", "年末结转")),
    ("年末结转", ("收入", "年初结转", "-支出")),
    ("年末结转", ("收入", "-支出")),
    ("年末结转", ("收入总计", "-支出")),
)
_OTHERS = {
    "支出": r"经营支出|上缴上级|附属单位|对附属",
    "收入总计": r"使用非财政拨款结余|用事业基金|其他收入",
    "支出总计": r"结余分配|提取",
    "年末结转": r"使用非财政拨款结余|用事业基金|结余分配|上缴|收回|缴回",
}


def check(context: Context) -> Iterator[LintFinding]:
    named = {name: found for name in _NAMES if (found := _only(context, name))}
    for whole, terms in _EQUATIONS:
        names = [term.lstrip("-") for term in terms]
        if whole not in named or not all(name in named for name in names) or re.search(_OTHERS[whole], context.text):
            continue
        place, total = named[whole]
        if "收入" in names and "支出" in names and "年初结转" not in names and re.search(r"上年|年初", context.text):
            continue  # something was there before
        parts = [named[name][1] for name in names]
        should = sum(
            (-q.value if t.startswith("-") else q.value for t, q in zip(terms, parts, strict=True)), Decimal(0)
        )
        room = sum((q.step for q in [total, *parts]), Decimal(0)) / 2
        gap, largest = abs(should - total.value), max(q.value for q in [total, *parts])
        # far apart, they are not of the same scope
        if gap <= max(room, Decimal("0.01")) or should <= 0 or not (gap <= largest / 50 or slip(should, total.value)):
            continue
        shown = "".join(f"{'-' if t.startswith('-') else '+'}{q.text}" for t, q in zip(terms, parts, strict=True))[1:]
        expected = total.alike(should)
        message = f"“{whole}”{total.text}应等于{shown}，计算为{expected}。"
        yield finding("sum", "error", place, f"{total.text}={shown}", expected, message)


def _only(context: Context, name: str) -> tuple[str, Quantity] | None:
    """The one amount that the document gives for the name; None when it gives several."""
    found: list[tuple[str, Quantity]] = []
    for prose in context.prose:
        if prose.in_table:
            continue
        for m in _PATTERNS[name].finditer(prose.plain):
            number = quantity_at(prose.plain, m.start("amount"))
            if number and not number.approx:
                found.append((prose.place, number))
    values = {q.value for _, q in found}
    return found[0] if len(values) == 1 else None
