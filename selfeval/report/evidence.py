"""The evidence of the figures a document prints: numbered in order of first appearance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from selfeval.model import Fact, UnitYear
from selfeval.report.nodes import Document, Node, Paragraph, Run, Table
from selfeval.report.phrases import plain


@dataclass(frozen=True)
class Evidence:
    """One figure's entry: `number` is its place in the annex, `used` the indicators that rest on it."""

    number: int
    fact: Fact
    exact: str
    used: tuple[str, ...]


def runs(document: Document) -> Iterator[Run]:
    """All runs in reading order."""
    for node in (*document.body, *document.attachments):
        yield from _node_runs(node)


def _node_runs(node: Node) -> Iterator[Run]:
    if isinstance(node, Paragraph):
        yield from node.runs
    elif isinstance(node, Table):
        for row in node.rows:
            for cell in row:
                yield from cell


def evidence(u: UnitYear, document: Document) -> dict[str, Evidence]:
    """Fact id → its entry, for every figure that the document prints."""
    ids = dict.fromkeys(run.fact for run in runs(document) if run.fact in u.facts)
    used: dict[str, list[str]] = {}
    for score in u.scores.projects:
        for item in score.indicators:
            if item.source_fact:
                used.setdefault(item.source_fact, []).append(f"{score.project.name}—{item.indicator.level3}")
    return {
        fact_id: Evidence(n, u.facts[fact_id], exact(u.facts[fact_id]), tuple(used.get(fact_id, ())))
        for n, fact_id in enumerate((i for i in ids if i is not None), 1)
    }


def exact(fact: Fact) -> str:
    """The value as it is kept, unrounded, with its unit."""
    value = plain(fact.value) if isinstance(fact.value, Decimal) else str(fact.value)
    return (
        value
        if fact.unit == "日期"
        else f"{value}（{fact.unit}）"
        if fact.unit in ("比率", "名次")
        else f"{value}{fact.unit}"
    )
