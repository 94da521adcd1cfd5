"""From the templates' light markup to nodes.

A line `# …` or `## …` is a heading, `@table NAME` and `@chart NAME` stand for what context.py built, `>>2 …` is set
right two characters from the edge, `&& …` goes on with a list, `.` is an empty line,
`+ …` is numbered 一是, 二是 … under its heading, any other line is a paragraph.
Figures and places to fill in are marked with private-use characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from selfeval.report.nodes import (
    FACT_CLOSE,
    FACT_MID,
    FACT_OPEN,
    TODO_CLOSE,
    TODO_OPEN,
    Chart,
    Heading,
    Node,
    Paragraph,
    Run,
    Runs,
    Table,
)
from selfeval.report.phrases import numeral

_RUN = re.compile(
    f"{FACT_OPEN}(?P<fact>[^{FACT_MID}]*){FACT_MID}(?P<shown>[^{FACT_CLOSE}]*){FACT_CLOSE}"
    f"|{TODO_OPEN}(?P<todo>[^{TODO_CLOSE}]*){TODO_CLOSE}"
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffe\uffff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def printable(text: str) -> str:
    """Text without control characters; its lines stay."""
    return _CONTROL.sub("", re.sub(r"\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text))


class Marked(str):
    """Text made by this program: it may hold markup, a cell's text may not."""


def sanitised(value: object) -> object:
    """Jinja's `finalize`: a cell's text loses control characters, line breaks and leading markup."""
    if not isinstance(value, str) or isinstance(value, Marked):
        return value
    text = re.sub(r"\s*[\n\r\v\f\x85\u2028\u2029]+\s*", " ", _CONTROL.sub("", value)).strip()
    # A cell that begins like markup would begin a heading or table where it opens a line.
    return Marked(re.sub(r"^[#@>&+]", lambda m: chr(ord(m[0]) + 0xFEE0), text))


def figure(fact_id: str, shown: str) -> Marked:
    """A printed figure that knows its fact."""
    return Marked(f"{FACT_OPEN}{fact_id}{FACT_MID}{shown}{FACT_CLOSE}")


def todo(what: str) -> Marked:
    """A place where a person must write."""
    return Marked(f"{TODO_OPEN}【待填写：{what}】{TODO_CLOSE}")


def runs(text: str) -> Runs:
    """Split marked text into runs."""
    found: list[Run] = []
    position = 0
    for match in _RUN.finditer(text):
        if match.start() > position:
            found.append(Run(text[position : match.start()]))
        if match["todo"] is not None:
            found.append(Run(match["todo"], todo=True))
        else:
            found.append(Run(match["shown"], fact=match["fact"]))
        position = match.end()
    if position < len(text):
        found.append(Run(text[position:]))
    return tuple(found)


def _another(following: Sequence[str]) -> bool:
    """Whether a numbered line follows before the next heading."""
    within = takewhile(lambda line: line.partition(" ")[0] not in ("#", "##"), following)
    return any(line.startswith("+ ") for line in within)


def nodes(text: str, tables: Mapping[str, Table], charts: Mapping[str, Chart]) -> Iterator[Node]:
    """The nodes of rendered markup. Raises KeyError for a table or chart that context.py does not build."""
    number = 0
    # Not splitlines: a cell's text may hold what Python takes for a line's end and no reader does.
    lines = [stripped for line in text.split("\n") if (stripped := line.strip())]
    for place, line in enumerate(lines):
        kind, _, rest = line.partition(" ")
        rest = rest.strip()
        if kind in ("#", "##"):
            number = 0
            yield Heading(1 if kind == "#" else 2, rest)
        elif kind == "@table":
            yield tables[rest]
        elif kind == "@chart":
            if rest in charts:
                yield charts[rest]
        elif kind.startswith(">>"):
            yield Paragraph(runs(rest), "right", float(kind[2:]))
        elif line == ".":
            yield Paragraph(())
        elif kind == "&&":
            yield Paragraph(runs(rest), "hanging")
        elif kind == "+":
            number += 1
            # The only item under its heading is not counted.
            alone = number == 1 and not _another(lines[place + 1 :])
            yield Paragraph(runs(rest if alone else f"{numeral(number)}是{rest}"))
        else:
            yield Paragraph(runs(line))
