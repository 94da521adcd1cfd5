"""What an operator sees of a run in the Prefect UI: a page a stage and unit in Chinese, capped, without private data.

Belongs here: the wording and the caps. Figures and findings come from the pipeline as they are; the whole of them is in
the package.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact

from flows import words
from flows.home import LOG
from selfeval import digest
from selfeval.facts import catalogue
from selfeval.model import Finding
from selfeval.package import FORMATS, Outcome
from selfeval.privacy import scrub
from selfeval.store import StepRecord

if TYPE_CHECKING:
    from flows.steps import UnitWork

#: A page is at most so long, a table of it so many rows, a task so many pages: the rest is in the package.
PAGE_BYTES = 6000
TABLE_ROWS = 25
PAGES = 20
_PROGRESS_AFTER, _PROGRESS_EVERY = 5.0, 2.0
_SLUGS = {"读取": "read", "校验": "check", "计算": "compute", "评分": "score", "生成": "render", "发布": "publish"}
Page = list[str]


def stage(name: str, works: Sequence[UnitWork], done: Mapping[str, Sequence[StepRecord]]) -> None:
    """What a stage did for each unit: what it looked at, what it found, what ran and what was reused."""
    for work in works[:PAGES]:
        content = [f"**{work.error}**"] if work.error else _CONTENT[name](work)
        _show(name, work, [*content, *steps_done(done[work.unit])])


def published(works: Sequence[UnitWork], outcomes: Sequence[Outcome]) -> None:
    """Where the packages lie, or what blocks and how to mend it."""
    by_unit = {o.unit: o for o in outcomes}
    for work in works[:PAGES]:
        outcome = by_unit.get(work.unit)
        _show("发布", work, outcome_page(work, outcome) if outcome else [f"**{work.error}**"])


def ran_and_reused(records: Sequence[StepRecord]) -> str:
    if not records:
        return "已完成"
    ran = sum(r.state == "ran" for r in records)
    return f"重做{ran}步，沿用{len(records) - ran}步"


@contextmanager
def progress(name: str, work: UnitWork) -> Iterator[None]:
    """A progress bar while a stage of a unit lasts longer than some seconds."""
    total = _TOTAL[name](work) if name in _TOTAL else 0
    began = told = time.monotonic()
    before = len(work.store.records)
    bar: UUID | None = None

    def step(_: StepRecord) -> None:
        nonlocal bar, told
        now = time.monotonic()
        if now - began < _PROGRESS_AFTER or now - told < _PROGRESS_EVERY:
            return
        told = now
        percent = min(100.0, round((len(work.store.records) - before) / total * 100, 1))
        if bar is None:
            bar = _try(lambda: create_progress_artifact(percent, description=f"{work.unit} {name}的进度"))
        else:
            shown = bar
            _try(lambda: update_progress_artifact(shown, percent))

    work.store.on_step = step if total else None
    try:
        yield
    finally:
        work.store.on_step = None
        if bar is not None:
            shown = bar
            _try(lambda: update_progress_artifact(shown, 100.0))


_TOTAL: dict[str, Callable[[UnitWork], int]] = {
    "读取": lambda w: sum(len(files) for files in w.pipeline.plan.inventory.files.values()),
    "校验": lambda w: len(w.pipeline.plan.inventory.files) + 1,
    "计算": lambda w: len(catalogue.subjects()),
    "生成": lambda w: len(FORMATS),
}


# --- pages ---


def read_page(work: UnitWork) -> Page:
    rows = []
    for name, files in work.pipeline.plan.inventory.files.items():
        counted = {f.name: 0 for f in files}
        for part in work.pipeline.parts[name]:
            counted[part.raw.name] += part.info["read"]
        rows += [(name, f.name, counted[f.name], f.bytes, f.sha256[:12]) for f in files]
    lacking = [d.name for d in work.pipeline.plan.awaited]
    return [
        *([f"**待报送：{words.listed(lacking, 12)}**", ""] if lacking else []),
        f"共{len(rows)}个文件。",
        *table(("数据", "文件", "数据行", "字节", "sha256"), rows, "个文件"),
    ]


def check_page(work: UnitWork) -> Page:
    accounts = work.pipeline.accounts
    rows = [(a.name, a.read, a.accepted, a.quarantined) for a in accounts]
    found = [Finding(**f) for e in work.pipeline.checked.values() for f in e.json("findings.json")]
    return [
        *table(("数据", "读入行", "计入行", "剔除行"), rows, "种数据"),
        "",
        *findings_table([*found, *work.pipeline.crosschecked]),
    ]


def compute_page(work: UnitWork) -> Page:
    facts = list(work.pipeline.raw_facts.values())
    rows = [(f.name, f.display, f.id) for f in facts]
    return [f"共{len(facts)}个数。", *table(("名称", "报告中写作", "编号"), rows, "个数，见facts.json")]


def score_page(work: UnitWork) -> Page:
    p = work.pipeline
    lines: Page = []
    if p.reportable:
        scores = p.scored[0]
        rows = [
            (s.project.code, s.project.name, "" if s.total is None else s.total, s.grade or "") for s in scores.projects
        ]
        d = scores.department
        lines = [
            *table(("项目编码", "项目", "得分", "等次"), rows, "个项目，见scorecards.xlsx"),
            "",
            f"部门整体：已计分{d.scored} / 可计分{d.scorable}，满分{d.total}。",
            "",
        ]
    return [*lines, *findings_table(p.findings)]


def render_page(work: UnitWork) -> Page:
    rendered = [r.name.removeprefix("render ") for r in work.store.records if r.name.startswith("render ")]
    return [f"已生成：{'、'.join(rendered)}" if rendered else "有错误、待报送或待确认，不生成报告。"]


_CONTENT: dict[str, Callable[[UnitWork], Page]] = {
    "读取": read_page,
    "校验": check_page,
    "计算": compute_page,
    "评分": score_page,
    "生成": render_page,
}


def outcome_page(work: UnitWork, outcome: Outcome) -> Page:
    """Status, links to the package, what is to be mended, and the whole list of what ran."""
    folder = outcome.folder.absolute()
    names = ("report.html", "report.docx", "report.pdf", "scorecards.xlsx", "findings.html", "findings.xlsx")
    links = [f"- [{name}]({(folder / name).as_uri()})" for name in names if (folder / name).is_file()]
    note = "" if outcome.status == "issued" or len(links) < 4 else "（其中报告是上次签发的，仍有效）"
    return [
        f"**{words.STATUS[outcome.status]}**　{words.counts(outcome.counts)}",
        "",
        f"成果文件夹：{text(str(folder))}{note}",
        "",
        *links,
        "",
        *findings_table(work.pipeline.findings),
        *steps_done(work.store.records),
    ]


def findings_table(findings: Iterable[Finding]) -> Page:
    """One line a rule and column, errors first; the first place of each stands for the others."""
    groups: dict[tuple[str, str, str | None], list[Finding]] = {}
    for f in sorted(findings, key=lambda f: list(words.SEVERITY).index(f.severity)):
        groups.setdefault((f.severity, f.rule, f.column), []).append(f)
    rows = []
    for (severity, _, column), members in groups.items():
        first, files = members[0], {f.file for f in members}
        row = f"第{first.row}行" if first.row else None
        more = f"等{len(files)}个文件" if len(files) > 1 else None
        at = [part for part in (first.file, first.sheet, row, column, more) if part]
        count = sum(f.count for f in members)
        rows.append((words.SEVERITY[severity], " ".join(at), count, first.message, first.fix))
    if not rows:
        return ["没有发现问题。"]
    return table(("级别", "位置", "处数", "问题", "怎样改"), rows, "类问题，见findings.html")


def steps_done(records: Sequence[StepRecord]) -> Page:
    ran = [_in_chinese(r.name) for r in records if r.state == "ran"]
    if not records:
        return []
    return ["", f"{ran_and_reused(records)}{'：' if ran else '。'}{text(words.listed(ran, 6))}"]


def _in_chinese(step: str) -> str:
    kind, _, label = step.partition(" ")
    return f"{_STEPS.get(kind, kind)}{label}"


_STEPS = {
    "read": "读取",
    "index": "索引",
    "check": "校验",
    "crosscheck": "勾稽",
    "rollup": "汇总",
    "facts": "计算",
    "render": "生成",
    "lint": "检查",
}


def table(head: Sequence[str], rows: Sequence[Sequence[object]], rest: str) -> Page:
    """A Markdown table of the first rows, and how many `rest` are left out."""
    if not rows:
        return []
    lines = [head, ["---"] * len(head), *([text(str(cell)) for cell in row] for row in rows[:TABLE_ROWS])]
    left = [f"另有{len(rows) - TABLE_ROWS}{rest}。"] if len(rows) > TABLE_ROWS else []
    return ["", *("| " + " | ".join(line) + " |" for line in lines), "", *left]


def text(value: str) -> str:
    """A value from outside as plain Markdown text: nothing in it makes a link, a tag or a new column."""
    flat = " ".join(words.clipped(value).split())
    return re.sub(r"([\\`*_\[\]<>|!#~])", r"\\\1", scrub(flat))


def page(title: str, lines: Iterable[str]) -> str:
    """The lines as far as they fit."""
    kept = [scrub(f"### {title}"), ""]
    size = sum(len(line.encode()) + 1 for line in kept)
    for line in lines:
        line = scrub(line)
        size += len(line.encode()) + 1
        if size > PAGE_BYTES:
            kept += ["", "……以下从略，全部内容见成果文件夹。"]
            break
        kept.append(line)
    return "\n".join(kept)


def _show(name: str, work: UnitWork, lines: Iterable[str]) -> None:
    # Prefect's keys are of small Latin letters, digits and dashes; a folder may have any name.
    unit = work.unit if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", work.unit) else digest.of_value(work.unit)[:12]
    title = f"{work.year}年 {work.unit} {name}"
    _try(
        lambda: create_markdown_artifact(
            page(title, lines), key=f"selfeval-{work.year}-{unit}-{_SLUGS[name]}", description=title
        )
    )


def _try(act: Callable[[], Any]) -> Any:
    """A page that cannot be shown is not worth a run."""
    try:
        return act()
    except Exception:
        LOG.warning("artifact not shown", exc_info=True)
        return None
