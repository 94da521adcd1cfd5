"""`selfeval serve` as a test sees it: a process on a free port, its API, and its end."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's, without another project's settings, with a home of its own."""
    own = {n: v for n, v in os.environ.items() if not n.startswith(("SELFEVAL_", "PREFECT_"))}
    return {**own, "SELFEVAL_HOME": str(home), **more}


def processes_of(home: Path, command: str) -> list[int]:
    """Living processes of a state folder whose command line holds a text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            if (
                line
                and command.encode() in line
                and f"SELFEVAL_HOME={home}".encode() in (folder / "environ").read_bytes()
            ):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


class Served:
    """A running `selfeval serve`; `place` holds home, raw and out."""

    def __init__(self, place: Path, **more: str) -> None:
        self.place, self.home, self.port = place, place / "home", free_port()
        self.environment = environment(self.home, **more)
        self.output = place / "serve.txt"
        self.start()

    def start(self) -> None:
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [BIN / "selfeval", "serve", "--port", str(self.port), "--raw", "raw", "--out", "out"],
                cwd=self.place,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def call(self, path: str, body: object = None, *, auth: str | None = None) -> Any:
        """One call of Prefect's API. Raises OSError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} | ({"authorization": auth} if auth else {})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api{path}", data, headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def until(self, wanted: Callable[[], Any], seconds: float = 400) -> Any:
        """Poll until `wanted` gives something true; a refused connection is as good as nothing."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.output.read_text()
            try:
                if found := wanted():
                    return found
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"not within {seconds} s; {self.output.read_text()}")

    def deployment(self, name: str = "scheduled") -> Any:
        return self.until(lambda: self.call(f"/deployments/name/year-end/{name}"))

    def start_run(self, deployment: str = "scheduled", seconds: float = 0, **parameters: Any) -> str:
        """Ask for a run that is due in so many seconds."""
        found = self.deployment(deployment)
        due = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
        body = {"parameters": parameters, "state": state}
        # SQLite may be busy for a moment while the deployments are written anew.
        made = self.until(lambda: self.call(f"/deployments/{found['id']}/create_flow_run", body))
        return str(made["id"])

    def ended(self, flow_run: str) -> Any:
        """The flow run once it has ended."""

        def look() -> Any:
            found = self.call(f"/flow_runs/{flow_run}")
            return found if found["state"]["type"] in ENDED else None

        return self.until(look)

    def press_retry(self, flow_run: str) -> Any:
        """What the UI's Retry button sends; the run once it has ended again."""
        before = self.call(f"/flow_runs/{flow_run}")["run_count"]
        state = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
        self.call(f"/flow_runs/{flow_run}/set_state", {"state": state, "force": True})
        self.until(lambda: self.call(f"/flow_runs/{flow_run}")["run_count"] > before)
        return self.ended(flow_run)

    def selfeval(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command beside the server, in the same place."""
        return subprocess.run(
            [BIN / "selfeval", *arguments], cwd=self.place, env=self.environment, capture_output=True, text=True
        )

    @staticmethod
    def steps(package: Path, state: str) -> set[str]:
        """What ran, or was reused, in the run that published a package."""
        told = json.loads((package / "run.json").read_text(encoding="utf-8"))["attempt"]["steps"]
        return {step["name"] for step in told if step["state"] == state}

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Stop it; the seconds that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)
        return time.monotonic() - began
