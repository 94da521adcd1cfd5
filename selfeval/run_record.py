"""run.json as it lies in a package: the one place that finds it and reads it back.

Belongs here: reading alone. Does not belong here: what stands in it (package.py writes it), what a reader does with it.
A file that is cut off or was edited into something else is no account of a run, as if there were none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from selfeval.model import Status

FILE = "run.json"


class Issued(BaseModel):
    """The last issue: SHA-256 of each file, and one digest over them."""

    digest: str
    files: dict[str, str]


class Summary(BaseModel):
    """The line of the year's index: findings by severity, what blocks in a few words, how many more such there are."""

    findings: dict[str, int]
    reasons: list[str]
    more: int


class RunRecord(BaseModel):
    """What readers rest on; whatever else stands in the file is kept as it is."""

    model_config = ConfigDict(extra="allow", frozen=True)

    status: Status
    unit: str
    year: int
    name: str = ""
    issued: Issued | None
    datasets: dict[str, Any] = {}
    others: list[dict[str, str]] = []
    versions: dict[str, str] = {}
    summary: Summary = Summary(findings={}, reasons=[], more=0)
    attempt: dict[str, Any] = {}


def read(package: Path) -> RunRecord | None:
    """The account of a package's last run; None where there is none that can be read."""
    try:
        return RunRecord.model_validate_json((package / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def issued_files(package: Path) -> Mapping[str, str]:
    """Name → SHA-256 of what was last issued; empty where nothing was."""
    run = read(package)
    return run.issued.files if run and run.issued else {}


def packages(year: Path) -> list[Path]:
    """The folders of a year that hold an account of a run, by name; what publishing has under way is not one."""
    return sorted(path.parent for path in year.glob(f"*/{FILE}") if not path.parent.name.startswith("."))
