"""Looking for private data: what a raw folder holds of it, and every text that a file of any kind gives away.

Knows nothing of how the program reads or masks: numbers are found by shape, names by the headers above them.
"""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import python_calamine as calamine

NUMBER = re.compile(r"(?<![\d.])(?:1[3-9]\d{9}|\d{17}[\dXx]|\d{16,19})(?!\d)")
NAME_HEADERS = ("姓名", "收款人", "名称")
_ORGANISATION = re.compile(
    "公司|中心|学校|中学|小学|医院|合作社|协会|学会|职工|单位|[局厂站店委会]$|企业|社|工作室|大赛|工作者|设备|猕猴桃"
)


def tables(path: Path) -> Iterator[list[list[str]]]:
    """The cells of a csv file or of each sheet of a workbook."""
    if path.suffix in (".xlsx", ".xls"):
        book = calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            yield [
                [str(int(c)) if isinstance(c, float) and c == int(c) else str(c) for c in row]
                for row in book.get_sheet_by_name(name).to_python()
            ]
    elif path.suffix == ".csv":
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", "replace")
        yield [line.split(",") for line in text.splitlines()]


def private(raw: Path) -> tuple[set[str], set[str]]:
    """Numbers and names of a raw folder; names of the awarded are left out."""
    numbers: set[str] = set()
    names: set[str] = set()
    awarded: set[str] = set()
    for path in raw.rglob("*"):
        for rows in tables(path) if path.is_file() else ():
            numbers |= {found for row in rows for cell in row for found in NUMBER.findall(cell)}
            for place, row in enumerate(rows[:5]):
                for index, header in enumerate(cell.strip() for cell in row):
                    column = {r[index].strip() for r in rows[place + 1 :] if index < len(r)}
                    if header == "获奖者":
                        awarded |= column
                    elif header in NAME_HEADERS and not ({"级别", "依托单位"} & {c.strip() for c in row}):
                        names |= {n for n in column if re.fullmatch("[一-鿿]{2,4}", n) and not _ORGANISATION.search(n)}
    return numbers, names - awarded


def text_of(path: Path) -> str:
    """All text of a file: members of a zip, a PDF's words, the values of Parquet and of a database."""
    data = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    if data.startswith(b"%PDF-"):
        assert shutil.which("pdftotext"), "pdftotext (poppler-utils) is needed"
        return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    if data.startswith(b"PAR1"):
        table = pq.read_table(path)
        return "\n".join(
            [*table.column_names, *(str(v) for c in table.columns for v in c.to_pylist() if v is not None)]
        )
    if data.startswith(b"SQLite format 3"):
        return _database(path)
    return data.decode("utf-8", "ignore")


def _database(path: Path) -> str:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as con:
        names = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = []
        for name in names:
            for row in con.execute(f'SELECT * FROM "{name}"'):
                found += [v.decode("utf-8", "ignore") if isinstance(v, bytes) else str(v) for v in row if v is not None]
    return "\n".join(found)


def leaks(folder: Path, numbers: set[str], names: set[str]) -> list[str]:
    """Where below `folder` a number or a name stands, in a file or in its name. Digits of any width count."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        text = f"{path.name}\n{text_of(path)}"
        for pattern, wanted in ((_DIGITS, numbers), (_CHINESE, names)):
            said = _windows(set(pattern.findall(text.translate(_HALF))), {len(w) for w in wanted})
            found += [f"{path.relative_to(folder)}: {w}" for w in sorted(said & wanted)]
    return found


def _windows(runs: set[str], lengths: set[int]) -> set[str]:
    """Every part of the runs that has one of the lengths: a thousand values are looked for in one go."""
    return {run[i : i + n] for run in runs for n in lengths for i in range(len(run) - n + 1)}


_DIGITS = re.compile("[0-9]+[Xx]?")
_CHINESE = re.compile("[一-鿿]{2,}")
_HALF = {ord("０") + i: str(i) for i in range(10)}
