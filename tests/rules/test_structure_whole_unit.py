"""An example unit with one thing wrong in it, through all steps: told, blocking, and never a crash."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from selfeval.model import Finding
from selfeval.pipeline import UnitPipeline, blocked, plan
from selfeval.store import Store
from tests.conftest import RAW, UNITS, YEAR

DECLARATION, BUDGET = "自评填报表.xlsx", "指标执行情况表.xlsx"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example unit with short logs, so that a check takes a second."""
    home = tmp_path_factory.mktemp("unit")
    root = home / "raw" / str(YEAR) / UNITS[0]
    shutil.copytree(RAW / str(YEAR) / UNITS[0], root)
    for path in [*(root / "科普员分享记录").glob("*.csv"), root / "全省科普员综合排名.csv"]:
        path.write_bytes(b"\n".join(path.read_bytes().splitlines()[:40]) + b"\n")
    return home


def spoilt(small: Path, name: str, sheet: str, change: Callable[[Any], None]) -> tuple[Finding, ...]:
    """The findings after a change to one sheet of a workbook, which is put back."""
    path = small / "raw" / str(YEAR) / UNITS[0] / name
    whole = path.read_bytes()
    book = openpyxl.load_workbook(path)
    change(book[sheet])
    book.save(path)
    try:
        return UnitPipeline(plan(small / "raw", YEAR, UNITS[0]), Store(small / "store")).findings
    finally:
        path.write_bytes(whole)


@pytest.mark.full
@pytest.mark.parametrize("label", ["项目编码", "三级指标", "指标性质", "指标值", "权重"])
def test_a_declaration_without_a_column(small: Path, label: str) -> None:
    at = {"项目编码": 1, "三级指标": 4, "指标性质": 5, "指标值": 6, "权重": 8}[label]
    found = spoilt(small, DECLARATION, "绩效指标", lambda sheet: sheet.delete_cols(at))
    missing = [f for f in found if f.rule == "source.column.missing"]
    assert [(f.severity, f.sheet, f.row, f.column) for f in missing] == [("error", "绩效指标", 3, label)]
    assert blocked(found)


@pytest.mark.full
@pytest.mark.parametrize("label", ["项目编码", "项目名称", "全年预算数", "支出数"])
def test_a_budget_without_a_column(small: Path, label: str) -> None:
    at = {"项目编码": 4, "项目名称": 5, "全年预算数": 11, "支出数": 12}[label]
    found = spoilt(small, BUDGET, "指标执行", lambda sheet: sheet.delete_cols(at))
    missing = [f for f in found if f.rule == "source.column.missing"]
    assert [(f.severity, f.row, f.column) for f in missing] == [("error", 3, label)]


@pytest.mark.full
@pytest.mark.parametrize("sheet", ["单位信息", "人员编制", "年度任务", "情况说明", "绩效指标"])
def test_a_declaration_without_the_second_column(small: Path, sheet: str) -> None:
    found = spoilt(small, DECLARATION, sheet, lambda s: s.delete_cols(2))
    assert blocked(found)
    assert any(f.sheet == sheet and f.severity == "error" for f in found)


def test_a_table_in_another_unit_of_money_is_recognised(small: Path) -> None:
    """单位：万元 over amounts in 元: every project is ten thousand times its payments."""

    def change(sheet: Any) -> None:
        sheet["N2"] = "单位：万元"

    found = spoilt(small, BUDGET, "指标执行", change)
    told = [f for f in found if f.rule == "budget.paid.payments"]
    assert [f.row for f in told] == [4, 5, 6, 7]
    assert all("一万倍" in f.message for f in told)
    assert any("一万倍" in f.message for f in found if f.rule == "final_accounts.expenditure.projects")


@pytest.mark.full
@pytest.mark.parametrize("sign", [">=", "≧", "不低于"])
def test_any_spelling_of_a_sign_is_read(small: Path, sign: str) -> None:
    def change(sheet: Any) -> None:
        sheet["E5"] = sign

    assert not [f for f in spoilt(small, DECLARATION, "绩效指标", change) if f.severity == "error"]


def test_a_unit_code_of_another_unit_is_told_as_that(small: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["A4"] = "352003"

    (found,) = [f for f in spoilt(small, BUDGET, "指标执行", change) if f.rule == "budget.unit_code.domain"]
    assert (found.row, found.column, found.value) == (4, "单位编码", "352003")
    assert "应为“351001”" in found.message
    assert "取值" not in found.fix
