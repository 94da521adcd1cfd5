"""The content-addressed store: an entry is a folder named by the digest of all that it depends on.

An entry is written beside the others under a temporary name and moved into place in one step, with a sealed manifest
of its files' digests; an entry whose files do not agree with its manifest is not there. Only what may leave the raw
folder is ever put in.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfeval import digest
from selfeval.kept_digests import Digests

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
    on_step: Callable[[StepRecord], None] | None = None
    digests: Digests = field(init=False)
    #: entries that stand in `records`, and those found sound beforehand: looked at once, not at every stage.
    _used: dict[str, Entry] = field(default_factory=dict)
    _sound: dict[str, Entry] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The entries that stand in `records`, in their order."""
        return list(self._used)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.root / "tmp").mkdir(exist_ok=True, mode=0o700)
        self.digests = Digests(None if self.force else self.root / "digests.jsonl")

    def _path(self, key: str) -> Path:
        return self.root / key[:2] / key

    def get(self, key: str) -> Entry | None:
        """The entry, or None where it is missing or its files differ from its manifest."""
        path = self._path(key)
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            if manifest.pop("seal") != digest.of_value(manifest):
                return None
            if any(self.digests.of(path / name) != sha for name, sha in manifest["files"].items()):
                return None
        except (OSError, ValueError, KeyError, AttributeError):
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
        if key in self._used:
            return self._used[key]
        entry = None if self.force else self._sound.get(key) or self.get(key)
        reused = entry is not None
        if entry is None:
            entry = self._build(key, build)
        else:
            # For `unused`: when it was last of use.
            os.utime(entry.path)
        seconds = time.perf_counter() - started
        record = StepRecord(f"{stage} {label}".strip(), seconds, "reused" if reused else "ran", key)
        self.records.append(record)
        self._used[key] = entry
        if self.on_step:
            self.on_step(record)
        return entry

    def sound(self, key: str) -> bool:
        """Whether an entry is there and sound; what was found sound is not looked at again."""
        if key not in self._sound and (entry := self.get(key)):
            self._sound[key] = entry
        return key in self._sound

    def _build(self, key: str, build: Callable[[Path], Mapping[str, Any]]) -> Entry:
        work = Path(tempfile.mkdtemp(dir=self.root / "tmp", prefix=key[:12]))
        try:
            info = dict(build(work))
            files = {p.name: digest.of_file(p) for p in sorted(work.iterdir()) if p.is_file()}
            # As it will be read back: what JSON does to keys and tuples must not break the seal.
            manifest = json.loads(json.dumps({"info": info, "files": files}, ensure_ascii=False))
            text = json.dumps({**manifest, "seal": digest.of_value(manifest)}, ensure_ascii=False, indent=1)
            (work / MANIFEST).write_text(text, encoding="utf-8")
            target = self._path(key)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            self._settle(work, target, text)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return Entry(key, target, info)

    def _settle(self, work: Path, target: Path, manifest: str) -> None:
        """Move a finished entry into place. A twin that another process finished stays: it may be reading from it."""
        while True:
            try:
                work.replace(target)
                return
            except OSError:
                if not target.is_dir():
                    raise
            there = self.get(target.name)
            if there is not None and there.file(MANIFEST).read_text(encoding="utf-8") == manifest:
                return
            # A leftover that fails its manifest, or says something else, gives way.
            aside = Path(tempfile.mkdtemp(dir=self.root / "tmp", prefix="old"))
            with suppress(FileNotFoundError):
                target.replace(aside / target.name)
            shutil.rmtree(aside, ignore_errors=True)

    def unused(self, keep: Set[str], days: float) -> Iterator[Path]:
        """Entries that are not in `keep` and of no use for `days`, and what killed processes left behind."""
        before = time.time() - days * 86400
        for path in sorted(self.root.glob("??/*")):
            if path.name not in keep and path.stat().st_mtime < before:
                yield path
        yield from (path for path in sorted((self.root / "tmp").iterdir()) if path.stat().st_mtime < before)
