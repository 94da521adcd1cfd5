"""A column of a table as a function of others: 合计 = 基本 + 项目, 增减 = 决算 - 上年, 占比 = a ÷ total.

Belongs here: which relations a column may have and in which rows they hold. Does not belong here: what is told of the
row in which one does not (rules/table_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval.lint.lines import Line
from selfeval.lint.numbers import Quantity, ratio_room, slip, squeeze

#: columns whose numbers do not add up.
NO_SUM = re.compile(r"行次|率|比|序号|编号|代码|编码|单价|平均|人均|标准|均|排名|名次|年份|时间|日期|电话")
_WHOLE = re.compile(r"合计|总计|小计|总额|总数|^计$|^本年支出$|^本年收入$")
_SHARE = re.compile(r"率|比|%|幅|占")
_DIFFERENCE = re.compile(r"增减|增加|减少|差额|结余|差异|变动|增长额")
#: rows that must hold before one that does not is a fault
HOLD = 2

Grid = Sequence[Sequence[Quantity | None]]


@dataclass(frozen=True)
class Relation:
    """A column as a function of others. `shape`: sum, difference, ratio, growth."""

    column: int
    inputs: tuple[int, ...]
    shape: str
    told: str
    #: rows that must hold before one that does not is a fault
    least: int = HOLD

    @property
    def ratio(self) -> bool:
        return self.shape in ("ratio", "growth")

    def value(self, grid: Grid, row: int) -> Decimal | None:
        numbers = [grid[row][c] for c in self.inputs]
        known = [q.value for q in numbers if q is not None]
        if self.shape == "sum":
            return sum(known, Decimal(0)) if known else None
        if len(known) != 2:
            return None
        one, other = known
        if self.shape == "difference":
            return one - other
        if not other:
            return None
        printed = grid[row][self.column]
        rate = one / other if self.shape == "ratio" else one / other - 1
        return rate * 100 if printed is not None and (printed.percent or self._hundreds(grid)) else rate

    def _hundreds(self, grid: Grid) -> bool:
        return any(q is not None and abs(q.value) > 2 for q in (row[self.column] for row in grid))

    def gaps(self, grid: Grid, row: int) -> dict[int, tuple[Decimal, Decimal]]:
        """How much the first of two amounts would have to gain for the printed rate, and how exactly that is known."""
        part, whole, printed = (grid[row][c] for c in (*self.inputs, self.column))
        if self.shape != "ratio" or not part or not whole or not printed:
            return {}
        size = 100 if printed.percent or self._hundreds(grid) else 1
        return {self.inputs[0]: (printed.value / size * whole.value - part.value, printed.step / size * whole.value)}

    def split(self, grid: Grid) -> tuple[list[int], list[int]]:
        holds, fails = [], []
        for row in range(len(grid)):
            printed, should = grid[row][self.column], self.value(grid, row)
            if printed is None or should is None:
                continue
            numbers = [q for c in self.inputs if (q := grid[row][c])]
            # what is printed without decimals is exact
            room = sum((q.step for q in [printed, *numbers] if q.step < 1), Decimal(0)) / 2
            if self.ratio:
                room = printed.step * Decimal("1.05")
                part, whole = numbers
                room += ratio_room(part, whole) * (100 if printed.percent or self._hundreds(grid) else 1)
            trivial = not should and not printed.value
            if abs(should - printed.value) > room:
                fails.append(row)
            elif not trivial:
                holds.append(row)
        return holds, fails

    def meant(self, printed: Quantity, should: Decimal) -> bool:
        """The odd one out is near what it should be, or mistyped; far away it is a row of another kind."""
        near = abs(should - printed.value) <= max(abs(should) / 5, Decimal(2) if self.ratio else Decimal(0))
        return near or slip(abs(should), abs(printed.value))


def relations(column: int, name: str, numeric: Sequence[int], header: Line, grid: Grid) -> Iterator[Relation]:
    others = [c for c in numeric if c != column]
    heads = {c: squeeze(header.cells[c]) for c in numeric}
    if _WHOLE.search(name) and not _SHARE.search(name):
        right = [c for c in others if c > column and not NO_SUM.search(heads[c])]
        left = [c for c in others if c < column and not NO_SUM.search(heads[c])]
        for side in (right, left):
            for size in range(len(side), 1, -1):
                chosen = side[:size] if side is right else side[-size:]
                yield Relation(column, tuple(chosen), "sum", "+".join(heads[c] for c in chosen))
    elif not NO_SUM.search(name):  # whatever it is called, where enough rows prove it
        plain = [c for c in others if not NO_SUM.search(heads[c])]
        for side in ([c for c in plain if c > column], [c for c in plain if c < column]):
            for size in range(len(side), 1, -1):
                chosen = side[:size] if side and side[0] > column else side[-size:]
                yield Relation(column, tuple(chosen), "sum", "+".join(heads[c] for c in chosen), 3)
    if _DIFFERENCE.search(name) and not _SHARE.search(name):
        for one in others:
            for other in others:
                if one != other and not _SHARE.search(heads[one] + heads[other]):
                    yield Relation(column, (one, other), "difference", f"{heads[one]}-{heads[other]}")
    if _SHARE.search(name):
        for one in others:
            for other in others:
                if one != other and not (_SHARE.search(heads[one]) or _SHARE.search(heads[other])):
                    told = f"{heads[one]}÷{heads[other]}"
                    yield Relation(column, (one, other), "ratio", told)
                    yield Relation(column, (one, other), "growth", f"({heads[one]}-{heads[other]})÷{heads[other]}")
