"""`selfeval serve`: Prefect's server and UI on this machine, and a process that runs what is due, until stopped.

Belongs here: two children kept up and stopped. They are in sessions of their own, so that Ctrl-C reaches this process
alone. Stopping is the same as a crash: runs are killed and set to Crashed, which is safe because nothing is ever
written in place.
"""

from __future__ import annotations

import argparse
import ctypes
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from flows import orphans
from flows.cli import DONE, FAILED
from flows.home import LOG, Home, prepare_prefect
from flows.verbs import CallError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

#: The server makes its database the first time it is started.
_START_SECONDS = 300
_STOP_SECONDS = 5
#: Where nobody reaps orphans, a killed group never looks empty.
_GONE_SECONDS = 2
_SWEEP_SECONDS = 60
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def main(arguments: argparse.Namespace, home: Home) -> int:
    host, port = arguments.host, arguments.port
    refuse_open_door(host)
    with home.lock("serve", wait=False) as alone:
        if not alone:
            raise CallError("selfeval serve已在运行，不能重复启动")
        require_free(host, port)
        api_url = f"http://{_called(host)}:{port}/api"
        prepare_prefect(home, api_url=api_url)
        orphans.end(home)
        # The UI calls the address it was loaded from, whatever name or port led there.
        os.environ["PREFECT_UI_API_URL"] = "/api"
        os.environ["PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT"] = "false"
        os.environ.setdefault("PREFECT_RUNNER_POLL_FREQUENCY", "3")
        return keep_up(arguments, home, api_url)


def refuse_open_door(host: str) -> None:
    """Listening for other machines takes a password. Raises CallError."""
    if not _loopback(host) and not os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        raise CallError(
            f"{host}可从其他机器访问：请先设置PREFECT_SERVER_API_AUTH_STRING=用户名:密码，或不写--host，只在本机打开"
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _called(host: str) -> str:
    """How this machine itself calls a server that listens there."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def require_free(host: str, port: int) -> None:
    """Raises CallError where the address cannot be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CallError(f"无法使用{host}的端口{port}（{error.strerror}），请用--port换一个端口") from error


def keep_up(arguments: argparse.Namespace, home: Home, api_url: str) -> int:
    """Start both children, sweep from time to time, and stop both when told to or when one of them ends."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    log_file = home.logs / "service.log"
    children: list[subprocess.Popen[bytes]] = []
    with log_file.open("ab") as log:
        log_file.chmod(0o600)
        try:
            print("正在启动……", flush=True)
            where = ("--host", arguments.host, "--port", str(arguments.port))
            children.append(_child(log, "prefect", "server", "start", *where))
            if _answers(f"{api_url}/health", lambda: stop.is_set() or _ended(children)):
                _serve(arguments, home, api_url, children, log, stop)
        finally:
            home.server_file.unlink(missing_ok=True)
            for child in reversed(children):
                _end(child)
    if stop.is_set():
        print("已停止。", flush=True)
        return DONE
    print(f"服务意外结束，详情在日志 {log_file}。", file=sys.stderr)
    return FAILED


def _serve(
    arguments: argparse.Namespace,
    home: Home,
    api_url: str,
    children: list[subprocess.Popen[bytes]],
    log: IO[bytes],
    stop: threading.Event,
) -> None:
    from flows import execution

    with execution.client() as api:
        execution.sweep(home, api, grace=0)
        runner = _child(log, "flows.deploy", str(arguments.raw), str(arguments.out))
        children.append(runner)
        home.server_file.write_text(json.dumps({"api_url": api_url, "pid": os.getpid()}), encoding="utf-8")
        print(f"界面：{api_url.removesuffix('/api')}  按Ctrl-C停止", flush=True)
        swept = time.monotonic()
        while not stop.wait(1) and not _ended(children):
            if time.monotonic() - swept > _SWEEP_SECONDS:
                swept = time.monotonic()
                _sweep(home, api)
        # Killed first, so that the server still hears of the runs that were cut off.
        _kill(runner)
        if children[0].poll() is None:
            _sweep(home, api, grace=0)


def _sweep(home: Home, api: SyncPrefectClient, **told: float) -> None:
    from flows import execution

    try:
        execution.sweep(home, api, **told)
    except Exception:
        # The server may be busy for a moment; the next round, or the next start, does it.
        LOG.warning("sweep failed", exc_info=True)


def _child(log: IO[bytes], module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A Python module in a session of its own, which does not outlive this process however that ends."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        # Not SIGTERM, which Prefect's runner may wait on for ever.
        preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
    )


def _answers(url: str, given_up: Callable[[], bool]) -> bool:
    """Wait until the server answers; False where it is no use waiting on."""
    from urllib.request import ProxyHandler, build_opener

    opener, until = build_opener(ProxyHandler({})), time.monotonic() + _START_SECONDS
    while not given_up() and time.monotonic() < until:
        with suppress(OSError), opener.open(url, timeout=5) as answer:
            if answer.status == 200:
                return True
        time.sleep(0.2)
    return False


def _ended(children: list[subprocess.Popen[bytes]]) -> bool:
    return any(child.poll() is not None for child in children)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and insist after some seconds: an open page in a browser keeps a server waiting."""
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_STOP_SECONDS)
    _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a child and all that it started, and wait for them: a run that is only dying still holds its lock."""
    until = time.monotonic() + _GONE_SECONDS
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(child.pid, signal.SIGKILL)
            child.poll()
            time.sleep(0.05)
    child.wait()
