"""Physical lines below cells with line breaks, in a log so long that threads and groups meet: some plans lose order only
there. The lines are told by Python's own reader of CSV and by the planter of the faults."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from bench import generate
from bench.outcome import outcome
from bench.ways import selfeval as way
from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store


def _lines(path: Path) -> tuple[int, int]:
    """How many records stand below the header, and the sum of the lines on which they start."""
    count = total = before = 0
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        for cells in reader:
            if before and cells:
                count, total = count + 1, total + before + 1
            before = reader.line_num
    return count, total


@pytest.mark.full
def test_lines_below_quoted_breaks(tmp_path: Path) -> None:
    made, folder = generate.Plan(2_600_000, rough=True), tmp_path
    unit = folder / "raw" / str(way.YEAR) / way.UNIT
    (unit / way.LOG).mkdir(parents=True)
    log = unit / way.LOG / "2024.csv"
    generate.write(made, log)
    generate.roster(made, folder / "roster.parquet")
    way.small_tables(folder / "roster.parquet", unit)
    pipeline = UnitPipeline(plan(folder / "raw", way.YEAR, way.UNIT), Store(folder / "store"))
    ((_, entry),) = pipeline.read(way.LOG)
    assert "large" in entry.info["parts"][0]
    with duckdb.connect(config={"threads": 2, "memory_limit": "500MB"}) as con:
        told = con.execute(f"SELECT count(*), sum(_row) FROM '{entry.file('0.rows.parquet')}'").fetchone()
    assert told == _lines(log)
    found = [f for f in pipeline.resolved(way.LOG).json("findings.json") if f["rule"].startswith("shares.")]
    wanted = outcome(generate.planted(made), 0, 0, {})
    have = outcome(way._faults(found), 0, 0, {})
    assert (have["kinds"], have["lines"]) == (wanted["kinds"], wanted["lines"])
