"""`selfeval doctor` sees what is wrong with a machine, and says how to mend it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from flows.cli import main
from flows.home import Home
from flows.verbs import doctor


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path))
    monkeypatch.delenv("SELFEVAL_DATABASE_URL", raising=False)
    return Home.current()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, str]]:
    main(["doctor", "--json", *arguments])
    return {c["name"]: c for c in json.loads(capsys.readouterr().out)["checks"]}


def test_a_sound_machine(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.startswith("有误")]
    found = told(capsys)
    assert found.keys() >= {"Python", "程序包", "磁盘", "字体", "数据库", "端口"}


def test_a_spoilt_database_is_seen(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    (home.prefect / "prefect.db").write_bytes(b"not a database at all" * 100)
    assert main(["doctor"]) == 1
    assert "运行记录已损坏" in capsys.readouterr().out


def test_a_taken_port_is_seen(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = told(capsys, "--port", str(port))
    assert found["端口"]["state"] == "warning"
    assert "--port" in found["端口"]["mend"]


def test_an_unreachable_database_is_told_without_its_password(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELFEVAL_DATABASE_URL", "postgresql://clerk:geheim@127.0.0.1:1/none")
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "无法连接PostgreSQL" in out
    assert "geheim" not in out


def test_a_missing_font_a_full_disk_and_a_wrong_version_are_bad(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SUBSTITUTES", {"body": "No Such Font"})
    assert (doctor.fonts().state, "No Such Font" in doctor.fonts().found) == ("bad", True)
    monkeypatch.setattr(doctor, "_LEAST_DISK", 1e9)
    monkeypatch.setattr(doctor, "_ENOUGH_DISK", 1e9)
    assert doctor.disk(home).state == "bad"
    monkeypatch.setattr(doctor.metadata, "version", lambda name: "0.0.1")
    assert "prefect" in doctor.packages().found
    assert doctor.packages().state == "bad"
