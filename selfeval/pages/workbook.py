"""findings.xlsx: the list, and beside it a copy of each sheet that has findings, with the wrong cells coloured.

Every cell is written as text or a number, never as a formula; the same findings give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from selfeval.model import Finding
from selfeval.pages.copies import ROWS, Copy, rows_of
from selfeval.pages.order import by_weight
from selfeval.pages.words import SEVERITY_WORDS, capped

LIST = "问题清单"
_COLUMNS = (
    ("级别", 14),
    ("数据", 18),
    ("文件", 30),
    ("工作表", 14),
    ("行", 8),
    ("列", 18),
    ("现值", 20),
    ("问题", 60),
    ("怎样改", 50),
    ("处数", 8),
    ("所有行", 24),
    ("规则", 30),
)
_FILLS = {"error": "#F4B6B0", "warning": "#FFE08A", "info": "#DCE6F2"}
_TINTS = {"error": "#FBE3E1", "warning": "#FFF4D6", "info": "#FFFFFF"}
#: What Excel takes in a cell, in a sheet's name, and how many links it takes in a sheet.
_TEXT, _NAME, _LINKS = 32_000, 31, 60_000


def as_xlsx(findings: Sequence[Finding], sheets: Sequence[Copy] = ()) -> bytes:
    """The workbook: a row a finding with a link to its cell, then a sheet a copy."""
    kept, left = capped(by_weight(findings))
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A fixed date, because nothing in a package comes from the clock.
    book.set_properties({"created": datetime(2000, 1, 1)})
    book.set_size(2400, 1400)
    return _Book(book, buffer, kept, left, sheets).write()


class _Book:
    """The workbook while it is written."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        buffer: io.BytesIO,
        kept: Sequence[Finding],
        left: Mapping[str, int],
        sheets: Sequence[Copy],
    ) -> None:
        self.book, self.buffer, self.kept, self.left = book, buffer, kept, left
        self.head = book.add_format({"bold": True, "bg_color": "#D9E2EF", "border": 1, "valign": "vcenter"})
        self.plain = book.add_format({"valign": "top"})
        self.number = book.add_format({"valign": "top", "font_color": "#7F7F7F"})
        self.fills = {s: book.add_format({"valign": "top", "bg_color": c, "border": 1}) for s, c in _FILLS.items()}
        wrapped = {"text_wrap": True, "valign": "top", "border": 1}
        self.tints = {s: book.add_format({**wrapped, "bg_color": c}) for s, c in _TINTS.items()}
        self.links = {
            s: book.add_format({**wrapped, "bg_color": c, "font_color": "#0563C1", "underline": 1})
            for s, c in _TINTS.items()
        }
        self.notes = {
            s: book.add_format({"valign": "top", "font_color": c})
            for s, c in (("error", "#B3261E"), ("warning", "#8A5A00"), ("info", "#44546A"))
        }
        taken: set[str] = {LIST}
        self.sheets = [(copy, _name(copy, taken)) for copy in sheets]
        self.by_place = {(copy.file, copy.sheet): _Drawn(copy, name) for copy, name in self.sheets}

    def write(self) -> bytes:
        listed = self.book.add_worksheet(LIST)
        drawn = [(d, self.book.add_worksheet(d.name)) for d in self.by_place.values()]
        self._list(listed)
        for copy, sheet in drawn:
            self._copy(sheet, copy)
        self.book.close()
        return self.buffer.getvalue()

    def _list(self, sheet: Worksheet) -> None:
        for index, (label, width) in enumerate(_COLUMNS):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, label, self.head)
        for line, f in enumerate(self.kept, 1):
            cells = (SEVERITY_WORDS[f.severity], f.dataset, f.file, f.sheet, f.row, f.column, f.value, f.message,
                     f.fix, f.count, f.rows, f.rule)  # fmt: skip
            for index, value in enumerate(cells):
                if isinstance(value, int):
                    sheet.write_number(line, index, value, self.tints[f.severity])
                else:
                    sheet.write_string(line, index, (value or "")[:_TEXT], self.tints[f.severity])
            drawn = self.by_place.get((f.file or "", f.sheet))
            target = drawn.cell(f) if drawn and line < _LINKS else None
            if drawn and target:
                drawn.back[f] = line
                sheet.write_url(line, 4, f"internal:'{drawn.name}'!{target}", self.links[f.severity], str(f.row))
        for offset, (rule, count) in enumerate(sorted(self.left.items()), len(self.kept) + 2):
            sheet.write_string(
                offset, 7, f"规则{rule}另有{count}处未列出，全部见findings.json，剔除的行见quarantine文件夹。"
            )
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(self.kept), 1), len(_COLUMNS) - 1)

    def _copy(self, sheet: Worksheet, drawn: _Drawn) -> None:
        copy = drawn.copy
        fills: dict[tuple[int, int], Format] = {}
        said: dict[int, list[Finding]] = {}
        # Errors are drawn last, so that their colour stays.
        for f in sorted((f for f in self.kept if (f.file, f.sheet) == drawn.place), key=_loudness):
            for row in rows_of(f, None if copy.whole else ROWS):
                for index in drawn.columns(f):
                    fills[row, index] = self.fills[f.severity]
            if f.row:
                said.setdefault(f.row, []).insert(0, f)
        for index in range(copy.width):
            sheet.set_column(drawn.shift + index, drawn.shift + index, 16)
        sheet.set_column(drawn.shift + copy.width, drawn.shift + copy.width, 80)
        if drawn.shift:
            sheet.set_column(0, 0, 8)
            sheet.write_string(0, 0, "原行", self.head)
        for label, indexes in copy.places.items():
            for index in indexes:
                style = fills.get((copy.header_row, index), self.head)
                sheet.write_string(drawn.line(copy.header_row), drawn.shift + index, label[:_TEXT], style)
        sheet.write_string(drawn.line(copy.header_row), drawn.shift + copy.width, "问题和改法", self.head)
        for row in sorted({*copy.rows, *said}):
            self._row(sheet, drawn, row, fills, said.get(row, ()))
        sheet.freeze_panes(drawn.line(copy.header_row) + 1, 0)

    def _row(
        self,
        sheet: Worksheet,
        drawn: _Drawn,
        row: int,
        fills: Mapping[tuple[int, int], Format],
        said: Sequence[Finding],
    ) -> None:
        line, shift, width = drawn.line(row), drawn.shift, drawn.copy.width
        if shift:
            sheet.write_number(line, 0, row, self.number)
        if row != drawn.copy.header_row:
            cells = drawn.copy.rows.get(row, {})
            for index in range(width):
                text, style = cells.get(index, ""), fills.get((row, index))
                if text or style:
                    sheet.write_string(line, shift + index, text[:_TEXT], style or self.plain)
        if said:
            text = "　".join(f"{f.message}{f.fix}" for f in said)[:_TEXT]
            style = self.notes[said[0].severity]
            back = drawn.back.get(said[0])
            if back is None:
                sheet.write_string(line, shift + width, text, style)
            else:
                sheet.write_url(line, shift + width, f"internal:'{LIST}'!A{back + 1}", style, text)


class _Drawn:
    """A copy with its sheet: where its rows and columns lie in it, and where the list tells of them."""

    def __init__(self, copy: Copy, name: str) -> None:
        self.copy, self.name, self.place = copy, name, (copy.file, copy.sheet)
        self.shift = 0 if copy.whole else 1
        rows = [] if copy.whole else [copy.header_row, *sorted(r for r in copy.rows if r != copy.header_row)]
        self._lines = {row: line for line, row in enumerate(rows)}
        self.back: dict[Finding, int] = {}

    def line(self, row: int) -> int:
        """The 0-based line of a row in the sheet."""
        return max(row, 1) - 1 if self.copy.whole else self._lines.setdefault(row, len(self._lines))

    def columns(self, finding: Finding) -> Sequence[int]:
        """The columns of a finding's cell; of its whole row, where it names none."""
        return self.copy.places.get(finding.column or "") or range(self.copy.width)

    def cell(self, finding: Finding) -> str | None:
        """The cell a finding stands at, as A1."""
        known = finding.row is not None and (self.copy.whole or finding.row in self._lines)
        if not known:
            return None
        column = min(self.columns(finding), default=0) if finding.column else 0
        return str(xl_rowcol_to_cell(self.line(finding.row or 1), self.shift + column))


def _loudness(finding: Finding) -> int:
    return ("info", "warning", "error").index(finding.severity)


def _name(copy: Copy, taken: set[str]) -> str:
    """A sheet's name that Excel takes, and that no other has."""
    base = copy.file.rpartition("/")[2].rpartition(".")[0] or copy.file
    wanted = re.sub(r"[\[\]:*?/\\']", " ", f"{base} {copy.sheet}" if copy.sheet else base).strip()[:_NAME] or "表"
    name, number = wanted, 1
    while name.lower() in {t.lower() for t in taken}:
        number += 1
        suffix = f" {number}"
        name = wanted[: _NAME - len(suffix)] + suffix
    taken.add(name)
    return name
