"""Where the program keeps its own state, and what Prefect is told before it is imported.

Belongs here: the `.selfeval/` folder, its locks and logs, the settings of Prefect. Does not belong here: anything
that imports Prefect, so that `selfeval --help` need not wait for it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

from selfeval.privacy import scrub

LOG = logging.getLogger("selfeval")
#: An ephemeral server makes its database the first time; on a slow disk that takes longer than Prefect waits.
_STARTUP_SECONDS = 300
#: Runs share it; `gc` holds it alone.
STORE_LOCK = "store"
_HEARTBEAT_SECONDS = 30
#: In the environment of what a command starts: the command's process.
OWNER = "SELFEVAL_OWNER"
_QUOTED_NAME = re.compile("(['\"“‘])[一-鿿·]{2,6}(['\"”’])")


@dataclass(frozen=True)
class Home:
    """The state folder: `SELFEVAL_HOME`, or `.selfeval/` of the working folder."""

    root: Path

    @classmethod
    def current(cls) -> Home:
        """The folder in force, made with mode 0700 where it is missing. Raises OSError."""
        home = cls(Path(os.environ.get("SELFEVAL_HOME") or ".selfeval").absolute())
        for folder in (home.root, home.prefect, home.logs, home.locks, home.leases):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.root.chmod(0o700)
        return home

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def prefect(self) -> Path:
        return self.root / "prefect"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def log_file(self) -> Path:
        return self.logs / "selfeval.log"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    @property
    def leases(self) -> Path:
        return self.root / "leases"

    @property
    def server_file(self) -> Path:
        """Where `serve` writes its address."""
        return self.root / "server.json"

    @contextmanager
    def lock(self, name: str, *, wait: bool = True, shared: bool = False) -> Iterator[bool]:
        """Hold a lock between processes; it goes with the process, however that ends. Gives False where not had."""
        with (self.locks / f"{name}.lock").open("a") as handle:
            try:
                kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
                fcntl.flock(handle, kind | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            try:
                yield True
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)

    def server_url(self) -> str | None:
        """The address of a server that `serve` keeps up, or None where none answers."""
        try:
            url = str(json.loads(self.server_file.read_text(encoding="utf-8"))["api_url"])
        except (OSError, ValueError, KeyError):
            return None
        # No proxy: the server is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with suppress(OSError, ValueError), opener.open(f"{url}/health", timeout=5) as answer:
            return url if answer.status == 200 else None
        return None


class _Scrubbed(logging.Formatter):
    """The last guard of the log: no private number, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        # A library's exception may quote the cell that it stumbled over.
        return _QUOTED_NAME.sub(r"\1***\2", scrub(super().format(record)))


def open_log(home: Home, *, verbose: bool = False) -> None:
    """Send the program's and Prefect's log lines to `.selfeval/logs`; to the terminal too where `verbose`."""
    handler = RotatingFileHandler(home.log_file, maxBytes=5_000_000, backupCount=5, encoding="utf-8")
    handler.setFormatter(_Scrubbed("%(asctime)s %(levelname)s %(process)d %(name)s %(message)s"))
    home.log_file.chmod(0o600)
    handlers: list[logging.Handler] = [handler]
    if verbose:
        screen = logging.StreamHandler()
        screen.setFormatter(_Scrubbed("%(asctime)s %(name)s %(message)s", "%H:%M:%S"))
        handlers.append(screen)
    LOG.setLevel(logging.DEBUG if verbose else logging.INFO)
    LOG.propagate = False
    for name in ("selfeval", "prefect"):
        logger = logging.getLogger(name)
        # Added once, however often a process runs a command (the tests do).
        for old in [h for h in logger.handlers if isinstance(h.formatter, _Scrubbed)]:
            logger.removeHandler(old)
            old.close()
        for new in handlers:
            logger.addHandler(new)


def prepare_prefect(home: Home, *, api_url: str | None = None) -> None:
    """Set Prefect's settings in the environment; call it before Prefect is imported.

    Set, not proposed: a PREFECT_HOME or API address of another project must not mix with ours.
    """
    os.environ |= {
        "SELFEVAL_HOME": str(home.root),
        OWNER: str(os.getpid()),
        "PREFECT_HOME": str(home.prefect),
        "PREFECT_PROFILES_PATH": str(home.prefect / "profiles.toml"),
        # Nothing leaves the machine.
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(_STARTUP_SECONDS),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(_HEARTBEAT_SECONDS),
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        # The terminal is ours; Prefect's lines go to the log file and to its own database.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    }
    if api_url:
        os.environ["PREFECT_API_URL"] = api_url
    else:
        os.environ.pop("PREFECT_API_URL", None)
    # One setting moves the records of runs from SQLite to PostgreSQL.
    if database := os.environ.get("SELFEVAL_DATABASE_URL"):
        os.environ["PREFECT_API_DATABASE_CONNECTION_URL"] = asyncpg_url(database)
    # One setting switches authentication on, for the server and for those who call it.
    if auth := os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        os.environ["PREFECT_API_AUTH_STRING"] = auth


def asyncpg_url(url: str) -> str:
    """A PostgreSQL address as people write it, with the driver that Prefect needs."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+asyncpg://{rest}" if scheme in ("postgres", "postgresql") else url
