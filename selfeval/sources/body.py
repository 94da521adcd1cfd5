"""The lines below a header: which are data, which are 合计, notes, blank or the header printed again.

What a cell's value means does not belong here; only whether a line has the look of a data row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandera.pandas as pa

from schemas import Table
from selfeval.sources.text import Row

TOTAL_WORDS = (
    "合计",
    "总计",
    "小计",
    "共计",
    "本页合计",
    "本页小计",
    "本月合计",
    "本月小计",
    "累计",
    "本年累计",
    "总合计",
)
_REGION = re.compile(r"全[省市州县区](合计|总计|小计)")
_TOTAL = re.compile(r"(合计|总计|小计|共计|累计)(:|\(.*\))?$")
_NOTE = re.compile(
    r"^(注|备注|附注|附|说明|填表人|制表人|制表|审核人|审核|复核|单位负责人|财务负责人|填报人|经办人|打印日期|制表日期|导出时间)\d*[:：]"
)
#: What a printed page says at its foot: 第3页, 共12页, 第3页/共12页, - 3 -.
_PAGE = re.compile(r"(第?\d+页[,/]?)?(共\d+页)?|页码:?\d+(/\d+)?|-\d+-")
#: A line of the whole city below its counties, or of their mean: neither a row of its own kind nor a sum to be checked.
_WHOLE = re.compile(r"全[省市州县区]|(全[省市州县区])?平均[值数]?")
_NUMBER = re.compile(r"[-+(]?[¥]?[\d,]+(\.\d+)?[)%元]*")
_DAY = re.compile(r"(19|20)\d\d([-/.年]?\d{1,2}){1,2}[日月]?.*|[1-7]\d{4}(\.\d+)?")
_CODE = re.compile(r"[a-z]*\d{3,}[a-z]*\d*")


def normal(label: str) -> str:
    """A header as compared: full-width and half-width alike, no white space, no quotes, lower case."""
    return re.sub(r"[\s\ufeff\"]+", "", unicodedata.normalize("NFKC", label)).lower()


@dataclass
class Shape:
    """What a data row of a table looks like: the columns in use, and the kind of each."""

    used: Sequence[int]
    columns: Mapping[str, int]
    table: Table
    schema: pa.DataFrameSchema

    def looks_like_data(self, cells: Sequence[str]) -> bool:
        """Most columns are filled, and most of those with a shape of their own have it."""
        filled = [i for i in self.used if i < len(cells) and cells[i].strip()]
        if len(filled) < max(2, len(self.used) * 0.6):
            return False
        shaped = [
            _shaped(self.schema.columns[name].metadata["kind"], normal(cells[index]))
            for name, index in self.columns.items()
            if index in filled and self.schema.columns[name].metadata["kind"] not in ("text", "free")
        ]
        return bool(shaped) and sum(shaped) * 2 > len(shaped)

    def is_total(self, cells: Sequence[str]) -> bool:
        """A 合计 row says so in its first filled cell, or in another one where the row has gaps that data rows have not."""
        # It may stand before the first column where the header has slipped to the right.
        first = next((cell for cell in cells[: max(self.used, default=0) + 1] if cell.strip()), "")
        word = normal(first).rstrip(":")
        if word in TOTAL_WORDS or _REGION.fullmatch(word):
            return True
        if not any(i >= len(cells) or not cells[i].strip() for i in self.needed):
            return False
        said = (normal(cells[i]) for i in self.used if i < len(cells) and 2 <= len(cells[i]) <= 16)
        return any(_TOTAL.search(cell) for cell in said)

    @cached_property
    def needed(self) -> list[int]:
        """Columns in which a data row has no empty cell."""
        return [i for name, i in self.columns.items() if not self.schema.columns[name].nullable]


def _shaped(kind: str, cell: str) -> bool:
    if kind in ("date", "timestamp", "month"):
        return bool(_DAY.fullmatch(cell))
    return bool((_CODE if kind == "code" else _NUMBER).fullmatch(cell))


@dataclass
class Split:
    """The lines below a header, sorted. Blank lines and notes are in none of the lists."""

    data: list[Row] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)


def split_rows(rows: Sequence[Row], shape: Shape, header: Sequence[str], titles: Sequence[str]) -> Split:
    """Sort the lines below a header whose labels are `header`, under the title lines `titles`."""
    split = Split()
    labels, above = [normal(label) for label in header], set(titles)
    for number, cells in rows:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled:
            continue
        if _NOTE.match(filled[0]) and len(filled) <= max(2, len(shape.used) // 2):
            continue
        if shape.table.layout == "rows" and _WHOLE.fullmatch(normal(filled[0])):
            continue
        alone = len(filled) == 1 and filled[0] in above
        if alone or _is_header(cells, labels, len(filled)) or _PAGE.fullmatch("".join(map(normal, filled))):
            split.repeated.append(number)
        elif not split.data and _is_numbering(filled, len(shape.used)):
            continue
        elif shape.table.layout == "rows" and shape.is_total(cells):
            split.totals.append((number, cells))
        else:
            split.data.append((number, cells))
    return split


def _is_numbering(filled: Sequence[str], width: int) -> bool:
    """The line 栏次 | 1 | 2 | 3 under the header of an official form."""
    if filled[0] == "栏次":
        return True
    return len(filled) >= max(3, width * 0.6) and list(filled) == [str(n) for n in range(1, len(filled) + 1)]


def _is_header(cells: Sequence[str], labels: Sequence[str], filled: int) -> bool:
    """The header comes again where a printed export was cut into pages."""
    first = next(i for i, cell in enumerate(cells) if cell.strip())
    if first >= len(labels) or normal(cells[first]) != labels[first]:
        return False
    same = sum(1 for cell, label in zip(cells, labels, strict=False) if cell.strip() and normal(cell) == label)
    return same >= 2 and same * 2 > filled
