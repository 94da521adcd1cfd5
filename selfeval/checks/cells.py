"""The checks of a declaration on its cells: by pandera on a frame, or by their SQL twins on a table of any size.

A twin is derived from the pandera check itself, so that there is one declaration. Both give the same faults, as
(row, column, kind); a property test holds them to it. Words for operators are made here too, from the declaration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from schemas import offered

#: pandera's name of a built-in check → the last part of the rule's id.
KINDS = {
    "isin": "domain",
    "str_matches": "format",
    "in_range": "range",
    "greater_than_or_equal_to": "range",
    "greater_than": "range",
    "less_than_or_equal_to": "range",
    "less_than": "range",
}
_TYPE_WORDS = {
    "integer": "整数",
    "money": "金额",
    "decimal": "数字",
    "percent": "百分数",
    "date": "日期",
    "timestamp": "日期和时间",
    "month": "月份",
}
_TYPE_FIX = {
    "integer": "请改为不带文字和小数的数字",
    "money": "请改为不带文字、最多两位小数的金额",
    "decimal": "请改为不带文字的数字",
    "percent": "请改为不带文字的百分数",
    "date": "请按2024-01-31这样的格式填写真实存在的日期",
    "timestamp": "请按2024-01-31 08:30:00这样的格式填写真实存在的时间",
    "month": "请按2024-01这样的格式填写",
}


@dataclass(frozen=True)
class Words:
    """The message and mend of one kind of fault in one column; `{value}` stands for the cell."""

    message: str
    fix: str


def literal(value: Any) -> str:
    """A Python value as a DuckDB literal."""
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int | Decimal):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def holds(check: pa.Check, column: str) -> str:
    """The SQL twin of a check: true where the value of `column` passes. Raises KeyError for a check without a twin."""
    stats: dict[str, Any] = check.statistics or {}
    name = check.name or ""
    if name == "isin":
        return f"{column} IN ({', '.join(literal(v) for v in stats['allowed_values'])})"
    if name == "str_matches":
        return f"regexp_matches({column}, {literal(str(stats['pattern']).replace('$', chr(92) + 'z'))})"
    if name == "in_range":
        low = ">=" if stats["include_min"] else ">"
        high = "<=" if stats["include_max"] else "<"
        return f"({column} {low} {literal(stats['min_value'])} AND {column} {high} {literal(stats['max_value'])})"
    sign = {
        "greater_than_or_equal_to": (">=", "min_value"),
        "greater_than": (">", "min_value"),
        "less_than_or_equal_to": ("<=", "max_value"),
        "less_than": ("<", "max_value"),
    }[name]
    return f"{column} {sign[0]} {literal(stats[sign[1]])}"


def by_pandera(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> set[tuple[int, str, str]]:
    """Faults of a frame whose index is the row's id and whose dtypes are the declaration's."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return set()
    faults = set()
    for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if index is None or pd.isna(index):
            raise RuntimeError(f"pandera failed without a row: {column} {check}")
        kind = "required" if check == "not_nullable" else KINDS[_name_of(schema, str(column), str(check))]
        faults.add((int(index), str(column), kind))
    return faults


def _name_of(schema: pa.DataFrameSchema, column: str, check: str) -> str:
    """failure_cases names a check by its error text, which is unique within a column."""
    return next(str(c.name) for c in schema.columns[column].checks if check in (c.error, c.name, str(c)))


def sql_faults(schema: pa.DataFrameSchema, columns: list[str], relation: str) -> str:
    """A query over `relation` that gives the same faults as `by_pandera`: _id, column, kind."""
    parts = []
    for name in columns:
        column = schema.columns[name]
        if not column.nullable:
            parts.append((name, "required", f"{name} IS NULL"))
        parts += [(name, KINDS[c.name], f"NOT {holds(c, name)}") for c in column.checks]
    tests = ", ".join(
        f"CASE WHEN {test} THEN {{'column': '{name}', 'kind': '{kind}'}} END" for name, kind, test in parts
    )
    anything = " OR ".join(f"coalesce({test}, false)" for _, _, test in parts) or "false"
    listed = f"list_filter([{tests}], lambda f: f IS NOT NULL)" if parts else "[]"
    return (
        "SELECT DISTINCT _id, fault['column'] AS \"column\", fault['kind'] AS kind FROM "
        f"(SELECT _id, unnest({listed}) AS fault FROM {relation} WHERE {anything})"
    )


#: What a fault of one of these kinds says, in any column.
_PLAIN_WORDS = {
    "required": ("“{label}”为空。", "请补填“{label}”。"),
    "scientific": ("“{label}”为科学计数法“{value}”，尾数已丢失，无法还原。", "请把该列设为文本格式后从系统重新导出。"),
    "zeros": ("“{label}”为“{value}”，可能丢失了前面的0。", "请把该列设为文本格式后重新导出，或补上前面的0。"),
    "scale": ("“{label}”为“{value}”，与其他数相差一万倍，可能混用了万元和元。", "请统一为本列的单位后改正。"),
    "unit": (
        "“{label}”为“{value}”，小数多于两位，像是以万元为单位，而表上没有写明万元。",
        "确为万元的，请在表名下写明“单位：万元”，否则请改为元。",
    ),
    "epoch": (
        "“{label}”为“{value}”，比填报年度早或晚四年零一天，可能是1904日期系统造成的。",
        "请核对工作簿的日期系统，改正日期。",
    ),
    "year": ("“{label}”在{value}年，不是填报年度{year}年。", "请换成{year}年的数据。"),
    "error_cell": ("“{label}”是错误值“{value}”。", "请改正公式，或直接填写数值。"),
    "formula": ("“{label}”是没有计算结果的公式，读不到内容。", "请用Excel打开后保存一次，或把公式粘贴为数值。"),
    "null_byte": ("“{label}”含有空字符，内容可能已损坏。", "请重新导出该文件。"),
    "merged": ("“{label}”在合并单元格之内，无法确定属于哪一行哪一列。", "请取消合并，逐行逐列填写。"),
    "filled": ("“{label}”是跨行合并的单元格，已按每行都是此值读取。", "请取消合并并逐行填写，以免误读。"),
    "glued": ("“{label}”写成了编码加名称，已取编码“{value}”。", "无需处理；最好只填编码。"),
    "serial": ("“{label}”是日期序列号“{value}”，已换算为日期。", "无需处理；最好把单元格设为日期格式。"),
}


def plain_words(kind: str, label: str = "{label}", year: int = 0) -> Words:
    """The words of a kind that are the same in any column. Raises KeyError for another kind."""
    message, fix = (said.replace("{label}", label).replace("{year}", str(year)) for said in _PLAIN_WORDS[kind])
    return Words(message, fix)


def words(schema: pa.DataFrameSchema, column: str, kind: str, label: str, year: int = 0) -> Words:
    """What a fault says and how it is mended, in one clear Chinese sentence each."""
    declared = schema.columns[column]
    if kind in _PLAIN_WORDS:
        return plain_words(kind, label, year)
    if kind == "type":
        value_kind = declared.metadata["kind"]
        return Words(f"“{label}”应为{_TYPE_WORDS[value_kind]}，现为“{{value}}”。", f"{_TYPE_FIX[value_kind]}。")
    check = next(c for c in declared.checks if KINDS[c.name] == kind)
    if kind == "domain":
        allowed = check.statistics["allowed_values"]
        listed = "、".join(offered(check))
        if len(allowed) == 1:
            return Words(f"“{label}”为“{{value}}”，应为“{listed}”。", "请核对是否放错了文件，或改正这一格。")
        more = f"；确需新增的，请在单位设置.toml的“取值”中登记到“{check.description}”" if check.description else ""
        return Words(f"“{label}”为“{{value}}”，不在允许的取值之内。", f"请改为{listed}之一{more}。")
    if kind == "format":
        return Words(f"“{label}”为“{{value}}”，格式不对。", f"“{label}”应为{check.description}，请核对后改正。")
    return Words(f"“{label}”为“{{value}}”，超出允许的范围。", f"“{label}”应{range_words(check)}，请核对后改正。")


def range_words(check: pa.Check) -> str:
    """What a range check allows, in Chinese: 不小于0."""
    stats: dict[str, Any] = check.statistics or {}
    low, high = stats.get("min_value"), stats.get("max_value")
    if isinstance(low, dt.date) and isinstance(high, dt.date):
        last = high if stats.get("include_max", True) else high - dt.timedelta(days=1)
        return f"在{low:%Y-%m-%d}至{last:%Y-%m-%d}之间"
    if low is not None and high is not None:
        return f"在{low}至{high}之间"
    return f"不小于{low}" if low is not None else f"不大于{high}"
