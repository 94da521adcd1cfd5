"""A unit's raw folder with the four needed datasets alone, made from a few words: any department, any size.

Belongs here: writing files as departments hand them over. Does not belong here: assertions.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

YEAR = 2024
_SHEETS: dict[str, tuple[str, ...]] = {
    "单位信息": ("项目", "内容"),
    "内设机构": ("机构名称", "职责"),
    "人员编制": ("职务", "人数"),
    "年度任务": ("序号", "任务"),
    "工作开展情况": ("任务序号", "完成情况"),
    "总体绩效目标": ("序号", "目标"),
    "绩效指标": (
        "项目编码",
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标值",
        "计量单位",
        "权重",
        "取数指标",
        "实际完成值（手填）",
        "偏差原因分析及改进措施",
    ),
    "情况说明": ("章节", "内容"),
}


@dataclass(frozen=True)
class Own:
    """A project: its money in 元, the use of each payment, and its indicators as (level1, level2, level3, nature,
    target, unit, weight, actual, reason)."""

    code: str
    name: str
    category: str = "特定目标类"
    initial: Decimal = Decimal(100_000)
    final: Decimal = Decimal(100_000)
    paid: Decimal = Decimal(100_000)
    uses: Sequence[str] = ("日常维护",)
    indicators: Sequence[tuple[Any, ...]] = ()


@dataclass(frozen=True)
class Department:
    code: str
    name: str
    region: str
    projects: Sequence[Own]
    offices: Sequence[tuple[str, str]] = (("办公室", "承担日常工作"),)
    staff: Sequence[tuple[str, int]] = (("局长", 1), ("工作人员", 4))
    tasks: Sequence[tuple[str, str]] = (("完成年度养护任务", "养护任务全部完成。"),)
    goals: Sequence[str] = ("保障道路畅通",)
    notes: Sequence[tuple[str, str]] = (("结果应用情况", "自评结果用于安排下一年度预算。"),)
    profile: Sequence[tuple[str, Any]] = field(default_factory=tuple)


def write(raw: Path, d: Department) -> Path:
    """The raw folder `raw`/2024/CODE with its four files."""
    folder = raw / str(YEAR) / d.code
    folder.mkdir(parents=True)
    _declaration(folder / "自评填报表.xlsx", d)
    _budget(folder / "指标执行情况表.xlsx", d)
    _payments(folder / "支付明细.csv", d)
    _final_accounts(folder / "收入支出决算总表.xlsx", d)
    return folder


def _declaration(path: Path, d: Department) -> None:
    rows: dict[str, list[tuple[Any, ...]]] = {
        "单位信息": [
            ("单位编码", d.code),
            ("单位名称", d.name),
            ("年度", YEAR),
            ("行政区划", d.region),
            ("填报日期", "2025-02-20"),
            ("违规记录", "未出现"),
            ("主管部门", d.name),
            ("机构职能", "负责本行业的管理和服务"),
            *d.profile,
        ],
        "内设机构": list(d.offices),
        "人员编制": list(d.staff),
        "年度任务": [(n, task) for n, (task, _) in enumerate(d.tasks, 1)],
        "工作开展情况": [(n, done) for n, (_, done) in enumerate(d.tasks, 1)],
        "总体绩效目标": list(enumerate(d.goals, 1)),
        "绩效指标": [_indicator(p.code, i) for p in d.projects for i in p.indicators],
        "情况说明": list(d.notes),
    }
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, head in _SHEETS.items():
        sheet = book.create_sheet(name)
        for row in (head, *rows[name]):
            sheet.append(row)
    book.save(path)


def _indicator(code: str, i: tuple[Any, ...]) -> tuple[Any, ...]:
    level1, level2, level3, nature, target, unit, weight, actual, reason = i
    return (code, level1, level2, level3, nature, target, unit, weight, None, actual, reason)


def _budget(path: Path, d: Department) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("单位编码", "单位名称", "项目类别", "项目编码", "项目名称", "指标文号", "功能科目编码", "功能科目名称",
                  "年初预算数", "调整数", "全年预算数", "支出数", "结余数", "执行率"))  # fmt: skip
    for p in d.projects:
        rate = f"{p.paid / p.final:.2%}" if p.final else None
        money = (p.initial, p.final - p.initial, p.final, p.paid, p.final - p.paid)
        sheet.append((d.code, d.name, p.category, p.code, p.name, None, "2010101", "行政运行", *money, rate))
    book.save(path)


def _payments(path: Path, d: Department) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(("支付日期", "凭证号", "项目编码", "用途", "摘要", "收款人", "部门经济分类", "金额（元）"))
        number = 0
        for p in d.projects:
            part = (p.paid / len(p.uses)).quantize(Decimal("0.01"))
            for n, use in enumerate(p.uses):
                number += 1
                amount = p.paid - part * (len(p.uses) - 1) if n == 0 else part
                if amount:
                    out.writerow(("2024-05-20", f"PZ{number:08d}", p.code, use, use, "某某公司", "30213", amount))


def _final_accounts(path: Path, d: Department) -> None:
    income = sum((p.final for p in d.projects), Decimal(0)) / 10_000
    spent = sum((p.paid for p in d.projects), Decimal(0)) / 10_000
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("收入支出决算总表",),
        (f"编制单位：{d.name}", None, None, f"{YEAR}年度", None, "金额单位：万元"),
        ("收入", None, None, "支出", None, None),
        ("项目", "行次", "决算数", "项目", "行次", "决算数"),
        ("一般公共预算财政拨款收入", 1, income, "交通运输支出", 31, spent),
        ("本年收入合计", 2, income, "本年支出合计", 32, spent),
        ("年初结转和结余", 3, 0, "年末结转和结余", 33, income - spent),
        ("总计", 4, income, "总计", 34, income),
    ):
        sheet.append(row)
    book.save(path)


def roads(**changes: Any) -> Department:
    """县交通运输局: nothing of it has to do with the example units."""
    road = Own(
        "51990124T000000000001",
        "农村公路养护",
        paid=Decimal("96000.00"),
        uses=("路面修补", "边沟清理"),
        indicators=(
            ("产出指标", "数量指标", "养护里程", "≥", 120, "公里", 40, 126, None),
            ("产出指标", "时效指标", "养护完成时间", "≤", "2024-11-30", "日期", 20, "2024-11-12", None),
            ("效益指标", "社会效益指标", "改善出行条件", "定性", "明显改善", None, 20, "达成年度指标", None),
            ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", 90, "%", 10, 88.5, "宣传不够"),
        ),
    )
    staff = Own("51990124R000000000001", "人员经费", "人员类", uses=("工资津补贴",))
    return Department(
        **{"code": "519901", "name": "临江县交通运输局", "region": "临江县", "projects": (road, staff), **changes}
    )
