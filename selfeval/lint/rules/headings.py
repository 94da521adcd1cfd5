"""Headings: numbers without gaps, the right kind of number on each level, the closing chapters there.

Does not belong here: blank cells of forms (blanks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selfeval.lint.context import Context, finding
from selfeval.lint.lines import CUT
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import chinese_number, chinese_numeral, norm

#: 一、 （一） 1. （1）, the outermost first
_MARKS = (
    re.compile(r"^\s*([一二三四五六七八九十]{1,3})[、.]\s*(?=\S)"),
    re.compile(r"^\s*\(([一二三四五六七八九十]{1,3})\)\s*(?=\S)"),
    re.compile(r"^\s*(\d{1,2})[.、](?!\d)\s*(?=\S)"),
    re.compile(r"^\s*\((\d{1,2})\)\s*(?=\S)"),
)
_BRACKETED = 3
_WITHIN = (
    (2, re.compile(r"(?<![\d.])(\d{1,2})[.、](?!\d)")),
    (3, re.compile(r"\((\d{1,2})\)")),
)
_PART = re.compile(r"^\s*(?:附件|附表|附[:：]|第[一二三四五六七八九十]+部分|附\d)")
#: what an editor left in front of a heading
_RESIDUE = re.compile(r"^\s*\[bookmark:[^\]]*\]")
_PROBLEMS = re.compile(
    r"(?:存在|主要|面临|发现|突出)[^,，。;]{0,6}(?:问题|不足|困难|短板)|问题(?:及|和|与)|偏离[^,，。;]{0,8}原因|偏差原因|^[^,，。;]{0,8}(?:问题|不足)\s*$"
)
_REPORT = re.compile(r"自评报告|自评工作报告|绩效评价报告|自评总结|自评情况")


@dataclass(frozen=True)
class _Heading:
    level: int  # its place in _MARKS
    number: int
    text: str
    mark: str
    place: str


def check(context: Context) -> Iterator[LintFinding]:
    gaps = list(_numbers(context))
    yield from gaps
    yield from _parts(context)
    yield from _empty(context)
    yield from _closing(context, any(re.search(r"改进|建议", gap.quoted) for gap in gaps))


def _headings(context: Context) -> Iterator[_Heading | None]:
    """Headings in order; None where the text leaves something out or a new part begins."""
    for prose in context.prose:
        if prose.in_table:
            continue
        plain = _RESIDUE.sub("", prose.plain)
        if _PART.match(plain):
            yield None
        for level, pattern in enumerate(_MARKS):
            m = pattern.match(plain)
            number = chinese_number(m[1]) if m else None
            if m and number:
                yield _Heading(level, number, prose.text[:24].strip(), prose.text[: m.end()].strip(), prose.place)
                break
        # an enumeration within the paragraph: （3） may go on from it
        for level, pattern in _WITHIN:
            numbers = [int(m[1]) for m in pattern.finditer(plain)]
            if numbers[:1] == [1]:
                yield _Heading(level, max(numbers), "", "", prose.place)
        if CUT.search(plain.strip()):
            yield None


def _numbers(context: Context) -> Iterator[LintFinding]:
    last = [0] * len(_MARKS)
    raised: tuple[int, int] | None = None
    for heading in _headings(context):
        if heading is None:
            last, raised = [0] * len(_MARKS), None
            continue
        level, number = heading.level, heading.number
        upper = _belongs_above(last, level, number, raised)
        if upper is not None:
            raised, last[upper] = (level, upper), number
            last[upper + 1 :] = [0] * len(last[upper + 1 :])
            yield _level(heading, upper)
            continue
        if not heading.text:  # counted within a paragraph
            last[level] = number
            continue
        if level == _BRACKETED and not last[level] and last[1] and number > 1 and not context.partial:
            last[1] += 1
            yield _gap(heading, _mark(1, last[1]), _mark(1, last[1] - 1))
        elif last[level] and number > last[level] + 1 and not context.partial:
            yield _gap(heading, _mark(level, last[level] + 1), _mark(level, last[level]))
        elif 1 < number <= last[level]:
            yield _repeat(heading, _mark(level, last[level] + 1))
        last[level] = number
        last[level + 1 :] = [0] * len(last[level + 1 :])
        raised = None if level < 2 else raised


_PART_NUMBER = re.compile(r"^\s*第([一二三四五六七八九十]{1,3})部分[\s:、]*(?=\S)")


def _parts(context: Context) -> Iterator[LintFinding]:
    """第一部分, 第二部分, 第四部分; a table of contents counts them once before."""
    last = 0
    for prose in context.prose if not context.partial else ():
        m = None if prose.in_table else _PART_NUMBER.match(prose.plain)
        number = chinese_number(m[1]) if m and len(prose.plain) < 40 else None
        if number is None:
            continue
        if last and number > last + 1:
            mark, before = f"第{chinese_numeral(last + 1)}部分", f"第{chinese_numeral(last)}部分"
            message = f"“{before}”之后应为“{mark}”，却是“第{chinese_numeral(number)}部分”，中间缺少一部分或编号有误。"
            yield finding("structure", "error", prose.place, prose.text[:24].strip(), mark, message)
        last = number


def _belongs_above(last: list[int], level: int, number: int, raised: tuple[int, int] | None) -> int | None:
    """The level whose next number this is, when it opens no list of its own: （一） （二） （3）."""
    if level < 2 or number < 2 or (last[level] and not (raised and raised[0] == level)):
        return None
    targets = (1,) if level == _BRACKETED else (1, 0)
    return next((upper for upper in targets if last[upper] and number == last[upper] + 1), None)


def _mark(level: int, number: int) -> str:
    return (f"{chinese_numeral(number)}、", f"（{chinese_numeral(number)}）", f"{number}.", f"（{number}）")[level]


def _gap(heading: _Heading, expected: str, previous: str) -> LintFinding:
    message = f"“{previous}”之后应为“{expected}”，却是“{heading.mark}”，中间缺少一级或编号有误。"
    return finding("structure", "error", heading.place, heading.text, expected, message)


def _repeat(heading: _Heading, expected: str) -> LintFinding:
    message = f"标题编号“{heading.mark}”重复，应为“{expected}”。"
    return finding("structure", "error", heading.place, heading.text, expected, message)


def _level(heading: _Heading, upper: int) -> LintFinding:
    expected = _mark(upper, heading.number)
    message = f"同级标题前面用“{_mark(upper, heading.number - 1)}”，此处却用“{heading.mark}”，应为“{expected}”。"
    return finding("structure", "error", heading.place, heading.mark, expected, message)


def _empty(context: Context) -> Iterator[LintFinding]:
    """A heading with nothing below it beside a sibling with text; （一）职能。（二）人员。 alone are a list."""
    prose = [p for p in context.prose if not _RESIDUE.fullmatch(p.plain)]
    marks = [
        (next((n for n, mark in enumerate(_MARKS[:2]) if mark.match(p.plain)), None)) if not p.in_table else None
        for p in prose
    ]
    for i, level in enumerate(marks[:-1]):
        plain = prose[i].plain.strip()
        bare = len(plain) <= 20 and not re.search(r"[,;:]|。.", plain) and not CUT.search(plain)
        if level is not None and bare and marks[i + 1] == level and len(prose[i + 1].plain) > 40:
            text = prose[i].text.strip()
            message = f"“{text}”下没有任何内容，紧接着就是下一个标题。"
            yield finding("structure", "error", prose[i].place, text, "写明内容，或删去这个标题", message)


def _closing(context: Context, told: bool) -> Iterator[LintFinding]:
    """A report that judges and names problems also says what will be done; nothing is asked of an excerpt.

    `told`: a gap in the numbers before the last chapter says already that the problems are missing.
    """
    text = norm(context.text)
    if context.cut or len(text) < 300 or not any(_REPORT.search(p.plain) for p in context.prose[:6]):
        return
    chapters = [h for h in _headings(context) if h is not None]
    if len([h for h in chapters if h.level == 0]) < 3:
        return
    has_problems = any(_PROBLEMS.search(norm(h.text)) for h in chapters)
    remedies = re.search(
        r"改进(?:建议|措施|方向|意见)|下一步|整改措施|有关建议|相关建议|工作建议|意见建议|改进工作", text
    )
    remedied = bool(remedies) or any(
        re.search(r"改进|整改|措施|打算|(?<!结论及)(?<!结论和)建议", h.text) for h in chapters
    )
    last = context.prose[-1].place
    concludes = any(re.search(r"结论", h.text) for h in chapters)  # a report that judges, no table with headings
    if has_problems and not remedied:
        message = "有“存在问题”而没有“改进建议”（或改进措施、下一步打算），结尾章节不完整。"
        yield finding("structure", "warning", last, "（缺改进建议）", "补写改进建议一节", message)
    elif not has_problems and concludes and not told and not _PROBLEMS.search(text):
        message = "全文没有“存在问题”一节，自评报告的结尾章节不完整。"
        yield finding("structure", "warning", last, "（缺存在问题）", "补写存在问题和改进建议", message)
