"""Deterministic 科普员分享记录 of any size, with planted faults at known lines; and the roster that goes with them.

A row is a pure function of its number, so that the same call gives the same bytes on every machine. Belongs here:
making data. What reads it, and how fast, is the business of the other modules.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

YEAR = 2024
HEADER = "分享时间,科普员编号,姓名,行政村（社区）,内容编号,内容标题,渠道,阅读数"
#: Planted faults repeat every so many rows; the remainder says which.
PERIOD = 20_000
#: remainder → (kind, column); in a duplicate or conflict the row repeats the one SOURCE rows before it.
PLANTED = {
    1100: ("type", "time"),
    1200: ("range", "time"),
    1300: ("domain", "channel"),
    1400: ("range", "reads"),
    1500: ("type", "reads"),
    1600: ("required", "communicator_id"),
    1700: ("format", "communicator_id"),
    1800: ("unknown", "communicator_id"),
    2050: ("duplicate", None),
    6000: ("duplicate", None),
    9000: ("duplicate", None),
    9900: ("conflict", None),
}
#: Only with `rough`: faults of the file's form.
ROUGH = {
    3100: ("columns", None),
    3200: ("columns", None),
}
BLANK, COMMA, BREAK, SPACED = 3300, 3400, 3500, 3600
SOURCE = 500
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志红玉兰"
#: The last ones are four bytes long in GB18030.
_PLACES = "老沟,白山,南湖,高坪,石桥,双河,龙泉,青岗,大坝,新民,柳林,红光,团结,永安,太和,𬭎溪,㐂乐"
_THEMES = "安全生产,禁毒工作,森林防火,健康生活,农业技术"
_CHANNELS = "微信群,微信朋友圈,QQ群,抖音,今日头条"


@dataclass(frozen=True)
class Plan:
    """What to make: rows, people on the roster, encoding, and whether the file's form has faults too."""

    rows: int
    people: int = 30_512
    encoding: str = "utf-8"
    rough: bool = False


def _pick(words: str, number: str) -> str:
    """SQL: one of the words by number. `words` is comma-separated, or a string of single characters."""
    listed = words.split(",") if "," in words else list(words)
    return f"list_extract([{', '.join(repr(w) for w in listed)}], ({number}) % {len(listed)} + 1)"


def _person(p: str) -> str:
    name = f"{_pick(_SURNAMES, p)} || {_pick(_GIVEN, f'{p} // 7')} || {_pick(_GIVEN, f'{p} // 31')}"
    village = f"{_pick(_PLACES, f'{p} // 3')} || {_pick('一,二,三,四,五,六,七,八,九,十', f'{p} // 50')} || '村'"
    return f"'KP' || printf('%08d', 11320000 + {p}) AS id, {name} AS name, {village} AS village"


def _query(plan: Plan, low: int, high: int) -> str:
    """SQL that gives the text of rows low..high-1, one line (without its end) each, in order."""
    seconds = 366 * 86_400
    m = f"(i % {PERIOD})"
    repeated = ", ".join(str(k) for k, (kind, _) in PLANTED.items() if kind in ("duplicate", "conflict"))
    extra = " || CASE WHEN m = 3200 THEN ',多' ELSE '' END" if plan.rough else ""
    rough_title = (
        f"CASE m WHEN {COMMA} THEN '\"' || title || ',续\"' WHEN {BREAK} THEN '\"' || title || chr(10) || '续\"'"
        f" WHEN {SPACED} THEN '  ' || title ELSE title END"
        if plan.rough
        else "title"
    )
    before = f"CASE WHEN m = {BLANK} THEN chr(10) ELSE '' END || " if plan.rough else ""
    reads = "CASE m WHEN 1400 THEN '-5' WHEN 1500 THEN '十五' ELSE CAST(reads + CAST(m = 9900 AS INT) AS VARCHAR) END"
    last = f"CASE WHEN m = 3100 THEN '' ELSE ',' || {reads} END{extra}" if plan.rough else f"',' || {reads}"
    return f"""
    WITH numbers AS (
        SELECT i, {m} AS m, i - CASE WHEN {m} IN ({repeated}) THEN {SOURCE} ELSE 0 END AS s
        FROM range({low}, {high}) t(i)
    ), drawn AS (
        SELECT *, (s * 2654435761 + 12345) % 4294967296 AS r FROM numbers
    ), named AS (
        SELECT i, m, s, r, people.*, CAST(r // 77 % 5000 AS BIGINT) AS content, r // 1013 % 97 * (r // 5 % 11) AS reads,
            epoch_ms(CAST({1704067200} AS BIGINT) * 1000 + s * {seconds} // {plan.rows} * 1000) AS moment
        FROM drawn JOIN people ON people.p = r // 13 % {plan.people}
    ), worded AS (
        SELECT *, {_pick(_THEMES, "content // 3")} || '科普第' || printf('%05d', content) || '期' AS title FROM named
    )
    SELECT {before}CASE m WHEN 1100 THEN '2024-02-30 08:00:00' WHEN 1200 THEN '2023-12-31 23:59:59'
            ELSE strftime(moment, '%Y-%m-%d %H:%M:%S') END
        || ',' || CASE m WHEN 1600 THEN '' WHEN 1700 THEN 'KP123' WHEN 1800 THEN 'KP99999999' ELSE id END
        || ',' || name || ',' || village || ',C' || printf('%05d', content) || ',' || {rough_title}
        || ',' || CASE m WHEN 1300 THEN '快手' ELSE {_pick(_CHANNELS, "r // 3")} END || {last} AS line
    FROM worded ORDER BY i"""


def _batches(plan: Plan, step: int = 500_000) -> Iterator[bytes]:
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as con:
        con.execute(f"CREATE TABLE people AS SELECT p, {_person('p')} FROM range({plan.people}) t(p)")
        for low in range(0, plan.rows, step):
            query = _query(plan, low, min(low + step, plan.rows))
            lines = con.execute(
                f"SELECT string_agg(line || chr(10), '' ORDER BY rowid) FROM (SELECT *, row_number() OVER () AS rowid FROM ({query}))"
            )
            (text,) = lines.fetchall()[0]
            yield text.encode(plan.encoding)


def write(plan: Plan, path: Path) -> None:
    """Write the log as one CSV file."""
    with path.open("wb") as out:
        out.write(f"{HEADER}\n".encode(plan.encoding))
        for block in _batches(plan):
            out.write(block)


def roster(plan: Plan, path: Path) -> None:
    """Write the ids of all communicators as Parquet, in the shape of a part's rows."""
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT p + 2 AS _row, false AS _bad, id AS communicator_id FROM (SELECT p, {_person('p')}"
            f" FROM range({plan.people}) t(p))) TO '{path}' (FORMAT parquet)"
        )


def planted(plan: Plan) -> list[tuple[int, str | None, str]]:
    """Every planted fault as (line, column, kind), in order of lines; a conflict is told at both of its rows."""
    kinds = {**PLANTED, **(ROUGH if plan.rough else {})}
    found: list[tuple[int, str | None, str]] = []
    for start in range(0, plan.rows, PERIOD):
        shifts = 0 if not plan.rough else 2 * (start // PERIOD)
        for m, (kind, column) in kinds.items():
            if start + m < plan.rows:
                for row in (m - SOURCE, m) if kind == "conflict" else (m,):
                    inside = (row >= BLANK) + (row > BREAK) if plan.rough else 0
                    found.append((start + row + 2 + shifts + inside, column, kind))
    return sorted(found, key=lambda f: (f[0], f[1] or "", f[2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=82_000)
    parser.add_argument("--encoding", choices=("utf-8", "gb18030"), default="utf-8")
    parser.add_argument(
        "--rough", action="store_true", help="ragged rows, blank lines, quoted commas and line breaks too"
    )
    args = parser.parse_args()
    plan = Plan(args.rows, encoding=args.encoding, rough=args.rough)
    write(plan, args.path)
    roster(plan, args.path.with_suffix(".roster.parquet"))
    args.path.with_suffix(".planted.json").write_text(json.dumps(planted(plan), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
