"""One violation of each rule across tables, told where the rule tells it."""

from __future__ import annotations

from collections.abc import Callable

from bench.planted.cells import _number
from bench.planted.paper import Doc, Fault, File, Line, Unit

Change = Callable[[Unit, File, Doc, Line], str | None]
#: rule → (table, the change to one of its rows, what follows from it). The change gives the column told, if any.
RULES: dict[str, tuple[str, Change, str]] = {}


def plant_rule(name: str, unit: Unit) -> Fault:
    """Plant a violation of a rule in a random row of its table."""
    slug, change, also = RULES[name]
    file, doc = unit.named(slug)
    line = unit.rng.choice(doc.data())
    column = change(unit, file, doc, line)
    return Fault(name, file, doc, name.replace(".", r"\."), [line], column, also=also or r"scoring\..*")


def _rule(name: str, slug: str, also: str = "") -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        RULES[name] = (slug, change, also)
        return change

    return register


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


_BUDGET = r"budget\..*|final_accounts\..*|scoring\..*"
RULES["budget.final.sum"] = ("budget", _add("全年预算数", 1), _BUDGET)
RULES["budget.balance.sum"] = ("budget", _add("结余数", 1), _BUDGET)
RULES["budget.rate.mismatch"] = ("budget", _set("执行率", "12.34%"), _BUDGET)
RULES["budget.paid.payments"] = ("budget", _add("支出数", 0.01), _BUDGET)
RULES["budget.function_code.unlisted"] = ("budget", _set("功能科目编码", "2069999"), _BUDGET)
RULES["payments.department_class.unlisted"] = ("payments", _set("部门经济分类", "30999"), "")
RULES["payments.government_class.unlisted"] = ("payments", _set("政府经济分类", "59999"), "")
