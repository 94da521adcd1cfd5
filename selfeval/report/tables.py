"""The tables within the report as nodes: projects, years. The score tables behind it are forms/.

Belongs here: which cell shows what. Points and their reasons come from scoring, figures from facts.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from selfeval.model import IndicatorScore, UnitYear
from selfeval.report.nodes import Run, Runs, Table
from selfeval.report.phrases import date, plain, target, wan
from selfeval.scoring.reading import clean


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


def goal(score: IndicatorScore) -> str:
    """指标值 in the words of the text: a date in words, a number with its unit once (95% in a row whose unit is %)."""
    indicator, unit = score.indicator, clean(score.indicator.unit)
    if isinstance(score.target, dt.date):
        return date(score.target.isoformat())
    return target(indicator.target if score.target is None or not unit else plain(score.target), unit)


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
        "部门预算项目支出情况表（单位：万元）",
        (head, *rows),
        (27, 14, 13, 13, 13, 11, 11),
        frozenset({2, 3, 4, 5, 6}),
        note=_rounding_gaps(u),
    )


def _rounding_gaps(u: UnitYear) -> str:
    """Columns whose printed parts do not add up to their printed total, which is computed from 元; empty where none."""
    gaps = []
    for name, field in (("年初预算数", "budget_initial"), ("全年预算数", "budget_final"), ("支出数", "paid")):
        parts = [getattr(s.project, field) for s in u.scores.projects]
        gap = abs(sum((Decimal(wan(p)) for p in parts), Decimal(0)) - Decimal(wan(sum(parts, Decimal(0)))))
        if gap:
            gaps.append(f"{name}与合计相差{gap}万元")
    return f"各分项四舍五入为万元后相加，{'、'.join(gaps)}。" if gaps else ""


def years_table(u: UnitYear) -> Table:
    """Each figure that last year had too, with how it moved."""
    head = tuple(text(t) for t in ("项目", f"{u.year - 1}年", f"{u.year}年", "变动"))
    rows = [(text(c.name), text(c.before), fact(u, c.fact), text(c.said)) for c in u.moved]
    return Table("与上年比较表", (head, *rows), (43, 19, 19, 19), frozenset({1, 2, 3}))


def uses(u: UnitYear, project: str) -> list[tuple[str, str]]:
    """(fact id, use) of a project's money, the largest first."""
    prefix = f"project.{project}.use."
    found = [(f, i.removeprefix(prefix)) for i, f in u.facts.items() if i.startswith(prefix)]
    return [(f.id, name) for f, name in sorted(found, key=lambda x: (-Decimal(x[0].value), x[1]))]
