"""Tables that hold two blocks side by side are read one block after the other.

Belongs here: where a table is cut from top to bottom. Does not belong here: what the columns of a block are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from selfeval.lint.columns import indicator_role, money_role
from selfeval.lint.lines import Line
from selfeval.lint.numbers import is_blank, plain_number

_FIGURES = {"weight", "score", "target", "actual", "initial", "final", "paid", "rate"}


def unfold(lines: Sequence[Line]) -> list[Line]:
    """The lines with blocks that stand side by side set below each other."""
    out: list[Line] = []
    further = max((line.table or 0 for line in lines), default=0)
    for table, group in groupby(lines, key=lambda line: line.table):
        rows = list(group)
        if table is None or len(rows) < 3:
            out += rows
            continue
        starts = [i for i, line in enumerate(rows) if _is_header(line)]
        out += rows[: starts[0]] if starts else rows
        for start, end in pairwise([*starts, len(rows)]):
            further += 1
            out += _cut(rows[start:end], further)
    return out


def _is_header(line: Line) -> bool:
    return len(line.own) >= 4 and not any(plain_number(text) or len(text) > 28 for text in line.own)


def _cut(rows: Sequence[Line], table: int) -> Iterator[Line]:
    width = len(rows[0].cells)
    # rows below the block may be a line of text across it
    last = next((i for i, line in enumerate(rows) if len(line.cells) != width or len(line.own) < 2), len(rows))
    block = rows[:last]
    at = next((c for c in range(2, width - 1) if _is_cut(block, c)), None) if len(block) >= 3 else None
    if at is None:
        yield from rows
        return
    left = [replace(line, cells=line.cells[:at], merged=line.merged[:at]) for line in block]
    right = [
        replace(
            line,
            cells=line.cells[at:],
            merged=line.merged[at:],
            table=table,
            beside=frozenset(c - at for c in line.beside if c >= at),
        )
        for line in block
    ]
    yield from left
    yield from (line for line in right if line.own)
    yield from rows[last:]


def _is_cut(block: Sequence[Line], at: int) -> bool:
    """At this column names begin anew, behind figures or a blank column, and the header says the same things again."""
    head, body = block[0], block[1:]
    names = [line.cells[at] for line in body if not is_blank(line.cells[at])]
    if len(names) < 2 or not all(re.search(r"[\u4e00-\u9fff]", text) and not plain_number(text) for text in names):
        return False
    if any(line.merged[at] and line.cells[at] == line.cells[at - 1] and line.cells[at] for line in block):
        return False
    sides = head.cells[:at], head.cells[at:]
    figures = (range(1, at), range(at + 1, len(head.cells)))
    if not all(any(plain_number(line.cells[c]) for line in body for c in columns) for columns in figures):
        return False
    divided = all(not line.cells[at - 1].strip() for line in block)
    words = [{text for text in side if text.strip()} for side in sides]
    if divided:
        return all(len(side) >= 2 for side in words)
    roles = [{role for text in side for role in (money_role(text), indicator_role(text)) if role} for side in sides]
    numbers = sum(1 for line in body if plain_number(line.cells[at - 1])) * 2 >= len(body)
    again = len(roles[0] & roles[1] & _FIGURES) >= 2 and len(words[0] & words[1]) >= 2
    return (
        numbers and again and not {indicator_role(head.cells[at]), money_role(head.cells[at])} & {"reason", "criteria"}
    )
