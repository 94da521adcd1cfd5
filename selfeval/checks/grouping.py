"""Marks on rows → findings: one a place where they are few, one a cause with its rows where they are many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pandera.pandas as pa

from schemas import Dataset, Scope, Table
from selfeval.checks.cells import Words, words
from selfeval.checks.part import Part
from selfeval.model import Finding, Severity

#: More faults of one rule, column and file than this become one finding with its rows.
SINGLE = 20
#: The kind of all rows of a file that lacks a column; the reader has told it once, at the header.
LOST = "lost"
#: So many of them that are also more than half of the file's rows have one cause: a whole column is wrong.
WHOLE = 5
ROW_WORDS = {
    "columns": Words("这一行的列数与表头不符。", "请核对是否多了或少了分隔符，改正后重新导出。"),
    "quote": Words("这一行有没有配对的引号。", "请删去多余的引号，或用成对的英文引号括住整个单元格。"),
    "json": Words("这一行不是有效的JSON对象。", "请重新导出该文件。"),
    "duplicate": Words("与前面的一行完全相同，只计第一行。", "无需处理；如是误导出，可删去重复的行。"),
    "conflict": Words("与另一行编号相同而内容不同，这几行都未计入。", "请核对哪一行正确，删去其余的行。"),
    "failed": Words("这一笔支付没有成功，未计入。", "无需处理；如其实已支付，请改正支付状态。"),
    "shifted_right": Words("从“{label}”列起，各单元格向右错了一列。", "请把这些行的内容移回原列，或重新导出。"),
    "shifted_left": Words("从“{label}”列起，各单元格向左错了一列。", "请把这些行的内容移回原列，或重新导出。"),
}
#: Kinds told once a file and column, however few: they have one cause.
ALWAYS_ONE = ("shifted_right", "shifted_left", "columns", "year")
#: Kinds whose rule is not `<table>.<column>.<kind>`: they come from how the file was made, not from what it says.
SOURCE_KINDS = ("error_cell", "formula", "merged", "null_byte", "year", "filled", "glued", "serial")
#: Characters that neither a spreadsheet nor the findings page shows.
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
#: Kinds that say more of what another kind's rule is about.
_SAME_RULE = {"epoch": "range", "unit": "scale"}
ROW_KINDS = {"shifted_right": "shifted", "shifted_left": "shifted"}


def rule_id(slug: str, column: str | None, kind: str) -> str:
    """The stable id of a rule, from a fault's kind and place."""
    if kind == LOST:
        return "source.column.missing"
    if kind in SOURCE_KINDS:
        return f"source.{'merged' if kind == 'filled' else kind}"
    if column is None or kind in ROW_KINDS:
        return f"{slug}.{ROW_KINDS.get(kind, kind)}"
    return f"{slug}.{column}.{_SAME_RULE.get(kind, kind)}"


def ranges(rows: Iterable[int]) -> str:
    """[7, 8, 9, 12] → "7-9,12"."""
    parts: list[list[int]] = []
    for row in rows:
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        elif not parts or row != parts[-1][1]:
            parts.append([row, row])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def severity_of(dataset: Dataset, kind: str) -> Severity:
    """Duplicates and failed payments never block; other faults block a strict dataset and warn in a tolerant one."""
    if kind in ("duplicate", "failed"):
        return "info"
    return "error" if dataset.strict else "warning"


def grouped(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    table: Table,
    parts: Sequence[Part],
    scope: Scope,
    everything: Sequence[Part],
) -> Iterator[Finding]:
    """Findings of all marks on a table's rows, in file, rule and row order."""
    names = {p.index: p.raw.name for p in everything}
    schema = table.schema(scope)
    told = _unknowns(con, parts)
    for part in parts:
        kinds = con.execute(
            "SELECT \"column\", kind, CASE WHEN kind = 'duplicate' THEN CAST(split_part(value, ':', 1) AS INTEGER) END AS first,"
            f" count(*) FROM marks WHERE part = ? AND kind <> '{LOST}' GROUP BY ALL"
            ' ORDER BY min(_row), "column", kind, first',
            [part.index],
        ).fetchall()
        for column, kind, first, count in kinds:
            other = (
                names[first] if first is not None and first != part.index and names[first] != part.raw.name else None
            )
            where = 'part = ? AND kind = ? AND "column" IS NOT DISTINCT FROM ?'
            values: list[Any] = [part.index, kind, column]
            if first is not None:
                where += " AND split_part(value, ':', 1) = ?"
                values.append(str(first))
            whole = count >= WHOLE and count * 2 > part.info["read"]
            if kind == "unknown" and (part.index, column) in told:
                for place in told[part.index, column]:
                    if place.everywhere[0] is place:
                        yield _unknown(dataset, table, scope, schema, place)
                continue
            if count <= SINGLE and not whole and kind not in ALWAYS_ONE and other is None:
                for row, value in con.execute(
                    f"SELECT _row, value FROM marks WHERE {where} ORDER BY ALL", values
                ).fetchall():
                    twin = _twin(value, part, everything) if kind == "conflict" else None
                    yield _finding(dataset, table, part, scope, schema, column, kind, value, row, twin=twin)
            else:
                row, value, rows = _all_rows(con, f"SELECT _row, value FROM marks WHERE {where}", values)
                yield _finding(dataset, table, part, scope, schema, column, kind, value, row, count, rows, other)


@dataclass(eq=False)
class _Unknown:
    """The rows of a part with one value that the table referred to does not have; `everywhere` of all parts with the
    same cause, in order: a value that the table referred to has written wrong is wrong once."""

    part: Part
    column: str
    value: str
    count: int
    suspect: str | None
    row: int
    rows: str
    everywhere: list[_Unknown]


def _unknowns(con: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> dict[tuple[int, str], list[_Unknown]]:
    """By part and column the values that are told one by one; none where they are many and most of the rows."""
    found: dict[tuple[int, str], list[_Unknown]] = {}
    same: dict[tuple[str, str], list[_Unknown]] = {}
    for part in parts:
        where = "part = ? AND kind = 'unknown' AND \"column\" = ?"
        for column, count in con.execute(
            "SELECT \"column\", count(*) FROM marks WHERE part = ? AND kind = 'unknown' GROUP BY ALL", [part.index]
        ).fetchall():
            values = con.execute(
                f"SELECT m.value, count(*), any_value(s.place) FROM (SELECT * FROM marks WHERE {where}) m"
                ' LEFT JOIN suspects s ON s.value = m.value AND s."column" = m."column" GROUP BY m.value ORDER BY min(_row), m.value',
                [part.index, column],
            ).fetchall()
            if len(values) > SINGLE or (len(values) > 1 and count >= WHOLE and count * 2 > part.info["read"]):
                continue
            for value, many, suspect in values:
                query = f"SELECT _row, value FROM marks WHERE {where} AND value = ?"
                row, _, rows = _all_rows(con, query, [part.index, column, value])
                everywhere = same.setdefault((column, value), []) if suspect else []
                everywhere.append(_Unknown(part, column, value, many, suspect, row, rows, everywhere))
                found.setdefault((part.index, column), []).append(everywhere[-1])
    return found


def _unknown(dataset: Dataset, table: Table, scope: Scope, schema: pa.DataFrameSchema, first: _Unknown) -> Finding:
    """One finding of a value, at the first file that has it; it names the others."""
    count = sum(place.count for place in first.everywhere)
    finding = _finding(
        dataset, table, first.part, scope, schema, first.column, "unknown", first.value, first.row, count, first.rows,
        place=first.suspect,
    )  # fmt: skip
    others = first.everywhere[1:]
    if not others:
        return finding
    named = "、".join(f"{_at(o.part)}第{o.row}行{f'起{o.count}行' if o.count > 1 else ''}" for o in others)
    return replace(finding, message=f"{finding.message[:-1]}，其中{named}。")


def _at(part: Part) -> str:
    return f"{part.raw.name}{f'“{part.sheet}”' if part.sheet else ''}"


def _twin(value: str, part: Part, everything: Sequence[Part]) -> str:
    """Where a row of the same key stands and in which columns it differs, from a conflict's mark."""
    index, row, names = value.split(":")
    other = everything[int(index)]
    file = f"文件“{other.raw.name}”" if other.raw.name != part.raw.name else ""
    sheet = f"工作表“{other.sheet}”" if other.sheet != part.sheet else ""
    labels = [f"“{part.info['labels'].get(name, name)}”" for name in dict.fromkeys(names.split(",")) if name]
    differing = "".join(labels) if len(labels) <= 3 else f"{''.join(labels[:3])}等{len(labels)}列"
    return f"与{file}{sheet}第{row}行编号相同而{differing or '内容'}不同，这几行都未计入。"


def _all_rows(con: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any]) -> tuple[int, str | None, str]:
    """The first row, its value, and all rows as "7-80,91", put together by DuckDB: there may be a million."""
    found = con.execute(
        f"WITH rows AS ({query}), islands AS (SELECT min(_row) AS a, max(_row) AS b FROM (SELECT _row,"
        " _row - dense_rank() OVER (ORDER BY _row) AS island FROM rows) GROUP BY island)"
        " SELECT (SELECT min(_row) FROM rows), (SELECT arg_min(value, _row) FROM rows),"
        " (SELECT string_agg(CASE WHEN a = b THEN a::VARCHAR ELSE a || '-' || b END, ',' ORDER BY a) FROM islands)",
        list(values),
    ).fetchall()
    row, value, rows = found[0]
    return row, value, rows


def noted(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, table: Table, part: Part, scope: Scope
) -> Iterator[Finding]:
    """One info a column for cells that were understood though they are not written as they should be."""
    if not (part.folder / f"{part.info['n']}.notes.parquet").exists():
        return
    relation = part.parquet("notes")
    kinds = con.execute(
        f'SELECT "column", kind, count(*) FROM {relation} GROUP BY ALL ORDER BY min(_row), "column", kind'
    ).fetchall()
    schema = table.schema(scope)
    for column, kind, count in kinds:
        query = f'SELECT _row, value FROM {relation} WHERE "column" = ? AND kind = ?'
        row, value, rows = _all_rows(con, query, [column, kind])
        yield _finding(dataset, table, part, scope, schema, column, kind, value, row, count, rows, severity="info")


def _finding(
    dataset: Dataset,
    table: Table,
    part: Part,
    scope: Scope,
    schema: pa.DataFrameSchema,
    column: str | None,
    kind: str,
    value: Any,
    row: int,
    count: int = 1,
    rows: str | None = None,
    other: str | None = None,
    severity: Severity | None = None,
    place: str | None = None,
    twin: str | None = None,
) -> Finding:
    label = part.info["labels"].get(column) if column else None
    said = _words(table, schema, scope.year, column, kind, label or "")
    shown = None if kind in ("duplicate", "conflict") or kind in ROW_KINDS else value
    message = twin or said.message.replace("{value}", str(shown or "")).replace("{label}", label or "")
    if other is not None:
        message = f"与文件“{other}”中的行完全相同，两个文件的内容重叠，只计前一个文件。"
    if place is not None:
        message = f"{message[:-1]}，可能是{place}。"
    if _UNSEEN.search(str(shown or "")):
        message = f"{message[:-1]}，其中有看不见的字符。"
    if count > 1:
        message = f"{message[:-1]}，此类问题共{count}行。"
    return Finding(
        rule_id(table.slug, column, kind),
        severity or severity_of(dataset, kind),
        message,
        f"请核对“{other}”与“{part.raw.name}”是否重复导出，删去多余的一份。" if other else said.fix,
        dataset=dataset.name,
        file=part.raw.name,
        sheet=part.sheet,
        row=row,
        column=label,
        value=shown,
        count=count,
        rows=rows if count > 1 else None,
    )


def _words(table: Table, schema: pa.DataFrameSchema, year: int, column: str | None, kind: str, label: str) -> Words:
    if kind in ROW_WORDS:
        return ROW_WORDS[kind]
    assert column is not None
    if kind == "unknown":
        return unknown_words(table, column, label)
    return words(schema, column, kind, label, year)


def unknown_words(table: Table, column: str, label: str) -> Words:
    """A value that the table it refers to does not have."""
    name = target_name(next(t for c, t in table.foreign_keys if c == column))
    return Words(f"“{label}”为“{{value}}”，在{name}中没有。", f"请核对“{label}”，或在{name}中补上。")


def target_name(target: str) -> str:
    """The table that a foreign key `table.column` points to, in Chinese."""
    slug = target.partition(".")[0]
    return {"communicators": "科普员名册", "budget": "指标执行情况表"}.get(slug, slug)
