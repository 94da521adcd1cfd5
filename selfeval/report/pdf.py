"""report.pdf: the same text on A4 by GB/T 9704, printed by WeasyPrint with embedded fonts; nothing is fetched."""

from __future__ import annotations

from typing import Any

from selfeval.model import UnitYear
from selfeval.report.html import page


def _refuse(url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    raise ValueError(f"the report fetches nothing: {url[:80]}")


def render(u: UnitYear) -> bytes:
    """report.pdf of a unit and year. The same page gives the same bytes: no date is written into the file."""
    from weasyprint import HTML

    return HTML(string=page(u, "report.print.j2"), url_fetcher=_refuse).write_pdf()  # type: ignore[no-any-return]
