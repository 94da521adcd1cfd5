"""Reading what a clerk wrote into 绩效指标: numbers, dates, units of measure, natures, 定性 tiers.

Belongs here: text → typed values, None where the text cannot be read. Does not belong here: points, findings.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

Nature = Literal["≥", "≤", "=", ">", "<", "定性"]

_NATURES: dict[str, Nature] = {
    "≥": "≥", "≧": "≥", "⩾": "≥", ">=": "≥", "=>": "≥", "大于等于": "≥", "不低于": "≥",
    "≤": "≤", "≦": "≤", "⩽": "≤", "<=": "≤", "=<": "≤", "小于等于": "≤", "不高于": "≤",
    "=": "=", "==": "=", "═": "=", "等于": "=",
    ">": ">", "大于": ">", "<": "<", "小于": "<",
    "定性": "定性",
}  # fmt: skip
_PREFIXES = {"百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8}
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,18})?)(.*)")
_DATES = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T]?00:00(?::00)?)?"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_TIER = re.compile(r"([^()]+)(?:\((.*)\))?")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%")


@dataclass(frozen=True)
class Unit:
    """A unit of measure: its kind and its size in the kind's base unit. An unknown unit is a kind of its own."""

    text: str
    kind: str
    factor: Decimal


def clean(text: str | None) -> str:
    """Full width to half width, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "").replace("−", "-"))


def nature(text: str | None) -> Nature | None:
    """指标性质, in any of its spellings."""
    return _NATURES.get(clean(text))


def unit(text: str | None) -> Unit:
    """A unit of measure, a 万 or 亿 before it taken into its size."""
    word = clean(text)
    known = _units()
    if word in known:
        return known[word]
    for prefix in sorted(_PREFIXES, key=len, reverse=True):
        rest = word.removeprefix(prefix)
        if rest != word and (rest in known or not rest):
            base = known.get(rest, Unit("", "", Decimal(1)))
            return Unit(word, base.kind, base.factor.scaleb(_PREFIXES[prefix]))
    return Unit(word, f"unit:{word}" if word else "", Decimal(1))


def same_kind(a: Unit, b: Unit) -> bool:
    """Whether amounts in the two units can be compared. A missing unit goes with counts, dates and ranks only:
    beside money or a ratio nobody can tell which size was meant."""
    if a.kind == b.kind:
        return True
    counts = _tables()["counts"]
    if "count" in (a.kind, b.kind) and a.kind in counts and b.kind in counts:
        return True
    return "" in (a.kind, b.kind) and not {"money", "ratio"} & {a.kind, b.kind}


def convert(number: Decimal, have: Unit, want: Unit) -> Decimal:
    """The number in another unit of its kind; as it is when the kinds differ."""
    return number * have.factor / want.factor if same_kind(have, want) else number


def split_quantity(text: str | None) -> tuple[Decimal, str] | None:
    """“1,234,567次” → (1234567, 次). A repeated sign of the nature (≥95%) is dropped."""
    match = _NUMBER.fullmatch(re.sub(r"^(?:[≥≤≧≦><]=?|=)", "", clean(text)))
    return (Decimal(match[1].replace(",", "")), match[2]) if match else None


def quantity(text: str | None, want: Unit) -> Decimal | None:
    """The number in the unit wanted; what is written behind it must be that unit, a 万 or 亿, or a unit of its kind."""
    parts = split_quantity(text)
    if parts is None:
        return None
    number, suffix = parts
    if suffix in ("", want.text):
        return number
    written = unit(suffix)
    if written.kind in ("", want.kind) or same_kind(written, want):
        return number * written.factor / want.factor
    return None


def date(text: str | None, year: int) -> dt.date | None:
    """2024-12-31, 2024/12/31, 2024.12.31, 20241231 or 2024年12月31日; 12月31日 is one of the year reported on."""
    word = clean(text)
    word = re.sub(r"^(?:[≥≤≧≦><]=?|=)", "", word)
    if re.fullmatch(r"\d{1,2}月\d{1,2}日", word):
        word = f"{year}年{word}"
    for pattern in _DATES:
        if match := pattern.fullmatch(word):
            try:
                return dt.date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                return None
    return None


@dataclass(frozen=True)
class WrittenTier:
    """What a clerk wrote for a 定性 indicator. `percent` is None without brackets and where they hold no percentage."""

    name: str
    bracket: str | None
    percent: Decimal | None


def tier(text: str | None) -> WrittenTier:
    """部分达成年度指标（70%） → 部分达成年度指标, 70."""
    match = _TIER.fullmatch(clean(text))
    if match is None:
        return WrittenTier(clean(text), None, None)
    percent = _PERCENT.fullmatch(match[2] or "")
    return WrittenTier(match[1], match[2], Decimal(percent[1]) if percent else None)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"), parse_float=Decimal)


@cache
def _units() -> dict[str, Unit]:
    return {
        clean(word): Unit(clean(word), kind, Decimal(size))
        for kind, words in _tables()["kinds"].items()
        for word, size in words.items()
    }
