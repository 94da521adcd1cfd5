"""The shapes that cross the borders between the program's parts: findings, facts, row accounts, scores, a unit's year.

Belongs here: frozen data without behaviour beyond reading itself. Does not belong here: reading, checking, rendering.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
Status = Literal["issued", "blocked", "awaiting", "to confirm", "failed"]
FactValue = Decimal | int | str


@dataclass(frozen=True)
class Finding:
    """One thing wrong with the data or the report, at its place.

    `row` is 1-based as a text editor or spreadsheet shows it; `rows` lists all rows of a grouped finding ("7-80,91").
    `message` and `fix` are each one sentence in Simplified Chinese.
    """

    rule: str
    severity: Severity
    message: str
    fix: str
    dataset: str | None = None
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    count: int = 1
    rows: str | None = None

    @property
    def place(self) -> str:
        """The name under which a person confirms it in 补充说明.toml: where it is and what it says.

        A figure that changes changes the sentence, so that nobody has confirmed the new one.
        """
        parts = (self.rule, self.file, self.sheet, self.row, self.column, self.message)
        return "/".join("" if part is None else str(part) for part in parts)


@dataclass(frozen=True)
class FactInput:
    """Rows of one file that a fact rests on."""

    dataset: str
    file: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Fact:
    """One figure of the report. Money is Decimal in 元 to the cent, a ratio is rounded to 6 places, a date is ISO text."""

    id: str
    value: FactValue
    unit: str
    display: str
    name: str
    definition: str
    sql: str | None
    inputs: tuple[FactInput, ...] = ()
    #: 取数指标 under which the declaration binds to this fact, and the project it belongs to, if any.
    binding: str | None = None
    project: str | None = None
    #: the terms the value was computed from, in digits (239÷260), where the definition does not give them.
    worked: str | None = None
    #: the figures that a score is made of, by fact id.
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """The first rows of one file that a fact rests on, as text: `rows` are (physical row, cells), private cells masked."""

    dataset: str
    file: str
    sheet: str | None
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class FileAccount:
    """Where the physical lines of one file (one sheet of a workbook) went: lines == read + other_lines."""

    file: str
    sheet: str | None
    sha256: str
    bytes: int
    encoding: str | None
    read: int
    accepted: int
    quarantined: int
    other_lines: int


@dataclass(frozen=True)
class DatasetAccount:
    """The row account of a dataset over all its files: read == accepted + quarantined."""

    name: str
    files: tuple[FileAccount, ...]

    @property
    def read(self) -> int:
        return sum(f.read for f in self.files)

    @property
    def accepted(self) -> int:
        return sum(f.accepted for f in self.files)

    @property
    def quarantined(self) -> int:
        return sum(f.quarantined for f in self.files)


@dataclass(frozen=True)
class Origin:
    """The cell or row from which a value was read."""

    dataset: str
    file: str
    sheet: str | None
    row: int | None


@dataclass(frozen=True)
class Indicator:
    """A row of the declaration (绩效指标). `target`, `manual` and `reason` are text as filled in, trimmed."""

    project: str
    level1: str
    level2: str
    level3: str
    nature: str
    target: str
    unit: str
    weight: Decimal
    binding: str | None
    manual: str | None
    reason: str | None
    origin: Origin

    @property
    def fact_id(self) -> str:
        return f"score.indicator.{self.project}/{self.level3}"


@dataclass(frozen=True)
class Project:
    """A row of 指标执行情况表: budgets and payment in 元."""

    code: str
    name: str
    category: str
    document: str | None
    budget_initial: Decimal
    adjustment: Decimal
    budget_final: Decimal
    paid: Decimal
    balance: Decimal
    origin: Origin


@dataclass(frozen=True)
class IndicatorScore:
    """How one indicator came out. `how` is one Chinese line on how the points came about; points None: not scorable."""

    indicator: Indicator
    actual: Decimal | dt.date | str | None
    actual_display: str
    #: the fact that fills 实际完成值; None where the value was filled by hand.
    source_fact: str | None
    met: bool | None
    #: actual ÷ target in the direction of the indicator (1 = met exactly), where both are numbers.
    attainment: Decimal | None
    points: Decimal | None
    how: str
    far_over_target: bool = False
    #: the target as a value, in the indicator's unit; None for 定性 and where it cannot be read.
    target: Decimal | dt.date | None = None


@dataclass(frozen=True)
class ProjectScore:
    """A project's sheet. A project without indicators has its money part alone: total and grade are None."""

    project: Project
    rate: Decimal | None
    rate_points: Decimal | None
    indicators: tuple[IndicatorScore, ...]
    total: Decimal | None
    grade: str | None


@dataclass(frozen=True)
class DepartmentItem:
    """A line of 部门整体绩效自评表; points None and `how` 待人工填写 where no data feeds it."""

    id: str
    level1: str
    level2: str
    level3: str
    weight: Decimal
    points: Decimal | None
    how: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class DepartmentScore:
    """The whole-department table: 已计分 `scored` / 可计分 `scorable` of `total`; no grade until complete."""

    title: str
    source: str
    verified: bool
    items: tuple[DepartmentItem, ...]
    scored: Decimal
    scorable: Decimal
    total: Decimal
    grade: str | None


@dataclass(frozen=True)
class Scores:
    projects: tuple[ProjectScore, ...]
    department: DepartmentScore
    pack: str
    pack_source: str
    pack_verified: bool
    #: which official form the sheets follow, and the points of 预算执行率.
    layout: Literal["national", "sichuan"] = "national"
    execution_weight: Decimal = Decimal(10)


@dataclass(frozen=True)
class YearChange:
    """How a fact moved from last year: `said` in words, `share` as a ratio where it has one, `large` where it is far."""

    fact: str
    name: str
    before: str
    now: str
    said: str
    share: Decimal | None
    large: bool


@dataclass(frozen=True)
class UnitYear:
    """Everything a report of one unit and year is made of; the renderers see nothing else.

    `tables` holds the accepted rows of the small tables (declaration, ledgers, budget), by table slug, as dicts of
    English column names to typed values; logs are never in it. `profile` is the 单位信息 sheet by its Chinese labels,
    `notes` the 情况说明 sheet by chapter.
    """

    unit: str
    year: int
    profile: Mapping[str, str]
    notes: Mapping[str, str]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    facts: Mapping[str, Fact]
    scores: Scores
    findings: Sequence[Finding]
    accounts: Sequence[DatasetAccount]
    #: datasets that are not needed and not there: their blocks are left out.
    missing: Sequence[str] = ()
    draft: bool = False
    #: sentences and reasons a person confirmed (补充说明.toml), by place.
    confirmed: Mapping[str, str] = field(default_factory=dict)
    #: the official line that a rate is held against, by fact id (支出进度 of the department's rule pack).
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    #: blocks of 项目绩效分析 that the unit does not want, by their Chinese names.
    left_out: Sequence[str] = ()
    #: what moved against last year, where last year's facts were issued.
    moved: Sequence[YearChange] = ()
    #: the first rows each fact rests on, by fact id.
    samples: Mapping[str, Sequence[Sample]] = field(default_factory=dict)
