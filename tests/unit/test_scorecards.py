"""scorecards.xlsx: layout, live formulas whose cached values agree, text that stays text, the same bytes.

Belongs here: the workbook as a reader opens it. Does not belong here: points (test_scoring.py).
"""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from selfeval.model import UnitYear
from selfeval.report.forms.grid import shown
from selfeval.report.xlsx import DEPARTMENT, render
from selfeval.report.xlsx_page import sheet_names
from tests.unit.scoring_examples import NOTES, ROOT, example_scores, fact, indicator, project, run

UNIT = "351001"
SECOND = "352003"
GOALS: list[dict[str, Any]] = [{"number": 1, "goal": "保障机构运转"}, {"number": 2, "goal": "开展科普宣传"}]
DONE: list[dict[str, Any]] = [{"number": 1, "done": "各类科普宣传按计划开展。"}, {"number": 2, "done": None}]


def unit_year(unit: str, pack: str = "national-2020", **changes: Any) -> UnitYear:
    scores, findings, facts = example_scores(unit, pack)
    base = UnitYear(
        unit=unit,
        year=2024,
        profile={"单位名称": "沐川县科学技术协会", "主管部门": "沐川县科学技术协会"},
        notes=NOTES,
        tables={"goals": GOALS, "work_done": DONE},
        facts=facts,
        scores=scores,
        findings=findings,
        accounts=(),
    )
    return replace(base, **changes)


def opened(data: bytes, values: bool = False) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def texts(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def find(sheet: Any, text: str) -> Any:
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)


# --- layout ------------------------------------------------------------------------------------------------------


def test_sheets_in_order() -> None:
    book = opened(render(unit_year(SECOND)))
    assert book.sheetnames == [DEPARTMENT, "人员经费", "日常公用经费", "科普宣传项目", "四川省科普专项资金"]
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_national_form_cell_by_cell() -> None:
    sheet = opened(render(unit_year(SECOND)), values=True)["科普宣传项目"]
    at = {
        "A1": "项目支出绩效自评表",
        "A2": "（2024年度）",
        "A3": "项目名称",
        "C3": "科普宣传项目",
        "A4": "主管部门",
        "F4": "实施单位",
        "A5": "项目资金\n（万元）",
        "D5": "年初预算数",
        "E5": "全年预算数",
        "F5": "全年执行数",
        "G5": "分值",
        "H5": "执行率",
        "I5": "得分",
        "C6": "年度资金总额",
        "D6": 18,
        "F6": 14.26,
        "G6": 10,
        "I6": 7.92,
        "C7": "其中：当年财政拨款",
        "G7": "—",
        "I9": "—",
        "B10": "预期目标",
        "F10": "实际完成情况",
        "B11": "1.保障机构运转\n2.开展科普宣传",
        "F11": "1.各类科普宣传按计划开展。",
        "A12": "绩效指标",
        "B12": "一级指标",
        "I12": "偏差原因分析及改进措施",
        "B13": "产出指标",
        "D13": "维护科普宣传设备",
        "E13": 3,
        "F13": 2,
        "G13": 15,
        "H13": 10,
        "I14": "汛期停办两场活动，下半年补办一场。",
        "F18": "部分达成年度指标（70%）",
        "H18": 7,
        "A20": "总分",
        "G20": 100,
        "H20": 83.6,
        "I20": "自评等级：良",
    }
    assert {where: sheet[where].value for where in at} == at
    merged = {str(m) for m in sheet.merged_cells.ranges}
    assert {"A1:I1", "A5:B9", "A12:A19", "B13:B16", "C13:C15", "A20:F20", "B10:E10", "F11:I11"} <= merged
    assert [sheet[c].value for c in ("D7", "E8", "F9", "H7")] == [None] * 4
    assert sheet["E13"].number_format == '"≥"0"种"'
    assert sheet["D6"].number_format == "0.00" and sheet["H6"].number_format == "0.00%"
    assert sheet["B13"].border.left.style == "thin" and sheet["B13"].font.name == "仿宋_GB2312"


def test_a_project_without_indicators_has_its_money_part_alone() -> None:
    sheet = opened(render(unit_year(SECOND)), values=True)["日常公用经费"]
    assert sheet["F6"].value == 11.871203 and sheet["I6"].value == 9.89
    assert not {"绩效指标", "总分", "年度总体目标"} & set(texts(sheet))


def test_a_missing_reason_is_marked_and_a_confirmed_one_printed() -> None:
    year = unit_year(SECOND)
    place = "score.indicator.51112924T000000000001/维护科普宣传设备"
    assert opened(render(year))["科普宣传项目"]["I13"].value == "【待填写】"
    confirmed = replace(year, confirmed={place: "一台设备待修。"})
    assert opened(render(confirmed))["科普宣传项目"]["I13"].value == "一台设备待修。"


def test_sichuan_form() -> None:
    sheet = opened(render(unit_year(SECOND, "sichuan-0013zp")), values=True)["四川省科普专项资金"]
    assert sheet["A1"].value == "报表编号：510000_0013zp"
    assert sheet["C3"].value == "51112924T000000000002-四川省科普专项资金"
    row = find(sheet, "总额").row
    assert [sheet.cell(row, c).value for c in (4, 5, 6, 9, 10)] == [0, 21.92, 21.92, 10, 10]
    assert sheet.cell(row + 1, 9).value == "/" and sheet.cell(row, 11).value == "上级专项年中下达。"
    rate = find(sheet, "科普员分享任务完成率").row
    assert [sheet.cell(rate, c).value for c in range(5, 11)] == ["≥", 95, "%", 92.6762, 10, 9.76]
    total = find(sheet, "合计").row
    assert (sheet.cell(total, 9).value, sheet.cell(total, 10).value) == (100, 92.54)
    assert "本项目自评总分92.54分。【待人工填写】" in texts(sheet)


def test_department_table() -> None:
    sheet = opened(render(unit_year(SECOND)), values=True)[DEPARTMENT]
    money = find(sheet, "合计").row
    assert [sheet.cell(money, c).value for c in (3, 4, 5)] == [118, 141.42, 137.551203]
    total = find(sheet, "合计（已计分）").row
    scores = unit_year(SECOND).scores.department
    assert Decimal(str(sheet.cell(total, 5).value)) == scores.scored
    assert (sheet.cell(total, 4).value, sheet.cell(total + 1, 4).value) == (100, 52)
    words = texts(sheet)
    assert words.count("待人工填写") == sum(1 for item in scores.items if item.points is None)
    assert "计分项目未全部完成，暂不评定等级" in words
    assert any("未经核实" in word for word in words)


# --- formulas ----------------------------------------------------------------------------------------------------


def stripped(data: bytes) -> bytes:
    """Without the cached values, so that whoever opens it must calculate."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"</f><v>[^<]*</v>", b"</f>", content)
            new.writestr(name, content)
    return out.getvalue()


def recalculated(data: bytes, folder: Path) -> Workbook:
    """Calculated anew by LibreOffice."""
    source, target = folder / "cards.xlsx", folder / "out"
    source.write_bytes(stripped(data))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(folder)})
    return openpyxl.load_workbook(target / "cards.xlsx", data_only=True)


def assert_same_values(data: bytes, folder: Path) -> int:
    live, cached, again = opened(data), opened(data, values=True), recalculated(data, folder)
    count = 0
    for name in live.sheetnames:
        for row in live[name].iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                count += 1
                have, got = cached[name][cell.coordinate].value, again[name][cell.coordinate].value
                assert math.isclose(have, got, rel_tol=1e-12, abs_tol=1e-12), (
                    name,
                    cell.coordinate,
                    cell.value,
                    have,
                    got,
                )
    return count


needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@needs_office
@pytest.mark.parametrize(
    ("unit", "pack"), [(UNIT, "national-2020"), (SECOND, "national-2020"), (SECOND, "sichuan-0013zp")]
)
def test_formulas_give_their_cached_values(unit: str, pack: str, tmp_path: Path) -> None:
    assert assert_same_values(render(unit_year(unit, pack)), tmp_path) == 40


@needs_office
def test_formulas_agree_on_the_odd_cases(tmp_path: Path) -> None:
    """Ties of rounding, reverse and strict natures, zero targets, dates, tiers, overspent and half-cent rates."""
    cases = [
        {"target": "200", "manual": str(n), "weight": Decimal(w)} for n in range(1, 200, 2) for w in ("1", "15", "22.5")
    ]
    cases += [
        {"nature": n, "target": t, "manual": a}
        for n in ("≥", "≤", "=", ">", "<")
        for t, a in (("0", "0"), ("0", "3"), ("5", "5"), ("5", "-1"), ("7", "3"), ("3", "7"), ("100000", "99999.9999"))
    ]
    cases += [
        {"nature": "定性", "target": "有效", "manual": m}
        for m in ("达成年度指标", "部分达成年度指标（62.5%）", "部分达成年度指标（100%）")
    ]
    cases += [
        {"nature": "≤", "unit": "日期", "target": "2024-12-31", "manual": m} for m in ("2024-12-31", "2025-01-01")
    ]
    given = [indicator(level3=f"指标{n}", **{"weight": Decimal(10), **case}) for n, case in enumerate(cases)]
    money = project(paid=Decimal("72.25"), budget_final=Decimal("100.00"))
    scores, findings = run(*given, projects=(money,))
    year = unit_year(SECOND, scores=scores, findings=findings)
    assert assert_same_values(render(year), tmp_path) > len(cases)


def test_points_are_live_formulas() -> None:
    sheet = opened(render(unit_year(SECOND)))["科普宣传项目"]
    assert sheet["H6"].value == "=F6/E6"
    assert sheet["H13"].value == "=IF(F13>=E13,G13,MAX(0,MIN(ROUND(G13-0.01,2),ROUND(ROUND(G13*F13/E13,12),2))))"
    assert sheet["H16"].value == "=IF(F16<=E16,G16,0)"
    assert (sheet["H17"].value, sheet["H18"].value) == ("=G17", "=ROUND(G18*0.7,2)")
    assert (sheet["G20"].value, sheet["H20"].value) == ("=G6+SUM(G13:G19)", "=I6+SUM(H13:H19)")


# --- text stays text, same bytes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x", "{=1}", "123"])
def test_text_is_never_a_formula(evil: str) -> None:
    given = indicator(
        level1=evil, level2=evil, level3=evil, nature="定性", target=evil, manual="达成年度指标", reason=evil
    )
    scores, findings = run(given, projects=(project(name=evil, category=evil),))
    profile = {"单位名称": evil, "主管部门": evil}
    tables = {"goals": [{"goal": evil}], "work_done": [{"done": evil}]}
    for layout in ("national", "sichuan"):
        laid_out = replace(scores, layout=layout)
        data = render(unit_year(SECOND, scores=laid_out, findings=findings, profile=profile, tables=tables))
        cells = [cell for sheet in opened(data) for row in sheet.iter_rows() for cell in row]
        assert [cell.data_type for cell in cells if cell.value == evil and cell.data_type != "s"] == []
        assert sum(cell.value == evil for cell in cells) >= 6
        assert not any(sheet._hyperlinks for sheet in opened(data))


def test_sheet_names_are_legal_and_unique() -> None:
    long = "四川省科普专项资金" * 6
    names = sheet_names([long, long, "a/b:c[d]*?", "'", "History", DEPARTMENT, "Ａ\x07\n项目"], [DEPARTMENT])
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\\x00-\x1f]", name) for name in names)
    assert len({name.casefold() for name in [*names, DEPARTMENT, "History"]}) == len(names) + 2
    assert names[2] == "abcd" and names[1].endswith("（2）")


def test_odd_units_and_unreadable_rows_still_make_a_workbook() -> None:
    odd = indicator(unit='"亩"', target="1.5", manual="1.25", reason=None)
    broken = indicator(level3="另一", target="若干", manual="\x01\ud7ff" + "长" * 40000, weight=Decimal("0"))
    bound = indicator(level3="三", unit="%", target="95%", binding="活动次数", manual=None)
    scores, findings = run(odd, broken, bound, facts=(fact(Decimal("0.949991"), "比率"),))
    book = opened(render(unit_year(SECOND, scores=scores, findings=findings)))
    assert book.sheetnames == [DEPARTMENT, "科普"]
    sheet = book["科普"]
    assert sheet["F15"].number_format == '0.000"%"'  # 94.999%, never 95.00%


def test_same_bytes_whatever_the_hash_seed() -> None:
    code = (
        "import hashlib; from tests.unit.test_scorecards import *;"
        "print(hashlib.sha256(render(unit_year(SECOND))).hexdigest())"
    )
    made = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env, cwd=ROOT
        )
        made.add(done.stdout.strip())
    assert len(made) == 1


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("7", '"≥"0"公里"', "≥7公里"),
        ("0.25", "0.00%", "25.00%"),
        ("2.345", "0.00", "2.35"),
        ("-2.345", "0.00", "-2.35"),
        ("1068025", '0"次"', "1068025次"),
        ("0", "0", "0"),
        ("1E+3", "0", "1000"),
    ],
)
def test_a_number_in_the_report_reads_as_in_the_sheet(value: str, number_format: str, text: str) -> None:
    assert shown(Decimal(value), number_format) == text


def test_a_format_that_no_form_uses_is_refused() -> None:
    with pytest.raises(ValueError, match="number format"):
        shown(Decimal(1), "#,##0")
