"""Findings that only follow from a dataset that could not be had: told once, at the cause.

Belongs here: which findings of scoring and of the rules across tables say nothing that the missing or unreadable
dataset does not say already. Does not belong here: finding anything wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from schemas import datasets
from selfeval.checks import crosscheck
from selfeval.facts import catalogue
from selfeval.model import DatasetAccount, Finding

#: Rules across tables after which no figure of a table can be had: what it leaves unfed is not told again.
WITHOUT_FIGURES = {"service.county.own": "service", "service.sheet.year": "service"}


def unusable(
    awaited: Iterable[str], accounts: Iterable[DatasetAccount], findings: Collection[Finding]
) -> frozenset[str]:
    """Datasets that are awaited, or of which no row could be taken and an error says why."""
    faulty = {f.dataset for f in findings if f.severity == "error"}
    return frozenset(awaited) | {a.name for a in accounts if not a.accepted and a.name in faulty}


def without_consequences(findings: Iterable[Finding], causes: Collection[str]) -> Iterator[Finding]:
    """The findings less those that rest on a dataset of `causes`."""
    owner = {t.slug: d.name for d in datasets().values() for t in d.tables}
    needs = {rule.id: {owner[slug.removeprefix("before_")] for slug in rule.needs} for rule in crosscheck.rules()}
    bound = {
        d.binding: {owner[slug] for slug in subject.needs}
        for subject in catalogue.subjects()
        for d in subject.facts
        if d.binding
    }
    told = list(findings)
    unfed = set(causes) | {owner[WITHOUT_FIGURES[f.rule]] for f in told if f.rule in WITHOUT_FIGURES}
    for finding in told:
        binding = finding.rule == "indicators.binding.missing"
        rests_on = bound.get(finding.value or "") if binding else needs.get(finding.rule)
        if not (rests_on and rests_on & (unfed if binding else set(causes))):
            yield finding
