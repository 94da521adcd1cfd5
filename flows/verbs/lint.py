"""`selfeval lint`: what is wrong with a report that someone wrote."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows import words
from flows.cli import BLOCKED, DONE
from flows.home import Home
from flows.verbs import CallError, print_json
from selfeval.lint import LintError, LintFinding, lint


def main(arguments: argparse.Namespace, home: Home) -> int:
    facts = None
    if arguments.facts:
        try:
            facts = json.loads(arguments.facts.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CallError(f"无法读取{arguments.facts}，--facts应是成果包中的facts.json") from error
    for report in arguments.report:
        if not report.is_file():
            raise CallError(f"没有文件{report}")
    told = [(report, _one(report, arguments.report, facts)) for report in arguments.report]
    counts = Counter(f.severity for _, found in told for f in found)
    if arguments.json:
        findings = [{"report": str(report), **f.to_json()} for report, found in told for f in found]
        first = str(arguments.report[0])
        print_json({"report": first, "counts": dict(counts), "findings": findings})
    else:
        for report, found in told:
            for f in found:
                quoted = f"“{words.clipped(f.quoted, 60)}”" if f.quoted else ""
                print(f"{words.SEVERITY[f.severity]}  {f.place}：{quoted}{f.message}（{f.rule}）")
            print(f"{report.name}  {words.counts(Counter(f.severity for f in found))}")
    return BLOCKED if counts["error"] else DONE


def _one(report: Path, reports: Sequence[Path], facts: Any) -> list[LintFinding]:
    """One report, held against those given after it, so that a difference is told once."""
    others = reports[reports.index(report) + 1 :]
    try:
        return lint(report, facts=facts, others=others)
    except LintError as error:
        raise CallError(str(error)) from error
