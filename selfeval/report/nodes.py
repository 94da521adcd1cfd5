"""The report as a neutral document: headings, paragraphs, tables, charts, all made of runs that know their fact.

HTML, DOCX and PDF are written from these nodes alone, so that the three have the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Markup that templates emit and cell text can never hold: the sanitiser drops the private-use area.
FACT_OPEN, FACT_MID, FACT_CLOSE = "\ue000", "\ue001", "\ue002"
TODO_OPEN, TODO_CLOSE = "\ue003", "\ue004"


@dataclass(frozen=True)
class Run:
    """A stretch of text; `fact` names the figure it prints, `todo` marks a place where a person must write."""

    text: str
    fact: str | None = None
    todo: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    level: Literal[1, 2]
    text: str


@dataclass(frozen=True)
class Paragraph:
    runs: Runs
    #: "body" is indented by two characters, "right" is the 落款, "hanging" goes on with the list of 附件.
    style: Literal["body", "right", "hanging"] = "body"
    #: how far a "right" paragraph stands from the edge, in characters.
    pad: float = 0


@dataclass(frozen=True)
class Table:
    """`widths` are shares of the page's width; the first `head` rows are the header."""

    title: str
    rows: tuple[tuple[Runs, ...], ...]
    widths: tuple[int, ...]
    numeric: frozenset[int] = frozenset()
    head: int = 1
    note: str = ""


CellKind = Literal["label", "center", "text", "open"]


@dataclass(frozen=True)
class Cell:
    """A cell of a form: where it begins and how many rows and columns it covers; "open" is for a person to fill in."""

    column: int
    rows: int
    columns: int
    kind: CellKind
    runs: Runs


@dataclass(frozen=True)
class Form:
    """An official table of merged cells. `rows` holds the cells that begin in each, `widths` are shares of the page's
    width; `above` and `below` are lines outside its borders."""

    title: str
    above: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    below: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A picture of facts; `name` tells charts.py which, `alt` says in words what it shows."""

    name: str
    title: str
    alt: str


Node = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Document:
    """A whole report. `attachments` are forms that follow the text, each on a page of its own."""

    title: tuple[str, ...]
    body: tuple[Node, ...]
    attachments: tuple[Form, ...]
    draft: bool


def plain_text(runs: Runs) -> str:
    return "".join(run.text for run in runs)
