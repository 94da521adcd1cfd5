"""A clock that is set back, or stands before 1980 after its battery died, changes no package and hides no change."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from flows import leases
from flows.cli import main
from flows.home import Home
from selfeval import digest, kept_digests, package
from selfeval.kept_digests import SMALL, Digests
from selfeval.pipeline import UnitPipeline, plan
from selfeval.sources.workbook import read_workbook
from selfeval.store import Store
from tests.conftest import YEAR
from tests.flows.conftest import UNIT, Known, Place, content

DAY = 86400
Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set what the clock says, in seconds since 1970."""

    def stands(now: float) -> None:
        monkeypatch.setattr(time, "time", lambda: now)
        monkeypatch.setattr(time, "time_ns", lambda: int(now * 1e9))

    return stands


def _publish(raw: Path, store: Path, out: Path) -> dict[str, bytes]:
    assert package.publish_unit(UnitPipeline(plan(raw, YEAR, UNIT), Store(store)), out, {}).status == "issued"
    return content(out / str(YEAR) / UNIT)


def test_a_clock_before_1980_gives_the_same_package(
    known: Known, clean: dict[str, bytes], tmp_path: Path, clock: Clock
) -> None:
    known.give(tmp_path / "store", UNIT, None)
    clock(DAY)
    assert _publish(known.root / "raw", tmp_path / "store", tmp_path / "out") == clean


def test_a_workbook_with_cells_far_apart_is_read_before_1980(clock: Clock) -> None:
    book, data = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("表")
    sheet["A1"], sheet["XFD1048576"] = "甲", "乙"
    book.save(data)
    clock(DAY)
    (found,) = [s for s in read_workbook(data.getvalue()) if s.name == "表"]
    assert [row for row, _ in found.rows] == [1, 1048576]


def test_a_file_changed_while_the_clock_was_set_back_is_read_anew(
    known: Known, clean: dict[str, bytes], tmp_path: Path, clock: Clock
) -> None:
    raw, store, out = tmp_path / "raw", tmp_path / "store", tmp_path / "out"
    shutil.copytree(known.folder / UNIT, raw / str(YEAR) / UNIT)
    known.give(store, UNIT, None)
    assert _publish(raw, store, out) == clean
    path, now = raw / str(YEAR) / UNIT / "满意度问卷.csv", time.time()
    before = path.read_bytes()
    # As many bytes and an older time than the file that was there.
    path.write_bytes(before.replace("非常满意".encode(), "　　满意".encode(), 1))
    assert path.stat().st_size == len(before)
    os.utime(path, (now - 3 * DAY, now - 3 * DAY))
    clock(now - 2 * DAY)
    changed = _publish(raw, store, out)
    assert changed["run.json"] != clean["run.json"]
    clock(now - 4 * DAY)
    assert changed == _publish(raw, tmp_path / "other", tmp_path / "clean")
    path.write_bytes(before)
    assert _publish(raw, store, out) == clean


def test_a_digest_is_not_kept_of_a_file_of_the_future(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the clock is behind a file's times, a second change could come to bear them."""
    monkeypatch.setattr(kept_digests, "FRESH", 0)
    path, kept, now = tmp_path / "a.csv", tmp_path / "kept", time.time()
    path.write_bytes(b"a" * SMALL)
    clock(now - DAY)
    assert Digests(kept).of(path) == digest.of_bytes(b"a" * SMALL)
    assert not kept.exists()
    clock(now + DAY)
    Digests(kept).of(path)
    assert kept.exists()
    clock(now - DAY)
    path.write_bytes(b"b" * SMALL)
    assert Digests(kept).of(path) == digest.of_bytes(b"b" * SMALL)


def test_gc_under_a_clock_set_back_or_forth_leaves_what_a_package_rests_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "home"))
    home, now = Home.current(), time.time()
    store = Store(home.store)
    used, other = (store.memo("test", n, {"name": n}, lambda folder: {}).key for n in "ab")
    folder = tmp_path / "out" / "2024" / "351001"
    folder.mkdir(parents=True)
    leases.note(home, folder, [used], issued=True)
    clock(now - 1000 * DAY)
    assert main(["gc"]) == 0
    assert {p.name for p in home.store.glob("??/*")} == {used, other}
    clock(now + 1000 * DAY)
    assert main(["gc"]) == 0
    assert {p.name for p in home.store.glob("??/*")} == {used}


def test_a_dead_run_of_the_future_is_swept_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.states import Running

    from flows import execution
    from flows.year_end import year_end

    with execution.client() as api:
        dead, alive = (api.create_flow_run(year_end, parameters={}, state=Running()) for _ in range(2))
        back = SimpleNamespace(now=lambda zone: dt.datetime.now(zone) - dt.timedelta(days=1))
        monkeypatch.setattr(execution, "dt", SimpleNamespace(datetime=back, timedelta=dt.timedelta, UTC=dt.UTC))
        with place.home.lock(f"run-{alive.id}"):
            assert dead.id in {run.id for run in execution.sweep(place.home, api)}
            found = api.read_flow_run(alive.id).state
        api.delete_flow_run(alive.id)
    assert found is not None and found.name == "Running"
