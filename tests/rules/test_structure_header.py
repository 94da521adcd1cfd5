"""Headers as real exports have them: moved down, of two rows, shifted, renamed, missing, doubled, with more columns."""

from __future__ import annotations

import openpyxl
import pytest

from tests.rules.conftest import BUDGET, PAYMENTS, PROJECT, Folder, budget, payment, payments, shares

PAY = "支付明细.csv"


def test_a_plain_file_has_no_finding(folder: Folder) -> None:
    folder.csv(PAY, payments(30))
    checked = folder.check()
    assert not checked.findings
    assert checked.accounts["支付明细"] == (30, 30, 0)


@pytest.mark.parametrize("above", [1, 12])
def test_a_header_below_title_lines_is_found(folder: Folder, above: int) -> None:
    titles = [["2024年支付明细表"], ["编制单位：某县科学技术协会"], [""], ["导出时间：2025-01-05"]]
    lines = [titles[k % len(titles)] for k in range(above)]
    folder.csv(PAY, [*lines, *payments(4), ["合计", *[""] * 8, "4010.00"]])
    folder.csv("指标执行情况表.csv", [["2024年度指标执行情况表"], *budget(2)])
    checked = folder.check()
    # 1001.50 + 1002.50 + 1003.50 + 1004.50 = 4012.00: the printed total is wrong, and stands below the rows.
    total = checked.one("payments.amount.total")
    assert (total.row, total.column, total.value) == (above + 6, "金额（元）", "4010.00")
    assert checked.accounts["支付明细"] == (4, 4, 0)
    assert checked.accounts["指标执行情况"] == (2, 2, 0)


def test_rows_above_a_header_that_slid_down_are_counted_and_told(folder: Folder) -> None:
    rows = payments(8)
    folder.csv(PAY, [*rows[1:4], rows[0], *rows[4:]])
    checked = folder.check()
    found = checked.one("source.header.position")
    assert (found.severity, found.row, found.rows, found.count) == ("warning", 1, "1-3", 3)
    assert checked.accounts["支付明细"] == (8, 8, 0)


def test_a_file_without_its_header_is_an_error(folder: Folder) -> None:
    folder.csv(PAY, payments(8)[1:])
    found = folder.check().one("source.header")
    assert (found.severity, found.file, found.row) == ("error", PAY, 1)
    assert "金额（元）" in found.fix


def test_a_header_of_two_rows_is_joined(folder: Folder) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    upper = [*BUDGET[:8], "预算", "", "", "执行", "", ""]
    lower = [*[""] * 8, *BUDGET[8:]]
    for row in (["2024年度预算指标执行情况表"], upper, lower, *budget(3)[1:]):
        sheet.append(row)
    for column in range(1, 9):
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    sheet.merge_cells("I2:K2")
    sheet.merge_cells("L2:N2")
    book.save(folder.root / "指标执行情况表.xlsx")
    checked = folder.check()
    found = checked.one("source.header.merged")
    assert (found.severity, found.row) == ("info", 2)
    assert checked.rules == {"source.header.merged"}
    assert checked.accounts["指标执行情况"] == (3, 3, 0)


def test_a_header_split_over_two_rows_by_words(folder: Folder) -> None:
    """年初 over 预算数: the two rows make one name."""
    upper = [*BUDGET[:8], "年初", "调整", "全年", "支出", "结余", "执行"]
    lower = [*[""] * 8, "预算数", "数", "预算数", "数", "数", "率"]
    folder.xlsx("指标执行情况表.xlsx", {"指标": [upper, lower, *budget(3)[1:]]})
    checked = folder.check()
    assert checked.rules == {"source.header.merged"}
    assert checked.accounts["指标执行情况"] == (3, 3, 0)


def test_a_second_header_row_of_columns_that_may_be_missing(folder: Folder) -> None:
    roster = ["科普员编号", "姓名", "性别", "乡镇", "行政村（社区）", "手机号", "在岗起"]
    rows = [[f"KP1132000{n}", f"张{n}", "女", "沙坪镇", "白坝村", "", "2024-01-01"] for n in range(1, 5)]
    folder.csv("科普员名册.csv", [[*roster[:6], "统计项目"], [*[""] * 6, roster[6]], *rows])
    checked = folder.check()
    assert checked.one("source.header.merged").row == 1
    assert checked.rules == {"source.header.merged"}
    assert checked.accounts["科普员名册"] == (4, 4, 0)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_header_shifted_against_its_rows_is_one_finding(folder: Folder, suffix: str) -> None:
    rows = payments(30)
    shifted = [["", *PAYMENTS], *rows[1:]]
    if suffix == "csv":
        folder.csv(PAY, [row if i == 0 else [*row, ""] for i, row in enumerate(shifted)])
    else:
        folder.xlsx("支付明细.xlsx", {"支付": shifted})
    checked = folder.check()
    found = checked.one("payments.shifted")
    assert (found.severity, found.row, found.rows, found.count) == ("error", 2, "2-31", 30)
    assert found.column == "支付日期"
    assert "左" in found.message
    assert checked.accounts["支付明细"] == (30, 0, 30)


def test_rows_short_of_a_column_are_one_finding_where_all_are(folder: Folder) -> None:
    folder.csv(PAY, [PAYMENTS, *(row[:4] + row[5:] for row in payments(12)[1:])])
    checked = folder.check()
    found = checked.one("payments.columns")
    assert (found.severity, found.row, found.rows, found.count) == ("error", 2, "2-13", 12)


def test_one_row_with_a_cell_too_many(folder: Folder) -> None:
    rows = payments(8)
    rows[5].insert(5, "多")
    folder.csv(PAY, rows)
    checked = folder.check()
    found = checked.one("payments.columns")
    assert (found.row, found.rows, found.count) == (6, None, 1)
    assert checked.accounts["支付明细"] == (8, 7, 1)
    assert checked.quarantine["支付明细"][1][2:4] == ["6", "payments.columns"]


def test_a_row_with_a_cell_too_many_whose_last_cell_is_empty(folder: Folder) -> None:
    """What was pushed beyond the header's last column is empty; the cells before it stand in other columns all the same."""
    header = ["问卷编号", "日期", "对象类型", "总体评价", "意见"]
    rows = [[f"W{n:04d}", "2024-11-20", "村民", "满意", ""] for n in range(1, 9)]
    rows[4].insert(2, "多")
    folder.csv("满意度问卷.csv", [header, *rows])
    checked = folder.check()
    assert [(f.row, f.column) for f in checked.of("survey.columns")] == [(6, None)]
    assert not checked.of("survey.rating.domain")
    assert checked.accounts["满意度问卷"] == (8, 7, 1)


@pytest.mark.parametrize("ends", ["every row", "one row"])
def test_a_delimiter_at_a_rows_end_is_no_cell_too_many(folder: Folder, ends: str) -> None:
    """Some systems end every row with one. A wrong cell of such a row is told as what it is."""
    rows = payments(8)
    for n, row in enumerate(rows[1:], 1):
        row += [""] if ends == "every row" or n == 3 else []
    rows[5][0] = "2024-13-01"
    folder.csv(PAY, rows)
    checked = folder.check()
    assert not checked.of("payments.columns")
    assert checked.one("payments.paid_on.type").row == 6


def test_a_shifted_block_of_rows_is_one_finding_with_its_rows(folder: Folder) -> None:
    rows = payments(30)
    for k in (*range(7, 12), 20):
        rows[k] = [*rows[k][:3], "", *rows[k][3:9]]
    folder.xlsx("支付明细.xlsx", {"支付": rows})
    checked = folder.check()
    found = checked.one("payments.shifted")
    assert (found.row, found.rows, found.count, found.column) == (8, "8-12,21", 6, "用途")
    assert checked.accounts["支付明细"] == (30, 24, 6)


def test_known_other_names_of_columns_are_read(folder: Folder) -> None:
    rows = payments(3)
    rows[0] = [
        "支付时间", "支付凭证号", "项目编码", "资金用途", "摘要", "收款人名称", "收款人账号", "部门支出经济分类",
        "政府支出经济分类", "支付金额",
    ]  # fmt: skip
    folder.csv(PAY, rows)
    assert not folder.check().findings


@pytest.mark.parametrize("label", ["凭 证 号", "凭证号　", "凭证号\n", "﻿凭证号"])
def test_white_space_in_a_header_does_not_matter(folder: Folder, label: str) -> None:
    rows = payments(3)
    rows[0][1] = label
    folder.csv(PAY, rows)
    assert not folder.check().findings


def test_a_renamed_column_is_missing_and_the_guess_is_told(folder: Folder) -> None:
    rows = payments(3)
    rows[0][9] = "付款金额（元）"
    folder.csv(PAY, rows)
    checked = folder.check()
    found = checked.one("source.column.missing")
    assert (found.severity, found.row, found.column) == ("error", 1, "金额（元）")
    assert "付款金额（元）" in found.message
    assert checked.one("source.column.unknown").column == "付款金额（元）"


@pytest.mark.parametrize("place", [0, 1, 9])
def test_a_missing_column_is_one_error_at_the_header(folder: Folder, place: int) -> None:
    folder.csv(PAY, [row[:place] + row[place + 1 :] for row in payments(4)])
    checked = folder.check()
    found = checked.one("source.column.missing")
    assert (found.severity, found.file, found.row, found.column) == ("error", PAY, 1, PAYMENTS[place])
    assert checked.rules == {"source.column.missing"}
    # Without it no row can count; each is in the quarantine.
    assert checked.accounts["支付明细"] == (4, 0, 4)
    assert {row[3] for row in checked.quarantine["支付明细"][1:]} == {"source.column.missing"}


def test_a_column_that_may_be_missing_is_no_finding(folder: Folder) -> None:
    folder.csv(PAY, [row[:4] + row[5:] for row in payments(4)])
    assert not folder.check().findings


def test_a_doubled_column_is_an_error(folder: Folder) -> None:
    folder.csv(PAY, [[*row, row[9]] for row in payments(4)])
    found = folder.check().one("source.column.doubled")
    assert (found.severity, found.row, found.column) == ("error", 1, "金额（元）")


def test_two_names_of_one_column_are_a_warning(folder: Folder) -> None:
    folder.csv(PAY, [[*row, "支付金额" if k == 0 else row[9]] for k, row in enumerate(payments(4))])
    found = folder.check().one("source.column.doubled")
    assert (found.severity, found.row, found.column) == ("warning", 1, "支付金额")
    assert "不同" not in found.message
    folder.csv(PAY, [[*row, "支付金额" if k == 0 else "1.00"] for k, row in enumerate(payments(4))])
    assert "有的行不同" in folder.check().one("source.column.doubled").message


def test_an_unknown_column_is_carried_into_the_quarantine(folder: Folder) -> None:
    rows = [[*row, "经办科室" if k == 0 else f"科室{k}"] for k, row in enumerate(payments(4))]
    rows[3][9] = "壹佰元"
    folder.csv(PAY, rows)
    checked = folder.check()
    found = checked.one("source.column.unknown")
    assert (found.severity, found.row, found.column) == ("info", 1, "经办科室")
    assert checked.one("payments.amount.type").row == 4
    header, row = checked.quarantine["支付明细"]
    assert header[-1] == "经办科室"
    assert row[-1] == "科室3"
    assert dict(zip(header, row, strict=True))["金额（元）"] == "壹佰元"


def test_an_unknown_column_of_numbers_or_names_is_masked(folder: Folder) -> None:
    rows = [
        [*row, "经办人" if k == 0 else "王小明", "联系电话" if k == 0 else "13812345678"]
        for k, row in enumerate(payments(4))
    ]
    rows[2][0] = "去年"
    folder.csv(PAY, rows)
    header, row = folder.check().quarantine["支付明细"]
    shown = dict(zip(header, row, strict=True))
    assert shown["经办人"] == "王*"
    assert shown["联系电话"] == "***"
    assert shown["收款账号"] == "***"


def test_a_column_without_a_header_is_told(folder: Folder) -> None:
    rows = payments(4)
    folder.xlsx("支付明细.xlsx", {"支付": [rows[0], *([*row, "备用"] for row in rows[1:3]), *rows[3:]]})
    found = folder.check().one("source.column.unlabelled")
    assert (found.severity, found.column, found.rows) == ("warning", "K", "2-3")


def test_columns_in_another_order_are_read(folder: Folder) -> None:
    folder.csv(PAY, [list(reversed(row)) for row in payments(4)])
    checked = folder.check()
    assert not checked.findings
    assert checked.accounts["支付明细"] == (4, 4, 0)


def test_the_header_printed_again_on_each_page(folder: Folder) -> None:
    rows = payments(8)
    folder.csv(PAY, [["2024年支付明细表"], *rows[:5], ["2024年支付明细表"], rows[0], *rows[5:]])
    checked = folder.check()
    found = checked.one("source.header.repeated")
    assert (found.severity, found.rows) == ("info", "7-8")
    assert checked.accounts["支付明细"] == (8, 8, 0)


def test_an_alias_of_the_unit_is_a_header(folder: Folder) -> None:
    rows = payments(3)
    rows[0][9] = "付讫"
    folder.csv(PAY, rows)
    folder.raw("单位设置.toml", '["数据集"."支付明细"."别名"]\n"金额（元）" = ["付讫"]\n'.encode())
    assert not folder.check().findings


def test_swapped_headers_are_told_by_their_cells(folder: Folder) -> None:
    """项目编码 and 用途 change names: every cell of 项目编码 is of another shape."""
    rows = payments(6)
    rows[0][2], rows[0][3] = rows[0][3], rows[0][2]
    folder.csv(PAY, rows)
    checked = folder.check()
    found = checked.one("payments.project_code.format")
    assert (found.row, found.count, found.rows, found.column) == (2, 6, "2-7", "项目编码")
    assert checked.accounts["支付明细"] == (6, 0, 6)


def test_two_cells_of_a_row_swapped(folder: Folder) -> None:
    rows = payments(6)
    rows[3] = payment(3, 用途=PROJECT, 项目编码="科普活动")
    folder.csv(PAY, rows)
    checked = folder.check()
    assert checked.at("payments.project_code.format") == [(PAY, None, 4, "项目编码", None)]


def test_a_header_of_a_log_in_the_middle_of_its_folder(folder: Folder) -> None:
    rows = shares(9)
    folder.csv("科普员分享记录/2024-01.csv", rows[:5])
    folder.csv("科普员分享记录/2024-02.csv", [rows[0], *rows[5:]])
    folder.csv("科普员分享记录/2024-03.csv", rows[1:3])
    checked = folder.check()
    found = checked.one("source.header")
    assert (found.severity, found.file) == ("error", "科普员分享记录/2024-03.csv")
    assert checked.accounts["科普员分享记录"] == (9, 9, 0)
