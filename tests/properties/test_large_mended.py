"""One mended file of a log gives what a clean run gives, and leaves what is kept of the other files as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store
from tests.properties import test_large_units as units


@pytest.mark.parametrize("seed", [3])
def test_a_mended_file(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units.in_blocks(monkeypatch)
    root = units._folder(tmp_path, seed)
    units.told(root, tmp_path / "store")
    path = root / "raw" / str(units.YEAR) / units.UNIT / units.DATASET / "2024-02.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-3]))
    assert units.told(root, tmp_path / "store") == units.told(root, tmp_path / "clean")
    store = Store(tmp_path / "store")
    pipeline = UnitPipeline(plan(root / "raw", units.YEAR, units.UNIT), store)
    pipeline.read(units.DATASET)
    assert {record.state for record in store.records} == {"reused"}
