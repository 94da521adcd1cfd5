"""A missing, empty or unreadable dataset is told once, at the cause, and not again by all that rests on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import RAW, YEAR

UNIT = "352003"
PAYMENTS = "支付明细.csv"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The second example without its log, which no case here touches."""
    root = tmp_path / "raw" / str(YEAR) / UNIT
    shutil.copytree(RAW / str(YEAR) / UNIT, root, ignore=shutil.ignore_patterns("科普员*", "全省*"))
    return root


def errors(root: Path, store: Store) -> set[tuple[str, str | None]]:
    findings = UnitPipeline(plan(root.parents[1], YEAR, UNIT), store).findings
    # The log was left out of these folders, so indicators that count it have no data: not what is tested here.
    return {
        (f.rule, f.file)
        for f in findings
        if f.severity == "error" and not (f.value or "").startswith(("科普", "分享", "全省"))
    }


def test_a_missing_needed_file_is_the_only_error(unit: Path, store: Store) -> None:
    (unit / PAYMENTS).unlink()
    assert errors(unit, store) == {("source.missing", "支付明细")}


def test_an_empty_file_is_the_only_error(unit: Path, store: Store) -> None:
    (unit / PAYMENTS).write_bytes(b"")
    assert errors(unit, store) == {("source.empty", PAYMENTS)}


def test_a_file_of_a_header_alone_is_the_only_error(unit: Path, store: Store) -> None:
    header = (unit / PAYMENTS).read_bytes().split(b"\n")[0]
    (unit / PAYMENTS).write_bytes(header + b"\n")
    ((_, file),) = errors(unit, store)
    assert file == PAYMENTS


def test_an_indicator_without_its_optional_data_is_an_error_of_its_own(unit: Path, store: Store) -> None:
    (unit / "业务台账.xlsx").unlink()
    rules = {rule for rule, _ in errors(unit, store)}
    assert rules == {"indicators.binding.missing"}


def test_a_county_that_is_not_in_the_table_is_told_once(unit: Path, store: Store) -> None:
    path = unit / "自评填报表.xlsx"
    book = openpyxl.load_workbook(path)
    cell = next(row[1] for row in book["单位信息"].iter_rows() if row[0].value == "行政区划")
    cell.value = "某某区"
    book.save(path)
    assert errors(unit, store) == {("service.county.own", "精准科普服务统计.xlsx")}
