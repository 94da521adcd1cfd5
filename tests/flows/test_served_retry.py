"""Fix and re-run on a real server: the UI's Retry button, `selfeval retry`, and what was cut off."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, YEAR
from tests.faults.leaks import leaks, private
from tests.flows.conftest import UNIT, Known, content
from tests.flows.served import Served, processes_of

pytestmark = pytest.mark.server
PHONE = "13812345678"
SHARES = "科普员分享记录/2024-05.csv"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, known: Known) -> Iterator[Served]:
    """A server that runs a copy of the program, so that a template can be broken."""
    place = tmp_path_factory.mktemp("served")
    for package in ("flows", "selfeval", "schemas"):
        shutil.copytree(ROOT / package, place / "code" / package)
    shutil.copytree(known.folder / UNIT, place / "raw" / str(YEAR) / UNIT)
    known.give(place / "home" / "store", UNIT, SHARES)
    server = Served(place, PYTHONPATH=str(place / "code"))
    try:
        server.deployment()
        yield server
    finally:
        # A run that has just ended still tells the server its last words: it goes before the server does.
        server.until(lambda: not processes_of(server.home, "prefect.engine"))
        # Killed outright: what it started must not outlive it.
        server.process.kill()
        server.process.wait()
        until = time.monotonic() + 20
        while (left := processes_of(server.home, "")) and time.monotonic() < until:
            time.sleep(0.5)
        for process in left:
            os.kill(process, signal.SIGKILL)
    assert left == []


@pytest.fixture
def unit(served: Served) -> Path:
    return served.place / "raw" / str(YEAR) / UNIT


def package(served: Served) -> dict[str, bytes]:
    return content(served.place / "out" / str(YEAR) / UNIT)


def typed_into(path: Path, number: str) -> None:
    """A number where the last payment's amount belongs."""
    before, dot, cents = path.read_bytes().rpartition(b".")
    path.write_bytes(before + b"tel" + number.encode() + dot + cents)


def logged(served: Served, run: str) -> str:
    """What the UI shows under the run's Logs."""
    return "\n".join(
        line["message"] for line in served.call("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
    )


def steps(served: Served, state: str) -> set[str]:
    return served.steps(served.place / "out" / str(YEAR) / UNIT, state)


def test_the_retry_button_after_a_finance_file_was_mended(served: Served, unit: Path, clean: dict[str, bytes]) -> None:
    sound = (unit / "支付明细.csv").read_bytes()
    numbers, names = private(unit)
    typed_into(unit / "支付明细.csv", PHONE)
    run = served.start_run(year=YEAR)
    failed = served.ended(run)
    assert failed["state"]["type"] == "FAILED"
    assert failed["state"]["message"].startswith(f"1个单位未出报告：{UNIT}（")
    assert failed["name"] == f"{YEAR}年 全部单位"
    served.until(lambda: "NotIssuedError: 1个单位未出报告" in logged(served, run))
    assert "TypeError" not in logged(served, run)
    still = served.press_retry(run)
    assert still["state"]["type"] == "FAILED", "a retry without mending must not look well"
    (unit / "支付明细.csv").write_bytes(sound)
    mended = served.press_retry(run)
    assert (mended["state"]["type"], mended["run_count"]) == ("COMPLETED", 3)
    assert mended["state"]["message"] == f"已出报告：{UNIT}"
    assert package(served) == clean
    # Database, artifacts, cached results, logs and store, of the runs that failed as well.
    assert leaks(served.home, {*numbers, PHONE}, names) == []
    tasks = served.call("/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}, "sort": "EXPECTED_START_TIME_DESC"})
    assert {t["name"].split()[0] for t in tasks} == {"读取", "校验", "计算", "评分", "生成", "发布"}


def test_a_killed_run_is_crashed_and_its_retry_goes_on(served: Served, unit: Path, clean: dict[str, bytes]) -> None:
    run = served.start_run(year=YEAR, force=True, changed_only=False)
    served.until(lambda: served.call("/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}}))
    (engine,) = processes_of(served.home, "prefect.engine")
    os.kill(engine, signal.SIGKILL)
    assert served.ended(run)["state"]["type"] == "CRASHED"
    served.until(lambda: served.call(f"/flow_runs/{run}")["state"]["message"] == "程序被中断。请点“Retry”继续。", 60)
    assert served.press_retry(run)["state"]["type"] == "COMPLETED"
    assert package(served) == clean


@pytest.mark.full
def test_selfeval_retry_after_a_share_file_was_mended(served: Served, unit: Path, clean: dict[str, bytes]) -> None:
    sound = (unit / SHARES).read_bytes()
    (unit / SHARES).write_bytes(b"")
    ran = served.selfeval("run", "--year", str(YEAR), "--raw", "raw", "--out", "out")
    assert ran.returncode == 1, ran.stderr
    foreseen = served.selfeval("retry", "--dry-run")
    assert "没有需要重新运行的步骤" in foreseen.stdout
    (unit / SHARES).write_bytes(sound)
    foreseen = served.selfeval("retry", "--dry-run")
    assert f"文件“{SHARES}”内容有变化" in foreseen.stdout
    retried = served.selfeval("retry")
    assert retried.returncode == 0, retried.stderr
    assert package(served) == clean
    again = served.selfeval("retry")
    assert (again.returncode, again.stderr) == (2, "没有需要重试的运行。\n")


@pytest.mark.full
def test_the_retry_button_after_a_template_was_mended(served: Served, unit: Path, clean: dict[str, bytes]) -> None:
    template = served.place / "code/selfeval/report/templates/report.j2"
    sound = template.read_bytes()
    template.write_bytes(sound + b"{% no such tag %}")
    run = served.start_run(year=YEAR, changed_only=False)
    failed = served.ended(run)
    assert failed["state"]["type"] == "FAILED"
    assert "生成时程序出错" in failed["state"]["message"]
    template.write_bytes(sound)
    mended = served.press_retry(run)
    assert mended["state"]["type"] == "COMPLETED", mended["state"]["message"]
    assert package(served) == clean
    helper = served.place / "code/selfeval/report/tables.py"
    before = helper.read_bytes()
    helper.write_bytes(before + b"# a changed helper\n")
    try:
        changed = served.ended(served.start_run(year=YEAR))
    finally:
        helper.write_bytes(before)
    assert changed["state"]["type"] == "COMPLETED", changed["state"]["message"]
    assert {step.split()[0] for step in steps(served, "ran")} == {"render"}


@pytest.mark.full
def test_a_stopped_server_leaves_a_run_that_can_be_retried(served: Served, clean: dict[str, bytes]) -> None:
    run = served.start_run(year=YEAR, force=True, changed_only=False)
    served.until(lambda: processes_of(served.home, "prefect.engine"))
    served.until(lambda: served.call(f"/flow_runs/{run}")["state"]["type"] == "RUNNING")
    missed = served.start_run(seconds=5, year=YEAR)
    assert served.stop() < 15
    time.sleep(5)
    assert processes_of(served.home, "") == []
    served.start()
    served.deployment()
    crashed = served.ended(run)
    assert (crashed["state"]["type"], crashed["state"]["message"]) == ("CRASHED", "程序被中断。请点“Retry”继续。")
    assert served.press_retry(run)["state"]["type"] == "COMPLETED"
    assert package(served) == clean
    assert served.ended(missed)["state"]["type"] == "COMPLETED", "what fell due in the meantime is caught up"
