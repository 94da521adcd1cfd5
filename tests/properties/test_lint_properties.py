"""A form that is right stays silent in every layout and writing; one figure changed is told, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from selfeval.lint import LintFinding, lint
from tests.lint_forms import FAULTS, LAYOUTS, WRITINGS, Form, sound, weight_off

SEEDS = range(5)


def told(form: Form, layout: str, writing: str, folder: Path) -> list[LintFinding]:
    suffix, write = WRITINGS[writing]
    path = folder / f"form.{suffix}"
    path.write_text(write(LAYOUTS[layout](form)), encoding="utf-8")
    return [finding for finding in lint(path) if finding.severity != "info"]


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_right_form_is_silent(layout: str, writing: str, tmp_path: Path) -> None:
    for seed in SEEDS:
        found = told(sound(seed), layout, writing, tmp_path)
        assert found == [], (seed, found)


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_one_fault_is_told_and_nothing_else(
    fault: Callable[[Form], Form], layout: str, writing: str, tmp_path: Path
) -> None:
    kind, beside = FAULTS[fault]
    if layout == "chongqing" and fault is weight_off:  # no total of the weights to hold them against
        kind = "weights"
    for seed in SEEDS:
        form = sound(seed)
        spoilt = fault(form)
        if spoilt == form:  # rounding a whole number changes nothing
            continue
        kinds = [finding.kind for finding in told(spoilt, layout, writing, tmp_path)]
        assert kind in kinds, (seed, kinds)
        assert set(kinds) <= {kind, *beside}, (seed, kinds)
