"""Ours: the very steps that `selfeval run` takes for a log, with a new store. Roster and tasks are read and checked beforehand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from bench.outcome import Fault, outcome
from selfeval.kept_digests import FRESH
from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store

UNIT, YEAR, LOG = "351001", 2024, "科普员分享记录"
SMALL = ("科普员名册", "科普员月任务")
_PIPELINES: dict[Path, UnitPipeline] = {}


def small_tables(roster: Path, raw: Path) -> None:
    """What the facts of a log need beside it."""
    with duckdb.connect() as con:
        people = f"SELECT communicator_id AS 科普员编号 FROM '{roster}'"
        con.execute(
            f"COPY (SELECT *, '张三' AS 姓名, '甲村' AS \"行政村（社区）\" FROM ({people})) TO '{raw / '科普员名册.csv'}'"
            " (HEADER)"
        )
        con.execute(
            f"COPY (SELECT *, '{YEAR}-' || printf('%02d', m) AS 月份, 70 AS 任务数 FROM ({people}), range(1, 13) t(m))"
            f" TO '{raw / '科普员月任务.csv'}' (HEADER)"
        )


def prepare(log: Path, roster: Path, work: Path) -> None:
    """What is not timed: the digest of the raw files, and the small tables, read and checked without the log."""
    raw = work / "raw" / str(YEAR) / UNIT
    raw.mkdir(parents=True)
    small_tables(roster, raw)
    store = Store(work / "store")
    before = UnitPipeline(plan(work / "raw", YEAR, UNIT, digests=store.digests), store)
    for name in SMALL:
        before.resolved(name)
    (raw / LOG).mkdir()
    (raw / LOG / log.name).hardlink_to(log)
    # A file that changed just now is digested anew each time; an export has lain there for longer.
    time.sleep(FRESH / 1e9 + 0.2)
    now = plan(work / "raw", YEAR, UNIT, digests=store.digests)
    # Whom the roster names is part of reading the roster.
    assert now.people.names
    _PIPELINES[work] = UnitPipeline(now, store)


def run(log: Path, roster: Path, work: Path) -> dict[str, Any]:
    pipeline = _PIPELINES[work]
    pipeline.read(LOG)
    entry = pipeline.resolved(LOG)
    facts = pipeline.raw_facts
    months = {i.removeprefix("shares.month."): int(f.value) for i, f in facts.items() if i.startswith("shares.month.")}
    total, reads = int(facts["shares.total"].value), int(facts["shares.reads_total"].value)
    return outcome(_faults(entry.json("findings.json")), total, reads, months)


def _faults(findings: list[dict[str, Any]]) -> Iterator[Fault]:
    for found in findings:
        _, *place, kind = found["rule"].split(".")
        for part in (found["rows"] or str(found["row"])).split(","):
            first, _, last = part.partition("-")
            for line in range(int(first), int(last or first) + 1):
                yield line, place[0] if place else None, kind
