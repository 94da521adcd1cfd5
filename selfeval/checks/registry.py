"""Every rule there is, by id: of files, of cells and rows (from the declarations), across tables, of scoring, of issuing.

Belongs here: the list, for the catalogue and for the tests that every rule has one. Nothing is checked here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandera.pandas as pa

import selfeval.sources
from schemas import Dataset, Scope, Table, datasets
from selfeval.checks import crosscheck, grouping
from selfeval.checks.cells import KINDS, plain_words, words
from selfeval.scoring import findings as scoring

SOURCES = Path(selfeval.sources.__file__).with_name("rules.toml")
ISSUING = Path(__file__).parents[1] / "issue_rules.toml"
#: Kinds that a whole row has, in any table.
ROW_KINDS = ("columns", "quote", "json", "shifted_right", "duplicate")
#: Kinds that a cell has because of how the file was made.
_CELL_SOURCES = ("error_cell", "formula", "merged", "filled", "null_byte", "glued", "serial")


@dataclass(frozen=True)
class Entry:
    """One rule in the catalogue. `place` is where it stands: a header, or a table; `severity` may name two."""

    id: str
    severity: str
    dataset: str
    table: str
    place: str
    message: str
    fix: str
    source: str = ""


def source_entries() -> Iterator[Entry]:
    """Rules of files and sheets as such, and of cells that a file holds in a way that cannot be read."""
    yield from _listed(SOURCES)
    for kind in _CELL_SOURCES:
        said = plain_words(kind)
        severity = "info" if kind in ("filled", "glued", "serial") else "error/warning"
        yield Entry(grouping.rule_id("", "", kind), severity, "", "", "单元格", said.message, said.fix)


def _listed(path: Path) -> Iterator[Entry]:
    for rule, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
        yield Entry(rule, fields["severity"], "", "", "", fields["message"], fields["fix"])


def issuing_entries() -> Iterator[Entry]:
    """Rules of a run as such, and of the report that it issues."""
    yield from _listed(ISSUING)


def cell_entries(scope: Scope) -> Iterator[Entry]:
    """Rules of every declared column, table and dataset."""
    for dataset in datasets().values():
        for table in dataset.tables:
            for name, column in table.schema(scope).columns.items():
                yield from _of_column(dataset, table, scope, name, column)
            yield from _of_rows(dataset, table)
        if not dataset.strict:
            message = f"“{dataset.name}”不合格的行超过允许的比例。"
            fix = "请按所列各处改正原始数据，或联系数据来源单位重新导出。"
            yield Entry(f"{dataset.slug}.tolerance", "error", dataset.name, dataset.name, "", message, fix)


def _of_column(dataset: Dataset, table: Table, scope: Scope, name: str, column: pa.Column) -> Iterator[Entry]:
    kind, label = column.metadata["kind"], column.title
    found = [] if column.nullable else ["required"]
    if kind not in ("text", "free"):
        found += ["scientific"] if kind == "code" else ["type", "scientific"]
    found += ["scale"] if kind == "money" else []
    found += ["zeros"] if kind == "code" else []
    found += [KINDS[check.name] for check in column.checks]
    severity = grouping.severity_of(dataset, "type")
    for fault in dict.fromkeys(found):
        said = words(table.schema(scope), name, fault, label, scope.year)
        rule = grouping.rule_id(table.slug, name, fault)
        yield Entry(rule, severity, dataset.name, table.label, label, said.message, said.fix)
    for column_name, _ in table.foreign_keys:
        if column_name == name:
            said = grouping.unknown_words(table, name, label)
            rule = grouping.rule_id(table.slug, name, "unknown")
            yield Entry(rule, severity, dataset.name, table.label, label, said.message, said.fix)
    if kind in ("money", "integer") and table.layout == "rows":
        message, fix = f"“{label}”的合计行与各行相加不等。", "请核对是漏行、重行还是合计数写错，改正后重新运行。"
        yield Entry(f"{table.slug}.{name}.total", "error", dataset.name, table.label, label, message, fix)


def _of_rows(dataset: Dataset, table: Table) -> Iterator[Entry]:
    kinds = [*ROW_KINDS, *(["conflict"] if table.key else []), *(["failed"] if table.slug == "payments" else [])]
    for kind in kinds:
        said = grouping.ROW_WORDS[kind]
        rule = grouping.rule_id(table.slug, None, kind)
        message = said.message.replace("{label}", "某")
        yield Entry(rule, grouping.severity_of(dataset, kind), dataset.name, table.label, "整行", message, said.fix)


def cross_entries() -> Iterator[Entry]:
    """Rules across tables."""
    for rule in crosscheck.rules():
        yield Entry(rule.id, rule.severity, rule.dataset, "", "", rule.message, rule.fix, rule.source)


def scoring_entries() -> Iterator[Entry]:
    """Rules of scoring."""
    for rule_id, rule in scoring.rules().items():
        dataset = "指标执行情况" if rule_id.startswith("projects.") else "自评填报表"
        yield Entry(rule_id, rule.severity, dataset, "", rule.column or "", rule.message, rule.fix, rule.source)
