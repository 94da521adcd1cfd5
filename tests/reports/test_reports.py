"""The reports of both example units: every chapter, every figure, one text in three formats, links, the same bytes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pdfplumber
import pytest

from selfeval import digest
from selfeval.lint import lint
from selfeval.pipeline import UnitPipeline
from selfeval.store import Store
from tests.conftest import RAW, ROOT, UNITS, YEAR
from tests.reports.reading import ANNEX, Report, bare

#: Where the program's own words stand; that none of them is an example's is tested in test_report_words.py.
OURS = {".j2", ".sql", ".toml"}
HEADINGS = [
    "一、部门（单位）基本情况",
    "（一）机构组成",
    "（二）机构职能和人员概况",
    "（三）年度主要工作任务",
    "（四）部门整体支出绩效目标",
    "二、部门资金收支情况",
    "（一）部门财政资金收入",
    "（二）部门财政资金支出",
    "（三）部门财政资金结转结余",
    "三、部门整体绩效分析",
    "（一）部门整体履职绩效分析",
    "（二）特定目标类项目绩效分析",
    "（三）部门预算项目支出情况",
    "（四）结果应用情况",
    "四、评价结论及建议",
    "（一）评价结论",
    "（二）存在问题",
    "（三）改进建议",
]
#: What each report must tell, in the words of an official.
TOLD = {
    "351001": [
        "核定编制6名，其中主席1名、副主席1名、中层职数1名、一般工作人员3名",
        "一是加强党的建设、党风廉政建设和意识形态工作。集中学习和党风廉政教育按计划开展，意识形态责任落实到人。",
        "本年收入合计161.76万元",
        "本年支出合计161.76万元",
        "年末结转和结余0.00万元，当年资金全部使用完毕",
        "预算偏离度23.95%",
        "截至6月底支出进度51.35%，超过序时进度40%；截至9月底支出进度76.85%，超过序时进度67.5%；截至11月底支出进度91.72%，超过序时进度82.5%",
        "全年未出现违规记录",
        "开展科普活动12场次，其中科普宣传项目资助5场次",
        "发放宣传资料3046份，赠送环保手提袋112个，提供咨询服务2031人次",
        "利用LED播放科普知识104期",
        "更新科普宣传栏3期",
        "7月18日主办“首届公民科学素质大赛”",
        "22人获“优秀科技工作者”县级表扬",
        "科普长廊。利用茗新村现有场地建成科普长廊",
        "用于科普传播员补助15.84万元、用于科技云运维及科创会11.00万元、用于企业奖补1.00万元",
        "资金于2024年12月27日支付完毕",
        "分享科普内容8.2万余条",
        "任务完成率95%，完成目标任务95%",
        "有3名科普员综合排名进入全省前200名",
        "科技工作者注册2102名，超出目标任务2000名；组织机构注册203户，超出目标任务200户",
        "服务群众新增2539人，超出目标任务2500人，服务量新增106万余次，超出目标任务100万次",
        "精准科普覆盖率上升2.08个百分点（比上年末增长101.46%），提升幅度在全市11个县（市、区）中列第3名",
        "人均科普服务量上升8.75次，在全市的位次从第7上升至第5名",
        "共收回有效问卷420份，服务对象满意度100%",
        "科普宣传项目自评得分100分，等级为“优”",
        "7条绩效指标全部达到年度指标值：维护科普宣传设备实际完成3种、开展科普活动实际完成5次（本项目）、",
        "自评结果用于编制下一年度预算和调整项目安排，并随部门决算公开。",
        "部门整体绩效自评表满分100分，已计分50.26分／可计分52分，其余48分待人工填写后评定等级",
        "部门整体绩效自评表“预算编制质量”扣1.74分",
        "附件：1.部门整体绩效自评表",
        "2025年2月20日",
        "（数据截止日期：2024年12月31日）",
    ],
    "352003": [
        "年初结转和结余1.25万元",
        "年末结转和结余12.60万元",
        "开展科普活动7场次，其中科普宣传项目资助3场次",
        "任务完成率92.68%，未达到目标任务95%",
        "没有科普员进入前200名",
        "组织机构注册181户，未达到目标任务200户",
        "服务量新增90.5万余次，未达到目标任务100万次",
        "在全市的位次保持第2名",
        "科普宣传项目自评得分83.6分，等级为“良”",
        "开展科普活动实际完成3次（本项目），得9分，原因是汛期停办两场活动，下半年补办一场",
        "维护科普宣传设备实际完成2种，得10分，【待填写：未达到的原因】",
        "精准科普服务群众新增实际完成4413人，明显优于年度指标值2500人，【待填写：明显超过指标值的原因】",
        "一是部分科普员分享积极性不高。二是科普宣传项目有4条绩效指标未达到年度指标值：",
        "“科普宣传持续影响”部分达成年度指标（70%）",
        "三是四川省科普专项资金有5条绩效指标未达到年度指标值：",
        "科普员分享记录中有8条记录不符合填报要求，未计入本报告，需要核实",
        "一是完善激励机制。",
    ],
}


@pytest.fixture(scope="module")
def reports(pipelines: dict[str, UnitPipeline]) -> dict[str, Report]:
    return {unit: Report(p.unit_year) for unit, p in pipelines.items()}


@pytest.mark.parametrize("unit", UNITS)
def test_every_chapter_is_there_in_order_and_none_is_empty(reports: dict[str, Report], unit: str) -> None:
    parts = reports[unit].docx_parts
    places = [parts.index(bare(HEADINGS[0]))]
    for heading in HEADINGS[1:]:
        places.append(parts.index(bare(heading), places[-1] + 1))
    followed = [parts[place + 1] for place, heading in zip(places, HEADINGS, strict=True) if heading[0] == "（"]
    assert not set(followed) & set(map(bare, HEADINGS))


@pytest.mark.parametrize("unit", UNITS)
def test_the_report_tells_what_it_must(reports: dict[str, Report], unit: str) -> None:
    text = "".join(reports[unit].docx_parts)
    assert [told for told in TOLD[unit] if bare(told) not in text] == []


@pytest.mark.parametrize("unit", UNITS)
def test_an_attached_form_has_the_cells_and_merges_of_its_sheet(reports: dict[str, Report], unit: str) -> None:
    report = reports[unit]
    book = openpyxl.load_workbook(io.BytesIO(report.xlsx), data_only=True)
    sheets = [sheet for sheet in book if find_text(sheet, "三级指标")]
    tables = report.page.xpath("//table[@class='form']")
    assert len(sheets) == len(tables) == 3
    for sheet, table in zip(sheets, tables, strict=True):
        first = next(r for r in range(1, 9) if str(sheet.cell(r, 1).value) in ("单位名称", "项目名称"))
        assert spans_of(table) == {
            (area.min_row - first, area.min_col - 1, area.max_row - first, area.max_col - 1)
            for area in sheet.merged_cells.ranges
            if first <= area.min_row and not str(sheet.cell(area.min_row, 1).value).startswith(("注", "计分依据"))
        }
        for (row, column), shown in cells_of(table).items():
            kept = sheet.cell(first + row, column + 1)
            if isinstance(kept.value, str):
                assert bare(shown) == bare(kept.value)


@pytest.mark.parametrize("unit", UNITS)
def test_an_attached_form_prints_an_actual_as_the_text_does(reports: dict[str, Report], unit: str) -> None:
    printed = "".join(reports[unit].docx_parts)
    assert {"351001": "科普员分享任务完成率≥95%95%", "352003": "科普员分享任务完成率≥95%92.68%"}[unit] in printed


def find_text(sheet: Any, text: str) -> bool:
    return any(cell.value == text for row in sheet.iter_rows() for cell in row)


def cells_of(table: Any) -> dict[tuple[int, int], str]:
    """(row, column) of each cell's upper left corner → its text, by HTML's own table model."""
    return {place: cell.text_content() for place, cell, _ in _placed(table)}


def spans_of(table: Any) -> set[tuple[int, int, int, int]]:
    return {(r, c, r + down - 1, c + across - 1) for (r, c), _, (down, across) in _placed(table) if down * across > 1}


def _placed(table: Any) -> Iterator[tuple[tuple[int, int], Any, tuple[int, int]]]:
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for cell in line.iter("th", "td"):
            while (row, column) in taken:
                column += 1
            span = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(row + r, column + c) for r in range(span[0]) for c in range(span[1])}
            yield (row, column), cell, span
    assert len(taken) == (max(r for r, _ in taken) + 1) * (max(c for _, c in taken) + 1)


@pytest.mark.parametrize("unit", UNITS)
def test_the_three_formats_have_the_same_text(reports: dict[str, Report], unit: str) -> None:
    report = reports[unit]
    assert report.html_parts == report.docx_parts
    at = 0
    for paragraph in report.page.xpath("//main//p"):
        part = bare(paragraph.text_content())
        found = report.pdf_text.find(part, at)
        assert found >= 0, part
        at = found + len(part)
    # Cells of several lines are torn apart by reading line by line, their characters are not.
    assert Counter("".join(report.docx_parts)) - Counter(report.pdf_text) == Counter()


@pytest.mark.parametrize("unit", UNITS)
def test_the_annex_does_not_drown_the_report(reports: dict[str, Report], unit: str) -> None:
    pages = reports[unit].pdf_pages
    first = next(n for n, text in enumerate(pages) if text.lstrip().startswith(ANNEX))
    assert first <= 16
    assert len(pages) - first <= 5


@pytest.mark.parametrize("unit", UNITS)
def test_the_page_of_the_standard(reports: dict[str, Report], unit: str) -> None:
    """22 lines of at most 28 characters, nothing beyond the margins, the number outside."""
    with pdfplumber.open(io.BytesIO(reports[unit].pdf)) as found:
        body = [p for p in found.pages if ANNEX not in p.extract_text()][:8]
        most = 0
        for number, page in enumerate(body, 1):
            lines = [line for line in page.extract_text_lines() if not line["text"].startswith("—")]
            most = max(most, max(len(line["text"]) for line in lines if line["chars"][0]["size"] > 15))
            assert all(line["x0"] > 79 and line["x1"] < 524 for line in lines), number
            foot = next(line for line in page.extract_text_lines() if re.match(r"— ?\d", line["text"]))
            assert (foot["x0"] > 297) == (number % 2 == 1), number
        full = max(len([w for w in p.extract_text_lines() if w["chars"][0]["size"] > 15]) for p in body)
    assert 26 <= most <= 40
    assert full in (21, 22)


@pytest.mark.parametrize("unit", UNITS)
def test_the_signature_never_stands_alone_on_a_page(reports: dict[str, Report], unit: str) -> None:
    signed = next(text for text in reports[unit].pdf_pages if "（数据截止日期" in text)
    assert "附件：1." in signed and signed.index(
        "（三）改进建议" if "（三）改进建议" in signed else "。"
    ) < signed.index("附件：1.")


@pytest.mark.parametrize("unit", UNITS)
def test_every_figure_leads_to_its_evidence_and_back(reports: dict[str, Report], unit: str) -> None:
    report = reports[unit]
    buttons = report.page.xpath("//button[@class='fig']/@popovertarget")
    popovers = {e.get("id"): e for e in report.page.xpath("//*[@popover]")}
    assert set(buttons) == popovers.keys() and len(buttons) > 100
    xml = docx.Document(io.BytesIO(report.docx)).element.xml
    anchors, names = set(re.findall(r'w:anchor="(\w+)"', xml)), re.findall(r'w:name="([ef]\d+)"', xml)
    assert anchors == set(names) and len(names) == len(set(names)) == 2 * len(popovers)
    with pdfplumber.open(io.BytesIO(report.pdf)) as found:
        links = {a["data"]["Dest"] for p in found.pages for a in p.annots if a.get("data", {}).get("Dest")}
    assert len(links) == 2 * len(popovers)


def test_evidence_says_how_a_figure_came_about(reports: dict[str, Report]) -> None:
    button = next(b for b in reports["351001"].page.xpath("//button[@class='fig']") if b.text == "8.2万余条")
    shown = reports["351001"].page.get_element_by_id(button.get("popovertarget")).text_content()
    for word in (
        "科普员分享量",
        "科普员分享记录中计入的行数",
        "分享科普内容8.2万余条",
        "科普员分享记录/2024-01.csv",
        "SELECT",
        "行号",
        "shares.total",
    ):
        assert word in shown
    assert re.search(r"8[23]\d{3}条", shown)


def test_a_score_leads_to_the_figures_it_is_made_of(reports: dict[str, Report]) -> None:
    page = reports["352003"].page
    popovers = {e.xpath(".//code[contains(@class, 'id')]")[0].text: e for e in page.xpath("//*[@popover]")}
    score = popovers["score.project.51112924T000000000002"]
    assert "10＋5＋9.76＋10＋9.05＋5＋0＋5＋10＋9.05＋10＋9.68" in score.text_content()
    parts = {b.get("popovertarget") for b in score.xpath(".//button[@class='fig']")}
    indicator = popovers["score.indicator.51112924T000000000002/科普员分享任务完成率"]
    assert indicator.get("id") in parts and len(parts) == 12
    rate = popovers["shares.completion_rate"]
    assert [b.get("popovertarget") for b in indicator.xpath(".//button[@class='fig']")] == [rate.get("id")]
    assert re.search(r"\d+÷\d+", rate.text_content())
    assert "科普员分享任务完成率得分" in rate.text_content()


@pytest.mark.parametrize("unit", UNITS)
def test_rows_shown_as_evidence_name_nobody(
    pipelines: dict[str, UnitPipeline], reports: dict[str, Report], unit: str
) -> None:
    awards = pipelines[unit].tables["awards"]
    people = {str(r["winner"]) for r in awards if r["award"] == "优秀科技工作者"}
    shown = "\n".join(t for e in reports[unit].page.xpath("//*[@popover]") for t in e.itertext())
    assert people and not {name for name in people if name in shown}
    assert not re.search(r"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", shown)


def test_the_second_report_has_no_word_of_the_first(
    pipelines: dict[str, UnitPipeline], reports: dict[str, Report]
) -> None:
    """Whatever a clerk wrote for one unit alone is not found in the report of the other."""
    first, second = (_own_words(pipelines[unit]) for unit in UNITS)
    text = bare(reports["352003"].text) + "".join(reports["352003"].docx_parts) + reports["352003"].pdf_text
    ours = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "selfeval").rglob("*.*") if path.suffix in OURS)
    only = {word for word in first - second if word not in ours}
    assert len(only) > 40
    assert {word for word in only if word in text} == set()


def _own_words(p: UnitPipeline) -> set[str]:
    """Runs of four characters and more in the cells of the small tables."""
    cells = [
        str(v) for rows in p.tables.values() for row in rows for k, v in row.items() if k[0] != "_" and v is not None
    ]
    return {word for cell in cells for word in re.findall(r"[一-鿿]{4,}|\d{12,}", cell)}


@pytest.mark.parametrize("unit", UNITS)
def test_the_linter_for_what_people_write_finds_no_fault(reports: dict[str, Report], unit: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(reports[unit].html)
    assert [f for f in lint(tmp_path / "report.html") if f.severity == "error"] == []


@pytest.mark.parametrize("unit", UNITS)
def test_the_html_needs_no_network_and_runs_nothing(reports: dict[str, Report], unit: str) -> None:
    page = reports[unit].page
    assert not page.xpath("//script|//link|//iframe|//img")
    assert not [a for a in page.xpath("//@href|//@src") if not a.startswith("#")]
    assert len(page.xpath("//figure//*[local-name()='svg']")) == 3
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(a[1:] for a in page.xpath("//nav//@href")) <= set(ids)


def test_other_hash_seed_and_time_zone_give_the_same_bytes(reports: dict[str, Report], store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from selfeval.pipeline import UnitPipeline, plan; from selfeval.store import Store;"
        "from selfeval import digest; from tests.reports.reading import Report;"
        f"r = Report(UnitPipeline(plan(Path({str(RAW)!r}), {YEAR}, '352003'), Store(Path({str(store.root)!r}))).unit_year);"
        "print(*[digest.of_bytes(x) for x in (r.html, r.docx, r.pdf, r.xlsx)])"
    )
    env = {**os.environ, "PYTHONHASHSEED": "271828", "TZ": "America/St_Johns"}
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    report = reports["352003"]
    assert run.stdout.split() == [digest.of_bytes(x) for x in (report.html, report.docx, report.pdf, report.xlsx)]
