"""Killing a run between any two of its writes, as a program of its own: python -m tests.faults.kills SCENARIO RAW WORK POINTS

The writes are counted by an audit hook while a run is traced, never listed by hand; a run is then killed before its
first, second, … write. Each run is a fork of this process, which has imported everything and started no thread.
Prints {"writes", "tried", "wrong"} as JSON. Scenarios: `publish` replaces a package by another out of a warm store,
`journal` the same where the file system cannot exchange two folders, `cold` fills an empty store and issues the first
package, `full` does so on a disk that refuses the n-th hundred kB.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selfeval import package, publish
from selfeval.pipeline import UnitPipeline, plan
from selfeval.report import docx, html, pdf, xlsx  # noqa: F401  (imported once, before the forks)
from selfeval.store import Store
from tests.faults.units import UNIT

YEAR = 2024
_EVENTS = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod")


class Writes:
    """Counts what a process writes below `root`, and kills it before the n-th."""

    def __init__(self, root: Path, kill_at: int | None) -> None:
        self.root, self.kill_at, self.count = str(root), kill_at, 0

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._is_write(event, args):
            return
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_write(self, event: str, args: tuple[Any, ...]) -> bool:
        if event == "open":
            path, _, flags = args
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return False
            return isinstance(path, str | bytes) and os.fsdecode(path).startswith(self.root)
        if event not in _EVENTS:
            return False
        # A name below an open folder (rmtree) is ours; other paths are told by where they lie.
        name = os.fsdecode(args[0]) if isinstance(args[0], str | bytes | os.PathLike) else ""
        return not name.startswith("/") or name.startswith(self.root)


def forked(
    act: Callable[[], None], root: Path, kill_at: int | None = None, *, limit: int | None = None
) -> tuple[int, int]:
    """Run `act` in a fork: (wait status, writes counted). `limit`: no file may grow beyond so many bytes."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            writes = Writes(root, kill_at)
            sys.addaudithook(writes)
            act()
            os.write(writing, str(writes.count).encode())
            code = 0
        except OSError as error:
            code = 3 if limit else 1
            if not limit:
                traceback.print_exception(error)
        except BaseException as error:
            # DuckDB has its own word for a write that is refused.
            code = 3 if limit and "File too large" in str(error) else 1
            if code == 1:
                traceback.print_exception(error)
        finally:
            os._exit(code)
    os.close(writing)
    said = b"".join(iter(lambda: os.read(reading, 100), b""))
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    return status, int(said or 0)


def once(raw: Path, store: Path, out: Path) -> Callable[[], None]:
    def act() -> None:
        p = UnitPipeline(plan(raw, YEAR, UNIT), Store(store))
        package.publish_unit(p, out, {"started": time.time()})

    return act


def content(folder: Path) -> dict[str, str]:
    """Digests of all files below a folder; run.json without `attempt`."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.name == "run.json":
            data = json.dumps({k: v for k, v in json.loads(data).items() if k != "attempt"}, sort_keys=True).encode()
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def watch(target: Path) -> tuple[int, int]:
    """A fork that reads the package over and over; it writes a line where one is not whole."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        while True:
            if said := torn(target):
                os.write(writing, f"{said}\n".encode())
    os.close(writing)
    return pid, reading


def torn(target: Path) -> str:
    """What is wrong with the package as a reader finds it now; empty where it is whole or was just replaced."""
    try:
        handle = os.open(target, os.O_RDONLY)
    except FileNotFoundError:
        return "" if MAY_BE_GONE else "no folder"
    try:
        run = json.loads(_read("run.json", handle))
        wrong = [n for n, sha in run["issued"]["files"].items() if hashlib.sha256(_read(n, handle)).hexdigest() != sha]
        return f"not those of run.json: {wrong}" if wrong else ""
    except FileNotFoundError as error:
        # The folder that this handle holds was replaced and is being removed.
        try:
            same = target.stat().st_ino == os.fstat(handle).st_ino
        except FileNotFoundError:
            return "" if MAY_BE_GONE else "no folder"
        return f"missing {error.filename}" if same else ""
    finally:
        os.close(handle)


def _read(name: str, handle: int) -> bytes:
    with open(name, "rb", opener=lambda path, flags: os.open(path, flags, dir_fd=handle)) as stream:
        return stream.read()


MAY_BE_GONE = False


def main(scenario: str, raw: Path, work: Path, points: int) -> dict[str, Any]:
    global MAY_BE_GONE
    old, new = raw / "old", raw / "new"
    store, clean = work / "store", work / "clean"
    status, _ = forked(once(new, store, clean), work)
    assert status == 0, status
    wanted = content(clean)
    if scenario == "journal":
        publish._exchange = lambda a, b: False
        # Between its two renames there is no folder for an instant; a package that is there is whole all the same.
        MAY_BE_GONE = True
    before = None
    if scenario in ("publish", "journal"):
        before = work / "before"
        assert forked(once(old, store, before), work)[0] == 0
        assert content(before) != wanted
    count = _traced(scenario, new, work, store, before)
    step = max(1, count / points) if points else 1
    tried = sorted({min(count, 1 + round(i * step)) for i in range(min(count, points or count))})
    wrong = []
    for n in tried:
        wrong += [f"{scenario} {n}: {line}" for line in _attempt(scenario, n, new, work, store, before, wanted)]
    return {"writes": count, "tried": len(tried), "wrong": wrong}


def _traced(scenario: str, new: Path, work: Path, store: Path, before: Path | None) -> int:
    """How many points there are: a run is carried through and counted."""
    room = work / "traced"
    if before:
        shutil.copytree(before, room / "out")
    status, count = forked(once(new, store if before else room / "store", room / "out"), room)
    assert status == 0, status
    if scenario == "full":
        return 1 + max(p.stat().st_size for p in room.rglob("*") if p.is_file()) // 100_000
    shutil.rmtree(room)
    return count


def _attempt(
    scenario: str, n: int, new: Path, work: Path, store: Path, before: Path | None, wanted: dict[str, str]
) -> list[str]:
    room = work / f"{scenario}-{n}"
    out, own = room / "out", store if before else room / "store"
    if before:
        shutil.copytree(before, out)
    target = out / str(YEAR) / UNIT
    reader = watch(target) if before else None
    if scenario == "full":
        status, _ = forked(once(new, own, out), room, limit=n * 100_000 - 50_000)
        wrong = [] if os.waitstatus_to_exitcode(status) in (0, 3) else [f"refused write ended as {status}"]
    else:
        status, _ = forked(once(new, own, out), room, n)
        wrong = [] if os.WIFSIGNALED(status) else [f"not killed: {status}"]
    if target.exists() and (said := torn(target)):
        wrong.append(f"after the kill: {said}")
    status, _ = forked(once(new, own, out), room)
    wrong += [f"next run ended as {status}"] if status else []
    if reader:
        os.kill(reader[0], signal.SIGKILL)
        os.waitpid(reader[0], 0)
        wrong += os.read(reader[1], 2000).decode().splitlines()[:3]
        os.close(reader[1])
    found = content(out)
    if found != wanted:
        wrong.append(f"differs: {sorted(k for k in found.keys() | wanted.keys() if found.get(k) != wanted.get(k))}")
    wrong += [f"left behind: {p.name}" for p in (out / str(YEAR)).iterdir() if p.name.startswith(".")]
    shutil.rmtree(room)
    return wrong


if __name__ == "__main__":
    scenario, raw, work, points = sys.argv[1:]
    print(json.dumps(main(scenario, Path(raw), Path(work), int(points)), ensure_ascii=False))
