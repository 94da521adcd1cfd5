"""Faults of single cells and rows. Each function plants one at a random free place, or gives None where there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from bench.planted.paper import Doc, Fault, File, Line, Unit

Planter = Callable[[Unit], Fault | None]
#: What follows where rows are set aside: sums that no longer come right, too many bad rows.
ASIDE = (
    r"budget\.paid\.payments|\w+\.tolerance|\w+\.\w+\.total|scoring\..*|indicators?\..*|service\..*|.*\.unregistered"
)


def _told(
    unit: Unit,
    kind: str,
    place: tuple[File, Doc, Line, str],
    value: Any,
    rule: str,
    *,
    out: bool = True,
    word: str = "",
) -> Fault:
    """Write `value` into a cell and say what should be told of it."""
    file, doc, line, label = place
    doc.put(line, label, value)
    line.used, line.out = True, out
    return Fault(
        kind, file, doc, rf"{doc.slug}\.\w+\.({rule})" if "source" not in rule else rule, [line], label, word, ASIDE
    )


def _cell(
    kind: str, kinds: tuple[str, ...], value: Callable[[Any, Unit], Any], rule: str, form: str | None = None, *, out: bool = True,
    word: str = "", needs: str = "",
) -> Planter:  # fmt: skip
    def plant(unit: Unit) -> Fault | None:
        place = next(unit.cells(form, *kinds), None)
        if place is None:
            return None
        _, doc, line, label = place
        fault = _told(unit, kind, place, value(doc.get(line, label), unit), rule, out=out, word=word)
        fault.needs = needs
        return fault

    return plant


def _date(value: Any) -> dt.date:
    text = str(value)[:10].replace("/", "-")
    return (
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        if text.isdigit() or "-" not in text
        else dt.date.fromisoformat("-".join(f"{int(p):02d}" for p in text.split(" ")[0].split("-")))
    )


def _serial(start: dt.date) -> Callable[[Any, Unit], Any]:
    return lambda value, unit: str((_date(value) - start).days)


def _full_width(text: str) -> str:
    return text.translate({**{ord(d): ord(d) + 0xFEE0 for d in "0123456789,"}, ord("."): "．"})


def _number(value: Any) -> float:
    return float(str(value).replace(",", "").replace("，", "").strip() or 0)


def factor(unit: Unit) -> Fault | None:
    """An amount of a project told in 万元 among 元, or the reverse."""
    free = unit.free("budget")
    if free is None:
        return None
    (file, doc, line), label = free, unit.rng.choice(["全年预算数", "支出数"])
    amount = _number(doc.get(line, label))
    return _told(unit, "万元与元混用（指标表）", (file, doc, line, label), amount / 10_000, "scale", word="一万倍")


def refund(unit: Unit) -> Fault | None:
    """A payment split into one twice as large and its refund in brackets: nothing is to be said."""
    free = unit.free("payments")
    if free is None:
        return None
    file, doc, line = free
    amount = _number(doc.get(line, "金额（元）"))
    back = Line("data", list(line.cells), used=True)
    line.used = True
    doc.put(line, "金额（元）", f"{amount * 2:,.2f}")
    doc.put(back, "金额（元）", unit.rng.choice(["({:,.2f})", "（{:.2f}）", "-{:.2f}", "－{:.2f}"]).format(amount))
    doc.put(back, "凭证号", f"9{doc.get(line, '凭证号')[1:]}")
    doc.lines.insert(doc.lines.index(line) + 1, back)
    return Fault("退款（负数、括号）", file, doc, None, [back])


def failed(unit: Unit) -> Fault | None:
    """A payment listed twice, the first time as failed."""
    free = unit.free("payments")
    if free is None:
        return None
    file, doc, line = free
    if "支付状态" not in doc.header.cells:
        for line in doc.lines:
            line.cells.append("支付状态" if line.role == "header" else "支付成功")
    twin = Line("data", list(line.cells), out=True, used=True)
    line.used = True
    twin.cells[-1] = unit.rng.choice(["支付失败", "退票", "失败"])
    doc.lines.insert(doc.lines.index(line), twin)
    return Fault("支付失败", file, doc, r"payments\.failed", [twin])


def _row(
    kind: str, change: Callable[[Unit, Doc, Line], str | None], rule: str, *slugs: str, form: str | None = None
) -> Planter:
    def plant(unit: Unit) -> Fault | None:
        for file, doc in unit.docs(form):
            free = [line for line in doc.data() if not line.used]
            if doc.slug in slugs and free:
                line = unit.rng.choice(free)
                column = change(unit, doc, line)
                line.used = line.out = True
                return Fault(kind, file, doc, rf"{doc.slug}\.{rule}", [line], column, also=ASIDE)
        return None

    return plant


def _shift(unit: Unit, doc: Doc, line: Line) -> str:
    at = {"payments": 2, "shares": 1, "budget": 3}[doc.slug]
    line.cells[at:] = ["", *line.cells[at:-1]]
    return str(doc.header.cells[at])


def _longer(unit: Unit, doc: Doc, line: Line) -> None:
    # Before an empty end of a row it is a cell's text with a delimiter after it, which is no fault.
    last = max(i for i, cell in enumerate(line.cells) if cell not in ("", None))
    line.cells.insert(unit.rng.randrange(1, last + 1), "多")


def _duplicate(unit: Unit) -> Fault | None:
    for file, doc in unit.docs():
        if doc.slug in ("payments", "shares", "tasks", "registrations", "survey", "ranking"):
            lines = [line for line in doc.data() if not line.used]
            if not lines:
                continue
            line = unit.rng.choice(lines)
            twin = Line("data", list(line.cells), out=True, used=True)
            line.used = True
            # Further down: the first physical row counts.
            last = max(i for i, other in enumerate(doc.lines) if other.role == "data")
            doc.lines.insert(unit.rng.randrange(doc.lines.index(line) + 1, last + 2), twin)
            return Fault("完全重复的行", file, doc, rf"{doc.slug}\.duplicate", [twin])
    return None


def _conflict(unit: Unit) -> Fault | None:
    what = {
        "payments": "金额（元）",
        "shares": "阅读数",
        "tasks": "任务数",
        "survey": "总体评价",
        "registrations": "注册类型",
    }
    for file, doc in unit.docs():
        lines = [line for line in doc.data() if not line.used]
        if doc.slug in what and lines:
            line = unit.rng.choice(lines)
            twin = Line("data", list(line.cells), out=True, used=True)
            line.used = line.out = True
            label = what[doc.slug]
            other = {"总体评价": ("一般", "满意"), "注册类型": ("科技工作者", "组织机构")}.get(label, ("7", "8"))
            doc.put(twin, label, other[str(doc.get(line, label)) == other[0]])
            doc.lines.append(twin)
            return Fault("编号相同内容不同", file, doc, rf"{doc.slug}\.conflict", [line, twin], also=ASIDE)
    return None


def _quote(unit: Unit) -> Fault | None:
    """An open quote, put into the bytes at its line, as a writer of CSV would never make one."""
    for file, doc in unit.docs("csv"):
        lines = [line for line in doc.data() if not line.used]
        if file.spoil is not None or not lines or doc.slug not in ("payments", "shares", "registrations", "survey"):
            continue
        line = unit.rng.choice(lines)
        line.used = line.out = doc.taken = True
        at = unit.rng.randrange(1, len(line.cells))
        line.cells[at] = f"§{line.cells[at]}"
        file.spoil = lambda data, e=file.encoding: data.decode(e).replace("§", '"').encode(e)  # type: ignore[misc]
        return Fault("未配对的引号", file, doc, rf"{doc.slug}\.quote", [line], also=ASIDE)
    return None


def glued(unit: Unit) -> Fault | None:
    place = next(unit.cells(None, "subject", "project"), None)
    if place is None or not str(place[1].get(*place[2:]))[:1].isdigit():
        return None
    _, doc, line, label = place
    name = unit.rng.choice(["-科普活动", " 科普活动", "（科普活动）"])
    return _told(unit, "编码与名称同格", place, f"{doc.get(line, label)}{name}", r"source\.glued", out=False)


DAY_1900, DAY_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
CELLS: dict[str, Planter] = {
    "必填项为空": _cell("必填项为空", ("number", "project_key", "person", "person_key", "choice", "time", "money"), lambda v, u: u.rng.choice(["", "　"]), "required"),
    "不是数字": _cell("不是数字", ("money", "count", "weight"), lambda v, u: u.rng.choice(["很多", "约30", "1O0", "12..5"]), "type"),
    "不是日期": _cell("不是日期", ("date", "since", "time"), lambda v, u: u.rng.choice(["2024-02-30", "2024-13-01", "去年", "3月5日"]), "type"),
    "负数": _cell("负数", ("count", "weight"), lambda v, u: u.rng.choice(["-5", "（3）", "-1"]), "range"),
    "年度外的日期": _cell("年度外的日期", ("date", "time"), lambda v, u: u.rng.choice(["2023-12-31", "2027-01-01"]), "range"),
    "不在取值表": _cell("不在取值表", ("choice",), lambda v, u: u.rng.choice(["大喇叭", "其他类", "快手"]), "domain"),
    "编号格式不对": _cell("编号格式不对", ("person", "person_key", "project_key"), lambda v, u: u.rng.choice(["KP123", "张三", "X" + str(v)[1:]]), "format"),
    "科目编码位数不对": _cell("科目编码位数不对", ("subject",), lambda v, u: str(v)[:-1], "format|zeros"),
    "名册中没有的科普员": _cell("名册中没有的科普员", ("person",), lambda v, u: f"KP99{u.rng.randrange(100_000, 999_999)}", "unknown", needs="communicators"),
    "没有的项目编码": _cell("没有的项目编码", ("project",), lambda v, u: f"51113224T99999{u.rng.randrange(10**6, 10**7)}", "unknown", needs="budget"),
    "编码为科学计数法": _cell("编码为科学计数法", ("project", "project_key", "account", "phone"), lambda v, u: f"{float(u.rng.randrange(10**9, 10**10)):.5E}", "scientific"),
    "丢失前面的0": _cell("丢失前面的0", ("number",), lambda v, u: str(int(v)), "zeros"),
    "日期为1900序列号": _cell("日期为1900序列号", ("date", "since"), _serial(DAY_1900), "source.serial", out=False),
    "日期为1904序列号": _cell("日期为1904序列号", ("date", "since"), _serial(DAY_1904), "source.serial", out=False),
    "错误值": _cell("错误值", ("word", "date", "since", "project", "count", "money", "person"), lambda v, u: u.rng.choice(["#REF!", "#N/A", "#VALUE!", "#DIV/0!"]), "source.error_cell"),
    "空字符": _cell("空字符", ("word", "date", "since", "project", "count", "money", "person"), lambda v, u: f"{v}\0", "source.null_byte", "csv"),
    "没有结果的公式": _cell("没有结果的公式", ("word", "date", "since", "count", "person_key"), lambda v, u: '=CONCATENATE("1","2")', "source.formula", "book"),
    "万元与元混用（支付明细）": _cell("万元与元混用（支付明细）", ("money",), lambda v, u: f"{_number(v) / 10_000:.6f}", "scale", word="一万倍"),
    "万元与元混用（指标表）": factor,
    "全角数字（应照读）": lambda unit: _silent(unit, "全角数字（应照读）", _full_width),
    "千分位、货币符号（应照读）": lambda unit: _silent(unit, "千分位、货币符号（应照读）", lambda t: f"￥{_number(t):,.2f}元" if "." in t else f"{int(_number(t)):,}"),
    "首尾空格（应照读）": lambda unit: _silent(unit, "首尾空格（应照读）", lambda t: f"　{t}\xa0"),
    "编码与名称同格": glued,
    "退款（负数、括号）": refund,
    "支付失败": failed,
    "整行错列": _row("整行错列", _shift, "shifted", "payments", "shares", "budget"),
    "列数多出": _row("列数多出", _longer, "columns", "payments", "shares", "survey", "tasks", form="csv"),
    "完全重复的行": _duplicate,
    "编号相同内容不同": _conflict,
    "未配对的引号": _quote,
}  # fmt: skip


def _silent(unit: Unit, kind: str, change: Callable[[str], str]) -> Fault | None:
    """A way of writing a number that is to be read as it is."""
    place = next(unit.cells("csv", "money", "count"), None)
    if place is None:
        return None
    file, doc, line, label = place
    doc.put(line, label, change(str(doc.get(line, label))))
    line.used = True
    return Fault(kind, file, doc, None, [line], label)
