"""This year against last year's folder: carry-over, year-end figures, project names, the roster."""

from __future__ import annotations

import copy

import pytest

from tests.rules.sound import SERVICE, SOUND, SoundUnit

ACCOUNTS, BUDGET, ROSTER = "收入支出决算总表.xlsx", "指标执行情况表.xlsx", "科普员名册.xlsx"


@pytest.fixture
def before(sound: SoundUnit) -> SoundUnit:
    """Last year's folder, in which everything is as this year's tables have it."""
    sound.keep(ACCOUNTS, BUDGET, ROSTER, SERVICE)
    last = SoundUnit(sound.last_year(), sound.store)
    last.keep(ACCOUNTS, BUDGET, ROSTER, SERVICE)
    last.tables[SERVICE, "2022年末"] = copy.deepcopy(SOUND[SERVICE, "2023年末"])
    last.tables.pop((SERVICE, "2024年末"))
    last.table("决算总表")[6][5] = 1.25
    return last


def test_last_year_as_this_year_has_it(sound: SoundUnit, before: SoundUnit) -> None:
    before.write(before.folder)
    assert sound.check().loud == set()
    assert sound.pipeline().plan.before is not None


@pytest.mark.parametrize(("carried", "passes"), [(1.26, True), (1.27, False)])
def test_what_was_carried_out_is_carried_in(sound: SoundUnit, before: SoundUnit, carried: float, passes: bool) -> None:
    """Both are in 万元 to two decimals: half a digit each."""
    before.table("决算总表")[6][5] = carried
    before.write(before.folder)
    told = sound.check()
    if passes:
        assert told.loud == set()
    else:
        f = told.one("continuity.carry_in", "warning", "决算总表", 7, "决算数")
        assert "2023年度" in f.message


def test_last_year_end_in_both_workbooks(sound: SoundUnit, before: SoundUnit) -> None:
    planted = {
        "服务群众数（人）": 5001,
        "服务量（次）": 499000,
        "精准科普覆盖率（%）": 5.01,
        "人均科普服务量（次）": 4.99,
    }
    for column, value in planted.items():
        before.set("2023年末", 2, column, value)
    before.write(before.folder)
    told = sound.check()
    assert [(f.severity, f.sheet, f.row) for f in told.of("continuity.service")] == [("warning", "2023年末", 2)] * 4
    assert {f.column for f in told.of("continuity.service")} == set(planted)
    assert told.loud == {"continuity.service"}


def test_a_project_code_under_another_name(sound: SoundUnit, before: SoundUnit) -> None:
    before.set("指标执行", 2, "项目名称", "旧项目")
    before.write(before.folder)
    told = sound.check()
    told.one("continuity.project.renamed", "warning", "指标执行", 2, "项目名称")
    assert told.loud == {"continuity.project.renamed"}


def test_a_number_that_was_somebody_elses(sound: SoundUnit, before: SoundUnit) -> None:
    before.set("名册", 2, "行政村（社区）", "高岩村")
    before.write(before.folder)
    assert sound.check().loud == set(), "the same person in another village"
    before.set("名册", 2, "姓名", "赵六")
    before.write(before.folder)
    f = sound.check().one("continuity.roster.reassigned", "warning", "名册", 2, "科普员编号")
    assert "赵" not in f.message


def test_a_roster_of_other_people(sound: SoundUnit, before: SoundUnit) -> None:
    for n in range(4, 14):
        before.add("名册", [f"KP113290{n:02d}", "孙七", "男", "某镇", f"{n}村", None, None, None, None, None])
    before.write(before.folder)
    f = sound.check().one("continuity.roster.turnover", "warning", "名册", None, "科普员编号")
    assert "13名科普员中有10名" in f.message
