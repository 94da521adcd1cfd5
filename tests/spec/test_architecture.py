"""The shape that design.md promises, held by reading the tree: imports one way, small files, a lock that pins all.

Nothing here imports the program: what is checked must hold even where it does not import.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
#: flows → selfeval → schemas: what each package must not import, by first name.
FORBIDDEN = {
    "schemas": {"selfeval", "flows", "prefect"},
    "selfeval": {"flows", "prefect"},
    "flows": set[str](),
}
MAX_LINES = 400
TEXT_SUFFIXES = {".py", ".sql", ".toml", ".j2", ".html", ".css", ".js", ".svg"}


def imported(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, `import_module("…")` and relative imports included."""
    package = path.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, level=level):
                base = package[: len(package) - level + 1] if level else ()
                yield node.lineno, ".".join((*base, *([module] if module else [])))
            case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if (
                isinstance(func, ast.Attribute) and func.attr == "import_module"
            ) or (isinstance(func, ast.Name) and func.id in {"import_module", "__import__"}):
                yield node.lineno, name


def against_the_way(root: Path) -> list[str]:
    """Every import under `root` that runs against flows → selfeval → schemas, as `file:line imports name`."""
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for package, forbidden in FORBIDDEN.items()
        for path in sorted((root / package).rglob("*.py"))
        for line, name in imported(path, root)
        if name.split(".")[0] in forbidden
    ]


def committed() -> list[Path]:
    """The files git has, or would take: what a clone holds."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def test_imports_run_one_way() -> None:
    assert against_the_way(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("selfeval/a.py", "import prefect"),
        ("selfeval/a.py", "from prefect.cache_policies import INPUTS"),
        ("selfeval/deep/a.py", "from flows import steps"),
        ("selfeval/a.py", "import os, flows.steps"),
        ("selfeval/a.py", "def f():\n    from flows.steps import x"),
        ("selfeval/a.py", 'import importlib\nimportlib.import_module("prefect")'),
        ("schemas/a.py", "import selfeval.model"),
        ("schemas/a.py", "from flows import cli"),
        ("schemas/a.py", "import prefect"),
    ],
)
def test_an_import_against_the_way_is_seen(tmp_path: Path, file: str, line: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(f"{line}\n", encoding="utf-8")
    assert len(against_the_way(tmp_path)) == 1


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("flows/a.py", "import prefect, selfeval.model, schemas"),
        ("selfeval/deep/a.py", "from schemas.base import Dataset"),
        ("selfeval/deep/a.py", "from . import prefect_like\nfrom ..model import Fact"),
        ("schemas/a.py", "from schemas.base import Dataset\nimport pandera.pandas as pa"),
    ],
)
def test_an_import_along_the_way_is_not(tmp_path: Path, file: str, line: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(f"{line}\n", encoding="utf-8")
    assert against_the_way(tmp_path) == []


def test_what_is_imported_is_declared() -> None:
    """A package that only comes along with another may be gone with the other's next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    providers = packages_distributions()
    undeclared = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for package in FORBIDDEN
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, name in imported(path, ROOT)
        if (first := name.split(".")[0]) not in FORBIDDEN.keys() | sys.stdlib_module_names
        and declared.isdisjoint(canonicalize_name(name) for name in providers.get(first, []))
    ]
    assert undeclared == []


def test_files_are_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in committed()
        if path.relative_to(ROOT).parts[0] in FORBIDDEN
        and path.suffix in TEXT_SUFFIXES
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) >= MAX_LINES
    }
    assert long == {}, f"a file is under {MAX_LINES} lines and does one thing"


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_package_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_no_code_outside_a_package() -> None:
    """setuptools takes only folders with an __init__.py: without one a module is missing from an installed program."""
    without = {
        str(path.parent.relative_to(ROOT))
        for package in FORBIDDEN
        for path in (ROOT / package).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert without == set()


def test_no_file_names_a_registry() -> None:
    # Written in pieces, so that this file does not name them.
    hosts = [
        b".".join(parts)
        for parts in (
            (b"pypi", b"org"),
            (b"pythonhosted", b"org"),
            (b"npmjs", b"org"),
            (b"npmjs", b"com"),
            (b"yarnpkg", b"com"),
            (b"crates", b"io"),
            (b"deb", b"debian", b"org"),
            (b"security", b"debian", b"org"),
            (b"anaconda", b"org"),
            (b"rubygems", b"org"),
            (b"proxy", b"golang", b"org"),
            (b"pypi", b"tuna", b"tsinghua"),
            (b"mirrors", b"aliyun", b"com"),
        )
    ]
    named = {
        str(path.relative_to(ROOT)): host.decode()
        for path in committed()
        for host in hosts
        if host in path.read_bytes().lower()
    }
    assert named == {}


def lock_entries() -> dict[str, str]:
    """The lock's text by requirement line, comments and continuation marks taken away."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    entries = (entry.replace("\\\n", " ").split(" --hash=", 1) for entry in re.split(r"\n(?=\S)", text.strip()))
    return {parts[0].strip(): "--hash=" + parts[1] if len(parts) > 1 else "" for parts in entries}


def test_lock_pins_everything_with_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-|--(extra-)?index-url|--find-links)\b", text.replace("    --hash=", ""))
    entries = lock_entries()
    assert len(entries) > 100
    for line, hashes in entries.items():
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9, -]+\])?==[^\s;*]+( ; .+)?", line.strip()), line
        assert re.fullmatch(r"(--hash=sha256:[0-9a-f]{64}\s*)+", hashes), f"{line}: no hash"


def test_lock_meets_pyproject() -> None:
    """A requirement written into pyproject.toml without `make lock` is seen here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked: dict[str, list[Version]] = {}
    for line in lock_entries():
        requirement = Requirement(line)
        version = next(iter(requirement.specifier)).version
        locked.setdefault(canonicalize_name(requirement.name), []).append(Version(version))
    extras = project["optional-dependencies"].values()
    for text in [*project["dependencies"], *(text for extra in extras for text in extra)]:
        wanted = Requirement(text)
        versions = locked.get(canonicalize_name(wanted.name), [])
        assert versions, f"{wanted.name} is not in requirements.lock: make lock"
        assert all(version in wanted.specifier for version in versions), f"{text} against {versions}: make lock"
