"""What the program issues passes its own lint without error, in every format, held against its own facts."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from selfeval.facts import codec
from selfeval.lint import lint
from selfeval.pipeline import UnitPipeline
from tests.conftest import UNITS, YEAR

FORMATS = [
    ("html", "selfeval.report.html"),
    ("docx", "selfeval.report.docx"),
    ("xlsx", "selfeval.report.xlsx"),
    pytest.param("pdf", "selfeval.report.pdf", marks=pytest.mark.full),
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("suffix", "module"), FORMATS)
def test_issued_files_pass_lint(
    pipelines: dict[str, UnitPipeline], tmp_path: Path, unit: str, suffix: str, module: str
) -> None:
    p = pipelines[unit]
    path = tmp_path / f"report.{suffix}"
    path.write_bytes(import_module(module).render(p.unit_year))
    facts = json.loads(codec.public(unit, YEAR, p.facts))
    assert [f for f in lint(path, facts=facts) if f.severity == "error"] == []
