"""report.html: one file, no network, no script; every figure opens its evidence in a native popover."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from selfeval.model import UnitYear
from selfeval.report import charts
from selfeval.report.blocks import TEMPLATES
from selfeval.report.context import document
from selfeval.report.evidence import First, evidence, input_files
from selfeval.report.fonts import SUBSTITUTES
from selfeval.report.nodes import Chart, Heading, Paragraph, Table


@cache
def environment() -> SandboxedEnvironment:
    """Jinja for pages: whatever comes from a cell is escaped."""
    made = SandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES / "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["percent"] = lambda share: f"{share:.2f}%"
    made.filters["em"] = lambda characters: f"{characters:g}em"
    made.tests |= {
        "heading": lambda n: isinstance(n, Heading),
        "paragraph": lambda n: isinstance(n, Paragraph),
        "table": lambda n: isinstance(n, Table),
        "chart": lambda n: isinstance(n, Chart),
    }
    return made


def page(u: UnitYear, template: str) -> str:
    """The report as a page by one of the page templates."""
    found = document(u)
    drawn = {n.name: Markup(charts.svg(u, n.name)) for n in found.body if isinstance(n, Chart)}
    values: dict[str, Any] = {
        "u": u,
        "doc": found,
        "charts": drawn,
        "evidence": evidence(u, found),
        "files": list(input_files(u, found).values()),
        "first": First(),
        "fonts": SUBSTITUTES,
        "name": found.title[0],
    }
    return environment().get_template(template).render(**values)


def render(u: UnitYear) -> bytes:
    """report.html of a unit and year."""
    return page(u, "report.html.j2").encode()
