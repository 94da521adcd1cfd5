"""What the facts say went wrong and what to do about it: the sentences of 存在问题 and 改进建议.

Sentences are proposed from facts, scores and findings; what the clerk wrote comes first and is never replaced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from selfeval.model import Fact, Finding, IndicatorScore, ProjectScore, UnitYear
from selfeval.report.markup import Marked, figure, sanitised, todo
from selfeval.report.phrases import closed, display, listed, money, opened, plain
from selfeval.report.tables import actual, goal, own
from selfeval.scoring.reading import nature

#: What a clerk writes where there is nothing to say.
_NOTHING = ("无", "没有", "暂无", "不存在问题", "无存在问题", "不存在")
#: More names than this in one sentence are counted instead.
_NAMED = 5


def clean(value: str) -> str:
    return str(sanitised(value))


def missed(u: UnitYear) -> list[IndicatorScore]:
    """Every indicator that was not reached."""
    return [i for s in u.scores.projects for i in s.indicators if i.met is False]


def problems(u: UnitYear) -> list[Marked]:
    """存在问题 as sentences; empty only where nothing was missed, unexplained, deducted or warned of."""
    found = (*_written(u, "存在问题"), *_missed(u), *_money(u), *_deducted(u), *_data(u), *_unverified(u))
    return [Marked(sentence) for sentence in found]


def _written(u: UnitYear, chapter: str) -> Iterator[str]:
    text = opened(clean(u.notes.get(chapter, "")))
    if text and text not in _NOTHING:
        yield closed(text)


def _missed(u: UnitYear) -> Iterator[str]:
    for score in u.scores.projects:
        name = clean(score.project.name)
        short = [_short(u, i) for i in score.indicators if i.met is False]
        if short:
            yield f"{name}有{len(short)}条绩效指标未达到年度指标值：{'；'.join(short)}。"
        far = [_far(u, i) for i in score.indicators if i.far_over_target and not i.indicator.reason]
        if far:
            yield f"{name}有{len(far)}条绩效指标明显优于年度指标值而未说明原因：{'；'.join(far)}。"


def _short(u: UnitYear, item: IndicatorScore) -> str:
    name, reason = clean(item.indicator.level3), opened(clean(item.indicator.reason or ""))
    if item.indicator.nature == "定性":
        sentence = f"“{name}”{clean(item.actual_display)}"
    else:
        sentence = f"“{name}”目标{_goal(item)}，实际完成{_actual(u, item)}"
    # Where the reason is lacking, the place to write it is marked beside the project's score.
    return f"{sentence}，原因是{reason}" if reason else sentence


def _far(u: UnitYear, item: IndicatorScore) -> str:
    name = clean(item.indicator.level3)
    return f"“{name}”目标{_goal(item)}，实际完成{_actual(u, item)}，{todo('明显超过指标值的原因')}"


def _goal(item: IndicatorScore) -> str:
    """The target; what is missed at the very figure, or by too much, needs the nature to be understood."""
    words = {"=": "等于", ">": "大于", "<": "小于"}
    if isinstance(item.target, dt.date):
        words |= {">": "晚于", "<": "早于"}
    return words.get(nature(item.indicator.nature) or "", "") + clean(goal(item))


def _actual(u: UnitYear, item: IndicatorScore) -> str:
    shown = actual(u, item)
    return figure(item.source_fact, shown) + own(u, item) if item.source_fact else clean(shown)


def _underspent(u: UnitYear) -> list[ProjectScore]:
    return [s for s in u.scores.projects if s.rate is not None and s.rate < 1 and s.project.balance > 0]


def _money(u: UnitYear) -> Iterator[str]:
    parts = []
    for score in _underspent(u):
        p, rate_id = score.project, f"project.{score.project.code}.execution_rate"
        rate = figure(rate_id, u.facts[rate_id].display) if rate_id in u.facts else "—"
        parts.append(f"{clean(p.name)}预算执行率{rate}，结余{money(p.balance)}")
    if parts:
        yield f"部分项目资金未使用完毕：{'；'.join(parts)}。"
    if any(s.project.adjustment for s in u.scores.projects) and not _adjustment_reason(u):
        names = listed([clean(s.project.name) for s in u.scores.projects if s.project.adjustment])
        yield f"{names}年中调整了预算，{todo('预算调整的原因')}。"
    for found, line in _slow(u):
        said = _explained(u, [f for f in u.findings if _of_month(f, found)])
        yield f"{found.name}为{figure(found.id, found.display)}，低于序时进度{display(line, '比率')}。{said}"


def _slow(u: UnitYear) -> list[tuple[Fact, Decimal]]:
    """The dates by which too little was paid, with their lines."""
    lines = [(u.facts[i], line) for i, line in sorted(u.lines.items()) if i in u.facts]
    return [(found, line) for found, line in lines if Decimal(found.value) < line]


def _of_month(f: Finding, progress: Fact) -> bool:
    """Whether a warning tells of the same date as a fact (截至6月底的支出进度)."""
    return f.rule == "payments.progress.line" and f.message.startswith(progress.name.removesuffix("的支出进度"))


def _adjustment_reason(u: UnitYear) -> str:
    return next((text for chapter, text in u.notes.items() if "调整" in chapter and text), "")


def _deducted(u: UnitYear) -> Iterator[str]:
    """Items of the whole-department table that lost points for something other than a project's own indicators."""
    said = {i.indicator.fact_id for s in u.scores.projects for i in s.indicators} | set(u.lines)
    if _underspent(u):
        said |= {f for f in u.facts if f.endswith((".budget_final", ".paid"))}
    for item in u.scores.department.items:
        if item.points is None or item.points >= item.weight or (item.facts and said.issuperset(item.facts)):
            continue
        lost = plain(item.weight - item.points)
        yield f"部门整体绩效自评表“{clean(item.level3)}”扣{lost}分：{closed(clean(item.how))}"


def _data(u: UnitYear) -> Iterator[str]:
    """Rows set aside as bad, and warnings about figures: what a reader of the report has to know of its data."""
    errors = sum(f.count for f in u.findings if f.severity == "error")
    if errors:
        yield f"数据校验发现{errors}处错误尚未处理，有关数字可能变动。"
    warnings = [f for f in u.findings if f.severity == "warning"]
    for account in u.accounts:
        bad = sum(f.count for f in warnings if f.dataset == account.name and _sets_aside(f))
        if bad:
            said = _explained(u, [f for f in warnings if f.dataset == account.name and _sets_aside(f)])
            yield f"{account.name}中有{bad}条记录不符合填报要求，未计入本报告，{said or '需要核实。'}"
    yield from _other_warnings(u, [f for f in warnings if f.dataset and not _sets_aside(f)])


def _explained(u: UnitYear, findings: Iterable[Finding]) -> str:
    """What a person wrote about findings in the approval form, each text once."""
    texts = dict.fromkeys(clean(u.confirmed.get(f.place, "")) for f in findings)
    return "".join(closed(text) for text in texts if text)


def _unverified(u: UnitYear) -> Iterator[str]:
    if not (u.scores.department.verified and u.scores.pack_verified):
        yield "计分所用指标体系的分值尚未经财政部门核实，所得分数仅供参考，需核对后确认。"


def _other_warnings(u: UnitYear, warnings: Sequence[Finding]) -> Iterator[str]:
    """One sentence a rule; missing reasons stand with their indicators, slow payment with the money."""
    by_rule: dict[str, list[Finding]] = {}
    told = [fact for fact, _ in _slow(u)]
    for f in warnings:
        if not f.rule.startswith("indicators.reason") and not any(_of_month(f, fact) for fact in told):
            by_rule.setdefault(f.rule, []).append(f)
    for _, found in sorted(by_rule.items()):
        count = sum(f.count for f in found)
        more = f"（此类问题共{count}处）" if count > 1 else ""
        yield f"{opened(clean(found[0].message))}{more}。{_explained(u, found)}"


def _sets_aside(f: Finding) -> bool:
    """Whether the rows of a finding were left out; such a rule is about a cell or a key of a table."""
    kinds = (".type", ".required", ".domain", ".format", ".range", ".unknown", ".conflict", ".columns", ".shifted")
    return f.row is not None and f.rule.endswith(kinds)


def suggestions(u: UnitYear) -> list[Marked]:
    """改进建议: what the clerk wrote, then one for each kind of problem."""
    found = list(_written(u, "改进建议"))
    short = missed(u)
    if short:
        found.append(
            f"对{_names(short)}未达到年度指标值的原因逐项分析，明确责任股室和完成时限，并在下一年度合理设定指标值。"
        )
    if _underspent(u):
        found.append("加强预算执行管理，按项目进度及时支付资金，减少年末结余。")
    if _deviates(u):
        found.append("提高年初预算编制的准确性，减少年中调整。")
    if any(True for _ in _data(u)):
        found.append("规范数据填报和审核，对有疑问的数据及时核实更正。")
    over = [i for s in u.scores.projects for i in s.indicators if i.far_over_target]
    if over:
        found.append(f"{_names(over)}实际完成值明显优于目标，下一年度应结合实际调整指标值。")
    return [Marked(s) for s in found]


def _deviates(u: UnitYear) -> bool:
    """Whether budgets were adjusted, and by more than the department's table lets pass where it looks at that."""
    looked_at = [i for i in u.scores.department.items if "finance.budget_deviation" in i.facts and i.points is not None]
    adjusted = any(s.project.adjustment for s in u.scores.projects)
    return adjusted and (not looked_at or any(i.points < i.weight for i in looked_at if i.points is not None))


def _names(items: Sequence[IndicatorScore]) -> str:
    names = [f"“{name}”" for name in dict.fromkeys(clean(i.indicator.level3) for i in items)]
    # Quoted items stand side by side without 、 (GB/T 15834).
    return "".join(names) if len(names) <= _NAMED else f"{''.join(names[:_NAMED])}等{len(names)}条指标"
