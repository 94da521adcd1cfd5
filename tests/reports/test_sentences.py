"""Sentences of a report at odd figures: each is true, said once, and reads like one that a person wrote.

Belongs here: one unit whose figures are all odd. What the examples' reports tell is in test_reports.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.reports.reading import Report, bare
from tests.reports.small_unit import YEAR, Own, roads, write
from tests.rules.sound import COUNTIES

ROAD, BRIDGE = "51990124T000000000001", "51990124T000000000002"
MISSED = (
    ("产出指标", "数量指标", "巡查里程", "≥", "98%", "％", 10, "90%", "路段封闭"),
    ("产出指标", "数量指标", "开放天数", "＞", 250, "天", 20, 250, "检修"),
    ("产出指标", "数量指标", "印制手册", "=", 800, "册", 20, 1000, "加印"),
    ("产出指标", "时效指标", "完成时间", "≤", "2024/11/1", "日期", 20, "2024-11-12", "招标推迟"),
    ("效益指标", "社会效益指标", "垃圾存量", "＜", 5, "吨", 10, 6, "降雨多"),
    ("满意度指标", "满意度", "群众满意度", "≥", "90%", "%", 10, 96, None),
)


def _book(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> None:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, store: Store) -> UnitPipeline:
    raw = tmp_path_factory.mktemp("odd")
    road = Own(ROAD, "公路养护", initial=Decimal(99_000), paid=Decimal("99999.99"), indicators=MISSED)
    bridge = Own(BRIDGE, "桥梁养护", initial=Decimal("33333.33"), final=Decimal("33333.33"), paid=Decimal("33333.33"))
    staff = Own(
        "51990124R000000000001", "人员经费", "人员类", Decimal("33333.33"), Decimal("33333.33"), Decimal("33333.33")
    )
    folder = write(raw, roads(projects=(road, bridge, staff), notes=(("预算调整说明", "上级追加。"),)))
    _fill(folder)
    return UnitPipeline(plan(raw, YEAR, "519901"), store)


def _fill(folder: Path) -> None:
    """A date as people write it, December payments instead of May's, a ledger, statistics that fell."""
    form = load_workbook(folder / "自评填报表.xlsx")
    form["单位信息"]["B6"] = "2025年3月8日"
    form.save(folder / "自评填报表.xlsx")
    payments = folder / "支付明细.csv"
    payments.write_text(payments.read_text(encoding="utf-8").replace("2024-05-20", "2024-12-20"), encoding="utf-8")
    before = [COUNTIES, ["临江县", 100000, 6000, 1100000, 6, 11], ["邻县", 100000, 5000, 1000000, 5, 10]]
    now = [COUNTIES, ["临江县", 100000, 5900, 1050000, 5.9, 10.5], ["邻县", 100000, 6000, 1200000, 6, 12]]
    _book(folder / "精准科普服务统计.xlsx", {"2023年末": before, "2024年末": now})
    activities = [
        [
            "日期",
            "活动名称",
            "主题",
            "场次",
            "发放资料（份）",
            "环保手提袋（个）",
            "咨询服务（人次）",
            "经费来源项目编码",
        ],
        ["2024-03-01", "进村", "路政", 2, 0, 0, 30, ROAD],
        ["2024-04-01", "进校", "路政", 1, None, 0, 0, BRIDGE],
    ]
    varieties = [["推广日期", "品种名称", "推广数量", "经费来源项目编码"], ["2024-04-09", "羊肚菌", 120, ROAD]]
    _book(folder / "业务台账.xlsx", {"科普活动": activities, "品种推广": varieties})


@pytest.fixture(scope="module")
def text(odd: UnitPipeline) -> str:
    assert [f.message for f in odd.findings if f.severity == "error"] == []
    return "".join(Report(odd.unit_year).docx_parts)


@pytest.mark.parametrize(
    "told",
    [
        "2025年3月8日",
        "“巡查里程”目标98%，实际完成90%",
        "“开放天数”目标大于250天，实际完成250天",
        "“印制手册”目标等于800册，实际完成1000册",
        "“完成时间”目标2024年11月1日，实际完成2024年11月12日",
        "“垃圾存量”目标小于5吨，实际完成6吨",
        "全年共开展科普活动3场次，其中公路养护资助2场次、桥梁养护资助1场次；提供咨询服务30人次。",
        "全年推广羊肚菌种植养殖新品种1种",
        "服务群众减少100人，服务量减少5万次。",
        "增减幅度在全市2个县（市、区）中列第2名",
        "截至6月底的支出进度为0%，低于序时进度40%。",
    ],
)
def test_a_sentence_is_true_and_reads_well(text: str, told: str) -> None:
    assert bare(told) in text


@pytest.mark.parametrize(
    "wrong", ["%%", "％", "2024/11/1", "新增-", "低于40.00%的进度线", "99.99999", "99.99%，得", "减少年中调整"]
)
def test_nothing_is_said_twice_or_otherwise_elsewhere(text: str, wrong: str) -> None:
    assert wrong not in text


def test_parts_rounded_apart_from_their_total_are_explained(text: str, odd: UnitPipeline) -> None:
    paid = [s.project.paid for s in odd.unit_year.scores.projects]
    assert sum(paid) == Decimal("166666.65")  # 16.67 beside 10.00, 3.33 and 3.33
    assert "注：注" not in text and bare("注：各分项四舍五入为万元后相加，年初预算数与合计相差0.01万元、") in text
