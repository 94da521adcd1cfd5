"""data/out/<year>/index.html: all units of a year with their status, what blocks them and where their report lies.

Each package's run.json says what stands in its line (`summary`), so that a page of ten thousand units opens no other file.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from selfeval import run_record
from selfeval.model import Finding, Status
from selfeval.pages.findings import STATUS_WORDS
from selfeval.pages.order import by_weight
from selfeval.pages.render import TEMPLATES, page

_CSS = {"issued": "ok", "blocked": "error", "failed": "error", "awaiting": "warning", "to confirm": "warning"}
_UNREADABLE = "运行记录无法读取，请重新运行。"
#: Reasons shown for a unit, and how much of each; the whole is in its findings.html.
REASONS, _LENGTH = 3, 120


def summary(status: Status, findings: Sequence[Finding], to_confirm: int) -> dict[str, Any]:
    """What run.json tells the index of a unit: findings by severity, and the first reasons for its status."""
    said = (f.message for f in by_weight(findings) if f.severity == "error")
    reasons = list(dict.fromkeys(m if len(m) <= _LENGTH else f"{m[:_LENGTH]}…" for m in said))
    if status == "to confirm":
        reasons = [f"有{to_confirm}处警告待人工确认。"]
    counts = {s: sum(f.count for f in findings if f.severity == s) for s in ("error", "warning", "info")}
    return {"findings": counts, "reasons": reasons[:REASONS], "more": max(0, len(reasons) - REASONS)}


def units(folder: Path) -> list[dict[str, Any]]:
    """What each package of a year says of itself, by unit code."""
    return [_line(package) for package in run_record.packages(folder)]


def _line(package: Path) -> dict[str, Any]:
    run = run_record.read(package)
    if run is None:
        # One broken file must not keep the other units from being shown.
        broken = {"unit": package.name, "name": "", "word": STATUS_WORDS["failed"], "css": "error"}
        counts = dict.fromkeys(("error", "warning", "info"), "")
        return {**broken, **counts, "report": False, "earlier": False, "reasons": [_UNREADABLE], "more": 0}
    return {
        "unit": run.unit,
        "name": run.name,
        "word": STATUS_WORDS[run.status],
        "css": _CSS[run.status],
        **run.summary.findings,
        "report": run.issued is not None,
        # The report of an earlier run stands, though the files behind it are no longer in order.
        "earlier": run.issued is not None and run.status != "issued",
        "reasons": run.summary.reasons,
        "more": run.summary.more,
    }


def write(folder: Path, year: int) -> None:
    """Write the year's index in one step beside the packages; call it under the year's lock."""
    rows = units(folder)
    counted = Counter(r["word"] for r in rows)
    totals = [(word, counted[word]) for word in dict.fromkeys(STATUS_WORDS.values()) if counted[word]]
    script = (TEMPLATES / "index.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    work = folder / f".index.{os.getpid()}.html"
    work.write_bytes(page("index.html.j2", year=year, units=rows, totals=totals, script=script, digest=digest))
    work.replace(folder / "index.html")
