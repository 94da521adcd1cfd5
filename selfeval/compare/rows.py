"""The raw rows that made a change: a file's typed rows before and after, as the store still has them.

Belongs here: finding both versions of a file in the store and pairing their rows. Private numbers are not in the
store, and names are masked there, so nothing here has to hide them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from schemas import Table, datasets
from selfeval import duck
from selfeval.checks.cells import literal
from selfeval.compare.packages import Difference
from selfeval.run_record import RunRecord
from selfeval.store import Entry, Store

#: Rows shown of one table in one file, and rows counted: more than that is another file, not a change in one.
CAP, MOST = 50, 100_000


@dataclass(frozen=True)
class RowChange:
    """A row that is new, gone, or whose cells changed (`cells`: header → before, after). Rows as a person sees them."""

    old_row: int | None
    new_row: int | None
    cells: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class FileRows:
    """The changed rows of one file's table: the first CAP of `count`; None where the store no longer has both."""

    file: str
    sheet: str | None
    count: int | None
    rows: tuple[RowChange, ...] = ()


def changed_rows(difference: Difference, store: Store) -> Iterator[FileRows]:
    """Row by row what changed in every raw file that both packages read."""
    before, after = _read_keys(difference.old.run), _read_keys(difference.new.run)
    for file in difference.files:
        if file.old is None or file.new is None:
            continue
        entries = [store.get(keys.get(file.file, "")) for keys in (before, after)]
        if entries[0] is None or entries[1] is None:
            yield FileRows(file.file, None, None)
        else:
            yield from _tables(file.dataset, file.file, entries[0], entries[1])


def _read_keys(run: RunRecord) -> dict[str, str]:
    """File → the store's key of its typed rows, as the run that made the package noted it."""
    steps = run.attempt.get("steps", [])
    return {s["name"].removeprefix("read "): s.get("key", "") for s in steps if s["name"].startswith("read ")}


def _tables(dataset: str, file: str, old: Entry, new: Entry) -> Iterator[FileRows]:
    known = {t.slug: t for t in datasets()[dataset].tables}
    before = {(p["table"], p["sheet"]): p for p in old.info["parts"]}
    with duck.connect(old.path, new.path) as con:
        for part in new.info["parts"]:
            twin = before.get((part["table"], part["sheet"]))
            table = known.get(part["table"])
            if twin is None or table is None:
                continue
            found = _compared(con, table, _parquet(old, twin), _parquet(new, part), part["labels"])
            if found:
                yield FileRows(file, part["sheet"], len(found), tuple(found[:CAP]))


def _parquet(entry: Entry, part: Mapping[str, Any]) -> Path:
    return entry.file(f"{part['n']}.rows.parquet")


def _compared(
    con: duckdb.DuckDBPyConnection, table: Table, old: Path, new: Path, labels: Mapping[str, str]
) -> list[RowChange]:
    sides = [f"SELECT * FROM read_parquet({literal(str(path))})" for path in (old, new)]
    columns = [c for c in duck.columns(con, sides[0]) if c in duck.columns(con, sides[1]) and c in labels]
    if not columns:
        return []
    as_text = ", ".join(f'CAST("{c}" AS VARCHAR) AS "{c}"' for c in columns)
    for name, side in zip(("a", "b"), sides, strict=True):
        # The n-th of equal rows is held against the n-th, so that a row doubled is one row more.
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT *, row_number() OVER"
            f" (PARTITION BY {', '.join(chr(34) + c + chr(34) for c in columns)} ORDER BY _row) AS _n FROM"
            f" (SELECT _row, {as_text} FROM ({side}))"
        )
    same = " AND ".join(f'x."{c}" IS NOT DISTINCT FROM y."{c}"' for c in (*columns, "_n"))
    for name, one, other in (("gone", "a", "b"), ("came", "b", "a")):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {one} x ANTI JOIN {other} y ON {same}")
    key = [k for k in table.key if k in columns]
    on = " AND ".join(f'g."{k}" IS NOT DISTINCT FROM c."{k}"' for k in key) or "g._row = c._row"
    chosen = ", ".join(f'g."{c}", c."{c}"' for c in columns)
    pairs = con.execute(
        f"SELECT g._row, c._row, {chosen} FROM gone g FULL JOIN came c ON {on} ORDER BY coalesce(c._row, g._row)"
        f" LIMIT {MOST}"
    ).fetchall()
    return [_row(columns, labels, pair) for pair in pairs]


def _row(columns: list[str], labels: Mapping[str, str], pair: tuple[Any, ...]) -> RowChange:
    old_row, new_row, *cells = pair
    both = old_row is not None and new_row is not None
    values = {
        labels[c]: (cells[2 * i] or "", cells[2 * i + 1] or "")
        for i, c in enumerate(columns)
        if not both or cells[2 * i] != cells[2 * i + 1]
    }
    return RowChange(old_row, new_row, values)
