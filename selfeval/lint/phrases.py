"""The numbers of a sentence with the words about each: what stands before it and behind it in its own clause.

Belongs here: cutting a paragraph into sentences and clauses. Does not belong here: what follows from the numbers (rules/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from selfeval.lint.numbers import Quantity, quantities

_SENTENCE = re.compile(r"[^。;!?\n]+")
_CLAUSE_END = re.compile(r"[,、;:()。\n|]")
#: no sentence of a report says more
_MOST = 60


@dataclass(frozen=True)
class Said:
    """`lead` goes back to the last separator or number, `tail` on to the next; `q` counts from the paragraph's start."""

    q: Quantity
    lead: str
    tail: str


@dataclass(frozen=True)
class Sentence:
    text: str
    start: int
    said: tuple[Said, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@lru_cache(maxsize=256)
def sentences(plain: str) -> tuple[Sentence, ...]:
    """Sentences of a paragraph that have numbers; `;` ends one as 。 does."""
    everything = list(quantities(plain))
    out = []
    for m in _SENTENCE.finditer(plain):
        own = [q for q in everything if m.start() <= q.start < m.end()][:_MOST]
        if own:
            out.append(Sentence(m[0], m.start(), tuple(_said(plain, own, m.start(), m.end()))))
    return tuple(out)


def _said(plain: str, own: list[Quantity], start: int, end: int) -> Iterator[Said]:
    for i, q in enumerate(own):
        before = own[i - 1].end if i else start
        after = own[i + 1].start if i + 1 < len(own) else end
        yield Said(q, _CLAUSE_END.split(plain[before : q.start])[-1], _CLAUSE_END.split(plain[q.end : after])[0])
