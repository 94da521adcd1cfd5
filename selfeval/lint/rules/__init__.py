"""The rules, one family a module, each with `check(context)`; an id is `lint.<kind>`.

Belongs here: the list of families. Does not belong here: reading documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from selfeval.lint.context import Context
from selfeval.lint.model import LintFinding

_FAMILIES = (
    "execution",
    "money_sums",
    "points",
    "totals",
    "level_weights",
    "table_sums",
    "arrived",
    "project_points",
    "listed_points",
    "grade",
    "listed_sums",
    "prose_sums",
    "accounts",
    "implied",
    "relations",
    "counts",
    "ranks",
    "rates",
    "ratios",
    "percent_points",
    "two_values",
    "mistyped",
    "form_and_text",
    "headings",
    "blanks",
    "residue",
    "private",
    "years",
    "claims",
    "against_facts",
)


def families() -> list[Callable[[Context], Iterator[LintFinding]]]:
    return [import_module(f"{__name__}.{name}").check for name in _FAMILIES]
