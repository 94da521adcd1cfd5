"""A run is stopped in the middle of a large log: by Ctrl-C, and by Cancel in the UI. It ends soon and leaves nothing half-written."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import generate
from tests.conftest import YEAR
from tests.flows.conftest import UNIT, Known
from tests.flows.served import BIN, Served, environment, processes_of

pytestmark = [pytest.mark.server, pytest.mark.full]
ROWS = 2_500_000
#: Seconds on a machine that has much else to do; on a quiet one it takes three.
SOON = 45


@pytest.fixture(scope="module")
def large_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "2024-06.csv"
    generate.write(generate.Plan(ROWS), path)
    return path


@pytest.fixture
def place(tmp_path: Path, known: Known, clean: dict[str, bytes], large_log: Path) -> Path:
    """A unit that was issued, and whose log has since become a large one."""
    unit = tmp_path / "raw" / str(YEAR) / UNIT
    shutil.copytree(known.folder / UNIT, unit)
    known.give(tmp_path / "home" / "store", UNIT, "科普员分享记录/2024-06.csv")
    shutil.copy(large_log, unit / "科普员分享记录" / "2024-06.csv")
    for name, content in clean.items():
        path = tmp_path / "out" / str(YEAR) / UNIT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def in_the_log(place: Path) -> bool:
    """Whether rows of the log are being written."""
    return any(p.stat().st_size > 1 << 20 for p in (place / "home" / "store" / "tmp").glob("*/0.rows.parquet"))


def until(wanted: Callable[[], object], seconds: float = 400) -> float:
    """Poll until something holds; the seconds that took."""
    began = time.monotonic()
    while not wanted():
        assert time.monotonic() - began < seconds
        time.sleep(0.1)
    return time.monotonic() - began


def nothing_half_written(place: Path, out: dict[str, bytes], entries: set[str]) -> None:
    """No new package, no new entry, nothing under a temporary name."""
    assert files(place / "out") == out
    store = place / "home" / "store"
    assert list((store / "tmp").iterdir()) == []
    assert {p.name for p in store.glob("??/*")} == entries


def before(place: Path) -> tuple[dict[str, bytes], set[str]]:
    return files(place / "out"), {p.name for p in (place / "home" / "store").glob("??/*")}


def test_ctrl_c(place: Path) -> None:
    out, entries = before(place)
    run = subprocess.Popen(
        [BIN / "selfeval", "run", "--year", str(YEAR), "--raw", "raw", "--out", "out"],
        cwd=place,
        env={**environment(place / "home"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: in_the_log(place))
    run.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, said = run.communicate(timeout=SOON)
    print(f"Ctrl-C: {time.monotonic() - began:.1f} s")
    assert run.returncode == 130, said
    assert said.endswith("\n已中断。\n")
    nothing_half_written(place, out, entries)


@pytest.fixture
def served(place: Path) -> Iterator[Served]:
    server = Served(place)
    try:
        yield server
    finally:
        server.stop()


def test_cancel_in_the_ui(place: Path, served: Served) -> None:
    run = served.start_run(year=YEAR)
    out, entries = before(place)
    served.until(lambda: in_the_log(place))
    served.call(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING", "name": "Cancelling"}})
    began = time.monotonic()
    assert served.ended(run)["state"]["type"] == "CANCELLED"
    until(lambda: not processes_of(served.home, "prefect.engine"), SOON)
    print(f"Cancel: {time.monotonic() - began:.1f} s")
    assert time.monotonic() - began < SOON
    nothing_half_written(place, out, entries)
