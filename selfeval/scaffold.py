"""A unit's raw folder before anything is in it: the workbook to fill in, and a page that says what else belongs there.

Belongs here: how a declared dataset becomes a blank form (headers, drop-down lists, prompts, the guide sheet). What a
column is and how to fill it stands in its declaration; nothing is ever overwritten.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandera.pandas as pa
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from schemas import GUIDE_SHEET, Dataset, Scope, Table, datasets, default_domains, offered
from selfeval.facts import catalogue
from selfeval.settings import GUIDE_FILE

DECLARATION = "自评填报表"
#: The drop-down lists and prompts reach down to this row; a longer table is read all the same.
LAST_ROW = 500
#: What Excel takes in a drop-down list that is not a range, and in a prompt.
_LIST, _TITLE, _PROMPT = 255, 32, 255
_WIDTHS = {"integer": 10, "decimal": 10, "code": 26, "free": 60, "text": 22}
_STYLES: dict[str, dict[str, Any]] = {
    "needed": {"bold": True, "border": 1, "bg_color": "#F8CBAD", "text_wrap": True, "valign": "vcenter"},
    "header": {"bold": True, "border": 1, "bg_color": "#D9E2EF", "text_wrap": True, "valign": "vcenter"},
    "given": {"border": 1, "bg_color": "#F2F2F2", "num_format": "@", "valign": "top"},
    "text": {"text_wrap": True, "num_format": "@", "valign": "top"},
    "number": {"valign": "top"},
    "plain": {},
    "cell": {"border": 1, "text_wrap": True, "valign": "top"},
    "example": {"border": 1, "text_wrap": True, "valign": "top", "italic": True, "font_color": "#7F7F7F"},
    "title": {"bold": True, "font_size": 14},
    "section": {"bold": True, "font_size": 12},
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def create(root: Path, year: int, unit: str, rows: Rows | None = None) -> tuple[list[Path], list[Path]]:
    """Make a unit's folder with what is missing in it; gives (written, left as it was). Raises OSError.

    `rows` are filled in, by table of the declaration: English column names to values.
    """
    root.mkdir(parents=True, exist_ok=True)
    written, left = [], []
    for name, content in (
        (f"{DECLARATION}.xlsx", workbook(year, unit, rows)),
        (GUIDE_FILE, guide(year, unit).encode("utf-8-sig")),
    ):
        try:
            # "x" fails where the name is taken, so that nothing a person filled in is ever lost.
            with (root / name).open("xb") as file:
                file.write(content)
            written.append(root / name)
        except FileExistsError:
            left.append(root / name)
    return written, left


def guide(year: int, unit: str) -> str:
    """报送说明.txt: which file from which system, under which name."""
    lines = [f"单位{unit}　{year}年度部门整体支出绩效自评　报送说明", ""]
    lines += ["请把下列文件放入本文件夹，文件名中须含所列名称，格式为xlsx、xls、csv均可，不要改动导出的表头。", ""]
    for needed, title in ((True, "必须报送"), (False, "有则报送（没有的，报告不写有关内容）")):
        lines.append(title)
        for number, dataset in enumerate((d for d in datasets().values() if d.needed is needed), 1):
            lines.append(f"{number}. {dataset.name}")
            lines.append(f"   来源：{dataset.source}")
            lines.append(f"   文件名：{'或'.join(_pattern(g) for g in dataset.globs)}")
            if dataset.feeds:
                lines.append(f"   用于：{dataset.feeds}")
        lines.append("")
    lines += [
        f"{DECLARATION}.xlsx已生成，打开后先看“{GUIDE_SHEET}”工作表，再逐表填写。",
        "手机号、身份证号、银行卡号不要填入任何说明文字。",
        f"填好后检查：selfeval check --year {year} --unit {unit}",
        f"出报告：selfeval run --year {year} --unit {unit}",
    ]
    return "\r\n".join(lines) + "\r\n"


def _pattern(glob: str) -> str:
    name = glob.removesuffix("*").removeprefix("*").replace("/*", "文件夹")
    return f"“{name}”"


def workbook(year: int, unit: str, rows: Rows | None = None) -> bytes:
    """The declaration to fill in: the same bytes for the same call."""
    dataset = datasets()[DECLARATION]
    scope = Scope(year, unit, default_domains())
    given = {"profile": {"单位编码": unit, "年度": str(year)}}
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{year}年{DECLARATION}", "created": datetime(2000, 1, 1)})
    form = _Form(book, dataset, scope)
    for table in dataset.tables:
        form.sheet(table, given.get(table.slug, {}), (rows or {}).get(table.slug, ()))
    form.guide()
    book.close()
    return buffer.getvalue()


class _Form:
    """The workbook while it is written."""

    def __init__(self, book: xlsxwriter.Workbook, dataset: Dataset, scope: Scope) -> None:
        self.book, self.dataset, self.scope = book, dataset, scope
        self.styles: dict[str, Format] = {name: book.add_format(fields) for name, fields in _STYLES.items()}
        facts = (fact for subject in catalogue.subjects() for fact in subject.facts)
        self.bindings = sorted({(f.binding, f.unit, f.definition) for f in facts if f.binding})

    def sheet(self, table: Table, known: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
        """One table: header, drop-down lists and prompts, then what is already known."""
        sheet = self.book.add_worksheet(table.label)
        columns = table.schema(self.scope).columns
        given = self.dataset.given.get(table.slug, ())
        for index, (name, column) in enumerate(columns.items()):
            kind = column.metadata["kind"]
            style = "number" if kind in ("integer", "decimal") else "text"
            sheet.set_column(index, index, _WIDTHS.get(kind, 18), self.styles[style])
            sheet.write_string(0, index, column.title, self.styles["header" if column.nullable else "needed"])
            sheet.data_validation(1 + len(given), index, LAST_ROW - 1, index, self._validation(name, column))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        first, second = list(columns)[:2]
        filled = {str(row[first]): row for row in rows} if given else {}
        for line, (item, hint) in enumerate(given, 1):
            sheet.write_string(line, 0, item, self.styles["given"])
            sheet.data_validation(line, 1, line, 1, _prompt(item, hint))
            self._write(sheet, line, 1, known.get(item) or filled.get(item, {}).get(second))
        named = {item for item, _ in given}
        below = [row for row in rows if not given or str(row[first]) not in named]
        for line, row in enumerate(below, 1 + len(given)):
            for index, name in enumerate(columns):
                self._write(sheet, line, index, row.get(name))

    def _write(self, sheet: Worksheet, line: int, index: int, value: Any) -> None:
        """A value in the column's own style; text stays text."""
        if value is None or value == "":
            return
        if isinstance(value, int | Decimal):
            sheet.write_number(line, index, value, self.styles["number"])
        else:
            sheet.write_string(line, index, str(value), self.styles["text"])

    def _validation(self, name: str, column: pa.Column) -> dict[str, Any]:
        """What Excel asks and offers at a cell of the column."""
        wanted = _prompt(column.title, f"{'必填。' if not column.nullable else ''}{_said(column)}")
        choices = self._choices(name, column)
        if isinstance(choices, str) or choices:
            return {**wanted, "validate": "list", "source": choices, **_error("不在可选的值之内，请从下拉框选择。")}
        if column.metadata["kind"] == "integer":
            return {**wanted, "validate": "integer", "criteria": ">=", "value": 0, **_error("请填写不小于0的整数。")}
        if column.metadata["kind"] == "decimal":
            return {**wanted, "validate": "decimal", "criteria": ">=", "value": 0, **_error("请填写不小于0的数。")}
        return wanted

    def _choices(self, name: str, column: pa.Column) -> str | list[str]:
        """The values a cell may take: a list, or the range of the guide sheet that holds it; empty for any value."""
        if name == "binding":
            return f"='{GUIDE_SHEET}'!$A${_FIRST_BINDING + 1}:$A${_FIRST_BINDING + len(self.bindings)}"
        found = next((offered(c) for c in column.checks if c.name == "isin"), [])
        return found if len(",".join(found)) <= _LIST else []

    def guide(self) -> None:
        """The last sheet: the catalogue of 取数指标 (its place is fixed), then every column with how to fill it."""
        sheet = self.book.add_worksheet(GUIDE_SHEET)
        for index, width in enumerate((22, 26, 8, 60, 34)):
            sheet.set_column(index, index, width)
        for line, (text, style) in enumerate(_HOW):
            sheet.write_string(line, 0, text, self.styles[style])
        self._table(sheet, _FIRST_BINDING - 2, "取数指标目录", ("取数指标", "单位", "", "口径"), self._catalogue())
        below = _FIRST_BINDING + len(self.bindings) + 1
        self._table(sheet, below, "各表各列怎样填", ("工作表", "列", "必填", "怎样填", "示例"), self._columns())

    def _catalogue(self) -> Iterator[tuple[str, ...]]:
        for binding, unit, definition in self.bindings:
            yield str(binding), unit, "", definition

    def _columns(self) -> Iterator[tuple[str, ...]]:
        for table in self.dataset.tables:
            for column in table.schema(self.scope).columns.values():
                needed = "" if column.nullable else "是"
                yield table.label, column.title, needed, _said(column, example=False), column.metadata["example"]

    def _table(
        self, sheet: Worksheet, line: int, title: str, header: Sequence[str], rows: Iterator[tuple[str, ...]]
    ) -> None:
        sheet.write_string(line, 0, title, self.styles["section"])
        for index, label in enumerate(header):
            sheet.write_string(line + 1, index, label, self.styles["header"])
        for number, row in enumerate(rows, line + 2):
            for index, text in enumerate(row):
                sheet.write_string(number, index, text, self.styles["example" if index == 4 else "cell"])


_HOW = (
    (f"{DECLARATION}怎样填", "title"),
    ("1. 橙色表头的列必填，蓝色表头的列按情况填；选中单元格会显示怎样填，有下拉框的从下拉框选择。", "plain"),
    ("2. 不要改动工作表名称和表头；行不够时直接往下填。本表只作说明，程序不读取。", "plain"),
    ("3. 金额、日期、比例只填数，不加“约”“余”；手机号、身份证号、银行卡号不要填入。", "plain"),
    ("4. 指标有取数指标的，实际完成值由程序从原始数据取得，不用手填。", "plain"),
)
#: The row (0-based) of the first 取数指标 in the guide sheet; the drop-down lists refer to it.
_FIRST_BINDING = len(_HOW) + 3


def _said(column: pa.Column, *, example: bool = True) -> str:
    note = "" if column.description == column.title else f"{column.description}。"
    shown = column.metadata["example"]
    return f"{note}例：{shown}" if example and shown else note


def _prompt(title: str, said: str) -> dict[str, Any]:
    if not said:
        return {"validate": "any"}
    return {"validate": "any", "input_title": title[:_TITLE], "input_message": said[:_PROMPT]}


def _error(said: str) -> dict[str, Any]:
    # A warning, not a stop: a unit may extend the lists in its settings.
    return {"error_type": "warning", "error_title": "请核对", "error_message": said}


#: Of last year's declaration: the tables that may hold again, less the columns that are of their year.
_CARRIED: dict[str, tuple[str, ...]] = {
    "profile": (),
    "offices": (),
    "staff": (),
    "work_tasks": (),
    "goals": (),
    "indicators": ("manual", "reason"),
}
_OF_THE_YEAR = ("年度", "填报日期", "违规记录")


def carried_over(tables: Rows) -> Rows:
    """Rows of last year's declaration to begin a new one with: no outcome, no reason and no date of that year."""
    carried: dict[str, list[dict[str, Any]]] = {}
    for slug, left_out in _CARRIED.items():
        rows = [{k: v for k, v in row.items() if k not in left_out} for row in tables.get(slug, ())]
        carried[slug] = [row for row in rows if slug != "profile" or row["item"] not in _OF_THE_YEAR]
    return carried
