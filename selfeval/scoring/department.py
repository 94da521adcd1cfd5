"""部门整体绩效自评表: one function a formula name of the packs.

Belongs here: the arithmetic of the whole-department items. Does not belong here: points, tolerances and words of a
system (packs/*.toml). What no data feeds stays 待人工填写: a person fills it in, the program never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from selfeval.model import DepartmentItem, DepartmentScore, Fact, IndicatorScore, ProjectScore
from selfeval.report.phrases import plain
from selfeval.scoring import packs, reading
from selfeval.scoring.arithmetic import half_up, rate_of, share_of, truncated

MANUAL = "待人工填写"


@dataclass(frozen=True)
class Data:
    """What formulas may look at."""

    facts: Mapping[str, Fact]
    projects: Sequence[ProjectScore]
    profile: Mapping[str, str]

    def number(self, fact_id: str) -> Decimal | None:
        fact = self.facts.get(fact_id)
        return None if fact is None or isinstance(fact.value, str) else Decimal(fact.value)

    def of_categories(self, categories: Sequence[str]) -> list[ProjectScore]:
        return [p for p in self.projects if not categories or p.project.category in categories]

    def project_facts(self, projects: Sequence[ProjectScore], *fields: str) -> tuple[str, ...]:
        ids = (f"project.{p.project.code}.{name}" for p in projects for name in fields)
        return tuple(i for i in ids if i in self.facts)


@dataclass(frozen=True)
class Result:
    """Points, the line that explains them, the facts they rest on."""

    points: Decimal
    how: str
    facts: tuple[str, ...]


def score_department(pack: packs.DepartmentPack, project_pack: packs.Pack, data: Data) -> DepartmentScore:
    """The whole table: what is scored, what a person must fill in, and a grade only when nothing is left open."""
    items = tuple(_item(item, data) for item in pack.items)
    fed = [(item.weight, item.points) for item in items if item.points is not None]
    scored = sum((points for _, points in fed), Decimal(0))
    return DepartmentScore(
        title=pack.title,
        source=pack.source,
        verified=pack.verified,
        items=items,
        scored=scored,
        scorable=sum((weight for weight, _ in fed), Decimal(0)),
        total=sum((item.weight for item in items), Decimal(0)),
        grade=project_pack.grade(scored) if len(fed) == len(items) else None,
    )


def _item(item: packs.Item, data: Data) -> DepartmentItem:
    result = _apply(item, data)
    return DepartmentItem(
        id=item.id,
        level1=item.level1,
        level2=item.level2,
        level3=item.level3,
        weight=item.weight,
        points=result.points if result else None,
        how=result.how if result else MANUAL,
        facts=result.facts if result else (),
    )


def _apply(item: packs.Item, data: Data) -> Result | None:
    match item.formula:
        case packs.Manual():
            return None
        case packs.GoalCompletion() as formula:
            return _goal_completion(item.weight, formula, data)
        case packs.ExecutionProgress() as formula:
            return _execution_progress(item.weight, formula, data)
        case packs.BudgetDeviation() as formula:
            return _budget_deviation(item.weight, formula, data)
        case packs.Carryover() as formula:
            return _carryover(item.weight, formula, data)
        case packs.BudgetCompletion() as formula:
            return _budget_completion(item.weight, formula, data)
        case packs.Violations() as formula:
            return _violations(item.weight, formula, data)


def _goal_completion(weight: Decimal, formula: packs.GoalCompletion, data: Data) -> Result | None:
    """weight × completion; 定性 is a person's judgement and not in scope."""
    scope = [
        score
        for project in data.of_categories(formula.categories)
        for score in project.indicators
        if _in_scope(score, formula.level2)
    ]
    earned = [score.points for score in scope if score.points is not None]
    of = sum((score.indicator.weight for score in scope), Decimal(0))
    if len(earned) < len(scope) or of <= 0:
        return None
    if formula.by == "points":
        top, bottom = sum(earned, Decimal(0)), of
        what = f"{len(scope)}项指标得{plain(top)}分、权重合计{plain(bottom)}分"
    else:
        top, bottom = Decimal(sum(1 for score in scope if score.met)), Decimal(len(scope))
        what = f"{len(scope)}项指标中{plain(top)}项达到指标值"
    points = share_of(weight, Fraction(top) / Fraction(bottom))
    how = f"{what}，{plain(weight)}×{plain(top)}÷{plain(bottom)}＝{plain(points)}分"
    return Result(points, how, tuple(score.indicator.fact_id for score in scope))


def _in_scope(score: IndicatorScore, level2: Sequence[str]) -> bool:
    if reading.nature(score.indicator.nature) == "定性":
        return False
    return not level2 or any(word in score.indicator.level2 for word in level2)


def _execution_progress(weight: Decimal, formula: packs.ExecutionProgress, data: Data) -> Result | None:
    shares, parts = Fraction(0), []
    for line in formula.lines:
        actual = data.number(line.fact)
        if actual is None:
            return None
        shares += max(Fraction(0), min(Fraction(1), Fraction(actual) / Fraction(line.line)))
        reached = "达到" if actual >= line.line else "低于"
        parts.append(f"{line.label}{_percent(actual, line.line)}{reached}{plain(line.line * 100)}%")
    points = share_of(weight, shares / len(formula.lines))
    return Result(points, f"{'，'.join(parts)}，得{plain(points)}分", tuple(line.fact for line in formula.lines))


def _budget_deviation(weight: Decimal, formula: packs.BudgetDeviation, data: Data) -> Result | None:
    deviation = data.number(formula.fact)
    if deviation is None:
        return None
    return _falling(weight, formula, Fraction(deviation), "预算偏离度", (formula.fact,))


def _carryover(weight: Decimal, formula: packs.Carryover, data: Data) -> Result | None:
    amount = data.number(formula.fact)
    budget = sum((p.project.budget_final for p in data.projects), Decimal(0))
    if amount is None or budget <= 0:
        return None
    facts = (formula.fact, *data.project_facts(data.projects, "budget_final"))
    return _falling(weight, formula, Fraction(amount) / Fraction(budget), "结转结余率", facts)


def _falling(weight: Decimal, formula: packs.Falling, value: Fraction, name: str, facts: tuple[str, ...]) -> Result:
    tolerance, zero_at = Fraction(formula.tolerance), Fraction(formula.zero_at)
    share = max(Fraction(0), min(Fraction(1), (zero_at - value) / (zero_at - tolerance)))
    points = share_of(weight, share)
    limit = plain(formula.tolerance * 100)
    over = f"超过{limit}%，到{plain(formula.zero_at * 100)}%扣完"
    relation = f"不超过{limit}%" if value <= tolerance else over
    return Result(points, f"{name}{_percent(value, formula.tolerance)}，{relation}，得{plain(points)}分", facts)


def _budget_completion(weight: Decimal, formula: packs.BudgetCompletion, data: Data) -> Result | None:
    projects = data.of_categories(formula.categories)
    budget = sum((p.project.budget_final for p in projects), Decimal(0))
    paid = sum((p.project.paid for p in projects), Decimal(0))
    if budget <= 0:
        return None
    rate = max(Decimal(0), rate_of(paid, budget))
    points = share_of(weight, rate)
    how = f"全年支出÷全年预算＝{_percent(rate)}，得{plain(points)}分"
    return Result(points, how, data.project_facts(projects, "budget_final", "paid"))


def _violations(weight: Decimal, formula: packs.Violations, data: Data) -> Result | None:
    """A clean word, or a number of problems (“出现2次”); anything else is for a person to judge."""
    text = reading.clean(data.profile.get(formula.profile))
    if text in map(reading.clean, formula.clean):
        return Result(weight, f"{formula.profile}：{text}，得满分{plain(weight)}分", ())
    found = re.fullmatch(r"(?:出现|发现|有)?(\d{1,4})[次项个件条]?", text)
    if found is None:
        return None
    points = max(Decimal(0), weight - formula.deduction * int(found[1]))
    how = f"{formula.profile}：{text}，每项扣{plain(formula.deduction)}分，得{plain(points)}分"
    return Result(points, how, ())


def _percent(value: Fraction | Decimal, *marks: Decimal) -> str:
    """To 0.01 %, to as much as 0.0001 % where it would otherwise reach 100 % or cross a mark that it is held against."""
    exact = Fraction(value) * 100
    lines = [Fraction(100), *(Fraction(mark) * 100 for mark in marks)]
    for places in (2, 3, 4):
        shown = half_up(exact, places)
        if all((shown < line, shown > line) == (exact < line, exact > line) for line in lines):
            return f"{plain(shown)}%"
    return f"{plain(truncated(exact, 4))}%"
