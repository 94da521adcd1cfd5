"""The rows of a dataset over all its files → findings, rows set aside, row accounts.

Belongs here: what needs more than one row (duplicates, conflicts, keys of other tables, 合计 rows, the tolerance) and
the sum of what the files told. Rules that compare datasets with each other are SQL files under rules/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from schemas import Dataset, Scope, Table
from selfeval import duck
from selfeval.checks import foreign, quarantine, repeats, scale, sheets, totals
from selfeval.checks.cells import literal
from selfeval.checks.grouping import LOST, grouped, noted, rule_id
from selfeval.checks.part import Part, parts_of
from selfeval.model import FileAccount, Finding
from selfeval.privacy import MASK, scrubbed
from selfeval.sources.people import People
from selfeval.sources.scan import RawFile
from selfeval.sources.tables import quoted
from selfeval.store import Entry

#: The rows set aside of one part as a digest.
_ASIDE = "SELECT sha256(coalesce(string_agg(_row::VARCHAR, ',' ORDER BY _row), '')) FROM excluded WHERE part = ?"


#: A connection, part, its key columns and its columns that refer to other tables → the entry that `repeats.write` made.
Index = Callable[[duckdb.DuckDBPyConnection, Part, Sequence[str], Sequence[str]], Entry]


def resolve(
    dataset: Dataset,
    scope: Scope,
    files: Sequence[tuple[RawFile, Entry]],
    references: Mapping[str, Sequence[Part]],
    tolerance: Decimal,
    folder: Path,
    index: Index,
    people: Callable[[], People],
    again: quarantine.Again,
) -> dict[str, Any]:
    """Resolve one dataset into `folder`: findings.json, quarantine.csv, excluded.parquet; gives the row accounts.

    `references` holds the parts of tables that foreign keys point to, by slug; `index` gives what `repeats.write`
    kept of a part, `people` whom to mask in prose, `again` keeps cells of rows set aside late.
    """
    parts = parts_of(files)
    told = [Finding(**f) for _, entry in files for f in entry.info["findings"]]
    blank = sheets.blank_forms(dataset, files, told)
    told = [*(f for f in told if f.rule != sheets.NO_ROWS or f.file not in blank), *blank.values()]
    findings = sheets.with_absent(dataset, files, told)
    # The root of the store: what the index kept of a part lies in entries of its own.
    folders = {p.folder.parent.parent for ps in (parts, *references.values()) for p in ps}
    with duck.connect(folder, *sorted(folders)) as con:
        con.execute('CREATE TABLE marks (part INTEGER, _row BIGINT, "column" VARCHAR, kind VARCHAR, value VARCHAR)')
        for part in parts:
            con.execute(f"INSERT INTO marks SELECT {part.index}, * FROM {part.parquet('faults')}")
            if part.info["lost"]:
                con.execute(
                    f"INSERT INTO marks SELECT DISTINCT {part.index}, _row, NULL, '{LOST}', NULL FROM {part.parquet('rows')}"
                )
        kept: dict[int, Entry] = {}
        for table in dataset.tables:
            mine = [p for p in parts if p.info["table"] == table.slug]
            if mine:
                _copies(con, table, mine, scope)
                kept |= _kept(con, table, mine, index)
                if keyed := _keyed(table, mine):
                    _keys(con, table, keyed, kept, blanks=dataset.by_hand)
                foreign.mark(con, table, mine, references, kept)
                # Whatever else is wrong with a copy is told at the row that it repeats.
                con.execute(
                    "DELETE FROM marks WHERE kind NOT IN ('duplicate', 'failed') AND (part, _row) IN"
                    " (SELECT (part, _row) FROM marks WHERE kind = 'duplicate')"
                )
                scale.mark(con, table, mine, references)
        for part in parts:
            totals.mark_scale(con, part)
        _exclude(con, parts)
        for table in dataset.tables:
            mine = [p for p in parts if p.info["table"] == table.slug]
            findings += (
                f
                for f in grouped(con, dataset, table, mine, scope, parts)
                if f.file not in blank or not f.rule.endswith(".duplicate")
            )
            for part in mine:
                findings += noted(con, dataset, table, part, scope)
                findings += totals.findings(con, dataset, table, part, scope)
        findings += _tolerance(con, dataset, parts, tolerance)
        quarantine.write(con, dataset, scope, parts, people, again, folder / "quarantine.csv")
        con.execute(
            f"COPY (SELECT part, _row, rule FROM excluded ORDER BY ALL) TO {literal(str(folder / 'excluded.parquet'))} (FORMAT parquet)"
        )
        accounts = _accounts(con, files, parts, kept)
        aside = {p.index: duck.row(con, _ASIDE, [p.index])[0] for p in parts}
    text = json.dumps([asdict(scrubbed(f)) for f in findings], ensure_ascii=False)
    (folder / "findings.json").write_text(text, encoding="utf-8")
    return {"accounts": [asdict(a) for a in accounts], "aside": {str(k): v for k, v in aside.items()}}


def _rows(parts: Sequence[Part]) -> str:
    """All rows of a table's parts that the cell checks passed, with their part."""
    return " UNION ALL BY NAME ".join(
        f"SELECT {p.index} AS _part, * FROM {p.parquet('rows')} WHERE NOT _bad" for p in parts
    )


def _key(con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part]) -> tuple[list[str], list[str], list[str]]:
    """The columns by which rows are told apart, those that hold their content, and those of group numbers."""
    columns = duck.columns(con, _rows(parts))
    groups = [c for c in columns if c.endswith("__group")]
    content = [c for c in columns if c not in groups and not c.endswith(("__unit", "__slack"))]
    return list(table.key) or content, content, groups


def _keyed(table: Table, parts: Sequence[Part]) -> list[Part]:
    """The parts that have all key columns; what is left of the rows of the others may well be alike."""
    return [p for p in parts if all(k in ("sheet", "side") or k in p.info["labels"] for k in table.key)]


def _kept(con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part], index: Index) -> dict[int, Entry]:
    """What is kept of the parts of a large table; nothing for a small one."""
    if table.layout != "rows" or sum(p.info["read"] for p in parts) <= repeats.LARGE_ROWS:
        return {}
    if len(_keyed(table, parts)) < len(parts):
        return {}
    key, _, _ = _key(con, table, parts)
    if any(not set(key) <= set(duck.columns(con, f"SELECT * FROM {p.parquet('rows')}")) for p in parts):
        return {}
    return {p.index: index(con, p, key, [c for c, _ in table.foreign_keys]) for p in parts}


def _keys(
    con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part], kept: Mapping[int, Entry], *, blanks: bool
) -> None:
    """Mark exact duplicates (all but the first physical row) and conflicts (all copies).

    With `blanks`, in what a clerk fills in, a row of nothing but its key is no other content: a duplicate of one filled in.

    The value of a mark is another row of the same key as "part:row", of a conflict with ":columns" that differ.
    """
    key, content, groups = _key(con, table, parts)
    same_content = " AND ".join(f"r.{c} IS NOT DISTINCT FROM f.{c}" for c in content) or "true"
    # A group number counts first appearances within one file, so it compares rows of one file alone.
    same_group = " AND ".join(f"r.{c} IS NOT DISTINCT FROM f.{c}" for c in groups) or "true"
    on_key = " AND ".join(f"r.{c} IS NOT DISTINCT FROM f.{c}" for c in key)
    differing = ", ".join(
        [f"CASE WHEN r.{c} IS DISTINCT FROM f.{c} THEN '{c}' END" for c in content]
        + [
            f"CASE WHEN r._part = f._part AND r.{c} IS DISTINCT FROM f.{c} THEN '{c.removesuffix('__group')}' END"
            for c in groups
        ]
    )
    empty = " AND ".join(f"r.{c} IS NULL" for c in content if c not in key) if blanks else ""
    empty = f"({empty or 'false'})"
    rows = "SELECT * FROM " + repeats.gather(con, parts, kept) if parts[0].index in kept else _rows(parts)
    con.execute(f"CREATE OR REPLACE TEMP VIEW rows_now AS {rows}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS WITH doubled AS"
        f" (SELECT {', '.join(key)} FROM rows_now GROUP BY ALL HAVING count(*) > 1)"
        f" SELECT r.* FROM rows_now r JOIN doubled f ON {on_key}"
    )
    if duck.row(con, "SELECT count(*) FROM repeated") != (0,):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE compared AS WITH firsts AS (SELECT * FROM repeated r"
            f" QUALIFY row_number() OVER (PARTITION BY {', '.join(f'r.{c}' for c in key)} ORDER BY {empty}, _part, _row) = 1)"
            f" SELECT r._part, r._row, f._part AS first_part, f._row AS first_row, ({empty} OR {same_content}) AND (r._part <> f._part OR ({same_group})) AS same,"
            f" concat_ws(',', {differing}) AS differing"
            f" FROM repeated r JOIN firsts f ON {on_key}"
        )
        con.execute(
            "INSERT INTO marks SELECT _part, _row, NULL, CASE WHEN every THEN 'duplicate' ELSE 'conflict' END,"
            " CASE WHEN every THEN first_part || ':' || first_row"
            " WHEN same THEN unlike ELSE first_part || ':' || first_row || ':' || differing END FROM"
            " (SELECT *, bool_and(same) OVER same_key AS every, first_value(CASE WHEN NOT same THEN _part || ':' || _row || ':'"
            " || differing END IGNORE NULLS) OVER (same_key ORDER BY _part, _row ROWS BETWEEN UNBOUNDED PRECEDING AND"
            " UNBOUNDED FOLLOWING) AS unlike FROM compared WINDOW same_key AS (PARTITION BY first_part, first_row))"
            " WHERE NOT every OR (_part, _row) <> (first_part, first_row)"
        )


def _copies(con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Part], scope: Scope) -> None:
    """Mark exact copies of bad rows, all but the first, as duplicates.

    A row whose cells slipped, or of which a cell is masked, may hold other things than its copy seems to: it stays bad.
    """
    columns = table.schema(scope).columns
    told = [c for c in columns if all(c in p.info["labels"] for p in parts)]
    secret = [c for c in columns if columns[c].metadata["private"] is not None]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE comparable AS SELECT part, _row FROM marks GROUP BY ALL"
        ' HAVING bool_and("column" IS NOT NULL AND kind NOT LIKE \'shifted%\' AND NOT list_contains(?, "column"))',
        [secret],
    )
    indexes = [p.index for p in parts]
    (bad,) = duck.row(con, "SELECT count(*) FROM comparable WHERE list_contains(?, part)", [indexes])
    if bad < 2 or table.layout != "rows":
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE copies AS SELECT _part, _row,"
        " CASE WHEN (min([_part, _row]) OVER alike)[1] = _part THEN min([_part, _row]) OVER same ELSE min([_part, _row]) OVER alike END AS first"
        f" FROM ({' UNION ALL '.join(_as_read(con, p, told) for p in parts)})"
        f" WHERE NOT contains(array_to_string(cells, ','), '{MASK}')"
        " WINDOW alike AS (PARTITION BY cells), same AS (PARTITION BY cells, groups, _part)"
    )
    con.execute("DELETE FROM copies WHERE first = [_part, _row]")
    con.execute("DELETE FROM marks WHERE (part, _row) IN (SELECT (_part, _row) FROM copies)")
    con.execute("INSERT INTO marks SELECT _part, _row, NULL, 'duplicate', first[1] || ':' || first[2] FROM copies")


def _as_read(con: duckdb.DuckDBPyConnection, part: Part, columns: Sequence[str]) -> str:
    """The comparable bad rows of a part: their cells, and the group numbers that tell private ones of a file apart."""
    groups = [c for c in duck.columns(con, f"SELECT * FROM {part.parquet('rows')}") if c.endswith("__group")]
    cells = ", ".join(f"c.{quoted(part.info['labels'][name])}" for name in columns)
    return (
        f"SELECT {part.index} AS _part, r._row, [{cells}]::VARCHAR[] AS cells,"
        f" {'[' + ', '.join(f'r.{g}' for g in groups) + ']' if groups else 'NULL'}::BIGINT[] AS groups"
        f" FROM {part.parquet('rows')} r JOIN {part.parquet('cells')} c USING (_row)"
        f" SEMI JOIN (SELECT _row FROM comparable WHERE part = {part.index}) m ON m._row = r._row WHERE r._bad"
    )


def _exclude(con: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> None:
    """Every row that is not counted, once, with all rules it breaks; a duplicate that is also bad is bad."""
    kinds = con.execute('SELECT DISTINCT part, "column", kind FROM marks').fetchall()
    slugs = {p.index: p.info["table"] for p in parts}
    con.execute('CREATE TABLE rules (part INTEGER, "column" VARCHAR, kind VARCHAR, rule VARCHAR)')
    if kinds:
        con.executemany(
            "INSERT INTO rules VALUES (?, ?, ?, ?)",
            [[part, column, kind, rule_id(slugs[part], column, kind)] for part, column, kind in kinds],
        )
    con.execute(
        "CREATE TABLE excluded AS SELECT m.part, m._row, bool_and(m.kind IN ('duplicate', 'failed')) AS duplicate,"
        " string_agg(DISTINCT r.rule, ';' ORDER BY r.rule) AS rule FROM marks m JOIN rules r ON m.part = r.part"
        ' AND m.kind = r.kind AND m."column" IS NOT DISTINCT FROM r."column" GROUP BY m.part, m._row'
    )


def _tolerance(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, parts: Sequence[Part], tolerance: Decimal
) -> Iterator[Finding]:
    """A tolerant dataset blocks when more of its rows are bad than the tolerance lets pass."""
    bad, duplicates = duck.row(
        con,
        # A file that lost a column is an error of its own.
        "SELECT count(*) FILTER (WHERE NOT duplicate AND NOT contains(rule, ?)),"
        " count(*) FILTER (WHERE duplicate) FROM excluded",
        [rule_id(dataset.slug, None, LOST)],
    )
    counted = sum(p.info["read"] for p in parts) - duplicates
    if dataset.strict or not bad or Decimal(bad) <= tolerance * counted:
        return
    share = _over(Decimal(bad) * 100 / counted, tolerance * 100)
    yield Finding(
        f"{dataset.slug}.tolerance",
        "error",
        f"“{dataset.name}”有{bad}行不合格，占{share}%，超过允许的{(tolerance * 100).normalize():f}%。",
        "请按所列各处改正原始数据，或联系数据来源单位重新导出。",
        dataset=dataset.name,
        file=parts[0].raw.name,
        count=bad,
    )


def _over(share: Decimal, limit: Decimal) -> Decimal:
    """A percentage over a limit in as few decimals, two at least, as print it over the limit."""
    rounded = (share.quantize(Decimal(1).scaleb(-places)) for places in range(2, 9))
    return next((shown for shown in rounded if shown > limit), share)


def _accounts(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[tuple[RawFile, Entry]],
    parts: Sequence[Part],
    kept: Mapping[int, Entry],
) -> list[FileAccount]:
    """A line a sheet; raises RuntimeError where a row would be lost."""
    aside = dict(con.execute("SELECT part, count(*) FROM excluded GROUP BY part").fetchall())
    accounts = []
    for part in parts:
        read, out = part.info["read"], aside.get(part.index, 0)
        accepted = _accepted(con, part, kept.get(part.index))
        if read != accepted + out or part.info["lines"] != read + part.info["other"]:
            raise RuntimeError(
                f"rows lost in {part.raw.name} {part.sheet}: {read} read, {accepted} accepted, {out} set aside"
            )
        accounts.append(_account(part.raw, part.sheet, part.info["encoding"], read, accepted, out, part.info["other"]))
    for raw, entry in files:
        for sheet in entry.info["unread"]:
            accounts.append(_account(raw, sheet["sheet"], sheet["encoding"], 0, 0, 0, sheet["other"]))
    order = {raw.name: i for i, (raw, _) in enumerate(files)}
    return sorted(accounts, key=lambda a: order[a.file])


def _accepted(con: duckdb.DuckDBPyConnection, part: Part, kept: Entry | None) -> int:
    if kept is not None:
        # Sound rows are counted once a part; of those set aside, the ones that are not sound have a fault of their own.
        (aside,) = duck.row(
            con,
            f"SELECT count(*) FROM excluded WHERE part = ? AND _row NOT IN (SELECT _row FROM {part.parquet('faults')})",
            [part.index],
        )
        return int(kept.info["sound"]) - int(aside)
    (accepted,) = duck.row(
        con,
        f"SELECT count(DISTINCT _row) FROM {part.parquet('rows')} WHERE NOT _bad"
        " AND _row NOT IN (SELECT _row FROM excluded WHERE part = ?)",
        [part.index],
    )
    return int(accepted)


def _account(
    raw: RawFile, sheet: str | None, encoding: str | None, read: int, accepted: int, aside: int, other: int
) -> FileAccount:
    return FileAccount(raw.name, sheet, raw.sha256, raw.bytes, encoding, read, accepted, aside, other)
