"""The official score tables, cell by cell: laid out once, drawn on a sheet of scorecards.xlsx and in the report itself.

Belongs here: where each cell of a form stands and which fact it shows. Does not belong here: how a surface draws a
cell (xlsx_page.py for a sheet, grid.py for the report's pages), any arithmetic that scoring has already done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from selfeval.model import UnitYear
from selfeval.report.forms import department, project
from selfeval.report.forms.surface import Surface

DEPARTMENT = "部门整体绩效自评表"


@dataclass(frozen=True)
class Layout:
    """One form of a unit: `widths` of its columns in characters, `draw` puts its cells on a surface."""

    name: str
    widths: Sequence[int]
    landscape: bool
    draw: Callable[[Surface], None]


def department_form(u: UnitYear) -> Layout:
    """部门整体绩效自评表."""
    return Layout(DEPARTMENT, department.WIDTHS, False, partial(department.draw, unit_year=u))


def project_forms(u: UnitYear) -> list[Layout]:
    """项目支出绩效自评表 of each project, named by the project, in the layout that the rule pack asks for."""
    sichuan = u.scores.layout == "sichuan"
    draw, widths = (project.sichuan, project.SICHUAN_WIDTHS) if sichuan else (project.national, project.NATIONAL_WIDTHS)
    return [
        Layout(score.project.name, widths, sichuan, partial(draw, score=score, unit_year=u))
        for score in u.scores.projects
    ]
