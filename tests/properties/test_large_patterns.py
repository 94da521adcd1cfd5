"""The rules over a person's shares tell the same of what the bounds let pass as of all rows, however the log is cut into files."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from selfeval.checks import patterns
from tests.properties import test_large_units as units

KINDS = {"second", "crowd", "burst", "night", "interval", "copied"}
PEOPLE = 14


def _id(person: int) -> str:
    return f"KP000000{person:02d}"


def _planted(draw: random.Random) -> list[tuple[datetime, str, str]]:
    """Shares of half a year, of which some reach a limit just so, or miss it by one."""
    start = datetime(2024, 1, 1)
    rows = [
        (start + timedelta(seconds=draw.randrange(180 * 86_400)), _id(draw.randrange(PEOPLE)), f"C{draw.randrange(4)}")
        for _ in range(300)
    ]
    for kind in draw.choices(sorted(KINDS), k=5):
        person, short = draw.randrange(PEOPLE), draw.randrange(3) == 0
        # Near the turn of a month, where files may meet.
        at = datetime(2024, draw.randrange(2, 6), 1) + timedelta(seconds=draw.randrange(-5_000, 5_000))
        if draw.random() < 0.5:
            at += timedelta(days=draw.randrange(1, 20), hours=draw.randrange(24))
        if kind == "second":
            rows += [(at, _id(person), f"C{n}") for n in range(3 - short)]
        elif kind == "crowd":
            rows += [(at, _id(n % 5), f"C{n}") for n in range(10 - short)]
        elif kind == "burst":
            rows += [(at + timedelta(seconds=29 * n + n % 3), _id(person), f"C{n}") for n in range(20 - short)]
        elif kind == "night":
            night = at.replace(hour=0, minute=0, second=0)
            rows += [
                (night + timedelta(seconds=7 + 1_700 * n + n * n), _id(person), f"C{n}") for n in range(10 - short)
            ]
        elif kind == "interval":
            gap, count = draw.choice([61, 600, 3_600]), draw.choice([10, 30]) - short
            rows += [(at + timedelta(seconds=gap * n), _id(person), f"C{n}") for n in range(count)]
        else:
            other, months = (person + 1) % PEOPLE, draw.sample(range(1, 7), 2)
            for n in range(10 - short):
                clock = timedelta(days=2 * n, seconds=40_000 + 77 * n * n)
                rows += [(datetime(2024, months[0], 1) + clock, _id(person), f"C{n}")]
                rows += [(datetime(2024, months[draw.randrange(2) and 1], 1) + clock, _id(other), f"C{n}")]
    precision = draw.choice(["second", "second", "second", "minute", "day", "fraction"])
    if precision == "minute":
        rows = [(at.replace(second=0), who, what) for at, who, what in rows]
    elif precision == "day":
        rows = [(at.replace(hour=0, minute=0, second=0), who, what) for at, who, what in rows]
    elif precision == "fraction":
        rows = [(at.replace(microsecond=draw.choice([0, 250_000])), who, what) for at, who, what in rows]
    return list(dict.fromkeys(rows))


def _folder(root: Path, seed: int) -> None:
    draw = random.Random(seed)
    unit = root / "raw" / str(units.YEAR) / units.UNIT
    (unit / units.DATASET).mkdir(parents=True)
    roster = "".join(f"{_id(n)},张三,老沟村\n" for n in range(PEOPLE))
    (unit / "科普员名册.csv").write_text(f"科普员编号,姓名,行政村（社区）\n{roster}", encoding="utf-8")
    cut = draw.choice(["month", "month", "person", "any", "half"])
    files: dict[str, list[str]] = {}
    for at, who, what in _planted(draw):
        place = {"month": f"{at:%m}", "person": who[-1], "any": str(draw.randrange(3)), "half": str(at.day // 16)}[cut]
        if draw.random() < 0.01:
            place = "01"
        files.setdefault(place, []).append(f"{at},{who},张三,老沟村,{what},标题,微信群,1")
    for place, lines in files.items():
        text = "\n".join([units.HEADER, *lines, ""])
        (unit / units.DATASET / f"2024-{place}.csv").write_text(text, encoding="utf-8")


def _same(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    _folder(tmp_path, seed)
    told = units.same_both_ways(tmp_path, tmp_path, monkeypatch)["findings"]
    return {f.rule.removeprefix("shares.pattern.") for f in told if "pattern" in f.rule}


def test_what_the_bounds_let_pass_is_told_as_if_all_rows_were_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()
    for seed in range(6):
        seen |= _same(seed, tmp_path / str(seed), monkeypatch)
    assert seen == KINDS


@pytest.mark.full
@pytest.mark.parametrize("seed", range(1_000, 1_060))
def test_many_logs(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _same(seed, tmp_path, monkeypatch)


def test_rows_are_looked_at_only_where_they_may_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a pattern nobody's rows are looked at; without this the test above would hold for a bound of everybody."""
    _folder(tmp_path, 0)
    log = tmp_path / "raw" / str(units.YEAR) / units.UNIT / units.DATASET
    for path in log.iterdir():
        path.unlink()
    for month in (1, 2):
        lines = [f"2024-0{month}-{n:02d} 08:{n:02d}:17,{_id(n % 9)},张三,老沟村,C1,标题,微信群,1" for n in range(1, 25)]
        (log / f"2024-0{month}.csv").write_text("\n".join([units.HEADER, *lines, ""]), encoding="utf-8")
    units.in_blocks(monkeypatch)
    looked: list[int] = []
    narrowed = patterns.narrowed

    def counting(con: object, kept: object) -> object:
        found = narrowed(con, kept)  # type: ignore[arg-type]
        looked.extend(con.execute(f"SELECT count(*) FROM ({rows})").fetchall()[0][0] for rows in found.values())  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(patterns, "narrowed", counting)
    units.told(tmp_path, tmp_path / "store")
    assert looked == [0] * len(KINDS)
