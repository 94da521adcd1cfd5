"""The one way this program opens DuckDB: limits, macros, and how a query's rows are fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from selfeval import privacy
from selfeval.sources import masking, typing

#: What a query may hold in memory before it spills, and how much it may spill. Beside it stand some 300 MB of the
#: process itself: libraries, and the blocks of the file being read.
MEMORY = "640MB"
SPILL = "20GB"


def connect(*folders: Path, file: str = "") -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with this program's macros, two threads and rows in the order of insertion.

    It reads and writes files below `folders` alone, spills into the first of them, and its settings are locked.
    `file` names the raw file that is read, in the stead of what `masking.kept` masks.
    """
    config: dict[str, Any] = {"threads": 2, "memory_limit": MEMORY, "max_temp_directory_size": SPILL}
    if folders:
        # The working folder, where DuckDB would spill by itself, is no place for private cells.
        config["temp_directory"] = str(folders[0] / "spill")
    con = duckdb.connect(config=config)
    # Pushing TRY_CAST into a reader turns a cell that cannot be read into a lost row.
    settings = ("SET disabled_optimizers='type_pushdown'", "SET enable_progress_bar=false")
    allowed = ", ".join("'" + str(folder).replace("'", "''") + "'" for folder in folders)
    closed = (
        f"SET VARIABLE file='{file}'",
        f"SET allowed_directories=[{allowed}]",
        "SET enable_external_access=false",
        "SET lock_configuration=true",
    )
    con.execute(";".join((*settings, *privacy.sql_macros(), *typing.macros(), *masking.macros(), *closed)))
    return con


def row(con: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The only row of a query. Fetched whole, because a result left open refuses the next query."""
    (only,) = con.execute(query, list(values)).fetchall()
    return only


def columns(con: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """The column names of a query or table, without those of our own that begin with `_`."""
    return [name for name, *_ in con.execute(f"DESCRIBE {relation}").fetchall() if not name.startswith("_")]


def interrupted(error: BaseException) -> bool:
    """Whether a query ended because the process was told to stop: DuckDB gives what a signal raised another name."""
    return isinstance(error, duckdb.InterruptException) or str(error) == "Query interrupted"
