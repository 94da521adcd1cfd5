"""One quantity with two values, in one document or across two.

Belongs here: the same name with another number. Does not belong here: totals against parts (prose_sums.py, counts.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import NUMBER, SAME_UNIT, Quantity, norm, only, quantities

_VERB = (
    "开展|举办|组织|召开|举行|实施|建设|建成|打造|推广|维护|发放|培训|新改建|新建|改建|扩建|完成|养护|管护|补贴|救助|办理|调解|受益|"
    "检查|查办|审计|服务|接待|覆盖|资助|慰问|印发|收集|整改|培育|种植|引进|登记|走访|受理|帮扶|安置|修复|维修|整治|治理|评选|表彰|"
    "采购|购置|购买|安装|新增|惠及|改造|供养|硬化|清理|巡查|抽检|创建|演出|放映|接种|筛查"
)
_UNIT = (
    "平方公里|平方米|公里|人次|场次|千米|万亩|公顷|家次|户次|场|次|期|种|家|个|户|人|名|台|处|项|份|套|亩|株|吨|件|起|宗|册|座|口|眼|辆|"
    "盏|篇|条|例|床|米|头|只"
)
_DEED = re.compile(
    rf"(?P<verb>{_VERB})了?(?P<noun>[\u4e00-\u9fff]{{2,18}}?)(?P<mark>共计?|累计|总计|合计|达到?)?"
    rf"(?P<number>{NUMBER})\s*(?P<scale>万|亿)?(?P<approx>余|多)?(?P<unit>{_UNIT})(?!以上|[\u4e00-\u9fff]{{0,2}}目标)"
)
#: what may stand before the verb without naming a part of the whole
_WHOLE = re.compile(
    r"全年|今年|本年度?|年内|\d{4}年度?|我[局县市区会院]|全[县市区州省]|共计|共|累计|已经?|实际|先后|积极|大力|组织|并|目前|截至年底|"
    r"全面|认真|扎实|有效|按时|按期|成功|\s|[一二三四五六七八九十]是|\d+[.、]|\([一二三四五六七八九十\d]+\)"
)
#: 新建的14个日间照料中心
_DEED_AFTER = re.compile(
    rf"(?P<verb>{_VERB})(?:了|的)?(?P<mark>共|累计)?(?P<number>{NUMBER})\s*(?P<scale>万|亿)?(?P<approx>余|多)?(?P<unit>{_UNIT})的?(?P<noun>[\u4e00-\u9fff]{{4,16}})"
)
_UNITS = {**SAME_UNIT, "期": "次"}
_NOT_ACTUAL = re.compile(
    r"目标|计划|任务|要求|预期|不低于|不少于|≥|上年|去年|同期|较|比|下一步|将|拟|明年|其中|每年|每月|每个|每|上半年|下半年|季度|月"
)
_STATE = re.compile(
    r"(?:^|[,，。;:、\s(])(?:年末|年底|现有|目前|现|实有|我[局委办会院]|本单位|全局|单位|\d日)*(?P<name>(?:核定|人员|机关|本单位|单位)?(?:编制|行政编制|事业编制|编制总?数|在职(?:人员|职工|人数)|实有(?:人数|人员|在职人员)|"
    r"退休(?:人员|人数)|在编(?:人员|人数)))(?:数|总数)?(?:共|为|共有|共计|有)?(?P<number>\d+)(?P<unit>人|名|个)"
)
_MONEY = re.compile(
    r"(?:^|[,，。;:\s(年])(?P<name>(?:本年|全年|部门|年度)?(?:收入|支出)(?:合计|总计|总额)|年初预算数?|全年预算数|全年执行数|年末结转和结余)"
    r"(?:为|共|共计|:)?\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>万元|亿元|元)"
)
_OF_OTHERS = re.compile(r"中心|站|医院|学校|下属|所属|分局|大队|二级单位|其中")
_QUALIFIED = re.compile(
    r"一般公共预算|财政拨款|政府性基金|项目|基本|上年|去年|\d{4}年(?!度?(?:部门)?(?:决算|预算))|本级|下属"
)


@dataclass(frozen=True)
class _Mention:
    verb: str
    noun: str
    value: Decimal
    unit: str
    mark: bool
    place: str
    index: int
    quoted: str
    #: the noun stands behind the number, with what follows it
    after: bool = False


def check(context: Context) -> Iterator[LintFinding]:
    deeds = list(_deeds(context))
    told: set[tuple[int, int]] = set()
    for i, one in enumerate(deeds):
        for other in deeds[i + 1 :]:
            if _contradict(one, other) and (one.index, other.index) not in told:
                told.add((one.index, other.index))
                yield _two(one, other)
    yield from _stated(context)
    for other_context in context.others:
        yield from _across(context, other_context)


def _deeds(context: Context) -> Iterator[_Mention]:
    for index, prose in enumerate(context.prose):
        if prose.planned or (prose.in_table and len(prose.plain) < 30):
            continue
        for m in [*_DEED.finditer(prose.plain), *_DEED_AFTER.finditer(prose.plain)]:
            start = max(prose.plain.rfind(mark, 0, m.start()) for mark in ",，。;、:\n") + 1
            before = prose.plain[start : m.start()]
            if m["approx"] or _NOT_ACTUAL.search(prose.plain[start : m.end()]) or len(_WHOLE.sub("", before)) > 4:
                continue
            if re.search(r"(?:指标|目标|任务)$", m["noun"]):
                continue
            noun = re.sub(r"^(?:各类|各种|不同主题的|多种|系列|大型)", "", m["noun"])
            quoted = prose.text[m.start() : m.end()]
            unit = _UNITS.get(m["unit"], m["unit"])
            value = Decimal(m["number"].replace(",", "")) * {"万": 10**4, "亿": 10**8}.get(m["scale"], 1)
            after = m.start("number") < m.start("noun")
            yield _Mention(m["verb"], noun, value, unit, bool(m["mark"]), prose.place, index, quoted, after)


def _contradict(one: _Mention, other: _Mention) -> bool:
    """The same deed with another count, or a kind of deed counted higher than all of them together."""
    if one.unit != other.unit or one.value == other.value or one.index == other.index:
        return False
    if one.after != other.after:
        short, long = (other, one) if one.after else (one, other)
        return len(short.noun) >= 5 and long.noun.startswith(short.noun)
    if one.after:
        return len(one.noun) >= 5 and one.noun == other.noun and one.verb == other.verb
    if one.noun == other.noun:
        return len(one.noun) >= 4 and (one.mark or other.mark or one.verb == other.verb)
    whole, part = sorted((one, other), key=lambda mention: len(mention.noun))
    same = len(whole.noun) >= 4 and part.noun.endswith(whole.noun[-2:]) and _within(whole.noun, part.noun)
    return same and part.mark and part.value > whole.value


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


def _two(one: _Mention, other: _Mention) -> LintFinding:
    message = f"“{one.quoted}”（{one.place}）与“{other.quoted}”（{other.place}）说的是同一件事，数量不同。"
    return finding(
        "two-values", "error", other.place, f"{one.quoted} / {other.quoted}", "前后一致，或写明各指哪一部分", message
    )


def _stated(context: Context) -> Iterator[LintFinding]:
    """Staff and grand totals, named without any qualifier, in two paragraphs."""
    seen: dict[tuple[str, str], tuple[Decimal, str, str]] = {}
    for prose in context.prose:
        if prose.in_table:
            continue
        for pattern in (_STATE, _MONEY):
            for m in pattern.finditer(prose.plain):
                sentence = prose.plain[max(0, m.start() - 16) : m.start("name")]
                if pattern is _STATE and _OF_OTHERS.search(prose.plain[: m.start("name")]):
                    continue
                if pattern is _MONEY and _QUALIFIED.search(sentence):
                    continue
                number = next(quantities(prose.plain[m.start("number") : m.end()]))
                name = re.sub(r"^(?:本年|全年|部门|年度|核定|人员|机关|本单位|单位)|数$|总数$", "", m["name"])
                quoted = prose.text[m.start("name") : m.end()]
                old = seen.setdefault((name, number.unit), (number.value, prose.place, quoted))
                if _same_value(old[0], number) or old[1] == prose.place:
                    continue
                message = f"“{old[2]}”（{old[1]}）与“{quoted}”（{prose.place}）前后不一致。"
                yield finding("two-values", "error", prose.place, f"{old[2]} / {quoted}", "前后一致", message)


def _same_value(value: Decimal, number: Quantity) -> bool:
    return abs(value - number.value) < max(number.step, Decimal("0.01")) if number.money else value == number.value


def _across(context: Context, other: Context) -> Iterator[LintFinding]:
    """Payments of the year in two documents of one unit: a gap may be one of scope, so a warning."""
    here, there = _spent(context), _spent(other)
    if not here or not there or _year(context) != _year(other):
        return
    if abs(here[0] - there[0]) < Decimal(100):
        return
    quoted = f"{here[1]} / {there[1]}"
    message = f"本文支出{here[1]}，《{other.document.name}》为{there[1]}，同一单位同一年度应一致，或写明口径（本级、全部门）。"
    yield finding("two-values", "warning", here[2], quoted, "两份材料一致，或写明口径", message)


def _spent(context: Context) -> tuple[Decimal, str, str] | None:
    for form in context.forms:
        row = form.total_money
        number = only(row.text("paid")) if row else None
        if row and number and re.search(r"整体", form.title):
            scale = 10**4 if form.money_unit == "万元" else 1
            return number.value * scale, f"{row.text('paid')}{form.money_unit or '元'}", row.place
    for prose in context.prose:
        m = re.search(
            r"(?<![\u4e00-\u9fff])(?:本年)?支出(?:合计|总计)(?:为|共计|:)?\s*(\d[\d,]*(?:\.\d+)?\s*(?:万元|元))",
            prose.plain,
        )
        if m:
            return next(quantities(m[1])).value, m[1], prose.place
    return None


def _year(context: Context) -> str | None:
    m = re.search(r"(20\d{2})年", norm(context.text))
    return m[1] if m else None
