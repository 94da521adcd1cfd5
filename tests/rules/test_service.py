"""精准科普服务统计: own county, both year ends, and figures that imply one another."""

from __future__ import annotations

import pytest

from tests.rules.sound import SERVICE, SoundUnit

NOW, BEFORE = "2024年末", "2023年末"
COVERAGE, HEAD, PEOPLE, VOLUME, POPULATION = (
    "精准科普覆盖率（%）",
    "人均科普服务量（次）",
    "服务群众数（人）",
    "服务量（次）",
    "常住人口（人）",
)


@pytest.fixture
def sound(sound: SoundUnit) -> SoundUnit:
    sound.keep("自评填报表.xlsx", SERVICE)
    return sound


def test_the_units_own_county_must_be_there(sound: SoundUnit) -> None:
    sound.set(NOW, 2, 0, "测试市")
    told = sound.check()
    told.one("service.county.own", "error", NOW, 2, "县（市、区）")
    assert told.loud == {"service.county.own"}


def test_a_county_whose_row_has_a_fault_is_there(sound: SoundUnit) -> None:
    sound.set(NOW, 2, VOLUME, "不详")
    assert sound.check().loud == {"service.volume.type"}


def test_both_year_ends_must_be_there(sound: SoundUnit) -> None:
    sound.tables.pop((SERVICE, BEFORE))
    f = sound.check().one("service.sheet.year", "error", SERVICE, None, None)
    assert "2023年末" in f.message


@pytest.mark.parametrize(("value", "passes"), [(6.01, True), (6.02, False)])
def test_coverage_is_people_by_population(sound: SoundUnit, value: float, passes: bool) -> None:
    sound.set(NOW, 2, COVERAGE, value)
    sound.set(NOW, 3, COVERAGE, 6.5)
    sound.add(NOW, ["远县", 100000, 5550, 555000, 5.55, 5.55])
    told = sound.check()
    if passes:
        assert not told.of("service.coverage.implied")
    else:
        f = told.one("service.coverage.implied", "warning", NOW, 2, COVERAGE)
        assert "6.00%" in f.message


def test_per_head_is_volume_by_population(sound: SoundUnit) -> None:
    sound.add(NOW, ["远县", 100000, 5550, 555000, 5.55, 5.55])
    sound.set(NOW, 2, HEAD, 7.05)
    sound.check().one("service.per_capita.implied", "warning", NOW, 2, HEAD)


def test_rates_printed_to_one_decimal_are_as_good_as_that(sound: SoundUnit) -> None:
    sound.set(NOW, 2, PEOPLE, 6040)
    assert sound.check().loud == set()
    sound.set(NOW, 2, PEOPLE, 6200)
    sound.check().one("service.coverage.implied", "warning", NOW, 2, COVERAGE)


def test_without_a_population_both_rates_must_imply_the_same(sound: SoundUnit) -> None:
    sound.set(NOW, 2, POPULATION, None)
    assert sound.check().loud == set()
    sound.set(NOW, 2, VOLUME, 900000)
    f = sound.check().one("service.population.single", "warning", NOW, 2, COVERAGE)
    assert "100000人" in f.message
    assert "128571人" in f.message


def test_more_people_than_there_are(sound: SoundUnit) -> None:
    sound.set(NOW, 2, PEOPLE, 100001)
    sound.set(NOW, 2, COVERAGE, 100.00)
    told = sound.check()
    told.one("service.people.over", "warning", NOW, 2, PEOPLE)
    assert told.loud == {"service.people.over"}


def test_a_population_that_jumps(sound: SoundUnit) -> None:
    sound.set(NOW, 3, POPULATION, 240000)
    sound.set(NOW, 3, PEOPLE, 15600)
    sound.set(NOW, 3, VOLUME, 1560000)
    told = sound.check()
    told.one("service.population.jump", "warning", NOW, 3, POPULATION)
    assert told.loud == {"service.population.jump"}


@pytest.mark.parametrize(
    ("column", "value", "rate", "printed"), [(PEOPLE, 4900, COVERAGE, 4.90), (VOLUME, 490000, HEAD, 4.90)]
)
def test_what_is_cumulative_does_not_fall(sound: SoundUnit, column: str, value: int, rate: str, printed: float) -> None:
    sound.set(NOW, 2, column, value)
    sound.set(NOW, 2, rate, printed)
    told = sound.check()
    told.one("service.cumulative.fall", "warning", NOW, 2, column)
    assert told.loud == {"service.cumulative.fall"}


@pytest.mark.parametrize(("label", "told"), [("全市", False), ("全市平均", False), ("全市合计", True)])
def test_the_line_of_the_whole_city_is_no_county(sound: SoundUnit, label: str, told: bool) -> None:
    """Its rates are of its own population; a 合计 must be the sum, a line of the city alone need not."""
    for sheet in (NOW, BEFORE):
        sound.add(sheet, [label, 300000, 1, 1, 0.01, 0.01])
    found = sound.check()
    assert found.loud == ({"service.people.total", "service.volume.total"} if told else set())
    assert [(a.read, a.accepted) for a in sound.pipeline().accounts if a.name == "精准科普服务统计"] == [(4, 4)]
