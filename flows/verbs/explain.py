"""`selfeval explain`: one figure with its definition, how it came about, what uses it, and the raw rows behind it.

A score is followed through the figures it is made of, down to their rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from flows import words
from flows.cli import DONE
from flows.home import Home
from flows.verbs import CallError, print_json, units_of
from schemas import datasets
from selfeval import duck
from selfeval.checks.cells import literal
from selfeval.facts import catalogue, codec, engine
from selfeval.model import Fact
from selfeval.pipeline import UnitPipeline, plan
from selfeval.report.context import document
from selfeval.report.evidence import sentences, used_by
from selfeval.report.phrases import plain
from selfeval.store import Store

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_PLACE = {"_file": "文件", "_sheet": "工作表", "_row": "行"}
#: A worksheet holds no more.
_SHEET_ROWS = 1_048_000


@dataclass(frozen=True)
class Place:
    """The rows of a table that meet a condition; they stand behind the figure `name`."""

    name: str
    table: str
    condition: str


@dataclass(frozen=True)
class Rows:
    """Raw rows of one table behind the figure `name`: headers, the first rows, how many there are."""

    name: str
    table: str
    titles: list[str]
    first: list[tuple[Any, ...]]
    total: int


@dataclass(frozen=True)
class Explained:
    """A figure, the figures it is made of in the order they are come upon, the scores and sentences that use it, and
    the raw rows behind all of them."""

    fact: Fact
    parts: list[Fact]
    used: list[str]
    sentences: list[str]
    tables: list[Rows]


def main(arguments: argparse.Namespace, home: Home) -> int:
    arguments.unit = [arguments.unit]
    (unit,) = units_of(arguments)
    store = Store(home.store)
    p = UnitPipeline(plan(arguments.raw, arguments.year, unit, out=arguments.out, digests=store.digests), store)
    facts = p.facts if p.reportable else p.raw_facts
    fact = find(facts, arguments.fact)
    parts = list(parts_of(facts, fact))
    places = places_of(p, [fact, *parts])
    found = Explained(
        fact,
        parts,
        used_by(facts).get(fact.id, []),
        sentences(document(p.unit_year)).get(fact.id, []) if p.reportable else [],
        [_rows(p, place, arguments.limit) for place in places],
    )
    if arguments.rows:
        write(arguments.rows, fact, p, places)
    if arguments.json:
        print_json(as_json(found))
    else:
        show(found)
        if arguments.rows:
            print(f"全部原始行已写入{arguments.rows}")
    return DONE


def find(facts: dict[str, Fact], asked: str) -> Fact:
    """The fact by id, by 取数指标 or by name. Raises CallError with the nearest ids."""
    if asked in facts:
        return facts[asked]
    named = [f for f in facts.values() if asked in (f.binding, f.name)]
    if len(named) == 1:
        return named[0]
    if named:
        raise CallError(f"“{asked}”对应多个数：{words.listed([f.id for f in named], 8)}，请写编号")
    near = [f.id for f in facts.values() if asked.lower() in f.id.lower() or asked in f.name]
    hint = f"，相近的有{words.listed(near, 8)}" if near else "，全部编号见facts.json"
    raise CallError(f"没有名为“{asked}”的数{hint}")


def parts_of(facts: Mapping[str, Fact], fact: Fact) -> Iterator[Fact]:
    """The figures a score is made of, each followed by its own, once."""
    seen = {fact.id}

    def walk(one: Fact) -> Iterator[Fact]:
        for part in one.rests_on:
            if part in facts and part not in seen:
                seen.add(part)
                yield facts[part]
                yield from walk(facts[part])

    return walk(fact)


def places_of(p: UnitPipeline, facts: Sequence[Fact]) -> list[Place]:
    """Where the raw rows of figures stand; rows that two share are told once, with the first."""
    places: dict[tuple[str, str], str] = {}
    for fact in facts:
        for place in (*_counted(fact.id), *_declared(p, fact.id)):
            places.setdefault(place, fact.name)
    return [Place(name, *place) for place, name in places.items()]


def _counted(fact_id: str) -> Iterator[tuple[str, str]]:
    """Table and condition of the rows that a counted figure rests on; none for a score."""
    for subject in catalogue.subjects():
        for definition in subject.facts:
            found = definition.match(fact_id)
            if found is not None:
                yield from ((table, engine.condition(template, found)) for table, template in definition.rows.items())
                return


def _declared(p: UnitPipeline, fact_id: str) -> Iterator[tuple[str, str]]:
    """The declaration's row of an indicator that is scored: its target, weight and what was filled in by hand."""
    if fact_id.startswith("score.indicator."):
        for indicator in p.indicators:
            if indicator.fact_id == fact_id:
                yield (
                    "indicators",
                    f"project_code = {literal(indicator.project)} AND level3 = {literal(indicator.level3)}",
                )


@contextmanager
def _selected(
    p: UnitPipeline, place: Place, limit: int | None = None
) -> Iterator[tuple[list[str], duckdb.DuckDBPyConnection]]:
    """Headers of a place's rows, and a cursor over the first `limit` of them, or all, by file, sheet and row."""
    table = next(t for d in datasets().values() for t in d.tables if t.slug == place.table)
    schema = table.schema(p.plan.scope)
    with p.connect() as con:
        columns = [*_PLACE, *(c for c in duck.columns(con, place.table) if c in schema.columns)]
        chosen = ", ".join(f'"{c}"' for c in columns)
        con.execute(
            f"SELECT {chosen} FROM {place.table} WHERE {place.condition} ORDER BY _file, _sheet, _row LIMIT ?", [limit]
        )
        yield [_PLACE.get(c) or schema.columns[c].title or c for c in columns], con


def _rows(p: UnitPipeline, place: Place, limit: int) -> Rows:
    with p.connect() as con:
        (total,) = con.execute(f"SELECT count(*) FROM {place.table} WHERE {place.condition}").fetchall()[0]
    with _selected(p, place, limit) as (titles, cursor):
        return Rows(place.name, place.table, titles, cursor.fetchall(), total)


def as_json(found: Explained) -> dict[str, Any]:
    fact = found.fact
    return {
        "id": fact.id,
        "name": fact.name,
        "value": codec.number(fact.value),
        "unit": fact.unit,
        "display": fact.display,
        "definition": fact.definition,
        "worked": fact.worked,
        "sql": fact.sql,
        "inputs": [vars(i) for i in fact.inputs],
        "rests_on": [
            {"id": part.id, "value": codec.number(part.value), "display": part.display} for part in found.parts
        ],
        "used_by": found.used,
        "sentences": found.sentences,
        "tables": [
            {
                "fact": rows.name,
                "table": rows.table,
                "count": rows.total,
                "rows": [dict(zip(rows.titles, row, strict=True)) for row in rows.first],
            }
            for rows in found.tables
        ],
    }


def show(found: Explained) -> None:
    fact = found.fact
    print(f"{fact.name}（{fact.id}）")
    print(f"  报告中写作  {fact.display}")
    print(f"  值          {fact.value} {fact.unit}")
    print(f"  口径        {fact.definition}")
    if fact.worked:
        print(f"  算式        {fact.worked}")
    for name in found.used:
        print(f"  用于计算    {name}")
    for sentence in found.sentences:
        print(f"  用于语句    {sentence}")
    for part in found.parts:
        print(f"  得自        {part.name} {part.display}（{part.id}）")
    for source in fact.inputs:
        print(f"  依据        {source.file}  {source.rows}行  sha256 {source.sha256[:16]}…")
    if fact.sql:
        print("  计算")
        for line in fact.sql.splitlines():
            print(f"    {line}")
    for rows in found.tables:
        print(f"\n  {rows.name}的原始行（共{rows.total}行，显示{len(rows.first)}行）")
        print("    " + "\t".join(rows.titles))
        for row in rows.first:
            print("    " + "\t".join(words.clipped(_text(cell), 40) for cell in row))


def write(path: Path, fact: Fact, p: UnitPipeline, places: Sequence[Place]) -> None:
    """All rows as a workbook: the figure and a list of the sheets first, then the rows, as many sheets a place as they
    fill. Text stays text."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True, "constant_memory": True}
    told = [("编号", fact.id), ("名称", fact.name), ("报告中写作", fact.display), ("口径", fact.definition)]
    if fact.worked:
        told.append(("算式", fact.worked))
    with xlsxwriter.Workbook(path, options) as book:
        front = book.add_worksheet("说明")
        for place in places:
            with _selected(p, place) as (titles, cursor):
                while rows := cursor.fetchmany(_SHEET_ROWS):
                    sheet = book.add_worksheet(f"原始行{len(book.worksheets())}")
                    told.append((sheet.name, f"{place.name}的原始行，{len(rows)}行"))
                    for line, row in enumerate([titles, *rows]):
                        _write_row(sheet, line, row)
        for line, pair in enumerate(told):
            _write_row(front, line, pair)


def _write_row(sheet: Worksheet, line: int, row: Sequence[Any]) -> None:
    for place, cell in enumerate(row):
        if isinstance(cell, int) and not isinstance(cell, bool):
            sheet.write_number(line, place, cell)
        else:
            sheet.write_string(line, place, _text(cell))


def _text(cell: Any) -> str:
    """A cell as text; the zeros that fill a column's places are left out, those of cents are not."""
    if isinstance(cell, Decimal) and f"{cell:f}"[-3:-2] != ".":
        return plain(cell)
    return "" if cell is None else str(cell)
