"""polars: a lazy scan with a row index, a flag a fault, and the figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from bench.outcome import CHANNELS, COLUMNS, ID, KEY, Fault, outcome

YEAR = 2024


def typed(log: Path) -> pl.DataFrame:
    """The log with its line, typed columns beside the texts (time_, reads_)."""
    if log.name.startswith("gb18030"):
        raw = pl.read_csv(log, infer_schema=False, encoding="gb18030")
    else:
        raw = pl.scan_csv(log, infer_schema=False).collect(engine="streaming")
    raw = raw.with_columns(pl.all().fill_null(""))
    return (
        raw.rename(COLUMNS)
        .with_row_index("line", offset=2)
        .with_columns(
            pl.col("time").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).alias("time_"),
            pl.col("reads").cast(pl.Int64, strict=False).alias("reads_"),
        )
    )


def cell_faults(frame: pl.DataFrame) -> list[Fault]:
    """Faults of single cells."""
    tests = {
        ("time", "type"): pl.col("time_").is_null(),
        ("time", "range"): pl.col("time_").dt.year() != YEAR,
        ("communicator_id", "required"): pl.col("communicator_id") == "",
        ("communicator_id", "format"): (pl.col("communicator_id") != "") & ~pl.col("communicator_id").str.contains(ID),
        ("channel", "domain"): ~pl.col("channel").is_in(CHANNELS),
        ("reads", "type"): pl.col("reads_").is_null(),
        ("reads", "range"): pl.col("reads_") < 0,
    }
    found: list[Fault] = []
    for (column, kind), test in tests.items():
        found += [(line, column, kind) for line in frame.filter(test)["line"].to_list()]
    return found


def rest(frame: pl.DataFrame, faults: list[Fault], roster: Path) -> dict[str, Any]:
    """Faults that need other rows or the roster, and the figures."""
    sound = frame.filter(~pl.col("line").is_in(pl.Series([f[0] for f in faults], dtype=pl.UInt32).implode()))
    known = pl.read_parquet(roster)["communicator_id"]
    strange = sound.filter(~pl.col("communicator_id").is_in(known.implode()))["line"]
    faults += [(line, "communicator_id", "unknown") for line in strange.to_list()]
    keys = sound.group_by(KEY).len().filter(pl.col("len") > 1)
    content = [*COLUMNS.values()]
    for group in sound.join(keys, on=KEY, how="semi").sort("line").partition_by(KEY, maintain_order=True):
        same = group.select(content).n_unique() == 1
        lines = group["line"].to_list()
        faults += [(line, None, "duplicate" if same else "conflict") for line in (lines[1:] if same else lines)]
    accepted = frame.filter(~pl.col("line").is_in(pl.Series([f[0] for f in faults], dtype=pl.UInt32).implode()))
    months = accepted.group_by(pl.col("time_").dt.strftime("%m").alias("m")).len()
    return outcome(faults, accepted.height, int(accepted["reads_"].sum()), dict(months.iter_rows()))


def run(log: Path, roster: Path, work: Path) -> dict[str, Any]:
    frame = typed(log)
    return rest(frame, cell_faults(frame), roster)
