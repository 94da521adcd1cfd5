"""Money, shares and ranks once more, by plain Python that reads the raw files itself and imports nothing of ours."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine

ROOT = Path(__file__).parent.parent.parent
RAW = ROOT / "data" / "raw" / "2024"


def text_of(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(path))))


def sheet_of(path: Path, name: str, header: int) -> list[dict[str, Any]]:
    values = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    return [dict(zip(values[header - 1], row, strict=True)) for row in values[header:] if any(row)]


def number(value: Any) -> Decimal:
    return Decimal(unicodedata.normalize("NFKC", str(value)).strip().replace(",", ""))


def ratio(a: Decimal, b: Decimal) -> Decimal:
    return (a / b).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def good_shares(unit: str) -> list[dict[str, str]]:
    roster = {r["科普员编号"] for r in sheet_of(RAW / unit / "科普员名册.xlsx", "名册", 3)}
    kept: dict[tuple[str, ...], dict[str, str]] = {}
    for path in sorted((RAW / unit / "科普员分享记录").glob("*.csv")):
        for row in rows_of(path):
            try:
                when = datetime.strptime(row["分享时间"], "%Y-%m-%d %H:%M:%S")
            except ValueError:
                continue
            sound = (
                when.year == 2024
                and row["科普员编号"] in roster
                and row["渠道"] in ("微信群", "微信朋友圈", "QQ群", "抖音", "今日头条")
                and re.fullmatch(r"\d+", row["阅读数"])
            )
            if sound:
                kept.setdefault(tuple(row.values()), row)
    return list(kept.values())


@pytest.fixture(params=["351001", "352003"])
def unit(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def facts(pipelines: Any, unit: str) -> dict[str, Any]:
    return pipelines[unit].facts  # type: ignore[no-any-return]


def test_budgets_and_uses(facts: dict[str, Any], unit: str) -> None:
    budget = [r for r in sheet_of(RAW / unit / "指标执行情况表.xlsx", "指标执行", 3) if r["单位编码"] != "合计"]
    payments = rows_of(RAW / unit / "支付明细.csv")
    for row in budget:
        code = row["项目编码"]
        assert facts[f"project.{code}.paid"].value == number(row["支出数"])
        assert facts[f"project.{code}.execution_rate"].value == ratio(number(row["支出数"]), number(row["全年预算数"]))
    uses: Counter[tuple[str, str]] = Counter()
    for payment in payments:
        uses[payment["项目编码"], payment["用途"]] += number(payment["金额（元）"])  # type: ignore[assignment]
    assert {(c, u): facts[f"project.{c}.use.{u}"].value for c, u in uses} == dict(uses)
    whole = sum((number(r["全年预算数"]) for r in budget), Decimal(0))
    initial = sum((number(r["年初预算数"]) for r in budget), Decimal(0))
    assert facts["finance.budget_deviation"].value == ratio(abs(whole - initial), initial)
    for month in (6, 9, 11):
        paid = sum(
            (number(p["金额（元）"]) for p in payments if int(re.sub(r"\D", "", p["支付日期"])[4:6]) <= month),
            Decimal(0),
        )
        assert facts[f"finance.progress_{month:02d}"].value == ratio(paid, whole)


def test_final_accounts(facts: dict[str, Any], unit: str) -> None:
    book = python_calamine.CalamineWorkbook.from_path(RAW / unit / "收入支出决算总表.xls")
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    left = {r[0]: Decimal(repr(r[2])) * 10000 for r in rows[4:] if r[0]}
    right = {r[3]: Decimal(repr(r[5])) * 10000 for r in rows[4:] if r[3]}
    assert facts["finance.income_total"].value == left["本年收入合计"]
    assert facts["finance.expenditure_total"].value == right["本年支出合计"]
    assert facts["finance.carryover"].value == right["年末结转和结余"]


def test_shares(facts: dict[str, Any], unit: str) -> None:
    shares = good_shares(unit)
    tasks = rows_of(RAW / unit / "科普员月任务.csv")
    owed = sum(int(t["任务数"]) for t in tasks)
    done = Counter((s["科普员编号"], s["分享时间"][:7]) for s in shares)
    capped = sum(min(done[t["科普员编号"], t["月份"]], int(t["任务数"])) for t in tasks)
    assert facts["shares.total"].value == len(shares)
    assert facts["shares.reads_total"].value == sum(int(s["阅读数"]) for s in shares)
    assert facts["shares.completion_rate"].value == ratio(Decimal(len(shares)), Decimal(owed))
    assert facts["shares.completion_rate_capped"].value == ratio(Decimal(capped), Decimal(owed))


def test_ranks(facts: dict[str, Any], unit: str) -> None:
    path = RAW / unit / "精准科普服务统计.xlsx"
    now = {r["县（市、区）"]: r for r in sheet_of(path, "2024年末", 3)}
    before = {r["县（市、区）"]: r for r in sheet_of(path, "2023年末", 3)}
    county = dict(openpyxl.load_workbook(RAW / unit / "自评填报表.xlsx")["单位信息"].iter_rows(values_only=True))[
        "行政区划"
    ]

    def gain(name: str, column: str) -> Decimal:
        return number(now[name][column]) - number(before[name][column])

    def place(values: dict[str, Decimal]) -> int:
        return 1 + sum(v > values[county] for v in values.values())

    assert facts["service.people_added"].value == gain(county, "服务群众数（人）")
    assert facts["service.coverage_gain"].value == gain(county, "精准科普覆盖率（%）")
    assert facts["service.coverage_gain_rank"].value == place({c: gain(c, "精准科普覆盖率（%）") for c in now})
    assert facts["service.per_capita_rank"].value == place(
        {c: number(r["人均科普服务量（次）"]) for c, r in now.items()}
    )
    assert facts["service.per_capita_rank_before"].value == place(
        {c: number(r["人均科普服务量（次）"]) for c, r in before.items()}
    )
