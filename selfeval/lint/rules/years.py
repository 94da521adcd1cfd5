"""Years that do not fit: a form of a whole year dated before its end, two years for one self-evaluation.

Does not belong here: budgets of earlier years, which reports name rightly.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator

from selfeval.lint.context import Context, Prose, finding, sentence_around
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import chinese_number, norm

_OF_FORM = re.compile(
    r"\(\s*(20\d{2})\s*年?度?\s*\)|(20\d{2})年度?[^\d。,，;|]{0,40}?(?:绩效|自评|评价)[^。,，]{0,12}?"
    r"(?:自评表|自评报告|评价表|评价报告|自评|报告)"
    r"|(20\d{2})年度?[^\d。,，;|]{0,50}?(?:自评表|自评报告|评价表|评价报告|得分表|评分表)"
)
_DATED = re.compile(
    r"(发布(?:时间|日期)?|填报日期|填表日期|填报时间|填表时间|填制日期|报告日期|编制日期|编制时间|公开(?:时间|日期)|印发日期|报送(?:时间|日期)|(?:自评|评价)(?:时间|日期)|(?<![\u4e00-\u9fff])日期|modified|修改(?:时间|日期))"
    r"[:：]?\s*(20\d{2})\s*[-年./]\s*(\d{1,2})(?:\s*[-月./]\s*(\d{1,2}))?",
    re.I,
)
_SIGNATURE = re.compile(r"^\s*(20\d{2})年(\d{1,2})月(\d{1,2})日\s*$")
_TITLE_WORD = re.compile(r"自评|绩效|评价")
#: what a report says of the year under evaluation alone
_SUBJECT = r"年度(?:绩效|总体)?目标|绩效目标(?!管理|表)|全年预算数?|全年执行数?|年初预算|预算执行率|(?:绩效)?(?:自评|评价)(?:总|综合)?(?:得分|结论|结果为)"
_CURRENT = re.compile(
    rf"(?<!较)(?<!比)(?<!至)(20\d{{2}})年度?(?!\d)[^\d。;,，]{{0,10}}(?:{_SUBJECT})"
    rf"|(20\d{{2}})年度?[^\d。;,，]{{0,14}}(?:任务|工作|目标)[^\d。;,，]{{0,4}}(?:已|全部|均)[^。;,，]{{0,4}}(?:完成|执行)"
    rf"|(?<=[。;\n])(20\d{{2}})年(?:本单位|本部门|我[局委办会院中][心]?)(?!.{{0,20}}(?:被|获|成立|设立|组建|荣))"
    rf"|(?:^|(?<=[。;\n]))(20\d{{2}})年度?,[^\d。;,，较比]{{0,8}}(?:{_SUBJECT})"
    rf"|(?:^|(?<=[。;\n]))(20\d{{2}})年度?,?(?:全年|我[局委办会院中][心]?|本(?:单位|部门))[^。;]{{0,20}}?(?:完成|绩效指标|目标)(?!.{{0,20}}(?:被|获|成立|设立|组建|荣))"
    r"|(?:自评|评价)对象(?:为|是|:)?(20\d{2})年"
    r"|截[至止]到?(20\d{2})年(?:年?末|年?底|12月(?:31日|底))|(?:评价|自评)(?:的)?(?:时段|时间|期间|范围|周期|基准日|年度)+[为是:]?\s*(20\d{2})年"
)


def check(context: Context) -> Iterator[LintFinding]:
    yield from _backwards(context)
    yield from _after_the_report(context)
    year = report_year(context)
    if year is None:
        return
    yield from _too_early(context, year)
    yield from _too_late(context, year)
    yield from _otherreport_year(context, year)


_ACCOUNTS = re.compile(r"(?<!\d)(20\d{2})年度?(?:部门|单位)?决算(?:公开|说明|情况|报告|及|和|$)")
_MONTH_RANGE = re.compile(r"(20\d{2})年(\d{1,2})月(?:\d{1,2}日)?(?:起)?(?:至|到|[-—~～]+)(20\d{2})年(\d{1,2})月")
_EVENT = re.compile(
    r"(20\d{2})年(\d{1,2})月(?:\d{1,2}日|[上中下]旬|底|初)?[^。;,，\d前]{0,8}?(?:完工|竣工|验收|安装|建成|开工|投用|投入使用|交付|完成|启动|发放|拨付|通过|召开|举办)"
)
_TO_COME = re.compile(
    r"将|计划|预计|拟|力争|确保|前[,，。]|争取|下一步|推迟|顺延|延[期至]|合同|约定|目标|到期|期限|底前"
)


def _backwards(context: Context) -> Iterator[LintFinding]:
    """2023年1月至2022年12月."""
    for prose in context.prose:
        for m in _MONTH_RANGE.finditer(prose.plain):
            if (int(m[1]), int(m[2])) > (int(m[3]), int(m[4])):
                message = f"“{m[0]}”的终止时间早于起始时间。"
                yield finding("year", "error", prose.place, prose.text[m.start() : m.end()], "核对起止年月", message)


def _after_the_report(context: Context) -> Iterator[LintFinding]:
    """设备于2023年5月安装验收 in a report of March 2022."""
    dates = {date for prose in context.prose for y, month, day, _ in _dates(prose) if (date := _date(y, month, day))}
    if len(dates) != 1:
        return
    (written,) = dates
    for prose in context.prose:
        for m in _EVENT.finditer(prose.plain):
            sentence = sentence_around(prose.plain, m.start(), m.end())
            if (int(m[1]), int(m[2])) <= (written.year, written.month) or prose.planned or _TO_COME.search(sentence):
                continue
            message = f"报告写于{written.year}年{written.month}月，此处却写{m[1]}年{m[2]}月已经做成，年度有误。"
            quoted = prose.text[m.start() : m.end()]
            yield finding("year", "error", prose.place, quoted, f"不晚于{written.year}年{written.month}月", message)
            return


def _titles(context: Context) -> Iterator[tuple[Prose, int]]:
    for prose in context.prose:
        if len(prose.plain) > 130 or not _TITLE_WORD.search(prose.plain):
            continue
        m = _OF_FORM.search(prose.plain)
        if re.search(r"监控|申报表|通知|办法|结果.{0,6}(?:用|整改|公开)|发现的问题", prose.plain):
            continue
        if m and "。" not in prose.plain[: m.end()]:
            yield prose, int(m[1] or m[2] or m[3])


def report_year(context: Context) -> int | None:
    """The year of the report: what its titles say; a lone line (2022年度) under the title is one too."""
    years = Counter(year for _, year in _titles(context))
    for prose in context.prose[:20]:
        m = re.fullmatch(r"\s*\(?\s*(20\d{2})\s*年度?\s*\)?\s*", prose.plain)
        if m:
            years[int(m[1])] += 1
    if not years:  # 某县某局2023年度部门决算
        heads = [m for prose in context.prose[:4] if (m := _ACCOUNTS.search(prose.plain))]
        years.update(int(m[1]) for m in heads)
    return years.most_common(1)[0][0] if years else None


def _dates(prose: Prose) -> list[tuple[str, str, str | None, str]]:
    """The days on which the report says that it was written or published: year, month, day, the words."""
    found = [(m[2], m[3], m[4], m[0]) for m in _DATED.finditer(prose.plain)]
    lone = None if prose.in_table else _SIGNATURE.match(prose.plain)
    chinese = None if prose.in_table else _IN_WORDS.match(prose.plain)
    if lone:
        found.append((lone[1], lone[2], lone[3], lone[0].strip()))
    elif chinese:
        year = "".join(str("〇一二三四五六七八九".index(c)) for c in chinese[1].replace("○", "〇").replace("零", "〇"))
        month, day = (str(chinese_number(chinese[i]) or 0) for i in (2, 3))
        found.append((year, month, day, chinese[0].strip()))
    return found


#: 二〇二三年十月二十日
_IN_WORDS = re.compile(
    r"^\s*(二[〇○零][一二三四五六七八九〇○零]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日\s*$"
)


def _too_early(context: Context, year: int) -> Iterator[LintFinding]:
    for prose in context.prose:
        for y, month, day, quoted in _dates(prose):
            date = _date(y, month, day)
            if date is None or date >= dt.date(year, 12, 31):
                continue
            message = f"{year}年度的全年自评落款或发布于{date.isoformat()}，早于年度终了，全年数据不可能齐全。"
            yield finding("year", "warning", prose.place, quoted, f"{year}年12月31日以后", message)


def _too_late(context: Context, year: int) -> Iterator[LintFinding]:
    """A form filled in after the end of the year that follows its own: it may be of that year."""
    for prose in context.prose:
        for m in _DATED.finditer(prose.plain):
            named = int(m[2])
            if re.match(r"填|自评", m[1]) and named >= year + 2:
                message = f"标明{year}年度，却于{named}年填报，年度可能应为{named - 1}年度。"
                yield finding("year", "warning", prose.place, f"{year}年度 / {m[0]}", f"{named - 1}年度", message)
                return


def _date(year: str, month: str, day: str | None) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day or 28))
    except ValueError:
        return None


def _otherreport_year(context: Context, year: int) -> Iterator[LintFinding]:
    """A sentence about the year under evaluation that names another one."""
    titled = {y for _, y in _titles(context)}
    told: set[int] = set()
    for prose in context.prose:
        for m in _CURRENT.finditer(prose.plain):
            named = int(next(group for group in m.groups() if group))
            around = f"{prose.plain[max(0, m.start() - 12) : m.start()]} {m[0].lstrip('截至')}{prose.plain[m.end() : m.end() + 12]}"
            if named in titled | {year, year + 1} or named in told:
                continue
            period = bool(m.groups()[-1])  # 评价期间 names its first and its last day
            if not period and re.search(
                r"较(?![好为强大高])|比|上年|去年|结转|同期|以前|至|[-—~]|结果|应用|整改|中期|规划", around
            ):
                continue
            if period and re.search(rf"{year}|以来", prose.plain[m.end() : m.end() + 24]):
                continue
            told.add(named)
            stock = m[0].startswith("截") and f"截至{year}" in norm(context.text)
            if stock or (m[0].startswith("截") and re.search(r"^[^。;]{0,12}(?:结转|结余)", prose.plain[m.end() :])):
                continue  # where the year began
            message = f"报告的年度是{year}年，此处写的是{named}年，年度不一致。"
            yield finding("year", "error", prose.place, prose.text[m.start() : m.end()], f"{year}年", message)
    others = [(prose, y) for prose, y in _titles(context) if y != year]
    if len(titled) == 2 and others and len(context.forms) <= 1 and others[0][1] not in told:
        prose, other = others[0]
        message = f"标题一处写{year}年度，一处写{other}年度，同一份自评的年度不一致。"
        yield finding("year", "error", prose.place, prose.text[:60], f"{year}年度", message)
