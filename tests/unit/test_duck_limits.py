"""Memory and spill have a cap, and an operator is told so in one line."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from selfeval import duck


def test_memory_and_spill_have_a_cap(tmp_path: Path) -> None:
    with duck.connect(tmp_path) as con:
        settings = ("memory_limit", "max_temp_directory_size", "temp_directory")
        memory, spill, folder = (duck.row(con, f"SELECT current_setting('{name}')")[0] for name in settings)
    assert memory == "610.3 MiB"
    assert spill == "18.6 GiB"
    assert Path(folder) == tmp_path / "spill"


def _guard(root: Path) -> Any:
    from flows.steps import _Guard

    home = SimpleNamespace(root=root, log_file="x")
    return _Guard(SimpleNamespace(unit="351001", error=None, misconfigured=False, home=home), "校验")  # type: ignore[arg-type]


def test_a_full_spill_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "MEMORY", "40MB")
    monkeypatch.setattr(duck, "SPILL", "2MB")
    guard = _guard(tmp_path)
    with guard, duck.connect(tmp_path) as con:
        con.execute("SELECT * FROM range(10_000_000) t(a) ORDER BY hash(a)").fetchall()
    assert guard.work.error is not None and guard.work.error.startswith("校验时空间不够：临时文件最多可用2MB")
    assert "请清理" in guard.work.error
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_ctrl_c_within_a_query_stops_the_run(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    guard = _guard(tmp_path)
    try:
        with pytest.raises(KeyboardInterrupt), guard, duck.connect(tmp_path) as con:
            timer.start()
            # A query ends the piece of work at hand before it stops: here each is a fraction of a second.
            while True:
                con.execute("SELECT sum(hash(range)) FROM range(20_000_000)").fetchall()
    finally:
        signal.signal(signal.SIGINT, before)
    assert guard.work.error is None
