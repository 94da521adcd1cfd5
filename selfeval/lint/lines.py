"""The document as one sequence of lines, each a row of cells, whatever the format it came in.

A paragraph is a line of one cell. People also type tables as text (`年度资金总额 20 20 10 100% 10`): such a line is
cut into its cells here, so that the rules meet one shape only. Does not belong here: what a column means (columns.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selfeval.lint.columns import MONEY_LABEL, TOTAL_LABEL, indicator_role, is_level, money_role
from selfeval.lint.model import Cell, Document, Paragraph, Row
from selfeval.lint.numbers import NUMBER, norm, plain_number, squeeze

#: where an excerpt ends or leaves something out.
CUT = re.compile(
    r"\([^()]*\bcut(?: off)?\)|\(略\)|\(下略\)|\(以下略\)|\(节选\)|\(未完\)|…\s*$|\.{3,}\s*$|\(截断\)|\(上略\)|\[cut\]|\[略\]"
)
#: the head that whoever transcribed an excerpt put above it.
PROVENANCE = re.compile(r"^(SOURCE|STATUS|URL|来源|摘自|原文链接)\s*[:：]", re.I)
_PARTIAL = re.compile(r"excerpt|fragment|head only|partial|cut\b|cut off|节选|摘录|片段", re.I)


#: no header of a column is longer
_HEADER = 28


@dataclass(frozen=True)
class Line:
    """`cells` by column of the grid; `merged` marks cells that repeat the one they are merged into."""

    cells: tuple[str, ...]
    merged: tuple[bool, ...]
    place: str
    table: int | None
    #: something is left out here; the mark itself is no longer in the cells.
    cut: bool = False
    #: columns whose cell stands beside rows of numbers below: a heading of rows (四、绩效指标), not of its column.
    beside: frozenset[int] = frozenset()

    @property
    def own(self) -> list[str]:
        return [text for text, merged in zip(self.cells, self.merged, strict=True) if not merged and text.strip()]

    @property
    def text(self) -> str:
        return " | ".join(self.own)


def is_words(line: Line, least: int) -> bool:
    """Could be a header: short words, `least` of them, and no number."""
    return len(line.own) >= least and all(len(text) <= _HEADER and not plain_number(text) for text in line.own)


def flatten(document: Document) -> list[Line]:
    lines: list[Line] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            for part in _pieces(block.text):
                if part.strip():
                    lines.extend(_paragraph(part.strip(), block.place))
        else:
            rows = [part for whole in block.rows for part in _rows(whole)]
            for row, beside in zip(rows, _beside(rows), strict=True):
                cut = any(_is_cut(cell.text) and not _left_out_column(cell.text) for cell in row.cells)
                texts = tuple(_without_note(_tame(cell.text.strip())) for cell in row.cells)
                merged = tuple(cell.merged for cell in row.cells)
                lines.append(Line(texts, merged, row.place, number, cut, beside))
    return lines


def _beside(rows: list[Row]) -> list[frozenset[int]]:
    """By row, the columns whose cell goes on downwards beside a row with numbers."""
    out: list[frozenset[int]] = []
    below: Row | None = None
    for row in reversed(rows):
        down: set[int] = set()
        if below is not None:
            numbers = any(plain_number(cell.text) for cell in below.cells if not cell.merged)
            for column, (cell, under) in enumerate(zip(row.cells, below.cells, strict=False)):
                goes_on = under.merged and under.text == cell.text and bool(cell.text.strip())
                if goes_on and (numbers or column in out[-1]):
                    down.add(column)
        out.append(frozenset(down))
        below = row
    return out[::-1]


#: longer than any paragraph or number of a report; patterns are not tried on more at once.
_LONGEST = 6000
_DIGITS = re.compile(r"(\d{40})\d+")


def _tame(text: str) -> str:
    return _DIGITS.sub(r"\1", text[:_LONGEST])


def _pieces(text: str) -> Iterator[str]:
    """The lines of a paragraph, cut where no person would have written on."""
    for line in _DIGITS.sub(r"\1", text).split("\n"):
        yield from (line[i : i + _LONGEST] for i in range(0, len(line), _LONGEST))


#: a row of a few words and numbers, typed behind a `;`
_SHORT_ROW = re.compile(r"(?:合计|总分|总计|其中|[\u4e00-\u9fff]{0,6}资金)[\s\d.,:：%\u4e00-\u9fff-]*$")


def _rows(row: Row) -> list[Row]:
    """Several rows typed in one with `;` between them; a `;` inside a sentence of a cell splits nothing."""
    if any(cell.merged for cell in row.cells) or not any(re.search(r"[;；]", cell.text) for cell in row.cells):
        return [row]
    texts = [cell.text for cell in row.cells]
    while texts and not texts[-1].strip():
        texts.pop()
    parts = [part.strip() for part in re.split(r"[;；]", "|".join(texts)) if part.strip()]
    if len(parts) < 2 or not all(part.count("|") >= 2 or _SHORT_ROW.match(part) for part in parts):
        return [row]
    return [Row(tuple(Cell(cell.strip()) for cell in part.split("|")), row.place) for part in parts]


def _is_cut(text: str) -> bool:
    return bool(CUT.search(norm(text).strip()))


def _left_out_column(text: str) -> bool:
    """指标解释（略）: a column of explanations that is not printed takes no row away."""
    return indicator_role(text) == "criteria" and len(text) < 16


def _without_note(text: str) -> str:
    """`9 (not legible)`, `10 …(cut)`: a transcriber's remark behind a value is not part of it."""
    text = re.sub(r"\s*(?:…|\.{3,})\s*(?:[(（][^()（）]*[)）])?$", "", text)
    note = re.search(r"\s+[\[(（][^\])）]*[A-Za-z]{3,}[^\])）]*[\])）]$", text)
    return text[: note.start()] if note else text


def is_partial(lines: list[Line]) -> bool:
    """The head of an excerpt says that it is one."""
    heads = [line.text for line in lines[:4] if PROVENANCE.match(line.text)]
    return any(_PARTIAL.search(head) for head in heads)


def _paragraph(text: str, place: str) -> Iterator[Line]:
    cut = _is_cut(text)
    if PROVENANCE.match(text):
        yield Line((text,), (False,), place, None)
        return
    if re.search(r"[|｜]", text):
        cells = tuple(_without_note(part.strip()) for part in re.split(r"[|｜]", text))
        yield Line(cells, (False,) * len(cells), place, -1, cut)
        return
    parts = [part.strip() for part in re.split(r"[;；]", text) if part.strip()]
    rows = [_loose_cells(part) or _loose_indicator(part) for part in parts]
    if not any(rows):
        yield Line((text,), (False,), place, None, cut)
        return
    for part, row in zip(parts, rows, strict=True):
        yield (
            Line(tuple(row), (False,) * len(row), place, -1, cut) if row else Line((part,), (False,), place, None, cut)
        )


def _loose_indicator(text: str) -> list[str] | None:
    """`产出指标 数量指标 面积 ≥1.2万亩 1.1万亩 25 25` and its header as cells; None for a sentence."""
    tokens = norm(text).replace(":", ": ").split()
    if len(tokens) < 4 or len(text) > 160 or "。" in text:
        return None
    if sum(1 for token in tokens if indicator_role(token)) >= 4 and not re.search(r"\d", text):
        return tokens
    points = [token for token in tokens[-3:] if re.fullmatch(rf"(?:分值|权重|得分)?(?:{NUMBER})分?", token)]
    if not is_level(tokens[0].rstrip(":")) or not points:
        return None
    return [token.rstrip(":") for token in tokens]


def _loose_cells(text: str) -> list[str] | None:
    """`年度资金总额 20 20 10 100% 10`, `总分 100 94`, `资金情况 全年预算数 全年执行数 得分` as cells; None for a sentence."""
    plain = norm(text).strip()
    head = re.match(r"(?:[^\s:：]{0,12}[:：])?\s*[^\s:：]+", plain)
    if not head or len(plain) > 120 or "。" in plain:
        return None
    tokens = plain.split()
    words = [re.sub(rf"(?<=[^\d→.])(?:{NUMBER})%?$", "", token) for token in tokens]
    if sum(1 for word in words if money_role(word) and not re.search(r"\d", word)) >= 3:
        return tokens
    if tokens and tokens[0].endswith(":") and len(tokens) > 1:
        first, rest = tokens[0].rstrip(":"), tokens[1:]
    elif tokens:
        first, rest = tokens[0], tokens[1:]
    else:
        return None
    label = squeeze(first)
    if not (MONEY_LABEL.match(label) or TOTAL_LABEL.fullmatch(label)) or not rest:
        return None
    value = rf"(?:{NUMBER})(?:%|万元|元|分)?|-|—|/|[\u4e00-\u9fff()]{{2,8}}[:：]?(?:{NUMBER})%?"
    return [first, *rest] if all(re.fullmatch(value, token) for token in rest) else None
