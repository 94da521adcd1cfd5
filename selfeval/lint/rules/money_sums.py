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
from selfeval.lint.numbers import NUMBER, is_blank, norm, plain_number, quantities, show, squeeze

_ROLES = {"initial": "年初预算数", "final": "全年预算数", "paid": "全年执行数"}
_REASON = re.compile(r"调整|追加|调增|调减|增加|增设|新增|压减|收回|核减|追减|结转|年中|统筹|上级下达|下达资金|调剂")
_SUBJECT = re.compile(r"预算|资金|经费|指标|拨款|下达|项目|工资|人员")
_NOT_A_REASON = re.compile(r"[应须需]\S{0,12}说明|填表说明|注\d*[:：]|说明理由|调整后预算|\(调整\)")


def check(context: Context) -> Iterator[LintFinding]:
    for form in context.forms:
        for total, parts in _blocks(form) if not _split_by_nature(form) else ():
            yield from _sums(total, parts)
        yield from _natures(form)
        yield from _adjustment(form)
    yield from _adjusted_in_text(context)
    yield from _adjusted_rows(context)


_ADJUSTED = re.compile(r"追加|调增|调减|调整(?!后|预算数|率|数)|核减|压减|收回|增列|新增|增加预算|调剂|年中")


def _adjusted_rows(context: Context) -> Iterator[LintFinding]:
    """项目 | 年初预算 | 调整后预算: a row that changed, and nowhere a word on a change."""
    if context.cut or _ADJUSTED.search(
        " ".join(prose.plain for prose in context.prose if not prose.in_table or len(prose.plain) > 12)
    ):
        return
    in_forms = {row.place for form in context.forms if _is_block(form) for row in form.money}
    roles: tuple[str | None, ...] = ()
    for line in context.lines:
        named = tuple(money_role(text) for text in line.cells) if line.table is not None else ()
        if {"initial", "final"} <= set(named) and not any(plain_number(text) for text in line.own):
            roles = named if named.count("initial") == named.count("final") == 1 and "reason" not in named else ()
            continue
        if not roles or len(line.cells) != len(roles) or line.place in in_forms or not line.own:
            roles = roles if line.table is not None else ()
            continue
        before, after = (plain_number(line.cells[roles.index(role)]) for role in ("initial", "final"))
        if re.search(r"合计|总计|小计", line.own[0]) or not before or not after or before.value <= 0:
            continue
        if abs(after.value - before.value) < max(after.value, before.value) / 10:
            continue
        label = next((text for text in line.own if not plain_number(text)), line.own[0])
        message = f"“{label}”年初预算{before.text}调整为{after.text}，调整幅度较大，但没有写原因。"
        quoted = f"{before.text} → {after.text}"
        yield finding(
            "unexplained-adjustment", "warning", f"{line.place}“{label}”", quoted, "写明调整的依据和原因", message
        )


_SUM = rf"((?:{NUMBER})\s*(?:万元|亿元|元))"
_BEFORE = re.compile(
    rf"(?:年初[^\d。;,，]{{0,6}}预算|预算[^\d。;,，]{{0,6}}年初|年初(?:安排|批复|下达))[^\d。;,，]{{0,8}}?{_SUM}"
)
_AFTER = re.compile(
    rf"(?:调整后的?(?:全年)?预算|(?:调整|全年|年末|最终|年底)预算|预算调整|调整后|年末调整|(?:调整|变更|调)[为至到])(?:数|总额|金额)?[^\d。;,，]{{0,6}}?{_SUM}"
)
_OF_MONEY = re.compile(r"预算|资金|经费|拨款|补助|追加|增加|下达|增资|政策|调[整增减]|支付|款")
_WHY = re.compile(
    r"原因|由于|主要[是为系]|主要用于|追加|新增|增资|调增|调减|核减|压减|收回|结转|下达|增加了?[^\d,，。;]{2,}|统筹|补助资金|政策|因[\u4e00-\u9fff]"
)


def _adjusted_in_text(context: Context) -> Iterator[LintFinding]:
    """年初预算860万元，调整后预算1290万元, and not a word on why."""
    if context.cut or any(row.amount("initial") is not None for form in context.forms for row in form.money):
        return
    for index, prose in enumerate(context.prose):
        before, after = _BEFORE.search(prose.plain), _AFTER.search(prose.plain)
        if not before or not after:
            continue
        one, other = (next(quantities(m[1])).value for m in (before, after))
        near = " ".join(p.plain for p in context.prose[max(0, index - 1) : index + 4])
        # a reason speaks of money; what is said of money left over is none
        near = "。".join(s for s in re.split(r"[。;]", near) if _OF_MONEY.search(s))
        near = re.sub(r"[^。;]*(?:年末结转|结余|未执行|未支出|未支付|剩余)[^。;]*", "", near)
        if one <= 0 or abs(other - one) < max(one, other) / 10 or _WHY.search(near):
            continue
        message = f"年初预算{before[1]}调整为{after[1]}，调整幅度较大，但没有写原因。"
        quoted = f"{before[1]} → {after[1]}"
        yield finding("unexplained-adjustment", "warning", prose.place, quoted, "写明调整的依据和原因", message)
        return


def _is_block(form: Form) -> bool:
    """The money block of a self-evaluation form, which has its own rule; else a table of projects."""
    total = form.total_money
    return bool(form.indicators) or bool(total and not re.fullmatch(r"合计|总计|小计", total.label))


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


def _split_by_nature(form: Form) -> bool:
    return bool(re.search(r"按(?:收入|支出)性质分", squeeze(form.text)))


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


#: 注:年中预算发生调整的,应在“备注”栏说明调整原因
_ASKED = re.compile(r"(?:调整|变动|追加)[^。;]{0,12}[,，]?(?:应|须|需|请)[^。;]{0,14}(?:说明|写明|注明)")


def _adjustment(form: Form) -> Iterator[LintFinding]:
    row = form.total_money or (form.money[0] if form.money else None)
    if row is None:
        return
    before, after = row.amount("initial"), row.amount("final")
    if before is None or after is None or before == after or max(before, after) <= 0:
        return
    if _explained(row, form, after - before):
        return
    if form.sichuan or any(_ASKED.search(squeeze(line.text)) for line in form.lines):
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
            # the text around a form speaks of much else: there the budget itself must be what changed
            parts = re.split(r"[。;\n]", norm(cell)) if line.table is None else [cell]
            subject = _SUBJECT if line.table is not None else re.compile(r"预算|资金|经费|拨款")
            for text in map(squeeze, parts):
                told = _REASON.search(text) and subject.search(text) and not _NOT_A_REASON.search(text)
                if told and len(text) > 8 and not money_role(cell):
                    return True
    return False
