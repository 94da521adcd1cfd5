"""One violation of each rule that holds this year against the last: last year's folder is put beside, and spoilt."""

from __future__ import annotations

from bench.planted.clean import year_before
from bench.planted.paper import Doc, Fault, File, Line, Unit
from bench.planted.rules import PEOPLE, VOLUME, Plant, told

YEAR = 2024


def _pair(unit: Unit, slug: str, sheet: str | None = None) -> tuple[File, Doc, Doc]:
    """A table of this year, and the same of the last."""
    unit.before = year_before(unit.files, YEAR)
    now = [(file, doc) for file in unit.files for doc in file.docs if doc.slug == slug and sheet in (None, doc.sheet)]
    last = [doc for file in unit.before for doc in file.docs if doc.slug == slug and sheet in (None, doc.sheet)]
    return *now[0], last[0]


def _same(doc: Doc, line: Line, last: Doc) -> Line:
    return last.data()[doc.data().index(line)]


def _as_before(unit: Unit) -> Fault:
    """Last year's folder, with which all agrees: nothing is to be said."""
    unit.before = year_before(unit.files, YEAR)
    return Fault("", unit.files[0], None, None)


def _carry_in(unit: Unit) -> Fault:
    file, doc, last = _pair(unit, "accounts")
    for line in last.data():
        if line.cells[3] == "年末结转和结余":
            line.cells[5] = unit.rng.randrange(1, 90)
    line = next(line for line in doc.data() if line.cells[0] == "年初结转和结余")
    return told("", (file, doc, line), "决算数")


def _service(unit: Unit) -> Fault:
    file, doc, last = _pair(unit, "service", f"{YEAR - 1}年末")
    line, label = unit.rng.choice(doc.data()), unit.rng.choice([PEOPLE, VOLUME])
    other = _same(doc, line, last)
    last.put(other, label, last.get(other, label) - unit.rng.randrange(1, 900))
    return told("", (file, doc, line), label)


def _renamed(unit: Unit) -> Fault:
    file, doc, last = _pair(unit, "budget")
    line = unit.rng.choice(doc.data())
    last.put(_same(doc, line, last), "项目名称", "上年的项目名称")
    return told("", (file, doc, line), "项目名称")


def _reassigned(unit: Unit) -> Fault:
    file, doc, last = _pair(unit, "communicators")
    line = unit.rng.choice(doc.data())
    other = _same(doc, line, last)
    last.put(other, "姓名", "欧阳某")
    last.put(other, "行政村（社区）", "别处村")
    return told("", (file, doc, line), "科普员编号")


def _turnover(unit: Unit) -> Fault:
    file, _, last = _pair(unit, "communicators")
    lines = last.data()
    for n, line in enumerate(unit.rng.sample(lines, len(lines) * 2 // 3)):
        last.put(line, "科普员编号", f"KP9988{n:04d}")
    return told("", (file, None, None), "科普员编号")


RULES: dict[str, Plant] = {
    "continuity.carry_in": _carry_in,
    "continuity.service": _service,
    "continuity.project.renamed": _renamed,
    "continuity.roster.reassigned": _reassigned,
    "continuity.roster.turnover": _turnover,
    "与上年一致（应照读）": _as_before,
}
