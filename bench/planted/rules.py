"""One violation of each rule across tables and of each rule of scoring, told where the rule tells it.

Belongs here: figures that do not agree within a year. What does not agree with last year is `years`', logs that nobody
wrote by hand are `scripted`'s, files that are none are `folders`'.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.planted.cells import _number
from bench.planted.paper import Doc, Fault, File, Line, Unit

Plant = Callable[[Unit], Fault]
Place = tuple[File, Doc, Line]
#: What follows from a figure that is off: sums, lines, and indicators that rest on it.
FOLLOWS = r"final_accounts\..*|budget\..*|scoring\..*|service\..*|profile\..*|indicators\.reason\..*|projects\..*"
_BUDGET = r"budget\..*|final_accounts\..*|scoring\..*"
HAND, REASON, WEIGHT, BINDING = "实际完成值（手填）", "偏差原因分析及改进措施", "权重", "取数指标"
PEOPLE, POPULATION, COVERAGE, VOLUME, PER_HEAD = (
    "服务群众数（人）", "常住人口（人）", "精准科普覆盖率（%）", "服务量（次）", "人均科普服务量（次）",
)  # fmt: skip


def told(name: str, place: Place | tuple[File, None, None], column: str | None, also: str = FOLLOWS) -> Fault:
    """What is to be said of a rule at a line, or of a file as a whole."""
    file, doc, line = place
    return Fault(name, file, doc, name.replace(".", r"\."), [line] if line is not None else [], column, also=also)


def _any(unit: Unit, slug: str) -> Place:
    file, doc = unit.named(slug)
    return file, doc, unit.rng.choice(doc.data())


def _item(unit: Unit, slug: str, name: str, side: int = 0) -> Place:
    """The row in which `name` stands, as tables printed side by side and lists of items have it."""
    file, doc = unit.named(slug)
    return file, doc, next(line for line in doc.data() if str(line.cells[side]) == name)


def _changed(slug: str, label: str, change: Callable[[Any], Any], also: str = FOLLOWS) -> Callable[[str], Plant]:
    """A cell of a column changed in any row, and told there."""

    def planter(name: str) -> Plant:
        def plant(unit: Unit) -> Fault:
            file, doc, line = _any(unit, slug)
            doc.put(line, label, change(doc.get(line, label)))
            return told(name, (file, doc, line), label, also)

        return plant

    return planter


def _plus(amount: float) -> Callable[[Any], Any]:
    return lambda value: round(_number(value) + amount, 2)


def _at_item(
    slug: str, item: str, index: int, change: Callable[[Any], Any], column: str | None, side: int = 0
) -> Plant:
    """A cell beside an item changed, and told there."""

    def plant(unit: Unit) -> Fault:
        place = _item(unit, slug, item, side)
        place[2].cells[index] = change(place[2].cells[index])
        return told("", place, column)

    return plant


def _total_missing(unit: Unit) -> Fault:
    file, doc, line = _item(unit, "accounts", "本年支出合计", 3)
    line.cells[3] = "小结"
    return told("", (file, doc, doc.data()[-1]), None)


def _task_not_done(unit: Unit) -> Fault:
    _item(unit, "work_done", "3")[2].cells[1] = ""
    return told("", _item(unit, "work_tasks", "3"), None)


def _adjustment_reason(unit: Unit) -> Fault:
    _item(unit, "notes", "预算调整说明")[2].cells[1] = ""
    file, doc = unit.named("budget")
    fault = told("", (file, doc, doc.data()[0]), "调整数")
    fault.lines = [line for line in doc.data() if _number(doc.get(line, "调整数"))]
    return fault


def _other_county(unit: Unit) -> Fault:
    _item(unit, "profile", "行政区划")[2].cells[1] = "某某区"
    file, doc = unit.rng.choice([(f, d) for f in unit.files for d in f.docs if d.slug == "service"])
    return told("", (file, doc, doc.data()[0]), "县（市、区）")


def _year_end_missing(unit: Unit) -> Fault:
    file, doc = unit.named("service")
    file.docs.remove(doc)
    return told("", (file, None, None), None)


def _slow(unit: Unit) -> Fault:
    file, doc = unit.named("payments")
    for line in doc.data():
        doc.put(line, "支付日期", f"2024-12-{unit.rng.randrange(1, 29):02d}")
    return told("", (file, None, None), "金额（元）")


def _deviating(unit: Unit) -> Fault:
    file, doc = unit.named("budget")
    first, total = doc.data()[0], next(line for line in doc.lines if line.role == "total")
    for line in (first, total):
        doc.put(line, "年初预算数", _number(doc.get(line, "年初预算数")) - 500_000)
        doc.put(line, "调整数", _number(doc.get(line, "调整数")) + 500_000)
    return told("", (file, None, None), "全年预算数")


def _service(change: Callable[[dict[str, Any], Unit], str]) -> Plant:
    """A county's figures at the end of the year changed; its rates follow. `change` gives the column that is told."""

    def plant(unit: Unit) -> Fault:
        file, doc = next((f, d) for f in unit.files for d in f.docs if d.sheet == "2024年末")
        line = unit.rng.choice(doc.data())
        figures = dict(zip(doc.header.cells, line.cells, strict=True))
        column = change(figures, unit)
        if figures[POPULATION]:
            figures[COVERAGE] = round(figures[PEOPLE] * 100 / figures[POPULATION], 2)
            figures[PER_HEAD] = round(figures[VOLUME] / figures[POPULATION], 2)
        line.cells = list(figures.values())
        return told("", (file, doc, line), column)

    return plant


def _two_populations(figures: dict[str, Any], unit: Unit) -> str:
    figures[POPULATION] = ""
    figures[PER_HEAD] = round(figures[PER_HEAD] * unit.rng.uniform(1.2, 3), 2)
    return COVERAGE


def _too_many_people(figures: dict[str, Any], unit: Unit) -> str:
    figures[PEOPLE] = figures[POPULATION] + unit.rng.randrange(1, 5_000)
    return PEOPLE


def _population_jump(figures: dict[str, Any], unit: Unit) -> str:
    figures[POPULATION] = int(figures[POPULATION] * unit.rng.choice([0.8, 1.15, 1.6]))
    return POPULATION


def _cumulative_fall(figures: dict[str, Any], unit: Unit) -> str:
    column = unit.rng.choice([PEOPLE, VOLUME])
    figures[column] = int(figures[column] * 0.3)
    return column


def _indicator(
    change: Callable[[dict[str, Any], Unit], object], column: str, suits: Callable[[dict[str, Any]], bool]
) -> Plant:
    """Cells of an indicator that suits changed, and told in its row."""

    def plant(unit: Unit) -> Fault:
        file, doc = unit.named("indicators")
        rows = [(line, dict(zip(doc.header.cells, line.cells, strict=True))) for line in doc.data()]
        line, cells = unit.rng.choice([(line, cells) for line, cells in rows if suits(cells)])
        change(cells, unit)
        line.cells = list(cells.values())
        return told("", (file, doc, line), column)

    return plant


def _put(**cells: Any) -> Callable[[dict[str, Any], Unit], object]:
    return lambda row, unit: row.update(cells)


def _is_count(row: dict[str, Any]) -> bool:
    return row["指标性质"] == "≥" and row["计量单位"] not in ("%", "百分点")


def _is_date(row: dict[str, Any]) -> bool:
    return row["计量单位"] == "日期"


def _is_word(row: dict[str, Any]) -> bool:
    return row["指标性质"] == "定性"


def _weights(second: bool) -> Plant:
    """The weights of a project off by some points, or moved from one kind of indicator to another."""

    def plant(unit: Unit) -> Fault:
        file, doc = unit.named("indicators")
        project = unit.rng.choice(sorted({doc.get(line, "项目编码") for line in doc.data()}))
        mine = [line for line in doc.data() if doc.get(line, "项目编码") == project]
        more = unit.rng.choice([line for line in mine if doc.get(line, "一级指标") == "产出指标"])
        doc.put(more, WEIGHT, doc.get(more, WEIGHT) + 3)
        if second:
            less = unit.rng.choice([line for line in mine if doc.get(line, "一级指标") == "效益指标"])
            doc.put(less, WEIGHT, doc.get(less, WEIGHT) - 3)
        return told("", (file, doc, mine[0]), WEIGHT)

    return plant


def _named_twice(unit: Unit) -> Fault:
    file, doc = unit.named("indicators")
    lines = doc.data()
    at = unit.rng.choice([i for i in range(1, len(lines)) if lines[i].cells[0] == lines[i - 1].cells[0]])
    doc.put(lines[at], "三级指标", doc.get(lines[at - 1], "三级指标"))
    return told("", (file, doc, lines[at]), "三级指标")


def _unfed(unit: Unit) -> Fault:
    unit.files = [file for file in unit.files if file.dataset != "满意度问卷"]
    file, doc = unit.named("indicators")
    line = unit.rng.choice([line for line in doc.data() if doc.get(line, BINDING) == "服务对象满意度"])
    fault = told("", (file, doc, line), BINDING, rf"{FOLLOWS}|source\.absent")
    fault.lines = [line for line in doc.data() if doc.get(line, BINDING) == "服务对象满意度"]
    return fault


def _month_without_shares(unit: Unit) -> Fault:
    logs = [file for file in unit.files if file.dataset == "科普员分享记录"]
    unit.files.remove(unit.rng.choice(logs))
    first = next(file for file in logs if file in unit.files)
    return told("", (first, None, None), "分享时间")


def _month_without_tasks(unit: Unit) -> Fault:
    file, doc = unit.named("tasks")
    month = unit.rng.choice(sorted({str(doc.get(line, "月份")) for line in doc.data()}))
    doc.lines = [line for line in doc.lines if line.role == "header" or str(doc.get(line, "月份")) != month]
    return told("", (file, None, None), "月份")


def _no_budget(unit: Unit) -> Fault:
    file, doc, line = _item(unit, "budget", "51113224T000000000001", 3)
    for label in ("年初预算数", "调整数", "全年预算数", "支出数", "结余数"):
        doc.put(line, label, 0)
    doc.put(line, "执行率", "")
    _, paid = unit.named("payments")
    paid.lines = [other for other in paid.lines if paid.get(other, "项目编码") != doc.get(line, "项目编码")]
    return told(
        "", (file, doc, line), "全年预算数", rf"{FOLLOWS}|payments\.progress\.line|indicators\.binding\.missing"
    )


def _low_rate(unit: Unit) -> Fault:
    unit.beside.append(
        lambda root: (root / "单位设置.toml").write_text('"规则包" = "sichuan-0013zp"\n', encoding="utf-8")
    )
    file, doc, line = _item(unit, "budget", "51113224T000000000001", 3)
    doc.put(line, "支出数", _number(doc.get(line, "支出数")) * 0.5)
    return told("", (file, doc, line), "支出数")


def _sides(unit: Unit) -> Fault:
    place = _item(unit, "accounts", "总计")
    place[2].cells[2] = float(place[2].cells[2]) + 9
    return told("", place, "决算数")


_SPENT = ("accounts", "本年支出合计", 5, lambda v: float(v) + 9, "决算数", 3)
_FINAL: dict[str, Plant] = {
    "shares.months.missing": _month_without_shares,
    "tasks.months.missing": _month_without_tasks,
    "final_accounts.total.sum": _at_item(*_SPENT),
    "final_accounts.expenditure.projects": _at_item(*_SPENT),
    "final_accounts.sides.balance": _sides,
    "final_accounts.carryover.sum": _at_item("accounts", "年末结转和结余", 5, lambda v: float(v or 0) + 9, "决算数", 3),
    "final_accounts.total.missing": _total_missing,
}
_ROWS: dict[str, Callable[[str], Plant]] = {
    "budget.final.sum": _changed("budget", "全年预算数", _plus(1), _BUDGET),
    "budget.balance.sum": _changed("budget", "结余数", _plus(1), _BUDGET),
    "budget.rate.mismatch": _changed("budget", "执行率", lambda _: "12.34%", _BUDGET),
    "budget.paid.payments": _changed("budget", "支出数", _plus(0.01), _BUDGET),
    "budget.function_code.unlisted": _changed("budget", "功能科目编码", lambda _: "2359999", _BUDGET),
    "payments.department_class.unlisted": _changed("payments", "部门经济分类", lambda _: "30998"),
    "payments.government_class.unlisted": _changed("payments", "政府经济分类", lambda _: "59998"),
    "service.coverage.implied": _changed("service", COVERAGE, _plus(1)),
    "service.per_capita.implied": _changed("service", PER_HEAD, _plus(1)),
}
_FORM: dict[str, Plant] = {
    "profile.unit": _at_item("profile", "单位编码", 1, lambda _: "359999", "内容"),
    "profile.date": _at_item("profile", "填报日期", 1, lambda _: "2025-02-30", "内容"),
    "profile.missing": _at_item("profile", "填报日期", 1, lambda _: "", "内容"),
    "work_tasks.done.missing": _task_not_done,
    "budget.adjustment.reason": _adjustment_reason,
    "budget.deviation.line": _deviating,
    "payments.progress.line": _slow,
    "service.county.own": _other_county,
    "service.sheet.year": _year_end_missing,
    "service.population.single": _service(_two_populations),
    "service.people.over": _service(_too_many_people),
    "service.population.jump": _service(_population_jump),
    "service.cumulative.fall": _service(_cumulative_fall),
}
_SCORED: dict[str, Plant] = {
    "indicators.name.duplicate": _named_twice,
    "indicators.weights.sum": _weights(second=False),
    "indicators.weights.groups": _weights(second=True),
    "indicators.target.unreadable": _indicator(_put(指标值="若干"), "指标值", _is_count),
    "indicators.binding.unknown": _indicator(_put(取数指标="不在目录中的名称"), BINDING, _is_count),
    "indicators.binding.unused": _indicator(_put(取数指标="不在目录中的名称", **{HAND: 9_999_999}), BINDING, _is_count),
    "indicators.binding.missing": _unfed,
    "indicators.binding.kind": _indicator(_put(取数指标="科普传播员人数"), BINDING, _is_date),
    "indicators.actual.missing": _indicator(_put(取数指标="", **{HAND: ""}), HAND, _is_word),
    "indicators.manual.unreadable": _indicator(_put(取数指标="", **{HAND: "若干"}), HAND, _is_count),
    "indicators.manual.differs": _indicator(_put(**{HAND: 9_999_999}), HAND, _is_count),
    "indicators.unit.mismatch": _indicator(_put(计量单位="元"), "计量单位", _is_count),
    "indicators.tier.unknown": _indicator(_put(**{HAND: "很好"}), HAND, _is_word),
    "indicators.tier.percent": _indicator(_put(**{HAND: "部分达成年度指标"}), HAND, _is_word),
    "indicators.tier.range": _indicator(_put(**{HAND: "部分达成年度指标（90%）"}), HAND, _is_word),
    "indicators.reason.missing": _indicator(_put(指标值=99_999_999, **{REASON: ""}), REASON, _is_count),
    "indicators.reason.over": _indicator(_put(指标值=1, **{REASON: ""}), REASON, _is_count),
    "projects.rate.undefined": _no_budget,
    "projects.rate.reason": _low_rate,
}
RULES: dict[str, Plant] = {**_FINAL, **{name: make(name) for name, make in _ROWS.items()}, **_FORM, **_SCORED}
