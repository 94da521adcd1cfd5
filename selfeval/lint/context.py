"""What every rule is given: the document's lines, its forms, its prose, its year.

Belongs here: reading the document once for all rules, and the shape of a finding. Does not belong here: any rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from selfeval.lint.forms import Form
from selfeval.lint.lines import PROVENANCE, Line, flatten, is_partial
from selfeval.lint.model import Document, LintFinding, Severity
from selfeval.lint.numbers import norm, plain_number
from selfeval.lint.privacy import mask
from selfeval.lint.scan import forms
from selfeval.lint.unfold import unfold


@dataclass(frozen=True)
class Prose:
    """A paragraph, or a cell long enough to be one. `plain` is its half-width twin, character for character."""

    text: str
    plain: str
    place: str
    in_table: bool
    #: a cell below 预期目标 or one that begins with it, a chapter on goals or plans: what was meant to be done
    planned: bool = False


@dataclass(frozen=True)
class Context:
    document: Document
    lines: tuple[Line, ...]
    forms: tuple[Form, ...]
    prose: tuple[Prose, ...]
    partial: bool
    facts: Mapping[str, Any] | None = None
    others: tuple[Context, ...] = ()

    @cached_property
    def text(self) -> str:
        return "\n".join(p.text for p in self.prose)

    @cached_property
    def cut(self) -> bool:
        return self.partial or any(line.cut for line in self.lines)


def build(document: Document, facts: Mapping[str, Any] | None = None, others: tuple[Context, ...] = ()) -> Context:
    lines = tuple(unfold(list(flatten(document))))
    body = tuple(line for line in lines if not PROVENANCE.match(line.text))
    return Context(
        document=document,
        lines=body,
        forms=tuple(forms(list(lines))),
        prose=tuple(_prose(body)),
        partial=is_partial(list(lines)),
        facts=facts,
        others=others,
    )


_GOAL = re.compile(r"(?:目标|计划|任务)(?!.*(?:完成|实现|实际|执行))")


_GOAL_ROW = re.compile(r"(?:年度|当年|项目|部门|整体)*(?:总体|绩效|预期|工作)*(?:目标|计划|任务)")
_HEADING = re.compile(r"\s*(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|\d+[.、])")
_PLANNED = re.compile(r"目标|计划|任务|打算|下一步|改进|建议|思路|安排")
_DONE_PART = re.compile(r"完成|实现|达成|执行|落实|情况|分析|特定目标")


#: a paragraph of its own: 年度目标:完成筛查各8000人
_GOAL_PARAGRAPH = re.compile(r"\s*(?:当年|年度|项目|部门|整体|总体|绩效|预期|阶段性|工作|任务|实施)*(?:目标|计划)\s*:")


def _plans(plain: str, before: bool) -> bool:
    """The chapter that begins here tells what is meant to be done; without a heading it is still the one before."""
    if not _HEADING.match(plain):
        return before
    head = re.split(r"[。:]", plain)[0][:24]
    return bool(_PLANNED.search(head)) and not _DONE_PART.search(head)


def _prose(lines: tuple[Line, ...]) -> list[Prose]:
    out = []
    above: dict[int, bool] = {}
    chapter, heads = False, True
    for line in lines:
        chapter = _plans(norm(line.text), chapter and line.table is None)
        seen: set[str] = set()
        columns: dict[int, bool] = {}
        for column, (text, merged) in enumerate(zip(line.cells, line.merged, strict=True)):
            plain = norm(text)
            if not text.strip():
                continue
            if line.table is not None and len(plain) < 20:
                columns[column] = bool(_GOAL.search(plain))
            if merged or text in seen:
                continue
            seen.add(text)
            done = re.search(r"实际|完成情况", plain.split(":")[0][:14])
            row = (
                bool(_GOAL_ROW.fullmatch(norm(line.cells[0]).strip()))
                and not done
                and (column not in above or not heads)
            )
            goal = line.table is not None and (
                above.get(column, False) or bool(_GOAL.search(plain.split(":")[0][:12])) or row
            )
            goal = goal or (bool(_GOAL_PARAGRAPH.match(plain)) and not re.search(r"完成情况|实际完成", plain))
            out.append(Prose(text, plain, line.place, line.table is not None, goal or chapter))
        above, heads = columns, not any(plain_number(text) for text in line.own)
    return out


def finding(kind: str, severity: Severity, place: str, quoted: str, expected: str, message: str) -> LintFinding:
    """The one way a finding is made, so that no phone, card or account number can leave through it."""
    short = re.sub(r"\s+", " ", quoted).strip()
    return LintFinding(
        rule=f"lint.{kind}",
        severity=severity,
        place=place,
        quoted=mask(short if len(short) <= 120 else f"{short[:118]}…"),
        expected=mask(expected),
        message=mask(message),
    )


def sentence_around(plain: str, start: int, end: int) -> str:
    """The sentence of `plain` that holds [start, end)."""
    left = max(plain.rfind(mark, 0, start) for mark in "。;!?\n")
    right = min((i for mark in "。;!?\n" if (i := plain.find(mark, end)) >= 0), default=len(plain))
    return plain[left + 1 : right]


def sentence_start(plain: str, at: int) -> int:
    """Where the sentence that holds `at` begins."""
    return max(plain.rfind(mark, 0, max(at, 0)) for mark in "。;!?\n") + 1
