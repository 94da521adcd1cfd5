"""Digests of large files, kept by what the system says of a file, so that an unchanged one is not read again.

A kept digest stands while size, both times, inode and device are the same. The change time cannot be set by hand, so a
file that was changed and given its old time back is digested anew; so is one that changed in the last seconds, when
two changes may bear one time.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from selfeval import digest

#: Smaller files are digested each time: that takes a millisecond.
SMALL = 1 << 20
#: Nanoseconds after a change during which another one may go unseen.
FRESH = 2_000_000_000
#: The file of kept digests is begun anew when it is larger than this: most of it is of files that are gone.
FULL = 4 << 20


@dataclass
class Digests:
    """Kept digests in a file, a line each, the last one of a path in force; with `path` None nothing is kept."""

    path: Path | None = None
    _kept: dict[str, tuple[list[int], str]] | None = field(default=None, repr=False)

    def of(self, path: Path) -> str:
        """SHA-256 of a file's content. Raises OSError."""
        before = _sign(path)
        if self.path is None or before[0] < SMALL:
            return digest.of_file(path)
        if self._kept is None:
            self._kept = self._load(self.path)
        # Its digest, because a file may be called by a person's name or number.
        name = digest.of_value(str(path.absolute()))
        kept = self._kept.get(name)
        if kept is not None and kept[0] == before:
            return kept[1]
        sha = digest.of_file(path)
        if _sign(path) == before and max(before[1], before[2]) < time.time_ns() - FRESH:
            self._kept[name] = (before, sha)
            with self.path.open("a", encoding="utf-8") as lines:
                lines.write(_line(name, before, sha))
        return sha

    def _load(self, path: Path) -> dict[str, tuple[list[int], str]]:
        kept: dict[str, tuple[list[int], str]] = {}
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            return kept
        for line in text.splitlines():
            # A line cut short by a crash says nothing.
            with suppress(ValueError, KeyError, TypeError):
                told = json.loads(line)
                kept[told["file"]] = (told["sign"], told["sha256"])
        if len(text) > FULL:
            path.unlink(missing_ok=True)
        return kept


def _sign(path: Path) -> list[int]:
    told = path.stat()
    return [told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino, told.st_dev]


def _line(name: str, sign: list[int], sha: str) -> str:
    return json.dumps({"file": name, "sign": sign, "sha256": sha}, ensure_ascii=False) + "\n"
