"""Word documents: paragraphs and tables in order, with merged cells laid out on the grid.

Read straight from the XML: a report's text boxes, merges and tracked changes are all there, and nothing of Word's
styling is needed. Does not belong here: what the text means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selfeval.lint.model import Block, Cell, Document, LintError, Paragraph, Row, Table
from selfeval.lint.readers import guard

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIP = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText"}


def read(data: bytes, name: str) -> Document:
    archive = guard.open_office(data, name)
    names = set(archive.namelist())
    if "word/document.xml" not in names:
        raise LintError(f"“{name}”不是Word文档，或已损坏，请重新另存为docx。")
    root = guard.parse_xml(guard.member(archive, "word/document.xml", name), name)
    body = root.find(f"{_W}body")
    blocks = tuple(_blocks(body, _Counter())) if body is not None else ()
    return Document(name, blocks, tuple(_marks(root, "word/comments.xml" in names)))


class _Counter:
    def __init__(self) -> None:
        self.paragraphs = 0
        self.tables = 0
        self.cells = 0


def _marks(root: Any, has_comments: bool) -> Iterator[str]:
    if root.find(f".//{_W}del") is not None or root.find(f".//{_W}ins") is not None:
        yield "未接受的修订"
    if has_comments and root.find(f".//{_W}commentReference") is not None:
        yield "未删除的批注"


def _blocks(parent: Any, counter: _Counter) -> Iterator[Block]:
    for node in parent:
        if node.tag == f"{_W}p":
            text = _text(node)
            counter.paragraphs += 1
            if text.strip():
                yield Paragraph(text, f"第{counter.paragraphs}段")
        elif node.tag == f"{_W}tbl":
            yield from _tables(node, counter)
        elif node.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _blocks(node, counter)


def _text(node: Any) -> str:
    """The visible text under `node`; a text box is read where it is anchored, once (mc:Fallback repeats it)."""
    parts: list[str] = []
    for child in node:
        tag = child.tag
        if tag in _SKIP or not isinstance(tag, str) or tag.endswith("}Fallback"):
            continue
        if tag == f"{_W}t":
            parts.append(child.text or "")
        elif tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
        elif tag == f"{_W}tab":
            parts.append(" ")
        elif tag == f"{_W}tbl":
            parts.extend(f" {_text(cell)}" for cell in child.iter(f"{_W}tc"))
        else:
            parts.append(_text(child))
            if tag == f"{_W}p" and child.getnext() is not None:
                parts.append("\n")
    return "".join(parts)


def _tables(node: Any, counter: _Counter) -> Iterator[Block]:
    """The table; a row that holds tables of its own ends it, and what it holds is read as if it stood on the page."""
    rows: list[Any] = []
    for tr in _children(node, "tr"):
        if not any(_is_table(inner) for inner in tr.iter(f"{_W}tbl")):
            rows.append(tr)
            continue
        if rows:
            yield _table(rows, counter)
            rows = []
        for tc in _children(tr, "tc"):
            yield from _blocks(tc, counter)
    if rows:
        yield _table(rows, counter)


def _is_table(node: Any) -> bool:
    return sum(1 for _ in node.iter(f"{_W}tc")) >= 4


def _table(trs: list[Any], counter: _Counter) -> Table:
    counter.tables += 1
    number = counter.tables
    rows: list[Row] = []
    above: list[Cell] = []
    for index, tr in enumerate(trs, start=1):
        cells: list[Cell] = []
        skipped = tr.find(f"{_W}trPr/{_W}gridBefore")
        cells.extend(Cell("", True) for _ in range(_number(skipped)))
        for tc in _children(tr, "tc"):
            span = max(_number(tc.find(f"{_W}tcPr/{_W}gridSpan"), 1), 1)
            merge = tc.find(f"{_W}tcPr/{_W}vMerge")
            continued = merge is not None and merge.get(f"{_W}val", "continue") != "restart"
            column = len(cells)
            text = above[column].text if continued and column < len(above) else _text(tc).strip()
            cells.append(Cell(text, continued))
            cells.extend(Cell(text, True) for _ in range(span - 1))
        counter.cells += len(cells)
        if counter.cells > guard.MAX_CELLS:
            raise LintError("表格过大，不像一份报告，未予读取。")
        rows.append(Row(tuple(cells), f"表{number}第{index}行"))
        above = cells
    return Table(tuple(rows), f"表{number}")


def _children(node: Any, tag: str) -> Iterator[Any]:
    for child in node:
        if child.tag == f"{_W}{tag}":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _children(child, tag)


def _number(node: Any, default: int = 0) -> int:
    try:
        return min(int(node.get(f"{_W}val")), 200) if node is not None else default
    except (TypeError, ValueError):
        return default
