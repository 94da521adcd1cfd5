"""Faults of a folder and its files as such: what is not there, what is no table, sheets and columns out of place."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl.utils import get_column_letter

from bench.planted.forms import GONE
from bench.planted.paper import Doc, Fault, File, Line, Unit
from bench.planted.rules import Plant

TEXTS = ("支付明细.csv", "满意度问卷.csv", "科普员月任务.csv", "天府科技云注册明细.csv", "全省科普员综合排名.csv")
OWN_BOOKS = ("自评填报表.xlsx", "业务台账.xlsx")


def _of_file(rule: str, file: File, also: str = GONE) -> Fault:
    return Fault("", file, None, rule.replace(".", r"\."), also=also)


def _nothing(name: str) -> File:
    return File("", name, [])


def _gone(name: str, rule: str, told_at: str) -> Plant:
    """A file that is not there."""

    def plant(unit: Unit) -> Fault:
        unit.files = [file for file in unit.files if file.name != name]
        return _of_file(rule, _nothing(told_at))

    return plant


def _put(
    name: str, rule: str, put: Callable[[Path], object] = lambda path: path.write_bytes(b"x"), told: str = ""
) -> Plant:
    """A file that is no table beside the others."""

    def plant(unit: Unit) -> Fault:
        unit.beside.append(lambda root: put(root / name))
        return _of_file(rule, _nothing(told or name), r"source\.unknown")

    return plant


def _link(path: Path) -> None:
    outside = path.parents[2] / "elsewhere.csv"
    outside.write_bytes(b"x")
    path.symlink_to(outside)


def _packed(suffix: str, rule: str, pack: Callable[[bytes, str], bytes], inside: bool) -> Plant:
    """A text file packed in a way that nobody unpacks."""

    def plant(unit: Unit) -> Fault:
        file = unit.rng.choice([file for file in unit.files if file.name in TEXTS])
        member = file.name
        file.name = member.removesuffix(".csv") + suffix
        file.spoil = lambda data: pack(data, member)
        file.docs[0].unread = True
        told = File(file.dataset, f"{file.name}!{member}", []) if inside else file
        return _of_file(rule, told)

    return plant


def _unknown_method(data: bytes, member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, data)
    packed = bytearray(out.getvalue())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = packed.index(mark) + offset
        packed[at : at + 2] = (97).to_bytes(2, "little")
    return bytes(packed)


def _bomb(data: bytes, member: str) -> bytes:
    return gzip.compress(data + b"\r\n" + b"0" * (200 << 20), 9)


def _book(unit: Unit) -> tuple[File, Doc]:
    file = unit.rng.choice([file for file in unit.files if file.name in OWN_BOOKS])
    return file, unit.rng.choice(file.docs)


def _sheet_missing(unit: Unit) -> Fault:
    file, doc = _book(unit)
    file.docs.remove(doc)
    return _at_sheet(file, str(doc.sheet), r"source\.sheet\.missing")


def _sheet_renamed(unit: Unit) -> Fault:
    file, doc = _book(unit)
    doc.sheet, doc.unread = unit.rng.choice([f"{doc.sheet}（新）", "Sheet7", f"2024{doc.sheet}"]), True
    fault = _at_sheet(file, str(doc.sheet), r"source\.sheet\.missing")
    fault.word = "改了名"
    return fault


def _sheet_unknown(unit: Unit) -> Fault:
    file, _ = _book(unit)
    file.docs.append(
        Doc("other", "备忘", [Line("title", ["记事", "日期"]), Line("title", ["补材料", "三月"])], taken=True)
    )
    return _at_sheet(file, "备忘", r"source\.sheet\.unknown")


def _at_sheet(file: File, sheet: str, rule: str) -> Fault:
    return Fault(
        "", file, Doc("other", sheet, [], taken=True), rule, also=rf"{GONE}|indicators\..*|projects\..*|work_tasks\..*"
    )


def _table(unit: Unit, form: str | None, *slugs: str) -> tuple[File, Doc]:
    return unit.rng.choice([(f, d) for f in unit.files for d in f.docs if d.slug in slugs and form in (None, f.form)])


def _unlabelled(unit: Unit) -> Fault:
    file, doc = _table(unit, None, "payments", "shares", "communicators", "activities", "survey", "budget")
    at = unit.rng.randrange(1, len(doc.header.cells))
    for line in doc.lines:
        if line.role in ("header", "data", "total"):
            line.cells.insert(at, "甲" if line.role == "data" else "")
    return Fault("", file, doc, r"source\.column\.unlabelled", doc.data(), get_column_letter(at + 1))


def _hidden_column(unit: Unit) -> Fault:
    file, doc = _table(unit, "xlsx", "communicators", "activities", "led", "budget", "service", "awards")
    label = unit.rng.choice(doc.header.cells)
    doc.hidden_columns.append(doc.index(label) + 1)
    return Fault("", file, doc, r"source\.hidden_columns", [doc.header], label)


def _other_year(unit: Unit) -> Fault:
    """A title, or most dates of a file, of another year."""
    if unit.rng.random() < 0.5:
        file, doc = _table(unit, "xlsx", "budget", "communicators")
        title = doc.lines[0]
        title.cells[0] = str(title.cells[0]).replace("2024", "2023")
        return Fault("", file, doc, r"source\.year", [title])
    file, doc = _table(unit, "csv", "shares")
    for line in doc.data():
        doc.put(line, "分享时间", str(doc.get(line, "分享时间")).replace("2024", "2023").replace("02-29", "02-28"))
        line.out = True
    return Fault("", file, doc, r"source\.year", doc.data(), "分享时间", also=GONE)


def _json(unit: Unit) -> Fault:
    """A text file as JSON lines, one of which is cut."""
    file, doc = _table(unit, "csv", "payments", "survey", "tasks", "registrations")
    labels, lines = doc.header.cells, doc.data()
    broken = unit.rng.choice(lines)
    broken.out = True
    file.name, file.form, doc.unwritten = file.name.replace(".csv", ".jsonl"), "jsonl", 1
    texts = [json.dumps(dict(zip(labels, line.cells, strict=True)), ensure_ascii=False) for line in lines]
    at = lines.index(broken)
    texts[at] = texts[at][: unit.rng.randrange(5, len(texts[at]) - 1)]
    file.spoil = lambda data: "\n".join([*texts, ""]).encode()
    doc.lines = [doc.header, *lines]
    return Fault("", file, doc, rf"{doc.slug}\.json", [broken], also=GONE)


def _open_quote(unit: Unit) -> Fault:
    """A quote in the line above the header that nothing closes."""
    file, doc = _table(unit, "csv", "payments", "shares", "registrations", "survey")
    title = Line("title", ["§导出说明"])
    doc.lines.insert(0, title)
    file.spoil = lambda data, e=file.encoding: data.decode(e).replace("§", '"').encode(e)  # type: ignore[misc]
    return Fault("", file, doc, r"source\.quote", [title])


def _many_bad(unit: Unit) -> Fault:
    """More bad rows in a log than are let pass: told of the file, beside each of them."""
    file, doc = _table(unit, "csv", "registrations", "survey")
    label = doc.columns("choice")[0]
    for line in unit.rng.sample(doc.data(), len(doc.data()) // 20):
        doc.put(line, label, "别的")
        line.out = True
    return Fault("", file, None, rf"{doc.slug}\.tolerance", also=rf"{doc.slug}\.\w+\.domain|{GONE}")


RULES: dict[str, Plant] = {
    "source.missing": _gone("支付明细.csv", "source.missing", "支付明细"),
    "source.absent": _gone("满意度问卷.csv", "source.absent", ""),
    "source.unknown": _put("会议照片.jpg", "source.unknown"),
    "source.temporary": _put("~$支付明细.xlsx", "source.temporary"),
    "source.private_name": _put("说明13912345678.txt", "source.private_name", told="说明***.txt"),
    "source.link": _put("满意度问卷2.csv", "source.link", _link),
    "source.special": _put("支付明细2.csv", "source.special", os.mkfifo),
    "source.unreadable": _packed(".zip", "source.unreadable", _unknown_method, inside=True),
    "source.too_large": _packed(".csv.gz", "source.too_large", _bomb, inside=False),
    "source.sheet.missing": _sheet_missing,
    "source.sheet.missing（改名）": _sheet_renamed,
    "source.sheet.unknown": _sheet_unknown,
    "source.column.unlabelled": _unlabelled,
    "source.hidden_columns": _hidden_column,
    "source.year": _other_year,
    "source.quote": _open_quote,
    "*.json": _json,
    "*.tolerance": _many_bad,
}
