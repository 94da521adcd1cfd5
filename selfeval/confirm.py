"""What a person has to confirm before a unit is issued: which questions, whether an answer will do, where it is kept.

Belongs here: questions from findings, the check of a text, writing 补充说明.toml. The form is the flow's; that a
confirmed text stands at its place is the report's and the scoring's.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval import outline
from selfeval.facts import years
from selfeval.model import Finding
from selfeval.privacy import scrub
from selfeval.settings import CONFIRMED_FILE, Confirmed, ConfirmedFile, load_confirmed_entries

if TYPE_CHECKING:
    from selfeval.pipeline import UnitPipeline

PROBLEMS = "存在问题"
#: The chapter of 情况说明 in which a finding is answered: once there, for all that ask.
_CHAPTERS = {
    "budget.adjustment.reason": "预算调整说明",
    "projects.rate.reason": "预算执行说明",
    years.RULE: years.CHAPTER,
}
SHORTEST, LONGEST = 6, 300
NONE = ("无", "无。", "没有", "没有。")
_HINT = re.compile(r"【[^】]*】?|】|待填写|请填写|请写明|请补充|某某|[xX×]{2,}|_{2,}|(?:\.|。|…){3,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_WORDS = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Question:
    """One text to write. `places` are the names it is kept under; `asks` says why it is asked."""

    places: tuple[str, ...]
    title: str
    asks: str
    may_be_none: bool = False


def in_a_chapter(finding: Finding, confirmed: Mapping[str, str]) -> bool:
    """Whether a person wrote the chapter since that the finding says is missing."""
    return _CHAPTERS.get(finding.rule) in confirmed


def open_warnings(p: UnitPipeline) -> list[Finding]:
    """The warnings that nobody has confirmed yet. One without a file is about the rules in force: no unit's business."""
    return [f for f in p.findings if f.severity == "warning" and f.file is not None and f.place not in p.plan.confirmed]


def questions(p: UnitPipeline) -> tuple[Question, ...]:
    """What a person has to write for this unit: reasons first, then chapters, data, 存在问题; empty where nothing warns."""
    reasons: list[Question] = []
    chapters: dict[str, list[Finding]] = {}
    others: dict[str, list[Finding]] = {}
    at = {(i.origin.file, i.origin.sheet, i.origin.row): i for i in p.indicators}
    names = {project.code: project.name for project in outline.projects(p.tables)}
    for f in open_warnings(p):
        indicator = at.get((f.file or "", f.sheet, f.row)) if f.rule.startswith("indicators.reason.") else None
        if indicator is not None:
            title = f"{indicator.level3}：偏差原因分析及改进措施"
            project = names.get(indicator.project, indicator.project)
            reasons.append(Question((indicator.fact_id,), title, f"项目“{project}”：{f.message}"))
        elif f.rule in _CHAPTERS:
            chapters.setdefault(_CHAPTERS[f.rule], []).append(f)
        else:
            others.setdefault(f.dataset or f.file or "", []).append(f)
    found = [
        *reasons,
        *(Question((c,), c, _listed(fs)) for c, fs in chapters.items()),
        *(_about_data(name, fs) for name, fs in others.items()),
    ]
    if found and not p.profile_and_notes[1].get(PROBLEMS):
        found.append(_problems(p))
    return tuple(found)


def _about_data(name: str, findings: Sequence[Finding]) -> Question:
    """One answer for all warnings of a dataset; each is confirmed by its own place."""
    return Question(tuple(f.place for f in findings), f"{name}：核实情况", _listed(findings))


def _listed(findings: Sequence[Finding]) -> str:
    more = f"等{len(findings)}处。" if len(findings) > 3 else ""
    return "".join(f.message for f in findings[:3]) + more


def _problems(p: UnitPipeline) -> Question:
    """存在问题: what the program lists by itself is shown, so that a person adds only what is not there."""
    from selfeval.report import assessment
    from selfeval.report.markup import runs

    told = ["".join(run.text for run in runs(sentence)) for sentence in assessment.problems(p.unit_year)]
    listed = "".join(f"（{n}）{text}" for n, text in enumerate(told[:10], 1))
    asks = f"程序已根据数据列出：{listed}请写明单位认为还存在的问题，没有的填“无”。"
    return Question((PROBLEMS,), PROBLEMS, asks, may_be_none=True)


def cleaned(text: str) -> str:
    """A text as it is kept: one paragraph without control characters."""
    return re.sub(r" {2,}", " ", _CONTROL.sub(" ", text)).strip()


def wrong_with(question: Question, text: str) -> str | None:
    """What is wrong with an answer as one Chinese sentence, or None."""
    text = cleaned(text)
    if question.may_be_none and text in NONE:
        return None
    if not text:
        return "还没有填写。"
    if scrub(text) != text:
        return "含有手机号、身份证号或银行卡号，请删去。"
    if hint := _HINT.search(text):
        return f"含有提示语或待填的空“{hint[0]}”，请改为实际内容。"
    if text in question.asks:
        return "只是重复了问题，请写明原因或核实情况。"
    if len(_WORDS.findall(text)) < SHORTEST:
        return f"内容过短，请至少用{SHORTEST}个汉字写明。"
    if len(text) > LONGEST:
        return f"共{len(text)}字，请压缩到{LONGEST}字以内。"
    return None


def wrong_with_post(text: str) -> str | None:
    """What is wrong with the post of who fills in, or None."""
    text = cleaned(text)
    if not text:
        return "还没有填写。"
    if scrub(text) != text or re.search(r"\d", text) or len(text) > 20:
        return "只填岗位，如财务室负责人，20字以内，不填姓名和号码。"
    return None


def save(unit_dir: Path, answers: Iterable[tuple[Question, str]], who: str, when: str) -> None:
    """Add answers to 补充说明.toml in one step; what a person wrote there stays. Raises ConfigError for a broken file.

    The last text of a place counts, as the file is read. Call it under the unit's lock.
    """
    path = unit_dir / CONFIRMED_FILE
    before = load_confirmed_entries(unit_dir)
    added = [
        Confirmed.model_validate({"位置": place, "内容": cleaned(text), "填写人岗位": cleaned(who), "填写时间": when})
        for question, text in answers
        for place in question.places
    ]
    kept = path.read_text(encoding="utf-8-sig").rstrip() + "\n" if before else _HEAD
    text = kept + "".join(map(_entry, added))
    if not _holds(text, (*before, *added)):
        # Entries in a form that cannot be added to (`说明 = [{…}]`): the whole is written anew.
        text = _HEAD + "".join(map(_entry, (*before, *added)))
    work = path.with_name(f".{CONFIRMED_FILE}.{os.getpid()}")
    with work.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    work.replace(path)


def _holds(text: str, entries: tuple[Confirmed, ...]) -> bool:
    try:
        return ConfirmedFile.model_validate(tomllib.loads(text)).entries == entries
    except tomllib.TOMLDecodeError:
        return False


_HEAD = "# 由人工确认后写入的说明，也可以直接修改；同一位置以最后一条为准。\n"


def _entry(entry: Confirmed) -> str:
    # A JSON string is a TOML basic string, but for DEL, which `cleaned` has taken away. A key that is not ASCII is quoted.
    fields = (
        f'"{key}" = {json.dumps(text, ensure_ascii=False)}\n' for key, text in entry.model_dump(by_alias=True).items()
    )
    return '\n[["说明"]]\n' + "".join(fields)
