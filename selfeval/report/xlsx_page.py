"""A sheet as the surface of an official form: cells, merges, borders, fonts and print setup over xlsxwriter.

Belongs here: how a cell is written so that it prints well and is never taken for a formula by accident.
Does not belong here: what stands in a cell (forms/).
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Context
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from selfeval.report.forms.surface import Number, Span, Style

A4 = 9
LINE_HEIGHT = 15.75
MAX_TEXT = 32767
#: a spreadsheet keeps 15 digits; a cached value has no more than a calculated one.
SHEET_DIGITS = Context(prec=15)

_BODY: dict[str, Any] = {
    "font_name": "仿宋_GB2312",
    "font_size": 11,
    "valign": "vcenter",
    "text_wrap": True,
    "border": 1,
}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_name": "宋体", "font_size": 18, "bold": True, "align": "center", "valign": "vcenter"},
    "subtitle": {"font_name": "仿宋_GB2312", "font_size": 12, "align": "center", "valign": "vcenter"},
    "label": {**_BODY, "font_name": "宋体", "bold": True, "align": "center"},
    "center": {**_BODY, "align": "center"},
    "text": {**_BODY, "align": "left"},
    # a cell that a person must still fill in.
    "open": {**_BODY, "align": "left", "bg_color": "#FFF2CC"},
    "number": {**_BODY, "align": "center", "text_wrap": False, "shrink": True},
    "note": {"font_name": "仿宋_GB2312", "font_size": 10, "align": "left", "valign": "top", "text_wrap": True},
    "warning": {
        "font_name": "仿宋_GB2312",
        "font_size": 10,
        "align": "left",
        "text_wrap": True,
        "font_color": "#C00000",
    },
}


class Styles:
    """The formats of one workbook, each made once, in the order of first use."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str], Format] = {}

    def get(self, style: str, number_format: str = "") -> Format:
        key = (style, number_format)
        if key not in self._made:
            extra = {"num_format": number_format} if number_format else {}
            self._made[key] = self._book.add_format({**_STYLES[style], **extra})
        return self._made[key]


class Page:
    """A sheet being filled from the top. Rows and columns count from 0; a span is (rows, columns)."""

    def __init__(self, book: Workbook, styles: Styles, name: str, widths: Sequence[int], landscape: bool) -> None:
        self.sheet = book.add_worksheet(name)
        self._styles = styles
        self._widths = widths
        self._lines: dict[int, int] = {}
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.sheet.set_paper(A4)
        if landscape:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self.sheet.center_horizontally()
        self.sheet.set_footer("&C— &P —")

    def text(self, row: int, column: int, value: str, style: Style = "text", span: Span = (1, 1)) -> None:
        """Always a string cell: “=1+1” in a raw file stays the text it was."""
        self._merge(row, column, span, self._styles.get(style))
        if value:
            self.sheet.write_string(row, column, value[:MAX_TEXT], self._styles.get(style))
        else:
            self.sheet.write_blank(row, column, None, self._styles.get(style))
        width = sum(self._widths[column : column + span[1]])
        if span[0] == 1:
            self._lines[row] = max(self._lines.get(row, 1), _lines(value, width))

    def number(self, row: int, column: int, number: Number, span: Span = (1, 1)) -> None:
        """A live formula has with it the value that it gives, for readers that do not calculate."""
        made = self._styles.get("number", number.number_format)
        self._merge(row, column, span, made)
        # a Decimal goes into the file digit by digit, it is never a float here.
        if number.formula is None:
            self.sheet.write_number(row, column, number.value, made)
        else:
            self.sheet.write_formula(row, column, number.formula, made, SHEET_DIGITS.plus(number.value))

    def date(self, row: int, column: int, value: dt.date, number_format: str, fact: str | None = None) -> None:
        self.sheet.write_datetime(row, column, value, self._styles.get("number", number_format))

    def height(self, row: int, lines: int) -> None:
        """At least so many lines."""
        self._lines[row] = max(self._lines.get(row, 1), lines)

    def close(self) -> None:
        """Row heights at the end: a merged cell does not grow by itself."""
        for row, lines in sorted(self._lines.items()):
            self.sheet.set_row(row, min(409, lines * LINE_HEIGHT + 6))

    def _merge(self, row: int, column: int, span: Span, made: Format) -> None:
        if span != (1, 1):
            self.sheet.merge_range(row, column, row + span[0] - 1, column + span[1] - 1, "", made)


def sheet_names(wanted: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Legal and unique: at most 31 characters, none of []:*?/\\, no apostrophe at an end, case ignored."""
    used = {name.casefold() for name in (*taken, "history")}
    names = []
    for raw in wanted:
        kept = "".join(c for c in raw if c not in "[]:*?/\\" and unicodedata.category(c)[0] != "C").strip().strip("'")
        base, name, number = kept or "项目", _cut(kept or "项目", 31), 1
        while name.casefold() in used:
            number += 1
            name = _cut(base, 31 - len(f"（{number}）")) + f"（{number}）"
        used.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, size: int) -> str:
    """To a length in UTF-16, as Excel counts."""
    while len(text.encode("utf-16-le")) > size * 2:
        text = text[:-1]
    return text.strip().strip("'")


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of that width, a Chinese character counted as two."""
    used = sum(math.ceil(sum(_width(c) for c in line) * 1.08 / max(width, 1)) or 1 for line in text.split("\n"))
    return max(1, used)


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def properties(title: str, year: int) -> Mapping[str, Any]:
    """Document properties without clock or machine: the same input gives the same bytes."""
    return {"title": title, "author": "", "created": dt.datetime(year, 12, 31)}
