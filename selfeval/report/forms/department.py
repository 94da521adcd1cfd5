"""部门整体绩效自评表, cell by cell: head, money by category, goals, the items, and what of 100 is scored."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from selfeval.model import DepartmentItem, DepartmentScore, ProjectScore, UnitYear
from selfeval.report.forms.project import numbered
from selfeval.report.forms.surface import MONEY, OPEN, POINTS, Number, Surface, cell, levels, places, rate_format
from selfeval.report.phrases import TEN_THOUSAND
from selfeval.scoring.arithmetic import rate_of

WIDTHS = (14, 16, 24, 14, 14, 46)


def draw(page: Surface, unit_year: UnitYear) -> None:
    """Head, money by category, goals, the items, and what of 100 is scored."""
    score = unit_year.scores.department
    page.text(0, 0, score.title, "title", (1, 6))
    page.text(1, 0, f"（{unit_year.year}年度）", "subtitle", (1, 6))
    page.text(2, 0, "单位名称", "label")
    page.text(2, 1, unit_year.profile.get("单位名称", ""), "center", (1, 2))
    page.text(2, 3, "主管部门", "label")
    page.text(2, 4, unit_year.profile.get("主管部门", ""), "center", (1, 2))
    row = _money(page, 3, unit_year.scores.projects)
    row = _goals(page, row, unit_year)
    row = _items(page, row, score.items)
    _result(page, row, score)


def _money(page: Surface, head: int, projects: Sequence[ProjectScore]) -> int:
    """Budgets and payment by 项目类别, summed; gives the next free row."""
    categories = list(dict.fromkeys(p.project.category for p in projects))
    page.text(head, 0, "部门资金\n（万元）", "label", (len(categories) + 2, 1))
    for column, word in enumerate(("项目类别", "年初预算数", "全年预算数", "全年执行数", "执行率"), start=1):
        page.text(head, column, word, "label")
    total, first, last = head + 1, head + 2, head + 1 + len(categories)
    page.text(total, 1, "合计", "center")
    for row, category in enumerate(categories, start=first):
        page.text(row, 1, category, "center")
        amounts = _amounts([p for p in projects if p.project.category == category])
        for column, amount in enumerate(amounts, start=2):
            page.number(row, column, Number(amount, MONEY))
        _rate(page, row, amounts)
    amounts = _amounts(projects)
    for column, amount in enumerate(amounts, start=2):
        formula = f"=SUM({cell(first, column)}:{cell(last, column)})" if categories else None
        page.number(total, column, Number(amount, MONEY, formula=formula))
    _rate(page, total, amounts)
    return last + 1


def _amounts(projects: Sequence[ProjectScore]) -> tuple[Decimal, Decimal, Decimal]:
    """年初预算数, 全年预算数 and 支出数 in 万元, exact."""
    own = [p.project for p in projects]
    zero = Decimal(0)
    return (
        sum((p.budget_initial for p in own), zero) / TEN_THOUSAND,
        sum((p.budget_final for p in own), zero) / TEN_THOUSAND,
        sum((p.paid for p in own), zero) / TEN_THOUSAND,
    )


def _rate(page: Surface, row: int, amounts: tuple[Decimal, Decimal, Decimal]) -> None:
    _, budget, paid = amounts
    if budget == 0:
        page.text(row, 5, "—", "center")
        return
    shown = rate_format(rate_of(paid, budget))
    page.number(row, 5, Number(paid / budget, shown, formula=f"={cell(row, 4)}/{cell(row, 3)}"))


def _goals(page: Surface, row: int, unit_year: UnitYear) -> int:
    page.text(row, 0, "年度总体\n目标", "label", (2, 1))
    parts = (("预期目标", "goals", "goal", 1, 2), ("实际完成情况", "work_done", "done", 3, 3))
    for head, table, column, place, width in parts:
        text = numbered(unit_year, table, column)
        page.text(row, place, head, "label", (1, width))
        page.text(row + 1, place, text or OPEN, "text" if text else "open", (1, width))
    return row + 2


def _items(page: Surface, head: int, items: Sequence[DepartmentItem]) -> int:
    """The indicator system with its points, then the sums; gives the next free row."""
    for column, word in enumerate(("一级指标", "二级指标", "三级指标", "分值", "得分", "计分说明")):
        page.text(head, column, word, "label")
    first, last = head + 1, head + len(items)
    levels(page, first, 0, [(item.level1, item.level2) for item in items])
    for row, item in enumerate(items, start=first):
        page.text(row, 2, item.level3, "center")
        page.number(row, 3, Number(item.weight, places(item.weight)))
        if item.points is None:
            page.text(row, 4, "", "open")
        else:
            page.number(row, 4, Number(item.points, POINTS))
        page.text(row, 5, item.how, "open" if item.points is None else "text")
    _sums(page, last + 1, f"{cell(first, 3)}:{cell(last, 3)}", f"{cell(first, 4)}:{cell(last, 4)}", items)
    return last + 3


def _sums(page: Surface, row: int, weights: str, points: str, items: Sequence[DepartmentItem]) -> None:
    """已计分 of the whole, and 可计分: the weight of what has points, which grows as a person fills in the rest."""
    total = sum((item.weight for item in items), Decimal(0))
    # As many decimals as any weight has: the sum of what is filled in later has no more.
    weight_format = max((places(item.weight) for item in items), key=len, default="0")
    fed = [item for item in items if item.points is not None]
    page.text(row, 0, "合计（已计分）", "label", (1, 3))
    earned = sum((i.points or Decimal(0) for i in fed), Decimal(0))
    page.number(row, 3, Number(total, weight_format, formula=f"=SUM({weights})"))
    page.number(row, 4, Number(earned, POINTS, formula=f"=SUM({points})"))
    page.text(row + 1, 0, "可计分（已有得分各项的分值）", "label", (1, 3))
    formula = f"=SUMPRODUCT(ISNUMBER({points})*{weights})"
    page.number(row + 1, 3, Number(sum((i.weight for i in fed), Decimal(0)), weight_format, formula=formula))
    page.text(row + 1, 4, "", "center")
    open_ones = len(items) - len(fed)
    page.text(row, 5, f"{open_ones}项待人工填写" if open_ones else "各项均已计分", "center")
    page.text(row + 1, 5, "", "center")


def _result(page: Surface, row: int, score: DepartmentScore) -> None:
    page.text(row, 0, "评价等级", "label", (1, 3))
    page.text(row, 3, score.grade or "计分项目未全部完成，暂不评定等级", "center", (1, 3))
    page.text(row + 1, 0, f"计分依据：{score.source}", "note", (1, 6))
    if not score.verified:
        page.text(row + 2, 0, "注意：本表分值未经核实，由财务人员对照本地文件核对后方可使用。", "warning", (1, 6))
