"""The words in which a dataset is declared: `Dataset`, `Table` and one builder a kind of column.

Belongs here: what every declaration shares (types, metadata keys, the shape of a domain file).
Does not belong here: any dataset's own columns, reading, checking or a message to operators.

A column's `kind` names how a cell as text becomes a value; `selfeval.sources.typing` holds the SQL of each.
`private` is None, "secret" (checked, then dropped: phone, id-card and bank-card numbers),
"name" (masked to 张*) or "payee" (masked unless it is recognisably an organisation).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa
import pyarrow

Private = Literal["secret", "name", "payee"]
Layout = Literal["rows", "pairs", "two-sided"]
#: A sheet of this name says how to fill the others in; it is read in no dataset.
GUIDE_SHEET = "填报说明"
#: Lists of allowed values and of 科目 codes.
DOMAINS = Path(__file__).with_name("domains.toml")

#: kind → Arrow type, which is at once pandera's dtype, DuckDB's column type and Parquet's.
ARROW_TYPES: dict[str, pyarrow.DataType] = {
    "text": pyarrow.string(),
    "code": pyarrow.string(),
    "free": pyarrow.string(),
    "month": pyarrow.string(),
    "integer": pyarrow.int64(),
    "money": pyarrow.decimal128(18, 2),
    "decimal": pyarrow.decimal128(24, 8),
    "percent": pyarrow.decimal128(24, 8),
    "date": pyarrow.date32(),
    "timestamp": pyarrow.timestamp("us"),
}


@dataclass(frozen=True)
class Scope:
    """What a declaration may depend on: the year reported on, the unit, and the lists of allowed values."""

    year: int
    unit: str
    domains: Mapping[str, tuple[str, ...]]


def _once_a_scope(declared: Callable[[Scope], pa.DataFrameSchema]) -> Callable[[Scope], pa.DataFrameSchema]:
    """The declaration, made anew only for another scope than the last: building one takes milliseconds, and every step asks."""
    last: tuple[Scope, pa.DataFrameSchema] | None = None

    @wraps(declared)
    def schema(scope: Scope) -> pa.DataFrameSchema:
        nonlocal last
        if last is None or last[0] is not scope:
            last = scope, declared(scope)
        return last[1]

    return schema


@dataclass(frozen=True)
class Table:
    """One table of a dataset.

    `sheet` is a regular expression on the sheet's name (None: any sheet, or a text file). Two rows of the same `key`
    with other content are a conflict; without a key only whole rows are compared.
    """

    slug: str
    label: str
    schema: Callable[[Scope], pa.DataFrameSchema]
    key: tuple[str, ...] = ()
    sheet: str | None = None
    layout: Layout = "rows"
    needed: bool = True
    #: (column, table.column): a value that must be found in another table, where that table is there.
    foreign_keys: tuple[tuple[str, str], ...] = ()
    #: adds a text column `sheet` that holds the sheet's name, for tables with a sheet a period.
    keep_sheet: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", _once_a_scope(self.schema))


@dataclass(frozen=True)
class Dataset:
    """One kind of raw table, however many files it comes in. `source` tells a clerk where to export it.

    `by_hand`: a clerk fills it in, so that an empty table is one not filled yet; `given` are rows that its blank form
    comes with, by table: the first columns' values, then how to fill what follows.
    """

    name: str
    slug: str
    globs: tuple[str, ...]
    tables: tuple[Table, ...]
    source: str
    needed: bool = False
    strict: bool = True
    order: int = 100
    feeds: str = ""
    notes: Sequence[str] = field(default_factory=tuple)
    by_hand: bool = False
    given: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def column(
    label: str,
    kind: str,
    *checks: pa.Check,
    required: bool = True,
    optional_column: bool = False,
    aliases: Sequence[str] = (),
    private: Private | None = None,
    unit: str = "",
    note: str = "",
    example: str = "",
    named: bool = False,
) -> pa.Column:
    """A declared column. `required`: no cell may be empty; `optional_column`: the header itself may be missing.

    `note` and `example` tell a clerk how to fill it in; the blank form shows them. `named`: persons in it are named in
    the report, as those awarded are.
    """
    return pa.Column(
        pd.ArrowDtype(ARROW_TYPES[kind]),
        list(checks),
        nullable=not required,
        required=not optional_column,
        title=label,
        description=note or label,
        metadata={
            "kind": kind,
            "aliases": tuple(aliases),
            "private": private,
            "unit": unit,
            "example": example,
            "named": named,
        },
    )


def pattern(regex: str, words: str) -> pa.Check:
    """The value has a fixed shape; `words` tells it in Chinese to whoever has to mend it."""
    return pa.Check.str_matches(regex, description=words)


def communicator_id() -> pa.Column:
    """科普员编号, wherever it is a key: KP and 8 digits."""
    return column("科普员编号", "code", pattern(r"^KP\d{8}$", "KP加8位数字"), aliases=("科普员编码", "传播员编号"))


def domain(scope: Scope, name: str) -> pa.Check:
    """The value stands in the list `name` of domains.toml, which a unit may extend in 单位设置.toml."""
    return pa.Check.isin(list(scope.domains[name]), description=name)


def offered(check: pa.Check) -> list[str]:
    """The values of a `domain` check that a person is offered: those shipped, in one way of writing, and the unit's own."""
    allowed = [str(value) for value in (check.statistics or {})["allowed_values"]]
    shown: list[str] | None = _shipped()["offered"].get(check.description)
    if shown is None:
        return allowed
    return [*shown, *(value for value in allowed if value not in _shipped()["lists"][check.description])]


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(DOMAINS.read_text(encoding="utf-8"))


@cache
def default_domains() -> dict[str, tuple[str, ...]]:
    """Lists of allowed values by name, as shipped."""
    return {name: tuple(values) for name, values in _shipped()["lists"].items()}


@cache
def subjects() -> dict[str, dict[str, str]]:
    """科目 codes and names known to the program, by list: 功能分类, 部门经济分类, 政府经济分类."""
    return {name: dict(values) for name, values in _shipped()["subjects"].items()}


def project_code(*, required: bool = True) -> pa.Column:
    """项目编码: 8 digits (region and year), a type letter, 12 digits (domain.md a.4, from samples)."""
    return column(
        "项目编码",
        "code",
        pattern(r"^\d{8}[A-Z]\d{12}$", "8位数字加1位大写字母加12位数字"),
        required=required,
        note="与指标执行情况表相同",
        example="51990124T000000000001",
    )
