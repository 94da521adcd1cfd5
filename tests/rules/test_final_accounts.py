"""收入支出决算总表: its sums and balances, against the projects, within half the last printed digit a term."""

from __future__ import annotations

import pytest

from tests.rules.sound import SoundUnit

BOOK, LABEL = "决算总表", "决算数"
INCOME, SPENT = 2, 5


@pytest.fixture
def sound(sound: SoundUnit) -> SoundUnit:
    """The final accounts and the projects they are held against."""
    sound.keep("指标执行情况表.xlsx", "收入支出决算总表.xlsx")
    return sound


def test_the_sum_of_the_lines_is_the_total(sound: SoundUnit) -> None:
    sound.set(BOOK, 6, INCOME, 30.50)
    sound.set(BOOK, 7, INCOME, 0.75)
    f = sound.check().one("final_accounts.total.sum", "error", BOOK, 6, LABEL)
    assert "本年收入合计" in f.message


def test_one_line_in_another_unit_is_named(sound: SoundUnit) -> None:
    for row in sound.table(BOOK)[3:]:
        row[2], row[5] = (round(row[k] * 10000, 2) for k in (2, 5))
    sound.table(BOOK)[1][5] = "金额单位：元"
    sound.set(BOOK, 5, INCOME, 0.5)
    f = sound.check().one("final_accounts.total.sum", "error", BOOK, 6, LABEL)
    assert "其中“其他收入”0.50元可能混用了万元和元" in f.message
    sound.set(BOOK, 5, INCOME, 0.6)
    assert "万元" not in sound.check().one("final_accounts.total.sum", "error", BOOK, 6, LABEL).message


def test_a_total_of_one_line_is_that_line(sound: SoundUnit) -> None:
    sound.set(BOOK, 4, INCOME, 30.00)
    sound.set(BOOK, 5, INCOME, 0)
    assert sound.check().loud == set()
    sound.set(BOOK, 4, INCOME, 30.01)
    sound.check().one("final_accounts.total.sum", "error", BOOK, 6, LABEL)


def test_rounded_lines_may_miss_their_total_by_a_digit(sound: SoundUnit) -> None:
    sound.set(BOOK, 4, INCOME, 29.51)
    assert sound.check().loud == set()


@pytest.mark.parametrize(("carried", "passes"), [(2.27, True), (2.28, False)])
def test_income_and_carry_in_less_expenditure_is_carried_over(sound: SoundUnit, carried: float, passes: bool) -> None:
    """Four terms in 万元 to two decimals may be off by 2 × 100 元."""
    sound.set(BOOK, 7, SPENT, carried)
    sound.set(BOOK, 8, SPENT, 29 + carried)
    told = sound.check()
    if passes:
        assert not told.of("final_accounts.carryover.sum")
    else:
        told.one("final_accounts.carryover.sum", "error", BOOK, 7, LABEL)


def test_both_sides_have_one_total(sound: SoundUnit) -> None:
    sound.set(BOOK, 8, INCOME, 31.75)
    told = sound.check()
    told.one("final_accounts.sides.balance", "error", BOOK, 8, LABEL)
    assert told.loud == {"final_accounts.sides.balance"}


@pytest.mark.parametrize(("spent", "passes"), [(29.01, True), (29.02, False)])
def test_the_projects_add_up_to_the_expenditure(sound: SoundUnit, spent: float, passes: bool) -> None:
    """Two projects and the total, in 万元 to two decimals: 150 元."""
    sound.set(BOOK, 4, SPENT, spent - 0.25)
    sound.set(BOOK, 6, SPENT, spent)
    sound.set(BOOK, 7, SPENT, round(31.25 - spent, 2))
    told = sound.check()
    if passes:
        assert told.loud == set()
    else:
        f = told.one("final_accounts.expenditure.projects", "error", BOOK, 6, LABEL)
        assert "2个项目支出数合计290000.00元" in f.message


def test_a_total_that_is_not_there(sound: SoundUnit) -> None:
    rows = sound.table(BOOK)
    rows[5][3:] = [None, None, None]
    f = sound.check().one("final_accounts.total.missing", "error", BOOK, 8, "项目")
    assert "本年支出合计" in f.message


@pytest.mark.parametrize(
    ("row", "column", "value", "rule", "label"),
    [
        (4, 2, "待定", "final_accounts.amount.type", LABEL),
        (4, 3, None, "final_accounts.item.required", "项目"),
        (5, 1, "甲", "final_accounts.line.type", "行次"),
    ],
)
def test_cells(sound: SoundUnit, row: int, column: int, value: object, rule: str, label: str) -> None:
    sound.set(BOOK, row, column, value)
    told = sound.check()
    told.one(rule, "error", BOOK, row, label)
    assert told.loud == {rule}


def test_empty_amounts_and_line_numbers_out_of_range(sound: SoundUnit) -> None:
    sound.set(BOOK, 5, 2, None)
    sound.set(BOOK, 5, 4, 0)
    told = sound.check()
    told.one("final_accounts.amount.required", "error", BOOK, 5, LABEL)
    told.one("final_accounts.line.range", "error", BOOK, 5, "行次")


def test_an_item_that_stands_twice_with_other_amounts(sound: SoundUnit) -> None:
    rows = sound.table(BOOK)
    rows.insert(5, ["其他收入", 2, 0.7, None, None, None])
    told = sound.check()
    assert [(f.severity, f.row) for f in told.of("final_accounts.conflict")] == [("error", 5), ("error", 6)]
