"""The grade against the score: 优 from 90, 良 from 80, 中 from 60, else 差, unless the document fixes other lines.

Does not belong here: how the score came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import plain_number, show

_GRADE = r"(优秀|优|良好|良|中等|中|差|较差|不合格)"
_STATED = re.compile(
    rf"(?:等级|等次|评级|档次|评价结果|自评结果|评价结论|自评结论|级别)(?:评定|确定|评价)?(?:结果)?(?:定|评)?[为是:]{{0,2}}\s*[“\"'《(]?{_GRADE}"
    rf"(?=[”\"'》)级等。,，;；\s]|$)"
)
_TICKED = re.compile(r"(优|良|中|差)[秀好等]?\s*[☑√■✓✔]|[☑■✓✔√]\s*(优|良|中|差)")
SCORE = re.compile(
    r"(?:自评|评价|综合|总|最终|整体)(?:总)?(?:得分|评分|分数|总分|分)(?:合计)?[为是:]?\s*(\d{1,3}(?:\.\d+)?)\s*分?(?![\d%])"
)
#: the nearest one before a grade belongs to it
_ANY_SCORE = re.compile(rf"{SCORE.pattern}|(?<![\d.])(\d{{2,3}}(?:\.\d+)?)\s*分(?![\d值])")
_OWN_LINES = re.compile(
    r"(\d{2,3})\s*分?\s*\(?(?:含|≥)?.{0,6}?(?:以上|[-—~至]).{0,12}?[为是:]?\s*(?:优|良)|[优良]\s*[(:]\s*\d|[优良].{0,3}≥"
)


def check(context: Context) -> Iterator[LintFinding]:
    if any(_OWN_LINES.search(p.plain) for p in context.prose):
        return
    scores = _scores(context)
    for prose in context.prose:
        for grade, quoted in _grades(prose):
            at = prose.plain.find(quoted)
            here = [Decimal(m[1] or m[2]) for m in _ANY_SCORE.finditer(prose.plain) if m.start() < at][-1:]
            here = here or [Decimal(m[1]) for m in SCORE.finditer(prose.plain)]
            values = set(here) or scores
            values = {value for value in values if value <= 100}
            if len(values) != 1:
                continue
            value = next(iter(values))
            should = _grade(value)
            if grade == should:
                continue
            message = f"自评得分{show(value)}分应为“{should}”，印出的等级是“{grade}”。"
            yield finding("grade", "error", prose.place, f"{show(value)}分 {quoted}", should, message)


def _grades(prose: Prose) -> Iterator[tuple[str, str]]:
    for m in _STATED.finditer(prose.plain):
        word = {"优秀": "优", "良好": "良", "中等": "中", "较差": "差", "不合格": "差"}.get(m[1], m[1])
        yield word, m[0].strip()
    ticks = _TICKED.findall(prose.plain)
    if len(ticks) == 1:
        yield ticks[0][0] or ticks[0][1], _TICKED.search(prose.plain)[0]  # type: ignore[index]


def _scores(context: Context) -> set[Decimal]:
    """The one score of the document: of its forms, or of its sentences."""
    found = {
        number.value
        for form in context.forms
        for total in form.totals
        if (number := plain_number(total.score or "")) is not None
    }
    for prose in context.prose:
        found |= {Decimal(m[1]) for m in SCORE.finditer(prose.plain)}
    return found


def _grade(value: Decimal) -> str:
    return next(grade for line, grade in ((90, "优"), (80, "良"), (60, "中"), (0, "差")) if value >= line)
