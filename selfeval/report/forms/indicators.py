"""Cells of one indicator in a project's form: target, actual, live formula of the points, reason.

Belongs here: what both official forms share. Does not belong here: where the cells stand (project.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from selfeval.model import IndicatorScore, UnitYear
from selfeval.report.forms.surface import DATE, OPEN, OPEN_REASON, POINTS, Number, Surface, cell, places, quoted
from selfeval.report.phrases import plain
from selfeval.report.tables import actual
from selfeval.scoring import arithmetic, reading


@dataclass(frozen=True)
class Columns:
    """Which column holds what; `sign` says whether nature and unit stand with the number or in columns of their own."""

    target: int
    actual: int
    weight: int
    points: int
    reason: int
    sign: bool


def write_indicator(page: Surface, row: int, columns: Columns, score: IndicatorScore, unit_year: UnitYear) -> None:
    """Target, actual, weight, points and reason of one row."""
    indicator = score.indicator
    nature = reading.nature(indicator.nature)
    sign = nature if columns.sign and nature and nature != "定性" else ""
    # 95% may stand in 指标值 without a unit of its own: what is behind the number is then the unit.
    parts = reading.split_quantity(indicator.target)
    unit = (reading.clean(indicator.unit) or (parts[1] if parts else "")) if columns.sign else ""
    _value(page, row, columns.target, score.target, indicator.target, sign, unit)
    digits = _digits(actual(unit_year, score))
    _value(page, row, columns.actual, score.actual, score.actual_display or OPEN, "", unit, digits, score.source_fact)
    page.number(row, columns.weight, Number(indicator.weight, places(indicator.weight)))
    _points(page, row, columns, score)
    _reason(page, row, columns.reason, score, unit_year)


def _value(
    page: Surface,
    row: int,
    column: int,
    value: object,
    text: str,
    sign: str,
    unit: str,
    number_format: str | None = None,
    fact: str | None = None,
) -> None:
    """A number or a date as such, so that the formula of the points can use it; everything else as text."""
    if isinstance(value, Decimal):
        shown = number_format or places(value)
        page.number(row, column, Number(value, f"{quoted(sign)}{shown}{quoted(unit)}", fact))
    elif isinstance(value, dt.date):
        page.date(row, column, value, f"{quoted(sign)}{DATE}", fact)
    else:
        page.text(row, column, text, "open" if text == OPEN else "center")


def _digits(display: str) -> str | None:
    """As many decimals as the text of the report has: rounding there never crosses the target."""
    parts = reading.split_quantity(display)
    return places(parts[0]) if parts else None


def _points(page: Surface, row: int, columns: Columns, score: IndicatorScore) -> None:
    if score.points is None:
        page.text(row, columns.points, OPEN, "open")
        return
    formula = points_formula(score, *(cell(row, c) for c in (columns.target, columns.actual, columns.weight)))
    page.number(row, columns.points, Number(score.points, POINTS, score.indicator.fact_id, formula))


def points_formula(score: IndicatorScore, target: str, actual: str, weight: str) -> str | None:
    """The contract's arithmetic as a formula; None where a pack's deduction or odd weights make it something else."""
    nature, points, full = reading.nature(score.indicator.nature), score.points, score.indicator.weight
    if nature == "定性":
        return _tier_formula(score, weight)
    deducted = bool(score.met) and points != full
    if nature is None or score.target is None or deducted or full != arithmetic.half_up(full) or full <= 0:
        return None
    reached = f"{actual}{nature}{target}".replace("≥", ">=").replace("≤", "<=")
    if not isinstance(score.target, Decimal) or score.target <= 0:
        return f"=IF({reached},{weight},0)"
    share = f"{target}/{actual}" if nature in ("≤", "<") else f"{actual}/{target}"
    # rounded to 12 digits first: binary 9.005 could otherwise fall below the half.
    quotient = f"ROUND(ROUND({weight}*{share},12),2)"
    return f"=IF({reached},{weight},MAX(0,MIN(ROUND({weight}-0.01,2),{quotient})))"


def _tier_formula(score: IndicatorScore, weight: str) -> str | None:
    share, full = score.attainment, score.indicator.weight
    if share is None or score.points is None:
        return None
    if share == 1 and score.points == full:
        return f"={weight}"
    if arithmetic.half_up(Fraction(full) * Fraction(share)) != score.points:
        return None
    return f"=ROUND({weight}*{plain(share)},2)"


def _reason(page: Surface, row: int, column: int, score: IndicatorScore, unit_year: UnitYear) -> None:
    """What the clerk or the approver wrote, or a marked place where a person must write."""
    written = score.indicator.reason or unit_year.confirmed.get(score.indicator.fact_id)
    lost = score.points is not None and score.points < score.indicator.weight
    if written:
        page.text(row, column, written)
    elif lost or score.far_over_target:
        page.text(row, column, OPEN_REASON, "open")
    else:
        page.text(row, column, "")
