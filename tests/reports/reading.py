"""A rendered report as its reader sees it: the text of HTML, DOCX and PDF, without layout.

Belongs here: taking text out of documents. Does not belong here: assertions.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cached_property

import docx
import lxml.html
import pdfplumber
from docx.table import Table
from docx.text.paragraph import Paragraph

from selfeval.model import UnitYear
from selfeval.report import docx as docx_report
from selfeval.report import html, pdf, xlsx

ANNEX = "证据附录"


def bare(text: str) -> str:
    """Text without any blank, so that line breaks do not count."""
    return re.sub(r"\s", "", text)


@dataclass(frozen=True)
class Report:
    """The four documents of one unit and year."""

    year: UnitYear

    @cached_property
    def html(self) -> bytes:
        return html.render(self.year)

    @cached_property
    def docx(self) -> bytes:
        return docx_report.render(self.year)

    @cached_property
    def pdf(self) -> bytes:
        return pdf.render(self.year)

    @cached_property
    def xlsx(self) -> bytes:
        return xlsx.render(self.year)

    @cached_property
    def page(self) -> lxml.html.HtmlElement:
        return lxml.html.document_fromstring(self.html.decode())

    @cached_property
    def html_parts(self) -> list[str]:
        """Title, headings, paragraphs, captions, cells and notes of the HTML, in order."""
        main = self.page.find(".//main")
        assert main is not None
        wanted = main.iter("span", "h2", "h3", "p", "caption", "th", "td")
        lines = [e for e in wanted if e.tag != "span" or e.getparent().tag in ("h1", "caption")]
        parts = [bare(e.text if e.tag == "caption" else e.text_content()) for e in lines]
        return [part for part in parts if part]

    @cached_property
    def docx_parts(self) -> list[str]:
        """The same of the DOCX, up to the annex; its captions are paragraphs above the tables."""
        parts: list[str] = []
        for block in docx.Document(io.BytesIO(self.docx)).iter_inner_content():
            if isinstance(block, Paragraph) and block.text == ANNEX:
                break
            if isinstance(block, Paragraph):
                parts.append(bare(block.text))
            elif isinstance(block, Table):
                # The plain cells: `row.cells` costs a search a cell, and gives a merged one again for each it covers.
                parts += [bare("".join(t.text or "" for t in c.iter(_T))) for r in block.rows for c in r._tr.tc_lst]
        return [part for part in parts if part]

    @cached_property
    def pdf_pages(self) -> list[str]:
        with pdfplumber.open(io.BytesIO(self.pdf)) as found:
            return [page.extract_text() for page in found.pages]

    @cached_property
    def pdf_text(self) -> str:
        """All pages up to the annex without blanks and page numbers."""
        pages = [bare(re.sub(r"(?m)^\s*— ?\d+ ?—\s*$", "", text)) for text in self.pdf_pages]
        return "".join(pages).partition(ANNEX)[0]

    @cached_property
    def text(self) -> str:
        """Everything a reader of the HTML can come to see, evidence included."""
        return self.page.text_content()


_T = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
