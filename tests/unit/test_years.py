"""Year on year: last year's issued facts are compared, a large change wants a reason, and none of it without them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from selfeval.facts import years
from selfeval.facts.years import LastYear
from selfeval.lint import lint
from selfeval.model import Fact
from selfeval.pipeline import UnitPipeline, plan
from selfeval.report import html, phrases
from selfeval.settings import ConfigError
from selfeval.store import Store
from tests.conftest import RAW, YEAR, expected
from tests.packages import write_run

UNIT = "352003"
LINE = Decimal("0.3")


def fact(value: Any, unit: str, display: str = "今年") -> Fact:
    return Fact("a.b", value, unit, display, "名称", "口径", None)


def one(now: Fact, before: Any, fact_id: str = "a.b") -> Any:
    last = LastYear(YEAR - 1, "0", {fact_id: {"value": before, "unit": now.unit, "display": "去年"}})
    return next(iter(years.changes({fact_id: now}, last, LINE)), None)


@pytest.mark.parametrize(
    ("now", "before", "said", "large"),
    [
        (fact(130, "人"), 100, "增长30%", True),
        (fact(129, "人"), 100, "增长29%", False),
        (fact(70, "人"), 100, "下降30%", True),
        (fact(100, "人"), 100, "与上年持平", False),
        (fact(5, "人"), 0, "上年为0", True),
        (fact(0, "人"), 0, "与上年持平", False),
        (fact(Decimal("0.95"), "比率"), Decimal("0.9"), "上升5个百分点", False),
        (fact(Decimal("0.1"), "比率"), Decimal("0.9"), "下降80个百分点", False),
        (fact(5, "名次"), 7, "从第7上升至第5名", False),
    ],
)
def test_a_change_is_said_in_its_own_terms(now: Fact, before: Any, said: str, large: bool) -> None:
    change = one(now, before)
    assert (change.said, change.large) == (said, large)


@pytest.mark.parametrize("fact_id", ["project.X.paid", "score.project.X", "shares.month.01", "service.people_added"])
def test_what_belongs_to_its_year_alone_is_not_compared(fact_id: str) -> None:
    assert one(fact(1, "人"), 2, fact_id) is None


def test_a_fact_of_another_unit_of_measure_is_not_compared() -> None:
    last = LastYear(YEAR - 1, "0", {"a.b": {"value": 1, "unit": "户", "display": "去年"}})
    assert years.changes({"a.b": fact(2, "人")}, last, LINE) == ()


def last_package(out: Path, facts: Mapping[str, Any], year: int = YEAR - 1) -> None:
    folder = out / str(YEAR - 1) / UNIT
    folder.mkdir(parents=True)
    (folder / "facts.json").write_text(json.dumps({"unit": UNIT, "year": year, "facts": facts}), encoding="utf-8")
    write_run(folder, year=YEAR - 1, issued={"digest": "0", "files": {"facts.json": "a" * 64}})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Last year's package with a tenth of this year's shares."""
    facts = {k: {**v, "display": f"{v['value']}"} for k, v in expected(UNIT)["facts"].items()}
    facts["shares.total"] = {**facts["shares.total"], "value": facts["shares.total"]["value"] // 10}
    last_package(tmp_path / "out", facts)
    return tmp_path / "out"


def test_a_large_change_without_a_reason_is_one_warning_and_a_place_to_write(out: Path, store: Store) -> None:
    unit = UnitPipeline(plan(RAW, YEAR, UNIT, out=out), store)
    (found,) = [f for f in unit.findings if f.rule == years.RULE]
    assert (found.severity, found.file, found.sheet, found.column) == ("warning", "自评填报表.xlsx", "情况说明", "内容")
    assert "科普员分享量增长" in found.message and found.count == 1
    page = html.render(unit.unit_year).decode()
    assert "与上年比较表" in page and "【待填写：变动较大的原因】" in page


def test_a_report_whose_figures_all_moved_is_sound(tmp_path: Path, store: Store) -> None:
    """Our own lint reads the list of changes as it is meant: each amount of last year belongs to the change before it."""
    facts = {}
    for fact_id, known in expected(UNIT)["facts"].items():
        if known["unit"] in ("元", "人", "条", "场次"):
            value = (Decimal(str(known["value"])) * Decimal("0.6")).quantize(Decimal(1))
            facts[fact_id] = {**known, "value": float(value), "display": phrases.display(value, known["unit"])}
    last_package(tmp_path / "out", facts)
    page = tmp_path / "report.html"
    page.write_bytes(html.render(UnitPipeline(plan(RAW, YEAR, UNIT, out=tmp_path / "out"), store).unit_year))
    assert "增长66.67%（上年" in page.read_text(encoding="utf-8")
    assert [f for f in lint(page) if f.severity == "error"] == []


def test_a_reason_silences_it_and_stands_in_the_report(out: Path, tmp_path: Path, store: Store) -> None:
    root = tmp_path / "raw" / str(YEAR) / UNIT
    shutil.copytree(RAW / str(YEAR) / UNIT, root)
    text = f'[["说明"]]\n"位置" = "{years.CHAPTER}"\n"内容" = "上年平台停用半年，记录偏少。"\n'
    (root / "补充说明.toml").write_text(text, encoding="utf-8")
    unit = UnitPipeline(plan(tmp_path / "raw", YEAR, UNIT, out=out), store)
    assert years.RULE not in {f.rule for f in unit.findings}
    assert "上年平台停用半年，记录偏少。" in html.render(unit.unit_year).decode()


def test_without_last_year_nothing_is_compared(tmp_path: Path, store: Store) -> None:
    unit = UnitPipeline(plan(RAW, YEAR, UNIT, out=tmp_path), store)
    assert unit.moved == () and "与上年比较表" not in html.render(unit.unit_year).decode()


def test_last_years_facts_are_part_of_the_digest(out: Path, tmp_path: Path) -> None:
    assert plan(RAW, YEAR, UNIT, out=out).digest != plan(RAW, YEAR, UNIT, out=tmp_path).digest


def test_a_package_of_another_year_or_a_broken_one_is_not_taken(tmp_path: Path) -> None:
    last_package(tmp_path, {}, year=YEAR - 2)
    assert years.load(tmp_path / str(YEAR - 1) / UNIT, YEAR - 1) is None
    (tmp_path / str(YEAR - 1) / UNIT / "facts.json").write_text("{", encoding="utf-8")
    assert years.load(tmp_path / str(YEAR - 1) / UNIT, YEAR - 1) is None


def test_a_block_can_be_left_out_by_its_name(tmp_path: Path, store: Store) -> None:
    root = tmp_path / "raw" / str(YEAR) / UNIT
    shutil.copytree(RAW / str(YEAR) / UNIT, root)
    (root / "单位设置.toml").write_text('"不写的内容" = ["表彰获奖"]\n', encoding="utf-8")
    page = html.render(UnitPipeline(plan(tmp_path / "raw", YEAR, UNIT), store).unit_year).decode()
    assert "表彰和获奖情况" not in page and "开展科普活动。" in page
    (root / "单位设置.toml").write_text('"不写的内容" = ["没有这段"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="没有“没有这段”，可用的有"):
        plan(tmp_path / "raw", YEAR, UNIT)
