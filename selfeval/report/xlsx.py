"""scorecards.xlsx: 部门整体绩效自评表 first, then a sheet a project, in the official layout with live formulas.

Belongs here: the workbook. Does not belong here: the forms (forms/), how a cell is written (xlsx_page.py), scores.
"""

from __future__ import annotations

import io

from xlsxwriter.workbook import Workbook

from selfeval.model import UnitYear
from selfeval.report.forms import DEPARTMENT, department_form, project_forms
from selfeval.report.xlsx_page import Page, Styles, properties, sheet_names

OPTIONS = {
    "in_memory": True,
    # a cell is what the code says it is: no text is ever guessed to be a formula, a link or a number.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def render(unit_year: UnitYear) -> bytes:
    """The workbook as bytes; the same unit and year give the same bytes."""
    buffer = io.BytesIO()
    book = Workbook(buffer, OPTIONS)
    book.set_properties(properties(f"{unit_year.profile.get('单位名称', '')}{DEPARTMENT}", unit_year.year))
    styles = Styles(book)
    projects = project_forms(unit_year)
    names = [DEPARTMENT, *sheet_names([form.name for form in projects], [DEPARTMENT])]
    for name, form in zip(names, (department_form(unit_year), *projects), strict=True):
        page = Page(book, styles, name, form.widths, landscape=form.landscape)
        form.draw(page)
        page.close()
    book.close()
    return buffer.getvalue()
