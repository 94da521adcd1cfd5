"""Prefect's embedded server of a command that was killed: it outlives the command, and Prefect has no way to end it.

Belongs here: telling such servers by what they were started with, and ending them before another command starts its own.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from flows.home import LOG, OWNER, Home

_SERVER = b"prefect.server.api.server:create_app"


def end(home: Home) -> list[int]:
    """End the servers of this state folder whose parent is no longer the command that started them; gives them."""
    ended = []
    for process in Path("/proc").glob("[0-9]*"):
        # Gone meanwhile, or another user's.
        with suppress(OSError):
            if _is_orphan(home, process):
                os.kill(int(process.name), signal.SIGTERM)
                ended.append(int(process.name))
    if ended:
        LOG.info("embedded servers of commands that were killed: %s", ended)
    return ended


def _is_orphan(home: Home, process: Path) -> bool:
    # What the server itself starts inherits its environment.
    if _SERVER not in (process / "cmdline").read_bytes().split(b"\0"):
        return False
    pairs = (pair.partition(b"=") for pair in (process / "environ").read_bytes().split(b"\0"))
    told = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
    if told.get("PREFECT__SERVER_EPHEMERAL") != "1" or told.get("SELFEVAL_HOME") != str(home.root):
        return False
    status = (process / "status").read_text(encoding="utf-8", errors="replace")
    parent = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
    return OWNER in told and parent != told[OWNER]
