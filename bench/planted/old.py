"""Faults of old workbooks (.xls): a file is turned into one, and a fault of a cell or of a whole table is planted in it."""

from __future__ import annotations

from pathlib import Path

from bench.planted import books
from bench.planted.cells import CELLS, DAY_1900, DAY_1904, Planter, _date
from bench.planted.forms import FORMS, _file, _unreadable
from bench.planted.paper import Fault, File, Unit

IN_CELLS = ("必填项为空", "不是数字", "错误值", "没有结果的公式", "编码为科学计数法", "整行错列", "完全重复的行")
IN_FORMS = (
    "缺列", "列改名", "列重复", "多出的列", "表头下移", "两行表头", "表头错一列", "表头上有说明（应照读）", "没有表头",
    "表头重复出现", "空行", "正确的小计（应照读）", "错误的小计", "万元与元混用（同一项目几笔）", "合并的文字单元格",
    "合并的数字单元格", "隐藏的行", "隐藏的工作表", "格式刷到最后一格（应照读）", "只有表头",
)  # fmt: skip
SUFFIX = "（.xls）"


def _become_old(file: File) -> None:
    """Write a file as .xls; a table of text stands on its first sheet."""
    file.name, file.form = str(Path(file.name).with_suffix(".xls")), "xls"
    for doc in file.docs:
        doc.sheet = doc.sheet or "Sheet1"


def _sound(unit: Unit, file: File) -> bool:
    """Whether nothing was planted in a file yet."""
    return file.spoil is None and not any(doc.taken or any(line.used for line in doc.lines) for doc in file.docs)


def _in_old(kind: str, planter: Planter) -> Planter:
    def plant(unit: Unit) -> Fault | None:
        files = [unit.focus] if unit.focus else [file for file in unit.files if file not in unit.closed]
        unit.rng.shuffle(files)
        before = unit.focus
        for file in files:
            if file.form != "xls" and not _sound(unit, file):
                continue
            was = (file.name, file.form, [doc.sheet for doc in file.docs])
            _become_old(file)
            unit.focus = file
            fault = planter(unit)
            unit.focus = before
            if fault is not None:
                fault.kind = kind
                return fault
            file.name, file.form = was[:2]
            for doc, sheet in zip(file.docs, was[2], strict=True):
                doc.sheet = sheet
        return None

    return plant


def _serial(day_0: object, *, workbook_of_1904: bool) -> Planter:
    """A date as a plain number, in a workbook that counts its dates from 1900 or from 1904."""

    def plant(unit: Unit) -> Fault | None:
        if unit.focus is not None and unit.focus.epoch_1904 != workbook_of_1904 and not _sound(unit, unit.focus):
            return None
        place = next(unit.cells("xls", "date", "since"), None)
        if place is None:
            return None
        file, doc, line, label = place
        file.epoch_1904 = workbook_of_1904
        doc.put(line, label, (_date(doc.get(line, label)) - day_0).days)  # type: ignore[operator]
        line.used = True
        return Fault("", file, doc, r"source\.serial", [line], label)

    return plant


def _percent(unit: Unit) -> Fault | None:
    """Rates typed as percentages: 4.14 % is 0.0414 with a format, and is read as it is seen."""
    for file, doc in unit.docs("book"):
        label = "精准科普覆盖率（%）"
        if doc.slug == "service" and not any(line.used for line in doc.lines):
            for line in doc.data():
                doc.put(line, label, round(float(doc.get(line, label)) / 100, 6))
            doc.percents.append(doc.index(label) + 1)
            doc.taken = True
            return Fault("百分比格式（应照读）", file, doc, None)
    return None


def _truncated(unit: Unit) -> Fault | None:
    file = _file(unit)
    share = unit.rng.uniform(0.2, 0.95)
    if file is None:
        return None
    return _unreadable(unit, file, ".xls", lambda data: data[: int(len(data) * share)], r"source\.truncated")


def _protected(unit: Unit) -> Fault | None:
    file = _file(unit)
    return _unreadable(unit, file, ".xls", books.protected, r"source\.password") if file is not None else None


PERCENT: dict[str, Planter] = {"百分比格式（应照读）": _percent}
OLD_CELLS: dict[str, Planter] = {
    kind + SUFFIX: _in_old(kind + SUFFIX, planter)
    for kind, planter in (
        *((kind, CELLS[kind]) for kind in IN_CELLS),
        ("日期为1900序列号", _serial(DAY_1900, workbook_of_1904=False)),
        ("1904工作簿中的日期序列号", _serial(DAY_1904, workbook_of_1904=True)),
    )
}
OLD_FORMS: dict[str, Planter] = {
    kind + SUFFIX: _in_old(kind + SUFFIX, planter)
    for kind, planter in (
        *((kind, FORMS[kind]) for kind in IN_FORMS),
        *PERCENT.items(),
        ("截断的文件", _truncated),
        ("有密码的工作簿", _protected),
    )
}
