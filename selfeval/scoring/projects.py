"""A project's sheet: the money part, its indicators, the sum and the grade; and what is checked across its rows.

Belongs here: weights, duplicates, projects that are not there.
Does not belong here: how one indicator is scored (indicators.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from selfeval.model import Finding, Indicator, IndicatorScore, Origin, Project, ProjectScore
from selfeval.report.phrases import plain
from selfeval.scoring import arithmetic
from selfeval.scoring.findings import at, finding
from selfeval.scoring.indicators import Catalogue, score_indicator
from selfeval.scoring.packs import Pack


@dataclass(frozen=True)
class Aside:
    """Rows of 绩效指标 that are not counted because of a bad cell: their weights by project, and the projects of which
    the weights cannot be told (None among them: of any)."""

    weights: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: frozenset[str | None] = frozenset()

    def doubts(self, project: str) -> bool:
        return bool({None, project} & self.unknown)


def score_project(
    project: Project,
    indicators: Sequence[Indicator],
    catalogue: Catalogue,
    pack: Pack,
    notes: Mapping[str, str],
    year: int,
    aside: Aside | None = None,
) -> tuple[ProjectScore, list[Finding]]:
    """The sheet of one project and all that is to be said of it."""
    aside = aside or Aside()
    findings = [*_weights(project, indicators, pack, aside), *_duplicates(indicators)]
    scores: list[IndicatorScore] = []
    for indicator in indicators:
        score, found = score_indicator(indicator, catalogue, pack, year)
        scores.append(score)
        findings += found
    rate, points = _rate(project, pack)
    findings += _money_findings(project, bool(indicators), pack, notes)
    total = _total(points, scores)
    grade = None if total is None else pack.grade(total)
    return ProjectScore(project, rate, points, tuple(scores), total, grade), findings


def _rate(project: Project, pack: Pack) -> tuple[Decimal | None, Decimal | None]:
    """The rate to 6 places, as its fact has it; its points from the money itself, so that nothing is rounded twice."""
    if project.budget_final <= 0:
        return None, None
    rate = arithmetic.rate_of(project.paid, project.budget_final)
    return rate, arithmetic.rate_points(pack.execution.weight, project.paid, project.budget_final)


def _total(rate_points: Decimal | None, scores: Sequence[IndicatorScore]) -> Decimal | None:
    """The sum, where there are indicators and every part of it is there."""
    points = [score.points for score in scores]
    known = [p for p in points if p is not None]
    if not points or rate_points is None or len(known) < len(points):
        return None
    return sum(known, rate_points)


def _weights(project: Project, indicators: Sequence[Indicator], pack: Pack, aside: Aside) -> list[Finding]:
    if not indicators or aside.doubts(project.code):
        return []
    total = sum((i.weight for i in indicators), aside.weights.get(project.code, Decimal(0)))
    with_execution = total + pack.execution.weight
    again = sum((later.weight for _, later in _named_again(indicators)), Decimal(0))
    if again and with_execution - again == 100:
        # The rows that come twice are told as that; without them there is nothing wrong with the weights.
        return []
    if with_execution != 100:
        wrong = at(
            indicators[0],
            "indicators.weights.sum",
            plain(indicators[0].weight),
            project=project.code,
            total=plain(total),
            execution=plain(pack.execution.weight),
            sum=plain(with_execution),
            wanted=plain(100 - pack.execution.weight),
        )
        return [wrong]
    return [] if project.code in aside.weights else _weight_groups(project, indicators, pack)


def _weight_groups(project: Project, indicators: Sequence[Indicator], pack: Pack) -> list[Finding]:
    groups: dict[str, Decimal] = {}
    for indicator in indicators:
        name = indicator.level1.removesuffix("指标")
        groups[name] = groups.get(name, Decimal(0)) + indicator.weight
    if not pack.weight_groups or any(groups == allowed.weights for allowed in pack.weight_groups):
        return []
    shown = "、".join(f"{name}{plain(weight)}" for name, weight in groups.items())
    expected = "；或".join(allowed.label for allowed in pack.weight_groups)
    value = plain(indicators[0].weight)
    words = {"project": project.code, "groups": shown, "expected": expected}
    return [at(indicators[0], "indicators.weights.groups", value, **words)]


def _duplicates(indicators: Sequence[Indicator]) -> list[Finding]:
    """三级指标 names the fact, so inside a project it must be unique."""
    return [
        at(later, "indicators.name.duplicate", later.level3, other=_other_place(first.origin, later.origin))
        for first, later in _named_again(indicators)
    ]


def _named_again(indicators: Sequence[Indicator]) -> list[tuple[Indicator, Indicator]]:
    """(first, later) of indicators of one project that bear the same name."""
    firsts: dict[str, Indicator] = {}
    pairs = []
    for indicator in indicators:
        if indicator.level3 in firsts:
            pairs.append((firsts[indicator.level3], indicator))
        firsts.setdefault(indicator.level3, indicator)
    return pairs


def _other_place(other: Origin, here: Origin) -> str:
    return f"第{other.row}行" if other.file == here.file else f"文件“{other.file}”第{other.row}行"


def _money_findings(project: Project, scored: bool, pack: Pack, notes: Mapping[str, str]) -> list[Finding]:
    """What the money part needs beside its numbers: a budget to divide by, and the reasons a form asks for."""
    rules, findings = pack.execution, []
    line = rules.reason_below
    if project.budget_final <= 0 and scored:
        value = plain(project.budget_final)
        findings.append(finding("projects.rate.undefined", project.origin, value, project=project.code))
    low = line is not None and project.budget_final > 0 and project.paid < line * project.budget_final
    if low and line is not None and not notes.get(rules.rate_note):
        percent = arithmetic.truncated(Fraction(project.paid) / Fraction(project.budget_final) * 100, 2)
        words = {"rate": plain(percent), "line": plain(line * 100), "note": rules.rate_note}
        findings.append(
            finding("projects.rate.reason", project.origin, plain(project.paid), project=project.code, **words)
        )
    return findings
