"""The figures of a form against the sentences that name them: 受益农户 5210户 in the table, 5120户 in the text; its total, its money.

Does not belong here: two sentences with two values (two_values.py), targets and points (points.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding, sentence_around, sentence_start
from selfeval.lint.forms import Form, Indicator
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, only, plain_number, quantity_at, slip, squeeze
from selfeval.lint.rules.grade import SCORE

_TAIL = re.compile(r"(?:总?数量|总数|数)$")
_LINK = r"(?:总?数量|总数|人数|户数|个数|次数|件数|场次|期数|数)?(?:共计?|达到了?|达|为|是|完成)?"
_NOT_ACTUAL = re.compile(r"目标|计划|任务|要求|预期|不低于|不少于|上年|去年|同期|下一步|拟|以上|\d{4}年.*\d{4}年")


def check(context: Context) -> Iterator[LintFinding]:
    indicators = [indicator for form in context.forms for indicator in form.indicators]
    names = Counter(squeeze(indicator.name) for indicator in indicators)
    yield from _summary(context)
    yield from _twice(context)
    if len(context.forms) == 1:
        yield from _total(context, context.forms[0])
        yield from _money(context, context.forms[0])
    for indicator in indicators:
        name = _TAIL.sub("", squeeze(indicator.name))
        actual = only(indicator.actual or "")
        rate = actual is not None and actual.percent and name.endswith(("率", "度"))
        if (
            len(name) < (3 if rate else 4)
            or actual is None
            or actual.approx
            or actual.op
            or names[squeeze(indicator.name)] > 1
        ):
            continue
        yield from _named(context, indicator, name, actual)


def _total(context: Context, form: Form) -> Iterator[LintFinding]:
    """The points of the whole in a sentence: those of the form's last row, or of the group that the words name."""
    score = plain_number(form.totals[-1].score or "") if form.totals else None
    if score is None:
        return
    for prose in context.prose:
        for m in SCORE.finditer(prose.plain):
            told = Decimal(m[1])
            if (
                told == score.value
                or abs(told - score.value) > 5
                or any(line.place == prose.place for line in form.lines if line.table is not None)
            ):
                continue
            message = f"文中写“{prose.text[m.start() : m.end()]}”，自评表“{form.totals[-1].label}”为{score.text}，两者不一致。"
            quoted = f"{prose.text[m.start() : m.end()]} / {form.totals[-1].label} {score.text}"
            yield finding("two-values", "error", prose.place, quoted, "文字与自评表一致", message)
            return


_SUBJECT = re.compile(r"整体|部门|单位|项目|专项|资金")


def _twice(context: Context) -> Iterator[LintFinding]:
    """The points of one and the same evaluation in two sentences."""
    told = [
        (Decimal(m[1]), frozenset(_SUBJECT.findall(_clause(prose, m.start()))), prose, prose.text[m.start() : m.end()])
        for prose in context.prose
        if not prose.in_table
        for m in SCORE.finditer(prose.plain)
    ]
    if len(context.forms) > 1 or len({value for value, *_ in told}) != 2:
        return
    first, second = told[0], next(other for other in told if other[0] != told[0][0])
    if first[1] != second[1] or first[2].place == second[2].place or abs(first[0] - second[0]) > 5:
        return
    message = f"“{first[3]}”（{first[2].place}）与“{second[3]}”（{second[2].place}）不一致。"
    yield finding("two-values", "error", second[2].place, f"{first[3]} / {second[3]}", "前后一致", message)


def _clause(prose: Prose, at: int) -> str:
    return prose.plain[sentence_start(prose.plain, at) : at]


def _summary(context: Context) -> Iterator[LintFinding]:
    """A table of all projects with their points against the form of one of them."""
    for form in context.forms:
        score = plain_number(form.totals[-1].score or "") if form.totals else None
        pairs = [pair for line in form.lines for pair in pairwise(line.own)]
        name = next((value for label, value in reversed(pairs) if _IS_NAME.fullmatch(squeeze(label))), "")
        if not score or not form.indicators or len(name) < 4:
            continue
        header: dict[int, str] = {}
        for line in context.lines:
            if line.table is not None and not any(plain_number(text) for text in line.own):
                header = {i: text for i, text in enumerate(line.cells) if _IS_SCORE.search(squeeze(text))}
            told = [q for i in header if i < len(line.cells) and (q := plain_number(line.cells[i]))]
            if squeeze(name) not in map(squeeze, line.own) or len(told) != 1 or told[0].value == score.value:
                continue
            message = f"汇总表中“{name}”的得分是{told[0].text}，其自评表总分是{score.text}，两者不一致。"
            quoted = f"{name} 自评得分 {told[0].text} / 总分 {score.text}"
            yield finding("two-values", "error", line.place, quoted, score.text, message)


_IS_NAME = re.compile(r"项目名称[:：]?")
_IS_SCORE = re.compile(r"^(?:自评|评价|绩效)?(?:总)?(?:得分|评分)$")

#: names that mean the money block of the form and nothing else
_ROLES = {"initial": r"年初预算数", "final": r"(?:全年预算数|调整后预算数?)", "paid": r"(?:全年|年度|预算)执行数"}


def _money(context: Context, form: Form) -> Iterator[LintFinding]:
    for role, name in _ROLES.items():
        known = [q for row in form.money if (q := row.quantity(role))]
        scale = 10**4 if form.money_unit == "万元" else 1
        values = [q.value * (1 if q.unit else scale) for q in known]
        if not values:
            continue
        for prose in context.prose:
            for m in re.finditer(rf"{name}(?:为|共计?|是|:)?\s*(?=\d)", prose.plain):
                told = quantity_at(prose.plain, m.end())
                if not told or not told.money or any(abs(told.value - v) <= max(told.step, Decimal(1)) for v in values):
                    continue
                if not any(abs(told.value - v) <= v / 5 or slip(told.value, v) for v in values):
                    continue
                text = prose.text[m.start() : told.end]
                message = f"“{text}”（{prose.place}）与自评表资金栏的{known[0].text}不一致。"
                yield finding(
                    "two-values", "error", prose.place, f"{text} / {known[0].text}", "文字与自评表一致", message
                )


def _named(context: Context, indicator: Indicator, name: str, actual: Quantity) -> Iterator[LintFinding]:
    goal = only(indicator.target or "")
    unit = actual.unit or (goal.unit if goal else "")
    for prose in context.prose:
        if prose.planned or (prose.in_table and len(prose.plain) < 20) or name not in prose.plain:
            continue
        for m in re.finditer(rf"{re.escape(name)}{_LINK}\s*(?=\d)", prose.plain):
            number = quantity_at(prose.plain, m.end())
            if number is None or number.unit != unit or number.approx or not unit:
                continue
            around = sentence_around(prose.plain, m.start(), number.end)
            value = actual.value if actual.unit or actual.scale > 1 or not goal else actual.value * goal.scale
            known = {value, goal.value if goal else value}
            if number.value in known or _NOT_ACTUAL.search(around) or abs(number.value - value) < actual.step / 2:
                continue
            text = prose.text[m.start() : number.end]
            message = f"“{text}”（{prose.place}）与自评表“{indicator.name}”的完成值{indicator.actual}不一致。"
            quoted = f"{text} / {indicator.name} {indicator.actual}"
            yield finding("two-values", "error", prose.place, quoted, "文字与自评表一致", message)
            return
