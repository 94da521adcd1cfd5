"""Numbers as people print them: separators, full-width digits, 万/亿, 余/近/约, %, comparison signs, Chinese numerals.

Belongs here: text → Decimal with its unit, and how exactly a printed number may be compared. Does not belong here:
what a number means in a form (tables.py) or whether it is right (rules/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

#: full-width ASCII to ASCII, one character for one, so that offsets stay those of the original text.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= {0x3000: 0x20, 0x00A0: 0x20, ord("≧"): ord("≥"), ord("≦"): ord("≤"), ord("﹦"): ord("="), ord("═"): ord("=")}
_WIDTH |= {ord("−"): ord("-"), ord("【"): ord("["), ord("】"): ord("]"), ord("﹪"): ord("%"), ord("⩾"): ord("≥")}
_WIDTH |= {ord("⩽"): ord("≤"), ord("〔"): ord("["), ord("〕"): ord("]")}

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
#: lengths, areas, weights: they add up as money does
MEASURES = ("平方公里", "平方米", "立方米", "公里", "千米", "公顷", "公斤", "千克", "厘米", "亩", "吨", "米")
COUNTERS = (
    "人次|人/次|户次|车次|家次|场次|架次|班次|个月|个工作日|工作日|人|名|位|户|家|个|项|次|场|期|份|条|套|台|件|种|处|篇|本|册|辆"
    "|天|日|年|月|小时|分钟|学时|课时|所|村|社区|座|批次|批|例|起|张|块|只|头|部|艘|盏|架|幅|面|对|支|类|宗|笔|间|棵|株|分|眼|口|床|栋"
    "|枚|桶|组|队|站|孔|道|片|门|版|页|卷|堂|趟|羽|幢|匹|" + "|".join(MEASURES)
)
_QUANTITY = re.compile(
    # blanks only behind a word: tried from each blank of a long run, they would take its length to the third
    rf"(?:(?P<op>>=|<=|≥|≤|=|>|<|不低于|不少于|不小于|不高于|不超过|不多于|不大于|大于等于|小于等于|大于|小于|高于|低于|超过)\s*)?"
    rf"(?:(?P<pre>(?<![签节预合集大])约|(?<![最附将接])近|逾|超)\s*)?(?P<neg>(?<![\d\w.%)])-)?(?P<num>{NUMBER})\s*(?P<approx1>余|多)?\s*"
    rf"(?P<scale>万亿|亿|万|千万|百万)?\s*(?P<approx2>余|多)?\s*"
    rf"(?P<unit>个百分点|百分点|百分比|%|‰|元|{COUNTERS})?"
)
_OPS = {
    ">=": "≥", "不低于": "≥", "不少于": "≥", "不小于": "≥", "大于等于": "≥", "<=": "≤", "不高于": "≤", "不超过": "≤",
    "不多于": "≤", "不大于": "≤", "小于等于": "≤", "大于": ">", "高于": ">", "小于": "<", "低于": "<", "超过": ">",
}  # fmt: skip
#: What people count under several units.
SAME_UNIT = {"名": "人", "位": "人", "场次": "次", "场": "次", "千米": "公里"}
_SCALES = {"万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4}
BLANKS = {
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无数据",
    "[blank]",
    "[空白]",
    "(空白)",
    "(空)",
    "[空]",
    "blank",
    "(blank)",
}
_CN = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}


@lru_cache(maxsize=8192)
def norm(text: str) -> str:
    """Half-width twin of `text`, the same length."""
    return text.translate(_WIDTH)


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """`norm` without any white space: for labels, where people pad with spaces."""
    return re.sub(r"\s+", "", norm(text))


def is_blank(text: str) -> bool:
    return squeeze(text).lower() in BLANKS


@dataclass(frozen=True)
class Quantity:
    """One printed number. `value` is in the unit without 万/亿; `step` is one unit of its last printed digit."""

    text: str
    value: Decimal
    step: Decimal
    #: 10000 for 万
    scale: int
    unit: str
    op: str | None
    approx: bool
    start: int
    end: int

    @property
    def percent(self) -> bool:
        return self.unit in ("%", "百分比")

    @property
    def money(self) -> bool:
        return self.unit == "元"

    def alike(self, value: Decimal) -> str:
        """`value` printed in this number's unit: 1.25万元."""
        scale = next((word for word, size in _SCALES.items() if size == self.scale), "")
        return f"{show(value / self.scale, 6)}{scale}{self.unit}"


def quantities(text: str) -> Iterator[Quantity]:
    """Every number of `text`, left to right."""
    plain = norm(text)
    for m in _QUANTITY.finditer(plain):
        number = m["num"].replace(",", "")
        scale = _SCALES.get(m["scale"] or "", 1)
        value = Decimal(number) * scale * (-1 if m["neg"] else 1)
        step = Decimal(1).scaleb(-len(number.partition(".")[2])) * scale
        op = _OPS.get(m["op"], m["op"]) if m["op"] else None
        unit = {"人/次": "人次"}.get(m["unit"] or "", m["unit"] or "")
        yield Quantity(
            text=text[m.start("num") : m.end()].strip(),
            value=value,
            step=step,
            scale=scale,
            unit=unit,
            op=op,
            approx=bool(m["pre"] or m["approx1"] or m["approx2"]),
            start=m.start("num"),
            end=m.end(),
        )


@lru_cache(maxsize=512)
def _by_start(text: str) -> dict[int, Quantity]:
    return {quantity.start: quantity for quantity in quantities(text)}


def quantity_at(text: str, start: int) -> Quantity | None:
    """The number of `text` that begins at `start`."""
    return _by_start(text).get(start)


_WORDS_OF_SIGN = re.compile(
    r">=|<=|[≥≤=<>≈~:]|不低于|不少于|不小于|不高于|不超过|不多于|不大于|大于|小于|等于|高于|低于|超过|控制在|约|近|逾|超"
    r"|以内|以下|之内|以上|及|含|达到?|实际|全年|已|共计?|累计|完成|实现|为"
)


def only(text: str) -> Quantity | None:
    """The number of a cell that holds one number and its unit, nothing else; None for words, dates, several numbers."""
    found = with_words(text)
    return found[0] if found and len(found[1]) <= 4 else None


def with_words(text: str) -> tuple[Quantity, str] | None:
    """The one number of a cell and the words about it (每公里), signs aside; None for none or several numbers."""
    plain = re.sub(r"\(.*?\)|\[.*?\]", "", norm(text)).strip()
    found = list(quantities(plain))
    if len(found) != 1:
        return None
    rest = plain[: found[0].start] + plain[found[0].end :]
    words = re.sub(r"[\s,。;]", "", _WORDS_OF_SIGN.sub("", rest))
    if re.search(r"\d", words):
        return None
    op = "≤" if re.search(r"以内|以下|之内|控制在", rest) else "≥" if "以上" in rest else found[0].op
    return replace(found[0], op=op), words


def plain_number(text: str) -> Quantity | None:
    """The number of a cell that holds nothing but a number (with 分, 元, 万元 or % at most): weights, points, money."""
    cell = squeeze(text)
    if not re.fullmatch(rf"-?(?:{NUMBER})(?:分|元|万元|万|%|亿元)?", cell):
        return None
    return next(quantities(cell), None)


def ratio_room(part: Quantity, whole: Quantity) -> Decimal:
    """How far part ÷ whole may be off because both are printed rounded; 0 where they are printed without decimals."""
    step = min(part.step / part.scale, whole.step / whole.scale)
    if step >= 1 or not whole.value:
        return Decimal(0)
    room = step * part.scale / whole.value + step * whole.scale * abs(part.value) / (whole.value * whole.value)
    return abs(room) / 2


def slip(one: Decimal, other: Decimal) -> bool:
    """One number is the other mistyped: one digit of at least four wrong, or two neighbours of at least three swapped."""
    if one == other or one <= 0 or other <= 0:
        return False
    places = max(-min(int(value.normalize().as_tuple().exponent), 0) for value in (one, other))
    if places > 12 or max(one, other) > 10**20:
        return False
    a, b = (str(int(value.scaleb(places))) for value in (one, other))
    digits = max(len(a.rstrip("0")), len(b.rstrip("0")))
    if len(a) != len(b) or digits < 3:
        return False
    wrong = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return (len(wrong) == 1 and digits >= 4) or swapped(one, other)


def swapped(one: Decimal, other: Decimal) -> bool:
    """Two neighbouring digits have changed places."""
    places = max(-min(int(value.normalize().as_tuple().exponent), 0) for value in (one, other))
    a, b = (str(int(value.scaleb(min(places, 12)))) for value in (one, other))
    wrong = [i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    return (
        len(a) == len(b)
        and len(wrong) == 2
        and wrong[1] - wrong[0] == 1
        and a[wrong[0]] == b[wrong[1]]
        and a[wrong[1]] == b[wrong[0]]
    )


def half_up(value: Decimal, step: Decimal) -> Decimal:
    with localcontext(prec=100):  # numbers run together by accident are longer than any sum
        return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def show(value: Decimal, places: int = 2) -> str:
    """A number for a message: at most `places` decimals, no trailing zeros, no exponent."""
    text = f"{half_up(value, Decimal(1).scaleb(-places)):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def chinese_number(text: str) -> int | None:
    """一 … 九十九, 两; None for anything else."""
    if re.fullmatch(r"\d{1,4}", text):
        return int(text)
    m = re.fullmatch(r"([一二两三四五六七八九])?(十)?([一二三四五六七八九])?", text)
    if not m or not text:
        return None
    tens, ten, ones = m.groups()
    if ten:
        return (_CN[tens] if tens else 1) * 10 + (_CN[ones] if ones else 0)
    return _CN[text] if len(text) == 1 else None


def chinese_numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
