"""One pandera declaration a dataset: columns, aliases, types, checks, Chinese labels, privacy marks.

A new dataset is a module here that defines `DATASET`; it is found by being here. Nothing of the program is imported.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from schemas.base import DOMAINS, GUIDE_SHEET, Dataset, Scope, Table, default_domains, offered, subjects

__all__ = [
    "DOMAINS",
    "GUIDE_SHEET",
    "Dataset",
    "Scope",
    "Table",
    "datasets",
    "default_domains",
    "module_of",
    "offered",
    "subjects",
]


@cache
def _declared() -> dict[str, Dataset]:
    """Every declared dataset by the module that declares it."""
    found: dict[str, Dataset] = {}
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        declared = getattr(importlib.import_module(info.name), "DATASET", None)
        if isinstance(declared, Dataset):
            found[info.name] = declared
    return found


@cache
def datasets() -> dict[str, Dataset]:
    """Every declared dataset by its Chinese name, in the order of `Dataset.order`."""
    return {d.name: d for d in sorted(_declared().values(), key=lambda d: (d.order, d.name))}


def module_of(dataset: Dataset) -> str:
    """The dotted name of the module that declares a dataset."""
    return next(module for module, declared in _declared().items() if declared is dataset)
