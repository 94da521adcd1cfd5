"""自评填报表: what must be filled in, weights, bindings, 定性 tiers, reasons for far over and for missed targets."""

from __future__ import annotations

import pytest

from selfeval import scaffold
from tests.rules.conftest import UNIT, YEAR
from tests.rules.sound import SoundUnit

FORM, INFO, REASON = "绩效指标", "单位信息", "偏差原因分析及改进措施"
HAND, DECLARATION = "实际完成值（手填）", "自评填报表.xlsx"


@pytest.mark.parametrize(("row", "value"), [(2, "999999"), (4, 2023)])
def test_another_units_or_years_form(sound: SoundUnit, row: int, value: object) -> None:
    sound.set(INFO, row, "内容", value)
    f = sound.check().one("profile.unit", "error", INFO, row, "内容")
    assert f.value == str(value)


@pytest.mark.parametrize(("row", "item"), [(3, "单位名称"), (6, "填报日期")])
def test_what_no_report_can_be_without(sound: SoundUnit, row: int, item: str) -> None:
    sound.set(INFO, row, "内容", None)
    f = sound.check().one("profile.missing", "error", INFO, row, "内容")
    assert item in f.message
    del sound.table(INFO)[row - 1]
    sound.check().one("profile.missing", "error", INFO, 2, "内容")


@pytest.mark.parametrize(
    "written", ["2025年2月20日", "2025/2/20", "20250220", "2025.2.20", "45708", "２０２５－０２－２０"]
)
def test_the_date_of_the_report_in_any_form(sound: SoundUnit, written: str) -> None:
    sound.set(INFO, 6, "内容", written)
    assert sound.check().loud == set()
    assert sound.pipeline().profile_and_notes[0]["填报日期"] == "2025-02-20"


@pytest.mark.parametrize("written", ["2025-02-30", "2025年2月", "二月底", "13"])
def test_a_date_of_the_report_that_is_none(sound: SoundUnit, written: str) -> None:
    sound.set(INFO, 6, "内容", written)
    f = sound.check().one("profile.date", "error", INFO, 6, "内容")
    assert f.value == written and written in f.message
    assert sound.pipeline().profile_and_notes[0]["填报日期"] == ""


def test_an_item_without_a_name(sound: SoundUnit) -> None:
    sound.set(INFO, 7, "项目", None)
    sound.check().one("profile.item.required", "error", INFO, 7, "项目")


def test_a_task_without_an_outcome(sound: SoundUnit) -> None:
    sound.set("工作开展情况", 3, "完成情况", None)
    sound.check().one("work_tasks.done.missing", "warning", "年度任务", 3, "任务")


@pytest.mark.parametrize("weight", [30.5])
def test_weights_and_ten_are_a_hundred(sound: SoundUnit, weight: float) -> None:
    sound.set(FORM, 3, "权重", weight - 10)
    f = sound.whole().one("indicators.weights.sum", "error", FORM, 2, "权重")
    assert f"{60 + weight + 10 - 10 + 10:g}分" in f.message


def test_weights_of_a_row_set_aside_still_count(sound: SoundUnit) -> None:
    sound.set(FORM, 5, "指标性质", "约等于")
    told = sound.whole()
    told.one("indicators.nature.domain", "error", FORM, 5, "指标性质")
    assert told.loud == {"indicators.nature.domain"}
    sound.set(FORM, 4, "权重", 20)
    told = sound.whole()
    told.one("indicators.weights.sum", "error", FORM, 2, "权重")
    sound.set(FORM, 4, "权重", "三十")
    told = sound.whole()
    assert told.loud == {"indicators.nature.domain", "indicators.weight.type"}


def test_weights_otherwise_spread_than_the_method_are_noted(sound: SoundUnit) -> None:
    sound.set(FORM, 3, "权重", 15)
    sound.set(FORM, 4, "权重", 35)
    sound.whole().one("indicators.weights.groups", "info", FORM, 2, "权重")


def test_a_name_twice_in_one_project(sound: SoundUnit) -> None:
    sound.set(FORM, 3, "三级指标", "开展科普活动")
    f = sound.whole().one("indicators.name.duplicate", "error", FORM, 3, "三级指标")
    assert "另一处在第2行" in f.message


def test_a_row_that_comes_twice_is_no_matter_of_weights(sound: SoundUnit) -> None:
    """Two versions of the form in one folder: the row that was changed is told, at both files."""
    newer = {("自评填报表-最终版.xlsx", place[1]): [list(row) for row in rows]
             for place, rows in sound.tables.items() if place[0] == DECLARATION and place[1] == FORM}  # fmt: skip
    newer["自评填报表-最终版.xlsx", FORM][1][5] = 1
    sound.tables |= newer
    told = sound.whole()
    assert not told.of("indicators.weights.sum")
    (f,) = told.of("indicators.name.duplicate")
    assert f.file == DECLARATION and "另一处在文件“自评填报表-最终版.xlsx”第2行" in f.message


def test_a_form_left_blank_beside_one_filled_in_is_told_once(sound: SoundUnit) -> None:
    blank = {
        ("自评填报表（空表）.xlsx", place[1]): rows[:1]
        for place, rows in sound.tables.items()
        if place[0] == DECLARATION
    }
    sound.tables |= blank
    f = sound.check().one("source.no_rows", "error", "自评填报表（空表）.xlsx", None, None)
    assert "删去" in f.fix and DECLARATION in f.message


def test_the_blank_form_of_init_beside_one_filled_in_is_told_once(sound: SoundUnit) -> None:
    """Its 单位信息 and 情况说明 hold the items to fill in, which are no other content than the clerk's."""
    sound.folder.raw("自评填报表-空表.xlsx", scaffold.workbook(YEAR, UNIT))
    told = sound.check()
    told.one("source.no_rows", "error", "自评填报表-空表.xlsx", None, None)
    assert told.loud == {"source.no_rows"}
    assert not [f for f in told.findings if f.file == "自评填报表-空表.xlsx" and f.rule.endswith(".duplicate")]


def test_bindings(sound: SoundUnit) -> None:
    sound.set(FORM, 2, "取数指标", "开展活动次数")
    sound.whole().one("indicators.binding.unknown", "error", FORM, 2, "取数指标")
    sound.set(FORM, 2, HAND, 2)
    told = sound.whole()
    told.one("indicators.binding.unused", "warning", FORM, 2, "取数指标")
    assert told.loud == {"indicators.binding.unused"}


def test_a_known_fact_without_data_wants_a_value_by_hand(sound: SoundUnit) -> None:
    sound.tables.pop(("满意度问卷.csv", None))
    sound.whole().one("indicators.binding.missing", "error", FORM, 5, "取数指标")
    sound.set(FORM, 5, HAND, 95)
    assert sound.whole().loud == set()


def test_neither_fact_nor_value(sound: SoundUnit) -> None:
    sound.set(FORM, 4, HAND, None)
    sound.whole().one("indicators.actual.missing", "error", FORM, 4, HAND)


@pytest.mark.parametrize(
    "planted",
    [
        {
            (2, "指标值", "若干"): ("indicators.target.unreadable", "error"),
            (3, "取数指标", "科普传播员人数"): ("indicators.binding.kind", "error"),
            (4, HAND, "很好"): ("indicators.tier.unknown", "error"),
        },
        {
            (2, HAND, 3): ("indicators.manual.differs", "warning"),
            (3, "指标值", "年底前"): ("indicators.target.unreadable", "error"),
            (4, HAND, "部分达成年度指标"): ("indicators.tier.percent", "error"),
        },
        {
            (2, "计量单位", "元"): ("indicators.unit.mismatch", "warning"),
            (4, HAND, "部分达成年度指标（90%）"): ("indicators.tier.range", "warning"),
        },
    ],
)
def test_cells_of_an_indicator(sound: SoundUnit, planted: dict[tuple[int, str, object], tuple[str, str]]) -> None:
    for row, column, value in planted:
        sound.set(FORM, row, column, value)
    told = sound.whole()
    for (row, column, _), (rule, severity) in planted.items():
        told.one(rule, severity, FORM, row, column)


def test_a_value_by_hand_that_is_no_number(sound: SoundUnit) -> None:
    sound.set(FORM, 2, "取数指标", None)
    sound.set(FORM, 2, HAND, "若干")
    sound.whole().one("indicators.manual.unreadable", "error", FORM, 2, HAND)


def test_a_target_and_a_value_that_are_no_numbers_are_told_together(sound: SoundUnit) -> None:
    sound.set(FORM, 2, "取数指标", None)
    sound.set(FORM, 2, HAND, "若干")
    sound.set(FORM, 2, "指标值", "较多")
    told = sound.whole()
    told.one("indicators.target.unreadable", "error", FORM, 2, "指标值")
    told.one("indicators.manual.unreadable", "error", FORM, 2, HAND)


def test_a_tier_with_its_percentage_passes(sound: SoundUnit) -> None:
    sound.set(FORM, 4, HAND, "部分达成年度指标（70%）")
    sound.set(FORM, 4, REASON, "活动推迟，下年补办。")
    assert sound.whole().loud == set()


@pytest.mark.parametrize(("target", "rule"), [(3, "missing"), (1.5, "over"), (1.6, None)])
def test_a_missed_or_far_surpassed_target_wants_its_reason(sound: SoundUnit, target: float, rule: str | None) -> None:
    """Two sessions: 3 is missed, 1.5 is surpassed by a third, 1.6 by a quarter."""
    sound.set(FORM, 2, "指标值", target)
    told = sound.whole()
    if rule is None:
        assert told.loud == set()
        return
    told.one(f"indicators.reason.{rule}", "warning", FORM, 2, REASON)
    sound.set(FORM, 2, REASON, "年中追加场次。")
    assert sound.whole().loud == set()


def test_a_late_payment_misses_its_date(sound: SoundUnit) -> None:
    sound.set(FORM, 3, "指标值", "2024-12-01")
    sound.whole().one("indicators.reason.missing", "warning", FORM, 3, REASON)


def test_a_project_without_a_budget_has_no_rate(sound: SoundUnit) -> None:
    book = "指标执行"
    for column in ("年初预算数", "全年预算数", "支出数", "结余数"):
        sound.set(book, 2, column, 0)
    sound.set(book, 2, "执行率", None)
    sound.tables.pop(("支付明细.csv", None))
    told = sound.whole()
    told.one("projects.rate.undefined", "warning", book, 2, "全年预算数")


def test_the_sichuan_form_wants_a_reason_for_a_low_rate(sound: SoundUnit) -> None:
    book = "指标执行"
    sound.folder.raw("单位设置.toml", '"规则包" = "sichuan-0013zp"\n'.encode())
    assert not sound.whole().of("projects.rate.reason")
    sound.set(book, 2, "支出数", 89000)
    told = sound.whole()
    told.one("projects.rate.reason", "warning", book, 2, "支出数")
    sound.add("情况说明", ["预算执行说明", "汛期停办两场。"])
    assert not sound.whole().of("projects.rate.reason")


def test_an_unverified_pack_says_so(sound: SoundUnit) -> None:
    (f,) = sound.whole().of("scoring.pack.unverified")
    assert (f.severity, f.file, f.row) == ("warning", None, None)
