"""`selfeval run`, `check` and `status` as typed, in this process: what is published, what is said, the exit status.

Belongs here: how a call ends for good and bad input. Does not belong here: Retry, the server, the UI.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.cli import BLOCKED, DONE, WRONG_CALL, main
from tests.conftest import RAW, YEAR
from tests.receivers import Receivers

UNIT = "352003"
PAYMENTS = "支付明细.csv"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder for this module; the environment is put back, since Prefect's settings live there."""
    before = dict(os.environ)
    os.environ["SELFEVAL_HOME"] = str(tmp_path_factory.mktemp("home"))
    yield Path(os.environ["SELFEVAL_HOME"])
    os.environ.clear()
    os.environ.update(before)


class Place:
    """A raw folder with one unit, an out folder, and the command over both."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.raw, self.out, self.capsys = root / "raw", root / "out", capsys
        self.unit = self.raw / str(YEAR) / UNIT
        shutil.copytree(RAW / str(YEAR) / UNIT, self.unit)
        self.package = self.out / str(YEAR) / UNIT

    def selfeval(self, command: str, *arguments: str) -> tuple[int, str]:
        folders = ("--year", str(YEAR), "--raw", str(self.raw), "--out", str(self.out))
        status = main([command, *folders, *arguments])
        said = self.capsys.readouterr()
        return status, said.out + said.err

    def run_json(self) -> dict[str, Any]:
        return json.loads((self.package / "run.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def findings(self) -> list[dict[str, Any]]:
        return json.loads((self.package / "findings.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def issued_files(self) -> dict[str, bytes]:
        names = ("report.html", "report.docx", "report.pdf", "scorecards.xlsx", "facts.json")
        return {name: (self.package / name).read_bytes() for name in names}


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    return Place(tmp_path, capsys)


def test_a_second_run_reuses_every_step_and_gives_the_same_bytes(place: Place) -> None:
    status, said = place.selfeval("run")
    assert status == DONE and "已出报告" in said
    first = {p: p.read_bytes() for p in place.package.rglob("*") if p.is_file() and p.name != "run.json"}
    before = place.run_json()
    assert place.selfeval("run", "--unit", UNIT)[0] == DONE
    after = place.run_json()
    assert {s["state"] for s in after["attempt"]["steps"]} == {"reused"}
    assert {p: p.read_bytes() for p in first} == first
    assert {k: v for k, v in before.items() if k != "attempt"} == {k: v for k, v in after.items() if k != "attempt"}


def test_an_error_blocks_and_what_was_issued_stays(place: Place) -> None:
    assert place.selfeval("run")[0] == DONE
    issued, digests = place.issued_files(), place.run_json()["issued"]
    (place.unit / PAYMENTS).write_bytes(b"")
    status, said = place.selfeval("run")
    assert status == BLOCKED and "有错误，未出报告" in said and "空文件" in said
    assert place.run_json()["status"] == "blocked"
    assert place.run_json()["issued"] == digests and place.issued_files() == issued
    assert [f["file"] for f in place.findings() if f["severity"] == "error"] == [PAYMENTS]
    assert "上次的报告仍有效" in place.selfeval("status")[1]


def test_a_unit_that_waits_for_a_file_fails_only_the_call_that_names_it(place: Place) -> None:
    (place.unit / PAYMENTS).unlink()
    status, said = place.selfeval("run")
    assert status == DONE and "待报送" in said
    assert place.run_json()["status"] == "awaiting" and place.run_json()["issued"] is None
    assert [(f["rule"], f["dataset"]) for f in place.findings() if f["severity"] == "error"] == [
        ("source.missing", "支付明细")
    ]
    assert place.selfeval("run", "--unit", UNIT)[0] == BLOCKED


def test_a_wrong_setting_is_a_wrong_call_told_in_the_unit_s_folder(place: Place) -> None:
    (place.unit / "单位设置.toml").write_text('"规则包" = "没有"\n', encoding="utf-8")
    status, said = place.selfeval("run")
    assert status == WRONG_CALL and "设置有误" in said and "没有名为“没有”的计分规则包" in said
    assert place.run_json()["status"] == "failed"
    assert [f["rule"] for f in place.findings()] == ["run.failed"]


@pytest.mark.parametrize("unit", ["999999", "../2024", ".", ""])
def test_a_unit_without_a_folder_is_a_wrong_call(place: Place, unit: str) -> None:
    status, said = place.selfeval("run", "--unit", unit)
    assert status == WRONG_CALL and f"没有单位{unit}的文件夹" in said
    assert not place.out.exists()


def test_check_finds_without_writing(place: Place) -> None:
    status, said = place.selfeval("check")
    assert status == DONE and "警告" in said
    assert not place.out.exists()


def test_a_draft_is_rendered_whatever_the_findings(place: Place) -> None:
    text = (place.unit / PAYMENTS).read_text(encoding="gb18030")
    header, first, *rest = text.splitlines(keepends=True)
    faulty = header + first + first.replace("2024", "2023") + "".join(rest)
    (place.unit / PAYMENTS).write_text(faulty, encoding="utf-8")
    status, _ = place.selfeval("run", "--draft")
    assert status == BLOCKED
    drafts = list(place.out.rglob("report.html"))
    assert [p.parent.name for p in drafts] == [f"{UNIT}-草稿"]
    assert "草稿" in drafts[0].read_text(encoding="utf-8")


def test_a_unit_to_confirm_is_told_and_noticed_and_not_issued(place: Place, home: Path) -> None:
    (place.unit / "单位设置.toml").write_text('"人工确认" = true\n', encoding="utf-8")
    receivers = Receivers()
    try:
        (home / "通知.toml").write_text(receivers.settings(), encoding="utf-8")
        status, said = place.selfeval("run")
    finally:
        receivers.close()
        (home / "通知.toml").unlink()
    assert status == DONE and "待确认" in said and "approval/form" in said
    assert place.run_json()["status"] == "to confirm" and place.run_json()["issued"] is None
    assert "待人工确认" in (place.out / str(YEAR) / "index.html").read_text(encoding="utf-8")
    assert [(u["unit"], u["event"]) for u in receivers.posts[0]["units"]] == [(UNIT, "to confirm")]
    assert len(receivers.mails) == 1
