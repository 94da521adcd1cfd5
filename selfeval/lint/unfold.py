"""Tables set otherwise than a header with rows below it, turned into one: blocks side by side are read one after the
other, a money block whose rows are 预算数, 执行数, 得分 is turned, labels and values in one row become a header and a row.

Belongs here: the shape of a table. Does not belong here: what the columns of a block are (column_fit.py, money_fit.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from selfeval.lint.columns import indicator_role, money_role
from selfeval.lint.lines import Line, is_words
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
        further += 1
        rows = _turned(rows, further)
        starts = [i for i, line in enumerate(rows) if is_words(line, 4)]
        out += rows[: starts[0]] if starts else rows
        for start, end in pairwise([*starts, len(rows)]):
            further += 1
            out += _cut(rows[start:end], further)
    return out


def _cut(rows: Sequence[Line], table: int) -> Iterator[Line]:
    width = len(rows[0].cells)
    # rows below the block may be a line of text across it
    last = next((i for i, line in enumerate(rows) if len(line.cells) != width or len(line.own) < 2), len(rows))
    for at in range(2, width - 1):
        end = next((i for i, line in enumerate(rows[:last]) if _across(line, at)), last)
        if end >= 3 and _is_cut(rows[:end], at):
            break
    else:
        yield from rows
        return
    block = rows[:end]
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
    yield from rows[end:]


def _across(line: Line, at: int) -> bool:
    """总分 | 97 over both blocks: a name without figures on the left, a figure first on the right."""
    left = [text for text, merged in zip(line.cells[:at], line.merged[:at], strict=True) if not merged and text.strip()]
    return bool(left) and not any(map(plain_number, left)) and bool(plain_number(line.cells[at]))


def _is_cut(block: Sequence[Line], at: int) -> bool:
    """At this column names begin anew, behind figures or a blank column, and the header says the same things again."""
    head, body = block[0], block[1:]
    names = [line.cells[at] for line in body if not is_blank(line.cells[at])]
    if len(names) < 2 or not all(re.search(r"[\u4e00-\u9fff]", text) and not plain_number(text) for text in names):
        return False
    if any(line.merged[at] and line.cells[at] == line.cells[at - 1] and line.cells[at] for line in block):
        return False
    sides = head.cells[:at], head.cells[at:]
    if at >= 3 and sides[0] == sides[1][:at] and not any(head.merged):
        return True
    figures = (range(1, at), range(at + 1, len(head.cells)))
    if not all(any(plain_number(line.cells[c]) for line in body for c in columns) for columns in figures):
        return False
    divided = all(not line.cells[at - 1].strip() for line in block)
    words = [{text for text in side if text.strip()} for side in sides]
    if divided:
        return all(len(side) >= 2 for side in words)
    roles = [{role for text in side for role in (money_role(text), indicator_role(text)) if role} for side in sides]
    numbers = sum(1 for line in body if plain_number(line.cells[at - 1])) * 2 >= len(body)
    # levels of one tree have blank or merged names on the left, blocks beside each other hardly any
    own = sum(1 for line in body if line.cells[0].strip() and not line.merged[0]) * 4 >= len(body) * 3
    again = own and bool(roles[0] & roles[1] & _FIGURES) and len(words[0] & words[1]) >= 2
    return (
        numbers and again and not {indicator_role(head.cells[at]), money_role(head.cells[at])} & {"reason", "criteria"}
    )


#: a block without points is left as it stands: accounts are printed in many ways
_NEEDED = {"final", "paid", "score"}


def _turned(rows: Sequence[Line], table: int) -> list[Line]:
    out: list[Line] = []
    i = 0
    while i < len(rows):
        pairs = _pairs(rows[i])
        if pairs:
            out += _as_rows([[label, value] for label, value in pairs], ["年度资金总额"], rows[i], table)
            i += 1
            continue
        end = i
        while end < len(rows) and _role_at_left(rows[end]) and len(rows[end].cells) == len(rows[i].cells):
            end += 1
        turned = _block(rows[i:end], out[-1] if out else None, table) if end - i >= 3 else []
        if turned:
            out += turned
            i = end
            continue
        out.append(rows[i])
        i += 1
    return out


def _pairs(line: Line) -> list[tuple[str, str]]:
    """全年预算数 | 320 | 全年执行数 | 301.5 | 执行率 | 94.22% | 得分 | 9.42: labels and values by turns."""
    own = line.own
    found = [(a, b) for a, b in pairwise(own) if money_role(a) and not plain_number(a) and plain_number(b)]
    roles = [money_role(label) for label, _ in found]
    return found if len(set(roles)) == len(roles) and set(roles) >= _NEEDED and len(found) * 2 >= len(own) - 1 else []


def _role_at_left(line: Line) -> str | None:
    own = line.own
    figures = [text for text in own[1:] if plain_number(text) or is_blank(text)]
    if len(own) < 2 or plain_number(own[0]) or len(figures) != len(own) - 1 or not any(map(plain_number, figures)):
        return None
    return money_role(own[0])


def _block(rows: Sequence[Line], above: Line | None, table: int) -> list[Line]:
    roles = [_role_at_left(line) for line in rows]
    if len(set(roles)) != len(roles) or not set(roles) >= _NEEDED:
        return []
    column = next(c for c, text in enumerate(rows[0].cells) if text.strip() and not rows[0].merged[c])
    columns = [
        c
        for c in range(column + 1, len(rows[0].cells))
        if any(plain_number(line.cells[c]) and not line.merged[c] for line in rows)
    ]
    named = above is not None and len(above.cells) == len(rows[0].cells) and len(columns) > 1
    names = [above.cells[c] if named and above is not None else "年度资金总额" for c in columns]
    if len(columns) > 1 and (not named or not all(names)):
        return []
    texts = [[line.cells[column], *(line.cells[c] for c in columns)] for line in rows]
    return _as_rows(texts, names, rows[0], table)


def _as_rows(turned: Sequence[Sequence[str]], names: Sequence[str], like: Line, table: int) -> list[Line]:
    """A header and a row for each name; `turned` has a label and its values each."""
    grid = [("", *(line[0] for line in turned))]
    grid += [(name, *(line[i + 1] for line in turned)) for i, name in enumerate(names)]
    return [replace(like, cells=cells, merged=(False,) * len(cells), table=table, beside=frozenset()) for cells in grid]
