"""`selfeval explain`: one figure with its definition, its SQL, the files it rests on and the raw rows behind it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import duckdb

from flows import words
from flows.cli import DONE
from flows.home import Home
from flows.verbs import CallError, print_json, units_of
from schemas import datasets
from selfeval.facts import catalogue, engine
from selfeval.model import Fact
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store

_PLACE = {"_file": "文件", "_sheet": "工作表", "_row": "行"}
#: A worksheet holds no more.
_SHEET_ROWS = 1_048_000


def main(arguments: argparse.Namespace, home: Home) -> int:
    arguments.unit = [arguments.unit]
    (unit,) = units_of(arguments)
    store = Store(home.store)
    p = UnitPipeline(plan(arguments.raw, arguments.year, unit, out=arguments.out, digests=store.digests), store)
    fact = find(_facts(p), arguments.fact)
    tables = rows_of(p, fact.id, arguments.limit)
    if arguments.rows:
        write(arguments.rows, fact, rows_of(p, fact.id, _SHEET_ROWS))
    if arguments.json:
        print_json(as_json(fact, tables))
    else:
        show(fact, tables)
        if arguments.rows:
            print(f"全部原始行已写入{arguments.rows}")
    return DONE


def _facts(p: UnitPipeline) -> dict[str, Fact]:
    return p.facts if p.reportable else p.raw_facts


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


Rows = tuple[list[str], list[tuple[Any, ...]], int]


def rows_of(p: UnitPipeline, fact_id: str, limit: int) -> dict[str, Rows]:
    """A fact's raw rows by table: headers, the first rows, how many there are. A score rests on facts: no rows."""
    for subject in catalogue.subjects():
        for definition in subject.facts:
            found = definition.match(fact_id)
            if found is not None:
                with p.connect() as con:
                    return {
                        table: _rows(con, p, table, engine.condition(template, found), limit)
                        for table, template in definition.rows.items()
                    }
    return {}


def _rows(con: duckdb.DuckDBPyConnection, p: UnitPipeline, slug: str, condition: str, limit: int) -> Rows:
    table = next(t for d in datasets().values() for t in d.tables if t.slug == slug)
    schema = table.schema(p.plan.scope)
    there = [c[0] for c in con.execute(f"SELECT * FROM {slug} LIMIT 0").description or ()]
    columns = [c for c in (*_PLACE, *schema.columns) if c in there]
    titles = [_PLACE.get(c) or schema.columns[c].title or c for c in columns]
    total = con.execute(f"SELECT count(*) FROM {slug} WHERE {condition}").fetchone()
    chosen = ", ".join(f'"{c}"' for c in columns)
    rows = con.execute(f"SELECT {chosen} FROM {slug} WHERE {condition} ORDER BY _file, _sheet, _row LIMIT {limit}")
    return titles, rows.fetchall(), total[0] if total else 0


def as_json(fact: Fact, tables: dict[str, Rows]) -> dict[str, Any]:
    return {
        "id": fact.id,
        "name": fact.name,
        "value": fact.value,
        "unit": fact.unit,
        "display": fact.display,
        "definition": fact.definition,
        "sql": fact.sql,
        "inputs": [vars(i) for i in fact.inputs],
        "tables": {
            slug: {"count": total, "rows": [dict(zip(titles, row, strict=True)) for row in rows]}
            for slug, (titles, rows, total) in tables.items()
        },
    }


def show(fact: Fact, tables: dict[str, Rows]) -> None:
    print(f"{fact.name}（{fact.id}）")
    print(f"  报告中写作  {fact.display}")
    print(f"  值          {fact.value} {fact.unit}")
    print(f"  口径        {fact.definition}")
    for source in fact.inputs:
        print(f"  依据        {source.file}  {source.rows}行  sha256 {source.sha256[:16]}…")
    if fact.sql:
        print("  计算")
        for line in fact.sql.splitlines():
            print(f"    {line}")
    for titles, rows, total in tables.values():
        print(f"\n  原始行（共{total}行，显示{len(rows)}行）")
        print("    " + "\t".join(titles))
        for row in rows:
            print("    " + "\t".join("" if cell is None else words.clipped(str(cell), 40) for cell in row))


def write(path: Path, fact: Fact, tables: dict[str, Rows]) -> None:
    """All rows as a workbook, a sheet a table, the fact itself first. Text stays text."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True, "constant_memory": True}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("说明")
        told = (("编号", fact.id), ("名称", fact.name), ("报告中写作", fact.display), ("口径", fact.definition))
        for line, (label, text) in enumerate(told):
            sheet.write_string(line, 0, label)
            sheet.write_string(line, 1, text)
        for number, (titles, rows, _) in enumerate(tables.values(), 1):
            sheet = book.add_worksheet(f"原始行{number}")
            for line, row in enumerate([titles, *rows]):
                for place, cell in enumerate(row):
                    if isinstance(cell, int) and not isinstance(cell, bool):
                        sheet.write_number(line, place, cell)
                    else:
                        sheet.write_string(line, place, "" if cell is None else str(cell))
