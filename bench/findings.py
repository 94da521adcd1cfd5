"""Faults planted at random places into a clean unit, and how many are told at their exact place.

Run as `python -m bench.findings --seed N`. At least 20 faults of each kind, one kind at a time and all kinds together,
and one of each rule; prints recall at exact file, sheet, row, column and rule, false findings, and rows that are not
accounted for, and writes bench/FINDINGS.md.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench.planted import clean, folders, rules, scripted, years
from bench.planted.cells import CELLS
from bench.planted.forms import FORMS
from bench.planted.old import OLD_CELLS, OLD_FORMS, PERCENT
from bench.planted.paper import Doc, Fault, File, Line, Unit
from schemas import Scope, default_domains
from selfeval.checks import registry
from selfeval.model import Finding
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store

ROOT = Path(__file__).resolve().parent.parent
RAW, UNIT, YEAR = ROOT / "data" / "raw", "351001", 2024
REPORT = Path(__file__).with_name("FINDINGS.md")
#: rule → what plants one violation of it; a name with a bracket plants another form of the rule.
RULES = {**rules.RULES, **years.RULES, **scripted.RULES, **folders.RULES}
#: Kinds of which a table, or a file, has many; kinds of which it has one.
IN_CELLS, IN_FORMS = {**CELLS, **OLD_CELLS}, {**FORMS, **PERCENT, **OLD_FORMS}
#: Faults of a kind, at least; units with all kinds mixed; and how often a kind is tried.
WANTED, TOGETHER, ROUNDS = 20, 6, 30


@dataclass
class Tally:
    planted: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    #: patterns of the rules that were to be told.
    rules: set[str] = field(default_factory=set)


@dataclass
class Bench:
    """The clean unit and what is said of it; each run spoils a copy."""

    files: list[File]
    work: Path
    store: Store
    baseline: set[Finding] = field(default_factory=set)

    def check(self, unit: Unit) -> tuple[Sequence[Finding], UnitPipeline]:
        shutil.rmtree(self.work / "raw", ignore_errors=True)
        root = self.work / "raw" / str(YEAR) / UNIT
        root.mkdir(parents=True)
        unit.write(root, self.work / "raw" / str(YEAR - 1) / UNIT)
        pipeline = UnitPipeline(plan(self.work / "raw", YEAR, UNIT), self.store)
        return pipeline.findings, pipeline

    def run(self, unit: Unit, tallies: Mapping[str, Tally]) -> None:
        """Check a spoilt unit and enter what was found, missed, false and lost under each fault's kind."""
        try:
            findings, pipeline = self.check(unit)
        except Exception as error:
            at = error.__traceback__
            while at is not None and at.tb_next is not None:
                at = at.tb_next
            where = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at is not None else ""
            planted = "; ".join(f"{fault.kind} {place(fault)}" for fault in unit.faults)
            tallies[unit.faults[0].kind].lost.append(f"{type(error).__name__} {error} {where}: {planted}")
            return
        fresh = [f for f in findings if f not in self.baseline]
        claimed: set[int] = set()
        for fault in unit.faults:
            tally = tallies[fault.kind]
            told = [i for i, f in enumerate(fresh) if fault.rule is not None and fits(fault, f)]
            claimed.update(told)
            rows = set[int]().union(*(rows_of(fresh[i]) for i in told))
            if fault.needs and not can_be_told(unit, fault.needs):
                # Nobody can tell for sure: what is told of it is no more false than what is not told is missed.
                for line in fault.lines:
                    line.out = fault.doc is not None and fault.doc.row(line) in rows
                continue
            tally.planted += 1
            if fault.rule is not None:
                tally.rules.add(fault.rule)
                if not told or rows_at(fault) - rows:
                    tally.missed.append(place(fault))
        follows = re.compile("|".join(f"(?:{fault.also})" for fault in unit.faults if fault.also) or "(?!)")
        false = [f for i, f in enumerate(fresh) if i not in claimed and not follows.fullmatch(f.rule)]
        whose = {fault.file.name: fault.kind for fault in unit.faults}
        for told_falsely in false:
            kind = whose.get(str(told_falsely.file), unit.faults[0].kind)
            tallies[kind].false.append(said(told_falsely))
        for name, line in lost(unit, pipeline):
            tallies[whose.get(name, unit.faults[0].kind)].lost.append(line)


def rows_of(finding: Finding) -> set[int]:
    """The rows a finding is told at."""
    spans = (part.partition("-") for part in (finding.rows or "").split(",") if part)
    listed = {n for low, _, high in spans for n in range(int(low), int(high or low) + 1)}
    return listed or ({finding.row} if finding.row is not None else set())


def rows_at(fault: Fault) -> set[int]:
    """The rows in which a fault was planted, all of which must be told."""
    return {fault.doc.row(line) for line in fault.lines} if fault.doc is not None else set()


def fits(fault: Fault, finding: Finding) -> bool:
    """Whether a finding tells a fault at its exact file, sheet, column and rule, and at rows of it."""
    sheet = fault.doc.sheet if fault.doc is not None else finding.sheet
    rows = rows_at(fault)
    return (
        re.fullmatch(fault.rule or "", finding.rule) is not None
        and (finding.file or "") in (fault.file.name, f"{fault.file.name}!{Path(fault.file.name).stem}.csv")
        and finding.sheet == sheet
        and bool(rows & rows_of(finding) or not rows)
        and (fault.column is None or finding.column == fault.column)
        and fault.word in finding.message
    )


def place(fault: Fault) -> str:
    rows = [fault.doc.row(line) for line in fault.lines[:3]] if fault.doc is not None else []
    sheet = fault.doc.sheet if fault.doc is not None else None
    return f"{fault.file.name} {sheet or ''} 第{rows}行 {fault.column or ''}"


def said(finding: Finding) -> str:
    where = f"{finding.file} {finding.sheet or ''} {finding.rows or finding.row or ''} {finding.column or ''}"
    return f"{finding.rule} {where} {finding.message}"


#: What a column refers to, by the kind of its cells.
REFERS = {"person": "communicators", "project": "budget"}


def known_ids(unit: Unit, slug: str) -> set[str] | None:
    """All that stands in the table that ids are of; None where it, or its column of ids, cannot be read."""
    docs = [doc for file in unit.files for doc in file.docs if doc.slug == slug]
    if not docs or docs[0].unread or not docs[0].data() or not docs[0].columns("person_key", "project_key"):
        return None
    return {str(cell).strip() for line in docs[0].data() for cell in line.cells}


def can_be_told(unit: Unit, slug: str) -> bool:
    """Whether the table that a fault is held against has its ids, and the budget what was paid."""
    if known_ids(unit, slug) is None:
        return False
    return slug != "budget" or "支出数" in unit.named(slug)[1].labels()


def astray(doc: Doc, line: Line, ids: Mapping[str, set[str] | None]) -> bool:
    """Whether a row refers to an id that, spoilt by a fault of another table, is not there any more."""
    for cells, known in ids.items():
        for label in doc.columns(cells):
            said = re.match(r"[0-9A-Za-z]+", str(line.cells[doc.index(label)]).strip())
            if known is not None and said is not None and said[0] not in known:
                return True
    return False


def lost(unit: Unit, pipeline: UnitPipeline) -> list[tuple[str, str]]:
    """Files whose rows do not add up: lines, rows read, rows that count, rows in the quarantine file."""
    accounts = {(a.file, a.sheet): a for dataset in pipeline.accounts for a in dataset.files}
    ids = {kind: known_ids(unit, slug) for kind, slug in REFERS.items()}
    told = []
    for file in unit.files:
        for doc in file.docs:
            account = accounts.get((file.name, doc.sheet if file.is_book else None))
            if doc.unread or doc.slug in ("other", "accounts") or account is None:
                continue
            wanted = len(doc.data())
            out = sum(line.out or astray(doc, line, ids) for line in doc.data())
            lines = len(doc.lines) if file.form == "csv" else account.read + account.other_lines
            seen = (account.read, account.quarantined, account.read + account.other_lines)
            if seen != (wanted, out, lines) or account.read != account.accepted + account.quarantined:
                told.append(
                    (
                        file.name,
                        f"{file.name} {doc.sheet or ''}: read, aside, lines {seen}, planted {(wanted, out, lines)}",
                    )
                )
    for dataset in pipeline.accounts:
        text = pipeline.checked[dataset.name].file("quarantine.csv").read_text(encoding="utf-8-sig")
        if dataset.quarantined and not text.strip():
            told.append((dataset.name, f"quarantine/{dataset.name}.csv is empty"))
    return told


def singly(bench: Bench, rng: random.Random, wanted: Mapping[str, int]) -> dict[str, Tally]:
    """Faults of some kinds, one kind a file, as many as there is place for in one unit."""
    unit, tallies = clean.unit(bench.files, rng), {kind: Tally() for kind in wanted}
    for kind, count in wanted.items():
        planter, confined = (IN_CELLS[kind], True) if kind in IN_CELLS else (IN_FORMS[kind], False)
        files = [file for file in unit.files if file not in unit.closed]
        rng.shuffle(files)
        for file in files if confined else [None] * count:
            unit.focus, here = file, 0
            while here < count and (fault := planter(unit)) is not None:
                unit.faults.append(fault)
                here += 1
                if not confined:
                    unit.closed.add(fault.file)
                    break
            unit.focus = None
            if confined and here and file is not None:
                unit.closed.add(file)
                break
    if unit.faults:
        bench.run(unit, tallies)
    return tallies


def together(bench: Bench, rng: random.Random) -> dict[str, Tally]:
    """All kinds at once: a few tables spoilt as a whole, and faults of cells mixed in the others."""
    tallies = {kind: Tally() for kind in (*IN_FORMS, *IN_CELLS)}
    unit = clean.unit(bench.files, rng)
    few = (*rng.sample(list(OLD_FORMS), 2), *rng.sample(list(OLD_CELLS), 1), *rng.sample([*FORMS, *PERCENT], 8))
    for kinds, count in ((few, 1), (rng.sample(list(CELLS), len(CELLS)), 2)):
        for kind in kinds:
            for _ in range(count):
                fault = {**IN_FORMS, **IN_CELLS}[kind](unit)
                unit.faults += [fault] if fault is not None else []
    bench.run(unit, tallies)
    return tallies


def one_rule(bench: Bench, rng: random.Random, name: str) -> dict[str, Tally]:
    """A rule across tables by itself."""
    unit, tallies = clean.unit(bench.files, rng), {name: Tally()}
    fault = RULES[name](unit)
    fault.kind = name
    if fault.rule == "":
        fault.rule = re.escape(name)
    unit.faults.append(fault)
    bench.run(unit, tallies)
    return tallies


def unplanted(patterns: Iterable[str]) -> list[str]:
    """Rules of docs/规则目录.md of which no violation was planted; of rules of columns, the kinds alone."""
    planted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)")
    entries = (*registry.cross_entries(), *registry.source_entries(), *registry.scoring_entries())
    found = [entry.id for entry in entries if not planted.fullmatch(entry.id)]
    cells = [entry.id for entry in registry.cell_entries(Scope(YEAR, UNIT, default_domains()))]
    kinds = {kind(rule): False for rule in cells} | {kind(rule): True for rule in cells if planted.fullmatch(rule)}
    return [*dict.fromkeys(found), *(f"*.{name}" for name, there in kinds.items() if not there)]


def kind(rule: str) -> str:
    return rule.rpartition(".")[2]


_BENCH: list[Bench] = []


def _begin(store: Path, baseline: set[Finding]) -> None:
    """Give a process its clean files and a folder of its own."""
    work = Path(tempfile.mkdtemp(dir=store.parent))
    _BENCH[:] = [Bench(clean.clean(RAW / str(YEAR) / UNIT), work, Store(store), baseline)]


def _work(task: tuple[str, int, object]) -> dict[str, Tally]:
    what, seed, given = task
    rng = random.Random(seed)
    if what == "singly":
        return singly(_BENCH[0], rng, given)  # type: ignore[arg-type]
    return together(_BENCH[0], rng) if what == "together" else one_rule(_BENCH[0], rng, str(given))


def _entered(total: dict[str, Tally], parts: Iterable[Mapping[str, Tally]]) -> None:
    for part in parts:
        for kind, tally in part.items():
            mine = total.setdefault(kind, Tally())
            mine.planted += tally.planted
            mine.missed += tally.missed
            mine.false += tally.false
            mine.lost += tally.lost
            mine.rules |= tally.rules


def every_kind(pool: Executor, rng: random.Random, only: str) -> dict[str, Tally]:
    """Each kind by itself, in as many units as it takes to plant what is wanted."""
    total = {kind: Tally() for kind in (*IN_CELLS, *IN_FORMS) if only in kind}
    for _ in range(ROUNDS):
        tasks = []
        forms = [kind for kind in IN_FORMS if kind in total and total[kind].planted < WANTED]
        cells = [kind for kind in IN_CELLS if kind in total and total[kind].planted < WANTED]
        rng.shuffle(forms)
        rng.shuffle(cells)
        for at in range(0, max(-(-len(forms) // 6) * 6, -(-len(cells) // 6) * 6), 6):
            wanted = dict.fromkeys(forms[at : at + 6], 2) | dict.fromkeys(cells[at : at + 6], 7)
            tasks.append(("singly", rng.randrange(1 << 30), wanted))
        if not tasks:
            break
        _entered(total, pool.map(_work, tasks))
    return total


Parts = dict[str, dict[str, Tally]]


def summed(tallies: Iterable[Tally]) -> str:
    """Planted, found, missed, false and lost, as cells of a row."""
    every = list(tallies)
    planted, missed = sum(t.planted for t in every), sum(len(t.missed) for t in every)
    false, gone = sum(len(t.false) for t in every), sum(len(t.lost) for t in every)
    return f"{planted} | {planted - missed} | {missed} | {false} | {gone}"


def report(by_seed: Mapping[int, Parts], seconds: float, clean_false: int) -> str:
    seeds = " ".join(map(str, by_seed))
    lines = ["# 查错效果", "", f'`make bench-findings SEED="{seeds}"`，用时{seconds:.0f}秒。', ""]
    parts: Parts = {}
    lines += [
        "| 种子 | 植入 | 在准确位置找到 | 漏报 | 误报 | 去向不明的文件 | 无错数据上的误报 |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for seed, mine in by_seed.items():
        for title, tallies in mine.items():
            _entered(parts.setdefault(title, {}), [tallies])
        row = summed(tally for tallies in mine.values() for tally in tallies.values())
        lines.append(f"| {seed} | {row} | {clean_false} |")
    everything = [tally for tallies in parts.values() for tally in tallies.values()]
    lines += [
        "", "“找到”指文件、工作表、行、列、规则全部相符；标“应照读”的，要求没有任何问题且数值、行数不变。各表为各种子之和。", "",
    ]  # fmt: skip
    for title, tallies in parts.items():
        lines += [f"## {title}", "", "| 错误 | 植入 | 找到 | 误报 | 行数不符 |", "| --- | ---: | ---: | ---: | ---: |"]
        for kind, t in tallies.items():
            if t.planted or t.false or t.lost:
                name = kind or "（各类合计）"
                lines.append(f"| {name} | {t.planted} | {t.planted - len(t.missed)} | {len(t.false)} | {len(t.lost)} |")
        lines.append("")
    absent = unplanted({rule for tally in everything for rule in tally.rules})
    if absent:
        lines += [f"没有植入的规则：{'、'.join(absent)}。", ""]
    return "\n".join(lines)


def measured(pool: Executor, seed: int, only: str) -> Parts:
    """Everything planted for one seed: each kind by itself, each rule, and all kinds together."""
    rng = random.Random(seed)
    each, mixed, by_rule = every_kind(pool, rng, only), dict[str, Tally](), dict[str, Tally]()
    names = [name for name in RULES if only in name]
    _entered(by_rule, pool.map(_work, [("rule", rng.randrange(1 << 30), name) for name in names]))
    rounds = [("together", rng.randrange(1 << 30), None) for _ in range(0 if only else TOGETHER)]
    _entered(mixed, pool.map(_work, rounds))
    return {"每类单独植入": each, "每条规则": by_rule, "各类同时植入": mixed}


def complain(parts: Parts) -> int:
    """Print what was missed, false or lost; gives how much that was."""
    bad = 0
    for tallies in parts.values():
        for name, tally in tallies.items():
            for what, listed in (("missed", tally.missed), ("false", tally.false), ("lost", tally.lost)):
                bad += len(listed)
                for line in listed[:4]:
                    print(f"{what:7}{name or '*'}: {line}", file=sys.stderr, flush=True)
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--only", default="", help="kinds or rules with this in their name; the report is not written")
    args = parser.parse_args()
    started, by_seed, bad = time.perf_counter(), dict[int, Parts](), 0
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        _begin(store, set())
        found, _ = _BENCH[0].check(clean.unit(_BENCH[0].files, random.Random()))
        clean_false = [f for f in found if f.file is not None]
        with ProcessPoolExecutor(2, initializer=_begin, initargs=(store, set(found))) as pool:
            for seed in args.seed:
                by_seed[seed] = measured(pool, seed, args.only)
                bad += complain(by_seed[seed])
                text = report(by_seed, time.perf_counter() - started, len(clean_false))
                if not args.only:
                    REPORT.write_text(text, encoding="utf-8")
    print(text)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
