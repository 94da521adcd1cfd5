"""Figures of the report against facts.json. (placeholder)"""

from __future__ import annotations

from collections.abc import Iterator

from selfeval.lint.context import Context
from selfeval.lint.model import LintFinding


def check(context: Context) -> Iterator[LintFinding]:
    yield from ()
