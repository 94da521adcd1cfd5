"""Rows that are none, come twice or cancel each other: 合计, notes, duplicates, overlapping files, refunds, failures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.conftest import BUDGET, Folder, budget, payment, payments, project, share, shares

PAY = "支付明细.csv"
AMOUNT = "金额（元）"


def total(label: str, amount: float | str, place: int = 0) -> list[Any]:
    row: list[Any] = [""] * 10
    row[place] = label
    row[9] = amount
    return row


@pytest.mark.parametrize(("label", "place"), [("合 计", 0), ("本页合计", 3), ("累计：", 0), ("　总计　", 3)])
def test_a_total_is_no_row(folder: Folder, label: str, place: int) -> None:
    rows = payments(6)
    folder.csv(PAY, [*rows, total(label, sum(float(r[9]) for r in rows[1:]), place)])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_subtotals_within_the_table(folder: Folder) -> None:
    rows = payments(9)
    sums = [sum(float(r[9]) for r in rows[a:b]) for a, b in ((1, 4), (4, 10))]
    folder.csv(PAY, [*rows[:4], total("小计", sums[0]), *rows[4:], total("小计", sums[1]), total("合计", sum(sums))])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_subtotals_named_after_what_they_add_up(folder: Folder) -> None:
    rows = payments(9)
    sums = [sum(float(r[9]) for r in rows[a:b]) for a, b in ((1, 4), (4, 10))]
    folder.csv(PAY, [*rows[:4], total("科普活动小计", sums[0]), *rows[4:], total("补助 小计", sums[1], 3)])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_a_wrong_subtotal_is_told_at_its_cell(folder: Folder) -> None:
    rows = payments(9)
    folder.csv(PAY, [*rows[:4], total("小计", "99.00"), *rows[4:]])
    checked = folder.check()
    found = checked.one("payments.amount.total")
    assert (found.severity, found.row, found.column, found.value) == ("error", 5, AMOUNT, "99.00")
    assert checked.accounts["支付明细"] == (9, 9, 0)


def test_a_total_above_its_rows(folder: Folder) -> None:
    rows = payments(6)
    folder.csv(PAY, [rows[0], total("合计", sum(float(r[9]) for r in rows[1:])), *rows[1:]])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_a_total_copied_into_the_middle(folder: Folder) -> None:
    rows = payments(6)
    folder.csv(PAY, [*rows[:3], total("合计", sum(float(r[9]) for r in rows[1:])), *rows[3:]])
    checked = folder.check()
    assert checked.accounts["支付明细"] == (6, 6, 0)
    assert checked.rules <= {"payments.amount.total"}


def test_a_total_without_its_word_is_a_bad_row(folder: Folder) -> None:
    rows = payments(6)
    folder.csv(PAY, [*rows, total("", sum(float(r[9]) for r in rows[1:]))])
    checked = folder.check()
    assert checked.accounts["支付明细"] == (7, 6, 1)
    assert all(f.row == 8 and f.severity == "error" for f in checked.findings)


def test_a_row_whose_use_is_called_total_counts(folder: Folder) -> None:
    """A data row with all its cells is one, whatever word stands in it."""
    folder.csv(PAY, [*payments(6), payment(7, 用途="合计", 摘要="全年小计")])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (7, 7, 0)


def test_notes_and_signatures_below_are_no_rows(folder: Folder) -> None:
    foot = [["注：本表由系统导出"], ["制表人：张三", "", "审核人：李四"], ["打印日期：2025-01-05"]]
    folder.csv(PAY, [*payments(6), *foot])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_exact_duplicates_count_once(folder: Folder) -> None:
    rows = payments(6)
    folder.csv(PAY, [*rows, rows[2], rows[2], rows[5]])
    checked = folder.check()
    assert [(f.severity, f.row) for f in checked.of("payments.duplicate")] == [("info", 8), ("info", 9), ("info", 10)]
    assert checked.accounts["支付明细"] == (9, 6, 3)


def test_a_duplicate_written_otherwise_is_a_duplicate(folder: Folder) -> None:
    """The same row with its date, amount and spaces written another way says the same."""
    same = payment(2, 支付日期="2024年3月3日", 用途="科普活动　", **{AMOUNT: "１，002.50"})
    folder.csv(PAY, [*payments(6), same])
    checked = folder.check()
    assert [(f.rule, f.row) for f in checked.findings] == [("payments.duplicate", 8)]


def test_one_voucher_with_two_amounts_is_a_conflict(folder: Folder) -> None:
    folder.csv(PAY, [*payments(6), payment(2, **{AMOUNT: "1.00"})])
    checked = folder.check()
    assert [(f.severity, f.row) for f in checked.of("payments.conflict")] == [("error", 3), ("error", 8)]
    assert checked.accounts["支付明细"] == (7, 5, 2)


def test_the_same_month_exported_twice(folder: Folder) -> None:
    rows = shares(12)
    folder.csv("科普员分享记录/2024-01.csv", rows)
    folder.csv("科普员分享记录/2024-01(1).csv", rows)
    checked = folder.check()
    found = checked.one("shares.duplicate")
    assert (found.severity, found.file, found.rows, found.count) == ("info", "科普员分享记录/2024-01.csv", "2-13", 12)
    assert "2024-01(1).csv" in found.message
    assert "重叠" in found.message
    assert checked.accounts["科普员分享记录"] == (24, 12, 12)


def test_files_that_overlap_in_part(folder: Folder) -> None:
    rows = shares(12)
    folder.csv("科普员分享记录/上半年.csv", rows[:9])
    folder.xlsx("科普员分享记录/全年.xlsx", {"分享": [rows[0], *rows[5:]]})
    checked = folder.check()
    found = checked.one("shares.duplicate")
    assert (found.severity, found.rows, found.count) == ("info", "2-5", 4)
    assert found.file == "科普员分享记录/全年.xlsx"
    assert checked.accounts["科普员分享记录"] == (16, 12, 4)


def test_files_that_overlap_and_disagree(folder: Folder) -> None:
    rows = shares(400)
    folder.csv("科普员分享记录/a.csv", rows)
    folder.csv("科普员分享记录/b.csv", [rows[0], share(5, 阅读数="77")])
    checked = folder.check()
    places = [(f.severity, f.file, f.row) for f in checked.of("shares.conflict")]
    assert places == [("warning", "科普员分享记录/a.csv", 6), ("warning", "科普员分享记录/b.csv", 2)]


def test_refunds_are_negative_rows(folder: Folder) -> None:
    rows = payments(3)
    back = payment(4, **{AMOUNT: "(1,002.50)"}, 摘要="退回")
    folder.csv(PAY, [*rows, back])
    paid = 1001.5 + 1003.5
    folder.csv("指标执行情况表.csv", [BUDGET, project(1, 支出数=paid, 全年预算数=paid, 年初预算数=paid, 结余数=0)])
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (4, 4, 0)


@pytest.mark.parametrize("label", ["支付状态", "交易结果", "是否成功"])
def test_failed_payments_are_listed_and_not_counted(folder: Folder, label: str) -> None:
    said = {"支付状态": ("支付成功", "支付失败"), "交易结果": ("成功", "退票"), "是否成功": ("是", "否")}[label]
    rows = [[*row, label if k == 0 else said[k in (2, 5)]] for k, row in enumerate(payments(6))]
    folder.csv(PAY, rows)
    checked = folder.check()
    assert [(f.severity, f.row) for f in checked.of("payments.failed")] == [("info", 3), ("info", 6)]
    assert checked.rules == {"payments.failed"}
    assert checked.accounts["支付明细"] == (6, 4, 2)


def test_a_failed_payment_paid_again_under_its_voucher(folder: Folder) -> None:
    rows = [[*row, "支付状态" if k == 0 else "成功"] for k, row in enumerate(payments(3))]
    folder.csv(PAY, [rows[0], [*payment(2), "失败"], *rows[1:]])
    checked = folder.check()
    assert [(f.rule, f.row) for f in checked.findings] == [("payments.failed", 2)]
    assert checked.accounts["支付明细"] == (4, 3, 1)


def test_bad_rows_of_a_log_pass_until_the_tolerance(folder: Folder) -> None:
    bad = [share(n, 渠道="大喇叭") for n in (500, 501)]
    folder.csv("科普员分享记录.csv", [*shares(400), *bad])
    checked = folder.check()
    assert [(f.severity, f.row) for f in checked.of("shares.channel.domain")] == [("warning", 402), ("warning", 403)]
    assert not checked.of("shares.tolerance")
    folder.csv("科普员分享记录.csv", [*shares(390), *bad])
    found = folder.check().one("shares.tolerance")
    assert (found.severity, found.count) == ("error", 2)


def test_duplicates_do_not_count_against_the_tolerance(folder: Folder) -> None:
    rows = shares(400)
    folder.csv("科普员分享记录.csv", [*rows, *rows[1:300]])
    assert not folder.check().of("shares.tolerance")


def test_the_totals_of_a_budget_table(folder: Folder) -> None:
    rows = budget(3)
    sums: list[Any] = ["合计", *[""] * 7, *(sum(r[i] for r in rows[1:]) for i in range(8, 13)), ""]
    folder.csv("指标执行情况表.csv", [*rows, sums])
    assert not folder.check().rules
    sums[11] += 1
    folder.csv("指标执行情况表.csv", [*rows, sums])
    found = folder.check().one("budget.paid.total")
    assert (found.row, found.column) == (5, "支出数")
    assert found.severity == "error"


def test_the_foot_of_a_printed_page_is_no_payment(folder: Folder) -> None:
    rows = payments(12)
    feet = ["第1页", "第 2 页 共 5 页", "第3页/共5页", "- 4 -", "共5页"]
    for n, foot in enumerate(feet):
        rows.insert(3 + 2 * n, [foot])
    folder.xlsx("支付明细.xlsx", {"支付明细": rows})
    checked = folder.check()
    assert checked.accounts["支付明细"] == (12, 12, 0)
    assert checked.one("source.header.repeated").rows == "4,6,8,10,12"
