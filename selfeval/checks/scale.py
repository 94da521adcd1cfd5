"""万元 and 元 mixed up within a table: an amount that, taken ten thousand times larger or smaller, makes its sums come right.

Only sums that the contract names are used, and only where exactly one cell, or one set of payments that are far out of
the usual, explains the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from schemas import Table
from selfeval import duck
from selfeval.checks.part import Part
from selfeval.checks.subset import FACTOR, SHORT, Places, enlarged, explain, shrunken
from selfeval.checks.totals import CENT, ROUNDED, TEN_THOUSAND, add_mark

#: a + b = c within one row of a table.
IDENTITIES = {
    "budget": (("budget_initial", "adjustment", "budget_final"), ("paid", "balance", "budget_final")),
}
#: A payment of less 元, or so many times less or more than its project's usual one, may have another unit.
SMALL, FAR = 100, 100


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
        amounts = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        whole = [identity for identity in identities if amounts.keys() >= set(identity)]
        culprits = [
            name
            for name in amounts
            if any(_holds(amounts | {name: other}, whole, off) for other, off in _others(amounts[name]))
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
    """Payments that, each taken ten thousand times, alone explain why a project's payments miss its 支出数."""
    if any(part.info["lost"] for part in parts):
        return
    _list_payments(con, parts, budget)
    by_index = {p.index: p for p in parts}
    single = con.execute(
        "SELECT part, _row FROM known JOIN gaps USING (project) WHERE NOT unsure AND amount <> 0"
        f" AND (abs(amount * {SHORT} - gap) <= {ROUNDED}"
        f" OR (abs(amount) >= {FACTOR} AND abs(amount * {SHORT} / {FACTOR} + gap) <= {CENT}))"
        " QUALIFY count(*) OVER (PARTITION BY project) = 1 ORDER BY ALL"
    ).fetchall()
    for index, row in [*single, *_several(con)]:
        add_mark(con, by_index[index], row, "amount")


def _several(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """(part, row) of payments far out of their project's usual amounts that explain its gap together.

    A gap that is not sure is explained to the cent or not at all. Where it stays unexplained, an amount with more
    decimals than the others of its column, as 元 never have, is told. Where all payments of a project are out of the
    usual, the 支出数 may as well be wrong: told at that.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE outliers AS WITH usual AS (SELECT project, quantile_disc(abs(amount), 0.5)"
        f" FILTER (WHERE abs(amount) >= {SMALL}) AS usual, count(*) AS payments FROM known GROUP BY ALL)"
        f" SELECT project, unsure, gap, part, _row, amount, odd, abs(amount) < {SMALL} OR abs(amount) * {FAR} < usual AS small,"
        " payments FROM known JOIN gaps USING (project) JOIN usual USING (project) WHERE amount <> 0"
        f" AND (small OR (abs(amount) > {FAR} * usual AND amount % 100 = 0))"
    )
    found = con.execute(
        "SELECT project, unsure, CAST(gap * 100 AS BIGINT), part, _row, CAST(amount * 100 AS BIGINT), odd, small"
        " FROM outliers QUALIFY count(*) OVER (PARTITION BY project) < payments ORDER BY project, part, _row"
    ).fetchall()
    for (_, unsure, gap), members in groupby(found, key=lambda row: row[:3]):
        rows = [row[3:] for row in members]
        places: Places | None = None
        if gap is not None and not (unsure and gap % SHORT):
            places = explain(gap, [shrunken(c, odd=odd) if small else enlarged(c) for _, _, c, odd, small in rows])
        odd_ones = [place for place, (_, _, _, odd, small) in enumerate(rows) if odd and small]
        yield from (rows[place][:2] for place in places or odd_ones)


def _list_payments(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], budget: Sequence[Part]) -> None:
    """Make tables `known` (payments that may count) and `gaps` (by how much a project's miss its 支出数).

    `amount` is that of a payment whose cell may be right, `project` NULL where it cannot be told. A gap is `unsure`
    where the 支出数, or the amount of a payment of the project or of one without a project, is not known.
    """
    rows = [_paid(part) for part in budget if not part.info["lost"]]
    paid = " UNION ALL ".join(rows) or "SELECT NULL AS project_code, NULL AS paid WHERE false"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE paid AS SELECT project_code AS project, any_value(paid) AS paid FROM ({paid}) GROUP BY ALL"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE told AS SELECT part, _row, bool_or(kind IN ('duplicate', 'failed')) AS gone,"
        " bool_or(kind = 'conflict') AS disputed, bool_or(\"column\" IS NULL AND kind NOT IN ('duplicate', 'failed', 'conflict')"
        " OR kind LIKE 'shifted%' OR \"column\" = 'project_code') AS astray,"
        " any_value(value) FILTER (WHERE \"column\" = 'amount' AND kind = 'scale') AS said FROM marks GROUP BY ALL"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT r.part, r._row, r.amount, r.odd,"
        " CASE WHEN NOT coalesce(t.astray, false) THEN r.project_code END AS project,"
        f" sf_number(regexp_replace(sf_half(t.said), ' *万元?$', '')) * {FACTOR} AS meant,"
        " coalesce(r.amount, meant) IS NULL OR coalesce(t.disputed, false) AS unread"
        f" FROM ({' UNION ALL '.join(map(_printed, parts))}) r LEFT JOIN told t USING (part, _row) WHERE NOT coalesce(t.gone, false)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE gaps AS SELECT project, any_value(p.paid) - sum(coalesce(k.amount, k.meant)) AS gap,"
        " gap IS NULL OR bool_or(k.unread) OR EXISTS (SELECT 1 FROM known WHERE project IS NULL) AS unsure"
        " FROM known k LEFT JOIN paid p USING (project) WHERE project IS NOT NULL GROUP BY ALL HAVING unsure OR gap <> 0"
    )


def _paid(part: Part) -> str:
    """What each project of the budget has paid; a row that is set aside for another of its cells tells it all the same."""
    faults = part.parquet("faults")
    return (
        f"SELECT project_code, paid FROM {part.parquet('rows')} WHERE _row NOT IN (SELECT _row FROM {faults}"
        " WHERE \"column\" IS NULL OR \"column\" IN ('project_code', 'paid') OR kind LIKE 'shifted%')"
    )


def _printed(part: Part) -> str:
    """The payments of a part, and which amounts alone of their column are printed with more decimals than 元 have."""
    label = '"' + part.info["labels"]["amount"].replace('"', '""') + '"'
    return (
        f"SELECT {part.index} AS part, _row, r.project_code, r.amount, c.odd AND 2 * count(*) FILTER (WHERE c.odd) OVER () < count(*) OVER () AS odd"
        f" FROM {part.parquet('rows')} r JOIN (SELECT _row, coalesce(regexp_matches({label}, '[.．][0-9０-９]{{3,}}'), false) AS odd"
        f" FROM {part.parquet('cells')}) c USING (_row)"
    )
