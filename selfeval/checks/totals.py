"""合计 and 小计 rows against the rows they add up, wherever they stand: below their rows or above them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb

from schemas import Dataset, Scope, Table
from selfeval import duck
from selfeval.checks.part import Part
from selfeval.model import Finding

CENT = Decimal("0.01")
PARTIAL = ("小计", "本页", "本月")
#: 万元 for 元 or the reverse.
TEN_THOUSAND = 10_000
#: 万元 with two decimals are told to the nearest 100 元.
ROUNDED = Decimal(50)


class _Total:
    """One printed total of one column, with the spans of rows it may be meant for."""

    def __init__(self, row: int, label: str, name: str, printed: Decimal, spans: list[tuple[int, int]]) -> None:
        self.row, self.label, self.name, self.printed, self.spans = row, label, name, printed, spans


def _all(con: duckdb.DuckDBPyConnection, part: Part) -> Iterator[_Total]:
    rows = con.execute(f"SELECT * FROM {part.parquet('totals')} ORDER BY _row").fetchall()
    numeric = duck.columns(con, f"SELECT * FROM {part.parquet('totals')}")
    partial = [row for row, label, *_ in rows if any(word in label for word in PARTIAL)]
    end = 1 << 40
    for row, label, *printed in rows:
        if row in partial:
            before = max((r for r in partial if r < row), default=0)
            after = min((r for r in partial if r > row), default=end)
            spans = [(before, row), (0, row), (row, after)]
        else:
            spans = [(0, row), (0, end)]
        for name, value in zip(numeric, printed, strict=True):
            if value is not None:
                yield _Total(row, label, name, value, spans)


def _sums(con: duckdb.DuckDBPyConnection, part: Part, total: _Total, span: tuple[int, int]) -> tuple[Any, ...]:
    """Sums of the counted rows, of all rows, of the counted ones and one copy of each conflict (the first, or the later
    one), how many add up, and how many cannot be read."""
    value = "CAST(string_split(value, ':')[1] AS INTEGER), CAST(string_split(value, ':')[2] AS BIGINT)"
    return duck.row(
        con,
        f"SELECT sum(r.{total.name}) FILTER (WHERE m._row IS NULL), sum(r.{total.name}),"
        f" sum(r.{total.name}) FILTER (WHERE m._row IS NULL OR m.copy = 'first'),"
        f" sum(r.{total.name}) FILTER (WHERE m._row IS NULL OR m.copy = 'later'), count(*) FILTER (WHERE r.{total.name} <> 0),"
        f' count(*) FILTER (WHERE m.unread) FROM {part.parquet("rows")} r LEFT JOIN (SELECT _row, bool_or("column" IS NULL'
        f" AND kind NOT IN ('duplicate', 'conflict', 'failed') OR \"column\" = '{total.name}' OR kind LIKE 'shifted%') AS unread,"
        f" any_value(CASE WHEN kind = 'conflict' THEN CASE WHEN ({value}) > (part, _row) THEN 'first' ELSE 'later' END END) AS copy"
        f" FROM marks WHERE part = {part.index} GROUP BY _row) m USING (_row) WHERE _row > ? AND _row < ?",
        list(span),
    )


def _slack(con: duckdb.DuckDBPyConnection, part: Part, name: str, terms: int) -> Decimal:
    """元 must agree to the cent; rounded amounts may each be half a digit off, unless there is but one to add."""
    known = duck.columns(con, f"SELECT * FROM {part.parquet('rows')}")
    if f"{name}__slack" not in known or terms < 2:
        return Decimal(0)
    (slack,) = duck.row(con, f"SELECT max({name}__slack) FROM {part.parquet('rows')}")
    return Decimal(slack or 0) * (terms + 1)


def _gap(con: duckdb.DuckDBPyConnection, part: Part, total: _Total) -> tuple[Decimal, Decimal] | None:
    """(sum of the rows, printed less sum) where no reading of the total agrees; None where one does or none can tell."""
    gaps = []
    for span in total.spans:
        counted, everything, *with_copy, terms, unread = _sums(con, part, total, span)
        if unread:
            return None
        slack = _slack(con, part, total.name, terms)
        for added in (counted, everything, *with_copy):
            if added is not None and abs(added - total.printed) <= slack:
                return None
        sums = [added for added in (counted, *with_copy) if added is not None]
        if sums:
            nearest = min(sums, key=lambda added: abs(total.printed - added))
            gaps.append((nearest, total.printed - nearest))
    return gaps[0] if gaps else None


def mark_scale(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    """Mark the one row whose amount, taken ten thousand times larger or smaller, makes a total come right."""
    money = {
        c.removesuffix("__unit")
        for c in duck.columns(con, f"SELECT * FROM {part.parquet('rows')}")
        if c.endswith("__unit")
    }
    for total in list(_all(con, part)):
        gap = _gap(con, part, total) if total.name in money else None
        if gap is None:
            continue
        low, high = total.spans[0]
        found = con.execute(
            f"SELECT _row FROM {part.parquet('rows')} WHERE _row > ? AND _row < ? AND {total.name} <> 0"
            f" AND (abs({total.name} * {TEN_THOUSAND - 1} - ?) <= {ROUNDED}"
            f" OR (abs({total.name}) >= {TEN_THOUSAND}"
            f" AND abs({total.name} * {TEN_THOUSAND - 1} / {TEN_THOUSAND} + ?) <= {CENT}))",
            [low, high, gap[1], gap[1]],
        ).fetchall()
        if len(found) == 1:
            add_mark(con, part, found[0][0], total.name)


def add_mark(con: duckdb.DuckDBPyConnection, part: Part, row: int, name: str) -> None:
    con.execute(
        f"INSERT INTO marks SELECT {part.index}, r._row, '{name}', 'scale', CAST(r.{name} AS VARCHAR)"
        f" FROM {part.parquet('rows')} r WHERE _row = ? AND NOT EXISTS (SELECT 1 FROM marks m WHERE m.part = {part.index}"
        f" AND m._row = r._row AND m.\"column\" = '{name}')",
        [row],
    )


def findings(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, table: Table, part: Part, scope: Scope
) -> Iterator[Finding]:
    """Totals that no rows add up to."""
    schema = table.schema(scope)
    for total in _all(con, part):
        if schema.columns[total.name].metadata["kind"] == "decimal":
            continue
        gap = _gap(con, part, total)
        if gap is not None:
            label = part.info["labels"][total.name]
            yield Finding(
                f"{table.slug}.{total.name}.total",
                "error",
                f"“{label}”的{total.label}为{total.printed}，各行相加为{gap[0]}，相差{gap[1]}。",
                "请核对是漏行、重行还是合计数写错，改正后重新运行。",
                dataset=dataset.name,
                file=part.raw.name,
                sheet=part.sheet,
                row=total.row,
                column=label,
                value=str(total.printed),
            )
