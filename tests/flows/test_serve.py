"""`selfeval serve`: what it offers, and that it ends when told to, leaving nothing behind."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from flows.cli import main
from tests.conftest import RAW
from tests.flows.served import BIN, Served, environment, free_port, processes_of


@pytest.mark.server
def test_serve_offers_the_deployments_and_stops_on_both_signals(tmp_path: Path) -> None:
    shutil.copytree(RAW / "2024" / "351001", tmp_path / "raw" / "2024" / "351001")
    served = Served(tmp_path)
    try:
        deployment = served.deployment()
        schedules = [s["schedule"] for s in deployment["schedules"]]
        assert {s["cron"] for s in schedules} == {"0 7 5-31 1 *", "0 7 * 2,3 *"}
        assert {s["timezone"] for s in schedules} == {"Asia/Shanghai"}
        assert not deployment["paused"]
        assert deployment["parameters"] == {
            "raw": str(tmp_path / "raw"),
            "out": str(tmp_path / "out"),
            "changed_only": True,
        }
        titles = [p["title"] for p in deployment["parameter_openapi_schema"]["properties"].values()]
        assert titles[:2] == ["年度", "单位"]
        assert served.deployment("retry-blocked")["parameters"]["only_failed"] is True
        told = json.loads((served.home / "server.json").read_text())
        assert told["api_url"] == f"http://127.0.0.1:{served.port}/api"
        again = served.selfeval("serve", "--port", str(free_port()))
        assert (again.returncode, again.stderr) == (2, "selfeval serve已在运行，不能重复启动。\n")
        assert served.stop(signal.SIGTERM) < 15
        assert served.process.returncode == 0
        assert not (served.home / "server.json").exists()
        assert processes_of(served.home, "") == []
        served = Served(tmp_path)
        served.deployment()
        assert not served.call(f"/deployments/{deployment['id']}")["paused"]
        assert served.stop(signal.SIGINT) < 15
        assert served.process.returncode == 0
        assert processes_of(served.home, "") == []
    finally:
        served.process.kill()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.test"])
def test_other_machines_are_let_in_only_with_a_password(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)
    assert main(["serve", "--host", host]) == 2
    assert "PREFECT_SERVER_API_AUTH_STRING" in capsys.readouterr().err


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = subprocess.run(
            [BIN / "selfeval", "serve", "--port", str(port)], env=environment(tmp_path), capture_output=True, text=True
        )
    assert ran.returncode == 2
    assert f"端口{port}" in ran.stderr
    assert ran.stderr.count("\n") == 1
