"""A clean unit's folder, derived from an example unit with the file formats' own libraries: logs cut short, no fault."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import pickle
import random
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine

from bench.planted.paper import Doc, File, Line, Unit

#: What the cells of a column are, by its header; columns that no fault needs are not named.
KINDS = {
    "payments": {
        "支付日期": "date", "凭证号": "number", "项目编码": "project", "用途": "word", "收款账号": "account",
        "部门经济分类": "subject", "政府经济分类": "subject", "金额（元）": "money",
    },
    "budget": {"项目编码": "project_key", "功能科目编码": "subject", "项目类别": "choice"},
    "communicators": {"科普员编号": "person_key", "手机号": "phone", "行政村（社区）": "word", "在岗起": "since"},
    "tasks": {"科普员编号": "person", "任务数": "count"},
    "shares": {"分享时间": "time", "科普员编号": "person", "内容编号": "code", "渠道": "choice", "阅读数": "count"},
    "ranking": {"综合排名": "place", "科普员编号": "person_key"},
    "registrations": {"注册时间": "time", "注册类型": "choice", "用户编号": "number"},
    "survey": {"问卷编号": "number", "日期": "date", "总体评价": "choice"},
    "activities": {"日期": "date", "活动名称": "word", "场次": "count", "经费来源项目编码": "project"},
    "led": {"播放日期": "date"},
    "awards": {"日期": "date", "名称": "word"},
    "indicators": {"项目编码": "project", "权重": "weight", "三级指标": "word", "指标性质": "choice"},
    "service": {"服务群众数（人）": "count", "服务量（次）": "count"},
}  # fmt: skip
SHEETS = {
    "科普活动": "activities", "LED播放": "led", "表彰获奖": "awards", "绩效指标": "indicators", "单位信息": "profile",
    "名册": "communicators", "指标执行": "budget", "2023年末": "service", "2024年末": "service", "情况说明": "notes",
    "年度任务": "work_tasks", "工作开展情况": "work_done", "人员编制": "staff", "总体绩效目标": "goals",
}  # fmt: skip
BOOKS = {
    "自评填报表.xlsx": "自评填报表",
    "指标执行情况表.xlsx": "指标执行情况",
    "科普员名册.xlsx": "科普员名册",
    "业务台账.xlsx": "业务台账",
    "精准科普服务统计.xlsx": "精准科普服务统计",
}
TEXTS = {
    "支付明细.csv": ("支付明细", "payments", 0),
    "科普员月任务.csv": ("科普员月任务", "tasks", 0),
    "全省科普员综合排名.csv": ("全省科普员综合排名", "ranking", 400),
    "天府科技云注册明细.csv": ("天府科技云注册明细", "registrations", 400),
    "满意度问卷.csv": ("满意度问卷", "survey", 0),
}
LOG_ROWS = 60
REASON = "年初目标设定偏低或因客观原因未完成，下年合理设定目标并加快进度。"


def _decoded(path: Path) -> list[list[Any]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


def _doc(slug: str, sheet: str | None, rows: list[list[Any]], titles: int) -> Doc:
    width = len([cell for cell in rows[titles] if cell not in ("", None)])
    lines = []
    for i, row in enumerate(rows):
        cells = ["" if cell is None else cell for cell in row[: max(width, 1)]]
        said = str(cells[0]).strip()
        role = "title" if i < titles else "header" if i == titles else "total" if said == "合计" else "data"
        lines.append(Line("note" if said.startswith(("注：", "注:")) else role, cells))
    return Doc(slug, sheet, lines, dict(KINDS.get(slug, {})))


def _numbered(doc: Doc, label: str, prefix: str = "00") -> None:
    """Numbers with zeros before them, as vouchers have, so that they can be lost."""
    for n, line in enumerate(doc.data(), 1):
        doc.put(line, label, f"{prefix}{n:06d}")


def clean(source: Path) -> list[File]:
    """The files of a clean unit, made from the raw folder `source` of a year's unit."""
    files = []
    for name, dataset in BOOKS.items():
        book = openpyxl.load_workbook(source / name, data_only=True)
        docs = []
        for sheet in book.worksheets:
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            titles = 2 if sheet.merged_cells.ranges else 0
            docs.append(_doc(SHEETS.get(sheet.title, "other"), sheet.title, rows, titles))
        files.append(File(dataset, name, docs, "xlsx"))
    accounts = python_calamine.CalamineWorkbook.from_path(source / "收入支出决算总表.xls").get_sheet_by_index(0)
    rows = [list(row) for row in accounts.to_python(skip_empty_area=False)]
    files.append(File("收入支出决算总表", "收入支出决算总表.xlsx", [_doc("accounts", "Z01", rows, 3)], "xlsx"))
    for name, (dataset, slug, limit) in TEXTS.items():
        rows = _decoded(source / name)
        files.append(File(dataset, name, [_doc(slug, None, rows[: limit + 1] if limit else rows, 0)]))
    for path in sorted((source / "科普员分享记录").glob("*.csv")):
        # Spread over the month: a burst within one morning is a fault of its own.
        rows = _decoded(path)
        step = max(1, (len(rows) - 10) // LOG_ROWS)
        picked = [rows[0], *rows[1:-9:step][:LOG_ROWS]]
        files.append(File("科普员分享记录", f"科普员分享记录/{path.name}", [_doc("shares", None, picked, 0)]))
    docs = {doc.slug: doc for file in files for doc in file.docs}
    for slug, label in (("payments", "凭证号"), ("registrations", "用户编号"), ("survey", "问卷编号")):
        _numbered(docs[slug], label)
    for line in docs["indicators"].data():
        docs["indicators"].put(line, "偏差原因分析及改进措施", REASON)
    return files


def unit(files: list[File], rng: random.Random) -> Unit:
    """A unit to be spoilt: its own copy of the clean files."""
    # Ten times faster than a deep copy.
    return Unit(pickle.loads(pickle.dumps(files)), rng)


def year_before(files: list[File], year: int) -> list[File]:
    """The files of the year before `year` that this year's continue: the same but for their years."""
    names = ("指标执行情况表.xlsx", "收入支出决算总表.xlsx", "科普员名册.xlsx", "精准科普服务统计.xlsx")
    found = [copy.deepcopy(file) for file in files if file.name in names]
    for file in found:
        for doc in file.docs:
            for line in doc.lines:
                line.cells = [_earlier(cell, year) for cell in line.cells]
    service = next(file for file in found if file.name == "精准科普服务统计.xlsx")
    last, now = service.docs
    now.lines = [Line(line.role, list(line.cells)) for line in last.lines]
    last.sheet, now.sheet = f"{year - 2}年末", f"{year - 1}年末"
    return found


def _earlier(cell: Any, year: int) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.replace(year=cell.year - 1)
    return cell.replace(f"{year}年", f"{year - 1}年") if isinstance(cell, str) else cell
