"""The documents as a script would make them: pandas reads and sums, openpyxl writes the table, docxtpl the report.

It checks what the figures need and no more, writes one table and one report without evidence, and knows this unit's forms.
"""

from __future__ import annotations

import io
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
from docxtpl import DocxTemplate

from bench.outcome import CHANNELS

YEAR = 2024
CHAPTERS = ("单位概况", "预算和支出", "科普工作完成情况", "问题和改进")


def prepare(unit: Path, roster: Path, work: Path) -> None:
    """The template of the report, as somebody drew it once."""
    report = docx.Document()
    report.add_heading("{{ title }}", 0)
    for chapter in CHAPTERS:
        report.add_heading(chapter, 1)
    for line in (
        "全年预算数{{ final }}元，支出数{{ paid }}元。",
        "{% for p in projects %}{{ p.name }}：支出{{ p.paid }}元，执行率{{ p.rate }}%。{% endfor %}",
        "科普员{{ people }}人，分享{{ shares }}条，阅读{{ reads }}次，完成率{{ completion }}%。",
    ):
        report.add_paragraph(line)
    report.save(str(work / "template.docx"))


def _csv(path: Path) -> pd.DataFrame:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def _number(value: Any) -> Decimal:
    return Decimal(str(value).replace(",", ""))


def _ratio(a: Decimal | int, b: Decimal | int) -> Decimal:
    return (Decimal(a) / Decimal(b)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _shares(unit: Path, people: set[str]) -> pd.DataFrame:
    raw = pd.concat([_csv(p) for p in sorted((unit / "科普员分享记录").glob("*.csv"))], ignore_index=True)
    time = pd.to_datetime(raw["分享时间"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    sound = (
        (time.dt.year == YEAR)
        & raw["科普员编号"].isin(people)
        & raw["渠道"].isin(CHANNELS)
        & raw["阅读数"].str.fullmatch(r"\d+")
    )
    return raw[sound].drop_duplicates()


def run(unit: Path, roster: Path, work: Path) -> dict[str, Any]:
    budget = pd.read_excel(unit / "指标执行情况表.xlsx", header=2, dtype=str)
    budget = budget[budget["项目编码"].notna()]
    payments = _csv(unit / "支付明细.csv").assign(amount=lambda f: f["金额（元）"].map(_number))
    roll = pd.read_excel(unit / "科普员名册.xlsx", header=2, dtype=str)
    tasks = _csv(unit / "科普员月任务.csv")
    accounts = pd.read_excel(unit / "收入支出决算总表.xls", header=None, engine="calamine")
    shares = _shares(unit, set(roll["科普员编号"]))
    owed = tasks["任务数"].astype(int)
    done = shares.groupby(["科普员编号", shares["分享时间"].str[:7]]).size()
    months = done.reindex(pd.MultiIndex.from_frame(tasks[["科普员编号", "月份"]]), fill_value=0)
    figures: dict[str, Decimal | int] = {
        "communicators.count": roll["科普员编号"].nunique(),
        "shares.total": len(shares),
        "shares.reads_total": int(shares["阅读数"].astype(int).sum()),
        "shares.completion_rate": _ratio(len(shares), int(owed.sum())),
        "shares.completion_rate_capped": _ratio(
            int(pd.Series(months.to_numpy()).clip(upper=owed.reset_index(drop=True)).sum()), int(owed.sum())
        ),
    }
    projects = []
    for row in budget.to_dict("records"):
        paid, final = _number(row["支出数"]), _number(row["全年预算数"])
        figures[f"project.{row['项目编码']}.paid"] = paid.quantize(Decimal("0.01"))
        figures[f"project.{row['项目编码']}.execution_rate"] = _ratio(paid, final)
        projects.append({"name": row["项目名称"], "paid": paid, "final": final, "rate": _ratio(paid, final) * 100})
    for (code, use), amount in payments.groupby(["项目编码", "用途"])["amount"].sum().items():  # type: ignore[misc]
        figures[f"project.{code}.use.{use}"] = amount
    for name, column, value in (("本年收入合计", 0, 2), ("本年支出合计", 3, 5)):
        amount = accounts.loc[accounts[column] == name, value].iloc[0]
        fact = "income_total" if column == 0 else "expenditure_total"
        figures[f"finance.{fact}"] = (Decimal(repr(float(amount))) * 10_000).quantize(Decimal("0.01"))
    _table(work / "scorecards.xlsx", projects)
    report = DocxTemplate(work / "template.docx")
    report.render(
        {
            "title": f"{YEAR}年部门整体支出绩效自评报告",
            "final": sum(p["final"] for p in projects),
            "paid": sum(p["paid"] for p in projects),
            "projects": projects,
            "people": figures["communicators.count"],
            "shares": figures["shares.total"],
            "reads": figures["shares.reads_total"],
            "completion": Decimal(figures["shares.completion_rate"]) * 100,
        }
    )
    report.save(str(work / "report.docx"))
    return {"figures": {name: str(Decimal(value).normalize()) for name, value in figures.items()}}


def _table(path: Path, projects: list[dict[str, Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["项目", "全年预算数", "支出数", "执行率（%）"])
    for project in projects:
        sheet.append([project["name"], project["final"], project["paid"], project["rate"]])
    book.save(path)
