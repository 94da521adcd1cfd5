"""Rules across tables: one SQL file a rule under rules/, its words in rules/rules.toml, its limits in rules/limits.toml.

A rule's query gives a row a finding: _file, _sheet, _row and `column` (the English name) place it, `value` is what
stands there, and further columns fill the message. `_rows` lists all rows of a finding that has several; a list of
{file, row} in a column is told as places. A rule whose tables are not all there is not run.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from schemas import datasets, subjects
from schemas.declaration import PROFILE_NEEDED
from selfeval.checks.grouping import ranges
from selfeval.model import Finding, Severity

FOLDER = Path(__file__).parent / "rules"


class Rule(BaseModel):
    """A rule's registry entry; `source` is the document and article it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    severity: Severity
    dataset: str
    needs: tuple[str, ...]
    message: str
    fix: str
    source: str

    @property
    def query(self) -> str:
        return (FOLDER / f"{self.id}.sql").read_text(encoding="utf-8")


@cache
def rules() -> tuple[Rule, ...]:
    """The registry in its written order. Raises ValueError where SQL files and registry differ."""
    raw = tomllib.loads((FOLDER / "rules.toml").read_text(encoding="utf-8"))
    found = tuple(Rule(id=name, **entry) for name, entry in raw.items())
    files = {path.stem for path in FOLDER.glob("*.sql")}
    if files != {rule.id for rule in found}:
        raise ValueError(f"rules without SQL or SQL without a rule: {files ^ {rule.id for rule in found}}")
    return found


@cache
def limits() -> dict[str, Any]:
    """Lines and thresholds that rules hold figures against, by name; `$name` in a rule's query."""
    return {
        name: value
        for section in tomllib.loads((FOLDER / "limits.toml").read_text(encoding="utf-8"), parse_float=str).values()
        for name, value in section.items()
    }


@cache
def of_one_log() -> dict[str, tuple[Rule, ...]]:
    """The rules that look at nothing but one tolerant dataset, a log of any length, by dataset: what they find stands
    as long as that dataset does, whatever else changes."""
    found: dict[str, tuple[Rule, ...]] = {}
    for dataset in datasets().values():
        own = {table.slug for table in dataset.tables}
        alone = tuple(rule for rule in rules() if set(rule.needs) <= own)
        if alone and not dataset.strict:
            found[dataset.name] = alone
    return found


def across() -> tuple[Rule, ...]:
    """All other rules."""
    alone = {rule.id for members in of_one_log().values() for rule in members}
    return tuple(rule for rule in rules() if rule.id not in alone)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Tables that rules compare with: the known 科目 codes and the rows a 单位信息 sheet must have."""
    con.execute("CREATE OR REPLACE TABLE _subjects (list VARCHAR, code VARCHAR)")
    con.executemany("INSERT INTO _subjects VALUES (?, ?)", [[n, c] for n, codes in subjects().items() for c in codes])
    con.execute("CREATE OR REPLACE TABLE _profile_needed (item VARCHAR)")
    con.executemany("INSERT INTO _profile_needed VALUES (?)", [[item] for item in PROFILE_NEEDED])


def crosscheck(
    con: duckdb.DuckDBPyConnection, year: int, unit: str, chosen: Sequence[Rule], narrowed: Mapping[str, str]
) -> list[Finding]:
    """Run every chosen rule whose tables are there; findings in registry, file and row order.

    `narrowed` gives by rule a query for the rows of its one table that it need look at; by default it looks at all.
    """
    there = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    findings: list[Finding] = []
    for rule in chosen:
        if set(rule.needs) <= there:
            findings += _run(con, rule, {"year": year, "unit": unit, **limits()}, narrowed.get(rule.id))
    return findings


def _run(con: duckdb.DuckDBPyConnection, rule: Rule, values: Mapping[str, Any], rows: str | None) -> list[Finding]:
    used = {name: values[name] for name in set(re.findall(r"\$([a-z_]+)", rule.query))}
    instead = f"WITH {rule.needs[0]} AS ({rows}) " if rows else ""
    result = con.execute(f"{instead}SELECT * FROM ({rule.query}) ORDER BY _file, _sheet, _row, COLUMNS(*)", used)
    names = [column[0] for column in result.description or ()]
    return [_finding(con, rule, {**values, **dict(zip(names, row, strict=True))}) for row in result.fetchall()]


def _finding(con: duckdb.DuckDBPyConnection, rule: Rule, row: Mapping[str, Any]) -> Finding:
    words = {name: _word(value) for name, value in row.items() if not name.startswith("_")}
    value, rows = row.get("value"), row.get("_rows") or ()
    return Finding(
        rule.id,
        rule.severity,
        rule.message.format(**words),
        rule.fix.format(**words),
        dataset=rule.dataset,
        file=row["_file"],
        sheet=row["_sheet"],
        row=min(rows) if rows else row["_row"],
        column=_label(con, row),
        value=None if value is None else str(value),
        count=max(len(rows), 1),
        rows=ranges(sorted(rows)) if len(rows) > 1 else None,
    )


def _word(value: Any) -> Any:
    if isinstance(value, list):
        return places(value)
    return "" if value is None else value


def places(rows: Sequence[Mapping[str, Any]]) -> str:
    """[{file, row}, …] → "支付明细.csv第2-8、11行"."""
    ordered = sorted((place["file"], place["row"]) for place in rows)
    files = [(file, ranges(row for _, row in members)) for file, members in groupby(ordered, key=lambda p: p[0])]
    return "，".join(f"{file}第{listed.replace(',', '、')}行" for file, listed in files) or "无"


def _label(con: duckdb.DuckDBPyConnection, row: Mapping[str, Any]) -> str | None:
    """The header as it stands in the file."""
    found = con.execute(
        'SELECT label FROM _labels WHERE _file = ? AND _sheet IS NOT DISTINCT FROM ? AND "column" = ?',
        [row["_file"], row["_sheet"], row.get("column")],
    ).fetchall()
    return found[0][0] if found else None
