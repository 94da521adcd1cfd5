"""Marks on rows → findings: one a place where they are few, one a cause with its rows where they are many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from schemas import Dataset, Scope, Table
from selfeval.checks.cells import Words, words
from selfeval.model import Finding, Severity

if TYPE_CHECKING:
    from selfeval.checks.resolve import Part

#: More faults of one rule, column and file than this become one finding with its rows.
SINGLE = 20
ROW_WORDS = {
    "columns": Words("这一行的列数与表头不符。", "请核对是否多了或少了分隔符，改正后重新导出。"),
    "quote": Words("这一行有没有配对的引号。", "请删去多余的引号，或用成对的英文引号括住整个单元格。"),
    "null_byte": Words("这一行含有空字符，内容可能已损坏。", "请重新导出该文件。"),
    "json": Words("这一行不是有效的JSON对象。", "请重新导出该文件。"),
    "duplicate": Words("与前面的一行完全相同，只计第一行。", "无需处理；如是误导出，可删去重复的行。"),
    "conflict": Words("与另一行编号相同而内容不同，这几行都未计入。", "请核对哪一行正确，删去其余的行。"),
}


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
    """Duplicates never block; other faults block a strict dataset and warn in a tolerant one."""
    if kind == "duplicate":
        return "info"
    return "error" if dataset.strict else "warning"


def grouped(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, table: Table, parts: Sequence[Part], scope: Scope
) -> Iterator[Finding]:
    """Findings of all marks on a table's rows, in file, rule and row order."""
    for part in parts:
        kinds = con.execute(
            'SELECT "column", kind, count(*) FROM marks WHERE part = ? GROUP BY ALL ORDER BY min(_row), "column", kind',
            [part.index],
        ).fetchall()
        for column, kind, count in kinds:
            marks = con.execute(
                'SELECT _row, value FROM marks WHERE part = ? AND kind = ? AND "column" IS NOT DISTINCT FROM ? ORDER BY ALL',
                [part.index, kind, column],
            )
            if count <= SINGLE:
                for row, value in marks.fetchall():
                    yield _finding(dataset, table, part, scope, column, kind, value, row)
            else:
                first_row, value, rows = _all_rows(marks)
                yield _finding(dataset, table, part, scope, column, kind, value, first_row, count, rows)


def _all_rows(marks: duckdb.DuckDBPyConnection) -> tuple[int, str | None, str]:
    first: tuple[int, str | None] | None = None
    numbers: list[int] = []
    while batch := marks.fetchmany(100_000):
        first = first or (batch[0][0], batch[0][1])
        numbers += [row for row, _ in batch]
    assert first is not None
    return first[0], first[1], ranges(numbers)


def _finding(
    dataset: Dataset,
    table: Table,
    part: Part,
    scope: Scope,
    column: str | None,
    kind: str,
    value: Any,
    row: int,
    count: int = 1,
    rows: str | None = None,
) -> Finding:
    label = part.info["labels"].get(column) if column else None
    said = _words(table, scope, column, kind, label or "")
    shown = None if kind in ("duplicate", "conflict") else value
    message = said.message.replace("{value}", str(shown or ""))
    if count > 1:
        message = f"{message[:-1]}，此类问题共{count}行。"
    return Finding(
        f"{table.slug}.{column}.{kind}" if column else f"{table.slug}.{kind}",
        severity_of(dataset, kind),
        message,
        said.fix,
        dataset=dataset.name,
        file=part.raw.name,
        sheet=part.sheet,
        row=row,
        column=label,
        value=shown,
        count=count,
        rows=rows,
    )


def _words(table: Table, scope: Scope, column: str | None, kind: str, label: str) -> Words:
    if column is None:
        return ROW_WORDS[kind]
    if kind == "unknown":
        target = next(t for c, t in table.foreign_keys if c == column).partition(".")[0]
        name = {"communicators": "科普员名册", "budget": "指标执行情况表"}.get(target, target)
        return Words(f"“{label}”为“{{value}}”，在{name}中没有。", f"请核对“{label}”，或在{name}中补上。")
    return words(table.schema(scope), column, kind, label)
