"""`selfeval explain` as typed: the chain from a figure or a score to its raw rows, on the screen, as JSON, as a workbook.

Belongs here: what the command tells. Does not belong here: evidence within the report (reports/, browser/).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.cli import DONE, WRONG_CALL, main
from selfeval.pipeline import UnitPipeline
from selfeval.store import Store
from tests.conftest import RAW, YEAR

UNIT = "352003"
PROJECT = "51112924T000000000002"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, store: Store, pipelines: dict[str, UnitPipeline]) -> None:
    """The command works on the store in which the examples were already computed."""
    assert pipelines[UNIT].facts
    monkeypatch.setenv("SELFEVAL_HOME", str(store.root.parent))


def explain(*arguments: str) -> int:
    return main(["explain", *arguments, "--year", str(YEAR), "--unit", UNIT, "--raw", str(RAW)])


def as_json(capsys: pytest.CaptureFixture[str], fact: str, *arguments: str) -> dict[str, Any]:
    assert explain(fact, "--json", *arguments) == DONE
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


@pytest.mark.usefixtures("home")
def test_a_rate_shows_its_terms_and_what_uses_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("服务对象满意度", "--limit", "2") == DONE
    said = capsys.readouterr().out
    assert "  算式        239÷260\n" in said
    assert "  用于计算    四川省科普专项资金—服务对象满意度得分\n" in said
    assert "  用于语句    （二）存在问题：“服务对象满意度”目标95%，实际完成91.92%。\n" in said
    assert "  依据        满意度问卷.csv  260行  sha256 " in said
    assert "的原始行（共260行，显示2行）\n    文件\t工作表\t行\t问卷编号\t" in said
    assert "\n    满意度问卷.csv\t\t2\tW0028\t" in said


@pytest.mark.usefixtures("home")
def test_a_score_is_followed_to_the_rows_of_what_it_is_made_of(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, f"score.project.{PROJECT}", "--limit", "1")
    terms = [float(term) for term in found["worked"].split("＋")]
    assert len(terms) == 12 and round(sum(terms), 2) == found["value"] == 92.54
    parts = {part["id"]: part["value"] for part in found["rests_on"]}
    rated = [value for fact_id, value in parts.items() if fact_id.startswith("score.indicator.")]
    assert sorted([*rated, 10.0]) == sorted(terms)
    assert parts["shares.completion_rate"] == 0.926762
    counted = {(t["fact"], t["table"]): t["count"] for t in found["tables"]}
    assert counted["分享任务完成率", "shares"] == 48377
    own = next(t for t in found["tables"] if t["fact"].endswith("科普员分享任务完成率得分"))
    assert (own["table"], own["count"], own["rows"][0]["行"], own["rows"][0]["指标值"]) == ("indicators", 1, 12, "95")


@pytest.mark.usefixtures("home")
def test_a_rank_shows_all_that_were_ranked(capsys: pytest.CaptureFixture[str]) -> None:
    (table,) = as_json(capsys, "service.coverage_gain_rank")["tables"]
    counties = {row["县（市、区）"] for row in table["rows"]}
    assert len(counties) > 5 and table["count"] == 2 * len(counties)


@pytest.mark.usefixtures("home")
def test_all_rows_go_into_a_workbook_over_several_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.verbs.explain._SHEET_ROWS", 100)
    path = tmp_path / "rows.xlsx"
    assert explain("satisfaction.rate", "--rows", str(path)) == DONE
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["说明", "原始行1", "原始行2", "原始行3"]
    rows = [row for name in book.sheetnames[1:] for row in list(book[name].values)[1:]]
    assert [row[2] for row in rows] == list(range(2, 262))
    assert ("原始行3", "服务对象满意度的原始行，60行") in list(book["说明"].values)


@pytest.mark.usefixtures("home")
def test_an_unknown_figure_names_those_near_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("completion") == WRONG_CALL
    assert "相近的有shares.completion_rate" in capsys.readouterr().err
