"""Approval without a form: the questions of a unit, which answers will do, and that a confirmed text stands at its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from selfeval import confirm, package
from selfeval.confirm import Question
from selfeval.pipeline import UnitPipeline, plan
from selfeval.settings import CONFIRMED_FILE, ConfigError, load_confirmed, load_confirmed_entries
from selfeval.store import Store
from tests.conftest import RAW, YEAR

ASKED = Question(("score.indicator.A/数量",), "数量：偏差原因", "指标“数量”未达到指标值，没有填写偏差原因。")
GOOD = "设备到货晚，已商定下年三月前补齐并按月检查。"
WHEN = "2025-02-20T10:00:00+08:00"


@pytest.fixture
def open_unit(tmp_path: Path, store: Store) -> Callable[[], UnitPipeline]:
    """The dirty example under approval, opened anew at each call, as a run does."""
    folder = tmp_path / "raw" / str(YEAR) / "352003"
    shutil.copytree(RAW / str(YEAR) / "352003", folder)
    (folder / "单位设置.toml").write_text('"人工确认" = true\n', encoding="utf-8")
    return lambda: UnitPipeline(plan(tmp_path / "raw", YEAR, "352003"), store)


def answer(p: UnitPipeline) -> list[tuple[Question, str]]:
    return [(q, f"{GOOD}{n}") for n, q in enumerate(confirm.questions(p))]


def test_a_unit_that_warns_is_to_confirm_and_issued_once_confirmed(open_unit: Callable[[], UnitPipeline]) -> None:
    p = open_unit()
    assert package.status_of(p) == "to confirm"
    asked = confirm.questions(p)
    assert [q.title for q in asked if q.title.startswith("科普员分享记录")] == ["科普员分享记录：核实情况"]
    assert sum(q.title.endswith("偏差原因分析及改进措施") for q in asked) == 9
    confirm.save(p.plan.inventory.root, answer(p), "财务室负责人", WHEN)
    again = open_unit()
    assert package.status_of(again) == "issued"
    assert confirm.questions(again) == ()
    assert [f for f in again.findings if f.rule.startswith("indicators.reason")] == []


def test_a_confirmed_text_stands_at_its_place(open_unit: Callable[[], UnitPipeline], tmp_path: Path) -> None:
    p = open_unit()
    answers = answer(p)
    confirm.save(p.plan.inventory.root, answers, "财务室负责人", WHEN)
    outcome = package.publish_unit(open_unit(), tmp_path / "out", {})
    report = (outcome.folder / "report.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(outcome.folder / "scorecards.xlsx")
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    for question, text in answers:
        assert text.rstrip("。") in report
        assert (text in cells) == question.places[0].startswith("score.indicator.")
    assert "【待填写】" not in cells


def test_changed_data_are_asked_about_again(open_unit: Callable[[], UnitPipeline]) -> None:
    p = open_unit()
    confirm.save(p.plan.inventory.root, answer(p), "财务室负责人", WHEN)
    log = p.plan.inventory.root / "科普员分享记录" / "2024-02.csv"
    log.write_bytes(log.read_bytes().replace(b"2024-02-45", b"2024-02-46"))
    assert [q.title for q in confirm.questions(open_unit())] == ["科普员分享记录：核实情况"]


def test_a_chapter_is_asked_once_and_closes_every_warning_about_it(
    open_unit: Callable[[], UnitPipeline], tmp_path: Path
) -> None:
    folder = tmp_path / "raw" / str(YEAR) / "352003"
    (folder / "单位设置.toml").write_text('"人工确认" = true\n"规则包" = "sichuan-0013zp"\n', encoding="utf-8")
    form = openpyxl.load_workbook(folder / "自评填报表.xlsx")
    for row in form["情况说明"].iter_rows(min_row=2):
        row[1].value = None
    form.save(folder / "自评填报表.xlsx")
    p = open_unit()
    asked = {q.title: q for q in confirm.questions(p)}
    assert {"预算调整说明", "存在问题"} <= asked.keys()
    assert "程序已根据数据列出" in asked["存在问题"].asks
    confirm.save(folder, [(asked["预算调整说明"], GOOD), (asked["存在问题"], "无")], "主席", WHEN)
    again = open_unit()
    assert {f.rule for f in again.findings} & {"budget.adjustment.reason", "projects.adjustment.reason"} == set()
    assert {"预算调整说明", "存在问题"} & {q.title for q in confirm.questions(again)} == set()
    assert again.unit_year.notes["预算调整说明"] == GOOD


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "还没有填写"),
        (" \n\t ", "还没有填写"),
        ("【待填写：偏差原因】", "提示语"),
        ("请写明未完成的原因和改进措施。", "提示语"),
        ("因为某某原因没有完成任务", "提示语"),
        ("因为XX原因没有完成任务", "提示语"),
        ("没有完成", "内容过短"),
        ("123456789", "内容过短"),
        (GOOD * 20, "压缩到300字"),
        ("联系人电话13812345678，已经核实无误", "手机号"),
        ("联系人电话138-1234-5678，已经核实无误", "手机号"),
        ("身份证11010519491231002X的人员已经核实", "身份证号"),
        ("指标“数量”未达到指标值，没有填写偏差原因。", "重复了问题"),
        ("无", "内容过短"),
    ],
)
def test_an_answer_that_will_not_do(text: str, why: str) -> None:
    assert why in (confirm.wrong_with(ASKED, text) or "")


@pytest.mark.parametrize("text", [GOOD, f"  {GOOD}\n", "经核实，2024年第3季度因汛期停办2场，已补办1场。"])
def test_an_answer_that_will_do(text: str) -> None:
    assert confirm.wrong_with(ASKED, text) is None


def test_nothing_more_to_say_is_an_answer_to_problems_alone() -> None:
    assert confirm.wrong_with(Question(("存在问题",), "存在问题", "？", may_be_none=True), "无。") is None


@pytest.mark.parametrize(("post", "good"), [("财务室负责人", True), ("", False), ("负责人13812345678", False)])
def test_who_fills_in_is_a_post(post: str, good: bool) -> None:
    assert (confirm.wrong_with_post(post) is None) is good


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# 手写的注\n[['说明']]\n'位置' = 'a/b'\n'内容' = '原来的'\n",
        "'说明' = [{'位置' = 'a/b', '内容' = '原来的'}]\n",
    ],
)
@pytest.mark.parametrize(
    "text", ['引号"和\\反斜杠', "'''", "制表\t换行\n空字\x00删除\x7f", "# 不是注释 [[说明]]", "🙂四字节"]
)
def test_whatever_is_written_is_read_back(tmp_path: Path, before: str, text: str) -> None:
    if before:
        (tmp_path / CONFIRMED_FILE).write_text(before, encoding="utf-8")
    confirm.save(tmp_path, [(ASKED, text)], "主席", WHEN)
    read = load_confirmed(tmp_path)
    assert read[ASKED.places[0]] == confirm.cleaned(text)
    assert ("a/b" in read) is bool(before)
    assert load_confirmed_entries(tmp_path)[-1].when == WHEN
    assert [p.name for p in tmp_path.iterdir()] == [CONFIRMED_FILE]
    if before.startswith("#"):
        assert "# 手写的注" in (tmp_path / CONFIRMED_FILE).read_text(encoding="utf-8")


def test_the_last_text_of_a_place_counts(tmp_path: Path) -> None:
    for text in (GOOD, f"{GOOD}再补充"):
        confirm.save(tmp_path, [(ASKED, text)], "主席", WHEN)
    assert load_confirmed(tmp_path) == {ASKED.places[0]: f"{GOOD}再补充"}


def test_a_broken_file_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / CONFIRMED_FILE).write_text("'说明' = [", encoding="utf-8")
    with pytest.raises(ConfigError, match=CONFIRMED_FILE):
        confirm.save(tmp_path, [(ASKED, GOOD)], "主席", WHEN)
    assert (tmp_path / CONFIRMED_FILE).read_text(encoding="utf-8") == "'说明' = ["


def test_questions_hold_no_private_number(open_unit: Callable[[], UnitPipeline]) -> None:
    told = json.dumps([[q.title, q.asks, q.places] for q in confirm.questions(open_unit())], ensure_ascii=False)
    from selfeval.privacy import scrub

    assert scrub(told) == told
