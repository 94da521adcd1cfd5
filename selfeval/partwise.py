"""What is kept of one file of a log by itself, so that a mended file costs its own rows and not those of the others.

A connection is one that may read and write below the root of the store: opening one costs as much as a small file.

Belongs here: the store keys of these steps. What they hold is in `checks.repeats`, `checks.accepted` and `checks.patterns`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from selfeval import digest
from selfeval.checks import accepted, patterns, repeats
from selfeval.checks.part import Part
from selfeval.facts.catalogue import Rollup
from selfeval.store import Entry, Store


def index(
    store: Store, con: duckdb.DuckDBPyConnection, part: Part, key: Sequence[str], foreign: Sequence[str]
) -> Entry:
    """Hashes of keys, rows that may repeat each other, and values that refer to other tables."""

    def build(folder: Path) -> dict[str, Any]:
        with con.cursor() as own:
            return repeats.write(own, part, key, foreign, folder)

    depends = {
        "part": [part.folder.name, part.info["n"]],
        "columns": [list(key), list(foreign)],
        "code": digest.of_code(("selfeval.checks.repeats",)),
    }
    return store.memo("index", part.raw.name, depends, build)


def rollup(store: Store, con: duckdb.DuckDBPyConnection, part: Part, checked: Entry, declared: Rollup) -> Path:
    """The sums of a part's accepted rows. They stand as long as the same rows are set aside, whatever the reason."""

    def build(folder: Path) -> dict[str, Any]:
        with con.cursor() as own:
            accepted.write_rollup(own, part, checked.file("excluded.parquet"), declared, folder / "sums.parquet")
        return {}

    depends = {
        "part": [part.folder.name, part.info["n"]],
        "aside": checked.info["aside"][str(part.index)],
        "rollup": declared.model_dump(mode="json"),
        "code": digest.of_code(("selfeval.checks.accepted",)),
    }
    return store.memo("rollup", f"{part.raw.name} {declared.name}", depends, build).file("sums.parquet")


def again(store: Store, part: Part, rows: Sequence[int], build: Callable[[Path], Mapping[str, Any]]) -> Entry:
    """The cells of rows of a part that were set aside after it was read, as quarantine files show them."""
    depends = {
        "part": [part.folder.name, part.info["n"]],
        "rows": digest.of_value(list(rows)),
        "code": digest.of_code(("selfeval.checks.quarantine",)),
    }
    return store.memo("cells", part.raw.name, depends, build)


def bounds(store: Store, con: duckdb.DuckDBPyConnection, part: Part, checked: Entry) -> Entry:
    """Who alone in a part's accepted rows may be told by `shares.pattern.*`; stands as long as a roll-up does."""

    def build(folder: Path) -> dict[str, Any]:
        query = "SELECT _row FROM read_parquet(?) WHERE part = ? ORDER BY _row"
        with con.cursor() as own:
            aside = own.execute(query, [str(checked.file("excluded.parquet")), part.index]).fetchnumpy()["_row"]
        return patterns.write(part, np.asarray(aside, np.int64), folder)

    depends = {
        "part": [part.folder.name, part.info["n"]],
        "aside": checked.info["aside"][str(part.index)],
        "limits": patterns.settings(),
        "code": digest.of_code(("selfeval.checks.patterns",)),
    }
    return store.memo("bounds", part.raw.name, depends, build)
