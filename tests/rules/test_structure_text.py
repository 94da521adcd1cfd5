"""Text files as systems and people leave them: encodings, delimiters, quotes, null bytes, line ends, blank lines."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest

from tests.rules.conftest import PAYMENTS, Folder, payment, payments, shares

PAY = "支付明细.csv"


def text(rows: Sequence[Sequence[Any]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def encoding_of(folder: Folder, dataset: str = "支付明细") -> str | None:
    from selfeval.pipeline import UnitPipeline, plan

    unit = UnitPipeline(plan(folder.root.parents[1], 2024, "351001"), folder.store)
    (account,) = next(a.files for a in unit.accounts if a.name == dataset)
    assert (
        account.read + account.other_lines == unit.resolved(dataset).info["accounts"][0]["read"] + account.other_lines
    )
    return account.encoding


@pytest.mark.parametrize(
    ("encoding", "bom", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("gb18030", b"", "gb18030"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
    ],
)
def test_encodings_are_read_without_a_word(folder: Folder, encoding: str, bom: bytes, named: str) -> None:
    # 𬭎 and 㐂 take four bytes in GB18030.
    rows = [PAYMENTS, payment(1, 收款人="𬭎溪㐂乐公司"), payment(2)]
    folder.raw(PAY, bom + text(rows).encode(encoding))
    checked = folder.check()
    assert not checked.findings
    assert checked.accounts["支付明细"] == (2, 2, 0)
    assert encoding_of(folder) == named


def test_four_byte_characters_reach_the_quarantine(folder: Folder) -> None:
    folder.raw(PAY, text([PAYMENTS, payment(1, 用途="𬭎溪㐂乐", 支付日期="无")]).encode("gb18030"))
    assert "𬭎溪㐂乐" in folder.check().quarantine["支付明细"][1]


def test_utf16_without_a_mark_is_told(folder: Folder) -> None:
    folder.raw(PAY, text(payments(3)).encode("utf-16-le"))
    found = folder.check().one("source.encoding")
    assert (found.severity, found.file, found.row) == ("error", PAY, 1)


def test_a_byte_of_no_encoding_is_told_at_its_row(folder: Folder) -> None:
    data = text(payments(9)).encode("utf-8").split(b"\r\n")
    data[5] = data[5].replace("科普".encode(), b"\xff\xff", 1)
    folder.raw(PAY, b"\r\n".join(data))
    found = folder.check().one("source.encoding")
    assert (found.severity, found.row) == ("error", 6)


def test_gb18030_cut_within_a_character(folder: Folder) -> None:
    data = text([*payments(5)[:-1], payment(5, 用途="科普活动")]).encode("gb18030")
    folder.raw(PAY, data.replace("第5笔".encode("gb18030"), b"\xff"))
    assert folder.check().one("source.encoding").row == 6


@pytest.mark.parametrize(("delimiter", "name"), [("\t", "制表符"), (";", "“;”"), ("|", "“|”"), ("，", "“，”")])
def test_a_wrong_delimiter_is_read_and_told(folder: Folder, delimiter: str, name: str) -> None:
    rows = payments(4)
    body = text(rows, delimiter) if delimiter != "，" else "".join("，".join(map(str, r)) + "\n" for r in rows)
    folder.raw(PAY, body.encode())
    checked = folder.check()
    found = checked.one("source.delimiter")
    assert (found.severity, found.row) == ("warning", 1)
    assert name in found.message
    assert checked.accounts["支付明细"] == (4, 4, 0)


def test_a_tsv_is_parted_by_tabs(folder: Folder) -> None:
    folder.raw("支付明细.tsv", text(payments(4), "\t").encode())
    assert not folder.check().findings
    folder.raw("支付明细.tsv", text(payments(4), ",").encode())
    assert folder.check().one("source.delimiter").file == "支付明细.tsv"


def test_an_open_quote_swallows_nothing(folder: Folder) -> None:
    lines = text(payments(9)).splitlines(keepends=True)
    lines[4] = lines[4].replace("第4笔", '"第4笔')
    folder.raw(PAY, "".join(lines).encode())
    checked = folder.check()
    found = checked.one("payments.quote")
    assert (found.severity, found.file, found.row) == ("error", PAY, 5)
    assert checked.accounts["支付明细"] == (9, 8, 1)
    assert checked.quarantine["支付明细"][1][2:4] == ["5", "payments.quote"]


def test_an_open_quote_on_the_last_line(folder: Folder) -> None:
    lines = text(payments(9)).splitlines(keepends=True)
    lines[9] = lines[9].replace("第9笔", '"第9笔')
    folder.raw(PAY, "".join(lines).encode())
    checked = folder.check()
    assert checked.one("payments.quote").row == 10
    assert checked.accounts["支付明细"] == (9, 8, 1)


def test_two_open_quotes_that_seem_to_close_each_other(folder: Folder) -> None:
    lines = text(payments(9)).splitlines(keepends=True)
    for n in (3, 6):
        lines[n] = lines[n].replace(f"第{n}笔", f'"第{n}笔')
    folder.raw(PAY, "".join(lines).encode())
    checked = folder.check()
    assert [f.row for f in checked.of("payments.quote")] == [4, 7]
    assert checked.accounts["支付明细"] == (9, 7, 2)


def test_an_open_quote_in_the_header(folder: Folder) -> None:
    lines = text(payments(9)).splitlines(keepends=True)
    lines[0] = lines[0].replace("摘要", '"摘要')
    folder.raw(PAY, "".join(lines).encode())
    checked = folder.check()
    assert checked.accounts["支付明细"] == (9, 9, 0)
    found = checked.one("source.quote")
    assert (found.severity, found.row) == ("warning", 1)


def test_quoted_line_breaks_and_delimiters_are_one_row(folder: Folder) -> None:
    folder.csv(PAY, [PAYMENTS, payment(1, 摘要="一,二\n三"), payment(2, 摘要='他说"好"'), payment(3, 支付日期="无")])
    checked = folder.check()
    assert [(f.rule, f.row) for f in checked.findings] == [("payments.paid_on.type", 5)]
    assert checked.accounts["支付明细"] == (3, 2, 1)


def test_null_bytes_are_told_at_their_cell(folder: Folder) -> None:
    rows = payments(5)
    rows[3][3] = "科普\x00活动"
    folder.raw(PAY, text(rows).encode())
    checked = folder.check()
    found = checked.one("source.null_byte")
    assert (found.severity, found.row, found.column) == ("error", 4, "用途")
    assert checked.accounts["支付明细"] == (5, 4, 1)


def test_a_null_byte_in_a_column_that_is_not_declared(folder: Folder) -> None:
    rows = [[*row, "备注" if k == 0 else ("\x00" if k == 2 else "无")] for k, row in enumerate(payments(3))]
    folder.raw(PAY, text(rows).encode())
    checked = folder.check()
    found = checked.one("source.null_byte")
    assert (found.row, found.column) == (3, "备注")


def test_mixed_line_ends(folder: Folder) -> None:
    lines = text(payments(9)).splitlines()
    ends = ["\r\n"] * 10
    ends[3], ends[6] = "\n", "\r"
    folder.raw(PAY, "".join(map(str.__add__, lines, ends)).encode())
    checked = folder.check()
    found = checked.one("source.line_ends")
    assert (found.severity, found.rows) == ("info", "4,7")
    assert checked.accounts["支付明细"] == (9, 9, 0)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_any_line_end_is_good_where_all_are_alike(folder: Folder, end: str) -> None:
    folder.raw(PAY, text(payments(4), end=end).encode())
    checked = folder.check()
    assert not checked.findings
    assert checked.accounts["支付明细"] == (4, 4, 0)


def test_blank_lines_between_rows(folder: Folder) -> None:
    rows: list[list[Any]] = payments(6)
    folder.csv(PAY, [*rows[:3], [], [""] * 10, *rows[3:], [], []])
    checked = folder.check()
    found = checked.one("source.blank_rows")
    assert (found.severity, found.row, found.rows) == ("info", 4, "4-5")
    assert checked.accounts["支付明细"] == (6, 6, 0)


def test_a_line_without_a_line_end_is_a_row(folder: Folder) -> None:
    folder.raw(PAY, text(payments(4)).rstrip().encode())
    assert folder.check().accounts["支付明细"] == (4, 4, 0)


def test_trailing_delimiters_do_not_matter(folder: Folder) -> None:
    folder.csv(PAY, [[*row, "", ""] for row in payments(4)])
    checked = folder.check()
    assert not checked.findings


@pytest.mark.parametrize("line", ["不是JSON", "[1, 2]", '{"支付日期": '])
def test_a_broken_line_of_json(folder: Folder, line: str) -> None:
    import json

    rows = shares(5)
    lines = [json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) for row in rows[1:]]
    lines.insert(2, line)
    folder.raw("科普员分享记录.jsonl", "\n".join(lines).encode())
    checked = folder.check()
    found = checked.one("shares.json")
    assert (found.severity, found.row) == ("warning", 3)
    assert checked.accounts["科普员分享记录"] == (6, 5, 1)


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"   \n", codecs.BOM_UTF8])
def test_an_empty_file_blocks(folder: Folder, data: bytes) -> None:
    folder.raw(PAY, data)
    found = folder.check().one("source.empty")
    assert (found.severity, found.file, found.row) == ("error", PAY, 1)


def test_a_file_of_its_header_alone(folder: Folder) -> None:
    folder.csv(PAY, [PAYMENTS])
    found = folder.check().one("source.no_rows")
    assert (found.severity, found.row) == ("error", 1)
