"""A difference between two packages as a page and as lines for a terminal.

Belongs here: layout and caps. What differs is found in selfeval.compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selfeval.compare.packages import Difference, FactChange, FindingChange, SentenceChange
from selfeval.compare.rows import FileRows, RowChange
from selfeval.pages.render import page
from selfeval.pages.words import SEVERITY_WORDS

NOTHING = "两个成果包没有差别。"


def as_html(difference: Difference, rows: Sequence[FileRows]) -> bytes:
    """One page without scripts."""
    return page(
        "difference.html.j2", d=difference, rows=rows, words=SEVERITY_WORDS, row_place=row_place, kind=finding_kind
    )


def as_lines(difference: Difference, rows: Sequence[FileRows], limit: int = 30) -> Iterator[str]:
    """The changes in the order in which a reader asks: figures, sentences, findings, files, rows; capped each."""
    if difference.empty:
        yield NOTHING
        return
    yield f"{difference.old.title} → {difference.new.title}"
    yield from _block("数", [_fact(c) for c in difference.facts], limit)
    yield from _block("报告的句子", [line for c in difference.sentences for line in _sentence(c)], limit)
    found = [
        f"{finding_kind(c)}　{SEVERITY_WORDS[c.severity]}　{c.place}：{c.new or c.old}" for c in difference.findings
    ]
    yield from _block("问题", found, limit)
    how = {(True, False): "新增", (False, True): "已不在", (False, False): "内容有变化"}
    files = [f"{c.file}　{how[c.old is None, c.new is None]}" for c in difference.files]
    yield from _block("原始文件", files, limit)
    yield from _block("原始行", [line for table in rows for line in _rows(table)], limit)


def _block(title: str, lines: list[str], limit: int) -> Iterator[str]:
    if lines:
        yield f"{title}（{len(lines)}处）"
        yield from (f"  {line}" for line in lines[:limit])
        if len(lines) > limit:
            yield f"  另有{len(lines) - limit}处，用--html或--json查看全部"


def _fact(c: FactChange) -> str:
    delta = f"（{c.delta}）" if c.delta else ""
    because = f"　因{'、'.join(c.files[:3])}{'等' if len(c.files) > 3 else ''}" if c.files else ""
    return f"{c.name}（{c.id}）　{c.old or '无'} → {c.new or '无'}{delta}{because}"


def finding_kind(c: FindingChange) -> str:
    return "新增" if c.old is None else "消除" if c.new is None else "改变"


def _sentence(c: SentenceChange) -> Iterator[str]:
    if c.old is not None:
        yield f"－ {c.old}"
    if c.new is not None:
        yield f"＋ {c.new}"


def _rows(table: FileRows) -> Iterator[str]:
    where = f"{table.file} {table.sheet}" if table.sheet else table.file
    if table.count is None:
        yield f"{where}　以前的行已清理，只知道内容有变化"
        return
    for row in table.rows:
        cells = "；".join(f"{label} {old or '空'} → {new or '空'}" for label, (old, new) in row.cells.items())
        yield f"{where} {row_place(row)}　{cells}"
    if table.count > len(table.rows):
        yield f"{where}　另有{table.count - len(table.rows)}行有变化"


def row_place(row: RowChange) -> str:
    """第7行, 第7行（原第6行）, 新增第7行, 删去第7行"""
    if row.old_row is None:
        return f"新增第{row.new_row}行"
    if row.new_row is None:
        return f"删去第{row.old_row}行"
    return f"第{row.new_row}行" + (f"（原第{row.old_row}行）" if row.old_row != row.new_row else "")
