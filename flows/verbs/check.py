"""`selfeval check`: validate the raw files of units and list what is wrong; nothing is published."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from flows import words
from flows.cli import BLOCKED, DONE
from flows.home import Home
from flows.verbs import print_json, units_of
from selfeval.model import Finding
from selfeval.package import status_of
from selfeval.pages.order import MISSING, by_weight, tally
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store

#: Findings of each severity shown on the terminal; the rest is counted.
SHOWN = {"error": 50, "warning": 20, "info": 5}


def main(arguments: argparse.Namespace, home: Home) -> int:
    units = units_of(arguments)
    told, blocks = [], False
    for unit in units:
        store = Store(home.store)
        p = UnitPipeline(plan(arguments.raw, arguments.year, unit, out=arguments.out, digests=store.digests), store)
        status = status_of(p)
        waits = status == "awaiting" and unit in (arguments.unit or ())
        blocks = blocks or waits or status == "blocked"
        counts = {s: sum(f.count for f in p.findings if f.severity == s) for s in words.SEVERITY}
        told.append({"unit": unit, "status": status, "counts": counts, "findings": [asdict(f) for f in p.findings]})
        if not arguments.json:
            # Nothing is issued here: a unit without errors is told as such, not as 已出报告.
            word = words.STATUS[status] if status in ("blocked", "awaiting") else "可以出报告"
            print(f"{unit}  {p.unit_name}  {word}：{tally(p.findings).words}")
            show(p.findings)
    if arguments.json:
        print_json({"year": arguments.year, "units": told})
    return BLOCKED if blocks else DONE


def show(findings: Sequence[Finding]) -> None:
    """What is missing and where to get it, then the findings: what blocks most first, capped a severity."""
    ordered = by_weight(findings)
    for f in ordered:
        if f.rule == MISSING:
            print(f"  缺  {f.dataset}：{f.fix}")
    for severity, word in words.SEVERITY.items():
        members = [f for f in ordered if f.severity == severity and f.rule != MISSING]
        cap = SHOWN[severity]
        for f in members[:cap]:
            print(f"  {word}  {place(f)}{words.clipped(f.message, 300)}{f.fix}")
        if len(members) > cap:
            print(f"  {word}  另有{len(members) - cap}条，用--json查看全部")


def place(finding: Finding) -> str:
    """业务台账.xlsx 科普活动 第7行 场次："""
    row = f"第{finding.rows or finding.row}行" if finding.row else None
    parts = [p for p in (finding.file, finding.sheet, row, finding.column) if p]
    return f"{words.clipped(' '.join(parts), 80)}：" if parts else ""
