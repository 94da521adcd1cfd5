"""Shares that nobody made by hand, added to a month of the log: one second, bursts, nights, even intervals, copies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bench.planted.paper import Doc, Fault, File, Line, Unit
from bench.planted.rules import FOLLOWS, Plant, told

PERSON, TIME, CONTENT = "科普员编号", "分享时间", "内容编号"


def _month(unit: Unit) -> tuple[File, Doc, dt.datetime, list[str]]:
    """A month of the log, a time on one of its days, and some of its people."""
    file, doc = unit.rng.choice([(f, d) for f in unit.files for d in f.docs if d.slug == "shares"])
    month = int(file.name.rpartition("-")[2][:2])
    people = sorted({str(doc.get(line, PERSON)) for line in doc.data()})
    unit.rng.shuffle(people)
    return file, doc, dt.datetime(2024, month, unit.rng.randrange(2, 27), 10, unit.rng.randrange(60), 7), people


def _add(doc: Doc, times: Sequence[dt.datetime], people: Sequence[str]) -> list[Line]:
    """Lines like the first one, of a person each in turn, with contents that nobody shared."""
    added = []
    for n, time in enumerate(times):
        line = Line("data", list(doc.data()[0].cells))
        doc.put(line, PERSON, people[n % len(people)])
        doc.put(line, TIME, f"{time:%Y-%m-%d %H:%M:%S}")
        doc.put(line, CONTENT, f"C9{n:04d}")
        added.append(line)
    doc.lines += added
    return added


def _told(file: File, doc: Doc, lines: list[Line]) -> Fault:
    fault = told("", (file, doc, lines[0]), TIME, FOLLOWS)
    fault.lines = lines
    return fault


def _steps(start: dt.datetime, seconds: Sequence[int]) -> list[dt.datetime]:
    return [start + dt.timedelta(seconds=s) for s in seconds]


def _second(unit: Unit) -> Fault:
    file, doc, start, people = _month(unit)
    return _told(file, doc, _add(doc, [start] * unit.rng.randrange(3, 7), people[:1]))


def _crowd(unit: Unit) -> Fault:
    file, doc, start, people = _month(unit)
    return _told(file, doc, _add(doc, [start] * unit.rng.randrange(10, 15), people[:10]))


def _burst(unit: Unit) -> Fault:
    file, doc, start, people = _month(unit)
    # Uneven gaps, so that it is a burst and nothing else.
    seconds = [20 * n + unit.rng.randrange(15) for n in range(unit.rng.randrange(21, 26))]
    return _told(file, doc, _add(doc, _steps(start, seconds), people[:1]))


def _night(unit: Unit) -> Fault:
    file, doc, start, people = _month(unit)
    seconds = [900 * n + unit.rng.randrange(600) for n in range(unit.rng.randrange(10, 14))]
    return _told(file, doc, _add(doc, _steps(start.replace(hour=0, minute=20), seconds), people[:1]))


def _interval(unit: Unit) -> Fault:
    file, doc, start, people = _month(unit)
    gap = unit.rng.randrange(61, 900)
    count = unit.rng.randrange(12, 18)
    mine = [line for line in doc.data() if doc.get(line, PERSON) == people[0]]
    for line in mine:
        # Nothing of the same person may lie between two of the even ones.
        doc.put(line, PERSON, people[1])
    return _told(file, doc, _add(doc, _steps(start, [gap * n for n in range(count)]), people[:1]))


def _copied(unit: Unit) -> Fault:
    file, doc, start, people = _month(unit)
    days = sorted(unit.rng.sample(range(1, 28), 12))
    times = [start.replace(day=day, hour=7 + day % 12, minute=unit.rng.randrange(60)) for day in days]
    first, later = sorted(people[:2])
    for line in doc.data():
        if doc.get(line, PERSON) == later:
            doc.put(line, PERSON, people[2])
    _add(doc, times, [first])
    return _told(file, doc, _add(doc, times, [later]))


RULES: dict[str, Plant] = {
    "shares.pattern.second": _second,
    "shares.pattern.crowd": _crowd,
    "shares.pattern.burst": _burst,
    "shares.pattern.night": _night,
    "shares.pattern.interval": _interval,
    "shares.pattern.copied": _copied,
}
