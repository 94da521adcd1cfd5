"""report.docx: the same text as an official document by GB/T 9704-2012, naming the official fonts; byte-stable."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from docx import Document as new_document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.pkgwriter import PackageWriter
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from selfeval.model import FactInput, UnitYear
from selfeval.report.context import document
from selfeval.report.evidence import ANNEX, Evidence, First, evidence, input_files
from selfeval.report.fonts import ALTERNATIVES, OFFICIAL
from selfeval.report.nodes import Cell, Document, Form, Heading, Node, Paragraph, Run, Runs, Table

_LINE = Pt(28.95)
#: 28 characters in 156 mm, a little closer than the font's own width.
_PITCH = -4
_BODY, _SMALL = Pt(16), Pt(9.5)
#: Nothing in a package comes from the clock: documents and their zip entries bear this date.
_EPOCH = datetime(2000, 1, 1)


def render(u: UnitYear) -> bytes:
    """report.docx of a unit and year."""
    found = document(u)
    word: Any = new_document()
    _page(word)
    _styles(word)
    writer = _Writer(word, evidence(u, found))
    if found.draft:
        writer.paragraph((Run("草稿", todo=True),), align=WD_ALIGN_PARAGRAPH.CENTER)
    for line in found.title:
        writer.paragraph((Run(line),), style="Title", align=WD_ALIGN_PARAGRAPH.CENTER)
    writer.paragraph(())
    for node in found.body:
        writer.node(node)
    for form in found.attachments:
        writer.form(form)
    writer.annex(list(input_files(u, found).values()))
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
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(0 if name == "Title" else _PITCH))
        style.element.rPr.append(spacing)
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
        if name.startswith("Heading"):
            layout.first_line_indent = Pt(32)
            layout.keep_with_next = True
    word.styles["Title"].paragraph_format.line_spacing = Pt(36)
    _small_styles(word)
    borders = word.styles["Title"].element.pPr.findall(qn("w:pBdr"))
    for border in borders:
        word.styles["Title"].element.pPr.remove(border)


def _small_styles(word: Any) -> None:
    """Text of tables and of the annex, and the line above a table; both off the grid of 22 lines."""
    for name, size, font in (("Small", _SMALL, "body"), ("TableTitle", Pt(14), "heading1")):
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = word.styles["Normal"]
        style.font.size = size
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(key), OFFICIAL[font])
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        style.paragraph_format.keep_with_next = name == "TableTitle"


def _font(run: Any, name: str, size: Any) -> None:
    run.font.name, run.font.size = name, size
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


class _Writer:
    """Writes nodes into a document; each figure links to its entry in the annex, each entry back to its first figure."""

    def __init__(self, word: Any, proofs: Mapping[str, Evidence]) -> None:
        self._word, self._proofs, self._first = word, proofs, First()
        self._last: Any = None

    def node(self, node: Node) -> None:
        if isinstance(node, Heading):
            self._word.add_paragraph(node.text, style=f"Heading {node.level}")
        elif isinstance(node, Table):
            self.table(node)
        elif isinstance(node, Paragraph):
            self._body(node)

    def _body(self, node: Paragraph) -> None:
        right = node.style == "right"
        made = self.paragraph(node.runs, align=WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.JUSTIFY)
        layout = made.paragraph_format
        ending = right or node.style == "hanging" or not node.runs
        if self._last is not None and (ending or not self._last.text):
            # 落款 never stands on a page without text before it.
            self._last.paragraph_format.keep_with_next = True
        self._last = made
        if right:
            layout.right_indent, layout.keep_together = Pt(16 * node.pad), True
        elif node.style == "hanging":
            layout.left_indent = Pt(16 * 5)
        else:
            layout.first_line_indent = Pt(32)

    def paragraph(self, runs: Runs, *, style: str = "Normal", align: Any = None) -> Any:
        made = self._word.add_paragraph(style=style)
        if align is not None:
            made.alignment = align
        self._runs(made, runs)
        return made

    def _runs(self, paragraph: Any, runs: Runs) -> None:
        for run in runs:
            proof = self._proofs.get(run.fact or "")
            made = paragraph.add_run(run.text)
            if run.todo:
                made.font.highlight_color = WD_COLOR_INDEX.YELLOW
            if proof is not None:
                link = _linked(made, f"e{proof.number}")
                if self._first(proof.number):
                    _bookmark(link, f"f{proof.number}", 2 * proof.number + 1)

    def table(self, table: Table) -> None:
        self._title(table.title)
        grid = self._grid(table.widths)
        for number, row in enumerate(table.rows):
            self._row(grid, row, table.numeric, header=number < table.head)
        if table.note:
            self.paragraph((Run(f"注：{table.note}"),), style="Small")

    def form(self, form: Form) -> None:
        """An official form, on a page of its own."""
        self._title(form.title).paragraph_format.page_break_before = True
        for line in form.above:
            above = self.paragraph((Run(line),), style="Small", align=WD_ALIGN_PARAGRAPH.CENTER)
            above.paragraph_format.keep_with_next = True
        grid = self._grid(form.widths)
        _narrow_margins(grid)
        below: dict[int, Cell] = {}
        for row in form.rows:
            below = self._form_row(grid, form, row, below)
        for line in form.below:
            self.paragraph((Run(line),), style="Small")

    def _form_row(self, grid: Any, form: Form, row: Sequence[Cell], reaching: Mapping[int, Cell]) -> dict[int, Cell]:
        """One row; `reaching` are cells from above that cover it, by column. Gives those that reach the next one."""
        line = grid.add_row()
        _row_flags(line, header=False)
        places = list(line.cells)
        covered = {**reaching, **{cell.column: cell for cell in row}}
        for column, cell in covered.items():
            place = places[column]
            _span(place, cell, form.widths, begins=column not in reaching)
            for surplus in places[column + 1 : column + cell.columns]:
                surplus._tc.getparent().remove(surplus._tc)
            if column not in reaching:
                place.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
                paragraph = place.paragraphs[0]
                paragraph.style = "Small"
                if cell.kind in ("label", "center"):
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                self._runs(paragraph, cell.runs)
        return {column: replace(cell, rows=cell.rows - 1) for column, cell in covered.items() if cell.rows > 1}

    def _title(self, text: str) -> Any:
        return self.paragraph((Run(text),), style="TableTitle", align=WD_ALIGN_PARAGRAPH.CENTER)

    def _grid(self, widths: Sequence[float]) -> Any:
        grid = self._word.add_table(rows=0, cols=len(widths), style="Table Grid")
        grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = _share(width)
        return grid

    def _row(self, grid: Any, row: Sequence[Runs], numeric: Collection[int], *, header: bool) -> None:
        line = grid.add_row()
        _row_flags(line, header=header)
        for index, (cell, runs) in enumerate(zip(line.cells, row, strict=True)):
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.style = "Small"
            if header:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif index in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            self._runs(paragraph, runs)

    def annex(self, files: Sequence[FactInput]) -> None:
        """The evidence of every figure, numbered and set small; figures in the text link here."""
        title = self._word.add_paragraph(ANNEX, style="Heading 1")
        title.paragraph_format.page_break_before = True
        note = "正文和附表中的数字均可点击，跳到本附录的同号条目，点击条目末的“返回正文”回到该数字首次出现之处。"
        self.paragraph((Run(f"{note}计算语句和原始行见同时生成的网页版报告。"),), style="Small")
        grid = self._grid((6, 16, 24, 54))
        for number, row in enumerate((("序号", "数据", "文件", "文件摘要（SHA-256）"), *_listed(files))):
            self._row(grid, [(Run(text),) for text in row], (), header=number == 0)
        _two_columns(self._word.add_section(WD_SECTION.CONTINUOUS))
        for proof in self._proofs.values():
            paragraph = self.paragraph((Run(f"〔{proof.number}〕{proof.fact.name}：{proof.line}"),), style="Small")
            _bookmark(paragraph.runs[0]._r, f"e{proof.number}", 2 * proof.number)
            _linked(paragraph.add_run("返回正文"), f"f{proof.number}")


def _listed(files: Sequence[FactInput]) -> list[tuple[str, str, str, str]]:
    return [(str(n), f.dataset, f.file, f.sha256) for n, f in enumerate(files, 1)]


def _two_columns(section: Any) -> None:
    columns = section._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), "2")
    columns.set(qn("w:space"), "340")


def _linked(run: Any, anchor: str) -> Any:
    """Make a run a link to a bookmark of this document; gives the link."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    run._r.addprevious(link)
    link.append(run._r)
    return link


def _bookmark(element: Any, name: str, number: int) -> None:
    """A bookmark around an element of a paragraph."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    element.addprevious(start)
    element.addnext(end)


def _narrow_margins(grid: Any) -> None:
    """0.5 mm beside the text of a form's cells: a rate stays on one line in its narrow column."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "28")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    grid._tbl.tblPr.append(margins)


def _span(place: Any, cell: Cell, widths: Sequence[float], *, begins: bool) -> None:
    """Let a cell cover its columns, and say whether it begins here or goes on from the row above."""
    place.width = _share(sum(widths[cell.column : cell.column + cell.columns]))
    place._tc.grid_span = cell.columns
    if cell.rows > 1 or not begins:
        place._tc.vMerge = "restart" if begins else "continue"


def _share(width: float) -> Any:
    """A share of the page's 156 mm."""
    return Mm(156 * width / 100)


def _row_flags(line: Any, *, header: bool) -> None:
    """A row stays on one page; a header row comes again on each."""
    properties = line._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if header:
        properties.append(OxmlElement("w:tblHeader"))


def _alternatives(word: Any) -> None:
    """Name for each licensed font the one that a machine without it may take."""
    part = next(r.target_part for r in word.part.rels.values() if r.reltype.endswith("/fontTable"))
    table = parse_xml(part.blob)
    for name, other in ALTERNATIVES.items():
        font, alternative = OxmlElement("w:font"), OxmlElement("w:altName")
        font.set(qn("w:name"), name)
        alternative.set(qn("w:val"), other)
        font.append(alternative)
        table.append(font)
    part._blob = serialize_part_xml(table)


def _stable(word: Any, found: Document) -> bytes:
    """The file with constant properties and zip entries, so that the same text gives the same bytes."""
    core = word.core_properties
    core.title, core.author, core.last_modified_by, core.comments = "".join(found.title), found.title[0], "", ""
    core.created = core.modified = _EPOCH
    core.revision = 1
    _alternatives(word)
    package, members, out = word.part.package, _Members(), io.BytesIO()
    for part in package.parts:
        part.before_marshal()
    writer: Any = PackageWriter
    writer._write_content_types_stream(members, package.parts)
    writer._write_pkg_rels(members, package.rels)
    writer._write_parts(members, package.parts)
    with zipfile.ZipFile(out, "w") as fixed:
        for name in sorted(members, key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            fixed.writestr(info, members[name], zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


class _Members(dict[str, bytes]):
    """What python-docx writes. Its own zip bears the clock's date, and cannot be made where that is before 1980."""

    def write(self, uri: PackURI, blob: bytes) -> None:
        self[uri.membername] = blob
