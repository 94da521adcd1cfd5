"""What runs again and what does not: nothing without a reason, everything that was lost or spoilt, one unit of two."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from tests.conftest import ROOT, YEAR
from tests.flows.conftest import OTHER, UNIT, Place, content, wrong_amount


def test_nothing_runs_where_nothing_changed_and_what_is_lost_or_spoilt_runs_again(
    place: Place, clean: dict[str, bytes], prefect_home: Path
) -> None:
    place.add()
    place.run()
    assert content(place.package()) == clean
    for path in place.folder().rglob("*"):
        path.touch()
    assert main(["gc", "--days", "0"]) == 0
    place.run()
    assert place.steps("ran") == set()
    # A stored table gone, another tampered with, a manifest's words changed, the published report gone.
    tables = sorted(place.home.store.glob("??/*/0.rows.parquet"))
    tables[0].unlink()
    tables[1].write_bytes(tables[1].read_bytes()[:-9] + b"tampered.")
    manifest = next(p for p in place.home.store.glob("??/*/manifest.json") if '"accounts"' in p.read_text())
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"accepted": ', '"accepted": 1', 1))
    (place.package() / "report.pdf").unlink()
    (place.package() / "facts.json").write_text("{}", encoding="utf-8")
    place.run()
    ran = place.steps("ran")
    assert len([s for s in ran if s.startswith("read ")]) == 2
    assert len([s for s in ran if s.startswith("check ")]) == 1
    assert content(place.package()) == clean
    # Prefect's own notes of what was cached: lost, and unreadable.
    notes = sorted(p for p in (prefect_home / "storage").iterdir() if p.is_file())
    assert notes
    for note in notes[::2]:
        note.unlink()
    for note in notes[1::2]:
        note.write_bytes(b"{")
    place.run()
    assert content(place.package()) == clean
    place.run(force=True)
    assert place.steps("reused") == set()
    assert content(place.package()) == clean


def test_one_of_two_units_broken_the_other_is_issued_and_only_the_broken_is_retried(place: Place) -> None:
    place.add()
    spoilt = place.add(OTHER, "支付明细.csv")
    sound = spoilt.read_bytes()
    wrong_amount(spoilt)
    first = place.run()
    assert {o.unit: o.status for o in first.outcomes} == {UNIT: "issued", OTHER: "blocked"}
    assert f"1个单位未出报告：{OTHER}" in first.message
    issued = (place.package() / "run.json").read_bytes()
    again = place.retry(first.flow_run, only_failed=True)
    assert [(o.unit, o.status) for o in again.outcomes] == [(OTHER, "blocked")]
    spoilt.write_bytes(sound)
    third = place.retry(first.flow_run, only_failed=True)
    assert [(o.unit, o.status) for o in third.outcomes] == [(OTHER, "issued")]
    assert place.run_json(OTHER)["attempt"]["number"] == 3
    assert (place.package() / "run.json").read_bytes() == issued


@pytest.mark.full
def test_a_scheduled_run_takes_up_only_what_changed_and_its_retry_what_still_blocks(place: Place) -> None:
    place.add()
    wrong_amount(place.add(OTHER, "支付明细.csv"))
    first = place.run(changed_only=True)
    assert len(first.outcomes) == 2
    assert place.run(changed_only=True).outcomes == ()
    assert [o.unit for o in place.retry(first.flow_run).outcomes] == [OTHER]
    (place.package() / "report.docx").write_bytes(b"a person is writing in it")
    assert place.run(changed_only=True).outcomes == ()
    (place.package() / "report.html").unlink()
    assert [o.unit for o in place.run(changed_only=True).outcomes] == [UNIT]
    assert (place.package() / "report.html").exists()
    shutil.rmtree(place.folder(OTHER))
    (place.folder(OTHER)).mkdir()
    assert [(o.unit, o.status) for o in place.run(changed_only=True).outcomes] == [(OTHER, "awaiting")]
    assert place.run(changed_only=True).outcomes == ()


def test_a_run_whose_process_is_gone_is_swept_up_and_a_living_one_is_not(place: Place, prefect_home: Path) -> None:
    from prefect.client.schemas.objects import FlowRun
    from prefect.states import Running

    from flows import execution
    from flows.approval import approval
    from flows.year_end import year_end

    place.add()
    told = {"year": YEAR, "units": None, "raw": str(place.raw), "out": str(place.out)}
    with execution.client() as api:

        def running() -> FlowRun:
            return api.create_flow_run(year_end, parameters=told, state=Running())

        dead, alive = running(), running()
        form = api.create_flow_run(approval, parameters={"unit": UNIT, "year": YEAR}, state=Running())
        with place.home.lock(f"run-{alive.id}"):
            assert execution.sweep(place.home, api) == [], "too young to be called dead"
            assert {run.id for run in execution.sweep(place.home, api, grace=0)} == {dead.id, form.id}
            state = api.read_flow_run(dead.id).state
            assert state is not None
            assert (state.name, state.message) == ("Crashed", "程序被中断。请点“Retry”继续。")
            last = execution.last_failed(api)
            assert last is not None
            assert last.id == dead.id, "a form is not what `selfeval retry` runs again"
        api.delete_flow_run(alive.id)
    ending = place.retry(str(dead.id))
    assert [o.status for o in ending.outcomes] == ["issued"]


def test_a_lock_between_processes_lets_one_in_at_a_time(tmp_path: Path) -> None:
    """The lock under which a unit-year is published."""
    log = tmp_path / "log"
    script = (
        "import os, sys, time; from pathlib import Path; from flows.home import Home\n"
        f"home, log = Home.current(), Path({str(log)!r})\n"
        "for _ in range(20):\n"
        "    with home.lock('2024-351001'):\n"
        "        with log.open('a') as f: f.write(f'in {os.getpid()}\\n'); f.flush(); time.sleep(0.005)\n"
        "        with log.open('a') as f: f.write(f'out {os.getpid()}\\n')\n"
    )
    environment = {**os.environ, "SELFEVAL_HOME": str(tmp_path / "home")}
    both = [subprocess.Popen([sys.executable, "-c", script], env=environment, cwd=ROOT) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    lines = log.read_text().splitlines()
    assert len(lines) == 80
    for entered, left in zip(lines[::2], lines[1::2], strict=True):
        assert entered.replace("in ", "out ") == left
