"""A changed rule, template, schema, list or helper runs what uses it, and nothing before: as --dry-run tells it.

A copy of the program is changed, over a store in which a clean run has just left everything.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, YEAR
from tests.flows.conftest import UNIT, Known

STAGES = ["读取", "校验", "计算", "评分", "生成"]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, known: Known, clean: dict[str, bytes]) -> Path:
    place = tmp_path_factory.mktemp("copied")
    for package in ("flows", "selfeval", "schemas"):
        shutil.copytree(ROOT / package, place / package)
    (place / "home").mkdir()
    (place / "home" / "store").symlink_to(known.root / "store")
    return place


def foreseen(copied: Path, known: Known) -> tuple[list[str], list[str]]:
    """(stages that would run, why) for the clean unit."""
    folders = ["--raw", str(known.root / "raw"), "--out", str(known.root / "out"), "--unit", UNIT]
    environment = {**os.environ, "PYTHONPATH": str(copied), "SELFEVAL_HOME": str(copied / "home")}
    command = [sys.executable, "-m", "flows.cli", "run", "--year", str(YEAR), *folders, "--dry-run", "--json"]
    ran = subprocess.run(command, cwd=copied, env=environment, check=True, capture_output=True, text=True)
    (told,) = json.loads(ran.stdout)
    return told["stages"], told["reasons"]


def test_without_a_change_nothing_would_run(copied: Path, known: Known) -> None:
    assert foreseen(copied, known)[0] == []


@pytest.mark.parametrize(
    ("file", "first"),
    [
        pytest.param("schemas/survey.py", "读取", id="schema"),
        pytest.param("selfeval/sources/typing.py", "读取", id="helper of reading"),
        pytest.param("selfeval/checks/rules/budget.balance.sum.sql", "校验", id="rule"),
        pytest.param("schemas/domains.toml", "校验", id="list of codes", marks=pytest.mark.full),
        pytest.param("selfeval/facts/shares.sql", "计算", id="figure", marks=pytest.mark.full),
        pytest.param("selfeval/report/templates/report.j2", "生成", id="template"),
        pytest.param("selfeval/report/tables.py", "生成", id="helper of the report", marks=pytest.mark.full),
    ],
)
def test_what_uses_a_changed_file_would_run(copied: Path, known: Known, file: str, first: str) -> None:
    path = copied / file
    sound = path.read_bytes()
    mark = {".sql": b"\n-- changed\n", ".j2": b"{# changed #}"}.get(path.suffix, b"\n# changed\n")
    path.write_bytes(sound + mark)
    try:
        stages, reasons = foreseen(copied, known)
    finally:
        path.write_bytes(sound)
    assert stages == STAGES[STAGES.index(first) :]
    assert reasons == ["程序、规则或模板有变化"]
