"""The content-addressed store: an entry is a folder named by the digest of all that it depends on.

An entry is written beside the others under a temporary name and moved into place in one step, with a manifest of its
files' digests; an entry whose files do not agree with its manifest is not there. Only what may leave the raw folder
is ever put in.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfeval import digest

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One finished step: its key, its folder, and what it said of itself."""

    key: str
    path: Path
    info: Mapping[str, Any]

    def file(self, name: str) -> Path:
        return self.path / name

    def json(self, name: str) -> Any:
        return json.loads((self.path / name).read_text(encoding="utf-8"))


@dataclass
class StepRecord:
    name: str
    seconds: float
    state: str
    #: the entry that the step made or found.
    key: str = ""


@dataclass
class Store:
    """`root` is made with mode 0700. `records` tells in order what ran and what was reused."""

    root: Path
    force: bool = False
    records: list[StepRecord] = field(default_factory=list)
    #: entries found sound or made by this process: looked at once, not at every stage.
    _sound: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.root / "tmp").mkdir(exist_ok=True, mode=0o700)

    def _path(self, key: str) -> Path:
        return self.root / key[:2] / key

    def get(self, key: str) -> Entry | None:
        """The entry, or None where it is missing or its files differ from its manifest."""
        path = self._path(key)
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            if any(digest.of_file(path / name) != sha for name, sha in manifest["files"].items()):
                return None
        except (OSError, ValueError, KeyError):
            return None
        return Entry(key, path, manifest["info"])

    def memo(
        self, stage: str, label: str, depends_on: Mapping[str, Any], build: Callable[[Path], Mapping[str, Any]]
    ) -> Entry:
        """Give the entry of a step, building it only where no sound one is there.

        `build` writes files into the folder it is given and returns a JSON-like description of them. `label` is for
        people and not part of the name, so that two units that hold the same file share its entry.
        """
        started = time.perf_counter()
        key = digest.of_value({"stage": stage, **depends_on})
        if key in self._sound:
            return self._sound[key]
        entry = None if self.force else self.get(key)
        reused = entry is not None
        if entry is None:
            entry = self._build(key, build)
        self.records.append(
            StepRecord(f"{stage} {label}".strip(), time.perf_counter() - started, "reused" if reused else "ran", key)
        )
        self._sound[key] = entry
        return entry

    def _build(self, key: str, build: Callable[[Path], Mapping[str, Any]]) -> Entry:
        work = Path(tempfile.mkdtemp(dir=self.root / "tmp", prefix=key[:12]))
        try:
            info = dict(build(work))
            files = {p.name: digest.of_file(p) for p in sorted(work.iterdir()) if p.is_file()}
            text = json.dumps({"info": info, "files": files}, ensure_ascii=False, sort_keys=True, indent=1)
            (work / MANIFEST).write_text(text, encoding="utf-8")
            target = self._path(key)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            # A leftover that failed its manifest, or a twin that another process finished, gives way.
            if target.exists():
                shutil.rmtree(target)
            work.replace(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return Entry(key, target, info)
