"""`selfeval gc` never takes what a published package, or its last run, rests on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from flows import leases
from flows.cli import main
from flows.home import STORE_LOCK, Home
from selfeval.store import Store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "home"))
    return Home.current()


def entry(home: Home, name: str, *, days_old: float = 100) -> str:
    def build(folder: Path) -> dict[str, str]:
        (folder / "x").write_text(name)
        return {"name": name}

    found = Store(home.store).memo("test", name, {"name": name}, build)
    then = time.time() - days_old * 86400
    os.utime(found.path, (then, then))
    return found.key


def there(home: Home) -> set[str]:
    return {p.name for p in home.store.glob("??/*")}


def test_what_the_issued_report_and_the_last_run_rest_on_stays(home: Home, tmp_path: Path) -> None:
    issued, blocked, neither, recent = (
        entry(home, n, days_old=d) for n, d in zip("abcd", (100, 100, 100, 1), strict=True)
    )
    folder = tmp_path / "out" / "2024" / "351001"
    folder.mkdir(parents=True)
    leases.note(home, folder, [issued], issued=True)
    leases.note(home, folder, [blocked], issued=False)
    assert main(["gc", "--dry-run"]) == 0
    assert there(home) == {issued, blocked, neither, recent}
    assert main(["gc"]) == 0
    assert there(home) == {issued, blocked, recent}
    leases.note(home, folder, [issued], issued=True)
    assert main(["gc", "--days", "0"]) == 0
    assert there(home) == {issued}


def test_what_a_removed_package_rested_on_goes(home: Home, tmp_path: Path) -> None:
    key = entry(home, "a")
    leases.note(home, tmp_path / "never-published", [key], issued=True)
    assert main(["gc"]) == 0
    assert there(home) == set()
    assert list(home.leases.iterdir()) == []


def test_use_makes_an_entry_young_again(home: Home) -> None:
    key = entry(home, "a")
    Store(home.store).memo("test", "a", {"name": "a"}, lambda _: pytest.fail("must be reused"))
    assert main(["gc"]) == 0
    assert there(home) == {key}


def test_what_a_killed_process_left_goes_and_a_living_runs_lock_stays(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    left = Store(home.store).root / "tmp" / "left"
    left.mkdir()
    (left / "big").write_bytes(b"x" * 1000)
    with home.lock("run-dead"):
        pass
    with home.lock("run-alive"):
        assert main(["gc", "--days", "0", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["entries"], told["bytes"]) == (2, 1000)
        assert not left.exists()
        assert sorted(p.stem for p in home.locks.glob("run-*")) == ["run-alive"]


def test_a_run_going_on_keeps_gc_away(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    key = entry(home, "a")
    with home.lock(STORE_LOCK, shared=True):
        assert main(["gc"]) == 2
    assert "请等它结束后再清理" in capsys.readouterr().err
    assert there(home) == {key}
