"""Plain text: a line is a paragraph; lines with `|` between their parts are the rows of a table.

Also the decoding that text and web pages share. Does not belong here: what the text means.
"""

from __future__ import annotations

import re

from selfeval.lint.model import Block, Cell, Document, LintError, Paragraph, Row, Table
from selfeval.lint.readers import guard


def decode(data: bytes, name: str) -> str:
    """UTF-8 (with or without mark), UTF-16 with mark, else GB18030; binary content is refused."""
    if len(data) > guard.MAX_CHARS * 4:
        raise LintError(f"“{name}”内容过大，不像一份报告，未予读取。")
    candidates = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(text):
            return text
    raise LintError(f"“{name}”不是文本内容，或编码无法识别，请另存为UTF-8后再检查。")


def _looks_like_text(text: str) -> bool:
    sample = text[:20_000]
    controls = sum(1 for c in sample if (ord(c) < 32 and c not in "\t\n\r\f\v") or "\ue000" <= c <= "\uf8ff")
    return bool(sample.strip()) and controls <= len(sample) // 200


def read(data: bytes, name: str) -> Document:
    blocks: list[Block] = []
    rows: list[Row] = []
    tables = 0

    def close() -> None:
        nonlocal tables
        if rows:
            tables += 1
            blocks.append(Table(tuple(rows), f"表{tables}"))
            rows.clear()

    for number, line in enumerate(decode(data, name).splitlines(), start=1):
        text = line.strip()
        if not text:
            close()
        elif re.search(r"[|｜]", text):
            cells = tuple(Cell(cell.strip()) for cell in re.split(r"[|｜]", text))
            rows.append(Row(cells, f"第{number}行"))
        elif "\t" in line and line.count("\t") >= 2:
            rows.append(Row(tuple(Cell(part.strip()) for part in line.split("\t")), f"第{number}行"))
        else:
            close()
            blocks.append(Paragraph(text, f"第{number}行"))
    close()
    return Document(name, tuple(blocks))
