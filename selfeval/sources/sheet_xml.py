"""What calamine does not tell of an .xlsx: which cells hold an error or a formula without a value, which show their
number as a percentage, what is hidden, and how far the filled cells reach.

Only the sheet's XML is looked at, as bytes in pieces, so that a sheet formatted down to the last row costs neither time
nor memory. Cell values do not belong here.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from selfeval.sources.text import is_bomb

#: A part of a workbook that unpacks to more than this is refused.
MAX_XML = 1 << 30
#: Strings and styles are held in memory by the reader.
MAX_SHARED = 256 << 20
_PIECE = 4 << 20
#: A single cell holds at most 32,767 characters; XML without a cell in this many bytes is no sheet.
_LONGEST = 64 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_EPOCH = re.compile(rb"\bdate1904=\"(?:1|true)\"")
_HIDDEN = re.compile(rb"<(?:\w+:)?row\s[^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=\"e\"[^>]*)>(?:(?!</(?:\w+:)?c>).){0,2000}?<(?:\w+:)?v>([^<]*)<", re.DOTALL
)
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
#: No sheet has more rows; readers that count up to a row beyond them do so for hours.
MAX_ROWS = 1_048_576
_FAR_DOWN = re.compile(rb"\sr=\"[A-Z]{0,3}([0-9]{7,})\"")
#: An open cell beyond column Z; an empty formatted one closes itself and is passed over.
_FAR = re.compile(rb"<(?:\w+:)?c r=\"([A-Z]{2,3})[0-9]+\"(?: [^>/]*)?>")
_EMPTY_CELL = re.compile(rb"<(?:\w+:)?c(?: [^>/]*)?/>")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\s[^>]*>")
#: What a number format prints as it stands: quoted words, an escaped character, a blank as wide as one.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.')
#: 0% and 0.00% of every workbook.
PERCENT_FORMATS = {"9", "10"}
_EMPTY_ROW = re.compile(rb"<(?:\w+:)?row(?: [^>/]*)?/>")
#: Filled cells take at least this share of the used range, else it is read cell by cell.
SPARSE = 16
SMALL = 2_000_000


class TooLarge(Exception):
    """A part of the workbook unpacks to more than is read."""


@dataclass
class SheetFacts:
    """What one sheet's XML tells. Columns are indexes, rows as a person counts them."""

    rows: int = 0
    columns: int = 0
    filled: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    #: (row, column, kind, what stands there)
    marks: list[tuple[int, int, str, str]] = field(default_factory=list)
    epoch_1904: bool = False
    #: (row, column) of numbers that are shown as percentages
    percents: list[tuple[int, int]] = field(default_factory=list)

    @property
    def sparse(self) -> bool:
        """Whether unfolding the used range would cost far more than its cells."""
        return self.rows * self.columns > SMALL + SPARSE * self.filled


def column_index(letters: bytes) -> int:
    """A → 0, Z → 25, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def inspect(data: bytes) -> tuple[dict[str, SheetFacts], dict[str, str]]:
    """Facts by sheet name, and each sheet's part name. Raises TooLarge, BadZipFile, ValueError for rows
    that no sheet has; empty where it is no .xlsx."""
    facts: dict[str, SheetFacts] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            limit = MAX_XML if "/worksheets/" in info.filename else MAX_SHARED
            if info.file_size > limit or is_bomb(info.file_size, info.compress_size):
                raise TooLarge(info.filename)
        parts = _parts(archive)
        epoch = bool(parts) and bool(_EPOCH.search(archive.read("xl/workbook.xml")))
        percent = _percent_cells(archive) if parts else None
        for name, part in parts.items():
            facts[name] = _inspect_sheet(archive, part, percent)
            facts[name].epoch_1904 = epoch
    return facts, parts


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {}
    for relation in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        found = _attributes(relation)
        targets[found.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", found.get("Target", ""))).lstrip("/")
    parts = {}
    for sheet in _SHEET.findall(archive.read("xl/workbook.xml")):
        found = _attributes(sheet)
        identity = next((value for key, value in found.items() if key.endswith(":id")), "")
        if targets.get(identity) in names:
            parts[found.get("name", "")] = targets[identity]
    return parts


def _attributes(tag: bytes) -> dict[str, str]:
    return {k.decode(): html.unescape(v.decode("utf-8", "replace")) for k, v in _ATTRIBUTE.findall(tag)}


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML in pieces that end where a cell or a row begins."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            rest += piece
            if len(rest) > _LONGEST:
                raise TooLarge(part)
            cut = max(rest.rfind(b"<c "), rest.rfind(b"<row "), rest.rfind(b":c "), rest.rfind(b":row "))
            # A prefix stands before the colon: the piece ends at the bracket that opens it.
            cut = rest.rfind(b"<", 0, cut + 1) if cut > 0 else cut
            if cut > 0:
                yield rest[:cut]
                rest = rest[cut:]
    yield rest


def shows_percent(code: str) -> bool:
    """Whether a number format multiplies by a hundred: a sign that is quoted does not."""
    return "%" in _LITERAL.sub("", code)


def _percent_cells(archive: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """Finds the cells whose format shows a percentage; None where the workbook has no such format."""
    if "xl/styles.xml" not in archive.namelist():
        return None
    styles = archive.read("xl/styles.xml")
    formats = set(PERCENT_FORMATS)
    for tag in _FORMAT.findall(styles):
        found = _attributes(tag)
        if shows_percent(found.get("formatCode", "")):
            formats.add(found.get("numFmtId", ""))
    listed = _CELL_FORMATS.search(styles)
    cells = enumerate(_CELL_FORMAT.findall(listed[0]) if listed else ())
    numbers = b"|".join(b"%d" % n for n, tag in cells if _attributes(tag).get("numFmtId") in formats)
    return re.compile(rb"<(?:\w+:)?c\s(?=[^>]*\bs=\"(?:" + numbers + rb")\")([^>]*[^>/])>") if numbers else None


def _numbers(pattern: re.Pattern[bytes], piece: bytes) -> Iterator[tuple[int, int]]:
    """(row, column) of the cells that a pattern finds and that hold a number."""
    for attributes in pattern.findall(piece):
        kind = re.search(rb"\bt=\"(\w+)\"", attributes)
        place = re.search(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"", attributes)
        if place and (kind is None or kind[1] == b"n"):
            yield int(place[2]), column_index(place[1])


def _inspect_sheet(archive: zipfile.ZipFile, part: str, percent: re.Pattern[bytes] | None) -> SheetFacts:
    facts = SheetFacts()
    for piece in _pieces(archive, part):
        if any(int(row) > MAX_ROWS for row in _FAR_DOWN.findall(piece)):
            raise ValueError(f"{part} has a row beyond {MAX_ROWS}")
        filled = piece.count(b"v>") // 2 + piece.count(b"is>") // 2
        facts.filled += filled
        facts.hidden_rows += [
            int(row) for tag in _HIDDEN.findall(piece) if (row := _attributes(tag).get("r", "")).isdigit()
        ]
        for tag in _HIDDEN_COLUMN.findall(piece):
            found = _attributes(tag)
            facts.hidden_columns += range(int(found.get("min", 1)) - 1, min(int(found.get("max", 1)), 1000))
        if filled:
            _bounds(piece, facts)
        if percent:
            facts.percents += _numbers(percent, piece)
        if b't="e"' in piece:
            facts.marks += _marks(_ERROR, piece, "error_cell")
        if b"<f" in piece or b":f" in piece:
            facts.marks += _marks(_UNCOMPUTED, piece, "formula")
    return facts


def _bounds(piece: bytes, facts: SheetFacts) -> None:
    last = max(piece.rfind(b"<v>"), piece.rfind(b":v>"), piece.rfind(b"is>"))
    row = piece.rfind(b' r="', 0, last)
    if row >= 0 and (found := re.match(rb"([A-Z]{0,3})([0-9]{1,7})", piece[row + 4 : row + 16])):
        facts.rows = max(facts.rows, int(found[2]))
    facts.columns = max(facts.columns, 26, *(column_index(far) + 1 for far in set(_FAR.findall(piece))))


def _marks(pattern: re.Pattern[bytes], piece: bytes, kind: str) -> Iterator[tuple[int, int, str, str]]:
    for match in pattern.finditer(piece):
        attributes = match[1]
        # An empty text is a formula's proper value.
        if kind == "formula" and b't="str"' in attributes:
            continue
        found = re.search(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"", attributes)
        if found:
            said = html.unescape(match[2].decode("utf-8", "replace")) if kind == "error_cell" else ""
            yield int(found[2]), column_index(found[1]), kind, said


def without_empty_cells(data: bytes, part: str) -> bytes:
    """The workbook with one sheet alone, less its formatted but empty cells and rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as slim:
        for info in archive.infolist():
            if info.filename == part:
                with slim.open(part, "w") as stream:
                    for piece in _pieces(archive, part):
                        stream.write(_EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", piece)))
            elif "/worksheets/" not in info.filename:
                # Not by its name alone: that would take the clock's date, and a zip bears none before 1980.
                slim.writestr(zipfile.ZipInfo(info.filename), archive.read(info), zipfile.ZIP_DEFLATED)
    return out.getvalue()
