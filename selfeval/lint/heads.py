"""Where in a table a header stands, over which rows, and what its columns are: by line, for scan.py.

Belongs here: header lines, known or not, and the rows below each. Does not belong here: what tells one column from
another (column_fit.py, money_fit.py), the words of headers (columns.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal

from selfeval.lint import column_fit, indicator_rows, money_fit, money_rows
from selfeval.lint.column_fit import Body, Roles
from selfeval.lint.columns import MONEY_LABEL, is_level
from selfeval.lint.lines import Line, is_words
from selfeval.lint.numbers import plain_number, squeeze


@dataclass(frozen=True)
class Head:
    """The columns from this line on. `printed`: the line is the header itself, else its first row."""

    kind: Literal["indicators", "money"]
    roles: Roles
    printed: bool
    nested: bool = False


def heads(lines: Sequence[Line]) -> dict[int, Head]:
    """By index of the line."""
    out: dict[int, Head] = {}
    for table, group in groupby(enumerate(lines), key=lambda pair: pair[1].table):
        if table is not None:
            out.update(_of_table(list(group)))
    return out


def _of_table(numbered: Sequence[tuple[int, Line]]) -> Iterator[tuple[int, Head]]:
    lines = [line for _, line in numbered]
    starts = [i for i in range(len(lines)) if not lines[i].own or _is_header(lines, i)]
    for start, end in pairwise([-1, *starts, len(lines)]):
        rows = list(range(start + 1, end))
        if start >= 0 and lines[start].own:
            header = _joined(lines, start)
            body = _body([lines[i] for i in rows if len(lines[i].cells) <= len(header.cells)], len(header.cells))
            head = _head(header, body) if body else None
        else:
            rows = [i for i in rows if not any(map(MONEY_LABEL.match, map(squeeze, lines[i].own[:2])))]
            body = _body([lines[i] for i in rows], 0)
            head = _unheaded(body) if body else None
        if head:
            yield numbered[start if head.printed else rows[0]][0], head


def _is_header(lines: Sequence[Line], i: int) -> bool:
    """A line of words that says what columns are, or that has words over each column of numbers below it."""
    line = lines[i]
    if not is_words(line, 3):
        return False
    if indicator_rows.header(line) or money_rows.header(line, None):
        return True
    below = [row for row in lines[i + 1 : i + 7] if len(row.cells) == len(line.cells) and len(row.own) >= 3]
    columns = [
        c for c in range(len(line.cells)) if sum(1 for row in below if plain_number(row.cells[c])) * 2 > len(below)
    ]
    return len(columns) >= 2 and all(line.cells[c].strip() for c in columns) and not any(map(is_level, line.own))


def _joined(lines: Sequence[Line], i: int) -> Line:
    """The header with the row above it, where cells of that one reach down into it or stand over its blank ones."""
    line = lines[i]
    above = lines[i - 1] if i else None
    if above is not None and len(above.cells) > len(line.cells) and is_words(above, 3) and _reaches_over(above, line):
        # typed: 绩效指标 | | | | 自评得分 | 原因, and below it 一级指标 | 二级指标 | 三级指标 | 分值
        rest = slice(len(line.cells), None)
        return replace(line, cells=line.cells + above.cells[rest], merged=line.merged + above.merged[rest])
    if above is None or len(above.cells) != len(line.cells) or not is_words(above, 3):
        return line
    down = [c for c in range(len(line.cells)) if line.cells[c] == above.cells[c] or not line.cells[c].strip()]
    reaches = any(line.cells[c] == above.cells[c] and line.merged[c] for c in down)
    if not reaches and len(down) < 3:
        return line
    cells = tuple(above.cells[c] if c in down else text for c, text in enumerate(line.cells))
    merged = tuple(above.merged[c] if c in down else line.merged[c] for c in range(len(cells)))
    return replace(line, cells=cells, merged=merged)


def _reaches_over(above: Line, line: Line) -> bool:
    return not any(text.strip() for text in above.cells[1 : len(line.cells)]) and all(
        text.strip() for text in line.cells
    )


def _body(rows: Sequence[Line], width: int) -> Body | None:
    """Rows with figures as wide as the header; where most are shorter, they are set off to the right, as levels are
    left out at the left."""
    width = width or max((len(row.cells) for row in rows), default=0)
    whole = [row for row in rows if len(row.cells) == width]
    rows = whole if len(whole) * 2 >= len(rows) else _padded(rows, width)
    totals = [row for row in rows if any(money_rows.is_total_label(text) for text in row.own[:2])]
    parts = [row for row in rows if row not in totals and len(row.own) >= 3 and any(map(plain_number, row.own))]
    return Body(tuple(parts), totals[-1] if totals else None) if parts else None


def _padded(rows: Sequence[Line], width: int) -> list[Line]:
    """Short rows filled up where their cells fall under those of their kind: at the left, as levels are left out, or at
    the right, as remarks are."""
    sides = [[_filled(row, width, at_right) for row in rows] for at_right in (False, True)]
    return max(
        sides, key=lambda filled: sum(_same_kind(column) for column in zip(*(row.cells for row in filled), strict=True))
    )


def _same_kind(cells: Sequence[str]) -> int:
    filled = [bool(plain_number(text)) for text in cells if text.strip()]
    return max(sum(filled), len(filled) - sum(filled))


def _filled(row: Line, width: int, at_right: bool) -> Line:
    blank = ("",) * (width - len(row.cells))
    none = (False,) * len(blank)
    cells = row.cells + blank if at_right else blank + row.cells
    return replace(row, cells=cells, merged=row.merged + none if at_right else none + row.merged)


def _head(header: Line, body: Body) -> Head | None:
    amounts, known = money_rows.header(header, None), indicator_rows.header(header)
    if amounts and not (known and "target" in known and {"name", "level1", "level2"} & set(known)):
        return Head("money", money_fit.fit(amounts, body), True)
    if not known:
        roles = money_fit.fit(money_rows.words(header), body)
        if money_fit.sure(roles, body):
            return Head("money", roles, True)
    last = max(c for c, text in enumerate(header.cells) if text.strip())
    if any(sum(map(bool, body.numbers[c])) * 2 >= len(body.rows) for c in range(last + 1, body.width)):
        return Head("indicators", (None,) * body.width, True)  # typed shorter than its rows: over none of them
    nested = indicator_rows.nested_weights(header)
    said = indicator_rows.words(header)
    roles = said if nested else column_fit.fit(said, body)
    if known or column_fit.sure(roles, said, body):
        return Head("indicators", roles, True, nested)
    # what cannot be told is not guessed at a row at a time either
    if len(header.own) >= 5 and len(body.rows) >= 3 and not any(map(MONEY_LABEL.match, body.labels[:2])):
        return Head("indicators", (None,) * body.width, True)
    return None


def _unheaded(body: Body) -> Head | None:
    ends = [max(c for c, text in enumerate(row.cells) if plain_number(text)) for row in body.rows]
    if len(set(ends)) > 1:  # typed rows of different depth: no columns to go by
        return None
    nothing: Roles = (None,) * body.width
    roles = column_fit.fit(nothing, body)
    return Head("indicators", roles, False) if column_fit.sure(roles, nothing, body) else None
