"""Ours: the very steps that `selfeval run` takes for a log, with a new store. Roster and tasks are read beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from bench.outcome import Fault, outcome
from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store

UNIT, YEAR, LOG = "351001", 2024, "科普员分享记录"
_PIPELINES: dict[Path, UnitPipeline] = {}


def folder(log: Path, roster: Path, work: Path) -> Path:
    """A raw folder with the log in it and what its facts need beside it."""
    raw = work / "raw" / str(YEAR) / UNIT
    shutil.rmtree(work / "raw", ignore_errors=True)
    (raw / LOG).mkdir(parents=True)
    (raw / LOG / log.name).hardlink_to(log)
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
    return work / "raw"


def prepare(log: Path, roster: Path, work: Path) -> None:
    """What is not timed: the digest of the raw files, and the small tables."""
    raw = folder(log, roster, work)
    store = Store(work / "store")
    pipeline = UnitPipeline(plan(raw, YEAR, UNIT, digests=store.digests), store)
    for name in ("科普员名册", "科普员月任务"):
        pipeline.read(name)
    _PIPELINES[work] = pipeline


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
