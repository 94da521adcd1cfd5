"""polars with pandera in front: the schema says whether anything is wrong, polars where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from bench.outcome import CHANNELS, ID, Fault
from bench.ways.polars_only import YEAR, cell_faults, rest, typed

SCHEMA = pa.DataFrameSchema(
    {
        "time_": pa.Column(
            pl.Datetime, pa.Check(lambda d: d.lazyframe.select(pl.col(d.key).dt.year() == YEAR)), nullable=False
        ),
        "communicator_id": pa.Column(str, pa.Check.str_matches(ID)),
        "channel": pa.Column(str, pa.Check.isin(CHANNELS)),
        "reads_": pa.Column(int, pa.Check.ge(0), nullable=False),
    }
)


def run(log: Path, roster: Path, work: Path) -> dict[str, Any]:
    frame = typed(log)
    faults: list[Fault] = []
    try:
        SCHEMA.validate(frame, lazy=True)
    except SchemaErrors:
        faults = cell_faults(frame)
    return rest(frame, faults, roster)
