"""Figures of the report against facts.json: every number whose words name a fact is held against that fact.

A fact is recognised by its own Chinese name and unit, so a new fact is checked without a change here. Does not belong
here: anything that the document shows by itself (the other rules).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from selfeval.lint.context import Context, finding
from selfeval.lint.forms import Form
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import Quantity, norm, only, quantities, squeeze

_TAIL = re.compile(r"(?:种类数|人次|总数|人数|个数|份数|期数|次数|场次|条数|户数|家数|数|的?位次)$")
#: words that mean the same in a name and in a sentence.
_SAME_WORD = (
    ("增加|上升|提升|提高|增长", "新增"),
    ("合计|总计|总额|总数", "合计"),
    ("执行数|支出金额|实际支出", "支出"),
)
_UNITS = {
    "场次": "次", "场": "次", "名": "人", "位": "人", "户": "家", "%": "率", "百分比": "率", "比率": "率", "百分点": "点",
    "个百分点": "点", "套": "台",
}  # fmt: skip
_TARGET = re.compile(r"目标|任务数|任务(?!完成)|计划|要求|预期|不低于|不少于|≥|上年|去年|同期|比上|较上")
_NOT_WHOLE = re.compile(r"^(?:score|indicators)\.|\.month\.|task_month|_capped$|\.income\.|\.expenditure\.")


@dataclass(frozen=True)
class _Fact:
    id: str
    name: str
    key: str
    value: Decimal
    unit: str
    display: str


def check(context: Context) -> Iterator[LintFinding]:
    facts = _facts(context.facts)
    if not facts:
        return
    told: set[tuple[str, str]] = set()
    for prose in context.prose:
        for segment, offset in _segments(prose.plain):
            for fault in _segment(segment, facts):
                fact, number, sure = fault
                quoted = prose.text[offset + max(0, number.start - 20) : offset + number.end]
                if (fact.id, number.text) not in told:
                    told.add((fact.id, number.text))
                    yield _differs(fact, prose.place, quoted, number.text, sure)
    for form in context.forms:
        yield from _money(form, facts)
        yield from _indicators(form, facts)


def _differs(fact: _Fact, place: str, quoted: str, printed: str, sure: bool) -> LintFinding:
    message = f"“{fact.name}”据原始数据是{fact.display}，报告写的是{printed}。"
    return finding("fact", "error" if sure else "warning", place, quoted, fact.display, message)


def _facts(given: Mapping[str, Any] | None) -> list[_Fact]:
    if not given:
        return []
    entries = given.get("facts", given)
    out = []
    for identity, entry in entries.items() if isinstance(entries, Mapping) else ():
        if not isinstance(entry, Mapping) or _NOT_WHOLE.search(identity):
            continue
        try:
            value = Decimal(str(entry.get("value")))
        except InvalidOperation:
            continue
        name, unit = str(entry.get("name") or ""), str(entry.get("unit") or "")
        if not name or not value.is_finite():
            continue
        bare = re.sub(r"\(.*?\)", "", norm(name))
        key = _canonical(_TAIL.sub("", bare))
        display = str(entry.get("display") or value)
        out.append(_Fact(identity, name, key, value, _UNITS.get(unit, unit), display))
    return out


def _canonical(text: str) -> str:
    for words, one in _SAME_WORD:
        text = re.sub(words, one, text)
    return squeeze(text)


def _segments(plain: str) -> Iterator[tuple[str, int]]:
    """Clauses: a number belongs to the words of its own."""
    start = 0
    for m in re.finditer(r"[,，。;\n!?](?!\d{3})|$", plain):
        if m.start() > start:
            yield plain[start : m.start()], start
        start = m.end()


def _segment(segment: str, facts: list[_Fact]) -> Iterator[tuple[_Fact, Quantity, bool]]:
    numbers = [q for q in quantities(segment) if q.unit]
    for index, number in enumerate(numbers):
        left = numbers[index - 1].end if index else 0
        before, after = segment[left : number.start], segment[number.end : number.end + 14]
        if "封顶" in segment:  # the capped twin of a rate, in the evidence
            continue
        if _TARGET.search(before[-12:]) or re.match(r"的?(?:目标|要求|任务)", after):
            continue
        right = numbers[index + 1].start if index + 1 < len(numbers) else len(segment)
        behind = segment[number.end : min(right, number.end + 24)]
        named = [(fact, sure) for fact in facts if (sure := _names(fact, number, before, behind)) is not None]
        # the longest name says most exactly what the number is
        named.sort(key=lambda pair: -len(pair[0].key))
        if not named or any(_agrees(fact, number) for fact, _ in named):
            continue
        if any(_agrees(fact, number) and _related(fact.key, before + behind) for fact in facts):
            continue
        yield named[0][0], number, named[0][1]


def _names(fact: _Fact, number: Quantity, before: str, behind: str) -> bool | None:
    """True: the words at the number are the fact's name; False: they hold its characters in order; None: neither."""
    if _UNITS.get(number.unit, number.unit) != fact.unit or len(fact.key) < 4:
        return None
    words = _canonical(before)
    # …等10条 counts what was listed: only the name that stands right before it can be its own.
    listed = words.endswith("等")
    if fact.key in words:
        near = words.endswith(fact.key) or len(words) - words.rfind(fact.key) <= len(fact.key) + 4
        return None if listed and not near else near
    start = words.find(fact.key[0])
    while start >= 0 and not listed:
        rest = iter(words[start:])
        if all(character in rest for character in fact.key) and len(words) - start <= 2 * len(fact.key) + 6:
            return False
        start = words.find(fact.key[0], start + 1)
    follows = iter(_canonical(behind)[: len(fact.key) + 4])
    if all(character in follows for character in fact.key):
        return fact.key in _canonical(behind)
    return None


def _related(key: str, words: str) -> bool:
    plain = _canonical(words)
    return any(key[i : i + 2] in plain for i in range(len(key) - 1))


def _agrees(fact: _Fact, number: Quantity) -> bool:
    """Printed rightly: rounded or cut at its last digit, or with 余/近/约 on the right side."""
    value = fact.value
    if fact.unit == "率":
        value *= 100
    if _UNITS.get(number.unit, number.unit) != fact.unit:
        return False
    if number.approx:
        room = _room(number)
        return number.value - room <= value <= number.value + room
    if fact.unit in ("元", "率", "点") or number.scale > 1:
        return abs(value - number.value) < number.step
    return value == number.value


def _room(number: Quantity) -> Decimal:
    """One unit of the last digit that is not a zero: 3000余 reaches to 4000, 8.2万余 to 8.3万."""
    step = number.step
    while number.value and number.value % (step * 10) == 0:
        step *= 10
    return step


def _money(form: Form, facts: list[_Fact]) -> Iterator[LintFinding]:
    """The money block of a project named by its code."""
    codes = set(re.findall(r"\d{8}[A-Z]\d{12}", norm(form.text)))
    row = form.total_money
    if len(codes) != 1 or row is None:
        return
    code = codes.pop()
    scale = 1 if re.search(r"单位[:：]\s*元|\(元\)", norm(form.text)) else 10**4
    for role, name in (("initial", "budget_initial"), ("final", "budget_final"), ("paid", "paid")):
        number = row.quantity(role)
        fact = next((f for f in facts if f.id == f"project.{code}.{name}"), None)
        if number is None or fact is None:
            continue
        if all(abs(number.value * unit - fact.value) >= number.step * unit for unit in {scale, 1}):
            yield _differs(fact, f"{row.place}“{row.label}”", f"{row.label} {row.text(role)}", row.text(role), True)


def _indicators(form: Form, facts: list[_Fact]) -> Iterator[LintFinding]:
    """An indicator that bears a fact's name."""
    for indicator in form.indicators:
        number = only(indicator.actual or "")
        fact = next((f for f in facts if f.name == squeeze(indicator.name)), None)
        if number is None or fact is None or fact.unit in ("元", "名次"):
            continue
        value = fact.value * 100 if fact.unit == "率" else fact.value
        if abs(value - number.value) >= max(number.step, Decimal("0.005")) or (
            number.step >= 1 and value != number.value
        ):
            if fact.unit == "率" and abs(value - number.value) < number.step:
                continue
            quoted = f"{indicator.name} {indicator.actual}"
            yield _differs(fact, f"{indicator.place}“{indicator.name}”", quoted, str(indicator.actual), True)
