"""Kills, full disks, changed files and rivals: after the next run the package is whole and the same bytes as a clean one."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from selfeval import package
from selfeval.pipeline import FileChangedError, UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import ROOT, YEAR
from tests.faults.kills import content
from tests.faults.units import UNIT, small_unit


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Raw data as it was, and as it is now: a payment's summary was mended."""
    for name in ("old", "new"):
        small_unit(tmp_path / "raw" / name / str(YEAR) / UNIT)
    survey = tmp_path / "raw" / "old" / str(YEAR) / UNIT / "满意度问卷.csv"
    lines = survey.read_bytes().splitlines(keepends=True)
    survey.write_bytes(b"".join(lines[:-5]))
    return tmp_path / "raw"


def killed(scenario: str, raw: Path, work: Path, points: int, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-m", "tests.faults.kills", scenario, str(raw), str(work), str(points)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    with capsys.disabled():
        print(f" {scenario}: {told['writes']} writes, {told['tried']} tried", end="")
    assert told["tried"] > 0
    assert told["wrong"] == []


def test_a_few_kills_while_a_package_is_replaced(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    killed("publish", raw, tmp_path / "work", 3, capsys)


@pytest.mark.full
# Each point of a cold run is a run that is killed and one that mends: half a minute on a busy machine.
@pytest.mark.timeout(2400)
@pytest.mark.parametrize(("scenario", "points"), [("publish", 0), ("journal", 0), ("cold", 30), ("full", 0)])
def test_a_kill_or_refusal_at_every_write(
    raw: Path, tmp_path: Path, scenario: str, points: int, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(scenario, raw, tmp_path / "work", points, capsys)


def test_a_file_that_changes_while_it_is_read_is_told_and_nothing_is_published(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from selfeval import pipeline

    real = pipeline.read_part

    def growing(file, *rest):  # type: ignore[no-untyped-def]
        with file.path.open("ab") as stream:
            stream.write(b"\n")
        return real(file, *rest)

    p = UnitPipeline(plan(raw / "new", YEAR, UNIT), Store(tmp_path / "store"))
    monkeypatch.setattr(pipeline, "read_part", growing)
    with pytest.raises(FileChangedError):
        package.publish_unit(p, tmp_path / "out", {})
    assert not (tmp_path / "out").exists()
    assert not [e for e in (tmp_path / "store").rglob("manifest.json")]


@pytest.mark.full
def test_two_runs_of_a_unit_at_once_end_in_one_whole_package(raw: Path, tmp_path: Path) -> None:
    """From two processes with stores of their own, into one output folder."""
    script = (
        "import sys; from pathlib import Path; from tests.faults.kills import once;"
        "[once(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))() for _ in range(2)]"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(raw / "new"), str(tmp_path / store), str(tmp_path / "out")],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for store in ("one", "other")
    ]
    errors = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], errors
    p = UnitPipeline(plan(raw / "new", YEAR, UNIT), Store(tmp_path / "one"))
    package.publish_unit(p, tmp_path / "clean", {})
    assert content(tmp_path / "out") == content(tmp_path / "clean")


def test_a_step_built_by_two_at_once_leaves_one_sound_entry(tmp_path: Path) -> None:
    """Each reads its entry while the other puts its own in place."""
    barrier, torn = threading.Barrier(4), []

    def build(folder: Path) -> dict[str, int]:
        (folder / "a").write_bytes(b"1" * 10_000)
        barrier.wait()
        return {}

    def work(store: Store) -> None:
        entry = store.memo("step", "", {"x": 1}, build)
        for _ in range(50):
            if entry.file("a").read_bytes() != b"1" * 10_000:
                torn.append(entry)

    threads = [threading.Thread(target=work, args=(Store(tmp_path / "store"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torn == []
    assert Store(tmp_path / "store").get(Store(tmp_path / "store").memo("step", "", {"x": 1}, build).key) is not None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "磁盘空间不足"),
        (errno.EROFS, "没有写入"),
        (errno.EACCES, "没有写入"),
        (errno.EDQUOT, "磁盘空间不足"),
    ],
)
def test_what_the_disk_refuses_is_told_in_one_line(number: int, said: str) -> None:
    from flows.refusals import told

    try:
        try:
            raise OSError(number, "refused", "/data/out/2024")
        except OSError as error:
            raise RuntimeError("publishing") from error
    except RuntimeError as error:
        line = told(error)
    assert line is not None and said in line and "/data/out/2024" in line and "\n" not in line


def test_other_errors_are_not_taken_for_the_disk() -> None:
    from flows.refusals import told

    assert told(ValueError("x")) is None
    assert told(OSError(errno.ENOENT, "gone", "x")) is None
