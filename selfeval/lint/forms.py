"""A self-evaluation form as the rules see it: money rows, indicator rows, totals, in one shape for all layouts.

Belongs here: frozen shapes and plain reading of them. Does not belong here: how they are found in the lines
(scan.py, money_rows.py, indicator_rows.py), and what is wrong with them (rules/).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from selfeval.lint.lines import Line
from selfeval.lint.numbers import Quantity, is_blank, plain_number, squeeze


@dataclass(frozen=True)
class MoneyRow:
    """`values` has a key for each column that the row has: a blank cell is "", a missing column no key."""

    label: str
    place: str
    total: bool
    nested: bool
    values: Mapping[str, str]

    def amount(self, role: str) -> Decimal | None:
        number = self.quantity(role)
        return number.value if number else None

    def quantity(self, role: str) -> Quantity | None:
        return plain_number(self.values.get(role, ""))

    def text(self, role: str) -> str:
        return self.values.get(role, "").strip()


@dataclass(frozen=True)
class Indicator:
    """A row of the indicator table; None for a column that the table does not have."""

    place: str
    level1: str
    level2: str
    name: str
    target: str | None
    actual: str | None
    weight: str | None
    score: str | None
    reason: str | None
    unit: str = ""
    criteria: str = ""
    folded: str | None = None

    @property
    def weight_value(self) -> Decimal | None:
        number = plain_number(self.weight or "")
        return number.value if number else None

    @property
    def score_value(self) -> Decimal | None:
        number = plain_number(self.score or "")
        return number.value if number else None

    @property
    def explained(self) -> bool:
        """A reason is a sentence; 无 and dashes are none."""
        return bool(self.reason) and not is_blank(self.reason or "") and squeeze(self.reason or "") not in NO_REASON

    @property
    def execution(self) -> bool:
        """预算执行率 listed among the indicators."""
        by_formula = bool(re.search(r"[/÷]", self.name)) and bool(_EXECUTION.search(self.level2))
        return by_formula or bool(_EXECUTION.search(self.name or self.level1))


_EXECUTION = re.compile(
    r"(?:预算|资金|经费|支出)[\u4e00-\u9fff]{0,4}(?:执行率|执行进度|支出率|完成率)|^(?:执行率|支出率)|预算执行(?!.*(?:规范|监督|管理))"
)
NO_REASON = {"无", "暂无", "没有", "无偏差", "不适用", "无原因", "未发现", "无说明"}


@dataclass(frozen=True)
class Total:
    """The 总分 row. `label` as printed."""

    label: str
    place: str
    weight: str | None
    score: str | None


@dataclass
class Form:
    """Built line by line while scanning, read-only afterwards."""

    title: str
    place: str
    lines: list[Line] = field(default_factory=list)
    money: list[MoneyRow] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    #: 产出(50分): level → (printed points, place)
    sections: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    #: 预算执行情况(10分), 得分(20分*执行率)
    execution_weight: Decimal | None = None
    money_unit: str = ""
    #: its header has weights of several levels
    nested: bool = False
    cut: bool = False

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def total_money(self) -> MoneyRow | None:
        return next((row for row in self.money if row.total), None)

    @property
    def scored(self) -> bool:
        """Its money is part of a self-evaluation; else it is a table of projects or accounts."""
        points = any(row.values.keys() & {"weight", "score"} for row in self.money)
        return bool(self.indicators or self.execution_weight or points)

    @property
    def sichuan(self) -> bool:
        """The 0013zp layout, whose notes ask for a reason of every adjustment."""
        return bool(
            re.search(r"510000_0013|财政专户管理资金|部门预算项目支出绩效自评表|年中调整.{0,6}说明", squeeze(self.text))
        )
