"""`selfeval run`: the main job through the Prefect flow, with progress and the few lines that matter at the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import foresight, orphans, words
from flows.cli import BLOCKED, DONE, FAILED, WRONG_CALL
from flows.foresight import not_issued
from flows.home import Home, prepare_prefect
from flows.verbs import print_json, unit_folders, units_of

if TYPE_CHECKING:
    from flows.execution import Ending


def main(arguments: argparse.Namespace, home: Home) -> int:
    units = units_of(arguments)
    if arguments.only_failed:
        units = not_issued(arguments.out, arguments.year, units)
        if not units:
            print("没有需要处理的单位：上次都已出报告。")
            return DONE
    if arguments.dry_run:
        return foresee(arguments, home, units, force=arguments.force)
    first = not (home.prefect / "prefect.db").exists()
    url = home.server_url()
    prepare_prefect(home, api_url=url)
    orphans.end(home)
    if first and url is None:
        say("第一次运行，正在准备运行记录的数据库，约需半分钟……")
    from flows import execution

    follow(len(units))
    ending = execution.run(home, parameters_of(arguments, units))
    return report(ending, arguments, named=arguments.unit or ())


def follow(total: int | None = None) -> None:
    """Tell each stage of each unit as it begins."""
    from flows import steps

    seen: dict[str, None] = {}

    def told(stage: str, label: str) -> None:
        seen.setdefault(label)
        of = f"/{min(total, steps.CHAINS)}" if total else ""
        say(f"[{len(seen)}{of}] {label} {stage}")

    steps.progress[:] = [told]


def foresee(arguments: argparse.Namespace, home: Home, units: list[str], *, force: bool) -> int:
    """--dry-run: what would run again, and why."""
    found = [
        foresight.foresee(home, arguments.raw, arguments.out, arguments.year, unit, draft=arguments.draft, force=force)
        for unit in units
    ]
    if arguments.json:
        print_json([asdict(f) for f in found])
    else:
        print("\n".join(line for f in found for line in foresight.as_lines(f)))
    return DONE


def arguments_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The flow's parameters of an earlier run as the command's arguments."""
    raw, year = Path(parameters["raw"]), parameters["year"]
    return {
        "year": year,
        "raw": raw,
        "out": Path(parameters["out"]),
        "draft": parameters.get("draft", False),
        "units": parameters.get("units") or unit_folders(raw, year),
    }


def parameters_of(arguments: argparse.Namespace, units: list[str]) -> dict[str, object]:
    """The flow's parameters. Paths are absolute, because a retry may run in another working folder."""
    return {
        "year": arguments.year,
        "units": units,
        "raw": str(arguments.raw.absolute()),
        "out": str(arguments.out.absolute()),
        "draft": arguments.draft,
        "force": arguments.force,
        # Said outright: a deployment's own value would take their place when the run is retried in the UI.
        "only_failed": False,
        "changed_only": False,
    }


def say(line: str) -> None:
    """A line of progress: on the terminal it is overwritten by the next, elsewhere a line each."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)


def report(ending: Ending, arguments: argparse.Namespace, named: Sequence[str]) -> int:
    """The last lines, and the exit status."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if arguments.json:
        print_json(as_json(ending))
    else:
        for outcome in ending.outcomes:
            print(f"{outcome.unit}  {words.STATUS[outcome.status]}  {words.counts(outcome.counts)}")
            for reason in outcome.reasons[:3]:
                print(f"    {words.clipped(reason)}")
            if len(outcome.reasons) > 3:
                print(f"    另有{len(outcome.reasons) - 3}类错误，见findings.html")
            if outcome.status == "to confirm":
                print(f"    {words.TO_CONFIRM}")
            name = "report.html" if outcome.status == "issued" else "findings.html"
            print(f"    {outcome.folder / name}")
            if outcome.draft:
                print(f"    草稿（不得报送）：{outcome.draft / 'report.html'}")
        for unit, error in ending.errors.items():
            kind = "设置有误" if unit in ending.misconfigured else words.STATUS["failed"]
            print(f"{unit}  {kind}  {error}")
        if folder := next((o.folder.parent for o in ending.outcomes), None):
            print(f"全部单位：{folder / 'index.html'}")
    return exit_status(ending, named)


def as_json(ending: Ending) -> dict[str, object]:
    return {
        "flow_run": ending.flow_run,
        "message": ending.message,
        "units": [
            {
                "unit": o.unit,
                "year": o.year,
                "status": o.status,
                "folder": str(o.folder),
                "findings": dict(o.counts),
                "reasons": list(o.reasons),
                "draft": str(o.draft) if o.draft else None,
            }
            for o in ending.outcomes
        ],
        "errors": dict(ending.errors),
    }


def exit_status(ending: Ending, named: Sequence[str]) -> int:
    if set(ending.errors) - set(ending.misconfigured):
        return FAILED
    if ending.misconfigured:
        return WRONG_CALL
    waiting = any(o.status == "awaiting" and o.unit in named for o in ending.outcomes)
    return BLOCKED if waiting or any(o.status == "blocked" for o in ending.outcomes) else DONE
