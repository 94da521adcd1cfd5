"""`selfeval init`: the blank form is read as one not filled yet, and filled in as the example it gives its figures."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import openpyxl
import pytest

from flows.home import Home
from flows.verbs import CallError, init
from schemas import GUIDE_SHEET, datasets
from selfeval import package, scaffold
from selfeval.facts.catalogue import bindings
from selfeval.model import Finding
from selfeval.pipeline import UnitPipeline, plan
from selfeval.settings import GUIDE_FILE
from selfeval.store import Store
from tests.conftest import RAW, YEAR

FORM = "自评填报表.xlsx"


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    folder = tmp_path / "raw" / str(YEAR) / "351001"
    scaffold.create(folder, YEAR, "351001")
    return folder


def findings(raw: Path, store: Store, unit: str = "351001") -> tuple[Finding, ...]:
    return UnitPipeline(plan(raw, YEAR, unit), store).findings


def fill_in(form: Path, example: Path) -> None:
    """Type the example's cells into the blank form, as a clerk would: below the header, by column."""
    book, source = openpyxl.load_workbook(form), openpyxl.load_workbook(example)
    for table in datasets()["自评填报表"].tables:
        sheet, rows = book[table.label], list(source[table.label].iter_rows(values_only=True))
        header = next(i for i, row in enumerate(rows) if row[0] == sheet.cell(1, 1).value)
        place = {cell.value: cell.column for cell in sheet[1]}
        for line, row in enumerate(rows[header + 1 :], 2):
            for label, value in zip(rows[header], row, strict=True):
                sheet.cell(line, place[label]).value = value
        for line in range(2 + len(rows) - header - 1, sheet.max_row + 1):
            for column in place.values():
                sheet.cell(line, column).value = None
    book.save(form)


def test_a_blank_form_is_told_as_not_filled_yet(blank: Path, store: Store) -> None:
    found = findings(blank.parents[1], store)
    errors = {(f.rule, f.sheet, f.row, f.column) for f in found if f.file == FORM and f.severity == "error"}
    empty = ("人员编制", "内设机构", "工作开展情况", "年度任务", "总体绩效目标", "绩效指标")
    assert errors == {("source.no_rows", sheet, 1, None) for sheet in empty} | {
        ("profile.missing", "单位信息", 3, "内容"),
        ("profile.missing", "单位信息", 6, "内容"),
    }
    assert all("没有填写" in f.message for f in found if f.file == FORM)
    p = UnitPipeline(plan(blank.parents[1], YEAR, "351001"), store)
    assert package.status_of(p) == "awaiting"
    assert p.plan.inventory.others == ()


def test_the_form_filled_in_as_the_example_gives_its_figures(
    tmp_path: Path, store: Store, pipelines: dict[str, UnitPipeline]
) -> None:
    folder = tmp_path / "raw" / str(YEAR) / "351001"
    shutil.copytree(RAW / str(YEAR) / "351001", folder)
    (folder / FORM).unlink()
    scaffold.create(folder, YEAR, "351001")
    fill_in(folder / FORM, RAW / str(YEAR) / "351001" / FORM)
    p = UnitPipeline(plan(tmp_path / "raw", YEAR, "351001"), store)
    assert [f for f in p.findings if f.file == FORM] == []
    assert {i: f.value for i, f in p.facts.items()} == {i: f.value for i, f in pipelines["351001"].facts.items()}


def test_init_never_overwrites(blank: Path) -> None:
    (blank / FORM).write_bytes(b"filled in")
    written, left = scaffold.create(blank, YEAR, "351001")
    assert (written, [p.name for p in left]) == ([], [FORM, GUIDE_FILE])
    assert (blank / FORM).read_bytes() == b"filled in"


def test_the_form_is_the_same_bytes_each_time() -> None:
    assert scaffold.workbook(YEAR, "351001") == scaffold.workbook(YEAR, "351001")
    assert scaffold.workbook(YEAR, "351001") != scaffold.workbook(YEAR, "352003")


def test_lists_offer_what_the_checks_allow(blank: Path) -> None:
    book = openpyxl.load_workbook(blank / FORM)
    assert book.sheetnames == [*(t.label for t in datasets()["自评填报表"].tables), GUIDE_SHEET]
    sheet = book["绩效指标"]
    header = {cell.value: cell.column_letter for cell in sheet[1]}
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"}
    assert lists[f"{header['指标性质']}2:{header['指标性质']}500"] == '"≥,≤,＝,＞,＜,定性"'
    target, _, place = lists[f"{header['取数指标']}2:{header['取数指标']}500"].partition("!")
    offered = [row[0].value for row in book[target.strip("'")][place.replace("$", "")]]
    assert set(offered) == bindings() and len(offered) == len(bindings())


def test_required_columns_are_marked(blank: Path) -> None:
    book = openpyxl.load_workbook(blank / FORM)
    colours = {cell.value: cell.fill.fgColor.rgb for cell in book["绩效指标"][1]}
    assert colours["权重"] != colours["偏差原因分析及改进措施"]
    assert len(set(colours.values())) == 2


def test_the_guide_names_every_dataset_and_its_source() -> None:
    text = scaffold.guide(YEAR, "351001")
    assert all(d.name in text and d.source in text for d in datasets().values())


def call(raw: Path, unit: str, year: int, *, carry_over: bool = False) -> argparse.Namespace:
    return argparse.Namespace(unit=unit, year=year, raw=raw, carry_over=carry_over, json=False)


def test_last_years_rows_may_be_carried_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "home"))
    shutil.copytree(RAW / str(YEAR) / "352003", tmp_path / "raw" / str(YEAR) / "352003")
    assert init.main(call(tmp_path / "raw", "352003", YEAR + 1, carry_over=True), Home.current()) == 0
    book = openpyxl.load_workbook(tmp_path / "raw" / str(YEAR + 1) / "352003" / FORM)
    profile = {row[0]: row[1] for row in book["单位信息"].iter_rows(values_only=True)}
    assert (profile["年度"], profile["单位名称"], profile["填报日期"]) == ("2025", "沐川县科学技术协会", None)
    indicators = list(book["绩效指标"].iter_rows(min_row=2, values_only=True))
    assert indicators[0][:8] == (
        "51112924T000000000001", "产出指标", "数量指标", "维护科普宣传设备", "≥", "3", "种", 15,
    )  # fmt: skip
    assert len(indicators) == 18 and {row[10] for row in indicators} == {None}


@pytest.mark.parametrize(("unit", "carry_over"), [("../351001", False), ("", False), ("351001", True)])
def test_a_call_that_makes_no_sense(tmp_path: Path, unit: str, carry_over: bool) -> None:
    with pytest.raises(CallError):
        init.main(call(tmp_path, unit, YEAR, carry_over=carry_over), Home(tmp_path))
    assert list(tmp_path.iterdir()) == []
