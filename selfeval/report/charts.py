"""The report's three charts as SVG with real text, drawn from facts by matplotlib; byte-stable.

Belongs here: drawing alone. Which charts a report has is decided in context.py.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

from selfeval.model import IndicatorScore, Project, UnitYear, YearChange

_INK, _FILL, _LINE, _SOFT = "#1d2530", "#3b6ea5", "#c25b2a", "#d5dbe3"
#: What the text is measured with, and what a reader's machine may show it in.
_FONT, _FONTS = "Noto Sans CJK SC", "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
#: A chart shows no more bars than a page can hold.
_PROJECTS, _INDICATORS, _CHANGES = 20, 40, 30


def svg(u: UnitYear, name: str) -> str:
    """One chart as an <svg> element of full width. Raises KeyError for an unknown chart."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    style: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "selfeval",
        "font.family": [_FONT],
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": _SOFT,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "axes.unicode_minus": False,
    }
    with matplotlib.rc_context(style):
        figure = {"shares": _shares, "budget": _budget, "scores": _scores, "years": _years}[name](u, pyplot)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return _inline(buffer.getvalue(), name)


def _inline(text: str, name: str) -> str:
    """The bare element: ids made unique to the chart, size left to the page."""
    body = text[text.index("<svg") :]
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
    body = body.replace(f"'{_FONT}'", _FONTS)
    return re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", body)


def shown_projects(u: UnitYear) -> list[Project]:
    """The projects of the budget chart: all, or the largest by 全年预算数, in the order of the form."""
    own = [s.project for s in u.scores.projects]
    largest = sorted(range(len(own)), key=lambda n: (-own[n].budget_final, n))[:_PROJECTS]
    return [own[n] for n in sorted(largest)]


def shown_indicators(u: UnitYear) -> list[IndicatorScore]:
    """The indicators of the scores chart: all that have points, or those that lost most, in the order of the form."""
    own = [i for s in u.scores.projects for i in s.indicators if i.points is not None and i.indicator.weight > 0]
    worst = sorted(range(len(own)), key=lambda n: (_share(own[n]), n))[:_INDICATORS]
    return [own[n] for n in sorted(worst)]


def _share(item: IndicatorScore) -> Decimal:
    return (item.points or Decimal(0)) / item.indicator.weight * 100


def shown_changes(u: UnitYear) -> list[YearChange]:
    """The changes of the chart: those that have a share, or the largest, in the order of the table."""
    own = [c for c in u.moved if c.share is not None]
    largest = sorted(range(len(own)), key=lambda n: (-abs(own[n].share or Decimal(0)), n))[:_CHANGES]
    return [own[n] for n in sorted(largest)]


def _years(u: UnitYear, pyplot):  # type: ignore[no-untyped-def]
    items = shown_changes(u)[::-1]
    figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.3 * len(items)))
    shares = [float((c.share or 0) * 100) for c in items]
    axes.barh(range(len(items)), shares, height=0.62, color=[_LINE if c.large else _FILL for c in items])
    axes.axvline(0, color=_INK, linewidth=0.8)
    axes.set_yticks(range(len(items)), [_short(c.name) for c in items])
    axes.set_xlabel("比上年增减（%），深橙色为变动较大的")
    return figure


def _number(u: UnitYear, fact_id: str) -> float:
    found = u.facts.get(fact_id)
    return float(found.value) if found else 0.0


def _shares(u: UnitYear, pyplot):  # type: ignore[no-untyped-def]
    months = [f"{m:02d}" for m in range(1, 13)]
    figure, axes = pyplot.subplots(figsize=(8, 3.2))
    axes.bar(range(12), [_number(u, f"shares.month.{m}") for m in months], color=_FILL, width=0.62, label="分享量")
    if any(f"shares.task_month.{m}" in u.facts for m in months):
        tasks = [_number(u, f"shares.task_month.{m}") for m in months]
        axes.plot(range(12), tasks, color=_LINE, marker="o", markersize=4, label="任务数")
    axes.set_xticks(range(12), [f"{m}月" for m in range(1, 13)])
    axes.set_ylabel("条")
    axes.legend(frameon=False, loc="lower right", ncols=2, bbox_to_anchor=(1, 1))
    return figure


def _budget(u: UnitYear, pyplot):  # type: ignore[no-untyped-def]
    projects = shown_projects(u)[::-1]
    figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.62 * len(projects)))
    places = range(len(projects))
    final = [float(p.budget_final / Decimal(10_000)) for p in projects]
    paid = [float(p.paid / Decimal(10_000)) for p in projects]
    axes.barh([y + 0.2 for y in places], final, height=0.36, color=_SOFT, label="全年预算数")
    axes.barh([y - 0.2 for y in places], paid, height=0.36, color=_FILL, label="支出数")
    axes.set_yticks(list(places), [_short(p.name) for p in projects])
    axes.set_xlabel("万元")
    axes.legend(frameon=False, loc="lower right", ncols=2, bbox_to_anchor=(1, 1))
    return figure


def _scores(u: UnitYear, pyplot):  # type: ignore[no-untyped-def]
    items = shown_indicators(u)[::-1]
    figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.3 * len(items)))
    shares = [float(_share(i)) for i in items]
    colours = [_LINE if i.met is False else _FILL for i in items]
    axes.barh(range(len(items)), shares, height=0.62, color=colours)
    axes.set_yticks(range(len(items)), [_short(i.indicator.level3) for i in items])
    axes.set_xlim(0, 100)
    axes.set_xlabel("得分占分值的比例（%），深橙色为未达到指标值")
    return figure


def _short(name: str) -> str:
    # matplotlib reads a dollar sign as the start of a formula.
    name = name.replace("$", "＄")
    return name if len(name) <= 16 else f"{name[:15]}…"
