"""The cost of a small change: a year's log in twelve monthly files, read cold, run again unchanged, and with one file mended.

All that is done for a log and what it refers to is timed: digests, reading, checks of all files, the rules that look at
its rows, figures. Each run is a process of its own; the mended one must tell what a clean run of the same files tells. Belongs here: these four runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bench import generate
from bench.measure import cpu, peak
from bench.ways.selfeval import LOG, UNIT, YEAR, small_tables
from selfeval import digest
from selfeval.kept_digests import FRESH
from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store

#: The month that is mended, and the lines that are taken from its end.
MENDED, TAKEN = "2024-06.csv", 40


@dataclass(frozen=True)
class Cost:
    """What a run took, in seconds of wall and processor and MB, and the digest of what it told."""

    wall: float
    cpu: float
    peak: float
    told: str


def months(made: generate.Plan, folder: Path) -> None:
    """The generated log in a file a month of what its lines say; a line that says no month goes with the one before."""
    whole = folder.parent / "whole.csv"
    generate.write(made, whole)
    files: dict[str, BinaryIO] = {}
    try:
        with whole.open("rb") as lines:
            head, month = next(lines), "01"
            for line in lines:
                if line.startswith(b"2024-"):
                    month = line[5:7].decode()
                if month not in files:
                    files[month] = (folder / f"2024-{month}.csv").open("wb", 1 << 20)
                    files[month].write(head)
                files[month].write(line)
    finally:
        for file in files.values():
            file.close()
        whole.unlink()


def tell(raw: Path, store: Path) -> Cost:
    """Run the log's steps over a store."""
    wall, used = time.perf_counter(), cpu()
    kept = Store(store)
    pipeline = UnitPipeline(plan(raw, YEAR, UNIT, digests=kept.digests), kept)
    told = [
        pipeline.resolved(LOG).json("findings.json"),
        [str(f) for f in pipeline.crosschecked],
        sorted((i, str(f.value)) for i, f in pipeline.raw_facts.items()),
    ]
    return Cost(time.perf_counter() - wall, cpu() - used, peak(), digest.of_value(told))


def _in_a_process(raw: Path, store: Path) -> Cost:
    # A file that changed just now is digested anew each time; an export has lain there for longer.
    time.sleep(FRESH / 1e9 + 0.2)
    call = [sys.executable, "-m", "bench.mended", "--tell", str(raw), str(store)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def four_runs(rows: int, folder: Path) -> dict[str, Cost]:
    """Cold, unchanged, mended, and clean over the mended files. Raises ValueError where the last two differ."""
    made = generate.Plan(rows)
    unit = folder / "raw" / str(YEAR) / UNIT
    (unit / LOG).mkdir(parents=True)
    generate.roster(made, folder / "roster.parquet")
    small_tables(folder / "roster.parquet", unit)
    months(made, unit / LOG)
    costs = {what: _in_a_process(folder / "raw", folder / "store") for what in ("cold", "unchanged")}
    path = unit / LOG / MENDED
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-TAKEN]))
    costs["mended"] = _in_a_process(folder / "raw", folder / "store")
    costs["clean"] = _in_a_process(folder / "raw", folder / "clean")
    if costs["mended"].told != costs["clean"].told or costs["cold"].told == costs["clean"].told:
        raise ValueError("a mended file does not tell what a clean run tells")
    return costs


def table(rows: int, costs: dict[str, Cost]) -> list[str]:
    """The lines of the report."""
    cold = costs["cold"]
    lines = [
        f"### {rows:,} rows in twelve files of a month, rules and figures too",
        "",
        "| run | wall, s | cpu, s | × cold (cpu) | peak memory, MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {what} | {c.wall:.2f} | {c.cpu:.2f} | {c.cpu / cold.cpu:.2f} | {c.peak:.0f} |" for what, c in costs.items()
    ]
    return [*lines, ""]


def measured(rows: int, parent: Path | None) -> list[str]:
    """Make the files in a folder of their own, run, remove them; gives the lines of the report."""
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        return table(rows, four_runs(rows, folder))
    finally:
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_500_000)
    parser.add_argument("--folder", type=Path, help="where the generated files go; removed at the end")
    parser.add_argument(
        "--tell", type=Path, nargs=2, metavar=("RAW", "STORE"), help="one run over files that are there"
    )
    args = parser.parse_args()
    if args.tell:
        cost: dict[str, Any] = vars(tell(*args.tell))
        print(json.dumps(cost))
    else:
        print("\n".join(measured(args.rows, args.folder)))


if __name__ == "__main__":
    main()
