"""This year's facts held against last year's, as issued: which can be compared, how far they moved, which moved far.

Belongs here: reading last year's facts.json and the arithmetic of a change. Does not belong here: the sentences, the
table and the chart that tell of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from selfeval import run_record
from selfeval.model import Fact, Finding, YearChange
from selfeval.report import phrases

#: The chapter of 情况说明 in which large changes are explained.
CHAPTER = "同比变动说明"
RULE = "facts.year_on_year.large"
#: Families whose members are of their year alone: projects, months, scores, events by name, changes against last year.
_OWN_YEAR = re.compile(
    r"(project|score|indicators|awards\.rows)\.|shares\.(task_)?month\.|.*(_gain|_gain_rank|_growth|_added|_before)$"
)
_COMPARED = frozenset(
    {"元", "比率", "百分点", "名次", "人", "个", "名", "户", "条", "次", "场次", "份", "人次", "期", "种", "家"}
)


@dataclass(frozen=True)
class LastYear:
    """Last year's facts as they were issued; `sha256` names the file for run.json and for the digest of the inputs."""

    year: int
    sha256: str
    facts: Mapping[str, Mapping[str, Any]]


def changes(facts: Mapping[str, Fact], last: LastYear, line: Decimal) -> tuple[YearChange, ...]:
    """What moved from last year's facts to this year's, by fact id; `line` is the share from which a change is large.

    A change of a rate is in 百分点 and never large by share; a rank has no share. Where last year is 0 there is none.
    """
    found = []
    for fact_id, fact in facts.items():
        before = last.facts.get(fact_id)
        if before is None or fact.unit not in _COMPARED or before["unit"] != fact.unit or _OWN_YEAR.match(fact_id):
            continue
        was, now = Decimal(str(before["value"])), Decimal(fact.value)
        found.append(_change(fact, was, now, str(before["display"]), line))
    return tuple(found)


def _change(fact: Fact, was: Decimal, now: Decimal, shown: str, line: Decimal) -> YearChange:
    if fact.unit == "名次":
        return YearChange(fact.id, fact.name, shown, fact.display, phrases.rank_change(int(was), int(now)), None, False)
    if fact.unit in ("比率", "百分点"):
        points = (now - was) * (100 if fact.unit == "比率" else 1)
        points = points.quantize(Decimal("0.01"), ROUND_HALF_UP)
        return YearChange(fact.id, fact.name, shown, fact.display, phrases.change(points, "百分点"), None, False)
    share = (now - was) / was if was else None
    said = _share_said(share, was, now)
    return YearChange(
        fact.id, fact.name, shown, fact.display, said, share, now != was if share is None else abs(share) >= line
    )


def _share_said(share: Decimal | None, was: Decimal, now: Decimal) -> str:
    if share is None:
        return "与上年持平" if now == was else "上年为0"
    return phrases.change(share, "比率", "增长", "下降")


def finding(moved: Collection[YearChange], line: Decimal, file: str, year: int) -> Finding | None:
    """One warning for all large changes, at the chapter in which they are to be explained; None where there are none."""
    large = [c for c in moved if c.large]
    if not large:
        return None
    listed = "、".join(f"{c.name}{c.said}（{c.before}→{c.now}）" for c in large[:5])
    more = f"等{len(large)}项" if len(large) > 5 else ""
    return Finding(
        RULE,
        "warning",
        f"与{year - 1}年相比变动达到{phrases.percent(line)}的有{listed}{more}，没有说明原因。",
        f"请在情况说明工作表中增加“{CHAPTER}”一章写明原因；数据有误的请改正。",
        dataset="自评填报表",
        file=file,
        sheet="情况说明",
        column="内容",
        count=len(large),
    )


def reason(notes: Mapping[str, str], confirmed: Mapping[str, str]) -> str:
    """Why figures moved far, as the clerk wrote or a person confirmed."""
    return notes.get(CHAPTER) or confirmed.get(CHAPTER, "")


def load(package: Path, year: int) -> LastYear | None:
    """The facts of a package that was issued for `year`; None where there is none or it cannot be read as one."""
    try:
        data = (package / "facts.json").read_bytes()
        read = json.loads(data, parse_float=Decimal)
        facts, of_year, sha256 = read["facts"], read["year"], run_record.issued_files(package)["facts.json"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return LastYear(year, sha256, facts) if of_year == year else None
