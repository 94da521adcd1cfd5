"""One mended file of a log gives what a clean run gives, and leaves what is kept of the other files as it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from selfeval.pipeline import UnitPipeline
from selfeval.stock import plan
from selfeval.store import Store


def _units() -> ModuleType:
    spec = importlib.util.spec_from_file_location("large_units", Path(__file__).with_name("test_large_units.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [3])
def test_a_mended_file(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = _units()
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
