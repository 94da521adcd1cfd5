"""dbt with DuckDB: models that type, check and sum up, and a test a kind of fault that keeps the lines that fail."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from bench.outcome import CHANNELS, ID, Fault, outcome

YEAR = 2024
PROJECT = Path(__file__).with_name("project")


def run(log: Path, roster: Path, work: Path) -> dict[str, Any]:
    project, database = work / "project", work / "shares.duckdb"
    shutil.copytree(PROJECT, project)
    os.environ["SHARES_DATABASE"] = str(database)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    values = {"log": str(log), "roster": str(roster), "year": YEAR, "id": ID, "channels": str(CHANNELS)[1:-1]}
    call = [
        "--quiet",
        "build",
        "--vars",
        json.dumps(values),
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
    ]
    done = dbtRunner().invoke(call)
    if done.exception or not done.success:
        raise RuntimeError(f"dbt: {done.exception or done.result}")
    DuckDBConnectionManager.close_all_connections()
    with duckdb.connect(str(database), read_only=True) as con:
        kept = con.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema LIKE '%audit'"
        ).fetchall()
        faults: list[Fault] = []
        for schema, table in kept:
            for line, fault in con.execute(f'SELECT line, fault FROM "{schema}"."{table}"').fetchall():
                column, _, kind = fault.rpartition(".")
                faults.append((line, column or None, kind))
        months = con.execute("SELECT month, shares, reads FROM months").fetchall()
    total, reads = sum(m[1] for m in months), sum(m[2] for m in months)
    return outcome(faults, total, reads, {m[0]: m[1] for m in months})
