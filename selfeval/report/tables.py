"""The tables of the report as nodes: projects, indicators, the whole department.

Belongs here: which cell shows what. Points and their reasons come from scoring, figures from facts.
"""

from __future__ import annotations

from decimal import Decimal

from selfeval.model import DepartmentScore, IndicatorScore, ProjectScore, UnitYear
from selfeval.report.markup import runs
from selfeval.report.markup import todo as todo_mark
from selfeval.report.nodes import Run, Runs, Table
from selfeval.report.phrases import plain, target, wan


def text(value: object) -> Runs:
    return (Run(str(value)),) if value not in (None, "") else ()


def fact(unit_year: UnitYear, fact_id: str, shown: str | None = None) -> Runs:
    """A figure as its fact prints it, or `shown`; a dash where there is no such fact."""
    found = unit_year.facts.get(fact_id)
    return (Run(shown if shown is not None else found.display, fact=fact_id),) if found else text("—")


def actual(u: UnitYear, score: IndicatorScore) -> str:
    """实际完成值 as the text prints the same figure; a count in all its digits."""
    found = u.facts.get(score.source_fact or "")
    return found.display if found and found.unit in ("比率", "百分点") else score.actual_display


def own(u: UnitYear, score: IndicatorScore) -> str:
    """（本项目） where the figure counts one project's share of what the unit did: elsewhere stands the unit's."""
    found = u.facts.get(score.source_fact or "")
    counted = found is not None and found.project and found.unit not in ("日期", "元", "比率")
    return "（本项目）" if counted else ""


def points(value: Decimal | None) -> str:
    return "—" if value is None else plain(value)


def budget_table(u: UnitYear) -> Table:
    """年初预算, 全年预算, 支出, 执行率 and 得分 of each project, and their totals; amounts in 万元."""
    head = tuple(text(t) for t in ("项目名称", "类别", "年初预算数", "全年预算数", "支出数", "执行率", "自评得分"))
    rows: list[tuple[Runs, ...]] = []
    for score in u.scores.projects:
        p = score.project
        prefix = f"project.{p.code}"
        rows.append(
            (
                text(p.name),
                text(p.category),
                fact(u, f"{prefix}.budget_initial", wan(p.budget_initial)),
                fact(u, f"{prefix}.budget_final", wan(p.budget_final)),
                fact(u, f"{prefix}.paid", wan(p.paid)),
                fact(u, f"{prefix}.execution_rate"),
                fact(u, f"score.project.{p.code}", points(score.total)) if score.total is not None else text("—"),
            )
        )
    totals = [
        ("finance.budget_initial_total", "budget_initial"),
        ("finance.budget_final_total", "budget_final"),
        ("finance.paid_total", "paid"),
    ]
    rows.append(
        (
            text("合计"),
            (),
            *(fact(u, i, wan(sum((getattr(s.project, a) for s in u.scores.projects), Decimal(0)))) for i, a in totals),
            fact(u, "finance.execution_rate"),
            (),
        )
    )
    return Table(
        "部门预算项目支出情况表（单位：万元）", (head, *rows), (27, 14, 13, 13, 13, 11, 11), frozenset({2, 3, 4, 5, 6})
    )


def indicator_table(u: UnitYear, score: ProjectScore, number: int) -> Table:
    """One project's indicators: target, actual, weight, points and reason, with 预算执行率 and the total."""
    head = tuple(
        text(t)
        for t in (
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            "实际完成值",
            "分值",
            "得分",
            "偏差原因分析及改进措施",
        )
    )
    weight = u.scores.execution_weight
    first = (
        text("预算执行率"),
        (),
        text("预算执行率"),
        text("100%"),
        fact(u, f"project.{score.project.code}.execution_rate"),
        text(plain(weight)),
        text(points(score.rate_points)),
        (),
    )
    body = [_indicator_row(u, item) for item in score.indicators]
    total_weight = weight + sum((i.indicator.weight for i in score.indicators), Decimal(0))
    last = (
        text("总分"),
        (),
        (),
        (),
        (),
        text(plain(total_weight)),
        fact(u, f"score.project.{score.project.code}", points(score.total)) if score.total is not None else text("—"),
        text(f"自评等级：{score.grade}") if score.grade else (),
    )
    title = f"附表{number}　{score.project.name.removesuffix('项目')}项目支出绩效自评表"
    note = "预算执行率＝支出数÷全年预算数，得分＝分值×执行率；指标未达到的按实际完成值与年度指标值之比计分，四舍五入到0.01分。"
    return Table(title, (head, first, *body, last), (11, 13, 18, 13, 13, 7, 7, 18), frozenset({5, 6}), note=note)


def _indicator_row(u: UnitYear, item: IndicatorScore) -> tuple[Runs, ...]:
    i = item.indicator
    sign = "" if i.nature == "定性" else i.nature
    reason = text(i.reason)
    if not reason and (item.met is False or item.far_over_target):
        reason = runs(todo_mark("偏差原因及改进措施"))
    return (
        text(i.level1),
        text(i.level2),
        text(i.level3),
        text(f"{sign}{target(i.target, i.unit)}"),
        (Run(actual(u, item), fact=item.source_fact),) if item.source_fact else text(actual(u, item)),
        text(plain(i.weight)),
        fact(u, i.fact_id, points(item.points)) if item.points is not None else text("—"),
        reason,
    )


def years_table(u: UnitYear) -> Table:
    """Each figure that last year had too, with how it moved."""
    head = tuple(text(t) for t in ("项目", f"{u.year - 1}年", f"{u.year}年", "变动"))
    rows = [(text(c.name), text(c.before), fact(u, c.fact), text(c.said)) for c in u.moved]
    return Table("与上年比较表", (head, *rows), (43, 19, 19, 19), frozenset({1, 2, 3}))


def department_table(department: DepartmentScore, number: int) -> Table:
    """The whole-department table: what is scored, and what is left to fill in by hand."""
    head = tuple(text(t) for t in ("一级指标", "二级指标", "三级指标", "分值", "得分", "说明"))
    rows = [
        (
            text(item.level1),
            text(item.level2),
            text(item.level3),
            text(plain(item.weight)),
            text(points(item.points)) if item.points is not None else (),
            text(item.how) if item.points is not None else (Run("【待人工填写】", todo=True),),
        )
        for item in department.items
    ]
    last = (
        text("合计"),
        (),
        (),
        text(plain(department.total)),
        text(points(department.scored)),
        text(f"已计分{plain(department.scored)}／可计分{plain(department.scorable)}"),
    )
    note = "" if department.verified else f"本表分值依据“{department.source}”，尚未经财政部门核实。"
    title = f"附表{number}　部门整体绩效自评表"
    return Table(title, (head, *rows, last), (13, 14, 20, 8, 8, 37), frozenset({3, 4}), note=note)


def uses(u: UnitYear, project: str) -> list[tuple[str, str]]:
    """(fact id, use) of a project's money, the largest first."""
    prefix = f"project.{project}.use."
    found = [(f, i.removeprefix(prefix)) for i, f in u.facts.items() if i.startswith(prefix)]
    return [(f.id, name) for f, name in sorted(found, key=lambda x: (-Decimal(x[0].value), x[1]))]
