"""`无存在问题` beside a miss that the same document prints.

Does not belong here: whether the points of the miss are right (points.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from selfeval.lint.context import Context, Prose, finding, sentence_around
from selfeval.lint.forms import Indicator
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import norm, plain_number
from selfeval.lint.phrases import sentences
from selfeval.lint.rules.mistyped import common_run, written
from selfeval.lint.rules.points import comparable

_NONE = re.compile(
    r"(?:无|没有|不存在|未发现)(?:任何|明显)?(?:存在)?(?:的)?问题|存在(?:的)?(?:主要)?问题(?:及原因分析)?[^\u4e00-\u9fff]{0,3}(?:暂?无|没有)(?=[。,，;\s]|$)"
)

#: everything was reached
_ALL_DONE = re.compile(
    r"(?:各项|全部|所有|全年|年度|年初|预期|绩效)[^。;,，]{0,16}(?:目标|任务|指标)[^。;,，]{0,6}?(?:均|已|全部|全面|圆满|如期|按期|按时|超额|都)+[^。;,，\d]{0,4}(?:完成|实现|达标|达到)"
    r"|(?:圆满|全面|超额|顺利|全部)(?:完成|实现|达到)了?[^。;,，\d]{0,14}(?:目标|任务|指标)|不存在(?:未完成|偏差|未达标)[^。;,，]{0,6}"
)
_ALL_BUT = re.compile(r"除|外[,，]|基本(?!支出)|大部分|主要(?:目标|指标|任务)|多数|其他|其余|下一步|确保|力争|为|以便")

#: nothing found by an audit, or in one thing looked at, is no claim about the whole
_NARROW = re.compile(
    r"检查|抽查|审计|巡[察视]|质量|安全|验收|督[查导办]|审核|核查|监督|挪用|截留|挤占|违规|违纪|虚列|资金使用|资金管理|财务|采购|招标|公示|反映|投诉"
)
_NOTHING = re.compile(r"(?:暂?无|没有)(?:[。.,，]|$)")
_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d+[.、])?\s*存在(?:的)?(?:主要)?问题[:。]?"
)


def check(context: Context) -> Iterator[LintFinding]:
    told = list(_no_problems(context))
    yield from told or _all_done(context)


def _all_done(context: Context) -> Iterator[LintFinding]:
    """全部完成 beside a goal that was missed; points taken are no miss."""
    for prose in context.prose:
        m = None if prose.planned else _ALL_DONE.search(prose.plain)
        if not m or _ALL_BUT.search(re.split(r"[。;]", prose.plain[: m.start()])[-1] + m[0]):
            continue
        quoted = prose.text[m.start() : m.end()]
        missed = [i.name for i in _lost(context, prose.place) if _missed_target(i)]
        evidence = f"指标“{missed[0]}”未达到目标" if missed else None
        if not evidence:
            texts = [(p.place, text) for p in context.prose if (text := _missed(p))]
            evidence = f"{texts[0][0]}写有“{texts[0][1]}”" if texts else None
        if evidence:
            message = f"文中称“{quoted}”，但{evidence}，两者矛盾。"
            yield finding("claim", "warning", prose.place, quoted, "如实写明未完成的目标", message)
            return


def _missed_target(indicator: Indicator) -> bool:
    weight, score = indicator.weight_value, plain_number(indicator.score or "")
    row = comparable(indicator, weight, score) if weight is not None and score is not None else None
    return bool(row and not row.met)


def _no_problems(context: Context) -> Iterator[LintFinding]:
    for prose, quoted in _claims(context):
        lost = _lost(context, prose.place)
        if lost:
            names = "、".join(f"“{indicator.name}”" for indicator in lost[:3])
            message = f"文中称“{quoted}”，但指标{names}失分或未达到目标，两者矛盾。"
            yield finding("claim", "warning", prose.place, quoted, "写明失分指标的问题和改进措施", message)
            return
        rate = _shortfall(context)
        own = [form for form in context.forms if any(line.place == prose.place for line in form.lines)]
        within = {line.place for form in own for line in form.lines}
        # what is claimed in one form of several is not of the others
        if rate and (len(context.forms) < 2 or not own or rate[0] in within):
            place, text, sure = rate
            message = f"文中称“{quoted}”，而{place}写有“{text}”，请核实是否未完成目标。"
            yield finding("claim", "warning" if sure else "info", prose.place, quoted, "核实后写明", message)
            return


def _claims(context: Context) -> Iterator[tuple[Prose, str]]:
    for index, prose in enumerate(context.prose):
        m = _NONE.search(prose.plain)
        if m and len(m[0]) >= 3 and not _NARROW.search(sentence_around(prose.plain, m.start(), m.end())):
            yield prose, prose.text[m.start() : m.end()]
            continue
        following = [p for p in context.prose[index + 1 : index + 2] if p.in_table == prose.in_table]
        if _HEADING.fullmatch(prose.plain.strip()) and following and _NOTHING.match(following[0].plain.strip()):
            yield following[0], f"{prose.text}：{following[0].text}"


def _lost(context: Context, place: str) -> list[Indicator]:
    """Indicators with fewer points than their weight, or that missed their target whatever points they were given.

    A claim within a form speaks of that form alone.
    """
    out = []
    own = [form for form in context.forms if any(line.place == place for line in form.lines)]
    for form in own or context.forms:
        for indicator in form.indicators:
            weight, score = indicator.weight_value, plain_number(indicator.score or "")
            if weight is None or score is None or indicator.execution:
                continue
            row = comparable(indicator, weight, score)
            if score.value < weight or (row and not row.met):
                out.append(indicator)
    return out


_MEANT = re.compile(r"(?:目标值?|计划|任务数?|应|指标值)(?!完成率|责任)[^\d。;]{0,12}$")
_DONE = re.compile(r"^(?:[^\d]{0,6}(?:年末|全年|实际|仅|只|完成|建成|达到|走访|治理|共))[^\d。;]{0,10}$")
_LESS_IS_MORE = re.compile(
    r"以内|以下|不超|不高于|控制|压减|降至|下降|投诉|事故|时限|时长|时间|成本|费|失业|死亡|发病|[≤<]"
)
_FEWER = re.compile(
    r"[较比](?:年初)?(?:计划|目标|任务)数?(?:少了?|短缺|欠)\d[\d.,]*(?![\d.,]|\s*(?:万?元|天|日|个?工作日|分钟|小时|个月|%|个百分点))|未(?:达到?|完成)(?:年度|预期|年初|绩效)*(?:目标|计划)"
)
_TIMES = ("天", "日", "分钟", "小时", "月", "年", "元", "工作日", "个工作日", "个月", "")
_SHORT = re.compile(r"(?:为|占|完成)?(?:年度|年初|全年)?(?:目标|计划|任务)(?:任务|数|值)?的(?P<rate>\d+(?:\.\d+)?)%")


def _short_of_plan(context: Context) -> tuple[str, str] | None:
    """建设“妇女微家”20个 among the tasks of the year, 建成“妇女微家”18个 among what was done."""
    told = [mention for mention in written(context) if mention.unit not in ("", "元", "分")]
    for plan in told:
        for done in told if plan.planned else ():
            same = not done.planned and done.unit == plan.unit and common_run(plan.name, done.name) >= 4
            if same and plan.value / 2 < done.value < plan.value:
                return done.place, f"{done.quoted}（计划{plan.quoted}）"
    return None


def _missed(prose: Prose) -> str | None:
    """A goal and less than it in one sentence: 目标200户，实际完成168户; 完成11.6公里，为目标的93.55%."""
    for sentence in sentences(prose.plain):
        if _LESS_IS_MORE.search(sentence.text) or prose.planned:
            continue
        for meant, done in pairwise(sentence.said):
            same = meant.q.unit == done.q.unit and meant.q.unit not in _TIMES and not (meant.q.approx or done.q.approx)
            if same and _MEANT.search(meant.lead) and _DONE.search(done.lead) and done.q.value < meant.q.value:
                return prose.text[meant.q.start - len(meant.lead) : done.q.end]
        fewer = _FEWER.search(sentence.text)
        if fewer:
            return prose.text[sentence.start + fewer.start() : sentence.start + fewer.end()]
        short = _SHORT.search(sentence.text)
        if short and float(short["rate"]) < 100:
            return prose.text[sentence.start : sentence.start + short.end()]
    return None


def _shortfall(context: Context) -> tuple[str, str, bool] | None:
    """A miss told in words: goal and actual for sure, a rate below 100% perhaps."""
    plan = _short_of_plan(context)
    if plan:
        return *plan, True
    for prose in context.prose:
        text = _missed(prose)
        if text:
            return prose.place, text, True
    for prose in context.prose:
        m = re.search(r"(?:完成(?:率|量)|完成比例|达标率)(?:达到?|为|仅|:)?\s*(\d+(?:\.\d+)?)%", norm(prose.plain))
        if m and float(m[1]) < 100:
            return prose.place, prose.text[m.start() : m.end()], False
    return None
