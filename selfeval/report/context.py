"""The words and figures that templates may use, and the rendering of templates into a document.

Belongs here: the one environment (sandboxed, strict, cell text sanitised) and its globals. Sentences stand in
templates/, tables in tables.py, problems in assessment.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from schemas import datasets
from selfeval.facts import years
from selfeval.model import IndicatorScore, ProjectScore, UnitYear
from selfeval.report import assessment, charts, phrases, tables
from selfeval.report.blocks import TEMPLATES, performance_blocks
from selfeval.report.forms import department_form, project_forms
from selfeval.report.forms.grid import form
from selfeval.report.markup import Marked, figure, nodes, runs, sanitised, todo
from selfeval.report.nodes import Chart, Document, Form, Paragraph, Run, Table, plain_text

#: 情况说明 chapters that have a place of their own in the outline; any other is printed as a paragraph.
STANDARD_NOTES = (years.CHAPTER, "预算调整说明", "结果应用情况", "存在问题", "改进建议", "预算执行说明")

#: More reached indicators of one project than this are not told one by one.
_TOLD = 20


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=sanitised,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters |= {
        "numeral": phrases.numeral,
        "closed": phrases.closed,
        "opened": phrases.opened,
        "date": lambda d: Marked(phrases.date(str(d))),
        "day": lambda d: Marked(phrases.day(str(d))),
        "listed": phrases.listed,
        "decimal": Decimal,
    }
    return environment


class Voice:
    """What a template can say of a unit's year: facts with their evidence, rows, phrases."""

    def __init__(self, u: UnitYear) -> None:
        self.u = u

    def has(self, *fact_ids: str) -> bool:
        return all(fact_id in self.u.facts for fact_id in fact_ids)

    def fig(self, fact_id: str, shown: str | None = None) -> Marked:
        """A figure as its fact prints it, or as the phrase `shown` does."""
        return figure(fact_id, shown if shown is not None else self.u.facts[fact_id].display)

    def value(self, fact_id: str) -> Any:
        return self.u.facts[fact_id].value

    def rank_change(self, before: str, now: str) -> Marked:
        return self.fig(now, phrases.rank_change(int(self.value(before)), int(self.value(now))))

    def change(self, fact_id: str, up: str = "上升", down: str = "下降") -> Marked:
        found = self.u.facts[fact_id]
        return self.fig(fact_id, phrases.change(found.value, found.unit, up, down))  # type: ignore[arg-type]

    def family(self, prefix: str) -> list[tuple[str, str]]:
        """(fact id, its last part) of a family of facts, the largest first."""
        found = [(i, i.removeprefix(prefix)) for i in self.u.facts if i.startswith(prefix)]
        return sorted(found, key=lambda x: (-self.value(x[0]), x[1]))

    def uses(self, project: str) -> list[tuple[str, str]]:
        return tables.uses(self.u, project)

    def scored(self, binding: str) -> list[Any]:
        """Indicators that are bound to a 取数指标, with how they came out."""
        return [i for s in self.u.scores.projects for i in s.indicators if i.indicator.binding == binding]

    def goal(self, score: IndicatorScore) -> Marked:
        return Marked(sanitised(tables.goal(score)))

    def actual(self, score: IndicatorScore) -> Marked:
        """实际完成值 of an indicator, knowing its fact where it has one."""
        shown = tables.actual(self.u, score)
        if not score.source_fact:
            return Marked(sanitised(shown))
        return Marked(figure(score.source_fact, shown) + tables.own(self.u, score))

    def result(self, score: IndicatorScore) -> Marked:
        """An indicator's name and what became of it: …实际完成3种, …为95%."""
        indicator, shown = score.indicator, self.actual(score)
        state = indicator.unit in ("%", "％") or isinstance(score.actual, dt.date)
        verb = "" if indicator.nature == "定性" else "为" if state else "实际完成"
        return Marked(f"{sanitised(indicator.level3)}{verb}{shown}")

    def reached(self, project: ProjectScore) -> Marked:
        """What was done under a project: its reached indicators as name and figure."""
        met = [i for i in project.indicators if i.met and i.indicator.nature != "定性"]
        told = "、".join(self.result(i) for i in met[:_TOLD])
        return Marked(f"{told}等" if len(met) > _TOLD else told)

    def task(self, fact_id: str, noun: str = "目标任务") -> Marked:
        """，超出目标任务2000人 or ，未达到目标任务…: for a fact that an indicator measures; empty for any other."""
        for score in (i for s in self.u.scores.projects for i in s.indicators if i.source_fact == fact_id):
            goal = self.goal(score)
            if score.met is False:
                return Marked(f"，未达到{noun}{goal}")
            if score.indicator.nature in ("≤", "<"):
                return Marked(f"，控制在{noun}{goal}以内")
            # What prints alike is not called more, even where the unrounded figure is.
            over = score.attainment is not None and score.attainment > 1 and tables.actual(self.u, score) != goal
            return Marked(f"，{'超出' if over else '完成'}{noun}{goal}")
        return Marked("")

    def signature(self, name: str, date: str) -> tuple[float, float]:
        """How far 署名 and 成文日期 stand from the right edge, in characters (GB/T 9704, 7.3.5.2): the name two, the
        date beginning two behind it; a date that would then stand nearer than two pushes the name to the left."""
        wide, narrow = phrases.width(plain_text(runs(name))), phrases.width(plain_text(runs(date)))
        pad = wide - narrow
        return (2.0, pad) if pad >= 2 else (4.0 - pad, 2.0)

    def grouped(
        self, rows: Sequence[Mapping[str, Any]], *keys: str
    ) -> list[tuple[tuple[Any, ...], list[Mapping[str, Any]]]]:
        """Rows by the values of some columns, in order of first appearance."""

        def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(row[k] for k in keys)

        order = {k: i for i, k in reversed(list(enumerate(map(key, rows))))}
        return [(k, list(g)) for k, g in groupby(sorted(rows, key=lambda r: order[key(r)]), key=key)]

    def done(self, number: int) -> str:
        return "；".join(
            phrases.opened(r["done"]) for r in self.u.tables.get("work_done", ()) if r["number"] == number and r["done"]
        )


class Filled(dict[str, str]):
    """Cells of the declaration by their labels; one that is not there is an empty text."""

    def __missing__(self, label: str) -> str:
        return ""


def scored_projects(u: UnitYear) -> list[ProjectScore]:
    return [s for s in u.scores.projects if s.indicators]


def document(u: UnitYear) -> Document:
    """The whole report of a unit and year as nodes."""
    scored = scored_projects(u)
    attachments = _attachments(u)
    drawn = {c.name: c for c in charts_for(u)}
    voice = Voice(u)
    text = (
        _environment()
        .get_template("report.j2")
        .render(
            u=u,
            v=voice,
            name=u.profile.get("单位名称") or u.unit,
            profile=Filled(u.profile),
            notes=Filled(u.notes),
            tables=_all_tables(u),
            performance_blocks=performance_blocks(u.left_out),
            facts=u.facts,
            projects=u.scores.projects,
            scored=scored,
            department=u.scores.department,
            problems=assessment.problems(u),
            suggestions=assessment.suggestions(u),
            missed=assessment.missed(u),
            extra_notes=[(c, t) for c, t in u.notes.items() if t and c not in STANDARD_NOTES],
            attachments=[t.title.partition("　")[2] for t in attachments],
            region=u.profile.get("行政区划") or "辖区",
            lines=u.lines,
            moved=u.moved,
            moved_reason=years.reason(u.notes, u.confirmed),
            phrases=phrases,
            todo=todo,
            plain=phrases.plain,
        )
    )
    built: dict[str, Table] = {"budget": tables.budget_table(u), "years": tables.years_table(u)}
    title = (str(sanitised(u.profile.get("单位名称") or u.unit)), f"{u.year}年部门整体绩效自评报告")
    body = tuple(nodes(text, built, drawn))
    if u.draft:
        body = (Paragraph((Run("草稿：数据问题尚未全部处理，不得报送。", todo=True),)), *body)
    return Document(title, body, attachments, u.draft)


def _attachments(u: UnitYear) -> tuple[Form, ...]:
    """附表: the department's form, then that of each project with indicators."""
    forms = [f for f, score in zip(project_forms(u), u.scores.projects, strict=True) if score.indicators]
    named = [(f, f"{f.name.removesuffix('项目')}项目支出绩效自评表") for f in forms]
    department = department_form(u)
    return tuple(
        form(layout, f"附表{number}　{sanitised(name)}")
        for number, (layout, name) in enumerate([(department, department.name), *named], start=1)
    )


def _all_tables(u: UnitYear) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Every declared table by its slug, empty where the unit has none: a block may ask for it before it looks."""
    return {t.slug: () for d in datasets().values() for t in d.tables} | dict(u.tables)


def charts_for(u: UnitYear) -> list[Chart]:
    """The charts that the facts can fill."""
    found = []
    if any(i.startswith("shares.month.") for i in u.facts):
        found.append(Chart("shares", "各月分享量与任务数", "柱为各月分享量，线为各月任务数"))
    projects, indicators = charts.shown_projects(u), charts.shown_indicators(u)
    if projects:
        part = "" if len(projects) == len(u.scores.projects) else f"，预算数最大的{len(projects)}个"
        title = f"各项目全年预算数与支出数（万元{part}）"
        found.append(Chart("budget", title, "每个项目两条，上为全年预算数，下为支出数"))
    if indicators:
        all_of_them = sum(len(s.indicators) for s in u.scores.projects)
        part = "" if len(indicators) == all_of_them else f"（得分率最低的{len(indicators)}条）"
        found.append(Chart("scores", f"各绩效指标得分率{part}", "每个指标一条，满格为得满分"))
    if charts.shown_changes(u):
        found.append(Chart("years", "各项数据比上年的增减", "每项数据一条，向右为增加，向左为减少"))
    return found
