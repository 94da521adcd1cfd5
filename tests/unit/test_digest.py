"""What a step is named by: the code it runs, and none that comes after it."""

from __future__ import annotations

import ast

import pytest

from selfeval import digest


@pytest.mark.parametrize("module", ["selfeval.sources.part", "selfeval.checks.resolve", "selfeval.checks.crosscheck"])
def test_reading_and_checking_do_not_rest_on_scoring_or_the_report(module: str) -> None:
    """Else a changed sentence of the report reads every file again."""
    closure = digest.module_closure((module,))
    assert module in closure
    later = ("selfeval.scoring", "selfeval.report", "selfeval.facts", "selfeval.outline", "selfeval.pages")
    assert [name for name in closure if name.startswith(later)] == []


def test_imports_are_those_that_python_sees() -> None:
    """In every module of the program; a line of prose may add one, never take one away."""
    for path in sorted(p for package in digest.OWN_PACKAGES for p in (digest.ROOT / package).rglob("*.py")):
        module = ".".join(path.relative_to(digest.ROOT).with_suffix("").parts).removesuffix(".__init__")
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        own = {n for n in wanted if n.split(".")[0] in digest.OWN_PACKAGES and digest._module_file(n)}
        assert digest._imports(module) == own, module
