"""`selfeval status`: every unit of a year with its status, and what it is blocked by or waits for."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from flows import words
from flows.cli import DONE
from flows.home import Home
from flows.verbs import print_json, unit_folders
from selfeval import run_record
from selfeval.kept_digests import Digests
from selfeval.pipeline import plan
from selfeval.settings import ConfigError
from selfeval.store import Store


def main(arguments: argparse.Namespace, home: Home) -> int:
    folder = arguments.out / str(arguments.year)
    published = {package.name for package in run_record.packages(folder)}
    units = sorted({*published, *unit_folders(arguments.raw, arguments.year)})
    if arguments.unit:
        units = [u for u in units if u in arguments.unit]
    digests = Store(home.store).digests
    told = [one(arguments, digests, unit) for unit in units]
    if arguments.json:
        print_json({"year": arguments.year, "units": told})
    else:
        for unit in told:
            show(unit)
        if not told:
            print(f"{arguments.year}年度还没有单位。")
    return DONE


def one(arguments: argparse.Namespace, digests: Digests, unit: str) -> dict[str, Any]:
    """What the last run said of a unit, and whether its files changed since."""
    folder: Path = arguments.out / str(arguments.year) / unit
    base: dict[str, Any] = {"unit": unit, "year": arguments.year, "folder": str(folder)}
    run = run_record.read(folder)
    if run is None:
        return {**base, "name": "", "status": None, "reasons": [], **_now(arguments, digests, unit, None)}
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    counts = {s: sum(f["count"] for f in findings if f["severity"] == s) for s in words.SEVERITY}
    reasons = [f["message"] for f in findings if f["severity"] == "error"]
    if run.status == "to confirm":
        reasons = [f["message"] for f in findings if f["severity"] == "warning"]
    return {
        **base,
        "name": run.name,
        "status": run.status,
        "issued": run.issued is not None,
        "counts": counts,
        "reasons": reasons,
        **_now(arguments, digests, unit, run.attempt.get("inputs")),
    }


def _now(arguments: argparse.Namespace, digests: Digests, unit: str, before: str | None) -> dict[str, Any]:
    """What the raw folder says today: files still awaited, and whether anything changed since the last run."""
    try:
        stock = plan(arguments.raw, arguments.year, unit, out=arguments.out, digests=digests)
    except FileNotFoundError:
        return {"awaited": [], "changed": False, "raw": False}
    except ConfigError as error:
        return {"awaited": [], "changed": True, "raw": True, "error": str(error)}
    return {"awaited": [d.name for d in stock.awaited], "changed": before != stock.digest, "raw": True}


def show(unit: dict[str, Any]) -> None:
    head = f"{unit['unit']}  {unit['name']}" if unit["name"] else unit["unit"]
    status = unit["status"]
    if status is None:
        print(f"{head}  未运行" + (f"  待报送：{'、'.join(unit['awaited'])}" if unit["awaited"] else ""))
    else:
        note = "  上次的报告仍有效" if status != "issued" and unit["issued"] else ""
        print(f"{head}  {words.STATUS[status]}  {words.counts(unit['counts'])}{note}")
        if status != "issued":
            for reason in unit["reasons"][:3]:
                print(f"    {words.clipped(reason)}")
    if unit.get("error"):
        print(f"    {unit['error']}")
    if status is not None and unit["changed"]:
        print("    原始数据在上次运行后有变化，请重新运行")
    if not unit["raw"]:
        print("    原始数据文件夹已不在")
