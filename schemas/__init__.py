"""One pandera declaration a dataset: columns, aliases, types, checks, Chinese labels, privacy marks.

A new dataset is a module here that defines `DATASET`; it is found by being here. Nothing of the program is imported.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from schemas.base import GUIDE_SHEET, Dataset, Scope, Table, default_domains, subjects

__all__ = ["GUIDE_SHEET", "Dataset", "Scope", "Table", "datasets", "default_domains", "subjects"]


@cache
def datasets() -> dict[str, Dataset]:
    """Every declared dataset by its Chinese name, in the order of `Dataset.order`."""
    found: list[Dataset] = []
    for info in pkgutil.iter_modules(__path__):
        declared = getattr(importlib.import_module(f"{__name__}.{info.name}"), "DATASET", None)
        if isinstance(declared, Dataset):
            found.append(declared)
    return {d.name: d for d in sorted(found, key=lambda d: (d.order, d.name))}
