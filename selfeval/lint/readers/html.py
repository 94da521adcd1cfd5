"""Web pages: block elements become paragraphs, tables a grid with rowspan and colspan resolved.

Does not belong here: what the text means; scripts, styles and hidden elements are no text.
"""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree

from selfeval.lint.model import Block, Cell, Document, LintError, Paragraph, Row, Table
from selfeval.lint.readers import guard
from selfeval.lint.readers.text import decode

_BLOCKS = {
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "header",
    "footer", "main", "aside", "nav", "body", "html", "blockquote", "pre", "figure", "figcaption", "center", "form",
    "details", "summary", "address", "fieldset",
}  # fmt: skip
_SKIP = {"script", "style", "head", "template", "noscript", "svg", "select", "iframe", "object", "dialog",
    "nav", "footer",
}  # fmt: skip


def read(data: bytes, name: str) -> Document:
    text = decode(data, name)
    if re.search(r"<!\s*ENTITY", text[:4096], re.I):
        raise LintError(f"“{name}”含有外部实体声明，存在安全风险，已拒绝读取。")
    # lxml refuses text that carries an encoding declaration; ours is decoded already.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = lxml.html.document_fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise LintError(f"“{name}”不是网页文件，或内容为空，无法读取。") from None
    reader = _Reader()
    try:
        reader.walk(root, 0)
    except RecursionError:
        raise LintError(f"“{name}”的网页嵌套过深，无法读取。") from None
    reader.flush()
    return Document(name, tuple(reader.blocks))


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pending: list[str] = []
        self.paragraphs = 0
        self.tables = 0
        self.cells = 0

    def flush(self) -> None:
        text = re.sub(r"[ \t\r\f\v]*\n[ \t\r\f\v\n]*", "\n", "".join(self.pending)).strip()
        self.pending.clear()
        for line in text.split("\n"):
            if line.strip():
                self.paragraphs += 1
                self.blocks.append(Paragraph(line.strip(), f"第{self.paragraphs}段"))

    def walk(self, node: Any, depth: int) -> None:
        if depth > 200:
            raise RecursionError
        tag = node.tag if isinstance(node.tag, str) else None
        if tag is None or tag in _SKIP or _hidden(node):
            return
        if tag == "table":
            self.flush()
            self.tables_of(node, depth)
            return
        block = tag in _BLOCKS
        if block:
            self.flush()
        if block and (rows := _grid_rows(node)):
            self.table(rows)
            return
        if tag == "br":
            self.pending.append("\n")
        self.pending.append(_inline(node.text))
        for child in node:
            self.walk(child, depth + 1)
            self.pending.append(_inline(child.tail))
        if block:
            self.flush()

    def tables_of(self, node: Any, depth: int) -> None:
        """The table; a row that holds tables of its own ends it, and what it holds is read as if it stood on the page."""
        caption = node.find("caption")
        if caption is not None and _cell_text(caption):
            self.paragraphs += 1
            self.blocks.append(Paragraph(_cell_text(caption), f"第{self.paragraphs}段"))
        rows: list[Any] = []
        for tr in (tr for tr in node.iter("tr") if _owner(tr) is node and not _hidden(tr)):
            if not any(_is_table(inner) for inner in tr.iter("table")):
                rows.append(tr)
                continue
            self.table(rows)
            rows = []
            for cell in (c for c in tr if c.tag in ("td", "th") and not _hidden(c)):
                self.flush()
                self.pending.append(_inline(cell.text))
                for child in cell:
                    self.walk(child, depth + 1)
                    self.pending.append(_inline(child.tail))
                self.flush()
        self.table(rows)

    def table(self, rows: list[Any]) -> None:
        if not rows:
            return
        self.tables += 1
        number = self.tables
        grid: dict[tuple[int, int], Cell] = {}
        width = 0
        for r, tr in enumerate(rows):
            column = 0
            for cell in (c for c in tr if isinstance(c.tag, str) and not _hidden(c)):
                while (r, column) in grid:
                    column += 1
                text = _cell_text(cell)
                down, across = _span(cell, "rowspan", len(rows) - r), _span(cell, "colspan", 200)
                for i in range(down):
                    for j in range(across):
                        grid.setdefault((r + i, column + j), Cell(text, i + j > 0))
                column += across
                width = max(width, column)
                self.cells += down * across
                if self.cells > guard.MAX_CELLS:
                    raise LintError("表格过大，不像一份报告，未予读取。")
        out = []
        for r in range(len(rows)):
            cells = tuple(grid.get((r, c), Cell("", True)) for c in range(width))
            out.append(Row(cells, f"表{number}第{r + 1}行"))
        if out:
            self.blocks.append(Table(tuple(out), f"表{number}"))


def _grid_rows(node: Any) -> list[Any]:
    """The rows of a table laid out with div and span: three children at least, most of them with as many parts each."""
    rows = [child for child in node if isinstance(child.tag, str)]
    if len(rows) < 3 or (node.text or "").strip() or node.tag in ("ul", "ol", "body", "html"):
        return []
    parts = [[part for part in row if isinstance(part.tag, str)] for row in rows]
    bare = all(
        not any((text or "").strip() for text in (row.text, row.tail, *(part.tail for part in row)))
        and all(part.tag not in ("br", "table", "a", "p") for part in row)
        for row in rows
    )
    widths = [len(row) for row in parts]
    usual = max(set(widths), key=widths.count)
    return rows if bare and usual >= 3 and widths.count(usual) * 4 >= len(rows) * 3 else []


def _is_table(node: Any) -> bool:
    return sum(1 for cell in node.iter("td", "th")) >= 4


def _owner(tr: Any) -> Any:
    node = tr.getparent()
    while node is not None and node.tag != "table":
        node = node.getparent()
    return node


def _inline(text: str | None) -> str:
    """Line breaks of the source are white space; between two Chinese characters they are nothing."""
    text = re.sub(r"(?<=[\u3000-\u9fff，。；：、])\s*\n\s*(?=[\u3000-\u9fff])", "", text or "")
    return re.sub(r"\s+", " ", text)


def _cell_text(node: Any) -> str:
    parts: list[str] = []

    def walk(element: Any, depth: int) -> None:
        tag = element.tag if isinstance(element.tag, str) else None
        if tag is None or tag in _SKIP or depth > 100 or _hidden(element):
            return
        if tag in ("br", "p", "div", "li"):
            parts.append("\n")
        parts.append(_inline(element.text))
        for child in element:
            walk(child, depth + 1)
            parts.append(_inline(child.tail))

    walk(node, 0)
    return re.sub(r"\s*\n\s*", "\n", "".join(parts)).strip()


_CONTROL = re.compile(r"\s*(?:打印|关闭|返回|返回顶部|分享|下载|收藏|复制|展开|收起|上一[页篇]|下一[页篇]|×|✕)?\s*")


def _hidden(node: Any) -> bool:
    """Not on the page as it opens: pop-ups, hidden elements; a button is text unless it is one of the page's controls."""
    if node.get("popover") is not None or node.get("role") == "dialog":
        return True
    if node.tag == "button" and _CONTROL.fullmatch(node.text_content()):
        return True
    style = (node.get("style") or "").replace(" ", "").lower()
    return node.get("hidden") is not None or "display:none" in style


def _span(cell: Any, name: str, limit: int) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), max(limit, 1)) if value.isascii() and value.isdigit() and len(value) < 5 else 1
