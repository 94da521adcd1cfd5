"""Workbooks as Excel leaves them: phantom ranges, merged cells, formulas, error cells, hidden parts, both epochs."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.rules.conftest import Folder, payment, payments

BOOK = "支付明细.xlsx"


def written(folder: Folder, rows: list[list[Any]]) -> tuple[openpyxl.Workbook, Any]:
    """A workbook with the rows, and its sheet, to be spoilt and saved."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "支付"
    for row in rows:
        sheet.append([float(c) if i == 9 and str(c)[0].isdigit() else c for i, c in enumerate(row)])
    return book, sheet


MEASURE = """
import resource, sys
from pathlib import Path
from selfeval.sources.workbook import read_workbook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(sheet,) = read_workbook(Path(sys.argv[1]).read_bytes())
print(len(sheet.rows), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_range_formatted_to_the_last_cell_costs_nothing(folder: Folder) -> None:
    """Rows and columns that are formatted though empty, to XFD1048576, in a file of a few kB."""
    book, sheet = written(folder, payments(50))
    for row in range(100, 2000):
        sheet.row_dimensions[row].height = 20
    sheet.cell(1_048_576, 16_384).number_format = "0.00"
    sheet.cell(200, 9000).number_format = "0.00"
    book.save(folder.root / BOOK)
    started = time.perf_counter()
    checked = folder.check()
    assert time.perf_counter() - started < 20
    assert checked.accounts["支付明细"] == (50, 50, 0)
    assert not checked.rules
    said = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder.root / BOOK)], capture_output=True, text=True, check=True
    )
    rows, kilobytes = map(int, said.stdout.split())
    assert rows == 51
    assert kilobytes < 100_000


def test_a_single_value_in_the_last_cell(folder: Folder) -> None:
    """One stray word at XFD1048576: told, and neither minutes nor gigabytes."""
    book, sheet = written(folder, payments(50))
    sheet.cell(1_048_576, 16_384).value = "尾"
    book.save(folder.root / BOOK)
    started = time.perf_counter()
    checked = folder.check()
    assert time.perf_counter() - started < 20
    assert checked.accounts["支付明细"][0] == 51
    assert checked.accounts["支付明细"][1] == 50
    assert checked.of("source.column.unlabelled")[0].column == "XFD"


def test_many_formatted_rows_below_the_data(folder: Folder) -> None:
    """200,000 empty formatted rows, as a filter on a whole column leaves them."""
    path = folder.root / BOOK
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, box = book.add_worksheet("支付"), book.add_format({"border": 1})
    for r, row in enumerate(payments(50)):
        sheet.write_row(r, 0, row)
    for r in range(51, 200_000):
        for c in range(4):
            sheet.write_blank(r, c, None, box)
    book.close()
    started = time.perf_counter()
    checked = folder.check()
    assert time.perf_counter() - started < 30
    assert checked.accounts["支付明细"] == (50, 50, 0)
    assert not checked.rules


def test_a_merged_word_holds_for_all_its_rows(folder: Folder) -> None:
    book, sheet = written(folder, payments(9))
    for row in (5, 6):
        sheet.cell(row, 4).value = None
    sheet.merge_cells("D4:D6")
    book.save(folder.root / BOOK)
    checked = folder.check()
    found = checked.one("source.merged")
    assert (found.severity, found.rows, found.column) == ("info", "5-6", "用途")
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_a_merged_amount_belongs_to_no_row_for_certain(folder: Folder) -> None:
    book, sheet = written(folder, payments(9))
    sheet.merge_cells("J4:J6")
    book.save(folder.root / BOOK)
    checked = folder.check()
    found = checked.of("source.merged")
    assert [(f.severity, f.sheet, f.row, f.column) for f in found] == [
        ("error", "支付", n, "金额（元）") for n in (4, 5, 6)
    ]
    assert checked.accounts["支付明细"] == (9, 6, 3)


def test_cells_merged_across_columns(folder: Folder) -> None:
    book, sheet = written(folder, payments(9))
    sheet.merge_cells("C4:D4")
    book.save(folder.root / BOOK)
    found = folder.check().one("source.merged")
    assert (found.severity, found.row, found.column) == ("error", 4, "用途")


def test_formulas_without_a_cached_value(folder: Folder) -> None:
    """openpyxl writes formulas and no values, as many programs do."""
    book, sheet = written(folder, payments(9))
    sheet["J4"] = "=SUM(1,2)"
    sheet["D6"] = '=CONCATENATE("科普","活动")'
    book.save(folder.root / BOOK)
    checked = folder.check()
    found = [(f.severity, f.sheet, f.row, f.column) for f in checked.of("source.formula")]
    assert found == [("error", "支付", 4, "金额（元）"), ("error", "支付", 6, "用途")]
    assert checked.rules == {"source.formula"}
    assert checked.accounts["支付明细"] == (9, 7, 2)


def test_formulas_with_a_cached_value_are_values(folder: Folder) -> None:
    book = xlsxwriter.Workbook(str(folder.root / BOOK))
    sheet = book.add_worksheet("支付")
    for r, row in enumerate(payments(9)):
        sheet.write_row(r, 0, row)
    sheet.write_formula("J4", "=1000+3.5", None, 1003.5)
    sheet.write_formula("D6", '="科普"&"活动"', None, "科普活动")
    book.close()
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_a_total_that_is_a_formula_without_a_value(folder: Folder) -> None:
    book, _ = written(folder, [*payments(9), ["合计", *[None] * 8, "=SUM(J2:J10)"]])
    book.save(folder.root / BOOK)
    checked = folder.check()
    found = checked.one("source.formula")
    assert (found.severity, found.row, found.column) == ("warning", 11, "金额（元）")
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize("said", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_error_cells(folder: Folder, said: str) -> None:
    book, sheet = written(folder, payments(9))
    for place in ("J4", "C7", "A9"):
        sheet[place] = said
        sheet[place].data_type = "e"
    book.save(folder.root / BOOK)
    checked = folder.check()
    found = [(f.severity, f.row, f.column, f.value) for f in checked.of("source.error_cell")]
    assert found == [("error", 4, "金额（元）", said), ("error", 7, "项目编码", said), ("error", 9, "支付日期", said)]
    assert checked.rules == {"source.error_cell"}
    assert checked.accounts["支付明细"] == (9, 6, 3)


def test_error_words_in_a_text_file(folder: Folder) -> None:
    """What a spreadsheet saved as CSV leaves of an error cell."""
    folder.csv("支付明细.csv", [*payments(9), payment(10, 用途="#REF!"), payment(11, **{"金额（元）": "#N/A"})])
    found = [(f.severity, f.row, f.column, f.value) for f in folder.check().of("source.error_cell")]
    assert sorted(found) == [("error", 11, "用途", "#REF!"), ("error", 12, "金额（元）", "#N/A")]


def test_hidden_rows_columns_and_sheets_count_and_are_told(folder: Folder) -> None:
    book, sheet = written(folder, payments(9))
    for row in (4, 5, 8):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["D"].hidden = True
    book.save(folder.root / BOOK)
    checked = folder.check()
    rows, column = checked.one("source.hidden_rows"), checked.one("source.hidden_columns")
    assert (rows.severity, rows.rows, rows.count) == ("info", "4-5,8", 3)
    assert (column.severity, column.column) == ("info", "用途")
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_of_data(folder: Folder, state: str) -> None:
    book, sheet = written(folder, payments(9))
    sheet.sheet_state = state
    book.create_sheet("说明").append(["本表由系统导出"])
    book.save(folder.root / BOOK)
    checked = folder.check()
    found = checked.one("source.hidden_sheet")
    assert (found.severity, found.sheet) == ("info", "支付")
    assert checked.one("source.sheet.unknown").sheet == "说明"
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_two_sheets_of_one_table_are_both_read(folder: Folder) -> None:
    rows = payments(9)
    folder.xlsx(BOOK, {"上半年": rows[:5], "下半年": [rows[0], *rows[5:]]})
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_real_dates_in_both_epochs(folder: Folder, epoch_1904: bool) -> None:
    path = folder.root / BOOK
    book = xlsxwriter.Workbook(str(path), {"date_1904": epoch_1904})
    sheet, day = book.add_worksheet("支付"), book.add_format({"num_format": "yyyy-mm-dd"})
    for r, row in enumerate(payments(9)):
        sheet.write_row(r, 0, row)
        if r:
            sheet.write_datetime(r, 0, dt.datetime.fromisoformat(row[0]), day)
    book.close()
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_serial_numbers_in_a_workbook_of_either_epoch(folder: Folder, epoch_1904: bool) -> None:
    start = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
    book = xlsxwriter.Workbook(str(folder.root / BOOK), {"date_1904": epoch_1904})
    sheet = book.add_worksheet("支付")
    for r, row in enumerate(payments(9)):
        sheet.write_row(r, 0, row)
        if r:
            sheet.write_number(r, 0, (dt.date.fromisoformat(row[0]) - start).days)
    book.close()
    checked = folder.check()
    found = checked.one("source.serial")
    assert (found.severity, found.rows, found.column) == ("info", "2-10", "支付日期")
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_dates_pasted_from_the_other_epoch(folder: Folder) -> None:
    """Four years and a day too early, all of them: told as what it is."""
    rows = payments(9)
    for row in rows[1:]:
        row[0] = dt.date.fromisoformat(row[0]) - dt.timedelta(days=1462)
    book, _ = written(folder, rows)
    book.save(folder.root / BOOK)
    found = [f for f in folder.check().findings if f.column == "支付日期"]
    assert {f.rule for f in found} <= {"payments.paid_on.range", "source.year"}
    assert any("1904" in f.message for f in found)


def test_long_numbers_in_number_cells_have_lost_their_end(folder: Folder) -> None:
    book, sheet = written(folder, payments(3))
    sheet["G3"] = 6228480000000123456
    sheet["C4"] = 511132240000000000000
    book.save(folder.root / BOOK)
    checked = folder.check()
    assert checked.one("payments.payee_account.scientific").row == 3
    assert checked.one("payments.project_code.scientific").row == 4


def test_a_total_between_and_below_the_rows_of_a_workbook(folder: Folder) -> None:
    rows = payments(6)
    sums = [sum(float(r[9]) for r in part) for part in (rows[1:4], rows[4:7])]
    total = [["小计", *[None] * 8, s] for s in sums]
    book, _ = written(folder, [*rows[:4], total[0], *rows[4:], total[1], ["合计", *[None] * 8, sum(sums)]])
    book.save(folder.root / BOOK)
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_a_web_page_under_the_name_of_a_workbook(folder: Folder) -> None:
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in payments(4))
    folder.raw("支付明细.xls", f"<html><meta charset='utf-8'><table>{cells}</table></html>".encode())
    checked = folder.check()
    assert checked.accounts["支付明细"] == (4, 4, 0)


def test_a_bomb_of_zeros_is_refused(folder: Folder) -> None:
    folder.csv("支付明细.csv", payments(2))
    with zipfile.ZipFile(folder.root / BOOK, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", b"0" * (300 << 20))
    found = folder.check().one("source.too_large")
    assert (found.severity, found.file) == ("error", BOOK)
