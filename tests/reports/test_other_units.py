"""Reports of units unlike the examples: another kind of department, nothing but the needed files, extreme sizes, drafts.

Each is written as raw files and taken through the whole pipeline.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pdfplumber
import pytest

from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import YEAR
from tests.reports.reading import ANNEX, Report, bare
from tests.reports.small_unit import Department, Own, roads, write
from tests.reports.test_reports import HEADINGS

Made = Callable[[Department], UnitPipeline]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Made:
    def make(department: Department) -> UnitPipeline:
        raw = tmp_path_factory.mktemp("raw")
        write(raw, department)
        return UnitPipeline(plan(raw, YEAR, department.code), store)

    return make


@pytest.fixture(scope="module")
def road_report(made: Made) -> Report:
    return Report(made(roads()).unit_year)


def headings(report: Report) -> list[str]:
    return [h for h in report.docx_parts if h in set(map(bare, HEADINGS))]


def test_four_files_are_enough(made: Made, road_report: Report) -> None:
    p = made(roads())
    assert [f for f in p.findings if f.severity == "error"] == []
    assert headings(road_report) == [bare(h) for h in HEADINGS]
    assert road_report.html_parts == road_report.docx_parts
    text = "".join(road_report.docx_parts)
    for told in (
        "农村公路养护全年预算10.00万元，支出9.60万元，预算执行率96%，其中用于路面修补4.80万元、用于边沟清理4.80万元",
        "4条绩效指标中3条达到年度指标值：养护里程实际完成126公里、养护完成时间为2024年11月12日；1条未达到：群众满意度为88.5%，得9.83分，原因是宣传不够",
        "一是农村公路养护有1条绩效指标未达到年度指标值：“群众满意度”目标90%，实际完成88.5%，原因是宣传不够。",
        "二是部分项目资金未使用完毕：农村公路养护预算执行率96%，结余0.40万元。",
    ):
        assert bare(told) in text
    assert len(road_report.page.xpath("//figure")) == 2


def test_another_department_reads_no_word_of_the_examples(road_report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(road_report.xlsx))
    cells = "".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
    for text in (road_report.text, "".join(road_report.docx_parts), "".join(road_report.pdf_pages), cells):
        assert not [word for word in ("科普", "科协", "科技", "传播员", "天府", "云服务") if word in text]


def test_nothing_to_say_is_said_so_only_where_it_is_true(made: Made) -> None:
    """All reached, all spent, nothing adjusted; but a pack that nobody has checked remains, and is told."""
    road, staff = roads().projects
    *others, survey = road.indicators
    spotless = replace(road, paid=road.final, indicators=(*others, (*survey[:7], 95, None)))
    problems = _problems(Report(made(roads(projects=(spotless, staff))).unit_year))
    assert problems == ["计分所用指标体系的分值尚未经财政部门核实，所得分数仅供参考，需核对后确认。"]


def test_an_adjustment_without_a_reason_is_a_problem_with_a_place_to_write(made: Made) -> None:
    road, staff = roads().projects
    more = replace(road, initial=Decimal(90_000))
    problems = "".join(_problems(Report(made(roads(projects=(more, staff))).unit_year)))
    assert "农村公路养护年中调整了预算，【待填写：预算调整的原因】。" in problems
    reasoned = roads(projects=(more, staff), notes=(("预算调整说明", "上级追加。"),))
    assert "预算调整的原因" not in "".join(Report(made(reasoned).unit_year).docx_parts)


def test_no_problem_that_the_clerk_denies_while_a_target_is_missed(made: Made) -> None:
    problems = _problems(Report(made(roads(notes=(("存在问题", "无"),))).unit_year))
    assert problems[0].startswith("一是农村公路养护有1条绩效指标未达到")


def _problems(report: Report) -> list[str]:
    parts = report.docx_parts
    return parts[parts.index("（二）存在问题") + 1 : parts.index("（三）改进建议")]


LONG = "县域内农村公路及其附属设施安全生命防护工程提升改造与日常养护补助资金（含以前年度结转）"


def crowd() -> Department:
    """40 projects with five indicators each, names of forty characters, a use for each."""
    rows = [
        ("产出指标", "数量指标", f"{LONG}数量{n}", "≥", 10, "公里", weight, actual, None if actual > 9 else LONG * 2)
        for n, (weight, actual) in enumerate(((20, 10), (20, 9), (20, 8), (20, 30), (10, 10)))
    ]
    own = [
        Own(f"51990124T{n:012d}", f"{LONG}{n}", uses=tuple(f"{LONG}第{k}项" for k in range(3)), indicators=rows)
        for n in range(1, 41)
    ]
    return roads(projects=own, name=f"临江县{LONG}管理委员会办公室", notes=(("存在问题", LONG * 20),))


def test_forty_projects_of_long_names_with_two_hundred_indicators(made: Made) -> None:
    p = made(crowd())
    assert [f for f in p.findings if f.severity == "error"] == []
    report = Report(p.unit_year)
    assert headings(report) == [bare(h) for h in HEADINGS]
    assert report.html_parts == report.docx_parts
    assert len(openpyxl.load_workbook(io.BytesIO(report.xlsx)).sheetnames) == 41
    titles = [f.text_content() for f in report.page.xpath("//figcaption")]
    assert titles == ["各项目全年预算数与支出数（万元，预算数最大的20个）", "各绩效指标得分率（得分率最低的40条）"]


@pytest.mark.full
def test_nothing_overflows_the_page_however_much_there_is(made: Made) -> None:
    with pdfplumber.open(io.BytesIO(Report(made(crowd()).unit_year).pdf)) as found:
        for page in found.pages:
            assert all(c["x0"] > 79 and c["x1"] < 524 and c["top"] > 70 and c["bottom"] < 800 for c in page.chars)


def test_no_money_and_no_indicator(made: Made) -> None:
    nothing = Own("51990124T000000000001", "停办项目", initial=Decimal(0), final=Decimal(0), paid=Decimal(0))
    report = Report(made(roads(projects=(nothing,))).unit_year)
    text = "".join(report.docx_parts)
    assert headings(report) == [bare(h) for h in HEADINGS]
    assert "停办项目全年预算0.00万元，支出0.00万元。" in text
    assert "【待填写：各项目的自评得分和等级】" in text
    assert report.html_parts == report.docx_parts
    assert openpyxl.load_workbook(io.BytesIO(report.xlsx))["停办项目"]


def test_what_was_not_filled_in_is_marked(made: Made) -> None:
    bare_unit = roads(offices=(), staff=(), tasks=(), goals=(), notes=())
    text = "".join(Report(made(bare_unit).unit_year).docx_parts)
    for place in ("内设机构及职责", "人员编制情况", "年度主要工作任务及完成情况", "部门整体支出绩效目标"):
        assert f"【待填写：{place}】" in text


def test_a_draft_is_rendered_from_nothing_at_all(tmp_path: Path, store: Store) -> None:
    (tmp_path / str(YEAR) / "519909").mkdir(parents=True)
    p = UnitPipeline(plan(tmp_path, YEAR, "519909", draft=True), store)
    report = Report(replace(p.unit_year, draft=True))
    assert headings(report) == [bare(h) for h in HEADINGS]
    assert report.page.xpath("//*[@class='draft']")
    # Set aslant, the mark is read a character at a time.
    assert all("草" in text and "稿" in text for text in report.pdf_pages)
    assert "".join(report.docx_parts).startswith("草稿")
    assert "数据校验发现" in "".join(_problems(report))
    assert ANNEX in "".join(report.pdf_pages)
