"""Great Expectations: the cell checks on a pandas frame, every unexpected index told. Validation alone, no figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pyarrow.parquet as pq
from great_expectations import expectations as expect

from bench.outcome import CHANNELS, COLUMNS, ID, KEY

YEAR = 2024
COMPLETE = {"result_format": "COMPLETE"}


def run(log: Path, roster: Path, work: Path) -> dict[str, Any]:
    raw = pd.read_csv(log, dtype=str, keep_default_na=False).rename(columns=COLUMNS)
    time = pd.to_datetime(raw["time"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    frame = raw.assign(
        year=time.dt.year,
        communicator_id=raw["communicator_id"].mask(raw["communicator_id"] == ""),
        reads=pd.to_numeric(raw["reads"], errors="coerce"),
    )
    known = pq.read_table(roster, columns=["communicator_id"])["communicator_id"].to_pylist()
    checks = {
        "time.type": expect.ExpectColumnValuesToNotBeNull(column="year"),
        "time.range": expect.ExpectColumnValuesToBeBetween(column="year", min_value=YEAR, max_value=YEAR),
        "communicator_id.required": expect.ExpectColumnValuesToNotBeNull(column="communicator_id"),
        "communicator_id.format": expect.ExpectColumnValuesToMatchRegex(column="communicator_id", regex=ID),
        "communicator_id.unknown": expect.ExpectColumnValuesToBeInSet(column="communicator_id", value_set=known),
        "channel.domain": expect.ExpectColumnValuesToBeInSet(column="channel", value_set=list(CHANNELS)),
        "reads.type": expect.ExpectColumnValuesToNotBeNull(column="reads"),
        "reads.range": expect.ExpectColumnValuesToBeBetween(column="reads", min_value=0),
    }
    unique = expect.ExpectCompoundColumnsToBeUnique(column_list=list(KEY))
    source = gx.get_context(mode="ephemeral").data_sources.add_pandas("logs")
    batch = (
        source.add_dataframe_asset("log").add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    )
    rows = {name: _rows(batch.validate(check, result_format=COMPLETE)) for name, check in checks.items()}
    _rows(batch.validate(unique, result_format=COMPLETE))
    # An id of a wrong shape is not on the roster either: told once.
    rows["communicator_id.unknown"] -= rows["communicator_id.format"]
    return {"kinds": {name: len(found) for name, found in rows.items()}}


def _rows(checked: Any) -> set[int]:
    return set(checked.result.get("unexpected_index_list") or ())
