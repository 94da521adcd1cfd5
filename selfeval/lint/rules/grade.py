"""The grade against the score: 优 from 90, 良 from 80, 中 from 60, else 差, or by the lines that the document fixes itself.

Does not belong here: how the score came about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding, sentence_start
from selfeval.lint.forms import Form
from selfeval.lint.model import LintFinding
from selfeval.lint.money_rows import is_total_label
from selfeval.lint.numbers import plain_number, show, squeeze
from selfeval.lint.rules.years import report_year

_GRADE = r"(优秀|优|良好|良|中等|中|差|较差|不合格)"
_STATED = re.compile(
    rf"(?:等级|等次|评级|档次|评价结果|自评结果|评价结论|自评结论|级别)(?:评定|确定|评价)?(?:结果)?(?:定|评)?[为是:]{{0,2}}\s*[“\"'《(]?{_GRADE}"
    rf"(?=[”\"'》)(级等。,，;；\s]|$)"
)
_TICK_BEHIND = re.compile(r"(优|良|中|差)[秀好等]?\s*[☑√■✓✔]")
_TICK_BEFORE = re.compile(r"[☑■✓✔√]\s*(优|良|中|差)")
_FIRST_BOX = re.compile(r"(优|良|中|差)?[秀好等]?\s*[□☐☑√■✓✔]")
SCORE = re.compile(
    r"(?:自评|评价|综合|总|最终|整体|绩效)(?:总)?(?:得分|评分|分数|总分|分)(?:合计)?[为是:]?\s*(\d{1,3}(?:\.\d+)?)\s*分?(?![\d%])"
)
#: the nearest one before a grade belongs to it
#: 2023年绩效评价结果为良, 上年等次为良, told in the report of another year
_OTHER_YEAR = re.compile(r"(?:上年|去年|上一年|(20\d\d)年)[^,，;。]{0,10}$")
_ANY_SCORE = re.compile(rf"{SCORE.pattern}|(?<![\d.\-—~至])(\d{{2,3}}(?:\.\d+)?)\s*分(?![\d值以及])")
#: 83 自评等级:优 in a cell of the total row
_SCORE_BESIDE = re.compile(r"^\s*(\d{1,3}(?:\.\d+)?)分?\s+(?=[\u4e00-\u9fff]{0,4}(?:等级|等次|评级|档次))")
_LABEL = re.compile(r"[\u4e00-\u9fff]{0,4}(?:等级|等次|评级|档次):?")
_NAME = r"(优|良|中|合格|一般|差|不合格)(?:秀|好|等)?"
#: 90分以上为优, 80—89分为良; 优(90分及以上)
_LINES = (
    re.compile(
        rf"(?P<from>\d{{2,3}})\s*分?\s*(?:\(?含\)?|及)?[^,，。;、\d]{{0,3}}(?:以上|[-—~至][^,，。;、]{{1,10}}?)[^,，。;、\d优良中差]{{0,8}}[“\"']?{_NAME}"
    ),
    re.compile(rf"{_NAME}[”\"']?\s*[(:为是]\s*≥?(?P<from>\d{{2,3}})"),
)
_SPAN = re.compile(r"(\d{2,3})\s*分?\s*[-—~至]+\s*(\d{2,3})")
_WORDS = {"合格": "中", "一般": "中", "不合格": "差"}
_STANDARD = {"优": Decimal(90), "良": Decimal(80), "中": Decimal(60)}


def check(context: Context) -> Iterator[LintFinding]:
    lines = _own_lines(context)
    if lines is None:
        return
    scores = _scores(context)
    yield from _columns(context, lines)
    for prose in [*context.prose, *_rows(context)]:
        for grade, quoted in _grades(prose):
            at = prose.plain.find(quoted)
            other = _OTHER_YEAR.search(prose.plain[sentence_start(prose.plain, at) : at])
            if other and (not other[1] or int(other[1]) != report_year(context)):
                continue
            named = [Decimal(m[1]) for m in SCORE.finditer(prose.plain) if m.start() < at][-1:]
            here = named or [Decimal(m[2]) for m in _ANY_SCORE.finditer(prose.plain) if m[2] and m.start() < at][-1:]
            here = here or [Decimal(m[1]) for m in SCORE.finditer(prose.plain)]
            here = here or [Decimal(m[1]) for m in _SCORE_BESIDE.finditer(prose.plain) if prose.in_table]
            here = here or [score for form in context.forms if (score := _score_of(form, prose.place)) is not None]
            values = set(here) or scores
            values = {value for value in values if value <= 100}
            if len(values) != 1:
                continue
            value = next(iter(values))
            should = _grade(value, lines)
            if grade == should:
                continue
            message = f"自评得分{show(value)}分应为“{should}”，印出的等级是“{grade}”。"
            yield finding("grade", "error", prose.place, f"{show(value)}分 {quoted}", should, message)


_SCORE_HEAD = re.compile(r"(?:自评|评价|综合|绩效|最终)?(?:总?得分|评分|分数|总分)(?:\(.*?\))?")
_ONLY_GRADE = re.compile(rf"{_GRADE}级?")


def _columns(context: Context, lines: dict[str, Decimal]) -> Iterator[LintFinding]:
    """自评得分 | 评价等级 at the head of a list of projects: each row by itself."""
    score = grade = -1
    table: int | None = None
    for line in context.lines:
        if line.table is None or line.table != table:
            score = grade = -1
        table = line.table
        heads = [squeeze(text) for text in line.cells]
        named = [i for i, text in enumerate(heads) if _LABEL.fullmatch(text)]
        points = [i for i, text in enumerate(heads) if _SCORE_HEAD.fullmatch(text)]
        if len(named) == len(points) == 1:
            score, grade = points[0], named[0]
            continue
        if score < 0 or max(score, grade) >= len(line.cells):
            continue
        value, stated = plain_number(line.cells[score]), _ONLY_GRADE.fullmatch(squeeze(line.cells[grade]))
        if not value or not stated or value.value > 100:
            continue
        word, should = _word(stated[1]), _grade(value.value, lines)
        if word != should:
            label = next((text for text in line.own if not plain_number(text)), line.own[0])
            message = f"“{label}”得分{value.text}应为“{should}”，印出的等级是“{word}”。"
            yield finding("grade", "error", f"{line.place}“{label}”", f"{label} {value.text} {word}", should, message)


def _rows(context: Context) -> Iterator[Prose]:
    """自评等级 | 良 in a table, as if it were written in a sentence."""
    for line in context.lines:
        for label, value in pairwise(line.own):
            if _LABEL.fullmatch(squeeze(label)) and len(value) < 6:
                text = f"{squeeze(label).rstrip(':')}:{squeeze(value)}"
                beside = [b for a, b in pairwise(line.own) if is_total_label(a) and plain_number(b)]
                if len(beside) == 1:  # 总分 | 94 | 自评等级 | 良
                    text = f"总分:{squeeze(beside[0]).rstrip('分')}分,{text}"
                yield Prose(text, text, line.place, True)


def _grades(prose: Prose) -> Iterator[tuple[str, str]]:
    for m in _STATED.finditer(prose.plain):
        yield _word(m[1]), m[0].strip()
    first = _FIRST_BOX.search(prose.plain)
    ticks = list((_TICK_BEHIND if first and first[1] else _TICK_BEFORE).finditer(prose.plain))
    if len(ticks) == 1:
        yield ticks[0][1], ticks[0][0]


def _word(stated: str) -> str:
    return {"优秀": "优", "良好": "良", "中等": "中", "较差": "差", "不合格": "差"}.get(stated, stated)


def _score_of(form: Form, place: str) -> Decimal | None:
    """The total of the form in which the grade stands, told below it."""
    if not form.totals or all(line.place != place for line in form.lines if line.table is not None):
        return None
    number = plain_number(form.totals[-1].score or "")
    return number.value if number else None


def _scores(context: Context) -> set[Decimal]:
    """The one score of the document: of its forms, or of its sentences."""
    found = {
        number.value
        for form in context.forms
        for total in form.totals[-1:]
        if (number := plain_number(total.score or "")) is not None
    }
    for prose in context.prose:
        found |= {Decimal(m[1]) for m in SCORE.finditer(prose.plain)}
    return found


def _grade(value: Decimal, lines: dict[str, Decimal]) -> str:
    reached = [(line, grade) for grade, line in lines.items() if value >= line]
    return max(reached)[1] if reached else "差"


def _own_lines(context: Context) -> dict[str, Decimal] | None:
    """From which score each grade is given; None when the document fixes lines that cannot be read."""
    found: dict[str, Decimal] = {}
    for prose in context.prose:
        for pattern in _LINES:
            for m in pattern.finditer(prose.plain):
                name = next(group for group in m.groups() if group and not group.isdigit())
                span = _SPAN.match(m[0])  # 100-90(含90分)为优: from the lower end
                lowest = min(Decimal(span[1]), Decimal(span[2])) if span else Decimal(m["from"])
                if (name := _WORDS.get(name, name)) != "差":
                    found.setdefault(name, lowest)
    if not found:
        return _STANDARD
    return {**_STANDARD, **found} if {"优", "良"} <= found.keys() else None
