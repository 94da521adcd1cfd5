"""Keys and what refers to them: duplicates, conflicts, unknown ids, and how many bad rows a tolerant dataset may have."""

from __future__ import annotations

import pytest

from tests.rules.sound import SoundUnit

SHARES, TASKS, PAID, ROSTER = "科普员分享记录.csv", "科普员月任务.csv", "支付明细.csv", "名册"

#: (sheet or file, column of the content to change, rule's table, strict, the content's other value)
KEYED = [
    ("支付明细.csv", "用途", "payments", True, "其他"),
    ("指标执行", "项目名称", "budget", True, "别的项目"),
    ("名册", "乡镇", "communicators", True, "别的镇"),
    ("科普员月任务.csv", "任务数", "tasks", True, 9),
    ("年度任务", "任务", "work_tasks", True, "别的任务"),
    ("总体绩效目标", "目标", "goals", True, "别的目标"),
    ("2024年末", "服务量（次）", "service", True, 700001),
    ("科普员分享记录.csv", "阅读数", "shares", False, 77),
    ("全省科普员综合排名.csv", "综合得分", "ranking", False, 1.5),
    ("天府科技云注册明细.csv", "名称", "registrations", False, "某某公司"),
    ("满意度问卷.csv", "对象类型", "survey", False, "学生"),
]


@pytest.mark.parametrize(("place", "column", "slug", "strict", "other"), KEYED)
def test_copies_and_conflicts(
    sound: SoundUnit, place: str, column: str, slug: str, strict: bool, other: object
) -> None:
    """A copy is set aside and never blocks; the same key with other content sets all its rows aside as bad."""
    row = list(sound.table(place)[1])
    last = sound.add(place, row)
    told = sound.check()
    told.one(f"{slug}.duplicate", "info", place, last, None)
    assert not told.of(f"{slug}.conflict")
    sound.set(place, last, column, other)
    told = sound.check()
    severity = "error" if strict else "warning"
    assert [(f.severity, f.row, f.column) for f in told.of(f"{slug}.conflict")] == [
        (severity, 2, None), (severity, last, None),
    ]  # fmt: skip
    assert not told.of(f"{slug}.duplicate")


def test_a_copy_of_a_conflict_is_set_aside_with_it(sound: SoundUnit) -> None:
    row = list(sound.table(SHARES)[1])
    first = sound.add(SHARES, row, [*row[:7], 78])
    pipeline = sound.pipeline()
    conflicts = [f for f in pipeline.findings if f.rule == "shares.conflict"]
    assert [f.row for f in conflicts] == [2, first, first + 1]
    (shares,) = [a for a in pipeline.accounts if a.name == "科普员分享记录"]
    assert (shares.read, shares.accepted, shares.quarantined) == (26, 23, 3)


@pytest.mark.parametrize(
    ("place", "column", "value", "rule", "severity"),
    [
        (SHARES, "科普员编号", "KP11329999", "shares.communicator_id.unknown", "warning"),
        (TASKS, "科普员编号", "KP11329999", "tasks.communicator_id.unknown", "error"),
        (PAID, "项目编码", "51113224T000000000099", "payments.project_code.unknown", "error"),
        ("绩效指标", "项目编码", "51113224T000000000099", "indicators.project_code.unknown", "error"),
        ("科普活动", "经费来源项目编码", "51113224T000000000099", "activities.funding_project.unknown", "error"),
        ("设备维护", "经费来源项目编码", "51113224T000000000099", "equipment.funding_project.unknown", "error"),
        ("品种推广", "经费来源项目编码", "51113224T000000000099", "varieties.funding_project.unknown", "error"),
    ],
)
def test_what_refers_to_a_row_that_is_not_there(
    sound: SoundUnit, place: str, column: str, value: str, rule: str, severity: str
) -> None:
    sound.set(place, 2, column, value)
    f = sound.check().one(rule, severity, place, 2, column)
    assert f.value == value


def test_without_a_roster_no_id_is_unknown(sound: SoundUnit) -> None:
    sound.tables.pop(("科普员名册.xlsx", "名册"))
    sound.set(SHARES, 2, "科普员编号", "KP11329999")
    told = sound.whole()
    assert not told.of("shares.communicator_id.unknown")
    assert "source.absent" in {f.rule for f in told.findings if f.dataset == "科普员名册"}


def _many(sound: SoundUnit, count: int) -> None:
    rows = sound.table(SHARES)
    del rows[1:]
    for n in range(count):
        when = f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d} {8 + n % 13:02d}:{n // 13 % 60:02d}:{n % 59:02d}"
        rows.append([when, f"KP1132000{n % 3 + 1}", "张三", "白坝村", f"C{n:05d}", "科普", "抖音", n % 50])


@pytest.mark.parametrize(("bad", "copies", "blocks"), [(2, 0, False), (3, 0, True), (2, 20, False), (2, 40, True)])
def test_the_tolerance_is_half_a_percent_of_the_rows_less_duplicates(
    sound: SoundUnit, bad: int, copies: int, blocks: bool
) -> None:
    """400 rows in the file and 2 bad are 0.5 % exactly; of them 40 copies leave 360, of which 2 are more."""
    _many(sound, 400 if copies != 20 else 420)
    rows = sound.table(SHARES)
    for n in range(bad):
        rows[n + 1][6] = "大喇叭"
    for n in range(copies):
        rows[-1 - n] = list(rows[200 - n])
    told = sound.check()
    assert len(told.of("shares.channel.domain")) == bad
    assert {f.severity for f in told.of("shares.channel.domain")} == {"warning"}
    if blocks:
        f = told.one("shares.tolerance", "error", SHARES, None, None)
        assert f.count == bad
    else:
        assert not told.of("shares.tolerance")


def test_a_unit_may_set_another_tolerance(sound: SoundUnit) -> None:
    sound.set(SHARES, 2, "渠道", "大喇叭")
    assert sound.check().of("shares.tolerance")
    sound.folder.raw("单位设置.toml", '["数据集"."科普员分享记录"]\n"容错率" = 0.05\n'.encode())
    assert not sound.check().of("shares.tolerance")


@pytest.mark.parametrize("slug", ["ranking", "registrations", "survey"])
def test_every_tolerant_dataset_has_its_limit(sound: SoundUnit, slug: str) -> None:
    place, column = {
        "ranking": ("全省科普员综合排名.csv", "综合得分"),
        "registrations": ("天府科技云注册明细.csv", "注册类型"),
        "survey": ("满意度问卷.csv", "总体评价"),
    }[slug]
    sound.set(place, 2, column, "别的")
    sound.check().one(f"{slug}.tolerance", "error", place, None, None)


def test_a_tolerant_dataset_never_blocks_for_copies(sound: SoundUnit) -> None:
    rows = sound.table(SHARES)
    rows += [list(row) for row in rows[1:]]
    told = sound.check()
    assert len(told.of("shares.duplicate")) == 1
    assert told.of("shares.duplicate")[0].rows == "26-49"
    assert told.loud == set()
