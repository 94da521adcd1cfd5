"""Tables as lines on paper: made, spoilt, then written as files. A line knows its row number once all is planted.

Belongs here: the shape of a unit's folder and how it is written. Which faults there are is `kinds`' and `rules`'.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.planted import books

_WRITTEN: dict[str, bytes] = {}


@dataclass(eq=False)
class Line:
    """A physical line. `role`: title, header, data, total, blank or note. `out`: it should not be counted."""

    role: str
    cells: list[Any]
    out: bool = False
    used: bool = False


@dataclass(eq=False)
class Doc:
    """A table on a sheet or in a text file. `kinds`: header → what its cells are, as far as faults need to know."""

    slug: str
    sheet: str | None
    lines: list[Line]
    kinds: dict[str, str] = field(default_factory=dict)
    #: what a sheet of a workbook has besides its cells; rows and columns are counted from 1.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    hidden: bool = False
    #: places of empty cells with a format, and columns whose numbers are shown as percentages.
    formatted: list[tuple[int, int]] = field(default_factory=list)
    percents: list[int] = field(default_factory=list)
    #: the lines cannot be compared with what was read, as the file is spoilt as a whole.
    unread: bool = False
    #: a fault of the whole table was planted: no second one.
    taken: bool = False
    #: the upper line of a header of two.
    above: Line | None = None
    #: lines that are not written, above the first one that is.
    unwritten: int = 0

    @property
    def header(self) -> Line:
        return next(line for line in self.lines if line.role == "header")

    def data(self) -> list[Line]:
        return [line for line in self.lines if line.role == "data"]

    def row(self, line: Line) -> int:
        return next(i for i, other in enumerate(self.lines, 1) if other is line) - self.unwritten

    def labels(self) -> list[Any]:
        """The header's cells; of two lines each column's is in one of them."""
        header = self.header.cells
        above = self.above.cells if self.above else [""] * len(header)
        return [low or high for high, low in zip(above, header, strict=False)]

    def index(self, label: str) -> int:
        return self.labels().index(label)

    def get(self, line: Line, label: str) -> Any:
        return line.cells[self.index(label)]

    def put(self, line: Line, label: str, value: Any) -> None:
        line.cells[self.index(label)] = value

    def columns(self, *kinds: str) -> list[str]:
        labels = self.labels()
        return [label for label, kind in self.kinds.items() if kind in kinds and label in labels]


@dataclass(eq=False)
class File:
    """A file of one or several tables. `spoil` changes the bytes written; `form` is csv, xlsx, xls or, where `spoil` makes it, jsonl."""

    dataset: str
    name: str
    docs: list[Doc]
    form: str = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    spoil: Callable[[bytes], bytes] | None = None
    epoch_1904: bool = False

    @property
    def is_book(self) -> bool:
        return self.form in ("xlsx", "xls")

    def content(self) -> bytes:
        data = books.new(self) if self.form == "xlsx" else books.old(self) if self.form == "xls" else self._text()
        return self.spoil(data) if self.spoil else data

    def _text(self) -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter).writerows(line.cells for line in self.docs[0].lines)
        return out.getvalue().encode(self.encoding)


@dataclass
class Fault:
    """One planted fault and what should be said of it. `rule` is a regular expression; None: nothing is to be said."""

    kind: str
    file: File
    doc: Doc | None
    rule: str | None
    lines: list[Line] = field(default_factory=list)
    column: str | None = None
    #: the message must have this word.
    word: str = ""
    #: rules of what follows from the fault and is not false.
    also: str = ""
    #: the table without which nobody can tell: where another fault takes it away, nothing was planted.
    needs: str = ""


@dataclass
class Unit:
    """A unit's folder. `rng` decides every place."""

    files: list[File]
    rng: random.Random
    faults: list[Fault] = field(default_factory=list)
    #: files in which nothing more is to be planted, and the one to which the next faults are confined.
    closed: set[File] = field(default_factory=set)
    focus: File | None = None
    #: last year's folder, and what else is put into this year's: files that are no table.
    before: list[File] = field(default_factory=list)
    beside: list[Callable[[Path], object]] = field(default_factory=list)

    def docs(self, form: str | None = None, *kinds: str) -> list[tuple[File, Doc]]:
        """Tables that are not spoilt as a whole, in random order; with a column of one of the kinds."""
        found = [
            (file, doc)
            for file in self.files
            for doc in file.docs
            if not doc.taken
            and file not in self.closed
            and self.focus in (None, file)
            and (form is None or file.form == form or (form == "book" and file.is_book))
            and (not kinds or doc.columns(*kinds))
        ]
        self.rng.shuffle(found)
        return found

    def cells(self, form: str | None, *kinds: str) -> Iterator[tuple[File, Doc, Line, str]]:
        """Cells of the kinds in lines without a fault, in random order."""
        for file, doc in self.docs(form, *kinds):
            free = [line for line in doc.data() if not line.used]
            if free:
                yield file, doc, self.rng.choice(free), self.rng.choice(doc.columns(*kinds))

    def free(self, slug: str) -> tuple[File, Doc, Line] | None:
        """A random line without a fault of the table `slug`, where something may be planted in it."""
        found = [
            (file, doc, [line for line in doc.data() if not line.used]) for file, doc in self.docs() if doc.slug == slug
        ]
        return (found[0][0], found[0][1], self.rng.choice(found[0][2])) if found and found[0][2] else None

    def named(self, slug: str) -> tuple[File, Doc]:
        return next((file, doc) for file in self.files for doc in file.docs if doc.slug == slug)

    def write(self, root: Path, root_before: Path) -> None:
        """Write the folders; a file that is as it was before has the same bytes, though a workbook holds its time."""
        for folder, file in (*((root, f) for f in self.files), *((root_before, f) for f in self.before)):
            path = folder / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            key = repr(file)
            if file.spoil:
                path.write_bytes(file.content())
            else:
                if key not in _WRITTEN:
                    _WRITTEN[key] = file.content()
                path.write_bytes(_WRITTEN[key])
        for put in self.beside:
            put(root)
