"""Finding a table in a sheet: its header row, which column is which, title rows, totals and notes.

Header names and aliases come from the declarations; what a cell's value means does not belong here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pandera.pandas as pa

from schemas import Table
from selfeval.sources.text import Row, Sheet

#: A header stands among the first rows; exports with a longer preamble do not occur.
HEADER_ROWS = 60
TOTAL_WORDS = ("合计", "总计", "小计", "本页合计", "本月合计", "累计", "总合计")
_NOTE = re.compile(r"^(注|备注|说明|填表人|制表人|制表|审核人|审核|复核|单位负责人|财务负责人|填报人|经办人|打印日期|制表日期|导出时间)\d*[:：]")
_MONEY_UNIT = re.compile(r"单位[:：]?\s*(?:人民币)?\s*(亿元|万元|千元|百元|元)")
_BRACKET_UNIT = re.compile(r"[(（](亿元|万元|千元|百元|元)[)）]")
FACTORS = {"元": Decimal(1), "百元": Decimal(100), "千元": Decimal(1000), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


def normal(label: str) -> str:
    """A header as compared: full-width and half-width alike, no white space, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", label)).lower()


def bare(label: str) -> str:
    """A header without its bracket: 发放资料（份） → 发放资料."""
    return re.sub(r"\([^()]*\)$", "", normal(label))


@dataclass(frozen=True)
class Located:
    """Where a table stands in a sheet.

    `columns` maps a declared column to its index; `extra` an unknown header to its index; `rows` are the data rows.
    `other` counts physical lines that are no data row. `factors` multiplies money columns into 元.
    """

    header_row: int
    labels: Mapping[str, str]
    columns: Mapping[str, int]
    extra: Mapping[str, int]
    rows: Sequence[Row]
    totals: Sequence[Row]
    titles: Sequence[tuple[int, str]]
    factors: Mapping[str, Decimal]
    other: int
    missing: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    groups: tuple[Mapping[str, int], ...] = field(default=())


def names_of(column: pa.Column, own_aliases: Mapping[str, Sequence[str]]) -> set[str]:
    """All headers under which a declared column is known, normalised."""
    known = (column.title, *column.metadata["aliases"], *own_aliases.get(column.title, ()))
    return {normal(k) for k in known} | {bare(k) for k in known}


def match(labels: Sequence[str], schema: pa.DataFrameSchema, own: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Declared column → index of the header that fits it: an exact name first, one without its bracket after."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for form in (normal, bare):
        for name, column in schema.columns.items():
            if name in found:
                continue
            known = names_of(column, own)
            title = {normal(column.title)} if form is normal else set()
            for wanted in (title, known):
                index = next((i for i, t in enumerate(labels) if i not in taken and t and form(t) in wanted), None)
                if index is not None:
                    found[name] = index
                    taken.add(index)
                    break
    return found


def locate(sheet: Sheet, table: Table, schema: pa.DataFrameSchema, own: Mapping[str, Sequence[str]]) -> Located | None:
    """Find the table in a sheet, or None where no row looks like its header."""
    required = [name for name, column in schema.columns.items() if column.required]
    best: tuple[int, int, dict[str, int]] | None = None
    for position, (_, cells) in enumerate(sheet.rows[:HEADER_ROWS]):
        found = match(cells, schema, own)
        hits = sum(name in found for name in required)
        if best is None or hits > best[0]:
            best = (hits, position, found)
    if best is None or best[0] < max(1 if len(required) == 1 else 2, len(required) / 2):
        return None
    return _located(sheet, table, schema, best[1], best[2], own)


def _located(
    sheet: Sheet,
    table: Table,
    schema: pa.DataFrameSchema,
    position: int,
    columns: dict[str, int],
    own: Mapping[str, Sequence[str]],
) -> Located:
    number, header = sheet.rows[position]
    titles = [(row, cell.strip()) for row, cells in sheet.rows[:position] for cell in cells if cell.strip()]
    groups = _groups(header, schema, own) if table.layout == "two-sided" else ()
    if groups:
        columns = dict(groups[0])
    placed = set(columns.values()) | {i for group in groups for i in group.values()}
    labels = {name: header[index].strip() for name, index in columns.items()}
    extra, doubled = _extra(header, placed, set(map(normal, labels.values())))
    rows, totals = _split_rows(sheet.rows[position + 1 :], columns, groups, table)
    return Located(
        header_row=number,
        labels=labels,
        columns=columns,
        extra=extra,
        rows=rows,
        totals=totals,
        titles=titles,
        factors=_factors(titles, labels, schema),
        other=sheet.lines - len(rows),
        missing=tuple(c.title for n, c in schema.columns.items() if c.required and n not in columns),
        doubled=doubled,
        groups=groups,
    )


def _extra(header: Sequence[str], placed: set[int], known: set[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    extra: dict[str, int] = {}
    doubled: list[str] = []
    for index, cell in enumerate(header):
        label = cell.strip()
        if not label or index in placed:
            continue
        if normal(label) in known:
            doubled.append(label)
        name = label
        while name in extra or normal(name) in known:
            name += "_2"
        extra[name] = index
    return extra, tuple(doubled)


def _groups(header: Sequence[str], schema: pa.DataFrameSchema, own: Mapping[str, Sequence[str]]) -> tuple[dict[str, int], ...]:
    """The column groups of a table printed side by side: a group begins wherever its first column comes again."""
    first = next(iter(schema.columns.values()))
    starts = [i for i, cell in enumerate(header) if cell.strip() and normal(cell) in names_of(first, own)]
    bounds = [*starts, len(header)]
    return tuple(
        {name: start + index for name, index in match(header[start:end], schema, own).items()}
        for start, end in zip(bounds, bounds[1:], strict=False)
    )


def _split_rows(
    rows: Sequence[Row], columns: Mapping[str, int], groups: Sequence[Mapping[str, int]], table: Table
) -> tuple[list[Row], list[Row]]:
    data: list[Row] = []
    totals: list[Row] = []
    used = sorted({*columns.values(), *(i for g in groups for i in g.values())})
    for number, cells in rows:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled:
            continue
        if _NOTE.match(filled[0]) and len(filled) <= max(2, len(used) // 2):
            continue
        if table.layout == "rows" and _is_total(cells, used):
            totals.append((number, cells))
        else:
            data.append((number, cells))
    return data, totals


def _is_total(cells: Sequence[str], used: Sequence[int]) -> bool:
    """A 合计 row says so in its first filled cell, wherever merged cells have put it."""
    first = next((cells[i] for i in used if i < len(cells) and cells[i].strip()), "")
    return normal(first).rstrip(":") in TOTAL_WORDS


def _factors(titles: Sequence[tuple[int, str]], labels: Mapping[str, str], schema: pa.DataFrameSchema) -> dict[str, Decimal]:
    said = next((m[1] for _, title in titles if (m := _MONEY_UNIT.search(title))), "元")
    factors = {}
    for name, label in labels.items():
        if schema.columns[name].metadata["kind"] == "money":
            own = _BRACKET_UNIT.search(label)
            factors[name] = FACTORS[own[1] if own else said]
    return factors
