"""Tables that are no score form (tasks with their money, staff by kind): the 合计 row against its rows, rates in a row.

Belongs here: columns of numbers below a header, whatever they are called. Does not belong here: money and indicators
of score forms (money_sums.py, totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from selfeval.lint import indicator_rows
from selfeval.lint.columns import money_role
from selfeval.lint.context import Context, finding
from selfeval.lint.lines import Line
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, is_blank, plain_number, ratio_room, show, slip, squeeze
from selfeval.lint.relations import HOLD, NO_SUM, relations

_TOTAL = re.compile(r"[\u4e00-\u9fff]{0,4}(?:合计|总计|共计)[:：]?")
_PART = re.compile(r"其中|小计|^\(?\d+\)|^[-—]")


def check(context: Context) -> Iterator[LintFinding]:
    known = {item.place for form in context.forms for item in form.indicators}
    blocks = [form for form in context.forms if form.scored and form.total_money]
    known |= {row.place for form in blocks for row in form.money if not _TOTAL.fullmatch(row.label)}
    tables = groupby(context.lines, key=lambda line: (line.table, line.place not in known))
    for rows in (
        part for (table, other), group in tables if table is not None and other for part in _blocks(list(group))
    ):
        header = _header(rows)
        if len(rows) < 4 or header is None:
            continue
        body = _body(rows, header)
        wrong = list(_across(rows[header], body))
        totals = list(_totals(rows[header], body))
        # one wrong number breaks the sum of its column and what its row should hold: told once, at its row
        wrong = [w for w in wrong if not any(t.row == w.row and t.columns & w.columns for t in totals)]
        totals = [t for t in totals if not any(t.row != w.row and t.columns & w.columns for w in wrong if not w.ratio)]
        totals = [t for t in totals if not any(_same_cause(t, w) for w in wrong if w.ratio)]
        rates = list(_rates(rows, header))
        rated = {finding.place for finding in rates}
        wrong = [fault for fault in wrong if fault.finding.place not in rated]
        yield from (fault.finding for fault in [*wrong, *totals])
        # the rate of a row whose amount is wrong was taken from the right one
        yield from (found for found in rates if not any(found.place.startswith(f"{t.row}“") for t in totals))


def _blocks(rows: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """The table, cut before each further header: a row of nothing but words above rows of numbers."""
    begin = 0
    for i in range(2, len(rows) - 2):
        words = [text for text in rows[i].own[1:] if not is_blank(text)]
        above, below = (sum(1 for text in rows[j].own[1:] if plain_number(text)) for j in (i - 1, i + 1))
        if len(words) >= 2 and not any(plain_number(text) for text in words) and min(above, below) >= 2:
            yield rows[begin:i]
            begin = i
    yield rows[begin:]


def _body(rows: Sequence[Line], header: int) -> list[Line]:
    body = [line for line in rows[header + 1 :] if len(line.cells) == len(rows[header].cells)]
    end = next((i for i, line in enumerate(body) if indicator_rows.header(line)), len(body))
    return body[:end]


@dataclass(frozen=True)
class _Fault:
    row: str
    columns: frozenset[int]
    finding: LintFinding
    #: by column of a total row, what is missing in it; by column of a row with a rate, what its amount would have to gain
    gaps: Mapping[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    ratio: bool = False


def _same_cause(total: _Fault, rate: _Fault) -> bool:
    """The amount that makes the rate right makes the total right too."""
    return total.row != rate.row and any(
        column in rate.gaps and abs(gap + rate.gaps[column][0]) <= rate.gaps[column][1] + room
        for column, (gap, room) in total.gaps.items()
    )


def _header(rows: Sequence[Line]) -> int | None:
    """The last line before the first with numbers."""
    first = next((i for i, line in enumerate(rows) if any(plain_number(text) for text in line.own[1:])), None)
    return first - 1 if first else None


def _totals(header: Line, body: Sequence[Line]) -> Iterator[_Fault]:
    """The 合计 row against the rows of the first level, and each row of a level against the rows below it."""
    marks = [i for i, line in enumerate(body) if any(_TOTAL.fullmatch(squeeze(text)) for text in line.own[:2])]
    marks = marks or _unnamed_total(header, body)
    rows = [line for i, line in enumerate(body) if i not in marks]
    levels = [_level(line) for line in rows]
    for i in range(1, len(levels)):  # rows without a number go on with the 其中 above them
        levels[i] = None if levels[i] == 0 and levels[i - 1] is None else levels[i]
    for at, children in _families(levels):
        # a row without a number of its own is the sum of what follows only where another column proves it
        yield from _sums(header, rows[at], [rows[i] for i in children], nested=True, loose=levels[at] == 0)
    above = [line for line in body[: marks[0]] if line.own] if marks else []
    if len(marks) > 1 and len(above) >= 2 and len({_level(line) for line in above if not _is_empty(line)}) == 1:
        yield from _sums(header, body[marks[0]], above)  # 本年支出合计, with 年末结转 and 总计 below it
    if len(marks) != 1 or marks[0] not in (0, len(body) - 1):
        return
    if None in levels or any(_PART.search(squeeze(line.own[0])) for line in rows if line.own):
        return
    top = min((level for level in levels if level is not None), default=0)
    yield from _sums(header, body[marks[0]], [row for row, level in zip(rows, levels, strict=True) if level == top])


def _unnamed_total(header: Line, body: Sequence[Line]) -> list[int]:
    """全县, 本年支出: a row at an end of the table in which two columns at least are the sums of the others."""
    if len(body) < 4:
        return []
    for at, rest in ((len(body) - 1, body[:-1]), (0, body[1:])):
        columns = [c for c in range(1, len(header.cells)) if not NO_SUM.search(header.cells[c])]
        found = [f for c in columns if not _repeats(body[at], c) and (f := _column(body[at], rest, c, 3))]
        if sum(1 for printed, should, slack in found if should and abs(should - printed.value) <= slack) >= 2:
            return [at]
    return []


def _is_empty(line: Line) -> bool:
    """A row of its number alone: 行次 in a form with more rows than are needed."""
    return all(plain_number(text) or is_blank(text) for text in line.own)


#: levels of rows with 一、 （一） 1. before them; below it levels are lengths of budget codes
_NUMBERED = 10
_LEVELS = (r"[一二三四五六七八九十]+、", r"\([一二三四五六七八九十]+\)", r"\d{1,2}[.、](?!\d)", r"\(\d{1,2}\)")


def _level(line: Line) -> int | None:
    """How deep the row stands: by its budget code (206, 20601), or by 一、 （一） 1.; None for 小计 and 其中."""
    label = squeeze(line.own[0]) if line.own else ""
    if re.search(r"小计|其中|^[-—]", "".join(squeeze(text) for text in line.own[:2] if not plain_number(text))):
        return None
    if re.fullmatch(r"\d{3}|\d{5}|\d{7}", label):
        return len(label)
    return next((_NUMBERED + i for i, pattern in enumerate(_LEVELS) if re.match(pattern, label)), 0)


def _families(levels: Sequence[int | None]) -> Iterator[tuple[int, list[int]]]:
    """Each row that others stand below, with those of the next level."""
    for at, level in enumerate(levels):
        below: list[int] = []
        for i in range(at + 1, len(levels)):
            deeper = levels[i]
            if deeper is None:
                continue  # 其中: a part of a part
            if level is None or deeper <= level or (not level and deeper < _NUMBERED):
                break
            below.append(i)
        if below:
            first = levels[below[0]]
            yield at, [i for i in below if levels[i] == first]


def _sums(
    header: Line, total: Line, parts: Sequence[Line], nested: bool = False, loose: bool = False
) -> Iterator[_Fault]:
    columns = [
        (column, found)
        for column in range(1, len(header.cells))
        if not NO_SUM.search(header.cells[column])
        and not _repeats(total, column)
        and (found := _column(total, parts, column, 1 if nested else 2))
    ]
    right = [column for column, (printed, should, slack) in columns if abs(should - printed.value) <= slack]
    wrong = []
    gaps = {column: (should - printed.value, slack) for column, (printed, should, slack) in columns}
    for column, (printed, should, slack) in columns:
        gap = abs(should - printed.value)
        # an additive table is told by another column, or by a sum that is nearly there
        near = gap <= abs(should) / (50 if nested else 5) or slip(abs(should), abs(printed.value))
        if gap > slack and (near or (right and not nested)) and (right or not loose):
            wrong.append((column, printed.text, show(should, 6)))
    if not wrong:
        return
    names = "、".join(squeeze(header.cells[column]) for column, _, _ in wrong)
    quoted, expected = "/".join(text for _, text, _ in wrong), "/".join(text for _, _, text in wrong)
    label = next((text for text in total.own[:2] if not plain_number(text)), "合计")
    message = f"“{names}”各行相加为{expected}，“{label}”印的是{quoted}。"
    told = finding("sum", "error", f"{total.place}“{names}”", quoted, expected, message)
    at = frozenset(column for column, _, _ in wrong)
    yield _Fault(total.place, at, told, {column: gaps[column] for column in at})


def _repeats(line: Line, column: int) -> bool:
    """The cell is the right part of a merged one."""
    return line.merged[column] and line.cells[column] == line.cells[column - 1]


def _column(total: Line, parts: Sequence[Line], column: int, least: int) -> tuple[Quantity, Decimal, Decimal] | None:
    """The printed total, the sum of the rows and the room that rounding leaves; None when the column is not all numbers."""
    printed = plain_number(total.cells[column])
    texts = [line.cells[column] for line in parts if not _repeats(line, column)]
    numbers = [plain_number(text) for text in texts]
    known = [q for q in numbers if q]
    if printed is None or printed.percent or len(known) < least or any(q.percent for q in known):
        return None
    if any(q is None and not is_blank(text) for q, text in zip(numbers, texts, strict=True)):
        return None
    steps = [q.step for q in [printed, *known] if q.step < 1]
    return printed, sum((q.value for q in known), Decimal(0)), sum(steps, Decimal(0)) / 2


def _rates(rows: Sequence[Line], header: int) -> Iterator[LintFinding]:
    """预算 | 支出 | 执行率 in one row."""
    roles = [money_role(text) for text in rows[header].cells]
    at = {role: i for i, role in enumerate(roles) if role and roles.count(role) == 1}
    if not {"final", "paid", "rate"} <= at.keys():
        return
    for line in rows[header + 1 :]:
        if len(line.cells) != len(roles):
            continue
        final, paid, rate = (plain_number(line.cells[at[role]]) for role in ("final", "paid", "rate"))
        if not final or not paid or not rate or final.value <= 0:
            continue
        scale = 100 if rate.percent or rate.value > Decimal("1.5") else 1
        should = paid.value / final.value * scale
        if abs(should - rate.value) < rate.step + ratio_room(paid, final) * scale:
            continue
        label = line.own[0]
        message = f"“{label}”的执行率应为{paid.text}÷{final.text}={show(should)}，印出的是{rate.text}。"
        yield finding("rate", "error", f"{line.place}“{label}”", f"{label} {rate.text}", show(should), message)


def _across(header: Line, body: Sequence[Line]) -> Iterator[_Fault]:
    """What holds between the columns in all rows but one: 合计 = 基本 + 项目, 增减 = 决算 - 上年, 占比 = a ÷ total."""
    width = len(header.cells)
    grid = [[None if _repeats(line, c) else plain_number(line.cells[c]) for c in range(width)] for line in body]
    numeric = [c for c in range(1, width) if sum(1 for row in grid if row[c]) >= HOLD]
    sums = {i for i, line in enumerate(body) if any(_TOTAL.fullmatch(squeeze(text)) for text in line.own[:2])}
    told: set[tuple[int, int]] = set()
    for column in numeric:
        name = squeeze(header.cells[column])
        tried = [(relation, *relation.split(grid)) for relation in relations(column, name, numeric, header, grid)]
        if any(len(holds) >= relation.least and not fails for relation, holds, fails in tried):
            continue  # this is what the column is
        for relation, holds, fails in sorted(tried, key=lambda found: -len(found[1])):
            # a wrong number is carried on into the total below or above it
            fails = [row for row in fails if row not in sums] if len(fails) == 2 and not relation.ratio else fails
            if len(fails) != 1 or len(holds) < max(relation.least, 2):
                continue
            row = fails[0]
            printed, should = grid[row][column], relation.value(grid, row)
            if (row, column) in told or printed is None or should is None or not relation.meant(printed, should):
                continue
            told.add((row, column))
            label = body[row].own[0]
            text = f"{show(should, 4)}{'%' if printed.percent else ''}"
            kind = "rate" if relation.ratio else "sum"
            message = f"“{label}”的“{name}”按本表其他行的算法应为{text}（{relation.told}），印出的是{printed.text}。"
            quoted = f"{label} {printed.text}"
            place = f"{body[row].place}“{label}”"
            found = finding(kind, "error", place, quoted, text, message)
            gaps = relation.gaps(grid, row) if relation.ratio else {}
            yield _Fault(body[row].place, frozenset({column, *relation.inputs}), found, gaps, relation.ratio)
            break
