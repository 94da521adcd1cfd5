"""Faults of a file as a whole: unreadable, no header, missing or doubled columns, another year, hidden data.

Belongs here: findings that a reader can tell from one file. Faults of single cells are the checks' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from schemas import Dataset, Scope, Table
from selfeval.checks.grouping import ranges
from selfeval.model import Finding, Severity
from selfeval.sources import outcome
from selfeval.sources.body import normal
from selfeval.sources.header import Located
from selfeval.sources.scan import RawFile
from selfeval.sources.text import Sheet, Unreadable, column_letter

_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年")
#: Two labels this much alike may be one column under two names.
ALIKE = 0.5


def unreadable(error: Unreadable, raw: RawFile, dataset: Dataset) -> Finding:
    """The finding for a file that cannot be read."""
    return Finding(
        error.rule,
        "error",
        f"文件“{raw.name}”{error.what}。",
        f"{error.fix}。",
        dataset=dataset.name,
        file=raw.name,
        row=error.row,
    )


@dataclass(frozen=True)
class Place:
    """The sheet (or text file) that findings are told of."""

    raw: RawFile
    dataset: Dataset
    sheet: Sheet

    def finding(
        self,
        rule: str,
        severity: Severity,
        message: str,
        fix: str,
        row: int | None = None,
        column: str | None = None,
        rows: Iterable[int] | None = None,
    ) -> Finding:
        listed = list(rows) if rows is not None else []
        return Finding(
            rule,
            severity,
            message,
            fix,
            dataset=self.dataset.name,
            file=self.raw.name,
            sheet=self.sheet.name,
            row=listed[0] if listed else row,
            column=column,
            count=len(listed) or 1,
            rows=ranges(listed) if len(listed) > 1 else None,
        )


def filled(sheet: Sheet) -> bool:
    return any(cell.strip() for _, cells in sheet.rows for cell in cells)


def unknown_sheet(place: Place) -> list[Finding]:
    """A sheet in which no table of this dataset is looked for."""
    if not filled(place.sheet):
        return []
    said = f"工作表“{place.sheet.name or place.sheet.stem}”不属于本数据，未读取。"
    return [place.finding("source.sheet.unknown", "info", said, "如需计入，请按规定的名称命名工作表。")]


def no_header(place: Place, table: Table, scope: Scope) -> Finding:
    """A sheet in which a table should be, and none is found."""
    labels = "、".join(f"“{c.title}”" for c in table.schema(scope).columns.values() if c.required)
    if not filled(place.sheet):
        said = f"“{table.label}”是空表，没有表头和数据。"
        return place.finding("source.empty", "error", said, "请重新导出完整的数据。", 1)
    said = f"没有找到“{table.label}”的表头。"
    return place.finding("source.header", "error", said, f"表头应有{labels}各列，请按原格式重新导出。", 1)


def structure_findings(place: Place, table: Table, located: Located, scope: Scope) -> list[Finding]:
    """What is wrong with a table as a whole."""
    found = [
        *_columns(place, table, located, scope),
        *_header(place, table, located),
        *_lines(place, located),
        *_beside(place, located),
        *_hidden(place, located),
    ]
    if not located.rows and table.needed:
        severity: Severity = "error" if place.dataset.needed else "warning"
        said, fix = f"“{table.label}”只有表头，没有数据。", "请重新导出完整的数据。"
        if place.dataset.by_hand:
            said, fix = f"“{table.label}”还没有填写。", "请在这张工作表的表头下填写，保存后放回原处。"
        found.append(place.finding("source.no_rows", severity, said, fix, located.header_row))
    return [*found, *_other_year(place, table, located, scope)]


def _columns(place: Place, table: Table, located: Located, scope: Scope) -> Iterator[Finding]:
    row = located.header_row
    renamed = _renamed(table, located, scope)
    for label in located.missing:
        guess = f"，表中的“{renamed[label]}”列可能就是它改了名" if label in renamed else ""
        yield place.finding(
            "source.column.missing",
            "error",
            f"缺少“{label}”列{guess}。",
            f"请在表头补上“{label}”列后重新导出；只是改了名的，改回“{label}”或在单位设置.toml中登记别名。",
            row,
            label,
        )
    for label in located.doubled:
        said = f"“{label}”列出现了两次，无法确定以哪一列为准。"
        yield place.finding("source.column.doubled", "error", said, "请只保留正确的一列。", row, label)
    for taken, left in located.rivals:
        unlike = "，但有的行不同" if _unlike(located, taken, left) else ""
        said = f"“{taken}”与“{left}”两列是同一列的两种叫法{unlike}，按“{taken}”计算。"
        yield place.finding("source.column.doubled", "warning", said, "请核对后只保留正确的一列。", row, left)
    rivals = {left for _, left in located.rivals}
    for label in located.extra:
        known = label in located.doubled or label in rivals or outcome.is_state(table, label)
        if not known and not label.endswith("_2"):
            said = f"“{label}”列不在规定的列中，不参与计算。"
            fix = "如是改了名的列，请改回原名或在单位设置.toml中登记别名。"
            yield place.finding("source.column.unknown", "info", said, fix, row, label)
    for index, rows in located.unlabelled.items():
        letter = column_letter(index)
        said = f"第{letter}列没有表头却有内容，共{len(rows)}行，未参与计算。"
        yield place.finding(
            "source.column.unlabelled", "warning", said, "请补上表头，或删去这一列。", column=letter, rows=rows
        )


def _unlike(located: Located, taken: str, left: str) -> bool:
    """Whether two columns that bear names of the same one hold different things in some row."""
    one = next(i for name, i in located.columns.items() if located.labels[name] == taken)
    other = located.extra[left]
    return any(normal(_cell(cells, one)) != normal(_cell(cells, other)) for _, cells in located.rows)


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _renamed(table: Table, located: Located, scope: Scope) -> dict[str, str]:
    """Missing column → the unknown column that may be it under another name."""
    known = {c.title: (c.title, *c.metadata["aliases"]) for c in table.schema(scope).columns.values()}
    free = [label for label in located.extra if label not in located.doubled]
    renamed = {}
    for label in located.missing:
        alike = {e: max(SequenceMatcher(None, normal(e), normal(k)).ratio() for k in known[label]) for e in free}
        best = max(free, key=lambda e: alike[e], default=None)
        if best is not None and (alike[best] >= ALIKE or (len(free) == 1 and len(located.missing) == 1)):
            renamed[label] = best
    return renamed


def _header(place: Place, table: Table, located: Located) -> Iterator[Finding]:
    if located.header_top != located.header_row:
        said = f"表头占第{located.header_top}至{located.header_row}行，已合并识别。"
        yield place.finding(
            "source.header.merged", "info", said, "请核对各列是否对应正确；最好改为一行表头。", located.header_top
        )
    if located.above:
        said = f"“{table.label}”的表头在第{located.header_row}行，其上有{len(located.above)}行数据，已一并读取。"
        yield place.finding(
            "source.header.position", "warning", said, "请把表头移到数据之上，并核对有无漏行。", rows=located.above
        )
    if located.repeated:
        said = f"表头、表名或页码在数据中间重复出现{len(located.repeated)}次，未计为数据。"
        yield place.finding(
            "source.header.repeated", "info", said, "无需处理；最好导出不分页的表。", rows=located.repeated
        )


def _lines(place: Place, located: Located) -> Iterator[Finding]:
    sheet = place.sheet
    expected = "\t" if place.raw.kind == ".tsv" else ","
    if sheet.delimiter not in (None, expected) and not (sheet.delimiter == "\t" and place.raw.kind == ".txt"):
        name = {"\t": "制表符", ",": "逗号"}.get(sheet.delimiter or "", f"“{sheet.delimiter}”")
        said = f"各列之间用的是{name}而不是{'制表符' if expected == chr(9) else '逗号'}，已照此读取。"
        yield place.finding(
            "source.delimiter", "warning", said, "请核对列是否对齐，或按规定的分隔符重新导出。", located.header_row
        )
    if located.blank:
        said = f"数据中间有{len(located.blank)}个空行，已跳过。"
        yield place.finding("source.blank_rows", "info", said, "无需处理；如有漏填的行，请补上。", rows=located.blank)
    if sheet.odd_ends:
        said = f"有{len(sheet.odd_ends)}行的换行符与其他行不同，已照常读取。"
        yield place.finding(
            "source.line_ends", "info", said, "无需处理；最好由系统重新导出，不要拼接文件。", rows=sheet.odd_ends
        )


#: What a mark beside the data says; its column is told by letter or header.
_BESIDE = {
    "null_byte": ("含有空字符，内容可能已损坏", "请重新导出该文件"),
    "error_cell": ("是错误值“{value}”", "请改正公式，或直接填写数值"),
    "formula": ("是没有计算结果的公式，读不到内容", "请用Excel打开后保存一次，或把公式粘贴为数值"),
}


def _beside(place: Place, located: Located) -> Iterator[Finding]:
    """What the reader marked outside of the data: in titles, the header, 合计 rows and columns that do not count."""
    sheet = place.sheet
    data = {number for number, _ in located.rows}
    broken = [number for number, rule in sheet.broken if number not in data]
    if broken:
        said = "表头或表外的行中有没有配对的引号，已按不带引号读取。"
        yield place.finding("source.quote", "warning", said, "请删去多余的引号后核对。", rows=broken)
    declared = {i for group in (located.groups or (located.columns,)) for i in group.values()}
    labels = {index: label for label, index in located.extra.items()}
    labels |= {index: located.labels[name] for name, index in located.columns.items()}
    beside: dict[tuple[int, str, str], list[int]] = {}
    for row, index, kind, value in sheet.marks:
        if row not in data or index not in declared:
            beside.setdefault((index, kind, value), []).append(row)
    for (index, kind, value), rows in beside.items():
        label = labels.get(index) or column_letter(index)
        said, fix = _BESIDE[kind]
        message = f"“{label}”{said.replace('{value}', value)}；不在参与计算的数据之内。"
        yield place.finding(f"source.{kind}", "warning", message, f"{fix}。", column=label, rows=rows)


def _hidden(place: Place, located: Located) -> Iterator[Finding]:
    sheet = place.sheet
    if sheet.hidden:
        said = f"工作表“{sheet.name}”是隐藏的，已照常读取。"
        yield place.finding("source.hidden_sheet", "info", said, "请取消隐藏后核对；不应计入的，删去这个工作表。")
    hidden = set(sheet.hidden_rows)
    rows = [number for number, _ in located.rows if number in hidden]
    if rows:
        said = f"有{len(rows)}行是隐藏的（含被筛选掉的），已照常计入。"
        yield place.finding(
            "source.hidden_rows", "info", said, "请取消隐藏和筛选后核对；不应计入的，删去这些行。", rows=rows
        )
    for name, index in located.columns.items():
        if index in sheet.hidden_columns:
            label = located.labels[name]
            said = f"“{label}”列是隐藏的，已照常读取。"
            yield place.finding("source.hidden_columns", "info", said, "请取消隐藏后核对。", located.header_row, label)


def _other_year(place: Place, table: Table, located: Located, scope: Scope) -> Iterator[Finding]:
    """A title that names another year than the one reported on; sheets a period name other years rightly."""
    for row, title in () if table.keep_sheet else located.titles:
        if (match := _YEAR.search(title)) and int(match[1]) != scope.year:
            yield place.finding(
                "source.year",
                "error",
                f"表名写的是{match[1]}年，与本次填报的{scope.year}年不符。",
                f"请换成{scope.year}年的数据；只是表名写错的，改正表名。",
                row,
            )
