"""Counts against what is listed: 编制8人 and its parts, 3个股室 and their names, 共15个项目 and how they came about.

Does not belong here: money (prose_sums.py), the same count in two places (two_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding
from selfeval.lint.deeds import is_verb
from selfeval.lint.listed import listed
from selfeval.lint.model import LintFinding, Paragraph, Table
from selfeval.lint.numbers import chinese_number, norm, plain_number, squeeze

_DIGITS = r"[\d一二两三四五六七八九十]{1,4}"
_THING = r"(?:个|处|家|所|名|位|条|类|项|种|座|支|处|大|部|款)"
_ORGAN = re.compile(r"内设|下设|下属|所属|股室|科室|处室|直属|预算单位|辖|职能|业务部门")
#: 5个科室：甲、乙; 单位3家，分别为甲、乙; 8个乡镇（甲、乙）
_COUNT_FIRST = re.compile(
    rf"(?P<before>[\u4e00-\u9fff]{{0,12}}?)(?P<count>{_DIGITS}){_THING}(?P<noun>[\u4e00-\u9fff]{{0,12}}?)"
    r"(?P<lead>[:,(]?\s*(?:分别(?:[是为有])?|即|包括|包含|具体[是为])[:,]?|[:(]|[,:]\s*[为是有][:,]?)\s*(?P<names>[^。;\n()]+)"
)
#: 甲、乙、丙5个科室
_NAMES_FIRST = re.compile(
    rf"(?:^|(?<=[。;:,\n\d()]))(?P<names>[^。;:,\n\d()、]{{2,40}}(?:、[^。;:,\n\d()、]{{2,16}}){{1,40}}?)(?P<lead>共计?|等|这)?"
    rf"(?P<count>{_DIGITS}){_THING}(?P<noun>[\u4e00-\u9fff]{{0,6}})"
)


def check(context: Context) -> Iterator[LintFinding]:
    yield from _table_below(context)
    for index, prose in enumerate(context.prose):
        yield from _growth(prose)
        yield from _points_in_turn(prose)
        yield from _with_amounts(prose)
        yield from _titles(prose)
        if not prose.in_table or len(prose.plain) >= 30:
            yield from _names(prose)
        if not prose.in_table:
            yield from _numbered_below(context.prose, index)


def _growth(prose: Prose) -> Iterator[LintFinding]:
    """共15个项目; 年初8个, 年中增加8个."""
    plain = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), prose.plain)
    for noun in ("项目", "单位", "活动", "村", "企业"):
        total = re.search(
            rf"(?:实际|实际实施|最终|全年|年末)[^\d。;,]{{0,6}}{noun}\s*(\d+)\s*个|{noun}(?:共计?|总数|合计|共有)\s*(\d+)\s*个|共(?:计|有|实施|安排)?[^\d。;,]{{0,4}}(\d+)\s*个{noun}",
            plain,
        )
        first = re.search(
            rf"年初[^。;\d]{{0,12}}(\d+)\s*个[^\d。;,]{{0,4}}{noun}|年初[^。;\d]{{0,8}}{noun}\s*(\d+)\s*个", plain
        )
        more = re.search(
            rf"(?:增加|新增|追加)[^。;\d]{{0,6}}(\d+)\s*个(?:[^\d。;,]{{0,4}}{noun}|(?=[,，。;]))|(?:增加|新增|追加){noun}\s*(\d+)\s*个",
            plain,
        )
        if not (total and first and more):
            continue
        less = re.search(
            rf"(?:减少|取消|核减|调减|撤销|合并)[^。;\d]{{0,6}}(\d+)\s*个(?:[^\d。;,]{{0,4}}{noun})?", plain
        )
        terms = [int(next(filter(None, m.groups()))) for m in (total, first, more)]
        minus = int(less[1]) if less else 0
        should = terms[1] + terms[2] - minus
        if should == terms[0]:
            continue
        sums = f"{terms[1]}+{terms[2]}" + (f"-{minus}" if minus else "")
        quoted = f"{terms[0]}个{noun}（年初{terms[1]}个，增加{terms[2]}个）"
        message = f"{noun}总数写{terms[0]}个，年初与年中增减相加为{sums}={should}个，两者不符。"
        yield finding("count-against-list", "error", prose.place, quoted, f"{should}={sums}", message)


_HOW_MANY = re.compile(rf"({_DIGITS})(?:个|项|类|笔)[^。;\d]{{0,10}}[,，]?[^。;\d]{{0,10}}$")


def _with_amounts(prose: Prose) -> Iterator[LintFinding]:
    """项目4个，资金286万元，分别是：甲120万元、乙86万元、丙60万元: the list has an amount for each."""
    for item in listed(prose.plain):
        lead = prose.plain[item.whole.end : item.parts[0].start]
        many = _HOW_MANY.search(prose.plain[max(0, item.whole.start - 30) : item.whole.start])
        count = chinese_number(many[1]) if many else None
        if not item.whole.money or "分别" not in lead or count is None or count == len(item.parts):
            continue
        if abs(count - len(item.parts)) > 2:
            continue
        quoted = prose.text[item.whole.start - len(many[0]) : item.whole.end]  # type: ignore[index]
        message = f"写明{count}个，其后列出{len(item.parts)}个，两者不符。"
        yield finding("count-against-list", "error", prose.place, quoted, f"{len(item.parts)}个", message)


def _names(prose: Prose) -> Iterator[LintFinding]:
    # a bracket behind a name is a remark on it; one that lists names itself is kept
    plain = re.sub(r"\([^()、]*\)|(?<=[、,])([^、,()。;\d]+)\([^()]*\)(?=[、,;。和及]|$)", _blank, prose.plain)
    told: set[int] = set()
    for pattern in (_COUNT_FIRST, _NAMES_FIRST):
        for m in pattern.finditer(plain):
            found = _listed_names(m)
            count = chinese_number(m["count"])
            if found is None or count is None or m.start("count") in told:
                continue
            names, most = found
            if len(names) <= count <= most or not _meant(m, names, count):
                continue
            told.add(m.start("count"))
            quoted = prose.text[m.start("count") if m.start("count") < m.start("names") else m.start() : m.end()][:80]
            listed = "、".join(names)
            message = f"写明{count}个，实际列出{most}个（{listed}），两者不符。"
            yield finding("count-against-list", "error", prose.place, quoted, f"{most}个", message)


#: 《甲》《乙》《丙》3项制度, “甲”“乙”“丙”三大行动: their marks say where each name ends
_QUOTED = re.compile(
    rf"(?P<names>(?:《[^《》]{{2,40}}》[、,和及与]?){{2,}}|(?:“[^“”]{{2,20}}”[、,和及与]?){{2,}})(?P<lead>等|共计?|这)?(?P<count>{_DIGITS})(?:个|项|大|部|份|种|类|篇|本)"
)
_ONE_QUOTED = re.compile(r"《[^《》]+》|“[^“”]+”")


def _titles(prose: Prose) -> Iterator[LintFinding]:
    for m in _QUOTED.finditer(prose.plain):
        listed, count = len(_ONE_QUOTED.findall(m["names"])), chinese_number(m["count"])
        if count is None or count == listed or abs(count - listed) > 2 or (m["lead"] == "等" and count > listed):
            continue
        message = f"写明{count}个，实际列出{listed}个，两者不符。"
        quoted = prose.text[m.start() : m.end()]
        yield finding("count-against-list", "error", prose.place, quoted, f"{listed}个", message)


_TABLE_BELOW = re.compile(
    rf"(?:项目(?:共计?|共有|合计)?(?P<one>{_DIGITS})个|(?P<two>{_DIGITS})个[^\d。;,]{{0,10}}项目)[^。]*(?:如下|见下表|明细)[^。]{{0,12}}[:：。]?\s*$"
)


def _table_below(context: Context) -> Iterator[LintFinding]:
    """特定目标类项目7个，各项目执行情况如下：, and a table of six."""
    blocks = [
        b for b in context.document.blocks if isinstance(b, Table) or not re.match(r"\s*附?表\s*\d|单位:", norm(b.text))
    ]
    for before, table in pairwise(blocks) if not context.partial else ():
        if not isinstance(before, Paragraph) or not isinstance(table, Table):
            continue
        m = _TABLE_BELOW.search(norm(before.text))
        count = chinese_number(m["one"] or m["two"]) if m else None
        rows = [row for row in table.rows if sum(bool(plain_number(cell.text)) for cell in row.cells) >= 2]
        rows = [
            row for row in rows if not re.match(r"合计|总计|小计|总额", squeeze("".join(c.text for c in row.cells[:2])))
        ]
        merged = any(cell.merged for row in rows for cell in row.cells)
        if count is None or merged or len(rows) < 2 or len(rows) == count or abs(len(rows) - count) > 2:
            continue
        message = f"写明项目{count}个，下表列出{len(rows)}个，两者不符。"
        yield finding("count-against-list", "error", before.place, m[0][:40] if m else "", f"{len(rows)}个", message)


def _blank(m: re.Match[str]) -> str:
    kept = m[1] or ""
    return kept + " " * (len(m[0]) - len(kept))


def _listed_names(m: re.Match[str]) -> tuple[list[str], int] | None:
    """The names, and how many they are at most: 甲和乙 may be one or two."""
    text = m["names"]
    # behind a list with 、 a comma begins something else
    text = re.split(r"[,，]", text)[0] if "、" in re.split(r"[,，]", text)[0] else text
    if re.search(r"等|负责|承担|主要|以及其|\d", text):
        return None
    names = [name.strip() for name in re.split(r"[、,，]", text) if name.strip()]
    if len(names) < 2 or any(not 2 <= len(name) <= 16 for name in names[1:]) or len(names[0]) < 2:
        return None
    if _TURNS.match(names[0]):
        return None
    joined = re.findall(r"(?<=[\u4e00-\u9fff]{2})[和及与](?=[\u4e00-\u9fff]{2})", names[-1])
    return names, len(names) + len(joined)


def _meant(m: re.Match[str], names: list[str], count: int) -> bool:
    """The names are meant to be all that were counted."""
    lead = m["lead"] or ""
    if "等" in lead and count > len(names):
        return False  # 甲、乙等12个科室: the list is open
    if abs(count - len(names)) > max(2, count / 4):
        return False
    organs = _ORGAN.search(m[0][: m.end("lead") - m.start()] if m.start("count") < m.start("names") else m[0])
    # 建设、改造、提升5个老旧小区: what is done with them
    if m.end("names") <= m.start("count") and sum(is_verb(name[-2:]) for name in names) >= 2:
        return False
    # 罗溪、东山、石牛、下坂5处: short names right before their number are all of them
    places = (
        m.end("names") <= m.start("count")
        and m["noun"]
        and not lead
        and len(names) >= 3
        and max(map(len, names[1:])) <= 3
    )
    return bool(organs or places or re.search(r"分别|即|包括|具体", lead)) or _of_one_kind(names, m["noun"])


def _of_one_kind(names: list[str], noun: str) -> bool:
    """城关镇、河西镇、东乡 of 3个乡镇: the names end alike, or on what is counted."""
    ends = [name[-1] for name in names]
    same = max(ends.count(end) for end in ends)
    alike = (same >= len(names) - 1 and len(names) >= 3) or len(set(ends)) == 1
    return alike or all(end in noun for end in ends)


_TURNS = re.compile(r"([一二三四五六七八九十]{1,2})是(?!否)")
_LEAD_COUNT = re.compile(
    r"([\d一二两三四五六七八九十]{1,3})(?:个|项|大|条|点|类|种|方面)(?:方面)?(?:的)?[^\d。;:,，一二三四五六七八九十]{0,14}[:，,。]?\s*$"
)


def _points_in_turn(prose: Prose) -> Iterator[LintFinding]:
    """重点推进4项工作：一是…，五是…."""
    for mark in _INLINE:
        yield from _in_turn(prose, [(m, chinese_number(m[1])) for m in mark.finditer(prose.plain)])


#: 一是…二是, （1）…（2）, 1.…2., 第一…第二, within one paragraph
_INLINE = (
    _TURNS,
    re.compile(r"\((\d{1,2})\)(?=[\u4e00-\u9fff])"),
    re.compile(r"(?<![\d.])(\d{1,2})[.、](?=[\u4e00-\u9fff])"),
    re.compile(r"第([一二三四五六七八九十]{1,2})[,，]"),
)


def _in_turn(prose: Prose, turns: list[tuple[re.Match[str], int | None]]) -> Iterator[LintFinding]:
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
        last = turns[begin + run - 1][0][0]
        quoted = f"{lead[0].strip()}{first[0]}…{last}"  # type: ignore[index]
        message = f"写明{count}项，其后从“{first[0]}”列到“{last}”，共{run}项，两者不符。"
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
