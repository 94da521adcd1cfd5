"""Every format a table may come in gives the same rows, whatever the dataset; what is none of ours is listed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet as pq
import pytest
import zstandard

from selfeval.pipeline import UnitPipeline, plan
from tests.rules.conftest import UNIT, YEAR, Folder, budget, payments, share, shares
from tests.rules.sound import COUNTIES

Rows = list[list[Any]]


def _csv(rows: Rows, delimiter: str = ",", encoding: str = "gb18030") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def _xlsx(rows: Rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def _jsonl(rows: Rows) -> bytes:
    return "\n".join(json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) for row in rows[1:]).encode()


def _parquet(rows: Rows) -> bytes:
    out = io.BytesIO()
    table = {h: [None if row[i] == "" else str(row[i]) for row in rows[1:]] for i, h in enumerate(rows[0])}
    pq.write_table(pyarrow.table({h: pyarrow.array(v, pyarrow.string()) for h, v in table.items()}), out)
    return out.getvalue()


def _zip(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "支付明细.csv": _csv,
    "支付明细.tsv": lambda rows: _csv(rows, "\t", "utf-8"),
    "支付明细.txt": lambda rows: _csv(rows, "\t"),
    "2024年支付明细（导出）.XLSX": _xlsx,
    "支付明细.jsonl": _jsonl,
    "支付明细.parquet": _parquet,
    "支付明细.csv.gz": lambda rows: gzip.compress(_csv(rows)),
    "支付明细.jsonl.zst": lambda rows: zstandard.ZstdCompressor().compress(_jsonl(rows)),
    "支付明细.tsv.zst": lambda rows: zstandard.ZstdCompressor().compress(_csv(rows, "\t")),
    "支付明细.zip": lambda rows: _zip("导出.csv", _csv(rows)),
    "导出.zip": lambda rows: _zip("2024/支付明细.xlsx", _xlsx(rows)),
}


def counted(folder: Folder, slug: str) -> list[tuple[Any, ...]]:
    unit = UnitPipeline(plan(folder.root.parents[1], YEAR, UNIT), folder.store)
    with unit.connect() as con:
        columns = "_row - min(_row) OVER (), * EXCLUDE (_row, _file, _sheet, _sha256)"
        return con.execute(f"SELECT {columns} FROM {slug} ORDER BY 1").fetchall()


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_gives_the_same_rows(folder: Folder, name: str) -> None:
    rows = payments(9)
    rows[4][4] = ""
    plain = folder.csv("支付明细.csv", rows)
    wanted = counted(folder, "payments")
    plain.unlink()
    folder.raw(name, FORMATS[name](rows))
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["支付明细"] == (9, 9, 0)
    assert counted(folder, "payments") == wanted


@pytest.mark.parametrize(
    ("name", "row"), [("支付明细.csv", 4), ("支付明细.XLSX", 4), ("支付明细.jsonl", 3), ("支付明细.parquet", 3)]
)
def test_a_fault_has_its_place_in_every_format(folder: Folder, name: str, row: int) -> None:
    """A record of JSON stands on its own line; one of Parquet is counted from 1."""
    rows = payments(9)
    rows[3][9] = "壹佰元"
    kind = {"支付明细.XLSX": "2024年支付明细（导出）.XLSX"}.get(name, name)
    folder.raw(name, FORMATS[kind](rows))
    checked = folder.check()
    found = checked.one("payments.amount.type")
    assert (found.file, found.row, found.column, found.value) == (name, row, "金额（元）", "壹佰元")
    assert checked.rules == {"payments.amount.type"}


def test_a_member_of_an_archive_is_named_by_both(folder: Folder) -> None:
    rows = payments(9)
    rows[3][9] = "壹佰元"
    folder.raw("导出.zip", _zip("支付明细.csv", _csv(rows)))
    assert folder.check().one("payments.amount.type").file == "导出.zip!支付明细.csv"


def test_a_member_named_in_the_old_encoding_of_windows(folder: Folder) -> None:
    data = bytearray(_zip("AAAAAAAA.csv", _csv(payments(3))))
    folder.raw("a.zip", bytes(data).replace(b"AAAAAAAA", "支付明细".encode("gb18030")))
    assert folder.check().accounts["支付明细"] == (3, 3, 0)


def test_a_folder_of_parts_in_any_format_is_one_dataset(folder: Folder) -> None:
    rows = shares(12)
    folder.raw("科普员分享记录/2024-01.csv", _csv(rows[:4]))
    folder.raw("科普员分享记录/2024-02.xlsx", _xlsx([rows[0], *rows[4:7]]))
    folder.raw("科普员分享记录/2024-03.csv.gz", gzip.compress(_csv([rows[0], *rows[7:10]])))
    folder.raw("科普员分享记录/2024-04.jsonl", _jsonl([rows[0], *rows[10:]]))
    checked = folder.check()
    assert not checked.rules
    assert checked.accounts["科普员分享记录"] == (12, 12, 0)


def test_any_dataset_as_text_instead_of_a_workbook(folder: Folder) -> None:
    people = [
        ["科普员编号", "姓名", "乡镇", "行政村（社区）"],
        ["KP00000001", "张三", "沙坪镇", "白坝村"],
        ["KP00000002", "李四", "沙坪镇", "老沟村"],
    ]
    counties = [
        COUNTIES,
        ["某县", "1000", "50", "3000", "5.00", "3.00"],
    ]
    accounts = [
        ["项目", "行次", "决算数", "项目", "行次", "决算数"],
        ["本年收入合计", "1", "5", "本年支出合计", "2", "5"],
    ]
    folder.csv("科普员名册.csv", people)
    folder.csv("指标执行情况表.csv", budget(2))
    folder.csv("精准科普服务统计/2023年末.csv", counties)
    folder.csv("精准科普服务统计/2024年末.csv", counties)
    folder.csv("收入支出决算总表.csv", accounts)
    checked = folder.check()
    assert not [f for f in checked.findings if f.severity == "error"], checked.findings
    assert checked.accounts["科普员名册"] == (2, 2, 0)
    assert checked.accounts["精准科普服务统计"] == (2, 2, 0)
    assert checked.accounts["收入支出决算总表"][0] == 1


def test_a_workbook_of_many_tables_as_a_folder_of_text(folder: Folder) -> None:
    """自评填报表 and 业务台账 have a sheet a table; as text they are a file a table, named like the sheet."""
    folder.csv("业务台账/LED播放.csv", [["播放日期", "主题"], ["2024-01-05", "生态环保"], ["2024-02-05", "禁毒"]])
    folder.csv("业务台账/科创工作室.csv", [["成立日期", "名称"], ["2024-08-02", "第一科创工作室"]])
    checked = folder.check()
    assert checked.accounts["业务台账"] == (3, 3, 0)
    assert len(counted(folder, "led")) == 2
    # The other tables of the dataset are not needed; those without a file are told once.
    assert {f.severity for f in checked.findings} == {"info"}
    assert len(checked.of("source.sheet.missing")) == 6


def test_a_declaration_in_two_workbooks_has_all_its_sheets(folder: Folder) -> None:
    tables = {
        "单位信息": [["项目", "内容"], ["单位编码", UNIT]],
        "内设机构": [["机构名称", "职责"], ["办公室", "文电"]],
        "人员编制": [["职务", "人数"], ["主席", 1]],
        "年度任务": [["序号", "任务"], [1, "党建"]],
    }
    folder.xlsx("自评填报表1.xlsx", dict(list(tables.items())[:2]))
    folder.xlsx("自评填报表2.xlsx", dict(list(tables.items())[2:]))
    found = folder.check().of("source.sheet.missing")
    assert [f.severity for f in found] == ["error"] * 4
    assert [f.sheet for f in found] == ["工作开展情况", "总体绩效目标", "绩效指标", "情况说明"]


def test_the_suffix_may_say_another_format_than_the_content(folder: Folder) -> None:
    folder.raw("支付明细.xls", _xlsx(payments(3)))
    folder.raw("指标执行情况表.csv", _xlsx(budget(2)))
    checked = folder.check()
    assert checked.accounts["支付明细"] == (3, 3, 0)
    assert checked.accounts["指标执行情况"] == (2, 2, 0)


def test_other_files_are_listed_and_pass(folder: Folder) -> None:
    folder.csv("支付明细.csv", payments(3))
    for name in (
        "说明.docx",
        "照片.jpg",
        "~$支付明细.xlsx",
        "备份/旧数据.csv",
        "支付明细.pdf",
        ".DS_Store",
        "Thumbs.db",
    ):
        folder.raw(name, b"x")
    checked = folder.check()
    told = {f.file: (f.rule, f.severity) for f in checked.findings}
    assert told["~$支付明细.xlsx"] == ("source.temporary", "info")
    assert {told[n] for n in ("说明.docx", "照片.jpg", "备份/旧数据.csv", "支付明细.pdf")} == {
        ("source.unknown", "info")
    }
    others = plan(folder.root.parents[1], YEAR, UNIT).inventory.others
    assert set(others) == {f.file for f in checked.findings}


def test_a_part_of_another_year_in_the_folder(folder: Folder) -> None:
    folder.csv("科普员分享记录/2024-01.csv", shares(9))
    folder.csv(
        "科普员分享记录/2023-12.csv",
        [shares(1)[0], *(share(n, 分享时间=f"2023-12-{n:02d} 09:00:00") for n in range(1, 9))],
    )
    checked = folder.check()
    found = checked.one("source.year")
    assert (found.file, found.rows) == ("科普员分享记录/2023-12.csv", "2-9")
    assert checked.one("shares.tolerance").severity == "error"


def test_the_xml_of_excel_2003_is_refused_in_words(folder: Folder) -> None:
    head = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>'
        "<Row><Cell><Data>支付日期</Data></Cell></Row></Table></Worksheet></Workbook>"
    )
    folder.raw("支付明细.xls", head.encode())
    told = folder.check().one("source.unreadable")
    assert (told.severity, told.file) == ("error", "支付明细.xls") and "另存为.xlsx" in told.fix


@pytest.mark.parametrize("content", ["book", "page"])
def test_a_file_without_any_table_is_never_passed_over(folder: Folder, content: str) -> None:
    if content == "book":
        folder.xlsx("支付明细.xlsx", {"Sheet1": [], "Sheet2": []})
    else:
        folder.raw("支付明细.xls", b"<html><body><table></table></body></html>")
    assert folder.check().one("source.empty").severity == "error"


def test_of_the_final_accounts_workbook_the_table_of_that_name_is_read(folder: Folder) -> None:
    def table(income: float) -> list[list[object]]:
        return [
            ["金额单位：万元"],
            ["项目", "行次", "决算数", "项目", "行次", "决算数"],
            ["本年收入合计", 1, income, "本年支出合计", 3, income],
            ["年初结转和结余", 2, 0, "年末结转和结余", 4, 0],
        ]

    sheets = {
        "Z01 收入支出决算总表": table(30.0),
        "Z01_1 财政拨款收入支出决算总表": table(29.0),
        "Z02 收入决算表": [["x"]],
    }
    folder.xlsx("决算总表.xlsx", sheets)
    checked = folder.check()
    assert checked.rules == {"source.sheet.unknown"}
    assert [f.sheet for f in checked.findings] == list(sheets)[1:]
    assert checked.accounts["收入支出决算总表"] == (2, 2, 0)
