"""An indicator of a form against the sentence that names it: 受益农户 5210户 in the table, 5120户 in the text.

Does not belong here: two sentences with two values (two_values.py), targets and points (points.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from selfeval.lint.context import Context, finding, sentence_around
from selfeval.lint.forms import Indicator
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, only, quantity_at, squeeze

_TAIL = re.compile(r"(?:总?数量|总数|数)$")
_LINK = r"(?:总?数量|总数|人数|户数|个数|次数|件数|场次|期数|数)?(?:共计?|达到了?|达|为|是|完成)?"
_NOT_ACTUAL = re.compile(r"目标|计划|任务|要求|预期|不低于|不少于|上年|去年|同期|下一步|拟|以上|\d{4}年.*\d{4}年")


def check(context: Context) -> Iterator[LintFinding]:
    indicators = [indicator for form in context.forms for indicator in form.indicators]
    names = Counter(squeeze(indicator.name) for indicator in indicators)
    for indicator in indicators:
        name = _TAIL.sub("", squeeze(indicator.name))
        actual = only(indicator.actual or "")
        if len(name) < 4 or actual is None or actual.approx or actual.op or names[squeeze(indicator.name)] > 1:
            continue
        yield from _named(context, indicator, name, actual)


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
