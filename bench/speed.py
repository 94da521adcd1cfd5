"""`make bench`: this program against the ways one would pick instead, in turn, as ratios: the log stage, the documents of
a unit, and the cost of a small change.

Every round runs each way once over the same file, in a process of its own; what counts is the median of the rounds'
ratios. Ways must find the same faults at the same lines and the same figures, or the bench stops. Belongs here: which
ways over which files, ratios, and bench/RESULTS.md, whose last chapter is written by hand. Measuring one way is `measure`'s.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from bench import generate, mended

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).with_name("RESULTS.md")
#: The peers' own environment, made by `make bench-peers`; none of them is needed to run the program.
PEERS = ROOT / ".venv-peers"
#: Way → the environment it runs in: bench/peers/NAME.txt.
ENVIRONMENTS = {
    "polars_only": "frames",
    "polars_pandera": "frames",
    "pandas_pandera": "frames",
    "dbt_duckdb": "dbt",
    "great_expectations_only": "gx",
    "documents_script": "documents",
}
#: Parquet and JSON lines are not made with more rows: 25 million would be six gigabytes of JSON.
OTHER_ROWS = 2_500_000
OURS, SCAN = "selfeval", "full_scan"
NAMES = {
    SCAN: "full scan (DuckDB)",
    OURS: "selfeval, log stage",
    "polars_only": "polars",
    "polars_pandera": "polars + pandera",
    "pandas_pandera": "pandas + pandera",
    "dbt_duckdb": "dbt-duckdb, build with tests",
    "great_expectations_only": "Great Expectations (validation alone)",
    "documents": "selfeval: four documents, evidence, findings",
    "documents_script": "pandas, openpyxl, docxtpl: one table, one report",
}
#: From raw files to documents: ours first.
DOCUMENTS = ("documents", "documents_script")
PEER_WAYS = tuple(way for way in ENVIRONMENTS if way not in DOCUMENTS)
EXAMPLE = ROOT / "data" / "raw" / "2024" / "351001"
#: What is written by hand in bench/RESULTS.md and stays.
BY_HAND = "## What bounds it"
PARTS = ("log", "mended", "documents")
#: A way that needs more memory is not run on a file: 8 GB, by its peak on the file a tenth as long.
MEMORY_MB = 8_000


class DifferentError(Exception):
    """Two ways found different things; the text says which."""


@dataclass
class Runs:
    """Measurements of one way over one file, a round each."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)


def once(way: str, log: Path, roster: Path) -> dict[str, Any] | None:
    """Run a way over a file once; None where it cannot be run here or dies."""
    python = PEERS / ENVIRONMENTS[way] / "bin" / "python" if way in ENVIRONMENTS else Path(sys.executable)
    if not python.exists():
        return None
    work = Path(tempfile.mkdtemp(dir=roster.parent))
    try:
        call = [str(python), "-m", "bench.measure", way, str(log), str(roster), str(work)]
        done = subprocess.run(
            call, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    finally:
        shutil.rmtree(work)
    if done.returncode:
        print(f"{way}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def rounds(ways: list[str], log: Path, roster: Path, count: int, own: str = OURS) -> dict[str, Runs]:
    """Each way once a round, in turn. Raises DifferentError where one differs from our own."""
    runs: dict[str, Runs] = {}
    for _ in range(count):
        for way in list(ways):
            measured = once(way, log, roster)
            if measured is None:
                ways.remove(way)
                runs.pop(way, None)
                continue
            print(
                f"{log.name}  {way}  {measured['wall']:.2f} s  {measured['peak']:.0f} MB", file=sys.stderr, flush=True
            )
            kept = runs.setdefault(way, Runs())
            kept.wall.append(measured["wall"])
            kept.cpu.append(measured["cpu"])
            kept.peak.append(measured["peak"])
            kept.found = measured["found"]
    agree(log, runs, own)
    return runs


def agree(log: Path, runs: dict[str, Runs], own: str) -> None:
    """Raise DifferentError where a way found other faults or figures than ours."""
    if own not in runs:
        raise DifferentError(f"{log.name}: {own} did not come to its end")
    ours = runs[own].found
    for way, kept in runs.items():
        for what, value in kept.found.items():
            # Validation alone knows kinds of cells, not of rows.
            same = value.items() <= ours[what].items() if isinstance(value, dict) else value == ours[what]
            if not same:
                raise DifferentError(f"{log.name}: {way} and {own} differ in {what}: {value} and {ours[what]}")


def planted(plan: generate.Plan, ours: dict[str, Any]) -> None:
    """Raise DifferentError where the faults found are not those that were planted."""
    from bench.outcome import outcome

    wanted = outcome([(row, c, kind) for row, c, kind in generate.planted(plan)], 0, 0, {})
    for what in ("kinds", "lines"):
        if wanted[what] != ours[what]:
            raise DifferentError(f"{plan}: found {ours[what]}, planted {wanted[what]}")


def ratio(of: list[float], to: list[float]) -> float:
    """The median of the rounds' ratios."""
    return median(a / b for a, b in zip(of, to, strict=True))


def exponent(small: float, large: float, rows: tuple[int, int]) -> float:
    """How the time grows with the rows: 1 is in proportion."""
    return math.log(large / small) / math.log(rows[1] / rows[0])


def forms(plan: generate.Plan, folder: Path) -> Iterator[tuple[str, Path]]:
    """The same records in other forms: the name of the form, and the file."""
    utf8 = folder / "utf-8.csv"
    packed = folder / "packed.csv.gz"
    with utf8.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as out:
        shutil.copyfileobj(source, out, 1 << 20)
    yield "gzip", packed
    if plan.rows > OTHER_ROWS:
        return
    with duckdb.connect(config={"threads": 2}) as con:
        for name, form in (("parquet", "FORMAT parquet"), ("jsonl", "FORMAT json")):
            path = folder / f"records.{name}"
            con.execute(f"COPY (FROM read_csv('{utf8}', all_varchar = true, header = true)) TO '{path}' ({form})")
            yield name, path


def table(rows: int, runs: dict[str, Runs]) -> list[str]:
    lines = [
        f"### {rows:,} rows, UTF-8",
        "",
        "| way | × full scan (wall) | × full scan (cpu) | × selfeval (wall) | wall, s | peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    scan, ours = runs[SCAN], runs[OURS]
    for way, kept in runs.items():
        lines.append(
            f"| {NAMES[way]} | {ratio(kept.wall, scan.wall):.2f} | {ratio(kept.cpu, scan.cpu):.2f}"
            f" | {ratio(kept.wall, ours.wall):.2f} | {median(kept.wall):.2f} | {median(kept.peak):.0f} |"
        )
    return [*lines, ""]


def machine() -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    versions = {name: metadata.version(name) for name in ("duckdb", "pyarrow", "numpy", "pandas", "pandera")}
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB, Python {platform.python_version()}, {told}. Load at the start: {load:.1f}.",
        "",
        "Ratios are medians of rounds in which each way runs once in turn; a busy machine moves seconds, ratios little.",
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[82_000, 2_500_000, 25_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="only these chapters; all by default")
    parser.add_argument("--folder", type=Path, help="where the generated files go; removed at the end")
    args = parser.parse_args()
    lines = ["# Speed", "", *machine()]
    walls: dict[int, dict[str, Runs]] = {}
    folder = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        for rows in sorted(args.rows) if "log" in args.parts else ():
            lines += one_size(rows, folder, args.rounds, walls)
            record([*lines, *growth(walls)])
        lines += growth(walls)
        if "documents" in args.parts:
            lines += documents(folder, args.rounds)
            record(lines)
        for rows in sorted(args.rows)[1:] if "mended" in args.parts else ():
            lines += mended.measured(rows, folder)
            record(lines)
    finally:
        shutil.rmtree(folder)


def record(lines: list[str]) -> None:
    """Write the tables; the last chapter stays as it was written by hand."""
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    _, chapter, said = before.partition(f"{BY_HAND}\n")
    RESULTS.write_text("\n".join(lines).rstrip() + "\n" + (f"\n{chapter}{said}" if chapter else ""), encoding="utf-8")


def documents(folder: Path, count: int) -> list[str]:
    """The example unit from its raw files to documents, in ways that must agree in the figures."""
    runs = rounds(list(DOCUMENTS), EXAMPLE, folder / "none", count, DOCUMENTS[0])
    ours = runs[DOCUMENTS[0]]
    lines = [
        "### Documents of the example unit (82,000 records), from its raw files",
        "",
        "| way | figures | × selfeval (wall) | wall, s | cpu, s | peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {NAMES[way]} | {len(kept.found['figures'])} | {ratio(kept.wall, ours.wall):.2f} | {median(kept.wall):.2f}"
        f" | {median(kept.cpu):.2f} | {median(kept.peak):.0f} |"
        for way, kept in runs.items()
    ]
    return [*lines, ""]


def one_size(rows: int, folder: Path, count: int, walls: dict[int, dict[str, Runs]]) -> list[str]:
    """Measure all ways and forms at one size; gives the lines of the report."""
    plan = generate.Plan(rows)
    roster = folder / "roster.parquet"
    generate.roster(plan, roster)
    generate.write(plan, folder / "utf-8.csv")
    ways, left_out = fitting(rows, walls)
    asked = list(ways)
    runs = rounds(ways, folder / "utf-8.csv", roster, count)
    left_out += [f"{NAMES[way]} could not be run here." for way in asked if way not in runs]
    planted(plan, runs[OURS].found)
    walls[rows] = runs
    lines = [*table(rows, runs), *left_out, *([""] if left_out else [])]
    generate.write(generate.Plan(rows, encoding="gb18030"), folder / "gb18030.csv")
    pairs = [
        (once(OURS, folder / "utf-8.csv", roster), once(OURS, folder / "gb18030.csv", roster)) for _ in range(count)
    ]
    told = [(a, b) for a, b in pairs if a and b]
    if any(a["found"] != b["found"] for a, b in told):
        raise DifferentError(f"{rows} rows: UTF-8 and GB18030 differ")
    lines += [f"GB18030: {median(b['wall'] / a['wall'] for a, b in told):.2f} × the UTF-8 time.", ""]
    (folder / "gb18030.csv").unlink()
    for name, path in forms(plan, folder):
        found = rounds([SCAN, OURS], path, roster, count)
        if OURS in found and SCAN in found:
            lines += [f"{name}: {ratio(found[OURS].wall, found[SCAN].wall):.2f} × its own full scan (wall), peak"
                      f" {median(found[OURS].peak):.0f} MB.", ""]  # fmt: skip
        path.unlink()
    return lines


def fitting(rows: int, walls: dict[int, dict[str, Runs]]) -> tuple[list[str], list[str]]:
    """The ways that fit into the memory at this size, and what is said of the others, extrapolated."""
    ways, said = [SCAN, OURS], []
    for way in PEER_WAYS:
        before = max((r for r in walls if r < rows and way in walls[r]), default=None)
        if before is None and walls:
            # It was told at the first size that it cannot be run here.
            continue
        kept = walls[before][way] if before else None
        if before and kept and median(kept.peak) * rows / before > MEMORY_MB:
            said.append(
                f"{NAMES[way]} was not run: it would need about {median(kept.peak) * rows / before / 1000:.0f} GB"
                f" (extrapolated from {before:,} rows, where it takes"
                f" {ratio(kept.wall, walls[before][SCAN].wall):.1f} × the full scan)."
            )
            continue
        ways.append(way)
    return ways, said


def growth(walls: dict[int, dict[str, Runs]]) -> list[str]:
    """Growth exponents between the two largest sizes."""
    sizes = sorted(walls)[-2:]
    if len(sizes) < 2:
        return []
    lines = [f"### Growth from {sizes[0]:,} to {sizes[1]:,} rows (1 is in proportion)", ""]
    for way in walls[sizes[1]]:
        if way in walls[sizes[0]]:
            small, large = (median(walls[n][way].wall) for n in sizes)
            lines.append(f"- {NAMES[way]}: {exponent(small, large, (sizes[0], sizes[1])):.2f}")
    return lines


if __name__ == "__main__":
    main()
