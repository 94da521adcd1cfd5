"""Scoring rule packs: their schema and how a pack file is loaded.

Belongs here: pydantic models of packs/*.toml and errors that name the file and the key.
Does not belong here: any arithmetic (arithmetic.py, department.py) and any number of a rule (packs/*.toml).
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from selfeval.settings import ConfigError

PACKS = Path(__file__).with_name("packs")
DEFAULT_PACK = "national-2020"
DEFAULT_DEPARTMENT_PACK = "department-sichuan-c"

#: how a value is backed: R read in the source, K common practice, C calculated from published figures.
Evidence = Literal["R", "K", "C"]
Share = Annotated[Decimal, Field(ge=0, le=1)]
Points = Annotated[Decimal, Field(ge=0, le=100)]


class PackError(ConfigError):
    """A pack cannot be used; the message names the file and the key."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Execution(Strict):
    """预算执行率; `rate_note` is the chapter of 情况说明 in which a required reason is written."""

    weight: Points
    reason_below: Share | None = None
    rate_note: str = "预算执行说明"
    evidence: Evidence


class WeightGroup(Strict):
    label: str
    weights: dict[str, Points]
    evidence: Evidence


class Tier(Strict):
    """A tier of 定性 indicators: lowest ≤ percentage < highest (100 itself lies in the top tier)."""

    names: Annotated[list[str], Field(min_length=1)]
    lowest: Points
    highest: Points
    reached: bool = False
    evidence: Evidence

    def holds(self, percentage: Decimal) -> bool:
        return self.lowest <= percentage < self.highest or percentage == self.highest == 100


class OverTarget(Strict):
    """Far over target from `ratio` on; `deduction` is the share of the weight taken off, 0 where no rule does."""

    ratio: Annotated[Decimal, Field(gt=1)]
    deduction: Share = Decimal(0)
    evidence: Evidence


class Grade(Strict):
    name: str
    lowest: Annotated[Points, Field(alias="from")]
    evidence: Evidence


class Source(Strict):
    """What every pack says of itself."""

    id: str
    title: str
    document: str
    article: str
    verified: bool

    @property
    def source(self) -> str:
        return f"{self.document}（{self.article}）"


class Pack(Source):
    """Rules of 项目支出绩效自评."""

    layout: Literal["national", "sichuan"]
    execution: Execution
    weight_groups: list[WeightGroup] = []
    tiers: Annotated[list[Tier], Field(min_length=1)]
    over_target: OverTarget
    grades: Annotated[list[Grade], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not any(tier.reached for tier in self.tiers):
            raise ValueError("tiers：至少一档须为 reached = true")
        if min(grade.lowest for grade in self.grades) != 0:
            raise ValueError("grades：最低一级的 from 须为 0")
        for group in self.weight_groups:
            if sum(group.weights.values()) + self.execution.weight != 100:
                raise ValueError(f"weight_groups：“{group.label}”与预算执行率合计须为100分")
        return self

    def grade(self, points: Decimal) -> str:
        """The grade of a total out of 100."""
        return max((g for g in self.grades if points >= g.lowest), key=lambda g: g.lowest).name


class Manual(Strict):
    name: Literal["manual"]


class GoalCompletion(Strict):
    """weight × completion of the 定量 indicators in scope: by `reached`, the share of indicators that reach their
    target; by `points`, their points ÷ their weights. Words of `level2` are looked for in 二级指标."""

    name: Literal["goal_completion"]
    by: Literal["reached", "points"] = "reached"
    level2: list[str] = []
    categories: list[str] = []


class ProgressLine(Strict):
    fact: str
    label: str
    line: Annotated[Share, Field(gt=0)]


class ExecutionProgress(Strict):
    """The weight is split evenly over the dates; below its line a date has its share × actual ÷ line."""

    name: Literal["execution_progress"]
    lines: Annotated[list[ProgressLine], Field(min_length=1)]


class Falling(Strict):
    """Full weight up to `tolerance`, none from `zero_at` on, falling evenly between them."""

    fact: str
    tolerance: Share
    zero_at: Annotated[Decimal, Field(gt=0)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.zero_at <= self.tolerance:
            raise ValueError("zero_at 须大于 tolerance")
        return self


class BudgetDeviation(Falling):
    name: Literal["budget_deviation"]


class Carryover(Falling):
    """结转结余 ÷ 全年预算数 of all projects."""

    name: Literal["carryover"]


class BudgetCompletion(Strict):
    """weight × 支出数 ÷ 全年预算数, at most full."""

    name: Literal["budget_completion"]
    categories: list[str] = []


class Violations(Strict):
    """Full weight when the profile says so in one of the `clean` words, else `deduction` a problem."""

    name: Literal["violations"]
    profile: str
    clean: list[str]
    deduction: Points


Formula = Annotated[
    Manual | GoalCompletion | ExecutionProgress | BudgetDeviation | Carryover | BudgetCompletion | Violations,
    Field(discriminator="name"),
]


class Item(Strict):
    id: str
    level1: str
    level2: str
    level3: str
    weight: Points
    evidence: Evidence
    formula: Formula
    note: str = ""


class DepartmentPack(Source):
    """The indicator system of 部门整体绩效自评."""

    items: Annotated[list[Item], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(item.weight for item in self.items)
        if total != 100:
            raise ValueError(f"items：分值合计须为100分，现为{total}分")
        ids = [item.id for item in self.items]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(f"items：id 重复 {'、'.join(repeated)}")
        return self


PackType = TypeVar("PackType", Pack, DepartmentPack)


def progress_lines(pack: DepartmentPack) -> dict[str, Decimal]:
    """The official lines of 支出进度 by fact id, where the pack has them."""
    return {
        line.fact: line.line
        for item in pack.items
        if isinstance(item.formula, ExecutionProgress)
        for line in item.formula.lines
    }


def load_pack(name_or_path: str | Path = DEFAULT_PACK, folder: Path = Path()) -> Pack:
    """A project pack, by the name it is shipped under or by the path of a .toml file, from `folder` where relative."""
    return _load(name_or_path, Pack, folder)


def load_department_pack(name_or_path: str | Path = DEFAULT_DEPARTMENT_PACK, folder: Path = Path()) -> DepartmentPack:
    """A department pack, named as a project pack is."""
    return _load(name_or_path, DepartmentPack, folder)


def _load(name_or_path: str | Path, model: type[PackType], folder: Path) -> PackType:
    path = _locate(name_or_path, folder)
    try:
        # Decimal straight from the text: a float would already have lost the value.
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"计分规则包 {path}：无法读取") from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"计分规则包 {path}：不是有效的 TOML（{error}）") from error
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise PackError("\n".join(_line(path, dict(detail)) for detail in error.errors())) from error


def _locate(name_or_path: str | Path, folder: Path) -> Path:
    if isinstance(name_or_path, Path) or name_or_path.endswith(".toml"):
        return folder / name_or_path
    path = PACKS / f"{name_or_path}.toml"
    shipped = sorted(p.stem for p in PACKS.glob("*.toml"))
    if name_or_path not in shipped:
        raise PackError(f"没有名为“{name_or_path}”的计分规则包，可用的有：{'、'.join(shipped)}")
    return path


def _line(path: Path, detail: dict[str, Any]) -> str:
    """One error as “file: key: what”, in the words of an operator where pydantic's are common ones."""
    key = ".".join(str(part) for part in detail["loc"]) or "（整体）"
    own = str(detail.get("ctx", {}).get("error"))
    words = {"missing": "缺少此项", "extra_forbidden": "未知的键", "value_error": own}
    return f"计分规则包 {path}：{key}：{words.get(detail['type'], detail['msg'])}"
