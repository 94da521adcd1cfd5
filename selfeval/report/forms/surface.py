"""What a form is drawn on: the few calls that a sheet and a page of the report both answer.

Belongs here: the calls and the number formats that both understand. Does not belong here: any cell of a form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

MONEY, POINTS, RATE = "0.00", "0.00", "0.00%"
DATE = 'yyyy"年"m"月"d"日"'
OPEN_REASON = "【待填写】"
OPEN = "【待人工填写】"

#: title, subtitle, note and warning stand outside the table's borders; "open" is for a person to fill in.
Style = Literal["title", "subtitle", "label", "center", "text", "open", "note", "warning"]
Span = tuple[int, int]


@dataclass(frozen=True)
class Number:
    """A figure and the spreadsheet's number format for it (digits, %, and literals in quotes); `fact` names it, and
    `formula` is how a spreadsheet comes to the same value by itself."""

    value: Decimal
    number_format: str
    fact: str | None = None
    formula: str | None = None


class Surface(Protocol):
    """Rows and columns count from 0; a span is (rows, columns)."""

    def text(self, row: int, column: int, value: str, style: Style = "text", span: Span = (1, 1)) -> None:
        """A cell of text, empty where `value` is."""

    def number(self, row: int, column: int, number: Number, span: Span = (1, 1)) -> None:
        """A cell that shows a figure."""

    def date(self, row: int, column: int, value: dt.date, number_format: str, fact: str | None = None) -> None:
        """A date as DATE, with literals in quotes before it; `fact` names it."""

    def height(self, row: int, lines: int) -> None:
        """At least so many lines."""


def grouped(surface: Surface, first_row: int, column: int, words: Sequence[str]) -> None:
    """A column in which neighbours that read the same are one merged cell."""
    start = 0
    for index in range(1, len(words) + 1):
        if index == len(words) or words[index] != words[start]:
            surface.text(first_row + start, column, words[start], "center", (index - start, 1))
            start = index


def levels(surface: Surface, first_row: int, column: int, pairs: Sequence[tuple[str, str]]) -> None:
    """一级 and 二级指标 in two columns; a merged 二级 never reaches over the border of its 一级."""
    grouped(surface, first_row, column, [level1 for level1, _ in pairs])
    start = 0
    for end in range(1, len(pairs) + 1):
        if end == len(pairs) or pairs[end][0] != pairs[start][0]:
            grouped(surface, first_row + start, column + 1, [level2 for _, level2 in pairs[start:end]])
            start = end


def cell(row: int, column: int) -> str:
    """A1 notation of a column up to Z."""
    return f"{chr(ord('A') + column)}{row + 1}"


def places(value: Decimal) -> str:
    """A number format with as many decimals as the value has."""
    digits = max(0, -int(value.normalize().as_tuple().exponent))
    return "0" if digits == 0 else "0." + "0" * digits


def rate_format(rate: Decimal) -> str:
    """Two decimals, or more where two would print a full 100 % that was not reached."""
    digits = 2
    while rate < 1 and digits < 10 and round(rate, digits + 2) >= 1:
        digits += 1
    return RATE if digits == 2 else "0." + "0" * digits + "%"


def quoted(words: str) -> str:
    """Words as a literal inside a number format."""
    kept = words.replace('"', "")
    return f'"{kept}"' if kept else ""
