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
#: Rules that say nothing where a whole file of the dataset could not be had: its rows may be what is missing.
WITHOUT_A_FILE = {"shares.months.missing"}


def unusable(
    awaited: Iterable[str], accounts: Iterable[DatasetAccount], findings: Collection[Finding]
) -> frozenset[str]:
    """Datasets that are awaited, or of which no row could be taken and an error says why."""
    faulty = {f.dataset for f in findings if f.severity == "error"}
    return frozenset(awaited) | {a.name for a in accounts if not a.accepted and a.name in faulty}


def incomplete(accounts: Iterable[DatasetAccount], findings: Collection[Finding]) -> frozenset[str]:
    """Datasets of which a file could not be read, or gave no row that counts."""
    unread = {f.dataset for f in findings if f.severity == "error" and f.rule.startswith("source.")}
    barren = {a.name for a in accounts if any(f.quarantined and not f.accepted for f in a.files)}
    return frozenset(name for name in unread | barren if name)


def without_consequences(
    findings: Iterable[Finding], causes: Collection[str], lacking: Collection[str] = ()
) -> Iterator[Finding]:
    """The findings less those that rest on a dataset of `causes`, or on a whole one where it is of `lacking`."""
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
        if finding.rule in WITHOUT_A_FILE and finding.dataset in lacking:
            continue
        binding = finding.rule == "indicators.binding.missing"
        rests_on = bound.get(finding.value or "") if binding else needs.get(finding.rule)
        if not (rests_on and rests_on & (unfed if binding else set(causes))):
            yield finding
