"""Which entries of the store each published folder rests on, so that `selfeval gc` leaves them.

Belongs here: a small file a published folder in `.selfeval/leases/`: what its last run used, and what its last issued
report used. It is written under the unit's lock, after the folder was published.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flows.home import Home
from selfeval import digest


def note(home: Home, folder: Path, keys: list[str], *, issued: bool) -> None:
    """Say what the run that has just published `folder` used."""
    path = _path(home, folder)
    kept = keys if issued else (_read(path) or {}).get("issued", [])
    text = json.dumps({"folder": str(folder.absolute()), "last": keys, "issued": kept}, ensure_ascii=False)
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def held(home: Home) -> set[str]:
    """All entries that a folder which is still there rests on."""
    found: set[str] = set()
    for path in home.leases.glob("*.json"):
        lease = _read(path)
        if lease and Path(lease["folder"]).is_dir():
            found |= {*lease["last"], *lease["issued"]}
    return found


def stale(home: Home) -> list[Path]:
    """Leases of folders that are no longer there."""
    read = [(path, _read(path)) for path in sorted(home.leases.glob("*.json"))]
    return [path for path, lease in read if lease is None or not Path(lease["folder"]).is_dir()]


def _path(home: Home, folder: Path) -> Path:
    return home.leases / f"{digest.of_value(str(folder.absolute()))[:24]}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.keys() >= {"folder", "last", "issued"} else None
