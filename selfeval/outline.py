"""From accepted rows to the shapes that scoring and report take: indicators, projects, profile, absent datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from schemas import Dataset, datasets
from selfeval.model import Finding, Indicator, Origin, Project
from selfeval.scoring import Aside

#: A table of more rows is a log, whatever its dataset says of itself.
SMALL = 2_000
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
#: The report's date among the texts of 单位信息, in whatever form it was written: year, month and day by hyphens.
_READ = {
    "profile": "* REPLACE (CASE item WHEN '填报日期' THEN CAST(sf_day(content) AS VARCHAR) ELSE content END AS content)"
}


def rows(con: duckdb.DuckDBPyConnection, slug: str) -> list[dict[str, Any]]:
    """The rows of a small table as dicts, with _file, _sheet and _row."""
    result = con.execute(f"SELECT {_READ.get(slug, '*')} FROM {slug} LIMIT {SMALL + 1}")
    names = [c[0] for c in result.description or ()]
    found = [dict(zip(names, values, strict=True)) for values in result.fetchall()]
    found.sort(key=lambda r: (r["_file"], r["_row"], r.get("side") != "income"))
    return [] if len(found) > SMALL else found


def profile_and_notes(tables: Rows) -> tuple[dict[str, str], dict[str, str]]:
    """单位信息 by item and 情况说明 by chapter; an empty cell is an empty text."""
    profile = {r["item"]: r["content"] or "" for r in tables.get("profile", ())}
    notes = {r["chapter"]: r["content"] or "" for r in tables.get("notes", ())}
    return profile, notes


def with_confirmed(notes: Mapping[str, str], confirmed: Mapping[str, str]) -> dict[str, str]:
    """情况说明 as filled in, and the chapters left empty as a person wrote them since (a place without `/`)."""
    return {**notes, **{place: text for place, text in confirmed.items() if "/" not in place and not notes.get(place)}}


def _origin(row: Mapping[str, Any]) -> Origin:
    return Origin(row["_dataset"], row["_file"], row["_sheet"], row["_row"])


def indicators(tables: Rows, confirmed: Mapping[str, str]) -> list[Indicator]:
    """The declaration's indicators in the order of the sheet; a reason left empty may have been confirmed since."""
    return [
        Indicator(
            project=r["project_code"],
            level1=r["level1"],
            level2=r["level2"],
            level3=r["level3"],
            nature=r["nature"],
            target=r["target"],
            unit=r["unit"] or "",
            weight=r["weight"].normalize(),
            binding=r["binding"],
            manual=r["manual"],
            reason=r["reason"] or confirmed.get(f"score.indicator.{r['project_code']}/{r['level3']}"),
            origin=_origin(r),
        )
        for r in tables.get("indicators", ())
    ]


def indicators_aside(con: duckdb.DuckDBPyConnection) -> Aside:
    """The weights of indicator rows that were set aside for a bad cell, as far as they can be read."""
    there = {n for (n,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    if not {"indicators_read", "budget_read"} <= there:
        return Aside({}, frozenset())
    known = "project_code IN (SELECT project_code FROM budget_read)"
    found = con.execute(
        f"SELECT CASE WHEN {known} THEN project_code END, sum(weight), bool_or(weight IS NULL OR _out LIKE '%.weight.%')"
        " FROM indicators_read WHERE _out <> 'indicators.duplicate' GROUP BY 1"
    ).fetchall()
    weights = {project: weight for project, weight, doubt in found if project is not None and not doubt}
    return Aside(weights, frozenset(project for project, _, doubt in found if doubt or project is None))


def projects(tables: Rows) -> list[Project]:
    """The projects of 指标执行情况表 in the order of the sheet."""
    return [
        Project(
            code=r["project_code"],
            name=r["project_name"],
            category=r["category"],
            document=r["document"],
            budget_initial=r["budget_initial"],
            adjustment=r["adjustment"],
            budget_final=r["budget_final"],
            paid=r["paid"],
            balance=r["balance"],
            origin=_origin(r),
        )
        for r in tables.get("budget", ())
    ]


def absent(awaited: Iterable[Dataset], missing: Iterable[str]) -> list[Finding]:
    """A finding a dataset that is not there: an error where it is needed, else what the report leaves out."""
    found = [
        Finding(
            "source.missing",
            "error",
            f"还没有收到“{dataset.name}”。",
            f"请从以下来源取得并放入单位文件夹：{dataset.source}。",
            dataset=dataset.name,
            file=dataset.globs[0].strip("*/"),
        )
        for dataset in awaited
    ]
    return found + [
        Finding(
            "source.absent",
            "info",
            f"没有提供“{name}”，报告不写与它有关的内容。",
            f"如有此项数据，从以下来源取得并放入单位文件夹后重新运行：{datasets()[name].source}。",
            dataset=name,
        )
        for name in missing
    ]
