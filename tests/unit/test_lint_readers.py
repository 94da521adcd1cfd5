"""The same report in every format, real tables with merged cells, and files that cannot be read."""

from __future__ import annotations

import io
import random
import sys
import zipfile
from pathlib import Path

import pytest

from bench import lint as bench
from selfeval.lint import LintError, lint
from selfeval.lint.model import Paragraph, Table
from selfeval.lint.numbers import chinese_number, chinese_numeral, only, quantities
from selfeval.lint.readers import guard, read

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "lint"
REPORTS = bench.reports(FIXTURES)


def merged(folder: Path, suffix: str) -> Path:
    """A report with a heading, and a table whose cells are merged across and down."""
    page = folder / "source.html"
    page.write_text(
        "<meta charset='utf-8'><h1>自评表</h1><table>"
        "<tr><td rowspan=2>绩效指标</td><td colspan=2>产出指标</td><td>得分</td></tr>"
        "<tr><td>数量</td><td>5 个</td><td>10</td></tr></table><p>以上。</p>",
        encoding="utf-8",
    )
    target = folder / f"merged.{suffix}"
    bench.WRITERS[suffix](read(page), target)
    return target


@pytest.mark.parametrize("suffix", bench.FORMATS)
def test_merged_cells_lie_on_the_grid(suffix: str, tmp_path: Path) -> None:
    blocks = read(merged(tmp_path, suffix)).blocks
    table = next(block for block in blocks if isinstance(block, Table))
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [["绩效指标", "产出指标", "产出指标", "得分"], ["绩效指标", "数量", "5 个", "10"]]
    assert [[cell.merged for cell in row.cells] for row in table.rows] == [
        [False, False, True, False],
        [True, False, False, False],
    ]
    assert [block.text for block in blocks if isinstance(block, Paragraph)] == ["自评表", "以上。"]


def nested(folder: Path, suffix: str) -> Path:
    """A page laid out with a table, in which the form's own table stands."""
    path = folder / f"nested.{suffix}"
    if suffix == "html":
        inner = "<table><tr><td>指标<td>得分<tr><td>培训<td>10</table>"
        path.write_text(f"<meta charset='utf-8'><table><tr><td>前言{inner}后记</table>", encoding="utf-8")
        return path
    import docx

    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.paragraphs[0].text = "前言"
    inner_table = cell.add_table(2, 2)
    for (row, column), text in {(0, 0): "指标", (0, 1): "得分", (1, 0): "培训", (1, 1): "10"}.items():
        inner_table.cell(row, column).text = text
    cell.add_paragraph("后记")
    document.save(str(path))
    return path


@pytest.mark.parametrize("suffix", ["html", "docx"])
def test_a_table_within_a_table_is_one_of_its_own(suffix: str, tmp_path: Path) -> None:
    blocks = read(nested(tmp_path, suffix)).blocks
    assert [block.text for block in blocks if isinstance(block, Paragraph)] == ["前言", "后记"]
    (table,) = (block for block in blocks if isinstance(block, Table))
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["指标", "得分"], ["培训", "10"]]


def test_a_row_that_the_page_breaks_is_one_row(tmp_path: Path) -> None:
    from weasyprint import HTML

    rows = "".join(f"<tr><td>{n}<td>第{n}行<td>{n}0" for n in range(1, 6))
    page = "<meta charset='utf-8'><style>@page{size:9cm 5.2cm;margin:1cm} td{border:1px solid;width:2cm;font-size:9pt}"
    page += f"table{{border-collapse:collapse}}</style><table>{rows}<tr><td>6<td>很长的一格很长的一格很长的一格<td>60</table>"
    path = tmp_path / "broken.pdf"
    HTML(string=page).write_pdf(str(path))
    (table,) = read(path).blocks
    assert isinstance(table, Table)
    assert [row.cells[2].text for row in table.rows] == ["10", "20", "30", "40", "50", "60"]
    assert table.rows[-1].cells[1].text == "很长的一格" * 3


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_fixture_has_exactly_its_faults(path: Path) -> None:
    import json

    truth = json.loads((FIXTURES / "truth.json").read_text(encoding="utf-8"))
    faults = [fault for fault in truth["faults"] if fault["report"] == bench.number_of(path)]
    found = [finding for finding in lint(path) if finding.severity != "info"]
    assert bench.match(found, faults) == ([], [])
    assert bool(faults) != (bench.number_of(path) in truth["clean"])


@pytest.mark.parametrize("suffix", bench.FORMATS)
@pytest.mark.parametrize("path", REPORTS[::3], ids=lambda path: path.stem)
def test_same_findings_in_every_format(path: Path, suffix: str, tmp_path: Path) -> None:
    assert bench.same_in(path, tmp_path, suffix, lint(path)) == []


def test_workbook_numbers_as_excel_shows_them(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["执行率", "金额", "分值", "日期"])
    sheet.append([0.9685, 4614453.1, 9.685, None])
    for column, shown in zip("ABC", ("0.00%", "#,##0.00", "General"), strict=True):
        sheet[f"{column}2"].number_format = shown
    book.save(tmp_path / "numbers.xlsx")
    table = read(tmp_path / "numbers.xlsx").blocks[0]
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[1].cells][:3] == ["96.85%", "4,614,453.10", "9.685"]


def test_text_encodings(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes("绩效自评 | 一 | 二".encode(encoding))
        table = read(path).blocks[0]
        assert isinstance(table, Table)
        assert [cell.text for cell in table.rows[0].cells] == ["绩效自评", "一", "二"]


def test_tracked_changes_and_comments_are_told(tmp_path: Path) -> None:
    import docx
    from docx.oxml import OxmlElement

    document = docx.Document()
    paragraph = document.add_paragraph("支出合计85万元")
    paragraph._p.append(OxmlElement("w:del"))
    document.save(str(tmp_path / "a.docx"))
    assert [(f.kind, f.quoted) for f in lint(tmp_path / "a.docx")] == [("residue", "未接受的修订")]


# --- what cannot be read ---


def chinese_sentence(path: Path) -> str:
    with pytest.raises(LintError) as caught:
        read(path)
    text = str(caught.value)
    assert text.endswith("。") and "Traceback" not in text and any("\u4e00" <= c <= "\u9fff" for c in text)
    return text


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pdf", "html", "txt"])
def test_empty_and_missing_files(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    assert "找不到" in chinese_sentence(path)
    path.write_bytes(b"")
    assert "空文件" in chinese_sentence(path)
    path.write_bytes(b" \n \n")
    chinese_sentence(path)


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pdf"])
def test_truncated_files(suffix: str, tmp_path: Path) -> None:
    data = merged(tmp_path, suffix).read_bytes()
    path = tmp_path / f"cut.{suffix}"
    for part in (0.05, 0.3, 0.6, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * part)])
        try:
            read(path)
        except LintError as error:
            assert str(error).endswith("。")


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pdf", "html", "txt"])
def test_junk_gives_a_sentence_or_a_document(suffix: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / f"junk.{suffix}"
    heads = [
        b"",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"<html><table><tr><td rowspan=99999999 colspan=x>",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ]
    for head in heads:
        path.write_bytes(head + chance.randbytes(3000))
        try:
            lint(path)
        except LintError as error:
            assert str(error).endswith("。")


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pdf", "html"])
def test_damaged_bytes_never_raise_anything_else(suffix: str, tmp_path: Path) -> None:
    chance = random.Random(11)
    data = merged(tmp_path, suffix).read_bytes()
    path = tmp_path / f"hurt.{suffix}"
    for _ in range(25):
        hurt = bytearray(data)
        for _ in range(8):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
        path.write_bytes(bytes(hurt))
        try:
            lint(path)
        except LintError as error:
            assert str(error).endswith("。")


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return stream.getvalue()


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    for suffix, member in (("docx", "word__document_xml"), ("xlsx", "xl__workbook_xml")):
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(archive(**{member: bomb}))
        assert "实体" in chinese_sentence(path)
        path.write_bytes(archive(**{member: bomb.decode().encode("utf-16")}))
        assert "实体" in chinese_sentence(path)


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(archive(word__document_xml=b"<a>" + b" " * (guard.MAX_RATIO * 50_000 + 1) + b"</a>"))
    assert "压缩炸弹" in chinese_sentence(path)


def test_old_and_unknown_formats_are_named(tmp_path: Path) -> None:
    for name, word in (("a.doc", "docx"), ("a.xls", "xlsx"), ("a.png", "不支持")):
        (tmp_path / name).write_bytes(b"x")
        assert word in chinese_sentence(tmp_path / name)


def test_lint_starts_without_heavy_imports() -> None:
    import subprocess

    code = (
        "import sys, selfeval.lint, selfeval.lint.rules as r; r.families();"
        "print(sorted({'prefect','matplotlib','pandas','pdfplumber','openpyxl','weasyprint'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- numbers ---


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("4,614,453.11元", "4614453.11", "元"),
        ("１２．５万元", "125000", "元"),
        ("8.2万余条", "82000", "条"),
        ("≥95%", "95", "%"),
        ("2.08个百分点", "2.08", "个百分点"),
        ("-12%", "-12", "%"),
    ],
)
def test_printed_numbers(text: str, value: str, unit: str) -> None:
    number = next(quantities(text))
    assert (str(number.value.normalize() + 0 if "." not in value else number.value), number.unit)[1] == unit
    assert number.value == type(number.value)(value)


def test_single_numbers_and_chinese_numerals() -> None:
    assert only("30场、20次") is None and only("按期完成") is None and only("≤30万元") is not None
    assert [chinese_number(chinese_numeral(n)) for n in range(1, 60)] == list(range(1, 60))
