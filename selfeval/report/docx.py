"""report.docx: the same text as an official document by GB/T 9704-2012, naming the official fonts; byte-stable."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from docx import Document as new_document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from selfeval.model import UnitYear
from selfeval.report.context import document
from selfeval.report.evidence import Evidence, evidence
from selfeval.report.fonts import OFFICIAL
from selfeval.report.nodes import Document, Heading, Paragraph, Run, Runs, Table

_LINE = Pt(28.95)
_BODY, _SMALL = Pt(16), Pt(10.5)
#: Nothing in a package comes from the clock: documents and their zip entries bear this date.
_EPOCH = datetime(2000, 1, 1)


def render(u: UnitYear) -> bytes:
    """report.docx of a unit and year."""
    found = document(u)
    proofs = evidence(u, found)
    word: Any = new_document()
    _page(word)
    _styles(word)
    if found.draft:
        _paragraph(word, (Run("草稿", todo=True),), align=WD_ALIGN_PARAGRAPH.CENTER)
    for line in found.title:
        _paragraph(word, (Run(line),), style="Title", align=WD_ALIGN_PARAGRAPH.CENTER)
    _body(word, found, proofs)
    for table in found.attachments:
        word.add_page_break()
        _table(word, table, proofs)
    _annex(word, proofs)
    return _stable(word, found)


def _page(word: Any) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(35 - 7 - 5)
    word.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _page_number(footer: Any, align: Any) -> None:
    """— 1 — in 4号 宋体, a character's space from the edge: odd pages right, even pages left."""
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    for part in ("— ", "PAGE", " —"):
        run = paragraph.add_run("" if part == "PAGE" else part)
        _font(run, OFFICIAL["page"], Pt(14))
        if part == "PAGE":
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            inner = OxmlElement("w:r")
            text = OxmlElement("w:t")
            text.text = "1"
            inner.append(text)
            field.append(inner)
            run._r.addprevious(field)


def _styles(word: Any) -> None:
    for name, font, size in (
        ("Normal", OFFICIAL["body"], _BODY),
        ("Title", OFFICIAL["title"], Pt(22)),
        ("Heading 1", OFFICIAL["heading1"], _BODY),
        ("Heading 2", OFFICIAL["heading2"], _BODY),
    ):
        style = word.styles[name]
        style.font.name, style.font.size = font, size
        style.font.bold = style.font.italic = False
        style.font.color.rgb = None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(key), font)
        for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(key), None)
        for colour in style.element.rPr.findall(qn("w:color")):
            style.element.rPr.remove(colour)
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
        if name.startswith("Heading"):
            layout.first_line_indent = Pt(32)
            layout.keep_with_next = True
    word.styles["Title"].paragraph_format.line_spacing = Pt(36)
    borders = word.styles["Title"].element.pPr.findall(qn("w:pBdr"))
    for border in borders:
        word.styles["Title"].element.pPr.remove(border)


def _font(run: Any, name: str, size: Any) -> None:
    run.font.name, run.font.size = name, size
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _body(word: Any, found: Document, proofs: dict[str, Evidence]) -> None:
    blank = True
    for node in found.body:
        if isinstance(node, Heading):
            if blank:
                _paragraph(word, ())
                blank = False
            word.add_paragraph(node.text, style=f"Heading {node.level}")
        elif isinstance(node, Paragraph):
            right = node.style == "right"
            _paragraph(
                word,
                node.runs,
                proofs=proofs,
                align=WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.JUSTIFY,
                indent=not right,
            )
        elif isinstance(node, Table):
            _table(word, node, proofs)


def _paragraph(
    word: Any,
    runs: Runs,
    *,
    style: str = "Normal",
    align: Any = None,
    indent: bool = False,
    proofs: dict[str, Evidence] | None = None,
) -> Any:
    paragraph = word.add_paragraph(style=style)
    if align is not None:
        paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(32)
    _runs(paragraph, runs, proofs or {})
    return paragraph


def _runs(paragraph: Any, runs: Runs, proofs: dict[str, Evidence], size: Any = None) -> None:
    for run in runs:
        proof = proofs.get(run.fact or "")
        made = paragraph.add_run(run.text)
        if size is not None:
            made.font.size = size
        if run.todo:
            made.font.highlight_color = 7  # WD_COLOR_INDEX.YELLOW
        if proof is not None:
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), f"e{proof.number}")
            made._r.addprevious(link)
            link.append(made._r)


def _table(word: Any, table: Table, proofs: dict[str, Evidence]) -> None:
    title = _paragraph(word, (Run(table.title),), align=WD_ALIGN_PARAGRAPH.CENTER)
    title.paragraph_format.keep_with_next = True
    grid = word.add_table(rows=0, cols=len(table.widths), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for number, row in enumerate(table.rows):
        line = grid.add_row()
        _row_flags(line, header=number < table.head)
        for index, runs in enumerate(row):
            cell = line.cells[index]
            cell.width = Mm(156 * table.widths[index] / 100)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            if number < table.head:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif index in table.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _runs(paragraph, runs, proofs, _SMALL)
    if table.note:
        note = _paragraph(word, ())
        note.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        _runs(note, (Run(f"注：{table.note}"),), {}, _SMALL)


def _row_flags(line: Any, *, header: bool) -> None:
    """A row stays on one page; a header row comes again on each."""
    properties = line._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if header:
        properties.append(OxmlElement("w:tblHeader"))


def _annex(word: Any, proofs: dict[str, Evidence]) -> None:
    """The evidence of every figure, numbered; figures in the text link here."""
    word.add_page_break()
    word.add_paragraph("证据附录", style="Heading 1")
    for proof in proofs.values():
        paragraph = _paragraph(word, ())
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        _bookmark(paragraph, proof.number)
        files = "；".join(f"{i.file}（{i.rows}行，{i.sha256[:12]}）" for i in proof.fact.inputs)
        text = f"〔{proof.number}〕{proof.fact.name}：{proof.exact}，报告印作{proof.fact.display}。{proof.fact.definition}。"
        _runs(paragraph, (Run(text + (f"依据：{files}。" if files else "")),), {}, _SMALL)


def _bookmark(paragraph: Any, number: int) -> None:
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(number))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), f"e{number}")
        paragraph._p.append(mark)


def _stable(word: Any, found: Document) -> bytes:
    """The file with constant properties and zip entries, so that the same text gives the same bytes."""
    core = word.core_properties
    core.title, core.author, core.last_modified_by, core.comments = "".join(found.title), found.title[0], "", ""
    core.created = core.modified = _EPOCH
    core.revision = 1
    buffer, out = io.BytesIO(), io.BytesIO()
    word.save(buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(out, "w") as fixed:
        for name in sorted(made.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            fixed.writestr(info, made.read(name), zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()
