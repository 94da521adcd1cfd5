"""`无存在问题` beside a miss that the same document prints.

Does not belong here: whether the points of the miss are right (points.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval.lint.context import Context, Prose, finding, sentence_around
from selfeval.lint.forms import Indicator
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import norm, plain_number, quantities
from selfeval.lint.rules.mistyped import common_run, written
from selfeval.lint.rules.points import comparable

_NONE = re.compile(
    r"(?:无|没有|不存在|未发现)(?:任何|明显)?(?:存在)?(?:的)?问题|存在(?:的)?(?:主要)?问题(?:及原因分析)?[^\u4e00-\u9fff]{0,3}(?:暂?无|没有)(?=[。,，;\s]|$)"
)

#: nothing found by an audit, or in one thing looked at, is no claim about the whole
_NARROW = re.compile(
    r"检查|抽查|审计|巡[察视]|质量|安全|验收|督[查导办]|审核|核查|监督|挪用|截留|挤占|违规|违纪|虚列|资金使用|资金管理|财务|采购|招标|公示|反映|投诉"
)
_NOTHING = re.compile(r"(?:暂?无|没有)(?:[。.,，]|$)")
_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d+[.、])?\s*存在(?:的)?(?:主要)?问题[:。]?"
)


def check(context: Context) -> Iterator[LintFinding]:
    for prose, quoted in _claims(context):
        lost = _lost(context, prose.place)
        if lost:
            names = "、".join(f"“{indicator.name}”" for indicator in lost[:3])
            message = f"文中称“{quoted}”，但指标{names}失分或未达到目标，两者矛盾。"
            yield finding("claim", "warning", prose.place, quoted, "写明失分指标的问题和改进措施", message)
            return
        rate = _shortfall(context)
        if rate:
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


_MISSED = re.compile(
    r"(?:目标|计划|应|任务)(?:值|数)?(?:为|是|:)?(?P<goal>\d[\d,.]*)\s*(?P<scale>万?)(?P<unit>[^\d,，。;]{1,4})[,，;(]?(?:年末|全年)?(?:实际|仅|只)?(?:完成|实际|达到)(?:了|值|数)?(?:为)?"
    r"(?P<actual>\d[\d,.]*)\s*(?P=scale)(?P=unit)"
)


def _short_of_plan(context: Context) -> tuple[str, str] | None:
    """建设“妇女微家”20个 among the tasks of the year, 建成“妇女微家”18个 among what was done."""
    told = [mention for mention in written(context) if mention.unit not in ("", "元", "分")]
    for plan in told:
        for done in told if plan.planned else ():
            same = not done.planned and done.unit == plan.unit and common_run(plan.name, done.name) >= 4
            if same and plan.value / 2 < done.value < plan.value:
                return done.place, f"{done.quoted}（计划{plan.quoted}）"
    return None


def _shortfall(context: Context) -> tuple[str, str, bool] | None:
    """A miss told in words: goal and actual for sure, a rate below 100% perhaps."""
    plan = _short_of_plan(context)
    if plan:
        return *plan, True
    for prose in context.prose:
        m = _MISSED.search(prose.plain)
        if m:
            goal, actual = (q.value for q in (*quantities(m["goal"]), *quantities(m["actual"])))
            if actual < goal:
                return prose.place, prose.text[m.start() : m.end()], True
    for prose in context.prose:
        m = re.search(r"(?:完成(?:率|量)|完成比例|达标率)(?:达到?|为|仅|:)?\s*(\d+(?:\.\d+)?)%", norm(prose.plain))
        if m and float(m[1]) < 100:
            return prose.place, prose.text[m.start() : m.end()], False
    return None
