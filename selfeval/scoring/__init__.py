"""Scoring: indicators, projects and the whole department, by rule packs; pure Decimal arithmetic.

Belongs here: the few names that other parts call. Does not belong here: reading raw files, rendering, Prefect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from selfeval.model import Fact, Finding, Indicator, Project, Scores
from selfeval.scoring.department import Data, score_department
from selfeval.scoring.facts import beside_targets, score_facts
from selfeval.scoring.findings import finding
from selfeval.scoring.indicators import Catalogue
from selfeval.scoring.packs import DepartmentPack, Pack, PackError, load_department_pack, load_pack, progress_lines
from selfeval.scoring.projects import Aside, score_project

__all__ = [
    "Aside",
    "DepartmentPack",
    "Pack",
    "PackError",
    "beside_targets",
    "load_department_pack",
    "load_pack",
    "progress_lines",
    "score",
    "score_facts",
]


def score(
    indicators: Sequence[Indicator],
    projects: Sequence[Project],
    facts: Mapping[str, Fact],
    *,
    pack: Pack,
    department: DepartmentPack,
    profile: Mapping[str, str],
    year: int,
    notes: Mapping[str, str] | None = None,
    bindings: Collection[str] = (),
    aside: Aside | None = None,
) -> tuple[Scores, tuple[Finding, ...]]:
    """All scores of a unit and year, and what is to be said of them.

    `bindings` are all 取数指标 names of the catalogue of facts: with them a name without data in this unit
    (indicators.binding.missing) is told from one that does not exist (indicators.binding.unknown).
    `notes` is the 情况说明 sheet by chapter, where some packs look for a reason; `aside` what is known of indicator
    rows that are not counted, so that weights are not said to be wrong for want of a row that has its own finding.
    """
    catalogue = _catalogue(facts, bindings)
    findings: list[Finding] = []
    scored = []
    for project in projects:
        own = [indicator for indicator in indicators if indicator.project == project.code]
        sheet, found = score_project(project, own, catalogue, pack, notes or {}, year, aside)
        scored.append(sheet)
        findings += found
    whole = score_department(department, pack, Data(facts, scored, profile))
    findings += [
        finding("scoring.pack.unverified", None, title=used.title, pack=used.id)
        for used in (pack, department)
        if not used.verified
    ]
    scores = Scores(
        projects=tuple(scored),
        department=whole,
        pack=pack.id,
        pack_source=pack.source,
        pack_verified=pack.verified,
        layout=pack.layout,
        execution_weight=pack.execution.weight,
    )
    return scores, tuple(findings)


def _catalogue(facts: Mapping[str, Fact], bindings: Collection[str]) -> Catalogue:
    by_name: dict[str, list[Fact]] = {}
    for fact in facts.values():
        if fact.binding:
            by_name.setdefault(fact.binding, []).append(fact)
    return Catalogue(by_name, frozenset(bindings) | by_name.keys())
