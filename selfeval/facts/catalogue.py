"""The catalogue of facts, read from the headers of the SQL files beside this module.

A header is TOML in the first comment: `needs` names the tables of the query, each `[[fact]]` a fact or, with
`{placeholders}` in its id, a family of facts. `rows` gives for each table the condition that its rows meet.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

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


class Subject(BaseModel):
    """One SQL file: the tables it needs, the facts it gives, its query (id, value, divisor, project, label)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    needs: tuple[str, ...]
    facts: tuple[Definition, ...] = Field(alias="fact")
    query: str

    def definition(self, fact_id: str) -> tuple[Definition, dict[str, str]]:
        """The definition a fact of this subject falls under. Raises KeyError for one the header does not declare."""
        for definition in self.facts:
            found = definition.match(fact_id)
            if found is not None:
                return definition, found
        raise KeyError(f"{self.name}.sql gives {fact_id}, which its header does not declare")


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects, by file name. Raises ValueError for a file without a header."""
    found = []
    for path in sorted(FOLDER.glob("*.sql")):
        match = _HEADER.match(path.read_text(encoding="utf-8"))
        if match is None:
            raise ValueError(f"{path.name} has no header comment")
        found.append(Subject(name=path.stem, query=match[2].strip(), **tomllib.loads(match[1])))
    return tuple(found)


def bindings() -> frozenset[str]:
    """All 取数指标 that the declaration may bind to."""
    return frozenset(d.binding for s in subjects() for d in s.facts if d.binding)
