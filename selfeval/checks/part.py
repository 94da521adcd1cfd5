"""One table in one file, as the checks take it from the reader: its place among the others, its Parquet files.

Belongs here: finding them. What is checked of them does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval.checks.cells import literal
from selfeval.sources.scan import RawFile
from selfeval.store import Entry


@dataclass(frozen=True)
class Part:
    """One table in one file: where its Parquet lies and what the reader said of it."""

    index: int
    raw: RawFile
    info: Mapping[str, Any]
    folder: Path

    def parquet(self, kind: str) -> str:
        return literal(str(self.folder / f"{self.info['n']}.{kind}.parquet"))

    @property
    def sheet(self) -> str | None:
        return self.info["sheet"]  # type: ignore[no-any-return]


def parts_of(files: Sequence[tuple[RawFile, Entry]]) -> list[Part]:
    """All tables read from a dataset's files, in file-name and sheet order."""
    found: list[Part] = []
    for raw, entry in files:
        for info in entry.info["parts"]:
            found.append(Part(len(found), raw, info, entry.path))
    return found
