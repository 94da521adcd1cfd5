"""A package's run.json made by hand, for tests of what reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from selfeval import run_record


def write_run(package: Path, **changes: Any) -> Path:
    """A whole run.json of an issued unit, but for `changes`, in the folder `package`, which is made where needed."""
    whole: dict[str, Any] = {
        "status": "issued",
        "unit": package.name,
        "year": 2024,
        "name": "",
        "issued": None,
        "datasets": {},
        "others": [],
        "versions": {},
        "summary": {"findings": {"error": 0, "warning": 0, "info": 0}, "reasons": [], "more": 0},
        "attempt": {"steps": []},
    }
    package.mkdir(parents=True, exist_ok=True)
    (package / run_record.FILE).write_text(json.dumps(whole | changes, ensure_ascii=False), encoding="utf-8")
    return package
