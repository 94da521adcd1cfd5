"""Phone, id-card and bank-card numbers: what they look like, and how they are kept out of every output.

Belongs here: patterns and the mask. Does not belong here: the rule that reports them (rules/private.py).
"""

from __future__ import annotations

import re

from selfeval.lint.numbers import norm

MOBILE = re.compile(r"(?<![\d.])1[3-9]\d(?:[ -]?\d{4}){2}(?![\d.])")
LANDLINE = re.compile(r"(?<![\d.-])(?:\(0\d{2,3}\)|0\d{2,3}-)\s?\d{7,8}(?![\d-])")
ID_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_LONG = re.compile(r"(?<![\d.A-Za-z])\d(?:[ -]?\d){14,18}(?![\d.])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_cards(plain: str) -> list[re.Match[str]]:
    return [m for m in ID_CARD.finditer(plain) if _check_digit(m[0])]


def bank_cards(plain: str) -> list[re.Match[str]]:
    """16 to 19 digits with a Luhn check digit; an id card is not one, nor is a project code."""
    found = []
    for m in _LONG.finditer(plain):
        digits = re.sub(r"\D", "", m[0])
        if 16 <= len(digits) <= 19 and digits[0] in "3456" and _luhn(digits) and not ID_CARD.fullmatch(digits):
            found.append(m)
    return found


def mask(text: str) -> str:
    """`text` with every private number as ***: broader than what is reported, because a mask costs nothing."""
    plain = norm(text)
    spans = [m.span() for pattern in (ID_CARD, MOBILE, LANDLINE) for m in pattern.finditer(plain)]
    spans += [m.span() for m in bank_cards(plain)]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}***{text[end:]}" if "***" not in text[start:end] else text
    return text


def _check_digit(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _luhn(digits: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
