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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from bench import generate, mended
from bench.measure import peak

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
#: A peer that comes to hold more than 8 GB is stopped and not run on that file again.
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


class LeftOutError(Exception):
    """A way that gives no measurement over this file; the text says why, to follow its name."""


def once(way: str, log: Path, roster: Path) -> dict[str, Any]:
    """Run a way over a file once. Raises LeftOutError where it cannot be run here, dies or comes to hold too much."""
    python = PEERS / ENVIRONMENTS[way] / "bin" / "python" if way in ENVIRONMENTS else Path(sys.executable)
    if not python.exists():
        raise LeftOutError("could not be run here.")
    work = Path(tempfile.mkdtemp(dir=roster.parent))
    call = [str(python), "-m", "bench.measure", way, str(log), str(roster), str(work)]
    try:
        with (work / "out").open("w+") as out, (work / "err").open("w+") as err:
            env = {**os.environ, "PYTHONPATH": str(ROOT)}
            running = subprocess.Popen(call, cwd=ROOT, stdout=out, stderr=err, env=env)
            watch(running)
            for stream in (out, err):
                stream.seek(0)
            told, said = out.read(), err.read()
    finally:
        shutil.rmtree(work)
    if running.returncode:
        raise LeftOutError(f"ended with an error: {said.strip().splitlines()[-1:]}")
    measured: dict[str, Any] = json.loads(told.splitlines()[-1])
    return measured


def watch(running: subprocess.Popen[bytes]) -> None:
    """Wait for a way to end; stop it and raise LeftOutError once it holds more than MEMORY_MB."""
    while running.poll() is None:
        try:
            running.wait(0.25)
        except subprocess.TimeoutExpired:
            if peak(running.pid) > MEMORY_MB:
                running.kill()
                running.wait()
                raise LeftOutError(f"was stopped when it held more than {MEMORY_MB // 1000} GB.") from None


def rounds(
    ways: Sequence[str], log: Path, roster: Path, count: int, own: str = OURS
) -> tuple[dict[str, Runs], dict[str, str]]:
    """Each way once a round, in turn: the runs, and why others were left out. Raises DifferentError where one differs from our own."""
    runs: dict[str, Runs] = {}
    left_out: dict[str, str] = {}
    for _ in range(count):
        for way in [way for way in ways if way not in left_out]:
            try:
                measured = once(way, log, roster)
            except LeftOutError as error:
                left_out[way] = str(error)
                runs.pop(way, None)
                print(f"{log.name}  {way}  {error}", file=sys.stderr, flush=True)
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
    return runs, left_out


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
    runs, _ = rounds(DOCUMENTS, EXAMPLE, folder / "none", count, DOCUMENTS[0])
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
    # what was too much for a smaller file is not tried again
    ways = [way for way in (SCAN, OURS, *PEER_WAYS) if all(way in before for before in walls.values())]
    runs, left_out = rounds(ways, folder / "utf-8.csv", roster, count)
    planted(plan, runs[OURS].found)
    lines = [
        *table(rows, runs),
        *(f"{NAMES[way]} {why}{extrapolated(way, rows, walls)}" for way, why in left_out.items()),
    ]
    lines += [""] if left_out else []
    walls[rows] = runs
    generate.write(generate.Plan(rows, encoding="gb18030"), folder / "gb18030.csv")
    pairs = [
        (once(OURS, folder / "utf-8.csv", roster), once(OURS, folder / "gb18030.csv", roster)) for _ in range(count)
    ]
    if any(a["found"] != b["found"] for a, b in pairs):
        raise DifferentError(f"{rows} rows: UTF-8 and GB18030 differ")
    lines += [f"GB18030: {median(b['wall'] / a['wall'] for a, b in pairs):.2f} × the UTF-8 time.", ""]
    (folder / "gb18030.csv").unlink()
    for name, path in forms(plan, folder):
        found, _ = rounds([SCAN, OURS], path, roster, count)
        if OURS in found and SCAN in found:
            lines += [f"{name}: {ratio(found[OURS].wall, found[SCAN].wall):.2f} × its own full scan (wall), peak"
                      f" {median(found[OURS].peak):.0f} MB.", ""]  # fmt: skip
        path.unlink()
    return lines


def extrapolated(way: str, rows: int, walls: dict[int, dict[str, Runs]]) -> str:
    """What a way that was left out would take, by what it took for fewer rows; empty where it never ran."""
    before = max((r for r in walls if way in walls[r]), default=None)
    if before is None:
        return ""
    kept, scan = walls[before][way], walls[before][SCAN]
    return (
        f" In proportion to {before:,} rows (extrapolated) it would take {median(kept.wall) * rows / before:.0f} s"
        f" and {median(kept.peak) * rows / before / 1000:.0f} GB; there it takes {ratio(kept.wall, scan.wall):.1f} × the full scan."
    )


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
    return [*lines, ""]


if __name__ == "__main__":
    main()
