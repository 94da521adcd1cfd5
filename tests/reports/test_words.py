"""No figure and no name of an example unit is typed into what makes a report: templates, phrases, packs, SQL, schemas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from selfeval.pipeline import UnitPipeline
from tests.conftest import ROOT, UNITS, expected

#: table → columns whose cells are a unit's own words.
OWN = {
    "budget": ("project_name", "document", "project_code"),
    "payments": ("use",),
    "activities": ("activity", "place"),
    "contests": ("contest", "topic"),
    "awards": ("award", "winner"),
    "varieties": ("variety",),
    "offices": ("office", "duty"),
    "work_tasks": ("task",),
    "work_done": ("done",),
    "goals": ("goal",),
    "notes": ("content",),
    "indicators": ("level3",),
}
PHRASES = {"payments", "offices", "work_tasks", "work_done", "goals", "notes", "indicators"}
#: The contract names these itself.
SHARED = {"优秀科技工作者", "人员经费", "None"}


def sources() -> list[Path]:
    found = [p for folder in ("selfeval", "schemas") for p in (ROOT / folder).rglob("*.*")]
    return [p for p in found if p.suffix in (".py", ".j2", ".sql", ".toml")]


def words_of(p: UnitPipeline) -> set[str]:
    """Names of three characters and more; short phrases of a clerk's are anybody's, so these count from eight on."""
    cells = {(table, str(row[c])) for table, columns in OWN.items() for row in p.tables.get(table, ()) for c in columns}
    words = {word for table, word in cells if len(word) > (7 if table in PHRASES else 2)}
    profile = {row["item"]: row["content"] for row in p.tables["profile"]}
    return (words | {profile["单位名称"], profile["行政区划"], p.plan.unit}) - SHARED


def figures_of(unit: str) -> set[str]:
    """Digits of the expected facts as kept and as printed; short ones occur by chance."""
    values = {format(abs(float(f["value"])), "f").rstrip("0").rstrip(".") for f in _numbers(unit)}
    return {v for v in values if len(v.replace(".", "")) > 3 and not v.endswith("000")}


def _numbers(unit: str) -> list[dict[str, object]]:
    return [f for f in expected(unit)["facts"].values() if not isinstance(f["value"], str)]


@pytest.mark.parametrize("unit", UNITS)
def test_no_word_of_an_example_is_typed(pipelines: dict[str, UnitPipeline], unit: str) -> None:
    words = words_of(pipelines[unit])
    assert len(words) > 30
    found = {(str(p.relative_to(ROOT)), w) for p in sources() for w in words if w in p.read_text(encoding="utf-8")}
    assert found == set()


@pytest.mark.parametrize("unit", UNITS)
def test_no_figure_of_an_example_is_typed(unit: str) -> None:
    figures = figures_of(unit)
    assert len(figures) > 20
    found = {
        (str(path.relative_to(ROOT)), figure)
        for path in sources()
        for figure in set(re.findall(r"\d+(?:\.\d+)?", path.read_text(encoding="utf-8"))) & figures
    }
    assert found == set()


def test_sentences_hold_no_figure() -> None:
    """In a chapter or a block a figure comes out of a fact; what is typed is a rank that defines one."""
    for path in sorted((ROOT / "selfeval" / "report" / "templates").rglob("*.j2")):
        if path.parent.name == "page":
            continue
        said = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        said = said.replace("前200名", "").replace("1.", "")
        assert re.findall(r"\d+", said) == [], path.name
