"""Indicators, projects and facts for the tests of scoring and of the scorecards: the example units', and small ones.

Belongs here: building input. Does not belong here: assertions.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from selfeval.model import Fact, FactInput, Finding, Indicator, Origin, Project, Scores
from selfeval.scoring import load_department_pack, load_pack, score

ROOT = Path(__file__).parents[2]
NOTES = {"预算调整说明": "上级专项年中下达。"}
UNITS = ("351001", "352003")
BINDINGS = {
    "communicators.count": "科普传播员人数",
    "communicators.top200": "全省前200名人数",
    "shares.completion_rate": "分享任务完成率",
    "equipment.kinds": "维护设备种类数",
    "varieties.count": "推广品种数",
    "studios.count": "科创工作室数",
    "cloud.workers_registered": "科技工作者注册数",
    "cloud.orgs_registered": "组织机构注册数",
    "service.people_added": "服务群众新增数",
    "service.volume_added": "服务量新增",
    "service.coverage_gain": "覆盖率提升",
    "satisfaction.rate": "服务对象满意度",
}
PROJECT_BINDINGS = {"last_payment_date": "项目最后支付日期", "funded_sessions": "项目资助科普活动次数"}
CODE = "51113224T000000000001"
DECLARED = Origin("自评填报表", "自评填报表.xlsx", "绩效指标", 4)
BUDGETED = Origin("指标执行情况", "指标执行情况表.xlsx", "指标执行", 6)


def example_facts(unit: str) -> tuple[dict[str, Fact], dict[str, Any]]:
    """The expected facts that are not scores, bound as the contract's table says; and all expected values."""
    path = ROOT / f"tests/fixtures/expected/expected-{unit}.json"
    expected: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["facts"]
    facts = {}
    for fact_id, entry in expected.items():
        if fact_id.startswith("score."):
            continue
        value = entry["value"]
        parts = fact_id.split(".")
        project = parts[1] if parts[0] == "project" else None
        binding = PROJECT_BINDINGS.get(parts[2]) if project else BINDINGS.get(fact_id)
        inputs = (FactInput("来源", f"{parts[0]}.csv", "0" * 64, 7),)
        facts[fact_id] = Fact(
            fact_id, value, entry["unit"], str(value), fact_id, "", None, inputs, binding=binding, project=project
        )
    return facts, expected


def example_indicators(unit: str) -> list[Indicator]:
    book = openpyxl.load_workbook(ROOT / f"data/raw/2024/{unit}/自评填报表.xlsx")
    out = []
    for number, row in enumerate(book["绩效指标"].iter_rows(values_only=True), start=1):
        if number <= 3:
            continue
        text = [None if cell is None else str(cell).strip() for cell in row]
        origin = replace(DECLARED, row=number)
        code, level1, level2, level3, nature, target = (cell or "" for cell in text[:6])
        rest = (text[6] or "", Decimal(text[7] or "0"), text[8], text[9], text[10])
        out.append(Indicator(code, level1, level2, level3, nature, target, *rest, origin))
    return out


def example_projects(unit: str) -> list[Project]:
    book = openpyxl.load_workbook(ROOT / f"data/raw/2024/{unit}/指标执行情况表.xlsx")
    out = []
    for number, row in enumerate(book["指标执行"].iter_rows(values_only=True), start=1):
        if row[3] and number > 3:
            initial, adjustment, final, paid, balance = (Decimal(str(cell).replace(",", "")) for cell in row[8:13])
            origin = replace(BUDGETED, row=number)
            document = None if row[5] is None else str(row[5])
            out.append(
                Project(
                    str(row[3]), str(row[4]), str(row[2]), document, initial, adjustment, final, paid, balance, origin
                )
            )
    return out


def example_scores(unit: str, pack: str = "national-2020") -> tuple[Scores, tuple[Finding, ...], dict[str, Fact]]:
    facts, _ = example_facts(unit)
    scores, findings = score(
        example_indicators(unit),
        example_projects(unit),
        facts,
        pack=load_pack(pack),
        department=load_department_pack(),
        profile={"违规记录": "未出现"},
        notes=NOTES,
        year=2024,
    )
    return scores, findings, facts


def indicator(**changes: Any) -> Indicator:
    base = Indicator(CODE, "产出指标", "数量指标", "开展活动", "≥", "5", "次", Decimal(90), None, "5", None, DECLARED)
    return replace(base, **changes)


def project(**changes: Any) -> Project:
    hundred = Decimal("100.00")
    base = Project(CODE, "科普", "特定目标类", None, hundred, Decimal(0), hundred, hundred, Decimal(0), BUDGETED)
    return replace(base, **changes)


def fact(value: Any, unit: str = "次", name: str = "活动次数", **changes: Any) -> Fact:
    return replace(Fact("x.y", value, unit, "", "", "", None, binding=name), **changes)


def run(
    *indicators: Indicator, facts: tuple[Fact, ...] = (), projects: tuple[Project, ...] = (project(),), **options: Any
) -> tuple[Scores, tuple[Finding, ...]]:
    pack = load_pack(options.pop("pack", "national-2020"))
    department = load_department_pack(options.pop("department", "department-sichuan-c"))
    options = {"profile": {}, "year": 2024, **options}
    by_id = {f"{n}": f for n, f in enumerate(facts)}
    return score(indicators, projects, by_id, pack=pack, department=department, **options)
