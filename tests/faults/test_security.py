"""Hostile files through the real path: bombs, entities, formulas, markup, SQL, links, archive members, unit codes."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import resource
import stat
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import zstandard

from flows.home import Home
from selfeval import duck, package
from selfeval.pages import index
from selfeval.pipeline import UnitPipeline, plan
from selfeval.settings import ConfigError
from selfeval.store import Store
from tests.conftest import YEAR
from tests.faults.leaks import text_of
from tests.faults.units import UNIT, small_unit

FORMULA = '=HYPERLINK("http://x/?"&A1,"点这里")'
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
JINJA = "{{ 7*7 }}{% for i in range(9) %}x{% endfor %}{{ u.__class__ }}"
SQL = "x'); DROP TABLE raw; ATTACH '/etc/passwd'; --"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    folder = tmp_path / "raw" / str(YEAR) / UNIT
    small_unit(folder)
    return folder


def pipeline(unit: Path, tmp_path: Path) -> UnitPipeline:
    return UnitPipeline(plan(unit.parent.parent, YEAR, UNIT), Store(tmp_path / "store"))


def write(unit: Path, name: str, sheet: str, cells: dict[str, str]) -> None:
    book = openpyxl.load_workbook(unit / name)
    for place, value in cells.items():
        cell = book[sheet][place]
        cell.value, cell.data_type = value, "s"
    book.save(unit / name)


def test_text_of_cells_is_text_in_every_output(unit: Path, tmp_path: Path) -> None:
    write(unit, "自评填报表.xlsx", "工作开展情况", {"B2": SCRIPT, "B3": JINJA, "B4": f"{FORMULA}\ue000x\ue001"})
    write(unit, "自评填报表.xlsx", "情况说明", {"B3": SQL, "B4": f"# 标题{SCRIPT}", "B5": "@table budget"})
    write(unit, "自评填报表.xlsx", "单位信息", {"B3": f"某县科协{SCRIPT}"})
    write(unit, "业务台账.xlsx", "表彰获奖", {"C2": SCRIPT, "B3": FORMULA, "C4": JINJA})
    write(unit, "指标执行情况表.xlsx", "指标执行", {"E4": f"{FORMULA}{SCRIPT}"})
    outcome = package.publish_unit(pipeline(unit, tmp_path), tmp_path / "out", {})
    assert outcome.status == "issued"
    folder = outcome.folder
    for name in ("report.html", "findings.html"):
        page = (folder / name).read_text(encoding="utf-8")
        # The page's own markup has none of these; a cell's came escaped.
        assert not re.search(r"<script>alert|<img[^>]*onerror", page), name
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "{{ 7*7 }}" in report and "49{" not in report and "selfeval.model" not in report
    assert "&lt;script&gt;alert(1)" in report
    document = text_of(folder / "report.docx")
    assert "{{ 7*7 }}" in document and "<script>" not in document
    assert "alert(1)" in text_of(folder / "report.pdf")
    for name in ("findings.xlsx", "scorecards.xlsx"):
        _no_foreign_formulas(folder / name)
    index.write(folder.parent, YEAR)
    assert "alert(1)" in (folder.parent / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in (folder.parent / "index.html").read_text(encoding="utf-8")


def _no_foreign_formulas(path: Path) -> None:
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or "HYPERLINK" not in str(cell.value), (path.name, cell.coordinate)
                assert cell.hyperlink is None or str(cell.hyperlink.location or cell.hyperlink.target)[0] != "h"


def test_quarantined_cells_headers_and_names_do_not_run_as_formulas(unit: Path, tmp_path: Path) -> None:
    shares = unit / "科普员分享记录" / "2024-03.csv"
    lines = shares.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[5].split(",")
    cells[5], cells[6], cells[7] = "=1+1", "@SUM(A1)", "-cmd|' /C calc'!A0"
    lines[0] += ",+标题"
    lines[1:] = [f"{line}," for line in lines[1:]]
    lines[5] = f"{','.join(cells)},\t=2"
    (unit / "科普员分享记录" / "=cmd.csv").write_text("\n".join(lines), encoding="utf-8")
    shares.unlink()
    kept = pipeline(unit, tmp_path).resolved("科普员分享记录").file("quarantine.csv")
    text = kept.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) > 1
    wild = [cell for row in rows for cell in row if re.match(r"[=+@\t\r\n]|-[^\d.]", cell)]
    assert wild == []
    assert "'=1+1" in rows[1] and "'-cmd|' /C calc'!A0" in rows[1]


def test_sql_in_names_headers_sheets_and_settings_is_text(unit: Path, tmp_path: Path) -> None:
    shares = unit / "科普员分享记录" / "2024-03.csv"
    lines = shares.read_text(encoding="utf-8-sig").splitlines()
    lines[0] += f',{SQL}""\''
    lines[1:] = [f"{line},{SQL}" for line in lines[1:]]
    (unit / "科普员分享记录" / "x'; DROP VIEW shares; --.csv").write_text("\n".join(lines), encoding="utf-8")
    shares.unlink()
    book = openpyxl.load_workbook(unit / "科普员名册.xlsx")
    book["名册"].title = "a'; DROP--"
    book.save(unit / "科普员名册.xlsx")
    toml = '["数据集"."满意度问卷"."别名"]\n"意见" = ["x\'; DROP TABLE raw; --"]\n["取值"]\n"渠道" = ["a\'); DROP TABLE raw; --"]\n'
    (unit / "单位设置.toml").write_text(toml, encoding="utf-8")
    p = pipeline(unit, tmp_path)
    assert not [f for f in p.findings if f.severity == "error"]
    assert int(p.facts["shares.total"].value) > 100


def test_duckdb_reaches_no_other_file_and_no_network(tmp_path: Path) -> None:
    inside = tmp_path / "store"
    inside.mkdir()
    with duck.connect(inside) as con:
        con.execute(f"COPY (SELECT 1 AS a) TO '{inside / 'a.parquet'}' (FORMAT parquet)")
        assert duck.row(con, f"SELECT a FROM '{inside / 'a.parquet'}'") == (1,)
        (limit,) = duck.row(con, "SELECT current_setting('memory_limit')")
        assert float(limit.split()[0]) <= {"MiB": 2048, "GiB": 2}[limit.split()[1]]
        for query in (
            "SELECT * FROM read_text('/etc/hostname')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"COPY (SELECT 1) TO '{inside}/../out.csv'",
            f"ATTACH '{tmp_path / 'x.db'}'",
            "SELECT * FROM read_csv('http://127.0.0.1:9/x')",
            "SET memory_limit='8GB'",
            "SET enable_external_access=true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duck.duckdb.Error):
                con.execute(query)


@pytest.mark.parametrize("code", ["../352003", "..", ".", "", "a/b", "/etc", ".hidden", "a\x00b"])
def test_a_unit_code_is_one_name(unit: Path, code: str) -> None:
    with pytest.raises(ConfigError, match="单位代码"):
        plan(unit.parent.parent, YEAR, code)


def test_links_and_members_that_leave_the_folder_are_not_read(unit: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    (unit / "满意度问卷.csv").rename(secret)
    (unit / "满意度问卷.csv").symlink_to(secret)
    (unit / "外面").symlink_to(tmp_path)
    os.mkfifo(unit / "科普员月任务2.csv")
    with zipfile.ZipFile(unit / "科普员分享记录.zip", "w") as archive:
        archive.writestr("../../科普员分享记录/evil.csv", "a,b\n1,2\n")
        archive.writestr("/etc/科普员分享记录.csv", "a,b\n1,2\n")
    p = pipeline(unit, tmp_path)
    found = {(f.rule, f.file) for f in p.plan.inventory.findings}
    assert ("source.link", "满意度问卷.csv") in found
    assert ("source.link", "外面") in found
    assert ("source.special", "科普员月任务2.csv") in found
    p.read("科普员分享记录")
    assert not list(tmp_path.rglob("evil.csv"))


def _bomb(path: Path, size: int) -> None:
    """A workbook whose sheet is mostly one long run of blanks."""
    book = openpyxl.Workbook()
    book.save(path)
    whole = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            if info.filename != "xl/worksheets/sheet1.xml":
                target.writestr(info, source.read(info))
        with target.open("xl/worksheets/sheet1.xml", "w") as stream:
            stream.write(b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>")
            for _ in range(size >> 20):
                stream.write(b"<row r='1'><c r='A1'/></row>" * 37449)
            stream.write(b"</sheetData></worksheet>")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@pytest.mark.parametrize("kind", ["xlsx", "csv.gz", "csv.zst", "zip", "members"])
def test_a_bomb_is_refused_before_it_fills_memory(unit: Path, tmp_path: Path, kind: str) -> None:
    for path in unit.glob("满意度问卷*"):
        path.unlink()
    path = unit / ("满意度问卷.zip" if kind in ("zip", "members") else f"满意度问卷.{kind}")
    block, blocks = b"0," * (1 << 19), 100
    if kind == "xlsx":
        _bomb(path, blocks << 20)
    elif kind == "csv.gz":
        with gzip.open(path, "wb") as stream:
            for _ in range(blocks):
                stream.write(block)
    elif kind == "csv.zst":
        with path.open("wb") as raw, zstandard.ZstdCompressor().stream_writer(raw) as stream:
            for _ in range(blocks):
                stream.write(block)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            if kind == "members":
                for n in range(20_000):
                    archive.writestr(f"满意度问卷{n}.csv", "")
            else:
                with archive.open("满意度问卷.csv", "w") as stream:
                    for _ in range(blocks):
                        stream.write(block)
    before, started = _peak(), time.perf_counter()
    p = pipeline(unit, tmp_path)
    found = [finding for _, entry in p.read("满意度问卷") for finding in entry.info["findings"]]
    assert time.perf_counter() - started < 60
    assert _peak() - before < 600 << 20
    assert [(f["rule"], f["severity"]) for f in found] == [("source.too_large", "error")]


def test_entities_in_a_workbook_are_not_unfolded(unit: Path, tmp_path: Path) -> None:
    path = unit / "满意度问卷.xlsx"
    (unit / "满意度问卷.csv").unlink()
    book = openpyxl.Workbook()
    book.active.append(["问卷编号", "日期", "对象类型", "总体评价", "意见"])
    book.active.append(["W1", "2024-05-01", "村民", "满意", "好"])
    book.save(path)
    laughs = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    laughs += "<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    whole = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == "xl/sharedStrings.xml":
                _, _, rest = data.partition(b"<sst")
                data = laughs.encode() + b"<sst" + rest.replace("好".encode(), b"&i;&f;")
            target.writestr(info, data)
    p = pipeline(unit, tmp_path)
    p.read("满意度问卷")
    everything = "".join(text_of(f) for f in (tmp_path / "store").rglob("*") if f.is_file())
    assert "问卷编号" in everything
    assert "hahahaha" not in everything and "root:x:" not in everything


def test_state_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "state"))
    before = os.umask(0)
    try:
        home = Home.current()
        Store(home.store)
    finally:
        os.umask(before)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (home.root, *home.root.iterdir())}
    assert set(modes.values()) == {0o700}
