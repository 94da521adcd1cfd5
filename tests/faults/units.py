"""A small unit for tests that run it many times: an example unit with its logs cut short."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import RAW, YEAR

UNIT = "352003"
_LOGS = {"全省科普员综合排名.csv": 300, "天府科技云注册明细.csv": 150, "科普员分享记录/2024-03.csv": 200}


def small_unit(folder: Path) -> None:
    """Copy the unit to `folder`: one month of shares, the heads of the other logs, everything else whole."""
    source = RAW / str(YEAR) / UNIT
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("2024-*.csv"))
    for name, lines in _LOGS.items():
        head = (source / name).read_bytes().splitlines(keepends=True)[:lines]
        (folder / name).write_bytes(b"".join(head))
