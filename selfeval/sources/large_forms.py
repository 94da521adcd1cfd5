"""The forms a large file may have: delimited text, JSON lines, Parquet. Which module reads the head, the blocks and single
rows of each. How it is read is in those modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from selfeval.sources import large_chunks, large_json, large_parquet
from selfeval.sources.large_chunks import Blocks, Form, Parsed, stream_of
from selfeval.sources.scan import RawFile
from selfeval.sources.text import Row


class Pieces(Protocol):
    """A file cut into blocks or batches; each is given back when its cells are read."""

    def __iter__(self) -> Iterator[Any]: ...

    def release(self, block: Any) -> None: ...


Parse = Callable[[Any, Form, frozenset[int]], Parsed]
PARSE: dict[str, Parse] = {"text": large_chunks.parse, "json": large_json.parse, "parquet": large_parquet.parse}


@contextmanager
def pieces_of(raw: RawFile, form: Form, skip: int, encoding: str) -> Iterator[Pieces]:
    """The file behind its head; `skip` counts bytes, or records of a Parquet file."""
    if form.kind == "parquet":
        with large_parquet.batches(raw.path, skip) as batches:
            yield batches
        return
    with stream_of(raw) as stream:
        yield Blocks(stream, skip, encoding, quoted=form.kind == "text")


def rows_at(raw: RawFile, form: Form, lines: int, skip: int, encoding: str, wanted: Sequence[int]) -> list[Row]:
    """The cells of the wanted lines (1-based, in order), below the head of so many lines."""
    if form.kind == "parquet":
        return large_parquet.rows_at(raw.path, form, wanted)
    at = large_json.records_at if form.kind == "json" else large_chunks.records_at
    base, left = lines, np.array(wanted, np.int64)
    found: list[Row] = []
    with pieces_of(raw, form, skip, encoding) as blocks:
        for block in blocks:
            if not len(left):
                break
            count, rows = at(block, form, left - base - 1)
            found += [(base + line + 1, cells) for line, cells in rows]
            base += count
            left = left[left > base]
            blocks.release(block)
    return found
