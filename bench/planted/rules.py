"""One violation of each rule across tables, told where the rule tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.planted.cells import _number
from bench.planted.paper import Doc, Fault, File, Line, Unit

Change = Callable[[Unit, File, Doc, Line], str | None]
#: rule → (table, the change to one of its rows, what follows from it). The change gives the column told, if any.
RULES: dict[str, tuple[str, Change, str]] = {}


def plant_rule(name: str, unit: Unit) -> Fault:
    """Plant a violation of a rule, in a random row of its table or at the one place it can be."""
    if name in PLACED:
        return plant_placed(name, unit)
    slug, change, also = RULES[name]
    file, doc = unit.named(slug)
    line = unit.rng.choice(doc.data())
    column = change(unit, file, doc, line)
    return Fault(name, file, doc, name.replace(".", r"\."), [line], column, also=also or r"scoring\..*")


def _add(label: str, amount: float) -> Change:
    def change(unit: Unit, file: File, doc: Doc, line: Line) -> str:
        doc.put(line, label, round(_number(doc.get(line, label)) + amount, 2))
        return label

    return change


def _set(label: str, value: object) -> Change:
    def change(unit: Unit, file: File, doc: Doc, line: Line) -> str:
        doc.put(line, label, value)
        return label

    return change


def _item(slug: str, name: str) -> Callable[[Unit], tuple[File, Doc, Line]]:
    """The row whose first or fourth cell is `name`, as tables printed side by side and lists of items have it."""

    def find(unit: Unit) -> tuple[File, Doc, Line]:
        file, doc = unit.named(slug)
        return (
            file,
            doc,
            next(
                line
                for line in doc.data()
                if name in (str(line.cells[0]), str(line.cells[min(3, len(line.cells) - 1)]))
            ),
        )

    return find


@dataclass(frozen=True)
class At:
    """A violation in a row that cannot be any: found by name, changed at an index; told there or at another row."""

    find: Callable[[Unit], tuple[File, Doc, Line]]
    index: int
    change: Callable[[Any], Any]
    column: str | None
    told: Callable[[Unit], tuple[File, Doc, Line]] | None = None
    also: str = r"scoring\..*"


_FOLLOWS = r"final_accounts\..*|budget\..*|scoring\..*|service\..*|profile\..*"
_BUDGET = r"budget\..*|final_accounts\..*|scoring\..*"
RULES["budget.final.sum"] = ("budget", _add("全年预算数", 1), _BUDGET)
RULES["budget.balance.sum"] = ("budget", _add("结余数", 1), _BUDGET)
RULES["budget.rate.mismatch"] = ("budget", _set("执行率", "12.34%"), _BUDGET)
RULES["budget.paid.payments"] = ("budget", _add("支出数", 0.01), _BUDGET)
RULES["budget.function_code.unlisted"] = ("budget", _set("功能科目编码", "2069999"), _BUDGET)
RULES["payments.department_class.unlisted"] = ("payments", _set("部门经济分类", "30999"), "")
RULES["payments.government_class.unlisted"] = ("payments", _set("政府经济分类", "59999"), "")
RULES["service.coverage.implied"] = ("service", _add("精准科普覆盖率（%）", 1), _FOLLOWS)
RULES["service.per_capita.implied"] = ("service", _add("人均科普服务量（次）", 1), _FOLLOWS)
_SPENT = _item("accounts", "本年支出合计")
PLACED: dict[str, At] = {
    "profile.unit": At(_item("profile", "单位编码"), 1, lambda _: "359999", "内容"),
    "profile.date": At(_item("profile", "填报日期"), 1, lambda _: "2025-02-30", "内容", also=_FOLLOWS),
    "profile.missing": At(_item("profile", "填报日期"), 1, lambda _: "", "内容", also=_FOLLOWS),
    "final_accounts.total.sum": At(_SPENT, 5, lambda v: float(v) + 9, "决算数", also=_FOLLOWS),
    "final_accounts.expenditure.projects": At(_SPENT, 5, lambda v: float(v) + 9, "决算数", also=_FOLLOWS),
    "final_accounts.sides.balance": At(_item("accounts", "总计"), 2, lambda v: float(v) + 9, "决算数", also=_FOLLOWS),
    "final_accounts.carryover.sum": At(
        _item("accounts", "年末结转和结余"), 5, lambda v: float(v or 0) + 9, "决算数", also=_FOLLOWS
    ),
    "final_accounts.total.missing": At(
        _SPENT,
        3,
        lambda _: "小结",
        None,
        lambda unit: (*unit.named("accounts"), unit.named("accounts")[1].data()[-1]),
        _FOLLOWS,
    ),
    "work_tasks.done.missing": At(_item("work_done", "3"), 1, lambda _: "", None, _item("work_tasks", "3")),
    "budget.adjustment.reason": At(
        _item("notes", "预算调整说明"),
        1,
        lambda _: "",
        "调整数",
        lambda unit: (*unit.named("budget"), unit.named("budget")[1].data()[0]),
    ),
    "service.county.own": At(
        _item("profile", "行政区划"),
        1,
        lambda _: "某某区",
        "县（市、区）",
        lambda unit: (*unit.named("service"), unit.named("service")[1].data()[0]),
        _FOLLOWS,
    ),
}


def plant_placed(name: str, unit: Unit) -> Fault:
    """Plant a violation at its one place."""
    at = PLACED[name]
    file, doc, line = at.find(unit)
    line.cells[at.index] = at.change(line.cells[at.index])
    told_file, told_doc, told = at.told(unit) if at.told else (file, doc, line)
    return Fault(name, told_file, told_doc, name.replace(".", r"\."), [told], at.column, also=at.also)
