"""What a killed command left running is ended by the next one; what a living one runs is not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows import orphans
from flows.home import OWNER, Home

#: Starts a process as Prefect starts its embedded server, tells its id, and lives until its input ends.
_COMMAND = f"""
import os, subprocess, sys
told = {{**os.environ, "{OWNER}": str(os.getpid()), "PREFECT__SERVER_EPHEMERAL": "1"}}
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *sys.argv[1:]], env=told, stdout=2).pid, flush=True)
sys.stdin.read()
"""


def _command(home: Path, *arguments: str) -> tuple[subprocess.Popen[str], int]:
    environment = {**os.environ, "SELFEVAL_HOME": str(home)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *arguments], env=environment, stdin=pipe, stdout=pipe, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def test_the_server_of_a_killed_command_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "home"))
    home = Home.current()
    app = "prefect.server.api.server:create_app"
    (killed, left), (living, its), (stranger, other) = (
        _command(folder, app) for folder in (home.root, home.root, tmp_path / "another home")
    )
    helper, its_child = _command(home.root)
    try:
        for process in (killed, stranger, helper):
            process.kill()
            process.wait()
        assert orphans.end(home) == [left]
        until = time.monotonic() + 10
        while _runs(left) and time.monotonic() < until:
            time.sleep(0.05)
        assert [_runs(pid) for pid in (left, its, other, its_child)] == [False, True, True, True]
    finally:
        living.kill()
        living.wait()
        for pid in (its, other, its_child):
            os.kill(pid, 9)


def test_prefect_starts_its_server_with_what_it_is_told_by(prefect_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.server.api import server

    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(
        server, "subprocess", SimpleNamespace(Popen=lambda args, env: started.append((args, env)), PIPE=subprocess.PIPE)
    )
    server.SubprocessASGIServer(port=1)._run_uvicorn_command()
    ((arguments, env),) = started
    assert "prefect.server.api.server:create_app" in arguments
    assert env["PREFECT__SERVER_EPHEMERAL"] == "1"
    assert env[OWNER] == str(os.getpid())
    assert env["SELFEVAL_HOME"]
