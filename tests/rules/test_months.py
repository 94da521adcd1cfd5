"""Months that the share log or the monthly tasks lack: a completion rate over them would not be the year's."""

from __future__ import annotations

from tests.rules.sound import SoundUnit

LOG, TASKS, PAID = "科普员分享记录.csv", "科普员月任务.csv", "支付明细.csv"


def _without(sound: SoundUnit, name: str, months: set[str]) -> None:
    rows = sound.table(name)
    rows[1:] = [row for row in rows[1:] if not any(f"2024-{m}" in str(cell) for cell in row for m in months)]


def test_months_without_a_share_are_told_once(sound: SoundUnit) -> None:
    sound.keep(LOG, TASKS, PAID)
    _without(sound, LOG, {"07", "08"})
    f = sound.check().one("shares.months.missing", "warning", LOG, None, "分享时间")
    assert "没有7、8月的记录" in f.message and "任务共6条" in f.message


def test_months_to_come_are_not_told(sound: SoundUnit) -> None:
    sound.keep(LOG, TASKS, PAID)
    later = {"09", "10", "11", "12"}
    _without(sound, LOG, later)
    assert sound.check().of("shares.months.missing")
    _without(sound, PAID, later)
    assert not sound.check().of("shares.months.missing")


def test_months_without_a_task_are_told_once(sound: SoundUnit) -> None:
    sound.keep(LOG, TASKS)
    _without(sound, TASKS, {"03"})
    f = sound.check().one("tasks.months.missing", "warning", TASKS, None, "月份")
    assert "没有3月的任务" in f.message and "有2条" in f.message
    sound.set(TASKS, 2, "任务数", "十")
    assert not sound.check().of("tasks.months.missing")


def test_a_month_whose_file_cannot_be_had_is_told_as_that(sound: SoundUnit) -> None:
    rows = sound.tables.pop((LOG, None))
    july = [row for row in rows[1:] if "2024-07" in row[0]]
    sound.tables["科普员分享记录/1.csv", None] = [rows[0], *(row for row in rows[1:] if row not in july)]
    assert sound.whole().of("shares.months.missing")
    sound.tables["科普员分享记录/7.csv", None] = [rows[0], *([f"2023{row[0][4:]}", *row[1:]] for row in july)]
    told = sound.whole()
    assert not told.of("shares.months.missing")
    assert told.of("shares.time.range") or told.of("source.year")
