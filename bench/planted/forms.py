"""Faults of a whole table or file: headers, lines that are no rows, what workbooks hide, files that cannot be read."""

from __future__ import annotations

import copy
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet as pq

from bench.planted.cells import ASIDE, Planter, _number
from bench.planted.paper import Doc, Fault, File, Line, Unit

PROTECTED = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "raw" / "password.xlsx"
ROWS = ("payments", "shares", "tasks", "registrations", "survey", "ranking", "communicators", "budget", "activities")
#: What follows where a column or file is not read at all.
GONE = rf"{ASIDE}|\w+\.\w+\.(unknown|total)|dataset\..*|source\.(absent|missing|column\..*|no_rows)|.*\.missing.*|final_accounts\..*|communicators\..*|budget\..*"


def _doc(unit: Unit, *slugs: str, form: str | None = None) -> tuple[File, Doc] | None:
    """A table that no fault was planted in yet."""
    for file, doc in unit.docs(form):
        if doc.slug in (slugs or ROWS) and file.spoil is None and not any(line.used for line in doc.lines):
            doc.taken = True
            return file, doc
    return None


def _file(unit: Unit, *slugs: str) -> File | None:
    """A file in none of whose tables a fault was planted yet."""
    for file, doc in unit.docs():
        clean = file.spoil is None and not any(d.taken or any(line.used for line in d.lines) for d in file.docs)
        if clean and doc.slug in (slugs or ROWS):
            return file
    return None


def _whole(kind: str, spoil: Callable[[Unit, File, Doc], Fault], *slugs: str, form: str | None = None) -> Planter:
    def plant(unit: Unit) -> Fault | None:
        found = _doc(unit, *slugs, form=form)
        if found is None:
            return None
        fault = spoil(unit, *found)
        fault.kind = kind
        return fault

    return plant


REQUIRED = {
    "payments": ["支付日期", "凭证号", "项目编码", "用途", "金额（元）"], "shares": ["分享时间", "科普员编号", "渠道", "阅读数"],
    "tasks": ["月份", "任务数"], "registrations": ["注册时间", "注册类型", "用户编号"], "survey": ["问卷编号", "总体评价"],
    "ranking": ["综合排名", "科普员编号"], "communicators": ["科普员编号", "姓名"], "budget": ["支出数", "项目名称", "全年预算数"],
    "activities": ["日期", "活动名称", "场次"],
}  # fmt: skip


def _aside(doc: Doc) -> None:
    """Without a column that every row needs, no row can count: all are set aside whole, none is lost."""
    for line in doc.data():
        line.out = True


def _drop(unit: Unit, file: File, doc: Doc) -> Fault:
    label = unit.rng.choice(REQUIRED[doc.slug])
    at = doc.index(label)
    header = doc.header
    for line in doc.lines:
        if len(line.cells) > at:
            del line.cells[at]
    _aside(doc)
    return Fault("", file, doc, r"source\.column\.missing", [header], label, also=GONE)


def _rename(unit: Unit, file: File, doc: Doc) -> Fault:
    label = unit.rng.choice(REQUIRED[doc.slug])
    doc.header.cells[doc.index(label)] = f"乙{label[:1]}栏"
    _aside(doc)
    return Fault(
        "", file, doc, r"source\.column\.missing", [doc.header], label, also=rf"{GONE}|source\.column\.unknown"
    )


def _double(unit: Unit, file: File, doc: Doc) -> Fault:
    label = unit.rng.choice(REQUIRED[doc.slug])
    at = doc.index(label)
    for line in doc.lines:
        if line.role in ("header", "data"):
            line.cells.append(line.cells[at])
    return Fault("", file, doc, r"source\.column\.doubled", [doc.header], label)


def _extra(unit: Unit, file: File, doc: Doc) -> Fault:
    at = unit.rng.randrange(1, len(doc.header.cells))
    for n, line in enumerate(doc.lines):
        if line.role in ("header", "data"):
            line.cells.insert(at, "经办科室" if line.role == "header" else f"第{n}科")
    return Fault("", file, doc, r"source\.column\.unknown", [doc.header], "经办科室")


def _slid(unit: Unit, file: File, doc: Doc) -> Fault:
    header = doc.header
    data = doc.data()
    count = unit.rng.randrange(1, 6)
    doc.lines.remove(header)
    doc.lines.insert(doc.lines.index(data[count - 1]) + 1, header)
    return Fault("", file, doc, r"source\.header\.position", data[:count])


def _two_rows(unit: Unit, file: File, doc: Doc) -> Fault:
    header = doc.header
    cut = unit.rng.randrange(1, len(header.cells) - 1)
    upper = Line("title", [*header.cells[:cut], "统计项目", *[""] * (len(header.cells) - cut - 1)])
    header.cells = [*[""] * cut, *header.cells[cut:]]
    doc.above = upper
    doc.lines.insert(doc.lines.index(header), upper)
    return Fault("", file, doc, r"source\.header\.merged", [upper])


def _header_shifted(unit: Unit, file: File, doc: Doc) -> Fault:
    doc.header.cells.insert(0, "")
    data = doc.data()
    for line in data:
        line.out = True
        line.cells.append("")
    return Fault("", file, doc, rf"{doc.slug}\.shifted", data, also=rf"{GONE}|source\.column\.unlabelled")


def _titles(unit: Unit, file: File, doc: Doc) -> Fault:
    for n in range(unit.rng.randrange(1, 9)):
        doc.lines.insert(0, Line("title", ["导出说明", f"第{n}项"]))
    return Fault("", file, doc, None)


def _again(unit: Unit, file: File, doc: Doc) -> Fault:
    data = doc.data()
    again = Line("title", list(doc.header.cells))
    doc.lines.insert(doc.lines.index(unit.rng.choice(data[2:])), again)
    return Fault("", file, doc, r"source\.header\.repeated", [again])


def _blank(unit: Unit, file: File, doc: Doc) -> Fault:
    data = doc.data()
    blank = Line("blank", [""] * len(doc.header.cells) if unit.rng.random() < 0.5 else [])
    doc.lines.insert(doc.lines.index(unit.rng.choice(data[2:])), blank)
    return Fault("", file, doc, r"source\.blank_rows", [blank])


def _subtotal(wrong: bool) -> Callable[[Unit, File, Doc], Fault]:
    def spoil(unit: Unit, file: File, doc: Doc) -> Fault:
        label = {
            "payments": "金额（元）",
            "tasks": "任务数",
            "shares": "阅读数",
            "budget": "支出数",
            "activities": "场次",
        }[doc.slug]
        data = doc.data()
        cut = unit.rng.randrange(2, len(data))
        added = round(sum(_number(doc.get(line, label)) for line in data[:cut]), 2)
        total = Line("total", ["小计", *[""] * (len(doc.header.cells) - 1)])
        doc.put(total, label, f"{added + (7 if wrong else 0):.2f}".removesuffix(".00"))
        doc.lines.insert(doc.lines.index(data[cut - 1]) + 1, total)
        return Fault(
            "",
            file,
            doc,
            rf"{doc.slug}\.\w+\.total" if wrong else None,
            [total] if wrong else [],
            label if wrong else None,
        )

    return spoil


def _ten_thousands(unit: Unit, file: File, doc: Doc) -> Fault:
    """Some payments of one project in 万元, printed as short as they are."""
    label = "金额（元）"
    projects: dict[str, list[Line]] = {}
    for line in doc.data():
        projects.setdefault(str(doc.get(line, "项目编码")), []).append(line)
    mine = unit.rng.choice(list(projects.values()))
    lines = unit.rng.sample(mine, unit.rng.randrange(2, min(9, len(mine))))
    for line in lines:
        doc.put(line, label, f"{_number(doc.get(line, label)) / 10_000:.6f}".rstrip("0"))
        line.out = True
    lines.sort(key=doc.row)
    return Fault("", file, doc, r"payments\.amount\.scale", lines, label, "一万倍", ASIDE, needs="budget")


def _merged(numeric: bool) -> Callable[[Unit, File, Doc], Fault]:
    def spoil(unit: Unit, file: File, doc: Doc) -> Fault:
        label = doc.columns("count")[0] if numeric else doc.columns("word", "date", "since", "choice")[0]
        data = doc.data()
        first = unit.rng.randrange(0, len(data) - 3)
        lines = data[first : first + 2]
        value = doc.get(lines[0], label)
        doc.put(lines[1], label, value)
        top, column = doc.row(lines[0]), doc.index(label) + 1
        doc.merged.append((top, column, top + 1, column))
        for line in lines:
            line.out = numeric
        return Fault("", file, doc, r"source\.merged", lines if numeric else lines[1:], label, also=ASIDE)

    return spoil


def _hidden_rows(unit: Unit, file: File, doc: Doc) -> Fault:
    lines = unit.rng.sample(doc.data(), 2)
    doc.hidden_rows += [doc.row(line) for line in lines]
    return Fault("", file, doc, r"source\.hidden_rows", lines)


def _hidden_sheet(unit: Unit, file: File, doc: Doc) -> Fault:
    file.docs.append(Doc("other", "填表说明", [Line("title", ["填表说明"])], taken=True))
    doc.hidden = True
    return Fault("", file, doc, r"source\.hidden_sheet", also=r"source\.sheet\.unknown")


def _phantom(unit: Unit, file: File, doc: Doc) -> Fault:
    doc.formatted += [(1_048_576, 16_384), (unit.rng.randrange(500, 60_000), unit.rng.randrange(100, 200))]
    return Fault("", file, doc, None)


def _delimiter(unit: Unit, file: File, doc: Doc) -> Fault:
    file.delimiter = unit.rng.choice([";", "\t", "|"])
    return Fault("", file, doc, r"source\.delimiter", [doc.header])


def _ends(unit: Unit, file: File, doc: Doc) -> Fault:
    line = unit.rng.choice(doc.data()[:-1])
    row = doc.row(line)

    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        return b"\r\n".join(lines[: row - 1]) + b"\r\n" + lines[row - 1] + b"\n" + b"\r\n".join(lines[row:])

    file.spoil = spoil
    return Fault("", file, doc, r"source\.line_ends", [line])


def _encoded(encoding: str, rule: str | None) -> Callable[[Unit, File, Doc], Fault]:
    def spoil(unit: Unit, file: File, doc: Doc) -> Fault:
        if encoding == "gb18030":
            doc.lines.append(Line("note", ["注：𬭎溪㐂乐𪚥"]))
        file.encoding, doc.unread = encoding, rule is not None
        return Fault("", file, doc, rule, also=GONE)

    return spoil


def _bytes(unit: Unit, file: File, doc: Doc) -> Fault:
    line = unit.rng.choice(doc.data())
    row = doc.row(line)
    doc.unread = True

    def spoil(data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        lines[row - 1] = lines[row - 1][:3] + b"\xff\xff" + lines[row - 1][3:]
        return b"\r\n".join(lines)

    file.spoil = spoil
    return Fault("", file, doc, r"source\.encoding", [line], also=GONE)


def _unreadable(unit: Unit, file: File, suffix: str, spoil: Callable[[bytes], bytes], rule: str) -> Fault:
    file.name = str(Path(file.name).with_suffix("")) + suffix
    file.spoil = spoil
    for doc in file.docs:
        doc.unread = doc.taken = True
    return Fault("", file, None, rule, also=GONE)


def _parquet(file: File) -> bytes:
    doc, out = file.docs[0], io.BytesIO()
    columns = {label: [str(line.cells[i]) for line in doc.data()] for i, label in enumerate(doc.header.cells)}
    pq.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def _zipped(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def truncated(unit: Unit) -> Fault | None:
    """A file cut off, in any of the packed formats."""
    file = _file(unit, "payments", "shares", "survey", "tasks", "communicators", "budget")
    if file is None:
        return None
    share = unit.rng.uniform(0.2, 0.95)
    pack: Callable[[bytes], bytes] = bytes
    suffix = ".xlsx"
    if file.form == "csv":
        suffix = unit.rng.choice([".csv.gz", ".zip", ".parquet"])
        member = Path(file.name).name
        pack = {".csv.gz": gzip.compress, ".zip": lambda d: _zipped(d, member), ".parquet": lambda d: _parquet(file)}[
            suffix
        ]

    def spoil(data: bytes) -> bytes:
        whole = pack(data)
        return whole[: int(len(whole) * share)]

    fault = _unreadable(unit, file, suffix, spoil, r"source\.truncated")
    fault.kind = "截断的文件"
    return fault


def protected(unit: Unit) -> Fault | None:
    file = _file(unit)
    if file is None:
        return None
    fault = _unreadable(unit, file, ".xlsx", lambda data: PROTECTED.read_bytes(), r"source\.password")
    fault.kind = "有密码的工作簿"
    return fault


def empty(unit: Unit) -> Fault | None:
    file = _file(unit)
    if file is None:
        return None
    fault = _unreadable(unit, file, Path(file.name).suffix, lambda data: b"", r"source\.empty")
    fault.kind = "空文件"
    return fault


def headless(unit: Unit, file: File, doc: Doc) -> Fault:
    doc.lines = [line for line in doc.lines if line.role in ("title", "header")]
    return Fault("", file, doc, r"source\.no_rows", [doc.header], also=GONE)


def _no_header(unit: Unit, file: File, doc: Doc) -> Fault:
    doc.lines = doc.data()
    doc.unread = True
    return Fault("", file, doc, r"source\.header", also=GONE)


def overlap(unit: Unit) -> Fault | None:
    found = _doc(unit, "shares")
    if found is None:
        return None
    file, doc = found
    twin = copy.deepcopy(doc)
    lines = twin.data()[: unit.rng.randrange(5, 50)]
    for line in lines:
        line.out = True
    twin.lines = [twin.header, *lines]
    unit.closed.add(file)
    other = File(file.dataset, file.name.replace(".csv", "副本.csv"), [twin], encoding="gb18030")
    unit.files.append(other)
    return Fault("同一月份导出两次", other, twin, r"shares\.duplicate", lines)


FORMS: dict[str, Planter] = {
    kind: _whole(kind, spoil, *slugs, form=form)
    for kind, spoil, form, slugs in (
        ("缺列", _drop, None, ROWS),
        ("列改名", _rename, None, ROWS),
        ("列重复", _double, None, ROWS),
        ("多出的列", _extra, None, ROWS),
        ("表头下移", _slid, None, ("payments", "shares", "registrations", "survey", "tasks", "communicators")),
        ("两行表头", _two_rows, None, ("payments", "shares", "survey", "registrations", "communicators")),
        ("表头错一列", _header_shifted, None, ("payments", "shares", "budget")),
        ("表头上有说明（应照读）", _titles, None, ROWS),
        ("没有表头", _no_header, None, ("payments", "shares", "registrations", "survey", "tasks", "ranking")),
        ("表头重复出现", _again, None, ROWS),
        ("空行", _blank, None, ROWS),
        ("正确的小计（应照读）", _subtotal(wrong=False), None, ("payments", "tasks", "shares")),
        ("错误的小计", _subtotal(wrong=True), None, ("payments", "tasks", "shares")),
        ("万元与元混用（同一项目几笔）", _ten_thousands, None, ("payments",)),
        ("合并的文字单元格", _merged(numeric=False), "book", ("communicators", "activities", "led", "awards")),
        ("合并的数字单元格", _merged(numeric=True), "book", ("activities", "service")),
        ("隐藏的行", _hidden_rows, "book", ("communicators", "activities", "led", "awards", "budget")),
        ("隐藏的工作表", _hidden_sheet, "book", ("communicators", "activities", "led", "awards", "budget")),
        ("格式刷到最后一格（应照读）", _phantom, "book", ("communicators", "activities", "led", "budget")),
        ("分隔符不对", _delimiter, "csv", ROWS),
        ("换行符混用", _ends, "csv", ROWS),
        ("UTF-16（应照读）", _encoded("utf-16", None), "csv", ROWS),
        ("没有标记的UTF-16", _encoded("utf-16-le", r"source\.encoding"), "csv", ROWS),
        ("四字节GB18030（应照读）", _encoded("gb18030", None), "csv", ROWS),
        ("无效的字节", _bytes, "csv", ROWS),
        ("只有表头", headless, None, ("payments", "budget", "survey", "communicators", "tasks", "shares")),
    )
}
FORMS |= {"截断的文件": truncated, "有密码的工作簿": protected, "空文件": empty, "同一月份导出两次": overlap}
