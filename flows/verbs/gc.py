"""`selfeval gc`: remove intermediate results that nothing needs any more, and what killed processes left behind."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from flows import leases
from flows.cli import DONE
from flows.home import STORE_LOCK, Home
from flows.verbs import CallError, print_json
from selfeval.store import Store


def main(arguments: argparse.Namespace, home: Home) -> int:
    # No run may be taking an entry into use while it is removed.
    with home.lock(STORE_LOCK, wait=False) as alone:
        if not alone:
            raise CallError("有运行正在进行，请等它结束后再清理")
        held = leases.held(home)
        rubbish = list(unneeded(home, held, arguments.days))
        told = {"entries": len(rubbish), "bytes": sum(size(path) for path in rubbish), "kept": len(held)}
        if not arguments.dry_run:
            for path in rubbish:
                remove(path)
    if arguments.json:
        print_json(told)
    else:
        verb = "可清理" if arguments.dry_run else "已清理"
        print(f"{verb}{told['entries']}项，共{told['bytes'] / 1e6:.1f}MB；成果包所依据的{told['kept']}项中间结果保留。")
    return DONE


def unneeded(home: Home, held: set[str], days: float) -> Iterator[Path]:
    """What may go: entries that no package rests on, Prefect's notes of what was cached, leases and locks of the gone."""
    yield from Store(home.store).unused(held, days)
    before = time.time() - days * 86400
    notes = home.prefect / "storage"
    yield from (p for p in sorted(notes.glob("*")) if p.is_file() and p.stat().st_mtime < before)
    yield from leases.stale(home)
    for path in sorted(home.locks.glob("run-*.lock")):
        if path.stat().st_mtime < before:
            with home.lock(path.stem, wait=False) as free:
                if free:
                    yield path


def size(path: Path) -> int:
    return sum(p.stat().st_size for p in (path.rglob("*") if path.is_dir() else [path]) if p.is_file())


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
