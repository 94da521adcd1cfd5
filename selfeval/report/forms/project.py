"""项目支出绩效自评表, cell by cell: the national form (财预〔2020〕10号) and Sichuan's 510000_0013zp.

Belongs here: where each cell of the two forms stands. Does not belong here: the cells of an indicator
(indicators.py), the department's table (department.py).
"""

from __future__ import annotations

from decimal import Decimal

from selfeval.model import Project, ProjectScore, UnitYear
from selfeval.report.forms.indicators import Columns, write_indicator
from selfeval.report.forms.surface import MONEY, OPEN, POINTS, Number, Style, Surface, cell, levels, places, rate_format
from selfeval.report.phrases import TEN_THOUSAND, plain
from selfeval.scoring.arithmetic import rate_of

NATIONAL_WIDTHS = (9, 12, 18, 23, 16, 16, 8, 13, 26)
NATIONAL = Columns(target=4, actual=5, weight=6, points=7, reason=8, sign=True)
NATIONAL_SOURCES = ("其中：当年财政拨款", "      上年结转资金", "      其他资金")
SICHUAN_WIDTHS = (10, 12, 19, 23, 13, 16, 9, 16, 8, 9, 26)
SICHUAN = Columns(target=5, actual=7, weight=8, points=9, reason=10, sign=False)
SICHUAN_SOURCES = ("其中：财政资金", "财政专户管理资金", "单位资金", "其他资金")
SICHUAN_NOTES = (
    "1.预算执行率＝预算执行数÷调整后预算数，未达到90%的需说明原因（100字以内）；"
    "2.年中发生预算调整的，应单独说明理由；3.其他资金包括社会投入资金、银行贷款。"
)
SCORING = "注：预算执行率得分＝分值×执行率；指标未达到的按实际完成值与年度指标值之比计分，四舍五入到0.01分。"
SOURCES_OPEN = "注：报送数据没有区分资金来源，“其中”各行未填列，须由填报人补填。"


def national(page: Surface, score: ProjectScore, unit_year: UnitYear) -> None:
    """The national form; a project without indicators has its money part alone."""
    page.text(0, 0, "项目支出绩效自评表", "title", (1, 9))
    page.text(1, 0, f"（{unit_year.year}年度）", "subtitle", (1, 9))
    page.text(2, 0, "项目名称", "label", (1, 2))
    page.text(2, 2, score.project.name, "center", (1, 7))
    page.text(3, 0, "主管部门", "label", (1, 2))
    page.text(3, 2, unit_year.profile.get("主管部门", ""), "center", (1, 3))
    page.text(3, 5, "实施单位", "label", (1, 2))
    page.text(3, 7, unit_year.profile.get("单位名称", ""), "center", (1, 2))
    _national_money(page, score, unit_year)
    last = 8
    if score.indicators:
        _goals(page, 9, unit_year, ((0, 1, 4), (0, 5, 4)), "年度总体目标", ("预期目标", "实际完成情况"))
        last = _national_indicators(page, 11, score, unit_year)
    notes = (SCORING, SOURCES_OPEN, f"计分依据：{unit_year.scores.pack_source}")
    for row, note in enumerate(notes, start=last + 1):
        page.text(row, 0, note, "note", (1, 9))


def _national_money(page: Surface, score: ProjectScore, unit_year: UnitYear) -> None:
    page.text(4, 0, "项目资金\n（万元）", "label", (5, 2))
    heads = ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    for column, head in enumerate(heads, start=2):
        page.text(4, column, head, "label")
    page.text(5, 2, "年度资金总额", "center")
    project = score.project
    _amounts(page, 5, project)
    _rate(page, 5, (4, 5, 6, 7, 8), 1, score, unit_year.scores.execution_weight)
    for row, source in enumerate(NATIONAL_SOURCES, start=6):
        page.text(row, 2, source)
        for column, mark in enumerate(("", "", "", "—", "", "—"), start=3):
            page.text(row, column, mark, "center" if mark else "open")


def _amounts(page: Surface, row: int, project: Project) -> None:
    """年初预算数, 全年预算数 and 支出数 in 万元."""
    for column, name in enumerate(("budget_initial", "budget_final", "paid"), start=3):
        amount = getattr(project, name) / TEN_THOUSAND
        page.number(row, column, Number(amount, MONEY, f"project.{project.code}.{name}"))


def _rate(
    page: Surface, row: int, columns: tuple[int, int, int, int, int], width: int, score: ProjectScore, weight: Decimal
) -> None:
    """分值, 执行率 and 得分 of the money row; columns are budget, paid, weight, rate (`width` columns), points."""
    budget, paid, full, rate, points = columns
    page.number(row, full, Number(weight, places(weight)))
    if score.rate_points is None:
        page.text(row, rate, "—", "center", (1, width))
        page.text(row, points, "—", "center")
        return
    top, bottom, most = cell(row, paid), cell(row, budget), cell(row, full)
    money = score.project.paid, score.project.budget_final
    own = f"project.{score.project.code}.execution_rate"
    shown = rate_format(rate_of(*money))
    page.number(row, rate, Number(money[0] / money[1], shown, own, f"={top}/{bottom}"), (1, width))
    earned = f"=MAX(0,MIN({most},ROUND(ROUND({most}*{top}/{bottom},12),2)))"
    page.number(row, points, Number(score.rate_points, POINTS, formula=earned))


def _goals(
    page: Surface,
    row: int,
    unit_year: UnitYear,
    places_of: tuple[tuple[int, int, int], tuple[int, int, int]],
    label: str,
    heads: tuple[str, str],
) -> None:
    """年度总体目标 beside 实际完成情况, two rows; a place is (label's column, column, width)."""
    page.text(row, places_of[0][0], label, "label", (2, 1))
    texts = (numbered(unit_year, "goals", "goal"), numbered(unit_year, "work_done", "done"))
    for (_, column, width), head, text in zip(places_of, heads, texts, strict=True):
        page.text(row, column, head, "label", (1, width))
        page.text(row + 1, column, text or OPEN, "text" if text else "open", (1, width))


def numbered(unit_year: UnitYear, table: str, column: str) -> str:
    """The filled rows of a small table, numbered, a line each."""
    rows = [str(row[column]).strip() for row in unit_year.tables.get(table, ()) if row.get(column)]
    return "\n".join(f"{number}.{text}" for number, text in enumerate(rows, start=1))


def _national_indicators(page: Surface, head: int, score: ProjectScore, unit_year: UnitYear) -> int:
    """The table of indicators and 总分; gives the last row."""
    first, last = head + 1, head + len(score.indicators)
    page.text(head, 0, "绩效指标", "label", (len(score.indicators) + 1, 1))
    heads = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
    for column, word in enumerate(heads, start=1):
        page.text(head, column, word, "label")
    _levels(page, first, score)
    for row, indicator in enumerate(score.indicators, start=first):
        write_indicator(page, row, NATIONAL, indicator, unit_year)
    page.text(last + 1, 0, "总分", "label", (1, 6))
    _totals(page, last + 1, (first, last), NATIONAL, (cell(5, 6), cell(5, 8)), score, unit_year)
    page.text(last + 1, 8, f"自评等级：{score.grade}" if score.grade else "", "center")
    return last + 1


def _levels(page: Surface, first: int, score: ProjectScore) -> None:
    declared = [s.indicator for s in score.indicators]
    levels(page, first, 1, [(i.level1, i.level2) for i in declared])
    for row, indicator in enumerate(declared, start=first):
        page.text(row, 3, indicator.level3, "center")


def _totals(
    page: Surface,
    row: int,
    rows: tuple[int, int],
    columns: Columns,
    money: tuple[str, str],
    score: ProjectScore,
    unit_year: UnitYear,
) -> None:
    """Sum of the weights and of the points, 预算执行率 included."""
    weights = sum((s.indicator.weight for s in score.indicators), unit_year.scores.execution_weight)
    area = [f"{cell(rows[0], c)}:{cell(rows[1], c)}" for c in (columns.weight, columns.points)]
    page.number(row, columns.weight, Number(weights, places(weights), formula=f"={money[0]}+SUM({area[0]})"))
    if score.total is None:
        page.text(row, columns.points, OPEN, "open")
    else:
        own = f"score.project.{score.project.code}"
        page.number(row, columns.points, Number(score.total, POINTS, own, f"={money[1]}+SUM({area[1]})"))


def sichuan(page: Surface, score: ProjectScore, unit_year: UnitYear) -> None:
    """Sichuan's form 510000_0013zp."""
    profile, project = unit_year.profile, score.project
    page.text(0, 0, "报表编号：510000_0013zp", "note", (1, 11))
    page.text(1, 0, f"部门预算项目支出绩效自评表（{unit_year.year}年度）", "title", (1, 11))
    page.text(2, 0, "项目名称", "label", (1, 2))
    page.text(2, 2, f"{project.code}-{project.name}", "center", (1, 9))
    page.text(3, 0, "主管部门", "label", (1, 2))
    page.text(3, 2, profile.get("主管部门", ""), "center", (1, 4))
    page.text(3, 6, "实施单位（盖章）", "label", (1, 2))
    page.text(3, 8, profile.get("单位名称", ""), "center", (1, 3))
    last = 3
    if score.indicators:
        page.text(4, 0, "项目基本\n情况", "label", (3, 1))
        heads = ("项目年度目标", "年度目标完成情况")
        _goals(page, 4, unit_year, ((1, 2, 5), (1, 7, 4)), "1.项目年度目标完成情况", heads)
        page.text(6, 1, "2.项目实施内容及过程概述", "label")
        page.text(6, 2, OPEN, "open", (1, 9))
        last = 6
    last = _sichuan_money(page, last + 1, score, unit_year)
    if score.indicators:
        last = _sichuan_indicators(page, last + 1, score, unit_year)
        last = _sichuan_conclusion(page, last + 1, score)
    for row, note in enumerate((f"注：{SICHUAN_NOTES}", SCORING, SOURCES_OPEN), start=last + 1):
        page.text(row, 0, note, "note", (1, 11))


def _sichuan_money(page: Surface, head: int, score: ProjectScore, unit_year: UnitYear) -> int:
    page.text(head, 0, f"预算执行\n情况\n（{plain(unit_year.scores.execution_weight)}分）", "label", (6, 1))
    page.text(head, 1, "年度预算数（万元）", "label", (1, 2))
    for column, word in (
        (3, "年初预算"),
        (4, "调整后预算数"),
        (5, "预算执行数"),
        (8, "权重"),
        (9, "得分"),
        (10, "原因"),
    ):
        page.text(head, column, word, "label")
    page.text(head, 6, "预算执行率", "label", (1, 2))
    row, project = head + 1, score.project
    page.text(row, 1, "总额", "center", (1, 2))
    _amounts(page, row, project)
    _rate(page, row, (4, 5, 8, 6, 9), 2, score, unit_year.scores.execution_weight)
    for place, source in enumerate(SICHUAN_SOURCES, start=row + 1):
        page.text(place, 1, source, "center", (1, 2))
        for column in range(3, 6):
            page.text(place, column, "", "open")
        page.text(place, 6, "", "open", (1, 2))
        for column in (8, 9):
            page.text(place, column, "/", "center")
    reason, style = _money_reason(score, unit_year)
    page.text(row, 10, reason, style, (5, 1))
    return row + 4


def _money_reason(score: ProjectScore, unit_year: UnitYear) -> tuple[str, Style]:
    """The reasons that the rules asked for, from 情况说明; what is still owed is marked."""
    place = (score.project.origin.file, score.project.origin.sheet, score.project.origin.row)
    owed = {f.rule for f in unit_year.findings if (f.file, f.sheet, f.row) == place}
    parts = []
    if score.project.adjustment != 0:
        parts.append(unit_year.notes.get("预算调整说明", ""))
    parts.append(unit_year.notes.get("预算执行说明", ""))
    open_ones = owed & {"projects.rate.reason", "budget.adjustment.reason"}
    text = "\n".join([*filter(None, parts), *([OPEN] if open_ones else [])])
    return text, "open" if open_ones else "text"


def _sichuan_indicators(page: Surface, head: int, score: ProjectScore, unit_year: UnitYear) -> int:
    first, last = head + 1, head + len(score.indicators)
    weight = plain(100 - unit_year.scores.execution_weight)
    page.text(head, 0, f"绩效指标\n（{weight}分）", "label", (len(score.indicators) + 1, 1))
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标值",
        "度量单位",
        "完成值",
        "权重",
        "得分",
        "未完成原因分析",
    )
    for column, word in enumerate(heads, start=1):
        page.text(head, column, word, "label")
    _levels(page, first, score)
    for row, indicator in enumerate(score.indicators, start=first):
        page.text(row, 4, indicator.indicator.nature, "center")
        page.text(row, 6, indicator.indicator.unit, "center")
        write_indicator(page, row, SICHUAN, indicator, unit_year)
    page.text(last + 1, 0, "合计", "label", (1, 8))
    money_row = head - 5
    _totals(page, last + 1, (first, last), SICHUAN, (cell(money_row, 8), cell(money_row, 9)), score, unit_year)
    page.text(last + 1, 10, "", "center")
    return last + 1


def _sichuan_conclusion(page: Surface, first: int, score: ProjectScore) -> int:
    """评价结论 must state the total; what the project achieved and lacked is for a person to write."""
    total = f"本项目自评总分{plain(score.total)}分。" if score.total is not None else ""
    for row, (label, text) in enumerate((("评价结论", total), ("存在问题", ""), ("改进措施", "")), start=first):
        page.text(row, 0, label, "label")
        page.text(row, 1, f"{text}{OPEN}", "open", (1, 10))
        page.height(row, 2)
    page.text(first + 3, 0, "项目负责人：", "center", (1, 5))
    page.text(first + 3, 5, "财务负责人：", "center", (1, 6))
    return first + 3
