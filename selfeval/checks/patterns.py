"""Which rows of a large log of shares the rules `shares.pattern.*` have to look at: those of few people, at few moments.

The rules are SQL over all rows and say what a pattern is. Here a cheap bound is kept of each file by itself (who alone in
it may be told by one of them), and what only several files together show is looked for where they meet: on days and in
hours of which two files have rows. A bound lets pass more than the rules tell, never less, so that the rules tell the
same of what it lets pass; a test holds both to each other. What is told does not belong here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from selfeval.checks import words
from selfeval.checks.crosscheck import limits
from selfeval.checks.part import Part
from selfeval.checks.words import Words
from selfeval.store import Entry

TABLE, CROWD = "shares", "shares.pattern.crowd"
#: Rules whose finding of a person rests on the rows of that person, and of whom it copied, alone.
PERSONAL = tuple(f"shares.pattern.{kind}" for kind in ("second", "burst", "night", "interval", "copied"))
HOUR = 3_600_000_000
DAY = 24 * HOUR
#: A word holds a person's number above a moment in microseconds since the file's first day: some 400 days.
MOMENT = 45
#: Bits of a month below those of a person's number.
MONTH = 4
#: Longer gaps are no even ones.
LONGEST_GAP = HOUR
BATCH = 1 << 19
#: Words looked at together: what is made of them is ten times as large.
PIECE = 1 << 19
#: So many stretches of time are told one by one.
MOST_SPANS = 100
Longs = npt.NDArray[np.int64]
NONE = np.empty(0, np.int64)


def settings() -> dict[str, Any]:
    """The limits that the bounds rest on."""
    return {name: value for name, value in limits().items() if name.startswith("share_")}


def write(part: Part, aside: Longs, folder: Path) -> dict[str, Any]:
    """Keep of a part's accepted rows who and what may be told; `aside` are the rows set aside, in order.

    `names.parquet`: all people. `bounds.npz`: the numbers among them of those who may be told (`people`; `swift` too where
    the log has seconds), `moments` that may be crowded, `hours` that have rows. `copied.npy`: hashes of a row's day, clock and
    content above the number of its person and month. The info has `precise`, a person and a moment whose seconds are not
    nought, or None, and `bits` below a hash; it is empty where a word has no room: then all rows are to be looked at.
    """
    rows = _Rows(part, aside)
    first, last = rows.span
    if last - first >= (1 << MOMENT) - DAY:
        return {}
    shares = np.empty(part.info["read"], np.uint64)
    filled = 0
    for who, at, _ in rows.batches():
        shares[filled : filled + len(at)] = _words(who, at - first)
        filled += len(at)
    if len(rows.names) > 1 << (64 - MOMENT):
        return {}
    shares = shares[:filled]
    shares.sort()
    told = [_told(piece) for piece in _pieces(shares)]
    # In place, because a copy of all would double the memory.
    shares &= np.uint64((1 << MOMENT) - 1)
    shares.sort()
    crowded = [_crowded(shares[k : k + PIECE + limits()["share_second_all"]]) for k in range(0, filled, PIECE)]
    pq.write_table(pa.table({"name": pa.array(rows.names, pa.string())}), folder / "names.parquet")
    np.savez(
        folder / "bounds.npz",
        people=np.unique(np.concatenate([NONE, *(people for people, _ in told)])),
        swift=np.unique(np.concatenate([NONE, *(swift for _, swift in told)])),
        moments=np.unique(np.concatenate([NONE, *crowded])) + first,
        hours=np.unique(np.concatenate([NONE, *(_hours(shares[k : k + PIECE]) for k in range(0, filled, PIECE))]))
        + first // HOUR,
    )
    bits = (len(rows.names) << MONTH).bit_length()
    filled = 0
    for who, at, content in rows.batches():
        copied = _copied(who, at, content, bits)
        shares[filled : filled + len(copied)] = copied
        filled += len(copied)
    shares = shares[:filled]
    shares.sort()
    np.save(folder / "copied.npy", shares)
    return {"precise": rows.precise, "bits": bits}


def _hours(moments: Words) -> Longs:
    return words.once(moments // np.uint64(HOUR)).astype(np.int64)


def _pieces(shares: Words) -> Iterator[Words]:
    """Sorted words some at once, those of a person together."""
    start = 0
    while start < len(shares):
        last = shares[min(start + PIECE, len(shares)) - 1] | np.uint64((1 << MOMENT) - 1)
        end = int(np.searchsorted(shares, last, side="right"))
        yield shares[start:end]
        start = end


class _Rows:
    """A part's accepted rows: who, when, what, as they stand in its Parquet."""

    def __init__(self, part: Part, aside: Longs) -> None:
        self._path = part.folder / f"{part.info['n']}.rows.parquet"
        self._aside = aside
        self.names: list[str] = []
        #: someone and a moment whose seconds are not nought.
        self.precise: tuple[str, int] | None = None
        self._numbers: dict[str, int] = {}

    @property
    def span(self) -> tuple[int, int]:
        """The first moment of the first day, and the last moment."""
        ends = [(int(at.min()), int(at.max())) for at in (self._at(b) for b in self._read("time")) if len(at)]
        return (min(a for a, _ in ends) // DAY * DAY, max(b for _, b in ends)) if ends else (0, 0)

    def batches(self) -> Iterator[tuple[Longs, Longs, pa.DictionaryArray]]:
        """Numbers of people, moments, contents."""
        for batch in self._read("time", "communicator_id", "content_id"):
            who = batch["communicator_id"]
            numbers = np.array([self._number(name) for name in who.dictionary.to_pylist()], np.int64)
            people, at = numbers[np.asarray(who.indices)], self._at(batch)
            if self.precise is None and len(odd := np.flatnonzero(at // 1_000_000 % 60)):
                self.precise = self.names[int(people[odd[0]])], int(at[odd[0]])
            yield people, at, batch["content_id"]

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    @staticmethod
    def _at(batch: pa.RecordBatch) -> Longs:
        return np.asarray(batch["time"].cast(pa.timestamp("us")).cast(pa.int64()))

    def _read(self, *columns: str) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self._path, read_dictionary=["communicator_id", "content_id"]) as file:
            for batch in file.iter_batches(BATCH, columns=["_row", "_bad", *columns]):
                row = np.asarray(batch["_row"])
                place = np.searchsorted(self._aside, row)
                out = np.append(self._aside, -1)[place] == row
                yield batch.filter(pc.and_not(pa.array(~out), batch["_bad"]))


def _words(who: Longs, at: Longs) -> Words:
    return (who.astype(np.uint64) << np.uint64(MOMENT)) | at.astype(np.uint64)


def _told(shares: Words) -> tuple[Longs, Longs]:
    """Numbers of people with a burst, a night or even gaps among sorted words; and of those with several in a second."""
    limit = settings()
    timed = shares[_moment(shares) % DAY != 0]
    swift = _person(timed[_repeated(timed, limit["share_second_own"])])
    night = timed[_moment(timed) % DAY < limit["share_night_end"] * HOUR]
    nights = _person(night) * (1 << 10) + _moment(night) // DAY
    found = [
        _person(timed[_within(timed, limit["share_burst"], limit["share_minutes"] * 60_000_000)]),
        _person(night[_repeated(nights, limit["share_night"])]),
        _even(shares, limit["share_interval"]),
    ]
    return np.unique(np.concatenate(found)), np.unique(swift)


def _person(shares: Words) -> Longs:
    return (shares >> np.uint64(MOMENT)).astype(np.int64)


def _moment(shares: Words) -> Longs:
    return (shares & np.uint64((1 << MOMENT) - 1)).astype(np.int64)


def _repeated(ordered: npt.NDArray[Any], count: int) -> Longs:
    """Places in a sorted array from which a value stands `count` times."""
    return np.flatnonzero(ordered[count - 1 :] == ordered[: max(len(ordered) - count + 1, 0)])


def _within(shares: Words, count: int, width: int) -> Longs:
    """Places from which a person has `count` rows within so many microseconds."""
    first, last = shares[: max(len(shares) - count + 1, 0)], shares[count - 1 :]
    return np.flatnonzero((last - first <= np.uint64(width)) & (_person(first) == _person(last)))


def _even(shares: Words, count: int) -> Longs:
    """Numbers of people with `count` rows of one gap among sorted words."""
    gaps = np.diff(shares)
    same = (gaps[1:] == gaps[:-1]) & (gaps[1:] > 0) & (gaps[1:] <= LONGEST_GAP)
    # The gap from one person to the next is a long one: a word has room for more days than a year has.
    breaks = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
    long = np.flatnonzero(np.diff(breaks) - 1 >= max(count - 2, 1))
    return np.unique(_person(shares[breaks[long]]))


def _crowded(moments: npt.NDArray[Any]) -> Longs:
    """Sorted moments at which so many rows stand that they may be everybody's."""
    timed = moments[moments % DAY != 0]
    return np.unique(timed[_repeated(timed, settings()["share_second_all"])]).astype(np.int64)


def _copied(who: Longs, at: Longs, content: pa.DictionaryArray, bits: int) -> Words:
    """Hash of day of the month, clock and content above the number of person and month; midnights left out."""
    timed = at % DAY != 0
    who, at = who[timed], at[timed]
    day = at.view("M8[us]").astype("M8[D]")
    month = day.astype("M8[M]")
    clock = (day - month).astype(np.int64) * DAY + at % DAY
    texts = pd.util.hash_array(np.array(content.dictionary.to_pylist(), object))
    spread = np.uint64(0x9E3779B97F4A7C15)
    mixed = (texts[np.asarray(content.indices)[timed]] ^ (clock.astype(np.uint64) * spread)) * spread
    number = (who << MONTH | month.astype(np.int64) % 12).astype(np.uint64)
    hashes: Words = (mixed ^ (mixed >> np.uint64(32))) * spread
    return hashes >> np.uint64(bits) << np.uint64(bits) | number


# --- all files together ---


def narrowed(con: duckdb.DuckDBPyConnection, kept: Sequence[Entry]) -> Mapping[str, str]:
    """Rule id → a query for the rows of `shares` that it has to look at; none where it is to look at all of them.

    `kept` are the entries with what `write` made of every part behind the view `shares` of `con`.
    """
    if not all(entry.info for entry in kept):
        return {}
    bounds = [np.load(entry.file("bounds.npz")) for entry in kept]
    people_of = [pq.read_table(entry.file("names.parquet"))["name"].combine_chunks() for entry in kept]
    names = pa.concat_arrays(people_of).dictionary_encode()
    everybody = names.dictionary.to_pylist()
    ends = np.cumsum([0, *map(len, people_of)])
    numbers = [np.asarray(names.indices)[a:b] for a, b in itertools.pairwise(ends)]
    precise = next((entry.info["precise"] for entry in kept if entry.info["precise"]), None)
    told = [n[b["people"]] for n, b in zip(numbers, bounds, strict=True)]
    if precise:
        told += [n[b["swift"]] for n, b in zip(numbers, bounds, strict=True)]
    told += [
        *_meeting(con, numbers, everybody, [b["hours"] for b in bounds], bool(precise)),
        _copying(con, kept, numbers),
    ]
    people = [everybody[k] for k in np.unique(np.concatenate(told)).tolist()]
    shared = _shared([np.unique(b["hours"] // 24) for b in bounds])
    moments = np.unique(np.concatenate([*(b["moments"] for b in bounds), _crowded(_moments(con, shared))])).tolist()
    if precise:
        # Whether a log has seconds is asked of the rows that are looked at.
        people += [precise[0]] if people else []
        moments += [precise[1]] if moments else []
    _listed(con, "few_people", pa.array(people, pa.string()))
    _listed(con, "few_moments", pa.array(moments if precise else [], pa.int64()))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE shares_of_few AS SELECT * FROM {TABLE}"
        " WHERE communicator_id IN (SELECT v FROM few_people)"
    )
    crowd = f"SELECT * FROM {TABLE} WHERE time IN (SELECT make_timestamp(v) FROM few_moments)"
    return {CROWD: crowd, **dict.fromkeys(PERSONAL, "SELECT * FROM shares_of_few")}


def _listed(con: duckdb.DuckDBPyConnection, name: str, values: pa.Array) -> None:
    con.register("listed_now", pa.table({"v": values}))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT DISTINCT v FROM listed_now")
    con.unregister("listed_now")


def _shared(values: Sequence[Longs]) -> Longs:
    """The values that stand in two of the arrays, each of which has none twice."""
    found, count = np.unique(np.concatenate([NONE, *values]), return_counts=True)
    return found[count > 1]


def _meeting(
    con: duckdb.DuckDBPyConnection,
    numbers: Sequence[Longs],
    everybody: Sequence[str],
    hours: Sequence[Longs],
    precise: bool,
) -> Iterator[Longs]:
    """People who may be told for rows of several files together."""
    both = _shared(numbers)
    if not len(both):
        return
    _listed(con, "meeting", pa.array([everybody[k] for k in both.tolist()], pa.string()))
    place = {everybody[k]: k for k in both.tolist()}
    days = _shared([np.unique(h // 24) for h in hours])
    yield from _told(_where(con, place, DAY, days))[: 2 if precise else 1]
    # Even gaps that go from file to file: the two rows are no further apart than an hour, and on one side of them
    # stands half of the rest, each another hour away at most.
    reach = (settings()["share_interval"] - 1) // 2
    meet = _shared([np.unique(np.concatenate([h - 1, h, h + 1])) for h in hours])
    near = np.unique(np.concatenate([meet + k for k in range(-reach, reach + 1)]))
    yield _even(_where(con, place, HOUR, near), reach + 2)


def _where(con: duckdb.DuckDBPyConnection, place: Mapping[str, int], unit: int, wanted: Longs) -> Words:
    """Sorted words of the rows of people in `meeting` in wanted days or hours; `place` numbers the people."""
    if not len(wanted):
        return np.empty(0, np.uint64)
    rows = con.sql(
        f"SELECT communicator_id AS who, epoch_us(time) AS at FROM {TABLE} SEMI JOIN meeting ON communicator_id = v"
        f" WHERE {_during(con, unit, wanted)}"
    ).to_arrow_table()
    who = rows["who"].combine_chunks().dictionary_encode()
    at = np.asarray(rows["at"])
    first = int(at.min()) // DAY * DAY if len(at) else 0
    numbers = np.array([place[name] for name in who.dictionary.to_pylist()], np.int64)
    shares = _words(numbers[np.asarray(who.indices)], at - first)
    shares.sort()
    return shares


def _moments(con: duckdb.DuckDBPyConnection, days: Longs) -> Longs:
    """The moments of all rows on these days, sorted."""
    if not len(days):
        return NONE
    query = f"SELECT epoch_us(time) AS at FROM {TABLE} WHERE {_during(con, DAY, days)}"
    return np.sort(con.execute(query).fetchnumpy()["at"])


def _during(con: duckdb.DuckDBPyConnection, unit: int, wanted: Longs) -> str:
    """The condition that a row's time is in one of these days or hours, with bounds by which groups of rows are passed over."""
    _listed(con, "wanted_times", pa.array(wanted))
    breaks = np.flatnonzero(np.diff(wanted) > 1)
    spans = (
        [(wanted[0], wanted[-1])]
        if len(breaks) > MOST_SPANS
        else [*zip(wanted[[0, *(breaks + 1)]], wanted[[*breaks, -1]], strict=True)]
    )
    near = " OR ".join(
        f"time BETWEEN make_timestamp({a * unit}) AND make_timestamp({(b + 1) * unit})" for a, b in spans
    )
    return f"({near}) AND epoch_us(time) // {unit} IN (SELECT v FROM wanted_times)"


def _copying(con: duckdb.DuckDBPyConnection, kept: Sequence[Entry], numbers: Sequence[Longs]) -> Longs:
    """People two of whose months, or with one of whose months another's, agree in so many rows that one may be copied."""
    files = {k: np.load(entry.file("copied.npy"), mmap_mode="r") for k, entry in enumerate(kept)}
    common = max(entry.info["bits"] for entry in kept)
    hashes, months = [np.empty(0, np.uint64)], [NONE]
    for parts in words.pieces(files, common):
        every = np.concatenate([w >> np.uint64(common) for w in parts.values()])
        every.sort()
        shared = words.twice(every)
        for k, mine in parts.items():
            found = words.having(mine, shared, common)
            number = (found & np.uint64((1 << kept[k].info["bits"]) - 1)).astype(np.int64)
            hashes.append(found >> np.uint64(common))
            months.append(numbers[k][number >> MONTH].astype(np.int64) << MONTH | number & ((1 << MONTH) - 1))
    alike = pa.table({"hash": np.concatenate(hashes), "month": np.concatenate(months)})
    con.register("alike_now", alike)
    pairs = con.sql(
        "SELECT a.month AS a, b.month AS b FROM alike_now a JOIN alike_now b ON a.hash = b.hash AND a.month < b.month"
        f" GROUP BY ALL HAVING count(*) >= {settings()['share_copied']}"
    ).to_arrow_table()
    con.unregister("alike_now")
    return np.unique(np.concatenate([np.asarray(pairs["a"]), np.asarray(pairs["b"])])) >> MONTH
