"""Old workbooks (.xls) as Excel 97 to 2003 and report systems leave them: what calamine does not tell of them is read beside it.

Belongs here: every structural fault an .xls can have. The same faults of an .xlsx are `test_structure_workbook`'s.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
from pathlib import Path
from typing import Any

import pytest
import xlwt

from bench.planted.books import protected
from selfeval.pipeline import UnitPipeline, plan
from selfeval.sources.workbook import read_workbook
from tests.rules.conftest import PAYMENTS, UNIT, YEAR, Folder, payments
from tests.rules.sound import FORM, SoundUnit
from tests.rules.test_structure_percent import CELLS

BOOK = "支付明细.xls"
AMOUNT = PAYMENTS.index("金额（元）")


def written(rows: list[list[Any]]) -> tuple[xlwt.Workbook, Any]:
    """A workbook with the rows, and its sheet, to be spoilt and saved."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("支付", cell_overwrite_ok=True)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is not None:
                sheet.write(r, c, float(value) if c == AMOUNT and str(value)[0].isdigit() else value)
    return book, sheet


def saved(book: xlwt.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def checked_payments(folder: Folder, book: xlwt.Workbook) -> Any:
    folder.raw(BOOK, saved(book))
    return folder.check()


def test_a_sound_old_workbook(folder: Folder) -> None:
    checked = checked_payments(folder, written(payments(9))[0])
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize(("said", "code"), [("#REF!", 0x17), ("#N/A", 0x2A), ("#DIV/0!", 0x07)])
def test_error_cells(folder: Folder, said: str, code: int) -> None:
    book, sheet = written(payments(9))
    for row, column in ((3, AMOUNT), (6, 2), (8, 0)):
        sheet.row(row).set_cell_error(column, code)
    checked = checked_payments(folder, book)
    found = [(f.severity, f.row, f.column, f.value) for f in checked.of("source.error_cell")]
    assert found == [("error", 4, "金额（元）", said), ("error", 7, "项目编码", said), ("error", 9, "支付日期", said)]
    assert checked.rules == {"source.error_cell"}
    assert checked.accounts["支付明细"] == (9, 6, 3)


def test_formulas_without_a_cached_value(folder: Folder) -> None:
    """xlwt writes formulas and no values, as the systems built on it do."""
    book, sheet = written(payments(9))
    sheet.write(3, AMOUNT, xlwt.Formula("SUM(1,2)"))
    sheet.write(5, 3, xlwt.Formula('CONCATENATE("科普","活动")'))
    checked = checked_payments(folder, book)
    found = [(f.severity, f.sheet, f.row, f.column) for f in checked.of("source.formula")]
    assert found == [("error", "支付", 4, "金额（元）"), ("error", "支付", 6, "用途")]
    assert checked.rules == {"source.formula"}
    assert checked.accounts["支付明细"] == (9, 7, 2)


def test_a_total_that_is_a_formula_without_a_value(folder: Folder) -> None:
    book, sheet = written([*payments(9), ["合计"]])
    sheet.write(10, AMOUNT, xlwt.Formula("SUM(J2:J10)"))
    found = checked_payments(folder, book).one("source.formula")
    assert (found.severity, found.row, found.column) == ("warning", 11, "金额（元）")


def _formula_records(data: bytes) -> list[int]:
    """Where the formulas' records lie in a file whose only stream stands in one piece."""
    places, at = [], 512
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == 0x0006:
            places.append(at + 4)
        at += 4 + length
    return places


def test_formulas_with_a_value_are_values(folder: Folder) -> None:
    """A number, and a text that is empty because the formula says so."""
    book, sheet = written(payments(9))
    sheet.write(3, AMOUNT, xlwt.Formula("1000+3.5"))
    sheet.write(5, PAYMENTS.index("摘要"), xlwt.Formula('IF(1=1,"","x")'))
    data = bytearray(saved(book))
    place = _formula_records(data)[0] + 6
    data[place : place + 8] = struct.pack("<d", 1003.5)
    folder.raw(BOOK, bytes(data))
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_hidden_rows_columns_and_sheets_count_and_are_told(folder: Folder) -> None:
    book, sheet = written(payments(9))
    for row in (3, 4, 7):
        sheet.row(row).hidden = True
    sheet.col(3).hidden = True
    sheet.visibility = 1
    book.add_sheet("说明").write(0, 0, "本表由系统导出")
    book.set_active_sheet(1)
    checked = checked_payments(folder, book)
    rows, column = checked.one("source.hidden_rows"), checked.one("source.hidden_columns")
    assert (rows.severity, rows.rows, rows.count) == ("info", "4-5,8", 3)
    assert (column.severity, column.column) == ("info", "用途")
    assert checked.one("source.hidden_sheet").sheet == "支付"
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_merged_cells(folder: Folder) -> None:
    book, sheet = written(payments(9))
    sheet.write_merge(3, 5, 3, 3, "科普活动")
    sheet.write_merge(6, 7, AMOUNT, AMOUNT, 1007.5)
    checked = checked_payments(folder, book)
    found = [(f.severity, f.rows or f.row, f.column) for f in checked.of("source.merged")]
    assert found == [("error", 7, "金额（元）"), ("error", 8, "金额（元）"), ("info", "5-6", "用途")]
    assert checked.accounts["支付明细"] == (9, 7, 2)


def test_a_merged_header_of_two_rows(folder: Folder) -> None:
    rows = payments(9)
    upper = [*rows[0][:6], "核算要素", None, None, None]
    book, sheet = written([upper, [None] * 6 + rows[0][6:], *rows[1:]])
    sheet.merge(0, 0, 6, 9)
    for column in range(6):
        sheet.merge(0, 1, column, column)
    checked = checked_payments(folder, book)
    assert not {f.rule for f in checked.findings if f.severity == "error"}
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_titles_blank_rows_and_subtotals(folder: Folder) -> None:
    rows = payments(6)
    sums = [sum(float(r[AMOUNT]) for r in part) for part in (rows[1:4], rows[4:7])]
    total = [["小计", *[None] * 8, s] for s in sums]
    title = ["2024年支付明细表", *[None] * 9]
    book, sheet = written(
        [title, *rows[:4], total[0], [None], *rows[4:], total[1], ["合计", *[None] * 8, round(sum(sums), 2)]]
    )
    sheet.merge(0, 0, 0, 9)
    checked = checked_payments(folder, book)
    assert checked.rules == {"source.blank_rows"}
    assert checked.one("source.blank_rows").row == 7
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_a_subtotal_that_is_wrong(folder: Folder) -> None:
    rows = payments(6)
    wrong = ["小计", *[None] * 8, sum(float(r[AMOUNT]) for r in rows[1:4]) + 7]
    found = checked_payments(folder, written([*rows[:4], wrong, *rows[4:]])[0]).one("payments.amount.total")
    assert (found.severity, found.row, found.column) == ("error", 5, "金额（元）")


def test_a_header_that_slid_one_column(folder: Folder) -> None:
    rows = payments(9)
    checked = checked_payments(folder, written([[None, *rows[0]], *rows[1:]])[0])
    assert checked.one("payments.shifted").rows == "2-10"
    assert checked.accounts["支付明细"] == (9, 0, 9)


def test_a_range_formatted_to_the_last_cell_costs_nothing(folder: Folder) -> None:
    book, sheet = written(payments(9))
    box = xlwt.easyxf("borders: left thin")
    for column in range(256):
        sheet.write(65_535, column, None, box)
    checked = checked_payments(folder, book)
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_dates_and_serial_numbers_in_both_epochs(folder: Folder, epoch_1904: bool) -> None:
    """The first rows' dates are formatted as dates, the others' as plain numbers."""
    start = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
    book, sheet = written(payments(9))
    book.dates_1904 = epoch_1904
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for n, row in enumerate(payments(9)[1:], 1):
        serial = (dt.date.fromisoformat(row[0]) - start).days
        sheet.write(n, 0, serial, day) if n < 4 else sheet.write(n, 0, serial)
    checked = checked_payments(folder, book)
    found = checked.one("source.serial")
    assert (found.severity, found.rows, found.column) == ("info", "5-10", "支付日期")
    assert checked.rules == {"source.serial"}
    assert checked.accounts["支付明细"] == (9, 9, 0)


def _percents(path: Path) -> list[str]:
    (sheet,) = read_workbook(path.read_bytes())
    return [cells[0] for _, cells in sheet.rows]


def test_a_percent_format_is_read_as_seen(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row, (value, number_format, _) in enumerate(CELLS):
        sheet.write(row, 0, value, xlwt.easyxf(num_format_str=number_format))
    percent = xlwt.easyxf(num_format_str="0%")
    sheet.write(5, 0, "约95", percent)
    sheet.write(6, 0, None, percent)
    for column, value in enumerate((0.5, 0.25, 0.12345678)):
        sheet.write(7, column, value, percent)
    (tmp_path / "a.xls").write_bytes(saved(book))
    assert _percents(tmp_path / "a.xls") == [*(seen for _, _, seen in CELLS), "约95", "", "50%"]
    (read,) = read_workbook((tmp_path / "a.xls").read_bytes())
    assert read.rows[7][1] == ["50%", "25%", "12.345678%"]


def test_a_target_typed_as_a_percentage_is_not_a_hundredth_of_it(sound: SoundUnit) -> None:
    """A form in .xls whose target is 0.9 with a percent format, held against a satisfaction of 50%."""
    for row in range(2, 7):
        sound.set("满意度问卷.csv", row, "总体评价", "一般")
    sound.set("绩效指标", 5, "偏差原因分析及改进措施", "开放时间短。")
    sound.set("绩效指标", 5, "指标值", 0.9)
    book, percent, plain = xlwt.Workbook(), xlwt.easyxf(num_format_str="0%"), xlwt.Style.default_style
    for file, name in list(sound.tables):
        if file == FORM:
            sheet = book.add_sheet(name)
            for r, row in enumerate(sound.tables.pop((file, name))):
                for c, value in enumerate(row):
                    if value is not None:
                        sheet.write(r, c, value, percent if value == 0.9 else plain)
    sound.write(sound.folder)
    sound.folder.raw("自评填报表.xls", saved(book))
    pipeline = UnitPipeline(plan(sound.folder.root.parents[1], YEAR, UNIT), sound.store)
    (score,) = [i for s in pipeline.scored[0].projects for i in s.indicators if i.indicator.level3 == "服务对象满意度"]
    assert (score.met, score.actual_display, str(score.points)) == (False, "50%", "5.56")


def test_an_old_workbook_with_a_password(folder: Folder) -> None:
    folder.raw(BOOK, protected(saved(written(payments(9))[0])))
    found = folder.check().one("source.password")
    assert (found.severity, found.file) == ("error", BOOK)
    assert "密码" in found.fix


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.8, 0.95, 0.99])
def test_a_truncated_old_workbook(folder: Folder, share: float) -> None:
    data = saved(written(payments(300))[0])
    folder.raw(BOOK, data[: int(len(data) * share)])
    found = folder.check().one("source.truncated")
    assert (found.severity, found.file) == ("error", BOOK)
    assert folder.check().accounts.get("支付明细", (0, 0, 0)) == (0, 0, 0)
