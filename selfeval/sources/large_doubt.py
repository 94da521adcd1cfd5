"""The rows of a large file that are not beyond doubt: gathered, and decided about by the code for small files.

They stand in a sheet of their own, below the file's own head, so that header, titles and the first data rows are there.
What that code tells of a file as a whole is mended where the other rows would have told otherwise.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from schemas import Scope, Table
from selfeval.checks.cells import literal
from selfeval.checks.marks import YEAR_SHARE
from selfeval.sources import header, tables
from selfeval.sources.header import Located
from selfeval.sources.large_chunks import Odd, Parsed
from selfeval.sources.large_head import Head
from selfeval.sources.large_rows import RowWriter
from selfeval.sources.large_times import Times
from selfeval.sources.large_values import Values
from selfeval.sources.people import People, discreet
from selfeval.sources.text import Row, Sheet

#: So many rows are decided about at once.
BATCH = 100_000
_KINDS = ("cells", "faults", "notes", "totals")


@dataclass(frozen=True)
class Settled:
    """The file as the code for small files saw it."""

    sheet: Sheet
    located: Located
    info: Mapping[str, Any]


@dataclass(frozen=True)
class _Batch:
    """What is remembered of a batch: not its rows, of which a file of another year has millions."""

    rows: int
    first: int
    last: int
    blank: tuple[int, ...]
    repeated: tuple[int, ...]
    unlabelled: Mapping[int, Sequence[int]]
    #: `Sheet.broken` and `Sheet.marks` beside the rows that count.
    broken: tuple[tuple[int, str], ...]
    marks: tuple[tuple[int, int, str, str], ...]


class Doubt:
    """Doubtful rows in file order, decided about in batches."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        table: Table,
        scope: Scope,
        aliases: Mapping[str, Sequence[str]],
        head: Head,
        folder: Path,
        people: People,
    ) -> None:
        self._con, self._table, self._scope, self._aliases = con, table, scope, aliases
        self._head, self._folder, self._work, self._people = head, folder, folder / "doubt", people
        self._work.mkdir()
        self._sheet = replace(head.sheet, rows=list(head.sheet.rows))
        self._odd: list[tuple[int, Odd]] = []
        self._batches: list[_Batch] = []
        self._first: tuple[Sheet, Located, dict[str, Any]] | None = None
        self._writer: RowWriter | None = None
        self._values: Mapping[str, Values] = {}

    def write_to(self, writer: RowWriter, values: Mapping[str, Values]) -> None:
        """Where rows go that are decided about, and what is known of the values of all rows."""
        self._writer, self._values = writer, values

    def add_odd(self, base: int, odd: Sequence[Odd]) -> None:
        """Keep records that `text` read, from the block that starts after `base` lines."""
        self._odd += [(base + record.line + 1, record) for record in odd]

    def add(self, base: int, parsed: Parsed, rows: npt.NDArray[np.int64]) -> None:
        """Keep rows of a block, and the odd records among them."""
        encoding = self._head.form.encoding
        columns = [
            (column.cells if isinstance(column, Times) else column).take(pa.array(rows)).to_pylist()
            for column in parsed.columns
        ]
        found: list[Row] = [
            (line, [cell.decode(encoding) for cell in cells])
            for line, *cells in zip((parsed.at[rows] + (base + 1)).tolist(), *columns, strict=True)
        ]
        self._merge(found)

    def _merge(self, found: list[Row]) -> None:
        for line, record in self._odd:
            found.append((line, record.cells))
            self._sheet.broken += [(line, rule) for rule in record.broken]
            self._sheet.marks += [(line, *mark) for mark in record.marks]
        self._odd = []
        self._sheet.rows += sorted(found, key=lambda row: row[0])
        if len(self._sheet.rows) >= BATCH:
            self._decide()

    def _decide(self) -> None:
        """Locate, check and write the rows gathered, and begin anew below the header."""
        schema = self._table.schema(self._scope)
        located = header.locate(self._sheet, self._table, schema, self._aliases)
        assert located is not None
        if self._first is not None:
            below = self._head.lines
            located = replace(
                located,
                rows=[row for row in located.rows if row[0] > below],
                totals=[row for row in located.totals if row[0] > below],
                repeated=tuple(row for row in located.repeated if row > below),
                above=(),
            )
        located = discreet(self._people, self._sheet, self._table, located, schema)
        n = len(self._batches)
        info = tables.write(self._con, n, self._sheet, self._table, located, self._scope, self._work)
        assert self._writer is not None
        self._writer.append(self._regrouped(n, located))
        self._batches.append(_remembered(self._sheet, located))
        self._first = self._first or (self._sheet, located, info)
        header_rows = [row for row in self._head.sheet.rows if row[0] <= located.header_row]
        self._sheet = replace(self._head.sheet, rows=header_rows, broken=[], marks=[])

    def settle(self, lines: int, odd_ends: list[int]) -> Settled:
        """Decide about the last rows, write all files but the rows beyond doubt, and tell of the file as a whole."""
        self._merge([])
        if self._first is None or any(number > self._head.lines for number, _ in self._sheet.rows):
            self._decide()
        assert self._first is not None and self._writer is not None
        for kind in _KINDS:
            self._collect(kind)
        self._mend_years(self._first[1], self._writer.written)
        shutil.rmtree(self._work)
        sheet, first, info = self._first
        later = self._batches[1:]
        sheet = replace(
            sheet,
            lines=lines,
            odd_ends=odd_ends,
            broken=[*sheet.broken, *(b for batch in later for b in batch.broken)],
            marks=[*sheet.marks, *(m for batch in later for m in batch.marks)],
        )
        return Settled(sheet, _together(first, self._batches), info)

    def _regrouped(self, n: int, located: Located) -> pa.Table:
        """The rows decided about, with group numbers that hold for the whole file."""
        table = pq.read_table(self._work / f"{n}.rows.parquet")
        for name, known in self._values.items():
            if known.private:
                index = located.columns[name]
                numbers = known.groups_of(
                    [cells[index] if index < len(cells) else "" for _, cells in located.rows],
                    [row for row, _ in located.rows],
                )
                place = table.schema.get_field_index(f"{name}__group")
                table = table.set_column(place, f"{name}__group", pa.array(numbers, pa.int64()))
        return table

    def _collect(self, kind: str) -> None:
        files = [self._work / f"{n}.{kind}.parquet" for n in range(len(self._batches))]
        target = self._folder / f"0.{kind}.parquet"
        if len(files) == 1:
            shutil.move(files[0], target)
        else:
            union = ", ".join(literal(str(path)) for path in files)
            tables.copy(self._con, f"SELECT * FROM read_parquet([{union}], union_by_name = true) ORDER BY _row", target)

    def _mend_years(self, located: Located, dated: int) -> None:
        """A file is of another year by the share of all its rows, not of the doubtful ones."""
        path = self._folder / "0.faults.parquet"
        told = self._con.execute(
            f"SELECT \"column\", count(*) FROM {literal(str(path))} WHERE kind = 'year' GROUP BY 1"
        ).fetchall()
        for name, count in told:
            if count > YEAR_SHARE * dated:
                continue
            label = tables.quoted(located.labels[name])
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE mended AS SELECT * FROM {literal(str(path))}")
            self._con.execute(
                f"UPDATE mended SET kind = 'range', value = c.{label} FROM {literal(str(self._folder / '0.cells.parquet'))} c"
                f" WHERE c._row = mended._row AND mended.\"column\" = '{name}' AND kind = 'year'"
            )
            tables.copy(self._con, "SELECT * FROM mended ORDER BY ALL", path)


def _remembered(sheet: Sheet, located: Located) -> _Batch:
    numbers = [row for row, _ in located.rows]
    data = set(numbers)
    declared = {index for group in (located.groups or (located.columns,)) for index in group.values()}
    return _Batch(
        len(numbers),
        numbers[0] if numbers else 0,
        numbers[-1] if numbers else 0,
        tuple(n for n, cells in sheet.rows if not any(cell.strip() for cell in cells)),
        located.repeated,
        located.unlabelled,
        tuple(b for b in sheet.broken if b[0] not in data),
        tuple(m for m in sheet.marks if m[0] not in data or m[1] not in declared),
    )


def _together(first: Located, batches: Sequence[_Batch]) -> Located:
    """What the batches tell of the file as a whole."""
    if len(batches) == 1:
        return first
    filled = [batch for batch in batches if batch.rows]
    unlabelled: dict[int, list[int]] = {}
    for batch in batches:
        for index, rows in batch.unlabelled.items():
            unlabelled.setdefault(index, []).extend(rows)
    blank = sorted({n for batch in batches for n in batch.blank})
    return replace(
        first,
        repeated=tuple(row for batch in batches for row in batch.repeated),
        blank=tuple(n for n in blank if filled and filled[0].first < n < filled[-1].last),
        unlabelled=unlabelled,
    )
