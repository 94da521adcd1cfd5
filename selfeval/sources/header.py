"""Finding a table in a sheet: its header (of one row or several, wherever it stands), which column is which, titles.

Header names and aliases come from the declarations. The rows below the header are `body`'s; what a cell's value means
does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import pandera.pandas as pa

from schemas import Table
from selfeval.sources.body import Shape, normal, split_rows
from selfeval.sources.text import Row, Sheet

#: A header stands among the first filled rows; exports with a longer preamble do not occur.
HEADER_ROWS = 200
#: A header takes at most this many rows.
HEADER_DEPTH = 3
_MONEY_UNIT = re.compile(r"单位[:：]?\s*(?:人民币)?\s*(亿元|万元|千元|百元|元)")
_BRACKET_UNIT = re.compile(r"[(（](亿元|万元|千元|百元|元)[)）]")
FACTORS = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1000),
    "万元": Decimal(10_000),
    "亿元": Decimal(100_000_000),
}


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
    #: the first row of a header of several rows, else `header_row`.
    header_top: int = 0
    #: data rows that stand above the header, header rows that come again, blank lines between data rows.
    above: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    blank: tuple[int, ...] = ()
    #: columns without a header that hold something: index → rows.
    unlabelled: Mapping[int, Sequence[int]] = field(default_factory=dict)
    #: another header that also fits a declared column: (label taken, label left).
    rivals: tuple[tuple[str, str], ...] = ()
    width: int = 0


class Names:
    """The headers under which each declared column is known, made once a table."""

    def __init__(self, schema: pa.DataFrameSchema, own: Mapping[str, Sequence[str]]) -> None:
        self.title = {name: {normal(column.title)} for name, column in schema.columns.items()}
        self.known = {name: names_of(column, own) for name, column in schema.columns.items()}
        self.all = set().union(*self.known.values())
        self.required = [name for name, column in schema.columns.items() if column.required]


def names_of(column: pa.Column, own_aliases: Mapping[str, Sequence[str]]) -> set[str]:
    """All headers under which a declared column is known, normalised."""
    known = (column.title, *column.metadata["aliases"], *own_aliases.get(column.title, ()))
    return {normal(k) for k in known} | {bare(k) for k in known}


def match(labels: Sequence[str], names: Names) -> dict[str, int]:
    """Declared column → index of the header that fits it: an exact name first, one without its bracket after."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for form in (normal, bare):
        shaped = [(i, form(label)) for i, label in enumerate(labels) if label.strip()]
        if not any(label in names.all for _, label in shaped):
            continue
        for name, known in names.known.items():
            if name in found:
                continue
            for wanted in (names.title[name] if form is normal else set(), known):
                index = next((i for i, label in shaped if i not in taken and label in wanted), None)
                if index is not None:
                    found[name] = index
                    taken.add(index)
                    break
    return found


@dataclass(frozen=True)
class _Header:
    """A candidate: positions of its first and last row among the sheet's rows, and its labels, one a column."""

    hits: int
    top: int
    bottom: int
    labels: list[str]
    columns: dict[str, int]


def locate(sheet: Sheet, table: Table, schema: pa.DataFrameSchema, own: Mapping[str, Sequence[str]]) -> Located | None:
    """Find the table in a sheet, or None where no row looks like its header."""
    names = Names(schema, own)
    best: _Header | None = None
    filled = [(i, cells) for i, (_, cells) in enumerate(sheet.rows) if any(cell.strip() for cell in cells)]
    for place, (position, cells) in enumerate(filled[:HEADER_ROWS]):
        found = _header(names, position, position, cells)
        for deeper, below in filled[place + 1 : place + HEADER_DEPTH]:
            if not _words_alone(below):
                break
            merged = _header(names, position, deeper, _joined(found.labels, below, names))
            if found.hits == len(names.required):
                # Nothing is missing: a second row belongs to the header if it holds nothing but further columns.
                if not _all_known(below, names) or len(merged.columns) <= len(found.columns):
                    break
                found = merged
            # A second row belongs to the header when both rows name columns that the other does not.
            elif merged.hits > max(found.hits, _header(names, deeper, deeper, below).hits):
                found = merged
        if best is None or (found.hits, len(found.columns)) > (best.hits, len(best.columns)):
            best = found
    if best is None or best.hits < max(1, len(names.required) / 2):
        return None
    # One name alone may stand anywhere, unless the table has no other.
    if len(names.required) > 1 and len(best.columns) < 2:
        return None
    return _located(sheet, table, schema, best, names)


def _header(names: Names, top: int, bottom: int, labels: Sequence[str]) -> _Header:
    columns = match(labels, names)
    return _Header(sum(name in columns for name in names.required), top, bottom, list(labels), columns)


def _words_alone(cells: Sequence[str]) -> bool:
    return not any(re.fullmatch(r"[\d.,:%/ -]+", normal(cell)) for cell in cells if cell.strip())


def _all_known(cells: Sequence[str], names: Names) -> bool:
    return all(normal(cell) in names.all or bare(cell) in names.all for cell in cells if cell.strip())


def _joined(upper: Sequence[str], lower: Sequence[str], names: Names) -> list[str]:
    """Labels of a header of two rows: the lower one where it is known, else both together, the upper one spread right."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    labels, spread = [], ""
    for over, under in zip(above, below, strict=True):
        spread = over if over.strip() else (spread if under.strip() else "")
        forms = (under, spread + under, under + spread) if under.strip() else (over,)
        labels.append(
            next((f for f in forms if normal(f) in names.all or bare(f) in names.all), forms[min(1, len(forms) - 1)])
        )
    return labels


def _located(sheet: Sheet, table: Table, schema: pa.DataFrameSchema, found: _Header, names: Names) -> Located:
    number, header, columns = sheet.rows[found.bottom][0], found.labels, found.columns
    groups = _groups(header, schema, names) if table.layout == "two-sided" else ()
    if groups:
        columns = dict(groups[0])
    placed = set(columns.values()) | {i for group in groups for i in group.values()}
    labels = {name: header[index].strip() for name, index in columns.items()}
    extra, doubled = _extra(header, placed, set(map(normal, labels.values())))
    shape = Shape(sorted(placed), columns, table, schema)
    above, titles = _above(sheet.rows[: found.top], shape)
    split = split_rows(sheet.rows[found.bottom + 1 :], shape, header, [title for _, title in titles])
    rows = [*above, *split.data]
    return Located(
        header_row=number,
        labels=labels,
        columns=columns,
        extra=extra,
        rows=rows,
        totals=split.totals,
        titles=titles,
        factors=_factors(titles, labels, schema),
        other=sheet.lines - len(rows),
        missing=tuple(c.title for n, c in schema.columns.items() if c.required and n not in columns),
        doubled=doubled,
        groups=groups,
        header_top=sheet.rows[found.top][0],
        above=tuple(row for row, _ in above),
        repeated=tuple(split.repeated),
        blank=_blank(sheet, rows),
        unlabelled=_unlabelled(header, rows, text=sheet.name is None),
        rivals=_rivals(extra, labels, doubled, names),
        width=len(header),
    )


def _above(rows: Sequence[Row], shape: Shape) -> tuple[list[Row], list[tuple[int, str]]]:
    """Rows above the header: data where they look like it, so that a header moved down loses none; else titles."""
    data, titles = [], []
    for number, cells in rows:
        if shape.looks_like_data(cells):
            data.append((number, cells))
        else:
            titles += [(number, cell.strip()) for cell in cells if cell.strip()]
    return data, titles


def _blank(sheet: Sheet, rows: Sequence[Row]) -> tuple[int, ...]:
    """Lines with nothing in them between the first and the last data row."""
    if not rows:
        return ()
    first, last = rows[0][0], rows[-1][0]
    if sheet.name is not None and last - first > len(sheet.rows):
        return ()
    return tuple(n for n, cells in sheet.rows if first < n < last and not any(cell.strip() for cell in cells))


def _unlabelled(header: Sequence[str], rows: Sequence[Row], *, text: bool) -> dict[int, list[int]]:
    """Columns without a header that hold something; a text row that is too long is told as that."""
    gaps = [i for i, label in enumerate(header) if not label.strip()]
    found: dict[int, list[int]] = {}
    for number, cells in rows:
        beyond = range(len(header), 0 if text else len(cells))
        for i in (*gaps, *beyond):
            if i < len(cells) and cells[i].strip():
                found.setdefault(i, []).append(number)
    return found


def _rivals(
    extra: Mapping[str, int], labels: Mapping[str, str], doubled: Sequence[str], names: Names
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (labels[name], label)
        for label in extra
        if label not in doubled
        for name in labels
        if normal(label) in names.known[name] and not label.endswith("_2")
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


def _groups(header: Sequence[str], schema: pa.DataFrameSchema, names: Names) -> tuple[dict[str, int], ...]:
    """The column groups of a table printed side by side: a group begins wherever its first column comes again."""
    first = next(iter(schema.columns))
    starts = [i for i, cell in enumerate(header) if cell.strip() and normal(cell) in names.known[first]]
    bounds = [*starts, len(header)]
    return tuple(
        {name: start + index for name, index in match(header[start:end], names).items()}
        for start, end in pairwise(bounds)
    )


def _factors(
    titles: Sequence[tuple[int, str]], labels: Mapping[str, str], schema: pa.DataFrameSchema
) -> dict[str, Decimal]:
    said = next((m[1] for _, title in titles if (m := _MONEY_UNIT.search(title))), "元")
    factors = {}
    for name, label in labels.items():
        if schema.columns[name].metadata["kind"] == "money":
            own = _BRACKET_UNIT.search(label)
            factors[name] = FACTORS[own[1] if own else said]
    return factors
