"""`selfeval lint`: what is wrong with a report that someone wrote."""

from __future__ import annotations

import argparse
import json
from collections import Counter

from flows import words
from flows.cli import BLOCKED, DONE
from flows.home import Home
from flows.verbs import CallError, print_json
from selfeval.lint import LintError, lint


def main(arguments: argparse.Namespace, home: Home) -> int:
    facts = None
    if arguments.facts:
        try:
            facts = json.loads(arguments.facts.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CallError(f"无法读取{arguments.facts}，--facts应是成果包中的facts.json") from error
    if not arguments.report.is_file():
        raise CallError(f"没有文件{arguments.report}")
    try:
        findings = lint(arguments.report, facts=facts)
    except LintError as error:
        raise CallError(str(error)) from error
    counts = Counter(f.severity for f in findings)
    if arguments.json:
        print_json(
            {"report": str(arguments.report), "counts": dict(counts), "findings": [f.to_json() for f in findings]}
        )
    else:
        for f in findings:
            quoted = f"“{words.clipped(f.quoted, 60)}”" if f.quoted else ""
            print(f"{words.SEVERITY[f.severity]}  {f.place}：{quoted}{f.message}（{f.rule}）")
        print(f"{arguments.report.name}  {words.counts(counts)}")
    return BLOCKED if counts["error"] else DONE
