"""What the lint reads and what it says: the neutral document, and a finding in it.

Belongs here: frozen data without behaviour beyond reading itself. Does not belong here: how a format is read
(readers/) and what is wrong with a document (rules/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


class LintError(Exception):
    """The report cannot be read at all; the text is one Chinese sentence for the operator."""


@dataclass(frozen=True)
class LintFinding:
    """One fault: under which rule, where, what is printed there, what it should be, and why."""

    rule: str
    severity: Severity
    place: str
    quoted: str
    expected: str
    message: str

    @property
    def kind(self) -> str:
        return self.rule.removeprefix("lint.")

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "kind": self.kind,
            "severity": self.severity,
            "place": self.place,
            "quoted": self.quoted,
            "expected": self.expected,
            "message": self.message,
        }


@dataclass(frozen=True)
class Cell:
    """A cell of the grid. `merged`: it repeats the text of the merged cell that lies over it."""

    text: str
    merged: bool = False


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]
    place: str


@dataclass(frozen=True)
class Table:
    rows: tuple[Row, ...]
    place: str


@dataclass(frozen=True)
class Paragraph:
    text: str
    place: str


Block = Paragraph | Table


@dataclass(frozen=True)
class Document:
    """A report in reading order. `marks` are traces of editing that are no text (comments, tracked changes)."""

    name: str
    blocks: tuple[Block, ...]
    marks: tuple[str, ...] = ()
