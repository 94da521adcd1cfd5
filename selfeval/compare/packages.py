"""Two packages as they lie in their folders → what changed from one to the other.

Belongs here: facts, sentences and findings held against each other. Does not belong here: raw rows (rows.py), how a
change is shown (pages/difference.py).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from selfeval import run_record
from selfeval.lint.model import LintError, Paragraph
from selfeval.lint.readers import read
from selfeval.report import evidence
from selfeval.run_record import RunRecord

#: Sentences at least so alike are one sentence that changed.
_ALIKE = 0.6
Json = Mapping[str, Any]


class NotAPackageError(Exception):
    """The folder holds no package; the text is one Chinese sentence."""


@dataclass(frozen=True)
class FactChange:
    """A fact whose value or display differs; `old` or `new` is None where it is not there. `files`: inputs that differ."""

    id: str
    name: str
    old: str | None
    new: str | None
    delta: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class SentenceChange:
    """A sentence of the report that was dropped (`new` None), added (`old` None) or worded anew."""

    old: str | None
    new: str | None


@dataclass(frozen=True)
class FindingChange:
    """A finding that is gone (`new` None), new (`old` None) or says other words; `place` is where, in words."""

    severity: str
    place: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class FileChange:
    """A raw file that is new, gone or has another content; digests are None where it is not there."""

    dataset: str
    file: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Package:
    """What of a package is compared; `sentences` is empty where no report was issued."""

    folder: Path
    run: RunRecord
    facts: Json
    findings: tuple[Json, ...]
    sentences: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.run.name or self.run.unit}{self.run.year}年"


@dataclass(frozen=True)
class Difference:
    old: Package
    new: Package
    facts: tuple[FactChange, ...]
    sentences: tuple[SentenceChange, ...]
    findings: tuple[FindingChange, ...]
    files: tuple[FileChange, ...]

    @property
    def empty(self) -> bool:
        return not (self.facts or self.sentences or self.findings or self.files)


def load(folder: Path) -> Package:
    """Read a package. Raises NotAPackageError."""
    wrong = f"{folder}不是成果包，其中应有run.json和findings.json"
    run = run_record.read(folder)
    if run is None:
        raise NotAPackageError(wrong)
    try:
        findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        facts = folder / "facts.json"
        known = json.loads(facts.read_text(encoding="utf-8"))["facts"] if facts.is_file() else {}
    except (OSError, ValueError, KeyError) as error:
        raise NotAPackageError(wrong) from error
    return Package(folder, run, known, tuple(findings), _sentences(folder / "report.docx"))


def _sentences(report: Path) -> tuple[str, ...]:
    if not report.is_file():
        return ()
    try:
        document = read(report)
    except LintError as error:
        raise NotAPackageError(f"{report}无法读取：{error}") from error
    found: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph) and block.text.strip() == evidence.ANNEX:
            break
        if isinstance(block, Paragraph):
            found += re.findall(r"[^。；]+[。；]?", block.text.strip())
    return tuple(text.strip() for text in found if text.strip())


def compare(old: Path, new: Path) -> Difference:
    """Everything that differs between two packages. Raises NotAPackageError."""
    before, after = load(old), load(new)
    return Difference(
        before,
        after,
        tuple(_facts(before.facts, after.facts)),
        tuple(_reworded(before.sentences, after.sentences)),
        tuple(_findings(before.findings, after.findings)),
        tuple(_files(before.run, after.run)),
    )


def _facts(old: Json, new: Json) -> Iterator[FactChange]:
    for fact_id in sorted(old.keys() | new.keys()):
        a, b = old.get(fact_id), new.get(fact_id)
        if a and b and (a["value"], a["unit"], a["display"]) == (b["value"], b["unit"], b["display"]):
            continue
        known = b or a or {}
        yield FactChange(
            fact_id,
            known["name"],
            a["display"] if a else None,
            b["display"] if b else None,
            _delta(a, b),
            tuple(sorted({file for file, _ in _inputs(a) ^ _inputs(b)})),
        )


def _inputs(fact: Json | None) -> set[tuple[str, str]]:
    return {(i["file"], i["sha256"]) for i in fact["inputs"]} if fact else set()


def _delta(a: Json | None, b: Json | None) -> str:
    """The difference of two numbers of one unit, signed and unrounded; empty where there is none to tell."""
    if not a or not b or a["unit"] != b["unit"] or isinstance(a["value"], str) or isinstance(b["value"], str):
        return ""
    # A JSON number goes through its shortest text, so that 0.1 is 0.1.
    difference = Decimal(str(b["value"])) - Decimal(str(a["value"]))
    if a["unit"] == "比率":
        return f"{(difference * 100).normalize():+f}个百分点"
    return f"{difference.normalize():+f}{a['unit']}"


def _reworded(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[SentenceChange]:
    """Runs of other sentences, paired by likeness within a run."""
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        added = list(new[j1:j2])
        for sentence in old[i1:i2]:
            twin = next(iter(difflib.get_close_matches(sentence, added, 1, _ALIKE)), None)
            if twin is not None:
                added.remove(twin)
            yield SentenceChange(sentence, twin)
        for sentence in added:
            yield SentenceChange(None, sentence)


def _findings(old: tuple[Json, ...], new: tuple[Json, ...]) -> Iterator[FindingChange]:
    before, after = {_finding_key(f): f for f in old}, {_finding_key(f): f for f in new}
    for key in dict.fromkeys((*before, *after)):
        a, b = before.get(key), after.get(key)
        known = b or a or {}
        if not a or not b or a["message"] != b["message"]:
            yield FindingChange(
                known["severity"], place(known), a["message"] if a else None, b["message"] if b else None
            )


def _finding_key(f: Json) -> tuple[Any, ...]:
    return tuple(f[k] for k in ("rule", "dataset", "file", "sheet", "row", "column"))


def place(f: Json) -> str:
    """支付明细.csv 第7行“金额（元）”"""
    row = f"第{f['row']}行" if f["row"] else ""
    column = f"“{f['column']}”" if f["column"] else ""
    return " ".join(part for part in (f["file"], f["sheet"], row + column) if part)


def _files(old: RunRecord, new: RunRecord) -> Iterator[FileChange]:
    before, after = _digests(old), _digests(new)
    for dataset, file in sorted(before.keys() | after.keys()):
        a, b = before.get((dataset, file)), after.get((dataset, file))
        if a != b:
            yield FileChange(dataset, file, a, b)


def _digests(run: RunRecord) -> dict[tuple[str, str], str]:
    return {(name, f["file"]): f["sha256"] for name, d in run.datasets.items() for f in d["files"]}
