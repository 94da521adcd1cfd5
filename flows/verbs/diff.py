"""`selfeval diff`: what changed between two packages, down to the raw rows."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from flows.cli import DONE
from flows.home import Home
from flows.verbs import CallError, print_json
from selfeval.compare.packages import NotAPackageError, compare
from selfeval.compare.rows import changed_rows
from selfeval.pages import difference as pages
from selfeval.store import Store


def main(arguments: argparse.Namespace, home: Home) -> int:
    try:
        found = compare(arguments.old, arguments.new)
    except NotAPackageError as error:
        raise CallError(str(error)) from error
    same_unit = (found.old.run.unit, found.old.run.year) == (found.new.run.unit, found.new.run.year)
    # Of two years or two units every row differs: their rows say nothing about each other.
    rows = list(changed_rows(found, Store(home.store))) if same_unit else []
    if arguments.html:
        arguments.html.write_bytes(pages.as_html(found, rows))
    if arguments.json:
        told = ("facts", "sentences", "findings", "files")
        print_json({**{k: [asdict(c) for c in getattr(found, k)] for k in told}, "rows": [asdict(r) for r in rows]})
    else:
        print("\n".join(pages.as_lines(found, rows)))
        if arguments.html:
            print(f"网页已写入{arguments.html}")
    return DONE
