"""PDF: text by page with its lines joined into paragraphs, and ruled tables as grids.

Does not belong here: what the text means. A page that is only a picture has no text; a PDF of such pages is refused.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from typing import Any

from selfeval.lint.model import Block, Cell, Document, LintError, Paragraph, Row, Table
from selfeval.lint.readers import guard

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


def _pages(pdf: Any) -> list[Block]:
    blocks: list[Block] = []
    tables = 0
    cells = 0
    for number, page in enumerate(pdf.pages, start=1):
        found = sorted(page.find_tables(), key=lambda t: (t.bbox[1], t.bbox[0]))
        lines = [line for line in page.extract_text_lines(strip=True, **_SPACING) if not _inside(line, found)]
        items = [(line["top"], 0, line) for line in lines] + [(t.bbox[1], 1, t) for t in found]
        edges = [line["x0"] for line in lines], [line["x1"] for line in lines] + [t.bbox[2] for t in found]
        left, right = min(edges[0], default=0), max(edges[1], default=0)
        waiting: list[dict[str, Any]] = []
        count = 0

        def add(texts: list[str], page_number: int = number) -> None:
            nonlocal count
            for text in texts:
                count += 1
                blocks.append(Paragraph(text, f"第{page_number}页第{count}段"))

        for _, kind, item in sorted(items, key=lambda entry: entry[:2]):
            if kind == 0:
                waiting.append(item)
                continue
            add(_paragraphs(waiting, left, right))
            waiting = []
            tables += 1
            table = _grid(page, item, tables, number)
            cells += sum(len(row.cells) for row in table.rows)
            if cells > guard.MAX_CELLS:
                raise LintError("表格过大，不像一份报告，未予读取。")
            if table.rows:
                blocks.append(table)
        add(_paragraphs(waiting, left, right))
        page.close()
    return blocks


def _inside(line: dict[str, Any], tables: list[Any]) -> bool:
    middle = (line["top"] + line["bottom"]) / 2
    centre = (line["x0"] + line["x1"]) / 2
    return any(t.bbox[0] <= centre <= t.bbox[2] and t.bbox[1] <= middle <= t.bbox[3] for t in tables)


def _paragraphs(lines: list[dict[str, Any]], left: float, right: float) -> list[str]:
    """Join the lines of a paragraph: one that fills the column is continued by the next, unless that starts anew."""
    out: list[str] = []
    full = False
    for line in lines:
        text = line["text"].strip()
        size = max(line["bottom"] - line["top"], 1)
        if re.fullmatch(r"[—\-–\s]*\d+[—\-–\s]*", text):  # the page number
            continue
        indented = line["x0"] > left + size
        row = _is_row(text) and not (out and out[-1].endswith(("→", "+", "=", "、", "，", "：")))
        last_word = full and re.fullmatch(r"[\u4e00-\u9fff]{1,3}", text) is not None
        if out and full and (last_word or not indented) and not row and not _HEADING.match(text):
            glue = "" if re.search(r"[^\x00-\x7f]$", out[-1]) or re.match(r"[^\x00-\x7f]", text) else " "
            if re.search(r"[\d.,]$", out[-1]) and re.match(r"[\d.,%]", text):
                glue = ""
            out[-1] += glue + text
        else:
            out.append(text)
        reach = (line["x1"] - left) / max(right - left, 1)
        # broken off in mid-sentence: what follows was too long a word for the rest of the line
        broken = reach > 0.75 and bool(re.search(r"[\w，、（“]$", text))
        full = (line["x1"] > right - 2.5 * size or broken) and not row and not text.endswith(("。", "！", "？"))
    return out


def _is_row(text: str) -> bool:
    """A row of a table without rules: words and numbers with gaps between them."""
    tokens = text.split()
    numbers = sum(1 for token in tokens if re.fullmatch(r"[-—/]|[≥≤=<>]*[\d.,]+[%\u4e00-\u9fff]{0,4}", token))
    return numbers >= 2 and numbers * 3 >= len(tokens) and len(tokens) >= 3


def _grid(page: Any, table: Any, number: int, page_number: int) -> Table:
    """Cells of a ruled table on the grid of all its lines; a cell over several squares fills them all."""
    boxes = [cell for cell in table.cells if cell]
    xs = _edges([b[0] for b in boxes] + [b[2] for b in boxes])
    ys = _edges([b[1] for b in boxes] + [b[3] for b in boxes])
    grid: dict[tuple[int, int], Cell] = {}
    for x0, top, x1, bottom in boxes:
        raw = page.crop((x0, top, x1, bottom), strict=False).extract_text(**_SPACING) or ""
        text = _cell_text(raw)
        columns = [c for c in range(len(xs) - 1) if xs[c] >= x0 - 2 and xs[c + 1] <= x1 + 2]
        rows = [r for r in range(len(ys) - 1) if ys[r] >= top - 2 and ys[r + 1] <= bottom + 2]
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                grid[r, c] = Cell(text, i + j > 0)
    out = []
    for r in range(len(ys) - 1):
        cells = tuple(grid.get((r, c), Cell("", True)) for c in range(len(xs) - 1))
        out.append(Row(cells, f"第{page_number}页表{number}第{r + 1}行"))
    return Table(tuple(out), f"第{page_number}页表{number}")


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
