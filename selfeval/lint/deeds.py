"""What a printed number counts: the thing, what was done with it, in which time, of what whole.

Belongs here: reading one number of a sentence, or one row of a form, so that two of them can be told to count the same.
Does not belong here: whether their values agree (rules/two_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from selfeval.lint.context import Context, Prose
from selfeval.lint.numbers import SAME_UNIT, norm, quantities, squeeze
from selfeval.lint.phrases import Said, Sentence, sentences

#: verbs of one line count the same when their object is the same; 完成 goes with any
_CLASSES = (
    "新改建|新建|改建|扩建|新增|建成|建设|建好|建立|打造|修建|新修|改造|整治|完成|实施|创建|竣工|组建|成立|发展到|发展",
    "开展|举办|组织|召开|举行|进行|开设|开办|开讲|演出|放映|完成|实施",
    "资助|救助|发放|补助|补贴|惠及|受益|服务|帮扶|覆盖|供养|提供|落实|保障",
    "培训(?!班)|参训",
    "接待|接访",
    "走访|慰问",
    "受理|办理|承办",
    "检查|巡查|出动|排查",
    "抽检|检测|检验|抽查",
    "查办|查处|立案|审计",
    "调解|化解",
    "栽植|种植|营造",
    "养护|管护|维护",
    "维修|修复|改造",
    "采购|购置|购买|安装|配备|配置",
    "印发|发放|制作",
    "收集|征集",
    "引进|招引|签约",
    "登记|注册",
    "支出|支付|使用|拨付|执行",
    "投入|投资|筹集",
    "现有|共有|设有|内设|下设|下辖|实有|核定|设|辖|保有(?!量)|有(?!量)",
    "推广|评选|表彰|安置|接种|筛查|整改|培育|招聘|选聘|收治|诊疗|借阅|外借|回收|清理|硬化|绿化|亮化|埋设|铺设|监测|认定|新改|复垦|修复",
)
_CLASS = {
    verb.split("(")[0]: number for number, line in reversed(list(enumerate(_CLASSES))) for verb in line.split("|")
}
_ALONE = set(_CLASSES[-1].split("|"))
_ANY = {"完成", "实施", "新增"}
_VERB = re.compile("|".join(sorted("|".join(_CLASSES).split("|"), key=len, reverse=True)))
#: whole words that say nothing of which thing is meant
_GENERIC = re.compile(
    r"20\d\d年度?|全年|今年|本年度?|年内|年末|年底|截至|截止|目前|全[县市区州省镇局校院](?!城)|我[局县市区会院委办校馆]|[我本](?:单位|部门|县|市|区)|本?项目(?=[^\u4e00-\u9fff]|共|$)|该项目|"
    r"共计?|总计|合计|累计|实际|先后|积极|大力|认真|扎实|有效|按时|按期|成功|全面|持续|深入|常态化|总体|各类|各种|多种|系列|"
    r"达到|经统计|经问卷调查|经调查|综上|另外|同时|期间|[一二三四五六七八九十]是|\d+[.、]|\([一二三四五六七八九十\d]+\)|\s|[“”\"《》(),]"
)
_EDGES = re.compile(r"^(?:[已并也还均对将了的为在]|已经)+(?!职|册|编|校|建)|[了的为达约共有均]+$")
_COUNTED = re.compile(
    r"(?:总?(?:数量|面积|里程|次数|人次数?|人数|户数|个数|座数|场次|期数|件数|台数|家数|长度|数额|金额|规模)|总数|总量|(?<=[\u4e00-\u9fff]{2})数)$"
)
_SUB_PERIOD = re.compile(
    r"上半年|下半年|[一二三四1234]季度|第[一二三四]季度|前三季度|(?<!\d)(?:[1-9]|1[01])月|寒假|暑假|春节|中秋|国庆|元旦|五一|期间|每[年月季周天]|第[一二三四五六七八九十\d]+[批期轮次届阶]"
)
_EARLIER = re.compile(r"上年|去年|上一年|同期|以前年度|较|比|增加|减少|下降|增长|由|从|原")
_PLANNED = re.compile(
    r"目标|计划|任务|要求|预期|不低于|不少于|≥|≤|力争|拟|确保|标准[为是:]|指标值|下一步|明年|以上|不超过|(?<!供)应(?!急|用|对|届)"
)
_PART = re.compile(r"其中|每|各(?![类种级项族界])|平均|人均|户均|另|含|中$|第[一二三四五六七八九十\d]")
_CUMULATIVE = re.compile(r"累计|总数|总量|存量|历年")
_YEAR = re.compile(r"(20\d\d)年")
_MONEY_WORDS = re.compile(
    r"补助|资金|补贴|专项|经费|项目|奖补|财政|拨款|中央|省级|市级|县级|配套|预算|部门|单位|工资|费用|合计|收入|支出"
)


@dataclass(frozen=True)
class Deed:
    value: Decimal
    unit: str
    verb: str
    #: the counted thing without the words that any sentence may have
    core: str
    #: year and part of it, as far as the sentence names one; the year of the report is none
    period: tuple[str, str]
    #: 全年, 共, 累计: all of it
    whole: bool
    cumulative: bool
    index: int
    place: str
    quoted: str
    row: bool = False
    beside: frozenset[Decimal] = frozenset()


def is_verb(word: str) -> bool:
    return word in _CLASS


def same_verb(one: str, other: str) -> bool:
    if one == other or not one or not other or one in _ANY or other in _ANY:
        return True
    return _CLASS[one] == _CLASS[other] and one not in _ALONE


def told(context: Context, year: int | None) -> Iterator[Deed]:
    """Numbers of sentences that tell what was done or is there."""
    for index, prose in enumerate(context.prose):
        if prose.planned or (prose.in_table and len(prose.plain) < 20):
            continue
        for sentence in sentences(prose.plain):
            for said in sentence.said:
                deed = _deed(prose, sentence, said, index, year)
                if deed:
                    yield deed


def rows(context: Context) -> Iterator[Deed]:
    """Actual values of indicators."""
    for form in context.forms:
        for indicator in form.indicators:
            number = next(quantities(norm(indicator.actual or "")), None)
            goal = next(quantities(norm(indicator.target or "")), None)
            if not number or number.approx or number.op or number.percent or number.value <= 0:
                continue
            unit = number.unit or (goal.unit if goal else "")
            scale = goal.scale if goal and not number.unit and number.scale == 1 else 1
            verb, core = _read(_COUNTED.sub("", squeeze(indicator.name)), "")
            if unit and core:
                quoted = f"{indicator.name} {indicator.actual}"
                yield Deed(
                    number.value * scale, SAME_UNIT.get(unit, unit), verb, core, ("", ""), True, False, -1,
                    indicator.place, quoted, True,
                )  # fmt: skip


def _deed(prose: Prose, sentence: Sentence, said: Said, index: int, year: int | None) -> Deed | None:
    q = said.q
    if (
        q.approx
        or q.op
        or q.value <= 0
        or not q.unit
        or q.percent
        or q.unit in ("年", "月", "日", "天", "分", "个百分点", "小时", "个月")
    ):
        return None
    before = sentence.text[: q.start - sentence.start]
    clause = said.lead
    if _PART.search(clause) or _EARLIER.search(clause) or _PLANNED.search(clause + said.tail[:6]):
        return None
    if re.search(r"(?:目标|计划|任务)[^,。;完实达]*$|其中[^。;]*$", before) or re.search(r"[-—~～/]\s*$", before):
        return None
    verb, core = _read(clause, said.tail)
    if q.money:
        core = core if "三公" in core or len(_MONEY_WORDS.sub("", core)) >= 3 else ""
    if len(core) < 2 or re.search(r"(?:指标|目标|任务|问题|工作|措施)$", core) or (not verb and not _bare(clause)):
        return None  # 7条指标未达到: which of them is told behind
    named = (_YEAR.findall(before) or [""])[-1]
    period = ("" if named == str(year) else named, (_SUB_PERIOD.findall(before) or [""])[-1])
    common = re.match(f"(?:{_GENERIC.pattern})*", clause)
    quoted = prose.text[
        q.start - len(clause) + (common.end() if common else 0) : q.end + (len(said.tail) if len(said.tail) < 12 else 0)
    ]
    whole = bool(re.search(r"全年|共|累计|合计|总计|总", before[-24:]))
    beside = frozenset(s.q.value for s in sentence.said)
    return Deed(
        q.value, SAME_UNIT.get(q.unit, q.unit), verb, core, period, whole,
        bool(_CUMULATIVE.search(before[-16:])), index, prose.place, quoted.strip(), False, beside,
    )  # fmt: skip


def _read(lead: str, tail: str) -> tuple[str, str]:
    """The verb, and what is counted: behind the verb, else behind the number, else before the verb."""
    lead = re.sub(r"(?:共计?|累计|总计|合计|达到?|为|有(?<!现有)(?<!共有)|约|了|的)+$", "", lead)
    found = list(_VERB.finditer(lead))
    if not found:
        return "", _bare(lead) or _bare(_noun(tail))
    last = found[-1]
    thing = _bare(lead[last.end() :]) or _bare(_noun(tail))
    subject = _bare(lead[: last.start()])
    if not thing and subject in _CLASS:  # 开展巡查48次
        return subject, last[0]
    return last[0], subject + thing


def _bare(text: str) -> str:
    return _COUNTED.sub("", _EDGES.sub("", _GENERIC.sub("", text)))


def _noun(tail: str) -> str:
    """新建的14个日间照料中心运行良好: the words behind a number as far as they may be a name."""
    tail = re.sub(r"^\([^)]*\)", "", tail)
    return re.split(r"(?:得到|全部|均|已|被|按|进行|开展|运行|投入|享受|参加|验收|实现|用于|[，,。;])", tail)[0][:12]
