"""A page of the report as the surface of an official form: cells with spans, text as it is printed, and their facts.

Belongs here: how a number format reads as text. Does not belong here: what stands in a cell, how HTML or Word draw it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from selfeval.report.forms import Layout
from selfeval.report.forms.surface import Number, Span, Style
from selfeval.report.markup import printable
from selfeval.report.nodes import Cell, CellKind, Form, Run
from selfeval.report.phrases import date as date_phrase

_FORMAT = re.compile(r'(?:"([^"]*)")?0(?:\.(0+))?(%?)(?:"([^"]*)")?')
_KINDS: dict[Style, CellKind] = {"label": "label", "center": "center", "text": "text", "open": "open"}
_BORDERLESS = ("title", "subtitle", "note", "warning")


def form(layout: Layout, title: str) -> Form:
    """The form as a node of the report; its own title row gives way to `title`."""
    grid = _Grid()
    layout.draw(grid)
    whole = sum(layout.widths)
    return Form(
        title,
        tuple(grid.above),
        tuple(tuple(cell for _, cell in sorted(cells.items())) for _, cells in sorted(grid.cells.items())),
        tuple(100 * width / whole for width in layout.widths),
        tuple(grid.below),
    )


@dataclass
class _Grid:
    """The cells that a form draws, by row and column; lines outside its borders stand above and below."""

    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)

    def text(self, row: int, column: int, value: str, style: Style = "text", span: Span = (1, 1)) -> None:
        if style in _BORDERLESS:
            if style != "title":
                (self.below if self.cells else self.above).append(printable(value))
            return
        # What is open is marked in the report; a blank that a person fills by hand is only shaded.
        run = Run(printable(value), todo=style == "open") if value else None
        self._put(row, column, span, _KINDS[style], run)

    def number(self, row: int, column: int, number: Number, span: Span = (1, 1)) -> None:
        self._put(row, column, span, "center", Run(shown(number.value, number.number_format), number.fact))

    def date(self, row: int, column: int, value: dt.date, number_format: str, fact: str | None = None) -> None:
        sign = number_format[1:].partition('"')[0] if number_format.startswith('"') else ""
        self._put(row, column, (1, 1), "center", Run(sign + date_phrase(value.isoformat()), fact))

    def height(self, row: int, lines: int) -> None:
        """A printed row is as high as its text."""

    def _put(self, row: int, column: int, span: Span, kind: CellKind, run: Run | None) -> None:
        self.cells.setdefault(row, {})[column] = Cell(column, *span, kind, (run,) if run else ())


def shown(value: Decimal, number_format: str) -> str:
    """A number as a spreadsheet prints it. Raises ValueError for a format that no form uses.

    >>> shown(Decimal("7"), '"≥"0"公里"')
    '≥7公里'
    >>> shown(Decimal("0.25"), "0.00%")
    '25.00%'
    """
    parts = _FORMAT.fullmatch(number_format)
    if parts is None:
        raise ValueError(f"not a number format of the forms: {number_format}")
    before, decimals, percent, after = parts.groups(default="")
    amount = (value * 100 if percent else value).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    return f"{before}{amount:f}{percent}{after}"
