"""指标执行情况 and 支付明细: sums within a row, sums over rows, payments against 支出数, lines, 科目."""

from __future__ import annotations

import random

import pytest

from tests.rules.conftest import BUDGET, PAYMENTS, Folder, payment, project
from tests.rules.sound import SoundUnit

BOOK, PAID = "指标执行", "支付明细.csv"


@pytest.fixture
def sound(sound: SoundUnit) -> SoundUnit:
    """Budget and payments alone, and the form with its notes."""
    sound.keep("自评填报表.xlsx", "指标执行情况表.xlsx", PAID)
    return sound


@pytest.mark.parametrize("off", [0.01, -10000])
def test_initial_plus_adjustment_is_the_whole_to_the_cent(sound: SoundUnit, off: float) -> None:
    sound.set(BOOK, 2, "全年预算数", 100000 + off)
    sound.set(BOOK, 2, "结余数", 10000 + off)
    f = sound.check().one("budget.final.sum", "error", BOOK, 2, "全年预算数")
    assert f"相差{-off:.2f}元" in f.message


@pytest.mark.parametrize("off", [0.01, 20000])
def test_the_whole_less_paid_is_the_balance_to_the_cent(sound: SoundUnit, off: float) -> None:
    sound.set(BOOK, 3, "结余数", 0 + off)
    sound.check().one("budget.balance.sum", "error", BOOK, 3, "结余数")


def test_amounts_in_ten_thousands_may_be_rounded(sound: SoundUnit) -> None:
    sound.keep("指标执行情况表.xlsx")
    rows = sound.table(BOOK)
    del rows[2:]
    rows[0][8:13] = [f"{label}（万元）" for label in rows[0][8:13]]
    rows[1][8:14] = [10.00, 3.33, 13.34, 10.01, 3.32, "75.04%"]
    assert not {"budget.final.sum", "budget.balance.sum"} & sound.check().loud
    rows[1][10] = 13.36
    sound.check().one("budget.final.sum", "error", BOOK, 2, "全年预算数（万元）")


def test_a_printed_rate_that_is_not_the_quotient_warns(sound: SoundUnit) -> None:
    sound.set(BOOK, 2, "执行率", "95.00%")
    f = sound.check().one("budget.rate.mismatch", "warning", BOOK, 2, "执行率")
    assert "90.00%" in f.message


@pytest.mark.parametrize(("ratio", "passes"), [(0.9, True), ("0.90", True), (0.95, False)])
def test_a_rate_printed_as_a_ratio_is_as_good(sound: SoundUnit, ratio: float | str, passes: bool) -> None:
    sound.set(BOOK, 2, "执行率", ratio)
    assert passes != bool(sound.check().of("budget.rate.mismatch"))


@pytest.mark.parametrize("off", ["7500.01", "500.00"])
def test_payments_add_up_to_what_is_printed_as_paid(sound: SoundUnit, off: str) -> None:
    sound.set(PAID, 5, "金额（元）", off)
    told = sound.check()
    f = told.one("budget.paid.payments", "error", BOOK, 2, "支出数")
    assert f.value == "90000.00"
    assert "12笔" in f.message
    assert "支付明细.csv第2-13行" in f.message
    assert [x.row for x in told.of("payments.amount.total")] == [24]


def test_a_project_without_any_payment(sound: SoundUnit) -> None:
    del sound.table(PAID)[13:]
    f = sound.check().one("budget.paid.payments", "error", BOOK, 3, "支出数")
    assert "0笔" in f.message


def test_a_payment_with_a_fault_of_its_own_is_not_told_again_as_a_gap(sound: SoundUnit) -> None:
    sound.set(PAID, 5, "金额（元）", "待定")
    sound.set(PAID, 20, "支付日期", "2023-05-15")
    told = sound.check()
    told.one("payments.amount.type", "error", PAID, 5, "金额（元）")
    told.one("payments.paid_on.range", "error", PAID, 20, "支付日期")
    assert told.loud == {"payments.amount.type", "payments.paid_on.range"}


def test_a_gap_beside_a_row_set_aside_for_its_date_is_told(sound: SoundUnit) -> None:
    sound.set(PAID, 20, "支付日期", "2023-05-15")
    sound.set(PAID, 21, "金额（元）", "21000.00")
    sound.check().one("budget.paid.payments", "error", BOOK, 3, "支出数")


def test_refunds_count_and_failed_payments_do_not(sound: SoundUnit) -> None:
    rows = sound.table(PAID)
    rows[0].append("支付状态")
    for row in rows[1:]:
        row.append("成功")
    refund = [*rows[1]]
    refund[1], refund[9] = "PZ90001", "-500.00"
    failed = [*rows[1]]
    failed[1], failed[9], failed[10] = "PZ90002", "900.00", "支付失败"
    again = [*rows[1]]
    again[1], again[9] = "PZ90003", "500.00"
    first = sound.add(PAID, refund, failed, again)
    told = sound.check()
    told.one("payments.failed", "info", PAID, first + 1, None)
    assert told.loud == set()


def test_rows_add_up_to_the_total_row(sound: SoundUnit) -> None:
    planted = {
        "budget.budget_initial.total": (BOOK, 4, "年初预算数", 300001),
        "budget.budget_final.total": (BOOK, 4, "全年预算数", 299999),
        "budget.paid.total": (BOOK, 4, "支出数", 290000.01),
        "payments.amount.total": (PAID, 24, "金额（元）", "290001.00"),
    }
    for place, row, column, value in planted.values():
        sound.set(place, row, column, value)
    told = sound.check()
    for rule, (place, row, column, _) in planted.items():
        told.one(rule, "error", place, row, column)
    assert told.loud == set(planted)


def test_an_adjustment_wants_its_reason(sound: SoundUnit) -> None:
    sound.set(BOOK, 2, "年初预算数", 80000)
    sound.set(BOOK, 2, "调整数", 20000)
    sound.set(BOOK, 4, "年初预算数", 280000)
    sound.set(BOOK, 4, "调整数", 20000)
    sound.check().one("budget.adjustment.reason", "warning", BOOK, 2, "调整数")
    sound.add("情况说明", ["预算调整说明", "年中追加。"])
    assert sound.check().loud == set()


def test_a_subject_of_the_wrong_shape_blocks_and_an_unlisted_one_warns(sound: SoundUnit) -> None:
    sound.set(BOOK, 2, "功能科目编码", "206070X")
    sound.set(BOOK, 3, "功能科目编码", "2060799")
    sound.set(PAID, 3, "部门经济分类", "3020X")
    sound.set(PAID, 4, "部门经济分类", "30298")
    sound.set(PAID, 5, "政府经济分类", "5020X")
    sound.set(PAID, 6, "政府经济分类", "50298")
    told = sound.check()
    told.one("budget.function_code.format", "error", BOOK, 2, "功能科目编码")
    told.one("payments.department_class.format", "error", PAID, 3, "部门经济分类")
    told.one("payments.department_class.unlisted", "warning", PAID, 4, "部门经济分类")
    told.one("payments.government_class.format", "error", PAID, 5, "政府经济分类")
    told.one("payments.government_class.unlisted", "warning", PAID, 6, "政府经济分类")
    assert not told.of("budget.function_code.unlisted")
    # Another department's: 广播电视事务 of 207 is no code of a 科协.
    sound.set(BOOK, 3, "功能科目编码", "2070808")
    assert not sound.check().of("budget.function_code.unlisted")
    for unlisted in ("2360702", "2060798"):
        sound.set(BOOK, 3, "功能科目编码", unlisted)
        sound.check().one("budget.function_code.unlisted", "warning", BOOK, 3, "功能科目编码")


def test_a_project_far_behind_the_progress_lines(sound: SoundUnit) -> None:
    for row in range(14, 20):
        sound.set(PAID, row, "支付日期", f"2024-07-{row:02d}")
    for row in range(2, 8):
        sound.set(PAID, row, "支付日期", f"2024-08-{row + 8:02d}")
    f = sound.check().one("payments.progress.line", "warning", PAID, None, "金额（元）")
    assert "6月底支出进度为0.00%" in f.message


def test_lines_that_were_missed_are_told_month_by_month(sound: SoundUnit) -> None:
    for row in range(2, 24):
        sound.set(PAID, row, "支付日期", f"2024-12-{row:02d}")
    told = [f.message for f in sound.check().of("payments.progress.line")]
    assert [message.partition("支出进度")[0] for message in told] == ["截至6月底", "截至9月底", "截至11月底"]


def test_months_to_come_are_not_behind(sound: SoundUnit) -> None:
    for row in range(2, 24):
        sound.set(PAID, row, "支付日期", f"2024-05-{row:02d}")
    assert sound.check().loud == set()


def test_a_budget_that_changed_by_a_third_is_noted(sound: SoundUnit) -> None:
    sound.set(BOOK, 3, "年初预算数", 100000)
    sound.set(BOOK, 3, "调整数", 100000)
    sound.set(BOOK, 4, "年初预算数", 200000)
    sound.set(BOOK, 4, "调整数", 100000)
    f = sound.check().one("budget.deviation.line", "info", "指标执行情况表.xlsx", None, "全年预算数")
    assert "50.00%" in f.message


def test_one_project_in_ten_thousands_among_yuan(sound: SoundUnit) -> None:
    sound.set(BOOK, 2, "支出数", 9)
    told = sound.check()
    told.one("budget.paid.scale", "error", BOOK, 2, "支出数")
    assert told.loud == {"budget.paid.scale"}


def test_one_payment_in_ten_thousands_among_yuan(sound: SoundUnit) -> None:
    sound.set(PAID, 14, "金额（元）", "2.00")
    told = sound.check()
    told.one("payments.amount.scale", "error", PAID, 14, "金额（元）")
    assert told.loud == {"payments.amount.scale"}


def test_several_payments_of_a_project_in_ten_thousands_or_taken_so_often(sound: SoundUnit) -> None:
    short, long = (2, 5, 7, 8, 13), (14, 17)
    for row in short:
        sound.set(PAID, row, "金额（元）", "0.75")
    for row in long:
        sound.set(PAID, row, "金额（元）", "200000000.00")
    told = sound.check()
    assert told.loud == {"payments.amount.scale"}
    assert [f.row for f in told.of("payments.amount.scale")] == [*short, *long]
    assert all("一万倍" in f.message and f.severity == "error" for f in told.of("payments.amount.scale"))


def test_several_rounded_to_a_hundred_yuan(sound: SoundUnit) -> None:
    for row, (yuan, ten_thousands) in zip(
        (2, 3, 4), ((7512.34, "0.75"), (7449.99, "0.74"), (7537.67, "0.75")), strict=True
    ):
        sound.set(PAID, row, "金额（元）", ten_thousands)
        sound.set(BOOK, 2, "支出数", round(sound.table(BOOK)[1][11] + yuan - 7500, 2))
    sound.set(BOOK, 2, "结余数", 10000)
    sound.set(BOOK, 2, "结余数", round(100000 - sound.table(BOOK)[1][11], 2))
    sound.set(BOOK, 4, "支出数", round(sound.table(BOOK)[1][11] + 200000, 2))
    sound.set(BOOK, 4, "结余数", sound.table(BOOK)[1][12])
    assert [f.row for f in sound.check().of("payments.amount.scale")] == [2, 3, 4]


def test_which_of_two_alike_is_not_known_and_told_at_the_total(sound: SoundUnit) -> None:
    rows = sound.table(PAID)
    fee = [*rows[1]]
    fee[1], fee[9] = "PZ90001", "0.75"
    sound.set(BOOK, 2, "支出数", 90000.75)
    sound.set(BOOK, 2, "结余数", 9999.25)
    sound.set(BOOK, 4, "支出数", 290000.75)
    sound.set(BOOK, 4, "结余数", 9999.25)
    sound.set(PAID, 24, "金额（元）", "290000.75")
    sound.set(PAID, 5, "金额（元）", "0.75")
    sound.add(PAID, fee)
    told = sound.check()
    assert not told.of("payments.amount.scale")
    f = told.one("budget.paid.payments", "error", BOOK, 2, "支出数")
    assert "请先核对第5、24行" in f.message


def test_an_amount_printed_unlike_the_others_is_told_beside_one_that_cannot_be_read(sound: SoundUnit) -> None:
    sound.set(PAID, 5, "金额（元）", "待定")
    sound.set(PAID, 6, "金额（元）", "0.750000")
    sound.set(PAID, 14, "金额（元）", "2.00")
    sound.set(PAID, 15, "金额（元）", "2.00")
    sound.add(PAID, sound.table(PAID)[20])  # a row that came twice hides nothing
    told = sound.check()
    assert [f.row for f in told.of("payments.amount.scale")] == [6, 14, 15]
    assert told.loud == {"payments.amount.scale", "payments.amount.type"}


def test_small_payments_that_add_up_are_none_of_it(sound: SoundUnit) -> None:
    for row, amount in ((2, "0.75"), (3, "8.50"), (4, "0.050000")):
        sound.set(PAID, row, "金额（元）", amount)
    paid = 90000 - 3 * 7500 + 0.75 + 8.50 + 0.05
    sound.set(BOOK, 2, "支出数", paid)
    sound.set(BOOK, 2, "结余数", 100000 - paid)
    assert not sound.check().of("payments.amount.scale")


def test_a_row_without_an_amount_stops_no_comparison_within_it(sound: SoundUnit) -> None:
    sound.set(BOOK, 2, "支出数", None)
    sound.set(BOOK, 2, "调整数", 5)
    told = sound.check()
    told.one("budget.paid.required", "error", BOOK, 2, "支出数")


def test_sound_payments_of_any_amounts_are_no_ten_thousands(folder: Folder) -> None:
    rng = random.Random(7)
    rows, budget = [], []
    for n in range(1, 41):
        low, high = sorted(rng.uniform(0, 8) for _ in "ab")
        cents = [int(10 ** rng.uniform(low, high)) * rng.choice((1, 1, 1, -1)) for _ in range(rng.randrange(1, 30))]
        code = project(n)[3]
        rows += [
            payment(len(rows) + i, 项目编码=code, **{"金额（元）": f"{c / 100:.2f}"}) for i, c in enumerate(cents, 1)
        ]
        paid = f"{sum(cents) / 100:.2f}"
        budget.append(project(n, 年初预算数=paid, 全年预算数=paid, 支出数=paid, 结余数=0, 执行率=""))
    folder.csv("支付明细.csv", [PAYMENTS, *rows])
    folder.csv("指标执行情况表.csv", [BUDGET, *budget])
    assert not [f for f in folder.check().findings if "scale" in f.rule]


def test_payments_of_a_project_that_is_not_known_hide_no_ten_thousands(sound: SoundUnit) -> None:
    sound.set(PAID, 20, "项目编码", "51113224T999999999999")
    for row in (2, 5, 7):
        sound.set(PAID, row, "金额（元）", "0.75")
    told = sound.check()
    assert [f.row for f in told.of("payments.amount.scale")] == [2, 5, 7]
    told.one("payments.project_code.unknown", "error", PAID, 20, "项目编码")


@pytest.mark.parametrize("column", ["功能科目编码", "项目类别"])
def test_another_wrong_cell_of_the_project_hides_no_ten_thousands(sound: SoundUnit, column: str) -> None:
    """The row of the budget is set aside, yet its 支出数 is as good as before."""
    sound.set(BOOK, 2, column, "206070")
    for row in (2, 5, 7):
        sound.set(PAID, row, "金额（元）", "0.75")
    told = sound.check()
    assert [f.row for f in told.of("payments.amount.scale")] == [2, 5, 7]


def test_a_table_in_ten_thousands_that_does_not_say_so(sound: SoundUnit) -> None:
    for row in sound.table(BOOK)[1:]:
        row[8:13] = [round(value / 10000, 6) for value in row[8:13]]
    sound.table(BOOK)[1][8:13] = [10.00005, 0, 10.00005, 9, 1.00005]
    sound.table(BOOK)[2][8:13] = [20.123456, 0, 20.123456, 20.123456, 0]
    told = sound.check()
    f = told.of("budget.budget_initial.scale")[0]
    assert (f.row, f.value) == (2, "10.00005")
    assert "以万元为单位" in f.message and "单位：万元" in f.fix
    assert not [f for f in told.findings if f.rule.endswith(".type")]


@pytest.mark.parametrize("off", [0, 100])
def test_a_total_holds_with_one_copy_of_what_is_in_conflict(sound: SoundUnit, off: int) -> None:
    row = list(sound.table(BOOK)[1])
    sound.add(BOOK, [*row[:4], "别的名称", *row[5:]])
    sound.table(BOOK)[-1][8] += off
    told = sound.check()
    assert len(told.of("budget.conflict")) == 2
    wrong = [f for f in told.findings if f.rule.endswith(".total")]
    assert [f.rule for f in wrong] == ["budget.budget_initial.total"] * bool(off)
    assert all("相差100.00" in f.message for f in wrong)


def test_payments_in_rounded_ten_thousands_are_said_to_be_such(sound: SoundUnit) -> None:
    for row in sound.table(PAID)[1:13]:
        row[9] = "0.75"
    sound.table(PAID)[1][9], sound.table(PAID)[2][9] = "0.74", "0.75"
    f = sound.check().one("budget.paid.payments", "error", BOOK, 2, "支出数")
    assert "一万倍" in f.message
