"""What a step is named by: the code it runs, and none that comes after it."""

from __future__ import annotations

import pytest

from selfeval import digest


@pytest.mark.parametrize("module", ["selfeval.sources.part", "selfeval.checks.resolve", "selfeval.checks.crosscheck"])
def test_reading_and_checking_do_not_rest_on_scoring_or_the_report(module: str) -> None:
    """Else a changed sentence of the report reads every file again."""
    closure = digest.module_closure((module,))
    assert module in closure
    later = ("selfeval.scoring", "selfeval.report", "selfeval.facts", "selfeval.outline", "selfeval.pages")
    assert [name for name in closure if name.startswith(later)] == []
