"""What the facts say went wrong and what to do about it: the sentences of 存在问题 and 改进建议.

Sentences are proposed from facts, scores and findings; what the clerk wrote comes first and is never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator

from selfeval.model import IndicatorScore, UnitYear
from selfeval.report.markup import Marked, figure, sanitised, todo
from selfeval.report.phrases import closed, display, listed, money, percent, target


def clean(value: str) -> str:
    return str(sanitised(value))


def missed(u: UnitYear) -> list[tuple[str, IndicatorScore]]:
    """(project name, indicator) of every indicator that was not reached."""
    return [(s.project.name, i) for s in u.scores.projects for i in s.indicators if i.met is False]


def problems(u: UnitYear) -> list[Marked]:
    """存在问题 as sentences; empty only where nothing was missed, unexplained or warned of."""
    return [Marked(sentence) for sentence in (*_written(u), *_missed(u), *_money(u), *_data(u))]


def _written(u: UnitYear) -> Iterator[str]:
    own = closed(clean(u.confirmed.get("存在问题") or u.notes.get("存在问题", "")))
    if own and own not in ("无。", "没有。", "不存在问题。"):
        yield own


def _missed(u: UnitYear) -> Iterator[str]:
    for project, item in missed(u):
        name = clean(item.indicator.level3)
        if item.indicator.nature == "定性":
            actual = clean(item.actual_display)
            sentence = f"{clean(project)}“{name}”指标{actual}"
        else:
            actual = figure(item.source_fact, item.actual_display) if item.source_fact else clean(item.actual_display)
            goal = clean(target(item.indicator.target, item.indicator.unit))
            sentence = f"{clean(project)}“{name}”指标未完成，目标{goal}，实际完成{actual}"
        # Where the reason is lacking, the place to write it is marked beside the project's score.
        reason = clean(item.indicator.reason or "")
        yield f"{sentence}，{closed(reason)}" if reason else f"{sentence}。"


def _money(u: UnitYear) -> Iterator[str]:
    for score in u.scores.projects:
        p = score.project
        if score.rate is not None and score.rate < 1 and p.balance:
            rate_id, balance = f"project.{p.code}.execution_rate", money(p.balance)
            yield f"{clean(p.name)}预算执行率为{figure(rate_id, percent(score.rate))}，年末结余{balance}。"
    if any(s.project.adjustment for s in u.scores.projects) and not _adjustment_reason(u):
        names = listed([clean(s.project.name) for s in u.scores.projects if s.project.adjustment])
        yield f"{names}年中调整了预算，{todo('预算调整的原因')}。"
    for fact_id, line in sorted(u.lines.items()):
        found = u.facts.get(fact_id)
        if found and found.value < line:  # type: ignore[operator]
            yield f"{found.name}为{figure(fact_id, found.display)}，低于序时进度{display(line, '比率')}。"


def _adjustment_reason(u: UnitYear) -> str:
    return next((text for chapter, text in u.notes.items() if "调整" in chapter and text), "")


def _data(u: UnitYear) -> Iterator[str]:
    """Rows set aside as bad, and warnings about figures: what a reader of the report has to know of its data."""
    for account in u.accounts:
        bad = sum(
            f.count
            for f in u.findings
            if f.dataset == account.name and f.severity == "warning" and f.row and _sets_aside(f.rule)
        )
        if bad:
            yield f"{account.name}中有{bad}条记录不符合填报要求，未计入本报告，需要核实。"
    others = {f.rule: f for f in u.findings if f.severity == "warning" and f.row and not _sets_aside(f.rule)}
    for rule, f in sorted(others.items()):
        if not rule.startswith("indicators.reason"):
            yield clean(f.message)


def _sets_aside(rule: str) -> bool:
    return rule.endswith(
        (".type", ".required", ".domain", ".format", ".range", ".unknown", ".conflict", ".columns", ".shifted")
    )


def suggestions(u: UnitYear) -> list[Marked]:
    """改进建议: what the clerk wrote, then one for each kind of problem."""
    found: list[str] = []
    own = closed(clean(u.confirmed.get("改进建议") or u.notes.get("改进建议", "")))
    if own:
        found.append(own)
    if missed(u):
        names = listed([f"“{clean(i.indicator.level3)}”" for _, i in missed(u)])
        found.append(f"对{names}等未完成的指标逐项分析原因，明确责任股室和完成时限，并在下一年度合理设定指标值。")
    if any(s.rate is not None and s.rate < 1 and s.project.balance for s in u.scores.projects):
        found.append("加强预算执行管理，按项目进度及时支付资金，减少年末结余。")
    if any(s.project.adjustment for s in u.scores.projects):
        found.append("提高年初预算编制的准确性，减少年中调整。")
    if any(True for _ in _data(u)):
        found.append("规范数据填报和审核，对不符合要求的记录及时核实更正。")
    over = [i for s in u.scores.projects for i in s.indicators if i.far_over_target]
    if over:
        names = listed([f"“{clean(i.indicator.level3)}”" for i in over])
        found.append(f"{names}实际完成值明显高于目标，下一年度应结合实际提高指标值。")
    return [Marked(s) for s in found]
