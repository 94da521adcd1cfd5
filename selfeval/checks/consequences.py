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
    for finding in findings:
        rests_on = (
            bound.get(finding.value or "") if finding.rule == "indicators.binding.missing" else needs.get(finding.rule)
        )
        if not (rests_on and rests_on & set(causes)):
            yield finding
