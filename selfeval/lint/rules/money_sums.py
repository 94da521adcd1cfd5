"""The money block: its total against its parts, and a budget that changed in the year against a reason for it.

Does not belong here: rates (execution.py), sums in sentences (prose_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.columns import money_role
from selfeval.lint.context import Context, finding
from selfeval.lint.forms import NO_REASON, Form, MoneyRow
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import NUMBER, is_blank, norm, plain_number, show, squeeze

_ROLES = {"initial": "年初预算数", "final": "全年预算数", "paid": "全年执行数"}
_REASON = re.compile(r"调整|追加|调增|调减|增加|增设|新增|压减|收回|核减|追减|结转|年中|统筹|上级下达|下达资金|调剂")
_SUBJECT = re.compile(r"预算|资金|经费|指标|拨款|下达|项目|工资|人员")
_NOT_A_REASON = re.compile(r"应单独说明|需说明|注\d*[:：]|说明理由|调整后预算|\(调整\)")


def check(context: Context) -> Iterator[LintFinding]:
    for form in context.forms:
        for total, parts in _blocks(form):
            yield from _sums(total, parts)
        yield from _natures(form)
        yield from _adjustment(form)


def _blocks(form: Form) -> Iterator[tuple[MoneyRow, list[MoneyRow]]]:
    """Each total row with the part rows below it."""
    total: MoneyRow | None = None
    parts: list[MoneyRow] = []
    for row in form.money:
        if row.total:
            if total:
                yield total, parts
            total, parts = row, []
        else:
            parts.append(row)
    if total:
        yield total, parts


def _sums(total: MoneyRow, parts: list[MoneyRow]) -> Iterator[LintFinding]:
    wrong = [(role, *found) for role in _ROLES if (found := _sum_fault(total, parts, role))]
    if not wrong:
        return
    quoted = f"{total.label} {'/'.join(total.text(role) or '空' for role, _, _ in wrong)}"
    expected = "/".join(show(should, 6) for _, should, _ in wrong)
    columns = "、".join(_ROLES[role] for role, _, _ in wrong)
    terms = wrong[0][2]
    left = "未填或为0" if all(not total.amount(role) for role, _, _ in wrong) else "与分项之和不符"
    message = f"“{total.label}”的{columns}{left}，分项相加应为{expected}（{terms}）。"
    yield finding("sum", "error", f"{total.place}“{total.label}”", quoted, expected, message)


def _sum_fault(total: MoneyRow, parts: list[MoneyRow], role: str) -> tuple[Decimal, str] | None:
    """The sum that the total should be and its terms; None when it is right or the parts may not be all there."""
    top = [row for row in parts if not row.nested] or parts
    amounts = [amount for row in top if (amount := row.amount(role)) is not None]
    if not amounts or role not in total.values:
        return None
    should = sum(amounts, Decimal(0))
    printed = total.amount(role)
    terms = "+".join(show(amount, 6) for amount in amounts)
    if not printed:
        return (should, terms) if should > 0 else None
    # what is printed without decimals is exact: a part of 0 or 30 adds no room
    steps = [q.step for row in [total, *top] if (q := row.quantity(role)) and q.step < 1]
    slack = sum(steps, Decimal(0)) / 2
    nested = [amount for row in parts if row.nested and (amount := row.amount(role)) is not None]
    sums = [should, sum(nested, Decimal(0)), should + sum(nested, Decimal(0))]
    if any(abs(value - printed) <= slack for value in sums):
        return None
    complete = any(re.search(r"其他|单位资金|自有资金|自筹", row.label) for row in top) or len(top) >= 3
    complete = complete or all(any(word in row.label for row in top) for word in ("基本支出", "项目支出"))
    if should > printed or complete:
        return should, terms
    return None


_NATURES = (
    ("按支出性质分", ("基本支出", "项目支出")),
    (
        "按收入性质分",
        (
            "一般公共预算(?:拨款)?",
            "政府性基金(?:预算)?(?:拨款)?",
            r"(?:纳入)?(?:财政)?专户[^:|\d]{0,12}",
            "其他资金",
        ),
    ),
)


def _natures(form: Form) -> Iterator[LintFinding]:
    """The Hunan form splits its total twice more below the amounts: by kind of income and by kind of expenditure."""
    total = form.total_money
    if total is None:
        return
    text = norm(form.text)
    wholes = [q for role in _ROLES if (q := total.quantity(role))]
    for heading, names in _NATURES:
        if heading not in squeeze(text) or not wholes:
            continue
        after = text[text.find(heading[:3]) :]
        found = [re.search(rf"{name}\s*[:|]\s*(?:\|\s*)?({NUMBER})", after) for name in names]
        parts = [q for m in found if m and (q := plain_number(m[1]))]
        if len(parts) < 2:
            continue
        should = sum((q.value for q in parts), Decimal(0))
        slack = sum((q.step for q in [*parts, wholes[0]] if q.step < 1), Decimal(0)) / 2
        near = min(wholes, key=lambda q: abs(q.value - should))
        gap = abs(near.value - should)
        if gap <= slack or gap > near.value / 5:
            continue
        terms = "+".join(q.text for q in parts)
        message = f"{heading}各项相加为{show(should, 6)}（{terms}），与{total.label}{near.text}不符。"
        yield finding("sum", "error", total.place, f"{heading} {terms}", f"{show(should, 6)}≠{near.text}", message)


def _adjustment(form: Form) -> Iterator[LintFinding]:
    row = form.total_money or (form.money[0] if form.money else None)
    if row is None:
        return
    before, after = row.amount("initial"), row.amount("final")
    if before is None or after is None or before == after or max(before, after) <= 0:
        return
    if _explained(row, form, after - before):
        return
    if form.sichuan:
        asked, severe = "表下注明年中调整应单独说明理由", True
    elif not form.cut and form.indicators and form.totals and abs(after - before) >= max(before, after) / 10:
        asked, severe = "调整幅度较大", False
    else:
        return
    quoted = f"{row.text('initial')} → {row.text('final')}"
    yield finding(
        "unexplained-adjustment",
        "error" if severe else "warning",
        f"{row.place}“{row.label}”",
        quoted,
        "写明调整的依据和原因",
        f"年初预算{row.text('initial')}调整为{row.text('final')}，{asked}，但全表没有写原因。",
    )


def _explained(row: MoneyRow, form: Form, change: Decimal) -> bool:
    reason = squeeze(row.text("reason"))
    if reason and not is_blank(reason) and reason not in NO_REASON and not _NOT_A_REASON.search(reason):
        return True
    for part in form.money:
        if "结转" in part.label and part.amount("final") == change:
            return True
    for line in form.lines:
        for cell in line.own:
            text = squeeze(cell)
            told = _REASON.search(text) and _SUBJECT.search(text) and not _NOT_A_REASON.search(text)
            if told and len(text) > 8 and not money_role(cell):
                return True
    return False
