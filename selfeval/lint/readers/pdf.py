"""PDF: text by page with its lines joined into paragraphs, and ruled tables as grids.

Does not belong here: what the text means. A page that is only a picture has no text; a PDF of such pages is refused.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low
from typing import Any

from selfeval.lint.model import Block, Cell, Document, LintError, Paragraph, Row, Table
from selfeval.lint.numbers import plain_number
from selfeval.lint.readers import guard, unruled

MAX_PAGES = 300
_HEADING = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.、．](?!\d)|附[件表]|注\s*\d*[:：])"
)

#: justified Chinese has gaps that nobody typed; a typed space is a character of its own and is kept.
_SPACING = {"x_tolerance_ratio": 0.6}


def read(data: bytes, name: str) -> Document:
    if b"%PDF-" not in data[:1024]:
        raise LintError(f"“{name}”不是PDF文件，或文件头已损坏，无法读取。")
    import pdfplumber  # slow to import; only a PDF needs it
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with contextlib.closing(pdfplumber.open(io.BytesIO(data))) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise LintError(f"“{name}”超过{MAX_PAGES}页，不像一份报告，未予读取。")
            blocks = _pages(pdf)
    except LintError:
        raise
    except PDFPasswordIncorrect:
        raise LintError(f"“{name}”带有密码，请去除密码后再检查。") from None
    except Exception as error:  # pdfminer has no common base for what a damaged file raises
        if "Password" in type(error).__name__ or "Password" in str(error) or "Password" in repr(error.args):
            raise LintError(f"“{name}”带有密码，请去除密码后再检查。") from None
        raise LintError(f"“{name}”已损坏或不完整（{type(error).__name__}），无法读取。") from None
    if not blocks:
        raise LintError(f"“{name}”没有可读的文字（可能是扫描件），请提供文字版。")
    return Document(name, tuple(blocks))


@dataclass(frozen=True)
class _Box:
    """A cell as drawn on one page. `open_top`, `open_bottom`: it goes on over the page break."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    open_top: bool
    open_bottom: bool


@dataclass
class _Ruled:
    """A ruled table, over as many pages as it goes on; `number` and `page` of where it begins."""

    boxes: list[_Box]
    page: int
    left: float
    right: float


@dataclass(frozen=True)
class _Unruled:
    """The rows of a table without rules, told by the gaps between its columns."""

    rows: tuple[tuple[str, ...], ...]
    page: int


def _pages(pdf: Any) -> list[Block]:
    items: list[Paragraph | _Ruled | _Unruled] = []
    cells = 0
    for number, page in enumerate(pdf.pages, start=1):
        settings = _settings(page)
        found = sorted(page.find_tables(settings), key=lambda t: (t.bbox[1], t.bbox[0]))
        lines = [line for line in page.extract_text_lines(strip=True, **_SPACING) if not _inside(line, found)]
        order = [(line["top"], 0, line) for line in lines] + [(t.bbox[1], 1, t) for t in found]
        edges = [line["x0"] for line in lines], [line["x1"] for line in lines] + [t.bbox[2] for t in found]
        left, right = min(edges[0], default=0), max(edges[1], default=0)
        waiting: list[dict[str, Any]] = []
        count = 0

        def add(lines: list[dict[str, Any]], edges: tuple[float, float], page_number: int = number) -> None:
            nonlocal count
            for run in unruled.runs(lines):
                if isinstance(run, tuple):
                    items.append(_Unruled(run, page_number))
                    continue
                for text in _paragraphs(run, *edges):
                    count += 1
                    items.append(Paragraph(text, f"第{page_number}页第{count}段"))

        for _, kind, item in sorted(order, key=lambda entry: entry[:2]):
            if kind == 0:
                waiting.append(item)
                continue
            add(waiting, (left, right))
            waiting = []
            cells += len(item.cells)
            if cells > guard.MAX_CELLS:
                raise LintError("表格过大，不像一份报告，未予读取。")
            _take_table(items, _Ruled(_boxes(page, item, number), number, item.bbox[0], item.bbox[2]))
        add(waiting, (left, right))
        page.close()
    return _numbered(items)


def _settings(page: Any) -> dict[str, Any]:
    """A table broken off at the foot of a page has no line there, and none at the head of the next: both are supplied."""
    sides = [edge for edge in page.edges if edge["orientation"] == "v"]
    ends = []
    for key, at in (("top", min), ("bottom", max)):
        end = at((edge[key] for edge in sides), default=None)
        if end is not None and sum(1 for edge in sides if abs(edge[key] - end) <= 2) >= 2:
            ends.append(end)
    return {"explicit_horizontal_lines": ends} if ends else {}


def _boxes(page: Any, table: Any, number: int) -> list[_Box]:
    rules = [edge for edge in page.edges if edge["orientation"] == "h"]

    def drawn(y: float, x0: float, x1: float) -> bool:
        middle = (x0 + x1) / 2
        return any(abs(rule["top"] - y) <= 2 and rule["x0"] - 1 <= middle <= rule["x1"] + 1 for rule in rules)

    from pdfplumber.utils.text import extract_text

    inside = page.crop(table.bbox, strict=False).chars
    out = []
    for x0, top, x1, bottom in (cell for cell in table.cells if cell):
        # a character belongs where its middle is: lines set close reach over the rule
        chars = [
            char
            for char in inside
            if x0 <= (char["x0"] + char["x1"]) / 2 < x1 and top <= (char["top"] + char["bottom"]) / 2 < bottom
        ]
        raw = extract_text(chars, x_tolerance_ratio=_SPACING["x_tolerance_ratio"]) if chars else ""
        open_top = abs(top - table.bbox[1]) <= 2 and not drawn(top, x0, x1)
        open_bottom = abs(bottom - table.bbox[3]) <= 2 and not drawn(bottom, x0, x1)
        out.append(_Box(number, x0, top, x1, bottom, _cell_text(raw), open_top, open_bottom))
    return out


def _take_table(items: list[Paragraph | _Ruled | _Unruled], table: _Ruled) -> None:
    """A table at the head of a page goes on with the one at the foot of the page before, when both are as wide."""
    last = items[-1] if items else None
    if (
        isinstance(last, _Ruled)
        and last.boxes
        and last.boxes[-1].page == table.page - 1
        and abs(last.left - table.left) <= 4
        and abs(last.right - table.right) <= 4
    ):
        last.boxes.extend(_snapped(table.boxes, last.boxes))
    else:
        items.append(table)


def _snapped(boxes: list[_Box], above: list[_Box]) -> list[_Box]:
    """Columns of a table are drawn a little apart on two pages: those of the first hold."""
    known = sorted({x for box in above for x in (box.x0, box.x1)})

    def near(x: float) -> float:
        best = min(known, key=lambda other: abs(other - x))
        return best if abs(best - x) <= 6 else x

    return [replace(box, x0=near(box.x0), x1=near(box.x1)) for box in boxes]


def _numbered(items: list[Paragraph | _Ruled | _Unruled]) -> list[Block]:
    blocks: list[Block] = []
    tables = 0
    for item in items:
        if isinstance(item, Paragraph):
            blocks.append(item)
            continue
        tables += 1
        if isinstance(item, _Unruled):
            rows = enumerate(item.rows, start=1)
            place = f"第{item.page}页表{tables}"
            blocks.append(Table(tuple(Row(tuple(map(Cell, row)), f"{place}第{n}行") for n, row in rows), place))
            continue
        table = _grid(item, tables)
        if table.rows:
            blocks.append(table)
    return blocks


def _inside(line: dict[str, Any], tables: list[Any]) -> bool:
    middle = (line["top"] + line["bottom"]) / 2
    centre = (line["x0"] + line["x1"]) / 2
    return any(t.bbox[0] <= centre <= t.bbox[2] and t.bbox[1] <= middle <= t.bbox[3] for t in tables)


def _paragraphs(lines: list[dict[str, Any]], left: float, right: float) -> list[str]:
    """Join the lines of a paragraph: one that fills the column is continued by the next, unless that starts anew."""
    out: list[str] = []
    full = False
    gaps = [below["top"] - above["top"] for above, below in pairwise(lines)]
    # from a line that fills the column to the next is mostly one line of the same paragraph
    pitch = median_low([gap for line, gap in zip(lines, gaps, strict=False) if line["x1"] > right - 12] or [0.0])
    spaced = any(gap > 1.25 * pitch for gap in gaps)  # paragraphs stand further apart than lines
    for line, gap in zip(lines, [0.0, *gaps], strict=False):
        text = line["text"].strip()
        size = max(line["bottom"] - line["top"], 1)
        if re.fullmatch(r"[—\-–\s]*\d+[—\-–\s]*", text):  # the page number
            continue
        indented = line["x0"] > left + size
        row = _is_row(text) and not (out and out[-1].endswith(("→", "+", "=", "、", "，", "：")))
        last_word = full and re.fullmatch(r"[\u4e00-\u9fff]{1,3}", text) is not None
        apart = spaced and gap > 1.25 * pitch
        if out and full and (last_word or not indented) and not apart and not row and not _HEADING.match(text):
            glue = "" if re.search(r"[^\x00-\x7f]$", out[-1]) or re.match(r"[^\x00-\x7f]", text) else " "
            if re.search(r"[\d.,]$", out[-1]) and re.match(r"[\d.,%]", text):
                glue = ""
            out[-1] += glue + text
        else:
            out.append(text)
        reach = (line["x1"] - left) / max(right - left, 1)
        # broken off in mid-sentence: what follows was too long a word for the rest of the line
        broken = reach > 0.75 and bool(re.search(r"[\w，、（“]$", text))
        closed = text.endswith(("。", "！", "？")) and not (spaced and line["x1"] > right - 1.2 * size)
        full = (line["x1"] > right - 2.5 * size or broken) and not row and not closed
    return out


def _is_row(text: str) -> bool:
    """A row of a table without rules: words and numbers with gaps between them."""
    tokens = text.split()
    numbers = sum(1 for token in tokens if re.fullmatch(r"[-—/]|[≥≤=<>]*[\d.,]+[%\u4e00-\u9fff]{0,4}", token))
    return numbers >= 2 and numbers * 3 >= len(tokens) and len(tokens) >= 3


#: further apart than any two lines of one page
_PAGE = 100_000.0


def _grid(table: _Ruled, number: int) -> Table:
    """Cells of a ruled table on the grid of all its lines; a cell over several squares fills them all."""
    boxes = _joined(table.boxes)
    xs = _edges([b[0] for b in boxes] + [b[2] for b in boxes])
    ys = _edges([b[1] for b in boxes] + [b[3] for b in boxes])
    begins = {r for r in range(len(ys)) if any(abs(box[1] - ys[r]) <= 2 for box in boxes)}
    # what lies between two pages is a row only where one was broken off
    rows = [r for r in range(len(ys) - 1) if int(ys[r] // _PAGE) == int(ys[r + 1] // _PAGE) or r in begins]
    grid: dict[tuple[int, int], Cell] = {}
    for x0, top, x1, bottom, text in boxes:
        columns = [c for c in range(len(xs) - 1) if xs[c] >= x0 - 2 and xs[c + 1] <= x1 + 2]
        over = [r for r in rows if ys[r] >= top - 2 and ys[r + 1] <= bottom + 2]
        for i, r in enumerate(over):
            for j, c in enumerate(columns):
                grid[r, c] = Cell(text, i + j > 0)
    out: list[Row] = []
    for r in rows:
        cells = tuple(grid.get((r, c), Cell("", True)) for c in range(len(xs) - 1))
        page = int(ys[r] // _PAGE)
        first = not out or page != int(ys[rows[rows.index(r) - 1]] // _PAGE)
        if out and first and _goes_on(out[-1], cells):
            out[-1] = Row(_together(out[-1].cells, cells), out[-1].place)
            continue
        out.append(Row(cells, f"第{page}页表{number}第{len(out) + 1}行"))
    return Table(tuple(out), f"第{table.page}页表{number}")


def _joined(boxes: list[_Box]) -> list[tuple[float, float, float, float, str]]:
    """Boxes on one long page; the two halves of a cell that the page break cut are one."""
    out: list[tuple[float, float, float, float, str]] = []
    halves = {id(box) for box in boxes if box.open_top}
    for box in boxes:
        if box.open_top and id(box) not in halves:
            continue
        bottom, text, at = box.bottom + box.page * _PAGE, box.text, box
        while at.open_bottom:
            below = next(
                (
                    other
                    for other in boxes
                    if other.page == at.page + 1
                    and id(other) in halves
                    and abs(other.x0 - box.x0) <= 3
                    and abs(other.x1 - box.x1) <= 3
                ),
                None,
            )
            if below is None:
                break
            halves.discard(id(below))
            bottom, text, at = below.bottom + below.page * _PAGE, _cell_text(f"{text}\n{below.text}"), below
        out.append((box.x0, box.top + box.page * _PAGE, box.x1, bottom, text))
    return out


def _goes_on(above: Row, cells: tuple[Cell, ...]) -> bool:
    """The first row of a page is the rest of the last one of the page before: all merged, or words without numbers."""
    if all(cell.merged for cell in cells):
        return True
    own = [(i, cell.text) for i, cell in enumerate(cells) if not cell.merged and cell.text]
    if len(own) >= len(cells) or any(plain_number(text) for _, text in own) or not own:
        return False
    empty = [i for i, cell in enumerate(cells) if not cell.merged and not cell.text]
    # a value, weight or score stands in the row above where this one is blank
    return sum(1 for i in empty if plain_number(above.cells[i].text)) >= 2 and all(above.cells[i].text for i, _ in own)


def _together(above: tuple[Cell, ...], below: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(
        one if other.merged or not other.text else Cell(_cell_text(f"{one.text}\n{other.text}"), one.merged)
        for one, other in zip(above, below, strict=True)
    )


def _cell_text(raw: str) -> str:
    """Lines of a narrow cell are one text: 实际完 / 成值 is 实际完成值, 4,614,45 / 3.11 is one number."""
    text = re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])", "", raw.strip())
    text = re.sub(r"(?<=[\d.,])\s*\n\s*(?=[\d.,%])", "", text)
    return text.replace("\n", " ")


def _edges(values: list[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > 2:
            out.append(value)
    return out
