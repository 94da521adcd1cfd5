"""Rows set aside are written in pieces where they are many, and nothing shows where one ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfeval.checks import quarantine
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import YEAR
from tests.faults.units import UNIT, small_unit


@pytest.mark.parametrize("piece", [1, 3])
def test_in_pieces_as_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    folder = tmp_path / "raw" / str(YEAR) / UNIT
    small_unit(folder)
    # Two files of one dataset with rows to set aside in each, one of them a copy.
    for log in sorted((folder / "科普员分享记录").glob("*.csv"))[:2]:
        lines = log.read_bytes().splitlines(keepends=True)
        log.write_bytes(
            b"".join([*lines[:4], lines[1], *(b"," + line.partition(b",")[2] for line in lines[4:9]), *lines[9:]])
        )

    def written(store: str) -> dict[str, bytes]:
        checked = UnitPipeline(plan(tmp_path / "raw", YEAR, UNIT), Store(tmp_path / store)).checked
        return {name: entry.file("quarantine.csv").read_bytes() for name, entry in checked.items()}

    whole = written("whole")
    monkeypatch.setattr(quarantine, "PIECE", piece)
    assert max(content.count(b"\n") for content in whole.values()) >= 6
    assert written("pieces") == whole
