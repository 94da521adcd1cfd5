"""A large log as a text or Parquet file → the same Parquet as a small one, read in blocks by two threads.

Rows beyond doubt (every cell typed, checked and masked through its column's distinct values) are written as they come.
All others (faulty cells, broken or ragged lines, 合计, blank lines, repeated headers) are few: they are gathered and
handed to the code for small files, which decides about them. So there is one set of rules, and a test holds both ways
to the same result. What a cell means does not belong here.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandera.pandas as pandera
import pyarrow as pa
import zstandard

from schemas import Dataset, Scope, Table
from selfeval import duck
from selfeval.privacy import scrubbed
from selfeval.sources import header, large_ends, large_values
from selfeval.sources.body import Shape, normal, split_rows
from selfeval.sources.header import Located
from selfeval.sources.large_chunks import WIDE, Form, NotRegular, Parsed, stream_of
from selfeval.sources.large_doubt import Doubt
from selfeval.sources.large_forms import PARSE, Pieces, pieces_of
from selfeval.sources.large_head import Head, parquet_head, read_head, shown_encoding
from selfeval.sources.large_json import MoreNames
from selfeval.sources.large_rows import RowWriter, columns_of
from selfeval.sources.large_times import Times
from selfeval.sources.large_values import Values
from selfeval.sources.people import People, is_prose
from selfeval.sources.scan import RawFile
from selfeval.sources.structure import Place, structure_findings
from selfeval.sources.text import MAX_IN_MEMORY, Unreadable, decode

#: Text files of more bytes are read here. Packed ones count as PACKED times their size.
LARGE_BYTES = 4 << 20
PACKED = 8
THREADS = 2
#: So often a file of JSON lines is begun anew because keys turn up that no line before them had.
ATTEMPTS = 4
#: So many rows whose cells are not what their values look like are remembered one by one.
MAX_SPELT = 10_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, zstandard.ZstdError, OSError, NotImplementedError)
Longs = npt.NDArray[np.int64]


def is_large(raw: RawFile, dataset: Dataset) -> bool:
    """Whether a file is to be tried here: a large text or Parquet file of a dataset of one table."""
    if raw.kind not in (".csv", ".tsv", ".txt", ".jsonl", ".parquet") or len(dataset.tables) != 1:
        return False
    packed = raw.member is None and raw.path.suffix.lower() in (".gz", ".zst", ".parquet")
    if raw.kind == ".parquet" and (raw.member is not None or raw.path.suffix.lower() != ".parquet"):
        return False
    return raw.bytes * (PACKED if packed else 1) > LARGE_BYTES


def read_large(
    raw: RawFile,
    dataset: Dataset,
    scope: Scope,
    aliases: Mapping[str, Sequence[str]],
    folder: Path,
    people: People,
) -> dict[str, Any] | None:
    """Read a file as `part.read_part` does; None where that has to do it itself. Raises Unreadable."""
    table = dataset.tables[0]
    kinds = {column.metadata["kind"] for column in table.schema(scope).columns.values()}
    # The last printed digit of an amount is known only at the end of a file.
    if table.layout != "rows" or table.keep_sheet or "money" in kinds:
        return None
    try:
        return _in_its_encoding(raw, dataset, scope, aliases, folder, people)
    except (NotRegular, *_BROKEN):
        _empty(folder)
        return None


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _in_its_encoding(
    raw: RawFile,
    dataset: Dataset,
    scope: Scope,
    aliases: Mapping[str, Sequence[str]],
    folder: Path,
    people: People,
) -> dict[str, Any]:
    """A file is UTF-8 until a byte says otherwise, and then GB18030 from its first line on."""
    if raw.kind == ".parquet":
        return _read(raw, dataset, scope, aliases, folder, people, parquet_head(raw))
    shown = shown_encoding(raw)
    for encoding in (shown,) if shown else ("utf-8", "gb18030"):
        names: tuple[str, ...] = ()
        for _ in range(ATTEMPTS):
            try:
                return _read(raw, dataset, scope, aliases, folder, people, read_head(raw, encoding, names))
            except UnicodeDecodeError:
                _empty(folder)
                break
            except MoreNames as more:
                _empty(folder)
                names = more.names
        else:
            raise NotRegular
    raise _undecodable(raw, ("utf-8",) if shown else ("utf-8", "gb18030")) if shown not in WIDE else NotRegular


def _undecodable(raw: RawFile, encodings: Sequence[str]) -> Exception:
    """What `text` says of a file that is of none of the encodings, told from the first line that is of none."""
    failing: list[int] = []
    for encoding in encodings:
        with stream_of(raw) as stream:
            line, rest = 0, b""
            while data := stream.read(1 << 20):
                rest += data
                whole = rest[: rest.rfind(b"\n") + 1]
                try:
                    whole.decode(encoding)
                except UnicodeDecodeError as error:
                    line += whole[: error.start].count(b"\n")
                    break
                line, rest = line + whole.count(b"\n"), rest[len(whole) :]
            failing.append(line)
    try:
        decode(b"\n" * max(failing) + b"\xff\xff\n")
    except Unreadable as error:
        return error
    return NotRegular()


def _read(
    raw: RawFile,
    dataset: Dataset,
    scope: Scope,
    aliases: Mapping[str, Sequence[str]],
    folder: Path,
    people: People,
    head: Head,
) -> dict[str, Any]:
    table = dataset.tables[0]
    located = header.locate(head.sheet, table, table.schema(scope), aliases)
    if located is None or located.groups or not located.width:
        raise NotRegular
    writer = RowWriter(folder / "0.rows.parquet", columns_of(table.schema(scope), list(located.columns)))
    try:
        with duck.connect(folder, file=raw.sha256[:8]) as con:
            doubt = Doubt(con, table, scope, aliases, head, folder, people)
            reading = _Reading(large_values.Lookup(con), table, scope, head, located, writer, doubt, people)
            doubt.write_to(writer, reading.values)
            with pieces_of(raw, head.form, head.skip, head.sheet.encoding or "") as blocks:
                for parsed in _parsed(blocks, replace(head.form, width=located.width), reading.times):
                    reading.take(parsed)
            if raw.bytes * PACKED <= MAX_IN_MEMORY and any(v.uneven for v in reading.values.values()):
                # Lost zeros are told by comparing all codes of a column: left to the reader that has them all.
                raise NotRegular
            settled = doubt.settle(reading.lines, reading.tally.odd())
    finally:
        writer.close()
    findings = structure_findings(Place(raw, dataset, settled.sheet), table, settled.located, scope)
    info = {
        **settled.info,
        "lines": reading.lines,
        "read": writer.written,
        "other": reading.lines - writer.written,
        "large": {
            **_recipe(head, located, settled.located),
            "spelt": _spelt(reading.spelt, located, table.schema(scope)),
        },
    }
    return {"parts": [info], "findings": [asdict(scrubbed(f)) for f in findings], "unread": [], "tables": [table.slug]}


def _spelt(rows: list[int], located: Located, schema: pandera.DataFrameSchema) -> list[int] | None:
    """The rows that quarantine files need from the raw file; None for all of them: cells of columns that are secret or
    not declared are kept of no row."""
    untold = any(schema.columns[name].metadata["private"] == "secret" for name in located.columns)
    return None if untold or located.extra or len(rows) > MAX_SPELT else rows


def _recipe(head: Head, located: Located, shown: Located) -> dict[str, Any]:
    """What it takes to find a row's cells in the raw file again."""
    return {
        "encoding": head.sheet.encoding,
        "form": asdict(replace(head.form, width=located.width)),
        "lines": head.lines,
        "skip": head.skip,
        "columns": dict(located.columns),
        "extra": dict(shown.extra),
    }


def _parsed(blocks: Pieces, form: Form, times: frozenset[int]) -> Iterator[Parsed]:
    """The blocks' cells in order, parsed ahead of whoever takes them."""
    ahead: deque[tuple[Any, Future[Parsed]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:

        def next_one() -> Parsed:
            block, future = ahead.popleft()
            parsed = future.result()
            blocks.release(block)
            return parsed

        try:
            for block in blocks:
                ahead.append((block, pool.submit(PARSE[form.kind], block, form, times)))
                if len(ahead) > THREADS:
                    yield next_one()
            while ahead:
                yield next_one()
        finally:
            for _, future in ahead:
                future.cancel()


class _Reading:
    """What is known of a file while its blocks come by."""

    def __init__(
        self,
        lookup: large_values.Lookup,
        table: Table,
        scope: Scope,
        head: Head,
        located: Located,
        writer: RowWriter,
        doubt: Doubt,
        people: People,
    ) -> None:
        schema = table.schema(scope)
        self._lookup, self._located, self._writer, self._doubt = lookup, located, writer, doubt
        self._encoding, self._schema = head.form.encoding, schema
        self.lines, self.tally = head.lines, large_ends.Tally()
        #: lines of written rows that cannot be shown by their values alone; one more than MAX_SPELT: too many to tell.
        self.spelt: list[int] = []
        self.tally.add(0, head.ends)
        used = sorted(located.columns.values())
        shape = Shape(used, located.columns, table, schema)
        #: columns whose first cell may make a row something else than data.
        self._leading = {0, used[0]}
        self._ordinary = _Ordinary(shape, head, located)
        self.times = frozenset(
            i for n, i in located.columns.items() if schema.columns[n].metadata["kind"] == "timestamp"
        )
        self.values = {
            name: Values(
                lookup,
                name,
                schema.columns[name],
                self._encoding,
                self._ordinary.at(i) if i in self._leading else None,
                people if is_prose(schema.columns[name]) else None,
            )
            for name, i in located.columns.items()
        }

    def take(self, parsed: Parsed) -> None:
        """Write the rows of a block that are beyond doubt and keep the others."""
        base = self.lines
        self.lines += parsed.lines
        self.tally.add(base, parsed.ends)
        self._doubt.add_odd(base, parsed.odd)
        if not len(parsed.at):
            return
        plain = np.ones(len(parsed.at), np.bool_)
        spelt = np.zeros(len(parsed.at), np.bool_)
        places = {name: self._places(name, parsed, plain, spelt) for name in self._located.columns}
        self._undeclared(parsed, plain)
        rows = np.flatnonzero(plain)
        # The first and the last go the long way too: between them it is known where data begins and ends.
        plain[rows[[0, -1]] if len(rows) else rows] = False
        rows = np.flatnonzero(plain)
        lines = parsed.at[rows] + (base + 1)
        self.spelt += lines[spelt[rows]].tolist()[: MAX_SPELT + 1 - len(self.spelt)]
        columns: dict[str, pa.Array] = {}
        for name, values in self.values.items():
            at = places[name]
            if isinstance(at, np.ndarray):
                columns[name] = pa.array(at[rows]).cast(pa.timestamp("us"))
                continue
            known, codes = at
            codes = codes[rows]
            if values.private:
                columns[f"{name}__group"] = pa.array(values.grouped(known, codes, lines))
            if values.private != "secret":
                columns[name] = values.public(known, codes)
        self._writer.add(lines, columns)
        # Last, because deciding about rows looks up more values, and what is known so far may be forgotten.
        self._doubt.add(base, parsed, np.flatnonzero(~plain))

    def _places(
        self, name: str, parsed: Parsed, plain: npt.NDArray[np.bool_], spelt: npt.NDArray[np.bool_]
    ) -> tuple[Longs, npt.NDArray[np.int32]] | Longs:
        """Where each distinct cell of a column stands in `Values`, and which of them each row has; for points in time
        the values themselves. Rows that are not plain, or spelt in their own way, are marked."""
        column, values = parsed.columns[self._located.columns[name]], self.values[name]
        if not isinstance(column, Times):
            known, codes = values.look_up(column.dictionary), np.asarray(column.indices)
            if not values.plain[known].all():
                plain &= values.plain[known][codes]
            if values.spelt[known].any():
                spelt |= values.spelt[known][codes]
            return known, codes
        micros = column.micros
        doubtful = self._lookup.doubtful_times(name, self._schema.columns[name], micros)
        plain[doubtful] = False
        if len(column.places):
            rest = values.look_up(column.rest.dictionary)[np.asarray(column.rest.indices)]
            micros[column.places] = values.micros(rest)
            plain[column.places] = values.plain[rest]
            spelt[column.places] |= values.spelt[rest]
        return micros

    def _undeclared(self, parsed: Parsed, plain: npt.NDArray[np.bool_]) -> None:
        """Columns that are not declared must be of the encoding; one without a header must be empty."""
        declared = set(self._located.columns.values())
        for index, column in enumerate(parsed.columns):
            if index in declared:
                continue
            assert not isinstance(column, Times)
            texts = [cell.decode(self._encoding) for cell in column.dictionary.to_pylist()]
            if index not in self._located.extra.values():
                good = [not text.strip() for text in texts]
            elif index in self._leading:
                good = list(map(self._ordinary.at(index), texts))
            else:
                continue
            plain &= np.array(good, np.bool_)[np.asarray(column.indices)]


class _Ordinary:
    """Whether a cell can only stand in a data row, whatever else is in the row, asked of the code for small files."""

    def __init__(self, shape: Shape, head: Head, located: Located) -> None:
        self._shape, self._titles = shape, [title for _, title in located.titles]
        labels = {i: label for label, i in located.extra.items()}
        labels |= {i: located.labels[name] for name, i in located.columns.items()}
        self._labels = [labels.get(i, "") for i in range(located.width)]
        self._said = {normal(label) for label in (*self._labels, *self._titles)}

    def at(self, index: int) -> Callable[[str], bool]:
        """The test for the cells of one column."""
        blank, full = ([filler] * len(self._labels) for filler in ("", "0"))

        def ordinary(cell: str) -> bool:
            if normal(cell) in self._said:
                return False
            if cell.isascii() and len(cell) > 3 and cell[0].isalnum():
                return True
            # Alone or among others, after other data: only a data row is data in both.
            rows = [(2, [*blank[:index], cell, *blank[index + 1 :]]), (3, [*full[:index], cell, *full[index + 1 :]])]
            return len(split_rows([(1, full), *rows], self._shape, self._labels, self._titles).data) == 3

        return ordinary
