"""What is told of a folder before anything in it is read: files that are missing, unknown, or no files at all."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from tests.rules.sound import LEDGER, SoundUnit


def test_what_is_missing_and_where_to_get_it(sound: SoundUnit) -> None:
    sound.keep("自评填报表.xlsx", "指标执行情况表.xlsx")
    told = sound.whole()
    missing = {f.dataset: f for f in told.of("source.missing")}
    assert set(missing) == {"收入支出决算总表", "支付明细"}
    assert {f.severity for f in missing.values()} == {"error"}
    assert "预算管理一体化系统" in missing["支付明细"].fix
    absent = told.of("source.absent")
    assert {f.severity for f in absent} == {"info"}
    fixes = {f.dataset: f.fix for f in absent}
    assert "天府科技云平台“科普员管理—分享记录”按月导出" in fixes["科普员分享记录"] and "问卷" in fixes["满意度问卷"]
    assert not [f for f in sound.whole().of("source.missing") if f.dataset == "自评填报表"]


def test_files_that_belong_to_nothing(sound: SoundUnit, tmp_path: Path) -> None:
    root = sound.folder.root
    sound.folder.raw("会议照片.jpg", b"x")
    sound.folder.raw("~$支付明细.xlsx", b"x")
    sound.folder.raw("说明13912345678.txt", b"x")
    outside = tmp_path / "outside.csv"
    outside.write_text("x", encoding="utf-8")
    (root / "满意度问卷2.csv").symlink_to(outside)
    os.mkfifo(root / "支付明细2.csv")
    told = sound.check()
    told.one("source.temporary", "info", "~$支付明细.xlsx", None, None)
    told.one("source.link", "error", "满意度问卷2.csv", None, None)
    told.one("source.special", "error", "支付明细2.csv", None, None)
    (private,) = told.of("source.private_name")
    assert (private.severity, private.file) == ("warning", "说明***.txt")
    assert {f.file for f in told.of("source.unknown")} == {"会议照片.jpg", "说明***.txt"}
    assert told.loud == {"source.link", "source.special", "source.private_name"}


def test_a_sheet_that_is_missing(sound: SoundUnit) -> None:
    for sheet in ("绩效指标", "赛事活动"):
        sound.tables = {place: rows for place, rows in sound.tables.items() if place[1] != sheet}
    told = sound.check()
    found = {f.sheet: (f.severity, f.file) for f in told.of("source.sheet.missing")}
    assert found == {"绩效指标": ("error", "自评填报表.xlsx"), "赛事活动": ("info", LEDGER)}


def test_a_packed_file_that_cannot_be_unpacked(sound: SoundUnit) -> None:
    """A way of packing that this program does not know."""
    sound.keep("指标执行情况表.xlsx")
    path = sound.folder.root / "支付明细.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("支付明细.csv", "a,b\r\n")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.index(mark) + offset
        data[at : at + 2] = (97).to_bytes(2, "little")
    path.write_bytes(bytes(data))
    told = sound.check()
    assert {(f.rule, f.severity, f.file) for f in told.findings if f.severity != "info"} == {
        ("source.unreadable", "error", "支付明细.zip!支付明细.csv")
    }


def test_a_renamed_sheet_is_one_finding(sound: SoundUnit) -> None:
    new = {"单位信息": "单位情况表", "情况说明": "Sheet8", "LED播放": "电子屏"}
    sound.tables = {(file, new.get(str(sheet), sheet)): rows for (file, sheet), rows in sound.tables.items()}
    sound.tables[LEDGER, "备忘"] = [["记事"], ["待补"]]
    told = sound.check()
    found = {f.sheet: (f.severity, f.file, f.row) for f in told.of("source.sheet.missing")}
    assert found == {
        "单位情况表": ("error", "自评填报表.xlsx", 1), "Sheet8": ("error", "自评填报表.xlsx", 1), "电子屏": ("warning", LEDGER, 1),
    }  # fmt: skip
    assert all("可能就是它改了名" in f.message and str(f.sheet) in f.fix for f in told.of("source.sheet.missing"))
    assert [f.sheet for f in told.of("source.sheet.unknown")] == ["备忘"]


def test_a_known_name_in_a_form_that_cannot_be_read_says_so(sound: SoundUnit) -> None:
    sound.keep("支付明细.csv")
    for name in ("业务台账.et", "全省科普员综合排名.ods", "满意度问卷.pdf"):
        sound.folder.raw(name, b"x")
    told = {f.file: f for f in sound.check().of("source.unknown")}
    assert {f.severity for f in told.values()} == {"info"}
    assert "“业务台账”" in told["业务台账.et"].message and ".et格式" in told["业务台账.et"].message
    assert all("另存为.xlsx" in f.fix for f in told.values())


def test_what_a_mac_puts_into_an_archive_is_nobodys_data(sound: SoundUnit) -> None:
    sound.keep("科普员分享记录.csv")
    text = "\r\n".join(",".join(map(str, row)) for row in sound.tables.pop(("科普员分享记录.csv", None)))
    with zipfile.ZipFile(sound.folder.root / "科普员分享记录.zip", "w") as archive:
        archive.writestr("分享记录/2024.csv", text)
        for name in ("__MACOSX/分享记录/._2024.csv", "分享记录/._2024.csv", "分享记录/.DS_Store", "分享记录/Thumbs.db"):
            archive.writestr(name, b"\x00\x05\x16\x07")
    told = sound.check()
    assert told.loud == set()
    assert len(told.of("source.unknown")) == 4
    assert all("操作系统" in f.message for f in told.of("source.unknown"))


def test_names_in_the_names_of_files_are_masked(sound: SoundUnit) -> None:
    """Names of the roster, alone, beside words, of a folder and within an archive; what is shown alike stays two."""
    sound.tables["张三_满意度问卷.csv", None] = sound.tables.pop(("满意度问卷.csv", None))
    sound.tables["科普员分享记录/李四.csv", None] = sound.tables.pop(("科普员分享记录.csv", None))
    raw = sound.folder.raw
    raw("李四材料.txt", b"x")
    raw("李想材料.txt", b"x")
    raw("王五/通知.txt", b"x")
    raw("测试李四村.txt", b"x")
    with zipfile.ZipFile(sound.folder.root / "王五.zip", "w") as archive:
        archive.writestr("王五照片.txt", "x")
        archive.writestr("说明.txt", "x")
    told = sound.check()
    assert {(f.severity, f.file, f.dataset) for f in told.of("source.private_name")} == {
        ("warning", "张*_满意度问卷.csv", "满意度问卷"),
        ("warning", "科普员分享记录/李*.csv", "科普员分享记录"),
        ("warning", "李*材料.txt", None),
        ("warning", "王*/通知.txt", None),
        ("warning", "王*.zip!王*照片.txt", None),
        ("warning", "王*.zip!说明.txt", None),
    }
    unknown = {f.file for f in told.of("source.unknown")}
    assert {"李*材料.txt", "李想材料.txt", "测试李四村.txt", "王*.zip!说明.txt"} <= unknown
    assert not [
        f for f in told.findings for name in ("张三", "王五", "李四材料") if name in f.message or name in str(f.file)
    ]
    assert told.loud == {"source.private_name"}


def test_files_that_are_shown_alike_stay_two(sound: SoundUnit) -> None:
    sound.tables["张三问卷_满意度.csv", None] = rows = sound.tables.pop(("满意度问卷.csv", None))
    sound.tables["张五问卷_满意度.csv", None] = [rows[0], ["W9999", *rows[1][1:]]]
    sound.add("名册", ["KP11320009", "张五", *sound.table("名册")[1][2:5], *[None] * 3, "2024-01-01", None])
    before = sound.pipeline().plan.digest
    assert [raw.name for raw in sound.pipeline().plan.inventory.files["满意度问卷"]] == [
        "张*问卷_满意度.csv",
        "张*问卷_满意度（2）.csv",
    ]
    sound.tables["张三问卷_满意度.csv", None] = rows[:-1]
    assert sound.pipeline().plan.digest != before
    raw = sound.folder.raw
    for number in ("13800000001", "13800000002"):
        raw(f"{number}.txt", b"x")
    assert {"***.txt", "***（2）.txt"} <= set(sound.pipeline().plan.inventory.others)
