"""One raw file → typed rows, faults and line accounts, as Parquet in a folder of the store.

Belongs here: which reader a file needs, which of its sheets holds which table, and what is told of a sheet without one.
How a table is typed and written is in `tables`; rules that need another row or table do not belong here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from schemas import GUIDE_SHEET, Dataset, Scope, Table, datasets
from selfeval import duck
from selfeval.model import Finding
from selfeval.privacy import scrubbed
from selfeval.sources import header, tables
from selfeval.sources.header import Located
from selfeval.sources.large import is_large, read_large
from selfeval.sources.people import LIST_BYTES, People, discreet, holds_list, listed, sheet_names
from selfeval.sources.scan import BOOK_SUFFIXES, MAX_MEMBERS, RawFile
from selfeval.sources.structure import Place, filled, no_header, structure_findings, unknown_sheet, unreadable
from selfeval.sources.text import Sheet, Unreadable, decode, read_delimited, read_json_lines, unpack
from selfeval.sources.workbook import is_html, is_workbook, is_xml_book, read_html, read_parquet, read_workbook

Aliases = Mapping[str, Sequence[str]]
#: The table that a sheet holds, and where in it, if it is there at all.
_Found = tuple[Table, Located | None] | None
#: What stands before a sheet's name in an export: Z01, 1., 财决01.
_CODE = re.compile(r"^[\sA-Za-z0-9_.、（）()-]*(财决\d+(-\d+)?)?[\s表_.、-]*")


def read_sheets(raw: RawFile) -> list[Sheet]:
    """The cells of a file. Raises Unreadable."""
    data = unpack(raw)
    if not data.strip():
        raise _empty()
    if raw.kind == ".zip":
        raise _unopened(raw)
    if raw.kind == ".parquet":
        return [read_parquet(data)]
    # What a file is called and what it is are two things: systems export web pages and text under the name .xls.
    if is_workbook(data):
        return read_workbook(data)
    if is_xml_book(data):
        fix = "请用Excel或WPS打开后另存为.xlsx，再放回原处"
        raise Unreadable("source.unreadable", "是Excel 2003的XML表格，不能读取", fix)
    if is_html(data):
        return read_html(data)
    if raw.kind in (".xlsx", ".xlsm", ".xlsb"):
        raise Unreadable("source.truncated", "已损坏或不是有效的Excel工作簿", "请重新导出或另存后放回原处")
    text, encoding = decode(data)
    if not text.strip():
        raise _empty()
    if raw.kind == ".jsonl":
        return [read_json_lines(text, encoding)]
    return [read_delimited(text, encoding, tab=raw.kind in (".tsv", *BOOK_SUFFIXES))]


def _unopened(raw: RawFile) -> Unreadable:
    """Why the inventory left an archive packed."""
    try:
        with zipfile.ZipFile(raw.path) as archive:
            members = len(archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return Unreadable("source.truncated", "已损坏或不完整，无法解压", "请重新压缩后放回原处")
    if members > MAX_MEMBERS:
        return Unreadable("source.too_large", "所含文件过多，未读取", "请只压缩需要的文件")
    return Unreadable("source.empty", "是没有文件的压缩包", "请重新压缩后放回原处")


def _empty() -> Unreadable:
    return Unreadable("source.empty", "是空文件", "请重新导出后放回原处", 1)


def _blank() -> Unreadable:
    return Unreadable("source.empty", "中没有表格", "请重新导出完整的数据后放回原处", 1)


def _only_own(sheets: Sequence[Sheet], found: Sequence[_Found]) -> list[_Found]:
    """Of a table that a unit has once, the sheet that bears its very name, where others look just like it.

    The workbook of the final accounts holds 财政拨款收入支出决算总表 in the same form beside 收入支出决算总表.
    """
    own = [
        pair is not None and pair[1] is not None and pair[0].layout == "two-sided" and _CODE.sub("", sheet.name or "") == pair[0].label
        for sheet, pair in zip(sheets, found, strict=True)
    ]  # fmt: skip
    return [pair if mine else None for pair, mine in zip(found, own, strict=True)] if any(own) else list(found)


def people_in(files: Mapping[str, Sequence[RawFile]], scope: Scope, aliases: Callable[[str], Aliases]) -> People:
    """The persons whom the lists among a unit's files name. One that cannot be read names none; reading it as data
    says why."""
    names: set[str] = set()
    for dataset, raw in ((datasets()[name], raw) for name, members in files.items() for raw in members):
        if raw.bytes > LIST_BYTES or not any(holds_list(t, scope) for t in dataset.tables):
            continue
        try:
            sheets = read_sheets(raw)
        except Unreadable:
            continue
        for sheet in sheets:
            pair = _find_table(sheet, dataset, scope, aliases(dataset.name))
            if pair is not None and pair[1] is not None and holds_list(pair[0], scope):
                names.update(listed(pair[1], pair[0].schema(scope)))
    return People(frozenset(names))


def read_part(
    raw: RawFile, dataset: Dataset, scope: Scope, aliases: Aliases, folder: Path, people: People | None = None
) -> dict[str, Any]:
    """Read one file into `folder`; gives what the dataset needs to know of it (JSON-like).

    `people` are masked in what this file says in sentences.
    """
    people = people or People()
    try:
        large = read_large(raw, dataset, scope, aliases, folder, people) if is_large(raw, dataset) else None
        if large is not None:
            return large
        sheets = read_sheets(raw)
    except Unreadable as error:
        return of_unreadable(error, raw, dataset)
    for sheet in sheets:
        sheet.stem = raw.stem
    found = _only_own(sheets, [_find_table(sheet, dataset, scope, aliases) for sheet in sheets])
    sheet_names(sheets, people)
    somewhere = any(pair is not None and pair[1] is not None for pair in found)
    parts: list[dict[str, Any]] = []
    findings: list[Finding] = []
    unread: list[dict[str, Any]] = []
    seen: set[str] = set()
    with duck.connect(folder, file=raw.sha256[:8]) as con:
        for sheet, pair in zip(sheets, found, strict=True):
            place = Place(raw, dataset, sheet)
            if pair is not None and pair[1] is not None:
                table = pair[0]
                located = discreet(people, sheet, table, pair[1], table.schema(scope))
                seen.add(table.slug)
                findings += structure_findings(place, table, located, scope)
                parts.append(tables.write(con, len(parts), sheet, table, located, scope, folder))
                continue
            like = _like(sheet, dataset, scope, aliases) if pair is None else []
            unread.append(_unread(sheet, sheet.lines, like))
            if pair is None and sheet.name == GUIDE_SHEET:
                continue
            # A sheet of notes beside the table is none of our business; a table that lost its header is.
            if pair is None or (somewhere and pair[0].sheet is None):
                findings += unknown_sheet(place)
            else:
                seen.add(pair[0].slug)
                findings.append(no_header(place, pair[0], scope))
    if not parts and not findings and len(dataset.tables) == 1:
        # Nothing but blank sheets: of several tables, those that no file has are told as missing.
        findings.append(unreadable(_blank(), raw, dataset))
    told = [asdict(scrubbed(f)) for f in findings]
    return {"parts": parts, "findings": told, "unread": unread, "tables": sorted(seen)}


def of_unreadable(error: Unreadable, raw: RawFile, dataset: Dataset) -> dict[str, Any]:
    """What `read_part` tells of a file that cannot be read."""
    told = [asdict(unreadable(error, raw, dataset))]
    return {"parts": [], "findings": told, "unread": [_unread(None, 0)], "tables": None}


def _unread(sheet: Sheet | None, lines: int, like: Sequence[str] = ()) -> dict[str, Any]:
    encoding = sheet.encoding if sheet else None
    return {"sheet": sheet.name if sheet else None, "other": lines, "encoding": encoding, "like": list(like)}


def _like(sheet: Sheet, dataset: Dataset, scope: Scope, aliases: Aliases) -> list[str]:
    """The tables of a dataset all of whose columns a sheet of another name has."""
    found = ((t, header.locate(sheet, t, t.schema(scope), aliases)) for t in dataset.tables)
    return [table.slug for table, located in found if located is not None and located.rows and not located.missing]


def _find_table(sheet: Sheet, dataset: Dataset, scope: Scope, aliases: Aliases) -> _Found:
    """The table that a sheet holds: by the sheet's (or text file's) name, else the one table that the dataset has."""
    named = [t for t in dataset.tables if _is_named(sheet, t)]
    single = [t for t in dataset.tables if len(dataset.tables) == 1]
    for table in named or single:
        located = header.locate(sheet, table, table.schema(scope), aliases)
        if located is not None:
            return table, located
    if named:
        return named[0], None
    return (single[0], None) if single and filled(sheet) else None


def _is_named(sheet: Sheet, table: Table) -> bool:
    if not table.sheet:
        return False
    if sheet.name:
        return re.fullmatch(table.sheet, sheet.name.strip()) is not None
    return re.search(table.sheet, sheet.stem) is not None
