"""The commands, a module each with `main(arguments, home) -> exit status`; and what several of them share."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


class CallError(Exception):
    """The call makes no sense; the text is one Chinese sentence for whoever typed it."""


def unit_folders(raw: Path, year: int) -> list[str]:
    """The units of a year: the folders below it, by code."""
    folder = raw / str(year)
    found = sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    return [name for name in found if not name.startswith(".")]


def units_of(arguments: argparse.Namespace) -> list[str]:
    """The units meant by --unit, or all of the year. Raises CallError where one has no folder."""
    raw, year = arguments.raw, arguments.year
    named = list(dict.fromkeys(arguments.unit or []))
    for unit in named:
        if unit in (".", "..", "") or "/" in unit or not (raw / str(year) / unit).is_dir():
            raise CallError(f"没有单位{unit}的文件夹（{raw / str(year) / unit}），请检查--unit、--year和--raw")
    found = named or unit_folders(raw, year)
    if not found:
        raise CallError(f"{raw / str(year)}下没有单位文件夹，请检查--year和--raw，或用selfeval init建立")
    return found


def print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1, default=str)
    print()
