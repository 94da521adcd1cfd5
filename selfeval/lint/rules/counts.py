"""Counts against what is listed: 编制8人 and its parts, 3个股室 and their names, 共15个项目 and how they came about.

Does not belong here: money (prose_sums.py), the same count in two places (two_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import chinese_number, chinese_numeral

_MEASURE = r"万亩|平方公里|平方米|公里|千米|公顷|亩|万吨|吨|立方米|米"
_UNIT = rf"(?:人次|人|名|个|家|项|户次|户|所|辆|台|套|种|场次|场|次|期|处|位|件|条|篇|份|座|批次|批|间|盏|口|头|株|宗|起|例|册|村|{_MEASURE})"
_COUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?(?!\d)"
_PEOPLE = ("人", "名", "位")
_TOTAL = re.compile(
    rf"({_COUNT})\s*({_UNIT})([^\d。;\n]{{0,8}}?)(?:[,，(:;]\s*(?:其中|包括|含|分别为|分别是)[:,，]?|\((?=[^()]{{0,16}}\d))([^。;\n)]+)"
)
_CLOSING = re.compile(r"其他|其它|其余|一般(?:工作)?人员|工作人员|普通|科员|职员")
_OVERLAP = re.compile(r"党员|少数民族|研究生|硕士|博士|本科(?![普技室])|大专|学历|岁|退役|职称|兼任|下乡|驻村|借调")
_DISJOINT = re.compile(
    r"编制|行政|事业|参公|公务员|工勤|工人|合同制|劳务|在职|退休|离休|在编|主席|主任|局长|书记|正科|副科|正股|科级|男|女|聘用|临聘"
)
_LIST_HEAD = (
    r"内设(?:机构|科室|股室|部门)|下设(?:机构|单位|部门)?|下属(?:单位|事业单位|机构)|所属(?:单位|事业单位)|"
    r"股室|科室|处室|直属单位|二级(?:预算)?单位"
)
_COUNT_THEN_NAMES = re.compile(
    rf"(?:设有?|内设|下设|下属|所属|包括|辖|共有?|设立)?([\d一二两三四五六七八九十]{{1,4}})个(?:职能|业务)?({_LIST_HEAD})"
    r"[:,，(]?\s*(?:分别[是为]|即|包括|为|是)?[:,，]?(?=([^。;\n)]+))"
)
_HEAD_COUNT_NAMES = re.compile(
    rf"(?:{_LIST_HEAD})(?:共|有|共有)?([\d一二两三四五六七八九十]{{1,4}})个[:,，(]\s*(?:分别[是为]|即|包括|为|是)?[:,，]?(?=([^。;\n)]+))"
)
_NAMES_THEN_COUNT = re.compile(
    rf"(?:设有?|内设|下设|(?:{_LIST_HEAD})[:为是])([^。;:\n\d]{{1,240}}?)(?:共|等|共计)?([\d一二两三四五六七八九十]{{1,4}})个"
    r"(?:职能|业务|内设)?(?:股室|科室|处室|部门|机构|单位|中心|办公室)?(?=[。;,，)\s]|$)"
)


_THING_UNIT = r"(?:个|所|家|名|条|类|项|种|座)"
_THINGS_THEN_NAMES = re.compile(
    rf"([\d一二两三四五六七八九十]{{1,4}}){_THING_UNIT}([\u4e00-\u9fff]{{1,10}}?)(?:[:(]|[,，:(]?(?:分别[是为]|即|包括|为)[:,，]?)\s*"
    r"(?=([^。;\n)]+))"
)
_THINGS_HEAD_NAMES = re.compile(
    rf"[\u4e00-\u9fff]{{2}}(?:共|有|共有)?([\d一二两三四五六七八九十]{{1,4}}){_THING_UNIT}[:,，(]\s*(?:分别[是为]|即|包括|是|为)[:,，]?(?=([^。;\n)]+))"
)
_NAMES_THEN_THINGS = re.compile(
    rf"(?:^|(?<=[。;:,，\n\d()]))([^。;:,，\n\d()、]{{2,40}}(?:、[^。;:,，\n\d()、]{{2,16}}){{1,40}}?)(?:共|等|这|共计)?([\d一二两三四五六七八九十]{{1,4}}){_THING_UNIT}[\u4e00-\u9fff]{{1,6}}"
)


def check(context: Context) -> Iterator[LintFinding]:
    for index, prose in enumerate(context.prose):
        yield from _growth(prose)
        yield from _points_in_turn(prose)
        if not prose.in_table or len(prose.plain) >= 30:
            yield from _names(prose)
        if not prose.in_table:
            yield from _numbered_below(context.prose, index)


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
    plain = re.sub(r"\([^()]*\)(?=[、,，;。和及]|$)", lambda m: " " * len(m[0]), prose.plain)
    told: set[int] = set()
    for pattern, count_group, names_group, open_kind in (
        (_COUNT_THEN_NAMES, 1, 3, False),
        (_HEAD_COUNT_NAMES, 1, 2, False),
        (_NAMES_THEN_COUNT, 2, 1, False),
        (_THINGS_THEN_NAMES, 1, 3, True),
        (_THINGS_HEAD_NAMES, 1, 2, True),
        (_NAMES_THEN_THINGS, 2, 1, True),
    ):
        for m in pattern.finditer(plain):
            count, text = chinese_number(m[count_group]), m[names_group]
            # behind a list with 、 a comma begins something else
            text = re.split(r"[,，]", text)[0] if "、" in re.split(r"[,，]", text)[0] else text
            if count is None or m.start(count_group) in told or re.search(r"等|负责|承担|主要|以及其|\d", text):
                continue
            names = [name.strip() for name in re.split(r"[、,，]", text) if name.strip()]
            joined = (
                len(re.findall(r"(?<=[\u4e00-\u9fff]{2})[和及与](?=[\u4e00-\u9fff]{2})", names[-1])) if names else 0
            )
            if names and _TURNS.match(names[0]):
                continue
            if len(names) + joined < 2 or any(len(name) > 16 or len(name) < 2 for name in names):
                continue
            if len(names) <= count <= len(names) + joined:
                continue
            # 甲、乙等12个科室: the list is open
            if count > len(names) and "等" in m[0][m.end(names_group) - m.start() :]:
                continue
            if open_kind and not re.search(r"分别[是为]|即", m[0]) and not _of_one_kind(names, m[0]):
                continue
            told.add(m.start(count_group))
            quoted = prose.text[m.start() : max(m.end(), m.end(names_group))][:80]
            listed = "、".join(names)
            message = f"写明{count}个，实际列出{len(names) + joined}个（{listed}），两者不符。"
            yield finding("count-against-list", "error", prose.place, quoted, f"{len(names) + joined}个", message)


def _of_one_kind(names: list[str], whole: str) -> bool:
    """城关镇、河西镇、东乡 of 3个乡镇: the names end alike, or on what is counted."""
    ends = [name[-1] for name in names]
    same = max(ends.count(end) for end in ends)
    if (same >= len(names) - 1 and len(names) >= 3) or len(set(ends)) == 1:
        return True
    counted = re.search(rf"[\d一二两三四五六七八九十]+{_THING_UNIT}([\u4e00-\u9fff]{{1,8}})", whole)
    return bool(counted) and all(end in counted[1] for end in ends)  # type: ignore[index]


_TURNS = re.compile(r"([一二三四五六七八九十]{1,2})是(?!否)")
_LEAD_COUNT = re.compile(
    r"([\d一二两三四五六七八九十]{1,3})(?:个|项|大|条|点|类|方面)(?:方面)?(?:的)?[^\d。;:,，一二三四五六七八九十]{0,14}[:，,。]?\s*$"
)


def _points_in_turn(prose: Prose) -> Iterator[LintFinding]:
    """重点推进4项工作：一是…，五是…."""
    turns = [(m, chinese_number(m[1])) for m in _TURNS.finditer(prose.plain)]
    starts = [i for i, (_, number) in enumerate(turns) if number == 1]
    for begin, after in zip(starts, [*starts[1:], len(turns)], strict=False):
        run = 0
        for _, number in turns[begin:after]:
            if number != run + 1:
                break
            run += 1
        first = turns[begin][0]
        lead = _LEAD_COUNT.search(prose.plain[max(0, first.start() - 30) : first.start()])
        count = chinese_number(lead[1]) if lead else None
        if run < 2 or count is None or count == run or run != after - begin:
            continue
        quoted = f"{lead[0].strip()}一是…{chinese_numeral(run)}是"  # type: ignore[index]
        message = f"写明{count}项，其后从“一是”列到“{chinese_numeral(run)}是”，共{run}项，两者不符。"
        yield finding("count-against-list", "error", prose.place, quoted, f"{run}项", message)


_BELOW = re.compile(
    r"([\d一二两三四五六七八九十]{1,3})(?:个|项|大|条|点|类)(?:方面|问题|任务|工作|措施|建议|目标|经验|做法|项目|重点)[^\d。;]{0,12}:\s*$"
)
_MARKS = (
    re.compile(r"\s*\(([一二三四五六七八九十]{1,3})\)"),
    re.compile(r"\s*\((\d{1,2})\)"),
    re.compile(r"\s*(\d{1,2})[.、](?!\d)"),
    re.compile(r"\s*([一二三四五六七八九十]{1,3})是"),
)


def _numbered_below(prose: tuple[Prose, ...], index: int) -> Iterator[LintFinding]:
    """存在以下三个问题：, and numbered paragraphs below it."""
    lead = _BELOW.search(prose[index].plain)
    following = prose[index + 1 : index + 2]
    mark = next(
        (mark for mark in _MARKS if following and (m := mark.match(following[0].plain)) and chinese_number(m[1]) == 1),
        None,
    )
    count = chinese_number(lead[1]) if lead else None
    if mark is None or lead is None or count is None:
        return
    run = 0
    for other in prose[index + 1 :]:
        m = mark.match(other.plain)
        if m and chinese_number(m[1]) == run + 1:
            run += 1
        elif m or re.match(r"\s*[一二三四五六七八九十]{1,3}、|\s*\([一二三四五六七八九十]{1,3}\)", other.plain):
            break
    if run >= 2 and run != count:
        message = f"写明{count}项，其后编号到{run}，两者不符。"
        yield finding("count-against-list", "error", prose[index].place, lead[0], f"{run}项", message)
