"""pandas and pandera: read as text, convert, validate lazily, and take the failure cases' index for the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from bench.outcome import CHANNELS, COLUMNS, ID, KEY, Fault, outcome

YEAR = 2024
SCHEMA = pa.DataFrameSchema(
    {
        "time": pa.Column(
            "datetime64[ns]",
            pa.Check(lambda s: s.dt.year == YEAR, error="range"),
            coerce=False,
        ),
        "communicator_id": pa.Column(str, pa.Check.str_matches(ID, error="format")),
        "channel": pa.Column(str, pa.Check.isin(CHANNELS, error="domain")),
        "reads": pa.Column("float64", pa.Check.ge(0, error="range")),
    }
)


def run(log: Path, roster: Path, work: Path) -> dict[str, Any]:
    encoding = "gb18030" if log.name.startswith("gb18030") else "utf-8"
    raw = pd.read_csv(log, dtype=str, keep_default_na=False, encoding=encoding).rename(columns=COLUMNS)
    frame = raw.assign(
        time=pd.to_datetime(raw["time"], format="%Y-%m-%d %H:%M:%S", errors="coerce").astype("datetime64[ns]"),
        communicator_id=raw["communicator_id"].mask(raw["communicator_id"] == ""),
        reads=pd.to_numeric(raw["reads"], errors="coerce"),
    )
    faults: list[Fault] = []
    try:
        SCHEMA.validate(frame, lazy=True)
    except SchemaErrors as errors:
        for column, check, index in errors.failure_cases[["column", "check", "index"]].itertuples(index=False):
            kind = str(check)
            if kind == "not_nullable":
                kind = "required" if raw.at[index, column] == "" else "type"
            faults.append((int(index) + 2, str(column), kind))
    bad = frame.index.isin([line - 2 for line, _, _ in faults])
    sound = frame[~bad]
    known = set(pd.read_parquet(roster)["communicator_id"])
    strange = sound.index[~sound["communicator_id"].isin(known)]
    faults += [(int(i) + 2, "communicator_id", "unknown") for i in strange]
    repeated = sound[sound.duplicated(list(KEY), keep=False)]
    for _, group in repeated.groupby(list(KEY)):
        same = (group == group.iloc[0]).all(axis=None)
        rows = group.index[1:] if same else group.index
        faults += [(int(i) + 2, None, "duplicate" if same else "conflict") for i in rows]
    accepted = frame[~frame.index.isin([line - 2 for line, _, _ in faults])]
    months = accepted["time"].dt.strftime("%m").value_counts()
    return outcome(faults, len(accepted), int(accepted["reads"].sum()), {str(k): int(v) for k, v in months.items()})
