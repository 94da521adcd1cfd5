"""The catalogue of facts, read from the headers of the SQL files beside this module.

A header is TOML in the first comment: `needs` names the tables of the query, each `[[fact]]` a fact or, with
`{placeholders}` in its id, a family of facts. `rows` gives for each table the condition that its rows meet.

A roll-up (rollups/*.sql) is a table of sums that add up over files: made once a file, so that a mended file costs its
own rows. Its `_rows` counts the rows behind a line, `_first` is the first of them; the conditions in `rows` must hold on it as on the table itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent
_HEADER = re.compile(r"\A/\*(.*?)\*/\s*(.*)\Z", re.S)


class Definition(BaseModel):
    """What one fact, or one family of facts, is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    unit: str
    definition: str
    rows: Mapping[str, str]
    binding: str | None = None

    def match(self, fact_id: str) -> dict[str, str] | None:
        """The placeholders' values where `fact_id` belongs to this definition."""
        parts = re.split(r"\{(\w+)\}", self.id)
        # A project code has no dot; the last placeholder takes the rest, dots and all.
        pattern = "".join(
            re.escape(part) if i % 2 == 0 else f"(?P<{part}>{'.+' if i == len(parts) - 2 else '[^.]+'})"
            for i, part in enumerate(parts)
        )
        found = re.fullmatch(pattern, fact_id)
        return found.groupdict() if found else None


class Rollup(BaseModel):
    """One SQL file under rollups/: the table it sums up, and its query over that table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    of: str
    query: str


class Subject(BaseModel):
    """One SQL file: the tables it needs, the facts it gives, its query (id, value, divisor, project, label).

    `uses` names the roll-ups of needed tables that stand in the query.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    needs: tuple[str, ...]
    uses: tuple[str, ...] = ()
    facts: tuple[Definition, ...] = Field(alias="fact")
    query: str

    @property
    def summed(self) -> dict[str, str]:
        """Table → the roll-up of it that this subject uses."""
        return {r.of: r.name for r in rollups() if r.name in self.uses}

    @property
    def full_query(self) -> str:
        """The query over the tables themselves, roll-ups written out: what a person can check a figure with."""
        if not self.uses:
            return self.query
        ctes = "".join(f"{r.name} AS (\n    {r.query}\n),\n" for r in rollups() if r.name in self.uses)
        return f"WITH {ctes}{self.query.removeprefix('WITH ')}"

    def definition(self, fact_id: str) -> tuple[Definition, dict[str, str]]:
        """The definition a fact of this subject falls under. Raises KeyError for one the header does not declare."""
        for definition in self.facts:
            found = definition.match(fact_id)
            if found is not None:
                return definition, found
        raise KeyError(f"{self.name}.sql gives {fact_id}, which its header does not declare")


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """Header and query of an SQL file. Raises ValueError for a file without a header."""
    match = _HEADER.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path.name} has no header comment")
    return tomllib.loads(match[1]), match[2].strip()


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects, by file name."""
    read = ((path, *_read(path)) for path in sorted(FOLDER.glob("*.sql")))
    return tuple(Subject(name=path.stem, query=query, **header) for path, header, query in read)


@cache
def rollups() -> tuple[Rollup, ...]:
    """All roll-ups, by file name."""
    read = ((path, *_read(path)) for path in sorted((FOLDER / "rollups").glob("*.sql")))
    return tuple(Rollup(name=path.stem, query=query, **header) for path, header, query in read)


def bindings() -> frozenset[str]:
    """All 取数指标 that the declaration may bind to."""
    return frozenset(d.binding for s in subjects() for d in s.facts if d.binding)
