"""Cells as people and spreadsheets write them: dates, amounts, codes; what is understood, and what is told."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.rules.conftest import BUDGET, PAYMENTS, PROJECT, Folder, budget, payment, payments, project, share, shares

PAY = "支付明细.csv"
AMOUNT = "金额（元）"


def accepted_amounts(folder: Folder) -> list[str]:
    from selfeval.pipeline import UnitPipeline, plan

    with UnitPipeline(plan(folder.root.parents[1], 2024, "351001"), folder.store).connect() as con:
        return [str(a) for (a,) in con.execute("SELECT amount FROM payments ORDER BY _row").fetchall()]


UNDERSTOOD = {
    "１２３４．５０": "1234.50",
    "１，２３４．５０": "1234.50",
    "1,234.5": "1234.50",
    "12,345,678.90": "12345678.90",
    "1 234.50": "1234.50",
    "￥1,234.50": "1234.50",
    "¥ 1234.5": "1234.50",
    "-¥1,234.50": "-1234.50",
    "1234.50元": "1234.50",
    "￥1234.50 元": "1234.50",
    "(1,234.50)": "-1234.50",
    "（1234.50）": "-1234.50",
    "-1234.5": "-1234.50",
    "－1234.5": "-1234.50",
    "−1234.5": "-1234.50",
    "+1234.5": "1234.50",
    "1234.500000": "1234.50",
    "　1234.5　": "1234.50",
    "1234.5\xa0": "1234.50",
    "'1234.5": "1234.50",
    '="1234.5"': "1234.50",
    "0": "0.00",
    ".5": "0.50",
}


def test_amounts_are_understood(folder: Folder) -> None:
    folder.csv(PAY, [PAYMENTS, *(payment(n, **{AMOUNT: cell}) for n, cell in enumerate(UNDERSTOOD))])
    assert not folder.check().findings
    assert accepted_amounts(folder) == list(UNDERSTOOD.values())


def test_amounts_that_are_none_are_told(folder: Folder) -> None:
    cells = ["壹佰元", "12,34.5", "1.2.3", "1234.567", "12 3", "--5", "约1000", "1000-2000", "∞", "1,234.5.6", "12¥34"]
    folder.csv(PAY, [*payments(20), *(payment(n, **{AMOUNT: cell}) for n, cell in enumerate(cells, 30))])
    checked = folder.check()
    found = [(f.severity, f.file, f.row, f.column, f.value) for f in checked.of("payments.amount.type")]
    assert found == [("error", PAY, n, AMOUNT, cell) for n, cell in enumerate(cells, 22)]
    assert checked.accounts["支付明细"] == (31, 20, 11)


def test_an_empty_amount(folder: Folder) -> None:
    folder.csv(PAY, [PAYMENTS, payment(1), payment(2, **{AMOUNT: "　"}), payment(3)])
    assert folder.check().at("payments.amount.required") == [(PAY, None, 3, AMOUNT, None)]


@pytest.mark.parametrize("cell", ["0.123456", "1.00025万", "0.1002万元"])
def test_ten_thousands_in_a_column_of_yuan_are_told_as_that(folder: Folder, cell: str) -> None:
    folder.csv(PAY, [*payments(9), payment(10, **{AMOUNT: cell})])
    found = folder.check().one("payments.amount.scale")
    assert (found.severity, found.row, found.column, found.value) == ("error", 11, AMOUNT, cell)
    assert "万元" in found.message


def test_a_factor_of_ten_thousand_within_a_row_is_recognised(folder: Folder) -> None:
    names = ("年初预算数", "调整数", "全年预算数", "支出数", "结余数")
    cases = [(name, larger) for name in names for larger in (True, False)]
    rows = [BUDGET]
    for n, (name, larger) in enumerate(cases, 1):
        sound = {
            "年初预算数": 300000 * n,
            "调整数": 120000,
            "全年预算数": 300000 * n + 120000,
            "支出数": 240000,
            "结余数": 300000 * n - 120000,
        }
        changed = sound[name] * 10_000 if larger else sound[name] / 10_000
        rows.append(project(n, **{**sound, name: changed}))
    folder.csv("指标执行情况表.csv", [*rows, *(project(n) for n in range(50, 65))])
    found = folder.check().findings
    assert [(f.row, f.column) for f in sorted(found, key=lambda f: f.row or 0)] == [
        (n, name) for n, (name, _) in enumerate(cases, 2)
    ]
    assert {f.rule for f in found} == {f"budget.{_column(name)}.scale" for name in names}
    assert all(f.severity == "error" and "一万倍" in f.message for f in found)


def _column(label: str) -> str:
    from schemas import Scope, datasets, default_domains

    schema = datasets()["指标执行情况"].tables[0].schema(Scope(2024, "351001", default_domains()))
    return next(n for n, c in schema.columns.items() if c.title == label)


def test_a_payment_ten_thousand_times_too_small_is_recognised_by_the_project(folder: Folder) -> None:
    rows = payments(9)
    total = sum(1000.5 + n for n in range(1, 10))
    rows[4][9] = "0.10"  # 1004.50 元, told in 万元 to two places
    folder.csv(PAY, rows)
    folder.csv("指标执行情况表.csv", [BUDGET, project(1, 支出数=total, 全年预算数=total, 年初预算数=total, 结余数=0)])
    found = folder.check().one("payments.amount.scale")
    assert (found.row, found.column, found.value) == (5, AMOUNT, "0.10")


def test_a_column_in_ten_thousands_by_its_header(folder: Folder) -> None:
    rows = [[*row[:9], f"{(1000.5 + n) / 10000:.6f}"] for n, row in enumerate(payments(3))]
    rows[0] = [*PAYMENTS[:9], "金额（万元）"]
    folder.csv(PAY, rows)
    assert not folder.check().findings
    assert accepted_amounts(folder) == ["1001.50", "1002.50", "1003.50"]


def test_a_table_in_ten_thousands_by_its_title(folder: Folder) -> None:
    rows = [[*row[:9], f"{(1000.5 + n) / 10000:.6f}"] for n, row in enumerate(payments(3))]
    rows[0] = [*PAYMENTS[:9], "支付金额"]
    folder.csv(PAY, [["支付明细", *[""] * 8, "金额单位：万元"], *rows])
    assert not folder.check().findings
    assert accepted_amounts(folder) == ["1001.50", "1002.50", "1003.50"]


def test_dates_are_understood(folder: Folder) -> None:
    cells = [
        "2024-3-5", "2024/03/05", "20240305", "2024.3.5", "2024年3月5日", "２０２４－０３－０５", "2024-03-05 00:00:00",
        " 2024-03-05 ", "2024年03月05日", "2024-03-05T00:00:00", "'2024-03-05",
    ]  # fmt: skip
    folder.csv(PAY, [PAYMENTS, *(payment(n, 支付日期=cell) for n, cell in enumerate(cells))])
    assert not folder.check().findings


def test_dates_that_are_none_are_told(folder: Folder) -> None:
    cells = ["2024-02-30", "2024-13-01", "05/03/2024", "3月5日", "2024", "昨天", "2024-3", "00000101"]
    folder.csv(PAY, [*payments(20), *(payment(n, 支付日期=cell) for n, cell in enumerate(cells, 30))])
    found = [(f.severity, f.row, f.column, f.value) for f in folder.check().of("payments.paid_on.type")]
    assert found == [("error", n, "支付日期", cell) for n, cell in enumerate(cells, 22)]


def test_dates_of_another_year(folder: Folder) -> None:
    cells = ["2023-12-31", "2025-01-01", "2014-06-01", "24-3-5"]
    folder.csv(PAY, [*payments(20), *(payment(n, 支付日期=cell) for n, cell in enumerate(cells, 30))])
    found = [(f.severity, f.row, f.column, f.value) for f in folder.check().of("payments.paid_on.range")]
    assert found == [("error", n, "支付日期", cell) for n, cell in enumerate(cells, 22)]


def test_a_file_of_another_year_is_one_finding(folder: Folder) -> None:
    folder.csv(PAY, [PAYMENTS, *(payment(n, 支付日期=f"2023-{n:02d}-05") for n in range(1, 10)), payment(10)])
    found = folder.check().one("source.year")
    assert (found.severity, found.rows, found.count) == ("error", "2-10", 9)
    assert "2023年" in found.message


@pytest.mark.parametrize(("epoch", "start"), [(1900, dt.date(1899, 12, 30)), (1904, dt.date(1904, 1, 1))])
def test_serial_numbers_are_dates_in_both_epochs(folder: Folder, epoch: int, start: dt.date) -> None:
    serials = [(dt.date(2024, n, 10) - start).days for n in range(1, 7)]
    folder.csv(PAY, [PAYMENTS, *(payment(n, 支付日期=str(s)) for n, s in enumerate(serials, 1))])
    checked = folder.check()
    found = checked.one("source.serial")
    assert (found.severity, found.rows, found.column) == ("info", "2-7", "支付日期")
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_a_serial_number_with_a_time_is_a_point_in_time(folder: Folder) -> None:
    start = dt.datetime(1899, 12, 30)
    serial = (dt.datetime(2024, 5, 6, 12) - start) / dt.timedelta(days=1)
    folder.csv("科普员分享记录.csv", [*shares(3), share(4, 分享时间=f"{serial:.5f}")])
    assert folder.check().one("source.serial").row == 5


def test_a_code_in_scientific_notation(folder: Folder) -> None:
    cells = ["5.11132E+20", "5.11132e20", "５．１Ｅ＋２０"]
    folder.csv(PAY, [*payments(9), *(payment(n, 项目编码=cell) for n, cell in enumerate(cells, 30))])
    found = folder.check().of("payments.project_code.scientific")
    assert [(f.severity, f.row, f.column) for f in found] == [("error", n, "项目编码") for n in (11, 12, 13)]
    assert "文本格式" in found[0].fix


def test_an_account_in_scientific_notation_is_told_without_it(folder: Folder) -> None:
    folder.csv(PAY, [*payments(3), payment(4, 收款账号="6.22849E+18")])
    found = folder.check().one("payments.payee_account.scientific")
    assert (found.row, found.column, found.value) == (5, "收款账号", "***")
    assert "6.22849" not in found.message


def test_zeros_lost_from_vouchers(folder: Folder) -> None:
    rows = [PAYMENTS, *(payment(n, 凭证号=f"{n:06d}") for n in range(1, 13)), payment(13, 凭证号="13")]
    folder.csv(PAY, rows)
    found = folder.check().one("payments.voucher.zeros")
    assert (found.severity, found.row, found.column, found.value) == ("error", 14, "凭证号", "13")


def test_zeros_lost_from_a_code_of_fixed_length(folder: Folder) -> None:
    """Where the unit's own code begins with a zero: told as that, since only the zero is missing."""
    folder.csv(
        "满意度问卷.csv", [["问卷编号", "总体评价"], *([f"{n:04d}", "满意"] for n in range(1, 20)), ["20", "一般"]]
    )
    found = folder.check().one("survey.questionnaire_id.zeros")
    assert (found.severity, found.row, found.column, found.value) == ("warning", 21, "问卷编号", "20")


def test_a_code_and_its_name_in_one_cell(folder: Folder) -> None:
    cells = ["2060702-科普活动", "2060702 科普活动", "2060702科普活动", "2060702—科普活动", "2060702（科普活动）"]
    rows = budget(9)
    for row, cell in zip(rows[2:], cells, strict=False):
        row[6] = cell
    folder.csv("指标执行情况表.csv", rows)
    checked = folder.check()
    found = checked.one("source.glued")
    assert (found.severity, found.rows, found.column, found.value) == ("info", "3-7", "功能科目编码", "2060702")
    assert checked.accounts["指标执行情况"] == (9, 9, 0)


def test_a_project_glued_to_its_name(folder: Folder) -> None:
    folder.csv(PAY, [*payments(3), payment(4, 项目编码=f"{PROJECT}-科普宣传项目")])
    assert folder.check().one("source.glued").row == 5


def test_subject_codes_by_their_shape(folder: Folder) -> None:
    good, bad = ["30226", "302", "３０２２６", ""], ["3022", "302260", "ABC", "30226.5"]
    folder.csv(PAY, [PAYMENTS, *(payment(n, 部门经济分类=cell) for n, cell in enumerate([*good * 3, *bad]))])
    checked = folder.check()
    found = [(f.severity, f.row, f.column, f.value) for f in checked.findings]
    assert found == [("error", n, "部门经济分类", cell) for n, cell in enumerate(bad, 14)]
    assert checked.rules == {"payments.department_class.format"}
