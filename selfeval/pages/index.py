"""data/out/<year>/index.html: all units of a year with their status and what blocks them."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from selfeval.pages.findings import STATUS_WORDS
from selfeval.pages.render import page

_CSS = {"issued": "ok", "blocked": "error", "failed": "error", "awaiting": "warning", "to confirm": "warning"}


def units(folder: Path) -> list[dict[str, Any]]:
    """What each package of a year says of itself, by unit code."""
    found = []
    for path in sorted(folder.glob("*/run.json")):
        if path.parent.name.startswith("."):
            continue
        run = json.loads(path.read_text(encoding="utf-8"))
        findings = json.loads((path.parent / "findings.json").read_text(encoding="utf-8"))
        errors = [f for f in findings if f["severity"] == "error"]
        found.append(
            {
                "unit": run["unit"],
                "name": run.get("name", ""),
                "status": run["status"],
                "word": STATUS_WORDS[run["status"]],
                "css": _CSS[run["status"]],
                "errors": sum(f["count"] for f in errors),
                "warnings": sum(f["count"] for f in findings if f["severity"] == "warning"),
                "report": run["issued"] is not None,
                "reason": errors[0]["message"] if errors else "",
            }
        )
    return found


def write(folder: Path, year: int) -> None:
    """Write the year's index in one step beside the packages."""
    rows = units(folder)
    totals = sorted(Counter(r["word"] for r in rows).items())
    work = folder / f".index.{os.getpid()}.html"
    work.write_bytes(page("index.html.j2", year=year, units=rows, totals=totals))
    work.replace(folder / "index.html")
