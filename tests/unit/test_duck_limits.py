"""Memory and spill have a cap, and an operator is told so in one line."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb

from selfeval import duck


def test_memory_and_spill_have_a_cap(tmp_path: Path) -> None:
    with duck.connect(tmp_path) as con:
        settings = ("memory_limit", "max_temp_directory_size", "temp_directory")
        memory, spill, folder = (duck.row(con, f"SELECT current_setting('{name}')")[0] for name in settings)
    assert memory == "610.3 MiB"
    assert spill == "18.6 GiB"
    assert Path(folder) == tmp_path / "spill"


def test_an_operator_is_told_what_to_do(tmp_path: Path) -> None:
    from flows.steps import _Guard

    work = SimpleNamespace(
        unit="351001", error=None, misconfigured=False, home=SimpleNamespace(root=tmp_path, log_file="x")
    )
    with _Guard(work, "校验"):  # type: ignore[arg-type]
        raise duckdb.OutOfMemoryException("failed to offload data block")
    assert work.error is not None and "空间不够" in work.error and duck.SPILL in work.error
