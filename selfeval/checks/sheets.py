"""Tables that no file of a dataset has, and the sheet that may be one of them under another name.

Belongs here: what only all files of a dataset together tell of their sheets. How a sheet is read is `sources.part`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from schemas import Dataset, Table
from selfeval.model import Finding
from selfeval.sources.scan import RawFile
from selfeval.store import Entry

UNKNOWN = "source.sheet.unknown"
NO_ROWS = "source.no_rows"
#: A sheet as its finding names it: the file, and the sheet where the file has some.
Sheet = tuple[str, str | None]


def with_absent(dataset: Dataset, files: Sequence[tuple[RawFile, Entry]], findings: Sequence[Finding]) -> list[Finding]:
    """What was told of a dataset's files, and of the tables it should have and has not.

    Nothing is told of absent tables while a file cannot be read. A sheet that may be an absent table is told as that
    alone, no more as unknown.
    """
    seen = [entry.info.get("tables") for _, entry in files]
    if len(dataset.tables) == 1 or None in seen:
        return list(findings)
    absent = [table for table in dataset.tables if not any(table.slug in tables for tables in seen if tables)]
    renamed = _renamed(absent, files)
    taken = set(renamed.values())
    kept = [f for f in findings if f.rule != UNKNOWN or (f.file, f.sheet) not in taken]
    return [*kept, *(_finding(dataset, table, files[0][0].name, renamed.get(table.slug)) for table in absent)]


def blank_forms(
    dataset: Dataset, files: Sequence[tuple[RawFile, Entry]], findings: Sequence[Finding]
) -> dict[str, Finding]:
    """Forms that nobody filled in, left beside one that somebody did: by file, the one thing to be told of it."""
    rows = {
        raw.name: sum(part["read"] for part in entry.info["parts"] if part["table"] not in dataset.given)
        for raw, entry in files
    }
    filled = next((name for name, read in rows.items() if read), None)
    if not dataset.by_hand or filled is None:
        return {}
    empty = {f.file: f for f in findings if f.rule == NO_ROWS and f.file and not rows.get(f.file)}
    return {file: _blank(told, filled) for file, told in empty.items()}


def _blank(told: Finding, filled: str) -> Finding:
    said = f"文件“{told.file}”没有填写，文件“{filled}”已经填写"
    return replace(told, message=f"{said}。", fix="请删去没有填写的一份。", sheet=None, row=None)


def _renamed(absent: Sequence[Table], files: Sequence[tuple[RawFile, Entry]]) -> dict[str, Sheet]:
    """Absent table → the sheet that has all its columns; where one may be the other's, the names most alike go first."""
    pairs = [
        (SequenceMatcher(None, table.label, _name((raw.name, sheet["sheet"]))).ratio(), table.slug, (raw.name, sheet["sheet"]))
        for table in absent
        for raw, entry in files
        for sheet in entry.info["unread"]
        if table.slug in sheet["like"]
    ]  # fmt: skip
    found: dict[str, Sheet] = {}
    for _, slug, sheet in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2][0], pair[2][1] or "")):
        if slug not in found and sheet not in found.values():
            found[slug] = sheet
    return found


def _name(sheet: Sheet) -> str:
    return sheet[1] or PurePosixPath(sheet[0]).stem


def _finding(dataset: Dataset, table: Table, file: str, renamed: Sheet | None) -> Finding:
    # A table that a ledger need not have is no more than told; one that lies there unread is to be looked at.
    severity = "error" if table.needed else "info" if renamed is None else "warning"
    said = f"“{dataset.name}”中没有“{table.label}”工作表"
    fix = f"请补上名为“{table.label}”的工作表。"
    if renamed is not None:
        said += f"，“{_name(renamed)}”的各列与它相同，可能就是它改了名，未读取"
        fix = f"请把“{_name(renamed)}”改名为“{table.label}”；如不是同一张表，请补上“{table.label}”。"
        file = renamed[0]
    return Finding(
        "source.sheet.missing",
        severity,  # type: ignore[arg-type]
        f"{said}。",
        fix,
        dataset=dataset.name,
        file=file,
        sheet=renamed[1] if renamed is not None else table.label,
        row=1 if renamed is not None else None,
    )
