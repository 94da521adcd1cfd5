"""What may not leave the raw folder, and how it is masked.

Belongs here: the shapes of private numbers and names, in Python and as DuckDB macros that do the same.
"""

from __future__ import annotations

import re

#: A number is private by shape: mobile, id card, bank card. RE2 (DuckDB) has no look-behind, hence the groups.
PRIVATE_NUMBER = r"(^|[^0-9A-Za-z.])(1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]|[0-9]{16,19})($|[^0-9A-Za-z.])"
_PRIVATE = re.compile(PRIVATE_NUMBER)
_SPACED = re.compile(
    r"(?<![0-9A-Za-z.])(?:1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?)(?![0-9])"
)
MASK = "***"

#: A payee or registered name with one of these is an organisation; anything else is masked as a person.
ORGANISATION = (
    "公司|中心|局|社|单位|协会|学会|厂|店|学校|小学|中学|大学|学院|医院|银行|委员会|政府|办公室|部门|事务所|研究所|"
    "服务站|站|合作社|基地|工作室|集团|企业|经营部|村委|联合会|职工|队|馆|园|场|所|院|会"
)
_ORGANISATION = re.compile(ORGANISATION)


def scrub(text: str) -> str:
    """Replace every private number inside a text by ***."""
    if not any(ch.isdigit() for ch in text):
        return text
    text = _SPACED.sub(MASK, text)
    # Twice, because two neighbours share the character between them.
    return _PRIVATE.sub(rf"\1{MASK}\3", _PRIVATE.sub(rf"\1{MASK}\3", text))


def mask_name(name: str) -> str:
    """张三 → 张*; empty stays empty."""
    return f"{name[0]}*" if name else name


def mask_payee(name: str) -> str:
    """A person's name is masked, an organisation's stands."""
    return name if _ORGANISATION.search(name) else mask_name(name)


def mask(text: str, private: str | None) -> str:
    """A cell as it may be shown: dropped, masked or scrubbed, by the column's privacy mark."""
    if not text:
        return text
    if private == "secret":
        return MASK
    if private == "name":
        return mask_name(text.strip())
    if private == "payee":
        return scrub(mask_payee(text.strip()))
    return scrub(text)


def sql_macros() -> list[str]:
    """DuckDB macros with the same outcome as `scrub`, `mask_name` and `mask_payee`."""
    once = f"regexp_replace(x, '{PRIVATE_NUMBER}', '\\1{MASK}\\3', 'g')"
    return [
        f"CREATE OR REPLACE MACRO scrub_once(x) AS {once}",
        "CREATE OR REPLACE MACRO scrub(x) AS CASE WHEN regexp_matches(x, '[0-9]{11}') THEN scrub_once(scrub_once(x)) ELSE x END",
        "CREATE OR REPLACE MACRO mask_name(x) AS CASE WHEN x IS NULL OR x = '' THEN x ELSE x[1] || '*' END",
        f"CREATE OR REPLACE MACRO mask_payee(x) AS CASE WHEN regexp_matches(x, '{ORGANISATION}') THEN scrub(x) ELSE mask_name(x) END",
    ]
