"""Counts against what is listed: 编制8人 and its parts, 3个股室 and their names, 共15个项目 and how they came about.

Does not belong here: money (prose_sums.py), the same count in two places (two_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import chinese_number

_UNIT = r"(?:人|名|个|家|项|户|所|辆|台|套|种|场次|场|次|期|处|位|件|条|篇|份)"
_COUNT = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+"
_PEOPLE = ("人", "名", "位")
_SAME = {"名": "人", "位": "人", "场次": "次", "场": "次"}
_TOTAL = re.compile(
    rf"({_COUNT})\s*({_UNIT})([^\d。;\n]{{0,8}}?)(?:[,，(:;]\s*(?:其中|包括|含|分别为|分别是)[:,，]?|\((?=[^()]{{0,16}}\d))([^。;\n)]+)"
)
_CLOSING = re.compile(r"其他|其它|其余|一般(?:工作)?人员|工作人员|普通|科员|职员")
_OVERLAP = re.compile(r"党员|少数民族|研究生|硕士|博士|本科(?![普技室])|大专|学历|岁|退役|职称|兼任|下乡|驻村|借调")
_DISJOINT = re.compile(
    r"编制|行政|事业|参公|工勤|在职|退休|离休|在编|主席|主任|局长|书记|正科|副科|正股|科级|男|女|聘用|临聘"
)
_LIST_HEAD = (
    r"内设(?:机构|科室|股室|部门)|下设(?:机构|单位|部门)?|下属(?:单位|事业单位|机构)|所属(?:单位|事业单位)|"
    r"股室|科室|处室|直属单位|二级(?:预算)?单位"
)
_COUNT_THEN_NAMES = re.compile(
    rf"(?:设有?|内设|下设|下属|所属|包括|辖|共有?|设立)?([\d一二两三四五六七八九十]+)个(?:职能|业务)?({_LIST_HEAD})"
    r"[:,，(]?\s*(?:分别[是为]|即|包括|为|是)?[:,，]?(?=([^。;\n)]+))"
)
_HEAD_COUNT_NAMES = re.compile(
    rf"(?:{_LIST_HEAD})(?:共|有|共有)?([\d一二两三四五六七八九十]+)个[:,，(]\s*(?:分别[是为]|即|包括|为|是)?[:,，]?(?=([^。;\n)]+))"
)
_NAMES_THEN_COUNT = re.compile(
    rf"(?:设有?|内设|下设|(?:{_LIST_HEAD})[:为是])([^。;:\n\d]+?)(?:共|等|共计)?([\d一二两三四五六七八九十]+)个"
    r"(?:职能|业务|内设)?(?:股室|科室|处室|部门|机构|单位|中心|办公室)?(?=[。;,，)\s]|$)"
)


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _parts(prose)
        yield from _total_last(prose)
        yield from _growth(prose)
        if not prose.in_table:
            yield from _names(prose)


def _parts(prose: Prose) -> Iterator[LintFinding]:
    for m in _TOTAL.finditer(prose.plain):
        total, unit = int(m[1].replace(",", "")), m[2]
        numbers, names = _segments(m[4], unit)
        if len(numbers) < 2 or any(_OVERLAP.search(name) for name in names):
            continue
        got = sum(numbers)
        if any(sum(chosen) == total for size in range(2, len(numbers)) for chosen in combinations(numbers[:10], size)):
            continue
        closed = bool(_CLOSING.search(names[-1])) or "分别" in m[0][: m.start(4) - m.start()]
        kinds = all(_DISJOINT.search(name) for name in names)
        over = got > total and (kinds or unit not in _PEOPLE)
        if got == total or not (closed or over or (kinds and _exhaustive(names))):
            continue
        parts = "+".join(str(number) for number in numbers)
        head = prose.text[max(0, m.start() - 12) : m.end(2)]
        quoted = f"{re.split(r'[。;；,，、]', head)[-1]}（{parts}）"
        message = f"总数写{total}{unit}，所列各项相加为{parts}={got}{unit}，两者不符。"
        yield finding("count-against-list", "error", prose.place, quoted, f"{got}{unit}={parts}", message)


_ITEM = rf"[\u4e00-\u9fff]{{1,14}}?(?:{_COUNT})\s*{_UNIT}"
_PARTS_FIRST = re.compile(
    rf"((?:{_ITEM}[、,，和及])+{_ITEM})[,，;。]\s*(?:共有?|共计|合计|总计|总共)[^\d。;，,]{{0,8}}?({_COUNT})\s*({_UNIT})"
)


def _total_last(prose: Prose) -> Iterator[LintFinding]:
    """行政编制26名，工勤编制3名，共有编制34名."""
    for m in _PARTS_FIRST.finditer(prose.plain):
        total, unit = int(m[2].replace(",", "")), m[3]
        numbers, names = _segments(m[1], unit)
        got = sum(numbers)
        if len(numbers) != len(re.findall(_ITEM, m[1])) or any(_OVERLAP.search(name) for name in names) or got == total:
            continue
        parts = "+".join(str(number) for number in numbers)
        quoted = prose.text[m.start() : m.end()]
        message = f"所列各项相加为{parts}={got}{unit}，总数写{total}{unit}，两者不符。"
        yield finding("count-against-list", "error", prose.place, quoted, f"{got}{unit}={parts}", message)


def _exhaustive(names: list[str]) -> bool:
    """行政 and 事业 posts, 在职 and 退休 staff: nothing is left beside them."""
    text = " ".join(names)
    pairs = (("行政", "事业"), ("在职", "退休"), ("男", "女"), ("行政", "工勤"))
    return any(one in text and other in text for one, other in pairs)


def _segments(text: str, unit: str) -> tuple[list[int], list[str]]:
    numbers: list[int] = []
    names: list[str] = []
    for segment in re.split(r"[、,，;和及](?!\d{3}(?!\d))", text):
        match = re.fullmatch(rf"\s*([^\d]{{1,16}}?)\s*({_COUNT})\s*({_UNIT})[^\d]{{0,6}}\s*", segment)
        if not match or _SAME.get(match[3], match[3]) != _SAME.get(unit, unit):
            break
        numbers.append(int(match[2].replace(",", "")))
        names.append(match[1])
    return numbers, names


def _growth(prose: Prose) -> Iterator[LintFinding]:
    """共15个项目; 年初8个, 年中增加8个."""
    plain = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), prose.plain)
    for noun in ("项目", "单位", "活动", "村", "企业"):
        total = re.search(
            rf"{noun}(?:共计?|总数|合计|共有)\s*(\d+)\s*个|共(?:计|有|实施|安排)?[^\d。;,]{{0,4}}(\d+)\s*个{noun}",
            plain,
        )
        first = re.search(
            rf"年初[^。;\d]{{0,12}}(\d+)\s*个[^\d。;,]{{0,4}}{noun}|年初[^。;\d]{{0,8}}{noun}\s*(\d+)\s*个", plain
        )
        more = re.search(
            rf"(?:增加|新增|追加)[^。;\d]{{0,6}}(\d+)\s*个[^\d。;,]{{0,4}}{noun}|(?:增加|新增|追加){noun}\s*(\d+)\s*个",
            plain,
        )
        if not (total and first and more):
            continue
        less = re.search(rf"(?:减少|取消|核减|撤销|合并)[^。;\d]{{0,6}}(\d+)\s*个[^\d。;,]{{0,4}}{noun}", plain)
        terms = [int(m[1] or m[2]) for m in (total, first, more)]
        minus = int(less[1]) if less else 0
        should = terms[1] + terms[2] - minus
        if should == terms[0]:
            continue
        sums = f"{terms[1]}+{terms[2]}" + (f"-{minus}" if minus else "")
        quoted = f"{terms[0]}个{noun}（年初{terms[1]}个，增加{terms[2]}个）"
        message = f"{noun}总数写{terms[0]}个，年初与年中增减相加为{sums}={should}个，两者不符。"
        yield finding("count-against-list", "error", prose.place, quoted, f"{should}={sums}", message)


def _names(prose: Prose) -> Iterator[LintFinding]:
    for pattern, count_group, names_group in (
        (_COUNT_THEN_NAMES, 1, 3),
        (_HEAD_COUNT_NAMES, 1, 2),
        (_NAMES_THEN_COUNT, 2, 1),
    ):
        for m in pattern.finditer(prose.plain):
            count, text = chinese_number(m[count_group]), m[names_group]
            if count is None or re.search(r"等|负责|承担|主要|以及其|\d", text):
                continue
            names = [name.strip() for name in re.split(r"[、,，]", text) if name.strip()]
            joined = (
                len(re.findall(r"(?<=[\u4e00-\u9fff]{2})[和及与](?=[\u4e00-\u9fff]{2})", names[-1])) if names else 0
            )
            if len(names) + joined < 2 or any(len(name) > 16 or len(name) < 2 for name in names):
                continue
            if count in (len(names), len(names) + joined):
                continue
            # 甲、乙等12个科室: the list is open
            if count > len(names) and "等" in m[0][m.end(names_group) - m.start() :]:
                continue
            quoted = prose.text[m.start() : max(m.end(), m.end(names_group))][:80]
            listed = "、".join(names)
            message = f"写明{count}个，实际列出{len(names) + joined}个（{listed}），两者不符。"
            yield finding("count-against-list", "error", prose.place, quoted, f"{len(names) + joined}个", message)
