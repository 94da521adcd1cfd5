"""Tables of a PDF that have no rules, told by where their words begin.

pdfplumber's own "text" strategy takes the whole page for one table; here a table is a run of lines whose words begin at
the same places. Does not belong here: ruled tables, paragraphs (pdf.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Rows = tuple[tuple[str, ...], ...]
#: how far apart, in heights of a character, two words of one line are two cells
_GAP = 0.45
#: lines of one cell are set closer than rows are
_LINE = 1.6
_NEAR = 1.5


@dataclass
class _Cell:
    column: int
    top: float
    bottom: float
    text: str

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def runs(lines: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]] | Rows]:
    """Lines of text, and between them the rows of tables."""
    words = [_words(line) for line in lines]
    text: list[dict[str, Any]] = []
    at = 0
    while at < len(lines):
        end = _end(words, at)
        starts = _starts(words[at:end])
        rows = _rows(lines[at:end], starts) if len(starts) >= 3 and _aligned(words[at:end], starts) else ()
        if len(rows) < 3:
            text.append(lines[at])
            at += 1
            continue
        if text:
            yield text
        text, at = [], end
        yield rows
    if text:
        yield text


def _words(line: dict[str, Any]) -> list[tuple[float, bool]]:
    """Where each word begins, and whether it stands clear of the one before it."""
    size = line["bottom"] - line["top"]
    out: list[tuple[float, bool]] = []
    last = None
    for char in line["chars"]:
        if char["text"].isspace():
            continue
        if last is None or char["x0"] - last > _GAP * size:
            out.append((char["x0"], last is None or char["x0"] - last > size))
        last = char["x1"]
    return out


def _end(words: Sequence[list[tuple[float, bool]]], at: int) -> int:
    """The line behind the last that goes on with a table begun at `at`; `at` when none begins there."""
    if len(words[at]) < 3 or not any(clear for _, clear in words[at][1:]):
        return at
    end, gap = at, 0
    known: list[float] = []
    for i in range(at, len(words)):
        begins = [x for x, _ in words[i]]
        old = sum(1 for x in begins if _among(x, known))
        if len(begins) >= 3 and i - at >= 3 and old * 2 < len(begins):
            break  # another table, on other columns
        fits = len(begins) >= 3 or (bool(begins) and old == len(begins))
        gap = 0 if fits else gap + 1
        if gap > 1 or (not fits and len(begins) == 1 and begins[0] <= min(known) - _NEAR):
            break
        if fits:
            known += [x for x in begins if not _among(x, known)]
            end = i + 1
    return end


def _aligned(words: Sequence[list[tuple[float, bool]]], starts: Sequence[float]) -> bool:
    """Words typed with spaces between them begin anywhere; those of a table where its columns do."""
    stray = sum(1 for line in words for x, clear in line[1:] if clear and not _among(x, starts))
    return stray * 8 <= len(words) and len(starts) <= max(map(len, words)) + 2


def _among(x: float, known: Sequence[float]) -> bool:
    return any(abs(x - other) <= _NEAR for other in known)


def _starts(words: Sequence[list[tuple[float, bool]]]) -> list[float]:
    """Places where words begin in two lines at least, or in a full one, clear of the word before."""
    found: list[tuple[float, int, int]] = []
    for x, clear, full in sorted((x, clear, len(line) >= 5) for line in words for x, clear in line):
        weight = 2 if clear and full else 1
        if found and x - found[-1][0] <= _NEAR:
            found[-1] = (found[-1][0], found[-1][1] + weight, found[-1][2] + clear)
        else:
            found.append((x, weight, int(clear)))
    leftmost = found[0][0] if found else 0
    return [x for x, count, clear in found if count >= 2 and (clear or x == leftmost)]


def _rows(lines: Sequence[dict[str, Any]], starts: Sequence[float]) -> Rows:
    """Cells by column, their lines joined; a row is a line of the page that most columns share."""
    cells: list[_Cell] = []
    open_cells: dict[int, _Cell] = {}
    for line in lines:
        size = line["bottom"] - line["top"]
        for column, text in _split(line, starts).items():
            above = open_cells.get(column)
            if above and line["top"] - (above.bottom - size) < _LINE * size:
                above.text, above.bottom = above.text + text, line["bottom"]
            else:
                open_cells[column] = _Cell(column, line["top"], line["bottom"], text)
                cells.append(open_cells[column])
    middles = _middles(cells)
    grid = [[""] * len(starts) for _ in middles]
    # the columns before the first that is filled throughout, or holds values, hold cells merged over several rows
    columns = [[cell for cell in cells if cell.column == column] for column in range(len(starts))]
    first = next((i for i, own in enumerate(columns) if _single(own, len(middles))), len(columns))
    for column, own in enumerate(columns):
        for cell, rows in zip(own, _spans(own, middles, column < first), strict=True):
            for row in rows:
                grid[row][column] = cell.text if not grid[row][column] else grid[row][column] + cell.text
    return tuple(tuple(row) for row in grid)


def _single(cells: Sequence[_Cell], rows: int) -> bool:
    values = sum(1 for cell in cells if re.match(r"[≥≤<>=]?\s*\d[\d.,]*", cell.text))
    return len(cells) * 4 >= rows * 3 or values >= 2


def _split(line: dict[str, Any], starts: Sequence[float]) -> dict[int, str]:
    """The characters of a line by column: one begins where a word does, or a number right behind words."""
    size = line["bottom"] - line["top"]
    out: dict[int, str] = {}
    column, last = 0, None
    for char in line["chars"]:
        if not char["text"].isspace():
            clear = last is None or char["x0"] - last["x1"] > _GAP * size or _is_value(char) != _is_value(last)
            begins = next((i for i, x in enumerate(starts) if abs(char["x0"] - x) <= _NEAR), None)
            if begins is not None and begins > column and clear:
                column = begins
            elif last is None:
                column = max((i for i, x in enumerate(starts) if x <= char["x0"] + _NEAR), default=0)
            last = char
        out[column] = out.get(column, "") + char["text"]
    return {i: text.strip() for i, text in out.items() if text.strip()}


def _is_value(char: dict[str, Any]) -> bool:
    return bool(re.match(r"[\d.,%％≥≤<>=—-]", char["text"]))


def _middles(cells: Sequence[_Cell]) -> list[float]:
    """The heights at which two cells at least stand beside each other."""
    groups: list[list[float]] = []
    for cell in sorted(cells, key=lambda c: c.middle):
        if groups and cell.middle - groups[-1][0] <= (cell.bottom - cell.top) / 4:
            groups[-1].append(cell.middle)
        else:
            groups.append([cell.middle])
    return [sum(group) / len(group) for group in groups if len(group) >= 2]


def _spans(cells: Sequence[_Cell], middles: Sequence[float], merged: bool) -> list[range]:
    """The rows of each cell of a column: the nearest, or as many as lie evenly about its middle where it may be merged."""
    out: list[range] = []
    begin = 0
    for cell in cells:
        near = min(range(len(middles)), key=lambda r: abs(middles[r] - cell.middle), default=0)
        rows = range(near, min(near + 1, len(middles)))
        if merged and begin <= near and middles:
            last = min(range(begin, len(middles)), key=lambda r: abs(middles[begin] + middles[r] - 2 * cell.middle))
            rows = range(begin, last + 1)
        out.append(rows)
        begin = max(begin, rows.stop)
    return out
