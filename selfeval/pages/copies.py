"""Copies of the clerk's own sheets, as far as findings stand in them: cells as they may be shown, at their own places.

Belongs here: which rows of which sheet are copied, from what the readers kept (masked already). How a copy is drawn is
the workbook's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from selfeval import duck
from selfeval.checks.part import Part
from selfeval.model import Finding

#: A sheet of more rows is not copied whole: its header and the rows that a finding names.
WHOLE = 2_000
#: Rows of one finding that are copied from a large sheet.
ROWS = 50


@dataclass
class Copy:
    """One sheet. `places` gives the columns of a header (two in a two-sided table); rows hold texts by column index.

    `whole`: rows and columns stand where they stand in the sheet. Otherwise only some rows are there, one below the
    other.
    """

    file: str
    sheet: str | None
    whole: bool
    header_row: int
    places: Mapping[str, Sequence[int]]
    rows: dict[int, dict[int, str]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return max((i for found in self.places.values() for i in found), default=0) + 1


def rows_of(finding: Finding, limit: int | None = None) -> list[int]:
    """The rows a finding names, in order: "7-80,91" or its one row."""
    found: list[int] = []
    for span in (finding.rows or str(finding.row or "")).split(","):
        low, _, high = span.partition("-")
        if low:
            found += range(int(low), int(high or low) + 1)
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def copies(parts: Iterable[Part], findings: Sequence[Finding]) -> list[Copy]:
    """A copy a sheet in which a finding stands, in the order of `parts`."""
    by_place: dict[tuple[str | None, str | None], list[Finding]] = {}
    for finding in findings:
        if finding.row:
            by_place.setdefault((finding.file, finding.sheet), []).append(finding)
    named = [part for part in parts if (part.raw.name, part.sheet) in by_place]
    with duck.connect(*sorted({part.folder.parent.parent for part in named})) as con:
        return [_copy(con, part, by_place[part.raw.name, part.sheet]) for part in named]


def _copy(con: duckdb.DuckDBPyConnection, part: Part, findings: Sequence[Finding]) -> Copy:
    whole = part.info["lines"] <= WHOLE
    copy = Copy(part.raw.name, part.sheet, whole, part.info["header_row"], part.info["places"])
    wanted = "" if whole else _wanted(con, findings)
    relation = f"SELECT * FROM {part.parquet('cells')} {wanted}"
    labels = duck.columns(con, relation)
    found = con.execute(f"SELECT _row, _side, * EXCLUDE (_row, _side) FROM ({relation})")
    while batch := found.fetchmany(1_000):
        for row, side, *cells in batch:
            at = copy.rows.setdefault(row, {})
            for label, cell in zip(labels, cells, strict=True):
                places = copy.places.get(label, ())
                if cell is not None and len(places) > side:
                    at[places[side]] = str(cell)
    _add_totals(con, part, copy, findings)
    return copy


def _add_totals(con: duckdb.DuckDBPyConnection, part: Part, copy: Copy, findings: Sequence[Finding]) -> None:
    """合计 rows are kept as their label and their figures."""
    named = {row for f in findings for row in rows_of(f, ROWS)}
    relation = f"SELECT * FROM {part.parquet('totals')}"
    names = [part.info["labels"][name] for name in duck.columns(con, relation)]
    for row, label, *figures in con.execute(relation).fetchall():
        if not copy.whole and row not in named:
            continue
        copy.rows[row] = {0: label} | {
            copy.places[name][0]: str(figure)
            for name, figure in zip(names, figures, strict=True)
            if figure is not None and copy.places.get(name)
        }


def _wanted(con: duckdb.DuckDBPyConnection, findings: Sequence[Finding]) -> str:
    rows = sorted({row for f in findings for row in rows_of(f, ROWS)})
    return f"WHERE _row IN ({', '.join(map(str, rows))})"
