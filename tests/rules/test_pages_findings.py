"""findings.html and findings.xlsx, and what `selfeval check` prints: what a clerk reads, and nothing private in it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest

from flows import cli
from selfeval import package
from selfeval.model import Finding
from selfeval.pages import findings as pages
from selfeval.pages.order import by_weight, tally
from selfeval.pages.workbook import as_xlsx
from tests.rules.conftest import UNIT, YEAR
from tests.rules.sound import SoundUnit

PAID, LOG, ROSTER = "支付明细.csv", "科普员分享记录.csv", "名册"


@pytest.fixture
def spoiled(sound: SoundUnit) -> SoundUnit:
    """A unit with faults of several kinds in several files."""
    sound.keep("自评填报表.xlsx", "指标执行情况表.xlsx", "收入支出决算总表.xlsx", PAID, LOG, "科普员名册.xlsx")
    sound.set(PAID, 5, "金额（元）", "待定")
    sound.set(PAID, 6, "摘要", "=1+1")
    sound.set(PAID, 7, "支付日期", "2023-06-10")
    sound.set(ROSTER, 3, "手机号", "1390000")
    sound.set("指标执行", 3, "结余数", 5)
    for row in range(2, 10):
        sound.set(LOG, row, "渠道", "大喇叭")
    return sound


def publish(unit: SoundUnit, out: Path) -> Path:
    package.publish_unit(unit.pipeline(), out, {})
    return out / str(YEAR) / UNIT


def test_the_page_tells_what_blocks_most_first(spoiled: SoundUnit, tmp_path: Path) -> None:
    spoiled.tables = {p: rows for p, rows in spoiled.tables.items() if p[0] != "收入支出决算总表.xlsx"}
    folder = publish(spoiled, tmp_path / "out")
    text = (folder / "findings.html").read_text(encoding="utf-8")
    assert "缺1份、错" in text
    missing, paid, log = (text.index(said) for said in ("还缺1份", f'">{PAID}</h3>', f'">{LOG}</h3>'))
    assert missing < paid < log or missing < log < paid
    assert "部门决算报表软件导出财决01表" in text
    assert "<script" not in text
    links = [unquote(link) for link in re.findall(r'href="([^"#]+)"', text)]
    assert f"quarantine/{PAID.removesuffix('.csv')}.csv" in links
    assert all((folder / link).is_file() for link in links)
    anchors = set(re.findall(r'href="#([^"]+)"', text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', text))


def test_the_workbook_colours_and_links_the_clerks_own_cells(spoiled: SoundUnit, tmp_path: Path) -> None:
    folder = publish(spoiled, tmp_path / "out")
    book = openpyxl.load_workbook(folder / "findings.xlsx")
    assert book.sheetnames[0] == "问题清单"
    assert not any("决算总表" in name for name in book.sheetnames), "a sheet without findings is not copied"
    listed = book["问题清单"]
    rows = {row[11].value: row for row in listed.iter_rows(min_row=2) if row[11].value}
    target = rows["payments.amount.type"][4].hyperlink.location
    sheet, cell = target.replace("'", "").split("!")
    assert cell == "J5"
    own = book[sheet]
    assert own["J5"].value == "待定"
    assert own["J5"].fill.fgColor.rgb == "FFF4B6B0"
    assert own["J4"].value == "7500.00"
    assert own["J4"].fill.fill_type is None
    assert [c.value for c in own[1]][:3] == ["支付日期", "凭证号", "项目编码"]
    assert "应为金额" in own["K5"].value
    assert own["K5"].hyperlink.location.startswith("'问题清单'!A") or own["K5"].hyperlink.location.startswith(
        "问题清单!A"
    )
    assert own["A24"].value == "合计"


def test_a_group_of_rows_is_coloured_whole(sound: SoundUnit, tmp_path: Path) -> None:
    for row in range(2, 25):
        sound.set(LOG, row, "渠道", "大喇叭")
    book = openpyxl.load_workbook(publish(sound, tmp_path / "out") / "findings.xlsx")
    own = book["科普员分享记录"]
    assert {own.cell(row, 7).fill.fgColor.rgb for row in range(2, 25)} == {"FFFFE08A"}


def test_nothing_private_and_no_formula_in_the_pages(spoiled: SoundUnit, tmp_path: Path) -> None:
    folder = publish(spoiled, tmp_path / "out")
    packed = zipfile.ZipFile(folder / "findings.xlsx")
    text = "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    text += (folder / "findings.html").read_text(encoding="utf-8")
    for secret in ("622848", "1390000", "51110019800101", "张三", "李四"):
        assert secret not in text, secret
    assert "<f>" not in text
    book = openpyxl.load_workbook(folder / "findings.xlsx")
    own = book["支付明细"]
    assert (own["E6"].value, own["E6"].data_type) in (("=1+1", "s"), ("=1+1", "inlineStr"), ("'=1+1", "s"))


def test_a_large_log_is_copied_by_the_rows_in_question(sound: SoundUnit, tmp_path: Path) -> None:
    rows = sound.table(LOG)
    del rows[1:]
    rows += [
        [f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d} {8 + n % 13:02d}:{n // 13 % 60:02d}:{n % 59:02d}",
         f"KP1132000{n % 3 + 1}", "张三", "白坝村", f"C{n:05d}", "科普", "抖音", n % 50]
        for n in range(3_000)
    ]  # fmt: skip
    sound.set(LOG, 2_900, "渠道", "大喇叭")
    book = openpyxl.load_workbook(publish(sound, tmp_path / "out") / "findings.xlsx")
    own = book["科普员分享记录"]
    assert (own["A1"].value, own["A2"].value, own["H2"].value) == ("原行", 2_900, "大喇叭")
    assert own["H2"].fill.fgColor.rgb == "FFFFE08A"
    assert own.max_row == 2
    (link,) = [c.hyperlink.location for row in book["问题清单"].iter_rows(min_row=2) for c in row[4:5] if c.hyperlink]
    assert link.endswith("!H2")


def test_the_same_findings_are_the_same_bytes(spoiled: SoundUnit, tmp_path: Path) -> None:
    first, second = (publish(spoiled, tmp_path / name) for name in ("a", "b"))
    for name in ("findings.json", "findings.html", "findings.xlsx"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_pages_are_capped_a_rule_and_the_json_is_not() -> None:
    findings = [Finding("x.y", "error", f"第{n}处不对。", "请改正。", file="甲.csv", row=n) for n in range(1, 501)]
    page = pages.as_html(UNIT, "某单位", YEAR, "blocked", findings).decode()
    assert page.count("处不对。") == 200
    assert "另有300处未列出" in page
    assert "错500处" in page
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(findings)))
    said = [row[7] for row in book["问题清单"].iter_rows(values_only=True)]
    assert sum("处不对。" in (text or "") for text in said) == 200
    assert any("另有300处未列出" in (text or "") for text in said)
    assert pages.as_json(findings).decode().count("处不对。") == 500


def test_what_cells_say_is_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    finding = Finding("x.y", "error", f"“{evil}”不对。", "请改正。", file=f"{evil}.csv", column=evil, value=evil, row=2)
    page = pages.as_html(UNIT, evil, YEAR, "blocked", [finding]).decode()
    assert "<script" not in page


def test_order_and_counts() -> None:
    def found(rule: str, severity: str, file: str, row: int = 1, count: int = 1) -> Finding:
        return Finding(rule, severity, "一处。", "改。", file=file, row=row, count=count)  # type: ignore[arg-type]

    given = [
        found("a.b", "info", "甲.csv"),
        found("a.b", "warning", "甲.csv"),
        found("a.b", "error", "甲.csv", 9),
        found("a.b", "error", "乙.csv", 3, count=40),
        found("source.header", "error", "丙.csv"),
        found("source.missing", "error", "丁"),
    ]
    assert [(f.severity, f.file) for f in by_weight(given)] == [
        ("error", "丁"), ("error", "丙.csv"), ("error", "乙.csv"), ("error", "甲.csv"), ("warning", "甲.csv"),
        ("info", "甲.csv"),
    ]  # fmt: skip
    assert tally(given).words == "缺1份、错42处；警告1处、提示1处"
    assert tally([]).words == "没有错误"


def test_check_in_mid_season(
    spoiled: SoundUnit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "home"))
    gone = ("收入支出决算总表.xlsx", "指标执行情况表.xlsx")
    spoiled.tables = {p: rows for p, rows in spoiled.tables.items() if p[0] not in gone}
    spoiled.write(spoiled.folder)
    raw = str(spoiled.folder.root.parents[1])
    assert cli.main(["check", "--year", str(YEAR), "--raw", raw]) == 0, "待报送 is no fault of those who did send"
    assert cli.main(["check", "--year", str(YEAR), "--raw", raw, "--unit", UNIT]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert re.search(r"待报送：缺2份、错\d+处；警告8处", lines[0])
    assert [line.split("：")[0] for line in lines[1:3]] == ["  缺  指标执行情况", "  缺  收入支出决算总表"]
    assert "预算管理一体化系统“指标管理—指标执行情况查询”导出" in lines[1]
    assert any("支付明细.csv 第5行 金额（元）：" in line for line in lines)


def test_one_shifted_column_is_one_finding_with_its_rows(sound: SoundUnit) -> None:
    for row in range(5, 9):
        cells = sound.table(LOG)[row - 1]
        cells[3:] = ["", *cells[3:-1]]
    told = sound.check()
    (f,) = told.of("shares.shifted")
    assert (f.row, f.rows, f.count) == (5, "5-8", 4)
    assert {x.rule for x in told.findings if x.file == LOG} == {"shares.shifted", "shares.tolerance"}


def test_all_items_of_a_mismatch_are_listed(sound: SoundUnit) -> None:
    rows = sound.table(PAID)
    many = [[*rows[1][:1], f"PZ7{n:05d}", *rows[1][2:9], "1.00"] for n in range(300)]
    sound.add(PAID, *many)
    (f,) = sound.check().of("budget.paid.payments")
    assert "312笔" in f.message
    assert "支付明细.csv第2-13、24-323行" in f.message
