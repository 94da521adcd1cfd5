"""万元 and 元 mixed up within a table: an amount that, taken ten thousand times larger or smaller, makes its sums come right.

Only sums that the contract names are used, and only where exactly one cell explains the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from schemas import Table
from selfeval import duck
from selfeval.checks.totals import CENT, ROUNDED, TEN_THOUSAND, add_mark

if TYPE_CHECKING:
    from selfeval.checks.resolve import Part

#: a + b = c within one row of a table.
IDENTITIES = {
    "budget": (("budget_initial", "adjustment", "budget_final"), ("paid", "balance", "budget_final")),
}


def mark(
    con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part], references: Mapping[str, Sequence[Part]]
) -> None:
    """Add marks of kind `scale`."""
    for part in parts:
        if table.slug in IDENTITIES:
            _within_rows(con, part, IDENTITIES[table.slug])
    if table.slug == "payments":
        _payments(con, parts, references.get("budget", ()))


def _within_rows(con: duckdb.DuckDBPyConnection, part: Part, identities: Sequence[tuple[str, str, str]]) -> None:
    names = sorted({name for identity in identities for name in identity})
    there = set(duck.columns(con, f"SELECT * FROM {part.parquet('rows')}"))
    if not set(names) <= there:
        return
    held = " AND ".join(f"{a} + {b} = {c}" for a, b, c in identities)
    query = f"SELECT _row, {', '.join(names)} FROM {part.parquet('rows')} WHERE NOT ({held}) ORDER BY _row"
    for row, *values in con.execute(query).fetchall():
        amounts = dict(zip(names, values, strict=True))
        culprits = [
            name
            for name in names
            if any(_holds(amounts | {name: other}, identities, off) for other, off in _others(amounts[name]))
        ]
        if len(culprits) == 1:
            add_mark(con, part, row, culprits[0])


def _others(amount: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """What the amount may have been meant as, and by how much the sums may then be off."""
    if amount:
        yield amount * TEN_THOUSAND, ROUNDED
    # A ten-thousandth of a few 元 is as good as nothing: any sum that is off by so little would come right.
    if abs(amount) >= TEN_THOUSAND:
        yield amount / TEN_THOUSAND, CENT


def _holds(amounts: Mapping[str, Any], identities: Sequence[tuple[str, str, str]], off: Decimal) -> bool:
    return all(abs(amounts[a] + amounts[b] - amounts[c]) <= off for a, b, c in identities)


def _payments(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], budget: Sequence[Part]) -> None:
    """A payment that alone explains why a project's payments miss its 支出数."""
    if not budget:
        return
    paid = " UNION ALL ".join(f"SELECT project_code, paid FROM {p.parquet('rows')} WHERE NOT _bad" for p in budget)
    rows = " UNION ALL ".join(
        f"SELECT {p.index} AS part, _row, project_code, amount FROM {p.parquet('rows')} WHERE NOT _bad" for p in parts
    )
    found = con.execute(
        f"WITH rows AS ({rows}), gaps AS (SELECT project_code, any_value(b.paid) - sum(r.amount) AS gap FROM rows r"
        f" JOIN ({paid}) b USING (project_code) GROUP BY project_code HAVING any_value(b.paid) <> sum(r.amount))"
        " SELECT part, _row FROM rows JOIN gaps USING (project_code) WHERE amount <> 0"
        f" AND (abs(amount * {TEN_THOUSAND - 1} - gap) <= {ROUNDED}"
        f" OR (abs(amount) >= {TEN_THOUSAND} AND abs(amount * {TEN_THOUSAND - 1} / {TEN_THOUSAND} + gap) <= {CENT}))"
        " QUALIFY count(*) OVER (PARTITION BY project_code) = 1 ORDER BY ALL"
    ).fetchall()
    by_index = {p.index: p for p in parts}
    for index, row in found:
        add_mark(con, by_index[index], row, "amount")
