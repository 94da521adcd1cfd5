"""Keys and what refers to them: duplicates, conflicts, unknown ids, and how many bad rows a tolerant dataset may have."""

from __future__ import annotations

import pytest

from tests.rules.sound import SoundUnit

LOG, ROSTER = "科普员分享记录.csv", "科普员名册.xlsx"

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
#: (sheet or file, column, a value that the table it refers to does not have, rule, severity)
FOREIGN = [
    (LOG, "科普员编号", "KP11329999", "shares.communicator_id.unknown", "warning"),
    ("科普员月任务.csv", "科普员编号", "KP11329999", "tasks.communicator_id.unknown", "error"),
    ("支付明细.csv", "项目编码", "51113224T000000000099", "payments.project_code.unknown", "error"),
    ("绩效指标", "项目编码", "51113224T000000000099", "indicators.project_code.unknown", "error"),
    ("科普活动", "经费来源项目编码", "51113224T000000000099", "activities.funding_project.unknown", "error"),
    ("设备维护", "经费来源项目编码", "51113224T000000000099", "equipment.funding_project.unknown", "error"),
    ("品种推广", "经费来源项目编码", "51113224T000000000099", "varieties.funding_project.unknown", "error"),
]


def test_copies_and_conflicts(sound: SoundUnit) -> None:
    """A copy is set aside and never blocks; the same key with other content sets all its rows aside as bad."""
    last = {place: sound.add(place, list(sound.table(place)[1])) for place, *_ in KEYED}
    told = sound.check()
    for place, _, slug, _, _ in KEYED:
        told.one(f"{slug}.duplicate", "info", place, last[place], None)
    assert not [f.rule for f in told.findings if f.rule.endswith(".conflict")]
    for place, column, _, _, other in KEYED:
        sound.set(place, last[place], column, other)
    told = sound.check()
    for place, _, slug, strict, _ in KEYED:
        severity = "error" if strict else "warning"
        found = [(f.severity, f.row, f.column) for f in told.of(f"{slug}.conflict")]
        assert found == [(severity, 2, None), (severity, last[place], None)]
    assert not [f.rule for f in told.findings if f.rule.endswith(".duplicate")]


def test_a_copy_of_a_conflict_is_set_aside_with_it(sound: SoundUnit) -> None:
    sound.keep(LOG)
    row = list(sound.table(LOG)[1])
    first = sound.add(LOG, row, [*row[:7], 78])
    assert [f.row for f in sound.check().of("shares.conflict")] == [2, first, first + 1]
    (shares,) = sound.pipeline().accounts
    assert (shares.read, shares.accepted, shares.quarantined) == (26, 23, 3)


def test_what_refers_to_a_row_that_is_not_there(sound: SoundUnit) -> None:
    for place, column, value, _, _ in FOREIGN:
        sound.set(place, 2, column, value)
    told = sound.check()
    for place, column, value, rule, severity in FOREIGN:
        assert told.one(rule, severity, place, 2, column).value == value


def test_without_a_roster_no_id_is_unknown(sound: SoundUnit) -> None:
    sound.keep(LOG, "科普员月任务.csv")
    sound.set(LOG, 2, "科普员编号", "KP11329999")
    assert sound.check().loud == set()


def _many(sound: SoundUnit, count: int) -> None:
    sound.keep(LOG)
    rows = sound.table(LOG)
    del rows[1:]
    for n in range(count):
        when = f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d} {8 + n % 13:02d}:{n // 13 % 60:02d}:{n % 59:02d}"
        rows.append([when, f"KP1132000{n % 3 + 1}", "张三", "白坝村", f"C{n:05d}", "科普", "抖音", n % 50])


@pytest.mark.parametrize(("rows", "copies", "bad", "blocks"), [(400, 0, 2, False), (400, 40, 2, True)])
def test_the_tolerance_is_half_a_percent_of_the_rows_less_duplicates(
    sound: SoundUnit, rows: int, copies: int, bad: int, blocks: bool
) -> None:
    """2 of 400 rows are 0.5 % exactly; where 40 of the 400 are copies, 2 of 360 are more."""
    _many(sound, rows)
    table = sound.table(LOG)
    for n in range(bad):
        table[n + 1][6] = "大喇叭"
    for n in range(copies):
        table[-1 - n] = list(table[200 - n])
    told = sound.check()
    assert [f.severity for f in told.of("shares.channel.domain")] == ["warning"] * bad
    if blocks:
        assert told.one("shares.tolerance", "error", LOG, None, None).count == bad
    else:
        assert not told.of("shares.tolerance")


def test_a_share_over_the_tolerance_prints_as_more(sound: SoundUnit) -> None:
    """2 of 399 rows are 0.501 %: as 0.50 % they would not be more than the 0.5 % beside them."""
    _many(sound, 399)
    for row in (1, 2):
        sound.table(LOG)[row][6] = "大喇叭"
    f = sound.check().one("shares.tolerance", "error", LOG, None, None)
    assert "占0.501%，超过允许的0.5%" in f.message


def test_every_tolerant_dataset_has_its_limit_and_a_unit_may_set_another(sound: SoundUnit) -> None:
    planted = {
        "ranking": ("全省科普员综合排名.csv", "综合得分"),
        "registrations": ("天府科技云注册明细.csv", "注册类型"),
        "survey": ("满意度问卷.csv", "总体评价"),
        "shares": (LOG, "渠道"),
    }
    for place, column in planted.values():
        sound.set(place, 2, column, "别的")
    told = sound.check()
    for slug, (place, _) in planted.items():
        told.one(f"{slug}.tolerance", "error", place, None, None)
    sound.folder.raw("单位设置.toml", '["数据集"."科普员分享记录"]\n"容错率" = 0.05\n'.encode())
    told = sound.check()
    assert {f.rule for f in told.findings if f.rule.endswith(".tolerance")} == {
        "ranking.tolerance", "registrations.tolerance", "survey.tolerance",
    }  # fmt: skip


def test_a_tolerant_dataset_never_blocks_for_copies(sound: SoundUnit) -> None:
    sound.keep(LOG)
    rows = sound.table(LOG)
    rows += [list(row) for row in rows[1:]]
    told = sound.check()
    assert [(f.row, f.rows) for f in told.of("shares.duplicate")] == [(26, "26-49")]
    assert told.loud == set()


@pytest.mark.parametrize(
    ("written", "said"),
    [("KP1132O002", "第3行的“KP1132O002”写错"), ("KP11320020", "第3行的“KP11320020”写错"), (None, "第3行没有填写")],
)
def test_one_id_written_wrong_in_the_roster_is_one_finding_a_file(
    sound: SoundUnit, written: str | None, said: str
) -> None:
    sound.set("名册", 3, "科普员编号", written)
    sound.set(LOG, 2, "科普员编号", "KP99999999" if written == "KP11320020" else "KP11320001")
    told = sound.check()
    found = [f for f in told.of("shares.communicator_id.unknown") if f.value == "KP11320002"]
    rows = [n for n, row in enumerate(sound.table(LOG), 1) if row[1] == "KP11320002"]
    assert [(f.row, f.count) for f in found] == [(rows[0], len(rows))]
    assert f"可能是{ROSTER}“名册”{said}，" in found[0].message
    (task,) = told.of("tasks.communicator_id.unknown")
    assert (task.rows, task.value) == ("14-25", "KP11320002")
    assert said in task.message


def test_an_id_written_wrong_in_the_roster_is_one_finding_of_all_files(sound: SoundUnit) -> None:
    """A year's log has twelve files: what is wrong in the roster is wrong once."""
    rows = sound.tables.pop((LOG, None))
    for n in range(3):
        sound.tables[f"科普员分享记录/2024-0{n + 1}.csv", None] = [rows[0], *rows[1 + 8 * n : 9 + 8 * n]]
    sound.set("名册", 3, "科普员编号", "KP1132O002")
    found = sound.check().of("shares.communicator_id.unknown")
    wrong = [[r for r in range(2, 10) if rows[8 * n + r - 1][1] == "KP11320002"] for n in range(3)]
    assert [(f.file, f.row, f.count) for f in found] == [("科普员分享记录/2024-01.csv", wrong[0][0], 8)]
    assert found[0].rows == ",".join(map(str, wrong[0]))
    assert "第3行的“KP1132O002”写错" in found[0].message
    for n in (1, 2):
        assert f"科普员分享记录/2024-0{n + 1}.csv第{wrong[n][0]}行起{len(wrong[n])}行" in found[0].message
    # Without a row of the roster to blame, each file is wrong for itself.
    sound.set("名册", 3, "科普员编号", "KP11320002")
    for n in range(2):
        sound.set(f"科普员分享记录/2024-0{n + 1}.csv", 4, "科普员编号", "KP99999999")
    found = sound.check().of("shares.communicator_id.unknown")
    assert [(f.file, f.row) for f in found] == [(f"科普员分享记录/2024-0{n + 1}.csv", 4) for n in range(2)]


def test_another_idle_id_of_the_roster_is_not_held_to_be_wrong(sound: SoundUnit) -> None:
    sound.set("科普员月任务.csv", 2, "科普员编号", "KP11329999")
    assert (
        "可能"
        not in sound.check().one("tasks.communicator_id.unknown", "error", "科普员月任务.csv", 2, "科普员编号").message
    )


@pytest.mark.parametrize("rows", [(2,), (1,)])
def test_an_id_in_a_row_that_slipped_is_known(sound: SoundUnit, rows: tuple[int, ...]) -> None:
    """One row of the budget, or its header, a column to the right: the payments of its project are not wrong."""
    sound.keep("指标执行情况表.xlsx", "支付明细.csv")
    for row in sound.table("指标执行"):
        row.append(None)
    for n in rows:
        table = sound.table("指标执行")
        table[n - 1][1:] = table[n - 1][:-1]
        table[n - 1][0] = None
    told = sound.check()
    assert not told.of("payments.project_code.unknown")
    assert told.of("budget.shifted")
    (budget, payments) = sound.pipeline().accounts
    assert (budget.read, payments.quarantined) == (2, 0)


def test_a_conflict_names_the_other_row_and_what_differs(sound: SoundUnit) -> None:
    sound.keep(LOG, "支付明细.csv")
    row = list(sound.table(LOG)[4])
    last = sound.add(LOG, [*row[:7], 78])
    here, there = sound.check().of("shares.conflict")
    assert (here.row, there.row) == (5, last)
    assert here.message == f"与第{last}行编号相同而“阅读数”不同，这几行都未计入。"
    assert there.message == "与第5行编号相同而“阅读数”不同，这几行都未计入。"


def test_a_conflict_of_two_files_names_the_file(sound: SoundUnit) -> None:
    sound.keep("支付明细.csv")
    older = [list(row) for row in sound.table("支付明细.csv")[:4]]
    older[2][6], older[2][9] = "6228480009999", "1.00"
    sound.tables[("支付明细-旧.csv", None)] = older
    told = {f.file: f.message for f in sound.check().of("payments.conflict")}
    assert told["支付明细.csv"].startswith("与文件“支付明细-旧.csv”第3行编号相同而“金额（元）”不同")


def test_a_private_number_that_differs_is_named_by_its_column(sound: SoundUnit) -> None:
    sound.keep("支付明细.csv")
    row = list(sound.table("支付明细.csv")[2])
    row[6] = "6228480009999"
    last = sound.add("支付明细.csv", row)
    here, _ = sound.check().of("payments.conflict")
    assert here.message == f"与第{last}行编号相同而“收款账号”不同，这几行都未计入。"


def test_an_unseen_character_in_a_code_is_said(sound: SoundUnit) -> None:
    sound.keep(LOG)
    sound.set(LOG, 3, "科普员编号", "KP\u200b11320001")
    assert "看不见的字符" in sound.check().one("shares.communicator_id.format", "warning", LOG, 3, "科普员编号").message


def test_a_copy_of_a_bad_row_is_a_copy(sound: SoundUnit) -> None:
    """Set aside as information, told at the first row, and not counted against what a tolerant log may have of bad rows."""
    sound.keep(LOG)
    sound.set(LOG, 3, "阅读数", "很多")
    row = list(sound.table(LOG)[2])
    first = sound.add(LOG, row, row, [*row[:7], "更多"], [*row[:4], "C99999", *row[5:]])
    told = sound.check()
    assert [(f.severity, f.rows) for f in told.of("shares.duplicate")] == [("info", None), ("info", None)]
    assert [f.row for f in told.of("shares.duplicate")] == [first, first + 1]
    bad = [f.row for f in told.findings if f.rule.startswith("shares.reads.")]
    assert bad == [3, first + 2, first + 3]
    assert told.of("shares.tolerance")[0].count == 3
    (shares,) = sound.pipeline().accounts
    assert (shares.read, shares.accepted, shares.quarantined) == (28, 23, 5)


def test_a_copy_of_a_row_that_names_nobody_is_a_copy(sound: SoundUnit) -> None:
    sound.set(LOG, 2, "科普员编号", "KP11329999")
    last = sound.add(LOG, list(sound.table(LOG)[1]))
    told = sound.check()
    told.one("shares.communicator_id.unknown", "warning", LOG, 2, "科普员编号")
    told.one("shares.duplicate", "info", LOG, last, None)


def test_what_a_mask_hides_is_no_copy(sound: SoundUnit) -> None:
    """Two rows that differ in a number which nobody may see, or whose cells slipped."""
    sound.keep(LOG)
    rows = sound.table(LOG)
    sound.add(
        LOG, [*rows[1][:4], "13800000001", *rows[1][5:7], "很多"], [*rows[1][:4], "13800000002", *rows[1][5:7], "很多"]
    )
    sound.add(LOG, [*rows[1], "甲"], [*rows[1], "乙"])
    assert not sound.check().of("shares.duplicate")


def test_a_copy_of_a_bad_row_in_another_file(sound: SoundUnit) -> None:
    sound.keep(LOG)
    sound.set(LOG, 3, "阅读数", "很多")
    rows = sound.tables.pop((LOG, None))
    sound.tables["科普员分享记录/1.csv", None] = rows
    sound.tables["科普员分享记录/2.csv", None] = [rows[0], rows[5], rows[2]]
    told = sound.check()
    assert [(f.file, f.row) for f in told.findings if f.rule.startswith("shares.reads.")] == [
        ("科普员分享记录/1.csv", 3)
    ]
    (f,) = told.of("shares.duplicate")
    assert (f.file, f.row, f.count) == ("科普员分享记录/2.csv", 2, 2)
