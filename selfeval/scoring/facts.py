"""Scores as facts: score.indicator.CODE/三级指标 and score.project.CODE, with the rows that they rest on.

Belongs here: naming and lineage of points. Does not belong here: computing them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from selfeval.model import Fact, FactInput, IndicatorScore, Origin, ProjectScore, Scores
from selfeval.report.phrases import Mark, display, plain
from selfeval.scoring import reading
from selfeval.scoring.arithmetic import half_up

INDICATOR_DEFINITION = (
    "达到指标值得全部权重；未达到按权重×实际完成值÷指标值（≤为指标值÷实际完成值）四舍五入到0.01分"
    "且不得满分，逾期为0分，定性指标按档次比例计分"
)
PROJECT_DEFINITION = "预算执行率得分（{weight}×支出数÷全年预算数，最高{weight}分）与各绩效指标得分之和"


def score_facts(
    scores: Scores, facts: Mapping[str, Fact] | None = None, digests: Mapping[str, str] | None = None
) -> dict[str, Fact]:
    """The points as facts. `facts` gives the inputs of what was scored; `digests` the sha256 of a file of the unit,
    where no fact rests on it already."""
    known = facts or {}
    digest_of = {i.file: i.sha256 for fact in known.values() for i in fact.inputs} | dict(digests or {})
    out: dict[str, Fact] = {}
    for project in scores.projects:
        for score in project.indicators:
            if score.points is not None:
                fact = _indicator_fact(project, score, known, digest_of)
                out[fact.id] = fact
        if project.total is not None:
            fact = _project_fact(project, scores, {**known, **out}, digest_of)
            out[fact.id] = fact
    return out | {fact.id: fact for fact in _summary_facts(scores, digest_of)}


def beside_targets(
    scores: Scores, facts: Mapping[str, Fact], lines: Mapping[str, Decimal] | None = None
) -> dict[str, Fact]:
    """The facts that a target or an official line is held against, displayed so that none seems to reach one which it
    does not, nor to miss one which it reaches."""
    held = {i: line for i, line in (lines or {}).items() if i in facts}
    marks: dict[str, list[Mark]] = {i: [Mark(line * 100)] for i, line in held.items()}
    for score in (i for project in scores.projects for i in project.indicators):
        fact = facts.get(score.source_fact or "")
        if fact is not None and fact.unit in ("元", "比率") and isinstance(score.target, Decimal):
            printed = reading.unit("%" if fact.unit == "比率" else fact.unit)
            target = reading.convert(score.target, reading.unit(score.indicator.unit), printed)
            nature = reading.nature(score.indicator.nature)
            if nature is not None and nature != "定性":
                marks.setdefault(fact.id, []).append(Mark(target, nature))
    return {i: replace(facts[i], display=display(facts[i].value, facts[i].unit, found)) for i, found in marks.items()}


def _summary_facts(scores: Scores, digests: Mapping[str, str]) -> list[Fact]:
    """How many indicators were reached, and how far the whole-department table is scored."""
    judged = [i for project in scores.projects for i in project.indicators]
    met = [i.indicator.fact_id for i in judged if i.met is True]
    missed = [i.indicator.fact_id for i in judged if i.met is False]
    origins = [i.indicator.origin for i in judged]
    rows = _merged([_row(origin, digests) for origin in origins], origins)
    department = scores.department
    fed = [(item, half_up(item.points)) for item in department.items if item.points is not None]
    fed_by = tuple(dict.fromkeys(fact for item, _ in fed for fact in item.facts))

    def fact(
        fact_id: str,
        value: Decimal | int,
        unit: str,
        name: str,
        definition: str,
        rests_on: Iterable[str] = (),
        worked: str | None = None,
    ) -> Fact:
        shown = f"{plain(Decimal(value))}{unit}"
        return Fact(fact_id, value, unit, shown, name, definition, None, rows, worked=worked, rests_on=tuple(rests_on))

    return [
        fact(
            "indicators.met", len(met), "条", "达到年度指标值的指标条数", "实际完成值达到年度指标值的绩效指标行数", met
        ),
        fact(
            "indicators.missed",
            len(missed),
            "条",
            "未达到年度指标值的指标条数",
            "实际完成值未达到年度指标值的绩效指标行数",
            missed,
        ),
        fact(
            "score.department.scored",
            half_up(department.scored),
            "分",
            "部门整体已计分",
            "部门整体绩效自评表中已计分各项的得分之和",
            fed_by,
            "＋".join(f"{item.level3}{plain(points)}" for item, points in fed),
        ),
        fact(
            "score.department.scorable",
            half_up(department.scorable),
            "分",
            "部门整体可计分",
            "部门整体绩效自评表中有数据可计分各项的分值之和",
            (),
            "＋".join(f"{item.level3}{plain(item.weight)}" for item, _ in fed),
        ),
    ]


def _indicator_fact(
    project: ProjectScore, score: IndicatorScore, facts: Mapping[str, Fact], digests: Mapping[str, str]
) -> Fact:
    points = half_up(score.points or Decimal(0))
    source = facts.get(score.source_fact or "")
    return Fact(
        id=score.indicator.fact_id,
        value=points,
        unit="分",
        display=f"{plain(points)}分",
        name=f"{project.project.name}—{score.indicator.level3}得分",
        definition=f"{INDICATOR_DEFINITION}：{score.how}",
        sql=None,
        inputs=(*(source.inputs if source else ()), _row(score.indicator.origin, digests)),
        project=project.project.code,
        rests_on=(source.id,) if source else (),
    )


def _project_fact(project: ProjectScore, scores: Scores, done: Mapping[str, Fact], digests: Mapping[str, str]) -> Fact:
    total = half_up(project.total or Decimal(0))
    scored = [s for s in project.indicators if s.indicator.fact_id in done]
    parts = [i for s in scored for i in done[s.indicator.fact_id].inputs]
    points = [half_up(p) for p in (project.rate_points, *(s.points for s in scored)) if p is not None]
    rate = f"project.{project.project.code}.execution_rate"
    declared = [s.indicator.origin for s in project.indicators]
    return Fact(
        id=f"score.project.{project.project.code}",
        value=total,
        unit="分",
        display=f"{plain(total)}分",
        name=f"{project.project.name}自评得分",
        definition=PROJECT_DEFINITION.format(weight=plain(scores.execution_weight)),
        sql=None,
        inputs=_merged([_row(project.project.origin, digests), *parts], declared),
        project=project.project.code,
        worked="＋".join(plain(p) for p in points) or None,
        rests_on=tuple(i for i in (rate, *(s.indicator.fact_id for s in scored)) if i in done),
    )


def _row(origin: Origin, digests: Mapping[str, str]) -> FactInput:
    return FactInput(origin.dataset, origin.file, digests.get(origin.file, ""), 1)


def _merged(inputs: Iterable[FactInput], declared: Iterable[Origin]) -> tuple[FactInput, ...]:
    """One entry a file. Two facts of one file may share rows, so the larger count stands, except for the
    declaration, where each indicator is a row of its own."""
    rows: dict[tuple[str, str, str], int] = {}
    for item in inputs:
        key = (item.dataset, item.file, item.sha256)
        rows[key] = max(rows.get(key, 0), item.rows)
    own: dict[tuple[str, str], int] = {}
    for origin in declared:
        own[origin.dataset, origin.file] = own.get((origin.dataset, origin.file), 0) + 1
    return tuple(
        FactInput(dataset, file, sha256, max(count, own.get((dataset, file), 0)))
        for (dataset, file, sha256), count in rows.items()
    )
