"""A percentage as Excel keeps it: 95% typed into a cell is the number 0.95 with a format, and is read as what is seen.

Belongs here: percent formats of workbooks. What a percentage is held against does not.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from selfeval.pipeline import UnitPipeline, plan
from selfeval.sources.workbook import read_workbook
from tests.rules.conftest import UNIT, YEAR
from tests.rules.sound import SoundUnit

FORM = "自评填报表.xlsx"
CELLS = [(0.95, "0%", "95%"), (0.799, "0.0%", "79.9%"), (1, "0.00%", "100%"), (0.95, "0.00", "0.95"), (5, '0"%"', "5")]


def _read(path: Path) -> list[str]:
    (sheet,) = read_workbook(path.read_bytes())
    return [cells[0] for _, cells in sheet.rows]


def test_a_percent_format_is_read_as_seen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, (value, number_format, _) in enumerate(CELLS, 1):
        sheet.cell(row, 1, value).number_format = number_format
    sheet.cell(6, 1, "约95").number_format = "0%"
    sheet.cell(7, 1).number_format = "0%"
    sheet.cell(8, 1, "末")
    book.save(tmp_path / "a.xlsx")
    assert _read(tmp_path / "a.xlsx") == [*(seen for _, _, seen in CELLS), "约95", "", "末"]


def test_a_computed_percentage_is_read_as_seen(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", "=9/10", book.add_format({"num_format": "0.00%"}), 0.9)
        sheet.write_number("A2", -0.25, book.add_format({"num_format": "0.0%;[Red]-0.0%"}))
    assert _read(tmp_path / "a.xlsx") == ["90%", "-25%"]


@pytest.mark.parametrize("bound", ["服务对象满意度", None])
def test_a_target_typed_as_a_percentage_is_not_a_hundredth_of_it(sound: SoundUnit, bound: str | None) -> None:
    for row in range(2, 7):
        sound.set("满意度问卷.csv", row, "总体评价", "一般")
    sound.set("绩效指标", 5, "取数指标", bound)
    sound.set("绩效指标", 5, "偏差原因分析及改进措施", "开放时间短。")
    sound.write(sound.folder)
    book = openpyxl.load_workbook(sound.folder.root / FORM)
    sheet = book["绩效指标"]
    for cell, value in (("F5", 0.9), ("J5", None if bound else 0.5)):
        sheet[cell].value, sheet[cell].number_format = value, "0%"
    book.save(sound.folder.root / FORM)
    pipeline = UnitPipeline(plan(sound.folder.root.parents[1], YEAR, UNIT), sound.store)
    (score,) = [i for s in pipeline.scored[0].projects for i in s.indicators if i.indicator.level3 == "服务对象满意度"]
    assert (score.met, score.actual_display, str(score.points)) == (False, "50%", "5.56")
