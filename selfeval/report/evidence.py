"""The evidence of the figures a document prints: numbered in order of first appearance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval.model import Fact, FactInput, Sample, UnitYear
from selfeval.report.nodes import Document, Form, Heading, Paragraph, Runs, Table, plain_text
from selfeval.report.phrases import plain

#: The heading under which DOCX and PDF list the evidence.
ANNEX = "证据附录"
#: So many sentences are quoted where a figure stands in more.
_QUOTED = 4


@dataclass(frozen=True)
class Evidence:
    """One figure's entry: `number` is its place in the annex, `used` the scores that rest on it, `sentences` where
    it is printed, `files` the places of its inputs in the list of files, `rests_on` the figures it is made of, each with
    its number where it is printed itself."""

    number: int
    fact: Fact
    exact: str
    rests_on: tuple[tuple[Fact, int | None], ...]
    used: tuple[str, ...]
    sentences: tuple[str, ...]
    files: tuple[int, ...]
    samples: tuple[Sample, ...]

    @property
    def line(self) -> str:
        """The entry of the printed annex: what is printed, the unrounded value, how it came about, from which rows."""
        shown = self.fact.display
        exact = "" if self.exact == shown else f"（未取整：{self.exact}）"
        # How all indicators are scored stands below each table; an entry tells the case at hand.
        how = (
            self.fact.definition.rpartition("四舍五入到0.01分且不得满分")[2].partition("：")[2] or self.fact.definition
        )
        worked = f"，即{self.fact.worked}" if self.fact.worked else ""
        return f"{shown}{exact}。{how}{worked}。{self._rows()}"

    def _rows(self) -> str:
        """文件3共12行, files in a row as one."""
        groups: list[list[tuple[int, int]]] = []
        for number, part in zip(self.files, self.fact.inputs, strict=True):
            if groups and groups[-1][-1][0] + 1 == number:
                groups[-1].append((number, part.rows))
            else:
                groups.append([(number, part.rows)])
        texts = [
            f"文件{g[0][0]}{f'至{g[-1][0]}' if len(g) > 1 else ''}共{sum(rows for _, rows in g)}行" for g in groups
        ]
        return f"依据：{'、'.join(texts)}。" if texts else ""


class First:
    """Whether a figure is printed for the first time: the place that its entry leads back to."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def __call__(self, number: int) -> bool:
        new = number not in self._seen
        self._seen.add(number)
        return new


def placed_runs(document: Document) -> Iterator[tuple[Runs, str]]:
    """All stretches of runs in reading order, each with the heading or table it stands under."""
    place = ""
    for node in (*document.body, *document.attachments):
        if isinstance(node, Heading):
            place = node.text
        elif isinstance(node, Paragraph):
            yield node.runs, place
        elif isinstance(node, Table):
            for row in node.rows:
                for cell in row:
                    yield cell, node.title
        elif isinstance(node, Form):
            for form_row in node.rows:
                for form_cell in form_row:
                    yield form_cell.runs, node.title


def input_files(u: UnitYear, document: Document) -> dict[tuple[str, str], FactInput]:
    """(dataset, file) → its digest, for every file that a printed figure rests on, in that order."""
    found = {(i.dataset, i.file): i for fact_id in _printed(u, document) for i in u.facts[fact_id].inputs}
    return dict(sorted(found.items()))


def evidence(u: UnitYear, document: Document) -> dict[str, Evidence]:
    """Fact id → its entry, for every figure that the document prints."""
    places = {key: n for n, key in enumerate(input_files(u, document), 1)}
    used = used_by(u.facts)
    quoted = sentences(document)
    numbers = {fact_id: n for n, fact_id in enumerate(_printed(u, document), 1)}
    return {
        fact_id: Evidence(
            number=n,
            fact=(fact := u.facts[fact_id]),
            exact=exact(fact),
            rests_on=tuple((u.facts[i], numbers.get(i)) for i in fact.rests_on if i in u.facts),
            used=tuple(used.get(fact_id, ())),
            sentences=_few(quoted[fact_id]),
            files=tuple(places[i.dataset, i.file] for i in fact.inputs),
            samples=tuple(u.samples.get(fact_id, ())),
        )
        for fact_id, n in numbers.items()
    }


def _printed(u: UnitYear, document: Document) -> list[str]:
    return list(
        dict.fromkeys(r.fact for runs, _ in placed_runs(document) for r in runs if r.fact in u.facts and r.fact)
    )


def used_by(facts: Mapping[str, Fact]) -> dict[str, list[str]]:
    """Fact id → the names of the scores that are made of it."""
    used: dict[str, list[str]] = {}
    for fact in facts.values():
        for part in fact.rests_on:
            used.setdefault(part, []).append(fact.name)
    return used


def sentences(document: Document) -> dict[str, list[str]]:
    """Fact id → the sentences that print it, or the tables."""
    found: dict[str, dict[str, None]] = {}
    for runs, place in placed_runs(document):
        at, text = 0, plain_text(runs)
        ends = [m.end() for m in re.finditer("[。；]", text)]
        for run in runs:
            if run.fact:
                begin = max((e for e in ends if e <= at), default=0)
                end = next((e for e in ends if e > at), len(text))
                quote = f"{place}：{text[begin:end]}" if ends else place
                found.setdefault(run.fact, {})[quote] = None
            at += len(run.text)
    return {fact_id: list(quotes) for fact_id, quotes in found.items()}


def _few(quotes: Sequence[str]) -> tuple[str, ...]:
    more = len(quotes) - _QUOTED
    return tuple(quotes) if more <= 0 else (*quotes[:_QUOTED], f"另有{more}处")


def exact(fact: Fact) -> str:
    """The value as it is kept, unrounded, with its unit."""
    value = plain(fact.value) if isinstance(fact.value, Decimal) else str(fact.value)
    if fact.unit == "日期":
        return value
    return f"{value}（{fact.unit}）" if fact.unit in ("比率", "名次") else f"{value}{fact.unit}"
