"""分享记录 that nobody shared by hand: one second, bursts, nights, even intervals, copies. Warnings with their rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from selfeval.pipeline import UnitPipeline
from tests.conftest import UNITS
from tests.rules.sound import Row, SoundUnit

LOG = "科普员分享记录.csv"
PERSON = "KP11320001"


@pytest.fixture
def sound(sound: SoundUnit) -> SoundUnit:
    sound.keep(LOG, "科普员名册.xlsx")
    return sound


def shared(when: datetime, n: int, person: str = PERSON) -> Row:
    return [when.strftime("%Y-%m-%d %H:%M:%S"), person, "张三", "张家村", f"D{n:05d}", f"科普{n}", "微信群", n % 40]


def only(sound: SoundUnit, rule: str, first: int, count: int) -> None:
    told = sound.check()
    f = told.one(f"shares.pattern.{rule}", "warning", LOG, first, "分享时间")
    assert (f.count, f.rows) == (count, f"{first}-{first + count - 1}")
    assert told.loud == {f"shares.pattern.{rule}"}


def test_one_person_in_one_second(sound: SoundUnit) -> None:
    at = datetime(2024, 5, 6, 10, 11, 12)
    sound.add(LOG, shared(at, 1), shared(at, 2))
    assert sound.check().loud == set()
    first = sound.add(LOG, shared(at, 3)) - 2
    only(sound, "second", first, 3)


def test_minutes_alone_cannot_tell_a_second(sound: SoundUnit) -> None:
    for row in sound.table(LOG)[1:]:
        row[0] = f"{row[0][:16]}:00"
    sound.add(LOG, *(shared(datetime(2024, 5, 6, 10, 11), n) for n in range(4)))
    assert sound.check().loud == set()


def test_everybody_in_one_second(sound: SoundUnit) -> None:
    for n in range(4, 10):
        sound.add("名册", [f"KP1132000{n}", "李四", "女", "沙坪镇", f"{n}村", *[None] * 5])
    at = datetime(2024, 5, 6, 10, 11, 12)
    first = sound.add(LOG, *(shared(at, n, f"KP1132000{n % 9 + 1}") for n in range(9)))
    assert sound.check().loud == set()
    sound.add(LOG, shared(at, 9))
    only(sound, "crowd", first, 10)


@pytest.mark.parametrize(("count", "seconds"), [(20, 13)])
def test_a_burst(sound: SoundUnit, count: int, seconds: int) -> None:
    at, uneven = datetime(2024, 5, 6, 10, 0, 1), (0, 3, 1, 4, 2)
    rows = [shared(at + timedelta(seconds=seconds * n + uneven[n % 5]), n) for n in range(count)]
    first = sound.add(LOG, *rows[:19])
    assert sound.check().loud == set()
    sound.add(LOG, *rows[19:])
    only(sound, "burst", first, count)


def test_a_busy_day_is_no_burst(sound: SoundUnit) -> None:
    at = datetime(2024, 5, 6, 8, 0, 1)
    sound.add(LOG, *(shared(at + timedelta(minutes=35 * n, seconds=n * n), n) for n in range(25)))
    assert sound.check().loud == set()


def test_a_night(sound: SoundUnit) -> None:
    rows = [shared(datetime(2024, 5, 6, n % 5, n * 7 % 60, 10 + n), n) for n in range(9)]
    first = sound.add(LOG, *rows)
    assert sound.check().loud == set()
    sound.add(LOG, shared(datetime(2024, 5, 6, 4, 59, 59), 9))
    only(sound, "night", first, 10)


def test_days_without_a_time_are_no_nights(sound: SoundUnit) -> None:
    sound.add(LOG, *(shared(datetime(2024, 5, 6), n) for n in range(30)))
    assert sound.check().loud == set()


def test_the_same_interval_over_and_over(sound: SoundUnit) -> None:
    at = datetime(2024, 5, 6, 9, 0, 1)
    first = sound.add(LOG, *(shared(at + timedelta(seconds=601 * n), n) for n in range(9)))
    assert sound.check().loud == set()
    sound.add(LOG, shared(at + timedelta(seconds=601 * 9), 9))
    only(sound, "interval", first, 10)


@pytest.mark.parametrize(("person", "month"), [("KP11320002", 5), (PERSON, 6)])
def test_a_month_that_is_another_over_again(sound: SoundUnit, person: str, month: int) -> None:
    """Another person's month, or the month before."""
    rows = [shared(datetime(2024, 5, n + 2, 8 + n % 9, n * 13 % 60, n * 17 % 60), n) for n in range(12)]
    sound.add(LOG, *rows)
    assert sound.check().loud == set()
    copies = [[row[0].replace("2024-05", f"2024-{month:02d}"), person, *row[2:]] for row in rows]
    first = sound.add(LOG, *copies)
    only(sound, "copied", first, 12)


@pytest.mark.parametrize("unit", UNITS)
def test_none_in_the_examples(pipelines: dict[str, UnitPipeline], unit: str) -> None:
    assert not [f for f in pipelines[unit].findings if f.rule.startswith("shares.pattern.")]
