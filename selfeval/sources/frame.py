"""The rows of a located table as a frame of texts, and the query that types it.

What is wrong with a cell, and how the frame is written, do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandera.pandas as pa
import pyarrow

from selfeval.sources import typing
from selfeval.sources.header import Located
from selfeval.sources.text import Row, Sheet

_INTEGERS = ("_id", "_row", "_width")


def raw_table(
    sheet: Sheet,
    located: Located,
    *,
    rows: Sequence[Row] | None = None,
    shift: int = 0,
    fill: Mapping[tuple[int, int], str] | None = None,
) -> pyarrow.Table:
    """_id, _row, _width, side, one text a declared column, `x0…` for the others; two-sided: an _id a side.

    `shift` takes each declared column's cell from as many columns further right (for rows out of their columns).
    """
    groups = located.groups or (located.columns,)
    width = max((*(i for g in groups for i in g.values()), *located.extra.values()), default=0) + 1 + abs(shift)
    names = list(groups[0])
    data: dict[str, list[Any]] = {"_id": [], "_row": [], "_width": [], "side": [], **{name: [] for name in names}}
    data |= {f"x{k}": [] for k in range(len(located.extra))}
    for number, cells in located.rows if rows is None else rows:
        padded = [*cells, *[""] * (width - len(cells))]
        for (at, index), value in _of_row(fill, number):
            padded[index] = value if at == number else padded[index]
        for side, group in zip(("income", "expenditure"), groups, strict=False):
            values = [padded[group[n] + shift] if n in group and group[n] + shift >= 0 else "" for n in names]
            if located.groups and not any(v.strip() for v in values):
                continue
            data["_id"].append(len(data["_id"]))
            data["_row"].append(number)
            data["_width"].append(_width(cells, located.width) if sheet.name is None else 0)
            data["side"].append(side)
            for name, value in zip(names, values, strict=True):
                data[name].append(value)
            for k, index in enumerate(located.extra.values()):
                data[f"x{k}"].append(padded[index])
    return pyarrow.table(
        {name: pyarrow.array(v, pyarrow.int64() if name in _INTEGERS else pyarrow.string()) for name, v in data.items()}
    )


def _of_row(fill: Mapping[tuple[int, int], str] | None, number: int) -> list[tuple[tuple[int, int], str]]:
    return [item for item in fill.items() if item[0][0] == number] if fill else []


def _width(cells: Sequence[str], wanted: int) -> int:
    """Cells in a text row; empty ones beyond the header's last column do not count."""
    return wanted if len(cells) > wanted and not any(cell.strip() for cell in cells[wanted:]) else len(cells)


def typed_sql(
    schema: pa.DataFrameSchema,
    columns: Sequence[str],
    located: Located,
    relation: str = "raw",
    *,
    epoch_1904: bool = False,
) -> str:
    """The query that types `relation`, a table as made by `raw_table`."""
    parts = ["_id", "_row", *(["side"] if located.groups else [])]
    for name in columns:
        factor = located.factors.get(name, Decimal(1))
        parts.append(f"{typing.value(name, schema.columns[name], factor, epoch_1904=epoch_1904)} AS {name}")
    return f"SELECT {', '.join(parts)} FROM {relation}"
