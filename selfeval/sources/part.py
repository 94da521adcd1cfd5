"""One raw file → typed rows, faults and line accounts, as Parquet in a folder of the store.

For each table found in the file, numbered n:
`n.rows.parquet`   _row, _bad, typed columns; private columns dropped or masked, with a group number `__group` each
`n.cells.parquet`  _row, then every header of the file with the cells as read, private ones masked
`n.faults.parquet` _row, column, kind, value (as read, masked): cells that fail the declaration, broken rows
`n.totals.parquet` _row, _label, typed columns of the 合计 rows
Rules that need another row or table do not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pandera.pandas as pa
import pyarrow

from schemas import Dataset, Scope, Table
from selfeval import duck, privacy
from selfeval.checks import cells as cell_checks
from selfeval.model import Finding
from selfeval.sources import header, typing
from selfeval.sources.header import Located
from selfeval.sources.scan import BOOK_SUFFIXES, RawFile
from selfeval.sources.structure import structure_findings, unreadable
from selfeval.sources.text import Sheet, Unreadable, decode, read_delimited, read_json_lines, unpack
from selfeval.sources.workbook import read_parquet, read_workbook

#: Tables of more rows are checked by the SQL twins instead of pandera.
PANDERA_ROWS = 200_000
Aliases = Mapping[str, Sequence[str]]


def read_sheets(raw: RawFile) -> list[Sheet]:
    """The cells of a file. Raises Unreadable."""
    data = unpack(raw)
    if not data:
        raise Unreadable("source.empty", "是空文件", "请重新导出后放回原处")
    if raw.kind in BOOK_SUFFIXES:
        return read_workbook(data)
    if raw.kind == ".parquet":
        return [read_parquet(data)]
    if raw.kind == ".zip":
        raise Unreadable("source.truncated", "已损坏或不完整，无法解压", "请重新压缩后放回原处")
    text, encoding = decode(data)
    if raw.kind == ".jsonl":
        return [read_json_lines(text, encoding)]
    return [read_delimited(text, encoding, tab=raw.kind == ".tsv")]


def read_part(raw: RawFile, dataset: Dataset, scope: Scope, aliases: Aliases, folder: Path) -> dict[str, Any]:
    """Read one file into `folder`; gives what the dataset needs to know of it (JSON-like)."""
    try:
        sheets = read_sheets(raw)
    except Unreadable as error:
        return {"parts": [], "findings": [asdict(unreadable(error, raw, dataset))], "unread": [_unread(None, 0)]}
    parts: list[dict[str, Any]] = []
    findings: list[Finding] = []
    unread: list[dict[str, Any]] = []
    seen: set[str] = set()
    for sheet in sheets:
        found = _find_table(sheet, dataset, scope, aliases)
        if found is None or found[1] is None:
            findings += structure_findings(raw, dataset, sheet, found[0] if found else None, None, scope)
            unread.append(_unread(sheet, sheet.lines))
            seen |= {found[0].slug} if found else set()
            continue
        table, located = found
        seen.add(table.slug)
        findings += structure_findings(raw, dataset, sheet, table, located, scope)
        parts.append(_write(len(parts), sheet, table, located, scope, folder))
    findings += _absent_tables(raw, dataset, seen) if sheets and sheets[0].name is not None else []
    return {"parts": parts, "findings": [asdict(f) for f in findings], "unread": unread}


def _unread(sheet: Sheet | None, lines: int) -> dict[str, Any]:
    return {"sheet": sheet.name if sheet else None, "other": lines, "encoding": sheet.encoding if sheet else None}


def _find_table(
    sheet: Sheet, dataset: Dataset, scope: Scope, aliases: Aliases
) -> tuple[Table, Located | None] | None:
    """The table that a sheet holds: by the sheet's name, else by the header where the dataset has one table."""
    named = [t for t in dataset.tables if t.sheet and sheet.name and re.fullmatch(t.sheet, sheet.name.strip())]
    single = [t for t in dataset.tables if len(dataset.tables) == 1]
    for table in named or single:
        located = header.locate(sheet, table, table.schema(scope), aliases)
        if located is not None:
            return table, located
    if named:
        return named[0], None
    filled = any(cell.strip() for _, cells in sheet.rows for cell in cells)
    return (single[0], None) if single and filled else None


def _absent_tables(raw: RawFile, dataset: Dataset, seen: set[str]) -> list[Finding]:
    return [
        Finding(
            "source.sheet.missing",
            "error" if table.needed else "info",
            f"工作簿中没有“{table.label}”工作表。",
            f"请补上名为“{table.label}”的工作表。",
            dataset=dataset.name,
            file=raw.name,
            sheet=table.label,
        )
        for table in dataset.tables
        if table.slug not in seen and len(dataset.tables) > 1
    ]


def _write(n: int, sheet: Sheet, table: Table, located: Located, scope: Scope, folder: Path) -> dict[str, Any]:
    schema = table.schema(scope)
    with duck.connect() as con:
        sides = _load(con, sheet, table, located)
        columns = list(located.groups[0]) if located.groups else list(located.columns)
        con.execute(f"CREATE TABLE typed AS {_typed_sql(schema, columns, located, sides)}")
        _faults(con, schema, columns, sheet, located)
        _save(con, n, schema, columns, table, sheet, located, folder)
        (read,) = duck.row(con, "SELECT count(DISTINCT _row) FROM typed")
    return {
        "n": n,
        "table": table.slug,
        "sheet": sheet.name,
        "encoding": sheet.encoding,
        "lines": sheet.lines,
        "read": read,
        "other": located.other,
        "header_row": located.header_row,
        "labels": dict(located.labels),
        "titles": [list(t) for t in located.titles],
    }


def _load(con: duckdb.DuckDBPyConnection, sheet: Sheet, table: Table, located: Located) -> bool:
    """Fill table `raw`: _id, _row, _width, one VARCHAR a declared column, `x0…` for the others; two-sided: an _id a side."""
    groups = located.groups or (located.columns,)
    width = max((*(i for g in groups for i in g.values()), *located.extra.values()), default=0) + 1
    names = list(groups[0])
    data: dict[str, list[Any]] = {"_id": [], "_row": [], "_width": [], "side": [], **{name: [] for name in names}}
    data |= {f"x{k}": [] for k in range(len(located.extra))}
    for number, cells in located.rows:
        padded = [*cells, *[""] * (width - len(cells))]
        for side, group in zip(("income", "expenditure"), groups, strict=False):
            values = [padded[group[name]] if name in group else "" for name in names]
            if located.groups and not any(v.strip() for v in values):
                continue
            data["_id"].append(len(data["_id"]))
            data["_row"].append(number)
            data["_width"].append(_filled(cells, sheet))
            data["side"].append(side)
            for name, value in zip(names, values, strict=True):
                data[name].append(value)
            for k, index in enumerate(located.extra.values()):
                data[f"x{k}"].append(padded[index])
    types = dict.fromkeys(("_id", "_row", "_width"), pyarrow.int64())
    arrays = {name: pyarrow.array(values, types.get(name, pyarrow.string())) for name, values in data.items()}
    arrow = pyarrow.table(arrays)
    con.execute("CREATE TABLE raw AS SELECT * FROM arrow")
    return bool(located.groups)


def _filled(cells: Sequence[str], sheet: Sheet) -> int:
    """Width of a text row without empty cells at its end; a workbook's rows are all of one width."""
    if sheet.name is not None:
        return 0
    return len(cells)


def _typed_sql(schema: pa.DataFrameSchema, columns: Sequence[str], located: Located, sides: bool) -> str:
    parts = ["_id", "_row", *(["side"] if sides else [])]
    for name in columns:
        kind = schema.columns[name].metadata["kind"]
        parts.append(f"{typing.expression(kind, name, located.factors.get(name, Decimal(1)))} AS {name}")
    return f"SELECT {', '.join(parts)} FROM raw"


def _faults(
    con: duckdb.DuckDBPyConnection, schema: pa.DataFrameSchema, columns: list[str], sheet: Sheet, located: Located
) -> None:
    """Fill table `faults` (_id, column, kind): cells that cannot be read, checks that fail, broken rows."""
    con.execute('CREATE TABLE faults (_id BIGINT, "column" VARCHAR, kind VARCHAR)')
    for name in columns:
        if schema.columns[name].metadata["kind"] not in ("text", "free", "code"):
            con.execute(
                f"INSERT INTO faults SELECT _id, '{name}', 'type' FROM raw JOIN typed USING (_id)"
                f" WHERE typed.{name} IS NULL AND sf_trim(raw.{name}) IS NOT NULL"
            )
    _structural_faults(con, sheet, located)
    present = pa.DataFrameSchema({name: schema.columns[name] for name in columns})
    (count,) = duck.row(con, "SELECT count(*) FROM typed")
    if count <= PANDERA_ROWS:
        frame = con.sql(f"SELECT _id, {', '.join(columns)} FROM typed").to_arrow_table()
        found = cell_checks.by_pandera(frame.to_pandas(types_mapper=pd.ArrowDtype).set_index("_id"), present)
        if found:
            con.executemany("INSERT INTO faults VALUES (?, ?, ?)", sorted(found))
    else:
        con.execute(f"INSERT INTO faults {cell_checks.sql_faults(present, columns, 'typed')}")
    # An unreadable cell is told once, as that, and a broken row is not told cell by cell.
    con.execute(
        "DELETE FROM faults f WHERE kind <> 'type' AND \"column\" IS NOT NULL AND EXISTS (SELECT 1 FROM faults g"
        ' WHERE g._id = f._id AND g."column" = f."column" AND g.kind = \'type\')'
    )
    con.execute(
        'DELETE FROM faults f WHERE "column" IS NOT NULL AND EXISTS'
        ' (SELECT 1 FROM faults g WHERE g._id = f._id AND g."column" IS NULL)'
    )


def _structural_faults(con: duckdb.DuckDBPyConnection, sheet: Sheet, located: Located) -> None:
    for line, rule in sheet.broken:
        con.execute("INSERT INTO faults SELECT _id, NULL, ? FROM raw WHERE _row = ?", [rule.split(".")[1], line])
    if sheet.name is None and sheet.delimiter is not None:
        width = max((*located.columns.values(), *located.extra.values())) + 1
        con.execute(
            "INSERT INTO faults SELECT _id, NULL, 'columns' FROM raw WHERE _width <> ?"
            " AND _id NOT IN (SELECT _id FROM faults WHERE \"column\" IS NULL)",
            [max(width, len(next(cells for number, cells in sheet.rows if number == located.header_row)))],
        )


def _save(
    con: duckdb.DuckDBPyConnection,
    n: int,
    schema: pa.DataFrameSchema,
    columns: Sequence[str],
    table: Table,
    sheet: Sheet,
    located: Located,
    folder: Path,
) -> None:
    con.execute("CREATE TABLE bad AS SELECT DISTINCT _row FROM raw JOIN faults USING (_id)")
    public = _public_columns(schema, columns, located, table, sheet)
    side = "t.side, " if located.groups else ""
    _copy(
        con,
        f"SELECT t._row, {side}t._row IN (SELECT _row FROM bad) AS _bad{public} FROM typed t ORDER BY t._id",
        folder / f"{n}.rows.parquet",
    )
    shown = ", ".join(
        [
            *(f"{_masked(f'r.{c}', schema.columns[c])} AS {_quoted(located.labels[c])}" for c in columns),
            *(f"scrub(r.x{k}) AS {_quoted(label)}" for k, label in enumerate(located.extra)),
        ]
    )
    _copy(con, f"SELECT r._row, {shown} FROM raw r ORDER BY r._id", folder / f"{n}.cells.parquet")
    value = " ".join(
        f"WHEN '{c}' THEN {_masked(f'r.{c}', schema.columns[c])}" for c in columns
    )
    _copy(
        con,
        f"SELECT r._row, f.\"column\", f.kind, CASE f.\"column\" {value} END AS value FROM faults f"
        " JOIN raw r USING (_id) ORDER BY ALL",
        folder / f"{n}.faults.parquet",
    )
    _save_totals(con, n, schema, columns, located, folder)


def _save_totals(
    con: duckdb.DuckDBPyConnection,
    n: int,
    schema: pa.DataFrameSchema,
    columns: Sequence[str],
    located: Located,
    folder: Path,
) -> None:
    numeric = [c for c in columns if schema.columns[c].metadata["kind"] in ("money", "integer", "decimal")]
    data: dict[str, list[Any]] = {"_row": [], "_label": [], **{c: [] for c in numeric}}
    for number, cells in located.totals:
        data["_row"].append(number)
        data["_label"].append(header.normal(next(c for c in cells if c.strip())))
        for c in numeric:
            data[c].append(cells[located.columns[c]] if located.columns[c] < len(cells) else "")
    arrays = {k: pyarrow.array(v, pyarrow.int64() if k == "_row" else pyarrow.string()) for k, v in data.items()}
    totals = pyarrow.table(arrays)
    con.execute("CREATE TABLE totals AS SELECT * FROM totals")
    typed = "".join(
        f", {typing.expression(schema.columns[c].metadata['kind'], c, located.factors.get(c, Decimal(1)))} AS {c}"
        for c in numeric
    )
    _copy(con, f"SELECT _row, _label{typed} FROM totals ORDER BY _row", folder / f"{n}.totals.parquet")


def _public_columns(
    schema: pa.DataFrameSchema, columns: Sequence[str], located: Located, table: Table, sheet: Sheet
) -> str:
    parts = []
    for name, declared in schema.columns.items():
        kind, private = declared.metadata["kind"], declared.metadata["private"]
        if name not in columns:
            if private != "secret":
                parts.append(f"CAST(NULL AS {typing.duckdb_type(kind)}) AS {name}")
            continue
        if private is not None:
            # Equality survives as a number by first appearance, never as a hash of what may not leave.
            parts.append(f"min(t._id) OVER (PARTITION BY t.{name}) AS {name}__group")
        if private == "secret":
            continue
        parts.append(f"{_masked(f't.{name}', declared)} AS {name}" if private else f"t.{name}")
        if kind == "money":
            unit = _printed_unit(located, name)
            parts.append(f"CAST({unit} AS DECIMAL(18,8)) AS {name}__unit")
    if table.keep_sheet:
        parts.append(f"{cell_checks.literal(sheet.name or '')} AS sheet")
    return "".join(f", {part}" for part in parts)


def _printed_unit(located: Located, name: str) -> Decimal:
    """The last printed digit of a money column in 元: 161.76 in 万元 → 100, at the finest cell of the column."""
    indexes = [g[name] for g in located.groups if name in g] or [located.columns[name]]
    decimals = 0
    for _, cells in located.rows:
        for i in indexes:
            text = cells[i].strip() if i < len(cells) else ""
            decimals = max(decimals, len(text.partition(".")[2].rstrip("%） )")) if "." in text else 0)
    return located.factors.get(name, Decimal(1)) / (Decimal(10) ** min(decimals, 8))


def _masked(expression: str, declared: pa.Column) -> str:
    private = declared.metadata["private"]
    if private == "secret":
        return f"CASE WHEN {expression} IS NULL OR trim({expression}) = '' THEN {expression} ELSE '{privacy.MASK}' END"
    if private in ("name", "payee"):
        return f"mask_{private}(sf_trim({expression}))"
    if declared.metadata["kind"] == "code":
        # A name that slipped into a column of numbers is a name all the same.
        return f"CASE WHEN regexp_full_match({expression}, '[一-鿿·]{{2,8}}') THEN mask_payee({expression}) ELSE scrub({expression}) END"
    return f"scrub({expression})"


def _quoted(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {cell_checks.literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
