"""Digests: of bytes, of files, of values, and of the code that a step runs.

A step's name is the digest of all that it depends on. The code it depends on is found by following imports within
this repository, so that a changed helper renames what uses it, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemas import Scope, Table

OWN_PACKAGES = ("selfeval", "schemas")
ROOT = Path(__file__).parent.parent
#: Libraries whose version shapes what a step gives.
LIBRARIES = (
    *("pandas", "pandera", "duckdb", "jinja2", "pyarrow", "python-calamine", "openpyxl"),
    *("docxtpl", "python-docx", "weasyprint", "matplotlib", "xlsxwriter"),
)
_CHUNK = 1 << 20
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^(\n]+)|import[ \t]+([A-Za-z_][^\n]*))", re.M
)
_COMMENT = re.compile(r"#.*")


def of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def of_file(path: Path) -> str:
    """SHA-256 of a file's content, read in pieces. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def of_value(value: Any) -> str:
    """Digest of a JSON-like value, the same for equal values whatever the order of their keys."""
    return of_bytes(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode())


@cache
def versions() -> dict[str, str]:
    """Versions of this program and of the libraries that shape its output."""
    return {name: metadata.version(name) for name in LIBRARIES}


@cache
def _module_file(module: str) -> Path | None:
    """The source of a module of this repository, found without importing it."""
    stem = ROOT.joinpath(*module.split("."))
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


@cache
def _imports(module: str) -> frozenset[str]:
    """What a module imports of this repository, wherever in it: found line by line, because parsing the whole program
    would take a second of every run. A line of prose that reads like an import only makes a name depend on more."""
    path = _module_file(module)
    if path is None:
        return frozenset()
    found: set[str] = set()
    for source, names, plain in _IMPORT.findall(path.read_text(encoding="utf-8")):
        listed = [
            part.split()[0] for part in _COMMENT.sub("", plain or names).strip("() \n").split(",") if part.strip()
        ]
        found |= {source, *(f"{source}.{name}" for name in listed)} if source else set(listed)
    return frozenset(name for name in found if name.split(".")[0] in OWN_PACKAGES and _module_file(name))


def module_closure(modules: Iterable[str]) -> list[str]:
    """The modules and all that they import within this repository, sorted."""
    pending, seen = list(modules), set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending.extend(_imports(name))
    return sorted(seen)


@cache
def of_code(modules: tuple[str, ...], resources: tuple[Path, ...] = ()) -> str:
    """Digest of the modules' closure, of resource files or folders (SQL, templates, packs) and of library versions."""
    parts: dict[str, str] = {}
    for name in module_closure(modules):
        path = _module_file(name)
        if path is not None:
            parts[name] = of_file(path)
    for resource in resources:
        files = sorted(p for p in resource.rglob("*") if p.is_file()) if resource.is_dir() else [resource]
        for path in files:
            if path.suffix not in (".pyc", ".py"):
                parts[path.relative_to(resource.parent).as_posix()] = of_file(path)
    return of_value({"files": parts, "versions": versions()})


def of_declaration(table: Table, scope: Scope) -> str:
    """Digest of a declaration as it stands for this unit and year: columns, words, checks and their values."""
    columns = {
        name: [c.title, c.required, c.nullable, c.metadata, [(k.name, k.statistics, k.description) for k in c.checks]]
        for name, c in table.schema(scope).columns.items()
    }
    shape = [table.slug, table.label, table.key, table.sheet, table.layout, table.needed, table.foreign_keys]
    return of_value({"columns": columns, "order": list(columns), "table": [*shape, table.keep_sheet]})
