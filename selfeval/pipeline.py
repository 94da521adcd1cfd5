"""One unit and year from raw files to a rendered package: the chain of steps, each named by what it depends on.

    raw files ─read─▶ parts ─resolve─▶ accepted rows + findings ─crosscheck, facts─▶ figures ─score─▶ ─render─▶ files

Belongs here: which step needs what, and the key of each. What a step does is in its own module; order across units,
retries and schedule are the flow's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import duckdb

import schemas
from schemas import Dataset, datasets
from selfeval import confirm, digest, duck, outline, partwise, privacy
from selfeval.checks import accepted, consequences, crosscheck, patterns, resolve
from selfeval.checks.accepted import open_last_year, open_views
from selfeval.checks.part import Part, parts_of
from selfeval.facts import catalogue, codec, engine, samples, years
from selfeval.model import DatasetAccount, Fact, FileAccount, Finding, Indicator, Sample, Scores, UnitYear, YearChange
from selfeval.scoring import (
    beside_targets,
    progress_lines,
    score,
    score_facts,
)
from selfeval.sources.part import read_part
from selfeval.sources.people import People, speaks
from selfeval.sources.scan import RawFile
from selfeval.stock import Plan as Plan
from selfeval.stock import plan as plan
from selfeval.store import Entry, Store

#: The order in which findings are told.
SEVERITY = {"error": 0, "warning": 1, "info": 2}
_RULES = (crosscheck.FOLDER, schemas.DOMAINS)
_CHECKING = ("selfeval.checks.crosscheck", "selfeval.checks.accepted", "selfeval.checks.patterns")


class UnitPipeline:
    """The steps of one unit, each computed once and kept in the store; nothing is published here."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self.plan, self.store = plan, store

    def _declared(self, dataset: Dataset) -> dict[str, Any]:
        own = digest.of_value([digest.of_declaration(t, self.plan.scope) for t in dataset.tables])
        shape = [dataset.name, dataset.slug, dataset.needed, dataset.strict]
        # The source too, because a check's function has no name that says what it does.
        code = digest.of_code((schemas.module_of(dataset),))
        aliases = dict(self.plan.aliases(dataset.name))
        return {"schema": own, "code": code, "dataset": shape, "aliases": aliases, "year": self.plan.year}

    def read(self, name: str) -> list[tuple[RawFile, Entry]]:
        """The typed parts of one dataset, a store entry a file."""
        dataset = datasets()[name]
        code = digest.of_code(("selfeval.sources.part",))
        found = []
        for raw in self.plan.inventory.files[name]:
            depends = {"declared": self._declared(dataset), "name": raw.name, "sha256": raw.sha256, "code": code}
            if speaks(dataset, self.plan.scope):
                depends["people"] = self.plan.people.digest
            entry = self.store.memo(
                "read",
                raw.name,
                depends,
                lambda folder, raw=raw: self._read_one(raw, dataset, folder),  # type: ignore[misc]
            )
            found.append((raw, entry))
        return found

    def _read_one(self, raw: RawFile, dataset: Dataset, folder: Path) -> dict[str, Any]:
        aliases = self.plan.aliases(dataset.name)
        info = read_part(raw, dataset, self.plan.scope, aliases, folder, self._people_for(dataset))
        if self.store.digests.of(raw.path) != raw.sha256:
            raise FileChangedError(raw.name)
        return info

    def _people_for(self, dataset: Dataset) -> People | None:
        """Whom to mask in what this dataset says in sentences; a log of a system says nothing."""
        return self.plan.people if speaks(dataset, self.plan.scope) else None

    @cached_property
    def parts(self) -> dict[str, list[Part]]:
        """All tables read, by dataset."""
        return {name: parts_of(self.read(name)) for name in self.plan.inventory.files}

    @cached_property
    def _reading(self) -> dict[str, list[tuple[RawFile, Entry]]]:
        return {name: self.read(name) for name in self.plan.inventory.files}

    def resolved(self, name: str) -> Entry:
        """One dataset over all its files: findings, rows set aside, row accounts."""
        dataset = datasets()[name]
        files = self._reading[name]
        slugs = {target.partition(".")[0] for t in dataset.tables for _, target in t.foreign_keys}
        references = {
            slug: [p for members in self.parts.values() for p in members if p.info["table"] == slug] for slug in slugs
        }
        tolerance = self.plan.settings.tolerance_of(name)
        depends = {
            "declared": self._declared(dataset),
            "parts": [entry.key for _, entry in files],
            "references": {s: sorted({p.folder.name for p in ps}) for s, ps in references.items()},
            "tolerance": tolerance,
            "code": digest.of_code(("selfeval.checks.resolve",)),
        }
        return self.store.memo(
            "check",
            name,
            depends,
            lambda folder: resolve.resolve(
                dataset,
                self.plan.scope,
                files,
                references,
                tolerance,
                folder,
                partial(partwise.index, self.store),
                lambda: self._people_for(dataset) or People(),
                partial(partwise.again, self.store),
            ),
        )

    @cached_property
    def checked(self) -> dict[str, Entry]:
        return {name: self.resolved(name) for name in self.plan.inventory.files}

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        con = duck.connect(self.store.root)
        aside = {name: entry.file("excluded.parquet") for name, entry in self.checked.items()}
        open_views(con, self.parts, aside, lambda d, p, r: partwise.rollup(self.store, con, p, self.checked[d], r))
        if last := self._last_year:
            excluded = {name: entry.file("excluded.parquet") for name, entry in last.checked.items()}
            open_last_year(con, last.parts, excluded)
        return con

    @cached_property
    def _last_year(self) -> UnitPipeline | None:
        """Last year's datasets that this year's are held against; what is wrong within them was told last year."""
        return UnitPipeline(self.plan.before, self.store) if self.plan.before else None

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A cursor on a DuckDB with a view a table of accepted rows; each caller has its own."""
        return self._database.cursor()

    @cached_property
    def _rows_key(self) -> dict[str, str]:
        return {name: entry.key for name, entry in self.checked.items()}

    @cached_property
    def crosschecked(self) -> list[Finding]:
        """Findings of the rules across tables, and of those that look at all rows of one log."""
        before = self._last_year._rows_key if self._last_year else {}
        found = self._held(self.plan.unit, crosscheck.across(), {"rows": self._rows_key, "before": before})
        for name, rules in crosscheck.of_one_log().items():
            if name in self._rows_key:
                found += self._held(name, rules, {"rows": {name: self._rows_key[name]}})
        return found

    def _narrowed(self, con: duckdb.DuckDBPyConnection, rules: Sequence[crosscheck.Rule]) -> Mapping[str, str]:
        """Rule id → the rows it has to look at, for rules that need not look at all of a large log."""
        name = rules[0].dataset
        parts = [p for p in self.parts.get(name, ()) if p.info["table"] == patterns.TABLE and not p.info["lost"]]
        if all(p.info["read"] <= accepted.LARGE_ROWS for p in parts):
            return {}
        return patterns.narrowed(con, [partwise.bounds(self.store, con, p, self.checked[name]) for p in parts])

    def _held(self, label: str, rules: Sequence[crosscheck.Rule], rows: dict[str, Any]) -> list[Finding]:
        def build(folder: Path) -> dict[str, Any]:
            with self.connect() as con:
                crosscheck.prepare(con)
                found = crosscheck.crosscheck(con, self.plan.year, self.plan.unit, rules, self._narrowed(con, rules))
            return {"findings": [asdict(f) for f in found]}

        depends = {
            **rows,
            "rules": [rule.id for rule in rules],
            "year": self.plan.year,
            "unit": self.plan.unit,
            "code": digest.of_code(_CHECKING, _RULES),
        }
        entry = self.store.memo("crosscheck", label, depends, build)
        return [Finding(**f) for f in entry.info["findings"]]

    @cached_property
    def _figures(self) -> list[Entry]:
        """Figures and their first rows, a store entry a subject: each is kept by itself."""
        owner = {t.slug: d.name for d in datasets().values() for t in d.tables}
        code = digest.of_code(("selfeval.facts.engine", "selfeval.facts.samples", "selfeval.checks.accepted"))
        entries = []
        for subject in catalogue.subjects():
            needed = {owner[slug] for slug in subject.needs}
            if not needed <= self._rows_key.keys():
                continue
            depends = {
                "rows": {name: self._rows_key[name] for name in sorted(needed)},
                "subject": [subject.model_dump(mode="json"), subject.full_query],
                "year": self.plan.year,
                "code": code,
            }

            def build(folder: Path, subject: catalogue.Subject = subject) -> dict[str, Any]:
                with self.connect() as con:
                    found = engine.compute(con, subject, self.plan.year)
                    samples.write(folder / "samples.json", samples.compute(con, subject, found))
                codec.write(folder / "facts.json", found)
                return {}

            entries.append(self.store.memo("facts", subject.name, depends, build))
        return entries

    @cached_property
    def raw_facts(self) -> dict[str, Fact]:
        """The figures of all subjects, by id."""
        return {f.id: f for entry in self._figures for f in codec.read(entry.file("facts.json"))}

    @cached_property
    def samples(self) -> dict[str, list[Sample]]:
        """The first rows each figure rests on, by fact id."""
        return {i: s for entry in self._figures for i, s in samples.read(entry.file("samples.json")).items()}

    @cached_property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Accepted rows of the small tables that a report may quote: no log, none with a private column."""
        small = [
            t.slug
            for name in self.plan.inventory.files
            if (d := datasets()[name]).strict
            for t in d.tables
            if not any(c.metadata["private"] for c in t.schema(self.plan.scope).columns.values())
        ]
        with self.connect() as con:
            there = {n for (n,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
            return {slug: outline.rows(con, slug) for slug in small if slug in there}

    @cached_property
    def profile_and_notes(self) -> tuple[dict[str, str], dict[str, str]]:
        """单位信息 by item and 情况说明 by chapter, with the chapters a person confirmed since."""
        profile, notes = outline.profile_and_notes(self.tables)
        return profile, outline.with_confirmed(notes, self.plan.said)

    @cached_property
    def indicators(self) -> list[Indicator]:
        """The declaration's indicators, with the reasons a person confirmed since."""
        return outline.indicators(self.tables, self.plan.said)

    @cached_property
    def scored(self) -> tuple[Scores, tuple[Finding, ...]]:
        profile, notes = self.profile_and_notes
        with self.connect() as con:
            aside = outline.indicators_aside(con)
        return score(
            self.indicators,
            outline.projects(self.tables),
            self.raw_facts,
            pack=self.plan.pack,
            department=self.plan.department_pack,
            profile=profile,
            year=self.plan.year,
            notes=notes,
            bindings=catalogue.bindings(),
            aside=aside,
        )

    @cached_property
    def moved(self) -> tuple[YearChange, ...]:
        """What moved against last year; nothing where last year's facts were not issued."""
        last = self.plan.last_year
        return years.changes(self.raw_facts, last, self.plan.settings.year_on_year) if last else ()

    @property
    def _unexplained(self) -> list[Finding]:
        """Large changes against last year for which the clerk gave no reason."""
        files = self.plan.inventory.files.get("自评填报表")
        if not files or years.reason(self.profile_and_notes[1], {}):
            return []
        found = years.finding(self.moved, self.plan.settings.year_on_year, files[0].name, self.plan.year)
        return [found] if found else []

    @property
    def _digests(self) -> dict[str, str]:
        return {f.name: f.sha256 for files in self.plan.inventory.files.values() for f in files}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        scores, raw = self.scored[0], self.raw_facts
        lines = progress_lines(self.plan.department_pack)
        own = {**raw, **beside_targets(scores, raw, lines), **score_facts(scores, raw, self._digests)}
        return dict(sorted(own.items()))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of one pass: errors first, then in dataset, file and row order."""
        found = [*outline.absent(self.plan.awaited, self.plan.missing), *self.plan.inventory.findings]
        for name in self.checked:
            found += [Finding(**f) for f in self.checked[name].json("findings.json")]
        across = [
            f for f in (*self.crosschecked, *self._unexplained) if not confirm.in_a_chapter(f, self.plan.confirmed)
        ]
        if "budget" in self.tables and "indicators" in self.tables:
            across += self.scored[1]
        causes = consequences.unusable((d.name for d in self.plan.awaited), self.accounts, found)
        found += consequences.without_consequences(across, causes, consequences.incomplete(self.accounts, found))
        order = list(datasets())
        clean = [privacy.scrubbed(f) for f in found]
        return tuple(
            sorted(
                dict.fromkeys(clean),
                key=lambda f: (
                    SEVERITY[f.severity],
                    order.index(f.dataset) if f.dataset in order else len(order),
                    f.file or "",
                    f.sheet or "",
                    f.row or 0,
                    f.rule,
                    f.column or "",
                ),
            )
        )

    @cached_property
    def accounts(self) -> tuple[DatasetAccount, ...]:
        return tuple(
            DatasetAccount(name, tuple(FileAccount(**a) for a in entry.info["accounts"]))
            for name, entry in self.checked.items()
        )

    @property
    def reportable(self) -> bool:
        """Whether the tables without which no report can be laid out were read."""
        return {"profile", "budget", "indicators"} <= self.tables.keys()

    @property
    def unit_name(self) -> str:
        """The unit's name as filled in, or its code."""
        return outline.profile_and_notes(self.tables)[0].get("单位名称") or self.plan.unit

    @cached_property
    def unit_year(self) -> UnitYear:
        profile, notes = self.profile_and_notes
        return UnitYear(
            unit=self.plan.unit,
            year=self.plan.year,
            profile=profile,
            notes=notes,
            tables=self.tables,
            facts=self.facts,
            scores=self.scored[0],
            findings=self.findings,
            accounts=self.accounts,
            missing=self.plan.missing,
            confirmed=self.plan.said,
            lines=progress_lines(self.plan.department_pack),
            left_out=self.plan.settings.left_out,
            moved=self.moved,
            samples=self.samples,
        )


class FileChangedError(Exception):
    """A raw file changed while it was read; the run is to be repeated. The text is the file's name."""


def blocked(findings: Sequence[Finding]) -> bool:
    return any(f.severity == "error" for f in findings)
