"""What may not be in the tree or among the packages: private numbers, secrets, licences that bind what we hand on.

`make check` runs this. Registry hosts and the lock are test_architecture's.
"""

from __future__ import annotations

import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from tests.conftest import ROOT

_NUMBER = re.compile(r"(?<![0-9A-Za-z.])(1[3-9]\d{9}|\d{17}[\dXx]|\d{16}|\d{19})(?![0-9A-Za-z])")
#: Numbers that belong to nobody: no such region (99), the ranges of the synthetic examples, those of textbooks.
_SYNTHETIC = re.compile(
    r"1\d{2}0000\d{4}|13[89]001[3-9]\d{4}|1\d\d12345678|11010519491231002X|6222021234567890128|1595\d{7}|99\d{15}[\dXx]|62284[89]\d{11,14}|(\d)\1{10,}"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abp]-[0-9A-Za-z-]{20,}"
    r"|(?i:\b(?:password|passwd|secret|api_?key|auth_?token)\b\s*[:=]\s*[\"'][!#-&(-z|~]{8,}[\"'])"
    r"|://[^\s/:@{}$<>\"']+:[^\s/:@{}$<>\"']{9,}@"
)
#: Licences under which what we hand on stays ours to hand on.
_FREE = re.compile(
    r"MIT|BSD|Apache|Python|PSF|MPL|Mozilla|ISC|LGPL|Lesser General|HPND|Historical Permission|Unlicense|Zlib|ZPL|Zope|CC0|Public Domain|0BSD|Artistic|matplotlib",
    re.IGNORECASE,
)


def private_numbers(text: str) -> list[str]:
    """Phone, id-card and bank-card numbers that may be somebody's."""
    return [n for n in _NUMBER.findall(text) if _real(n) and not _SYNTHETIC.fullmatch(n)]


def _real(number: str) -> bool:
    if len(number) == 11:
        return True
    if len(number) == 18:
        total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
        return "10X98765432"[total % 11] == number[17].upper()
    digits = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
    return number[0] in "3456" and sum(d - 9 if d > 9 else d for d in digits) % 10 == 0


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def texts() -> list[tuple[str, str]]:
    """Text files of the tree; the examples under data/raw are synthetic and hold numbers on purpose."""
    found = []
    for path in committed():
        if path.is_file() and path.relative_to(ROOT).parts[:2] != ("data", "raw"):
            data = path.read_bytes()
            if b"\0" not in data[:4096]:
                found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")))
    return found


def test_no_private_number_is_in_the_tree() -> None:
    assert {name: found for name, text in texts() if (found := private_numbers(text))} == {}


def test_no_secret_is_in_the_tree() -> None:
    own = Path(__file__).relative_to(ROOT).as_posix()
    assert {n: found[:3] for n, text in texts() if n != own and (found := _SECRET.findall(text))} == {}


def test_every_package_has_a_licence_we_may_hand_on() -> None:
    names = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) > 50
    assert {name: said for name in names if (said := licence(name)) is not None and not may_hand_on(said)} == {}


def licence(name: str) -> str | None:
    """What a package says of its licence; None where it is not installed (it is for another platform)."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [c for c in told.get_all("Classifier", []) if c.startswith("License ::")]
    return "; ".join(classifiers) or str(told.get("License") or "")[:200]


def may_hand_on(said: str) -> bool:
    """Whether one of the licences offered is free of conditions on what is handed on with it."""
    return any(all(map(_is_free, choice.split(" AND "))) for choice in re.split(r"; | OR ", said))


def _is_free(one: str) -> bool:
    lesser = re.search(r"LGPL|Lesser General", one)
    return bool(_FREE.search(one)) and (bool(lesser) or not re.search(r"A?GPL|General Public", one))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话13" + "912345670", ["13" + "912345670"]),
        ("110101199003" + "077571", ["110101199003" + "077571"]),
        ("卡号4111" + "111111111111", ["4111" + "111111111111"]),
        ("13900006394、6228489999031858610、51112924T000000000001、sha a13912345670b", []),
    ],
)
def test_a_number_that_may_be_somebodys_is_seen(text: str, found: list[str]) -> None:
    assert private_numbers(text) == found


@pytest.mark.parametrize(
    "text",
    ["password = 'hunter2hunter2'", "https://user:" + "pass12345678@host/", "-----BEGIN RSA " + "PRIVATE KEY-----"],
)
def test_a_secret_is_seen(text: str) -> None:
    assert _SECRET.search(text)


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ("MIT", True),
        ("LGPL-2.1-only", True),
        ("GPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Affero General Public License v3", False),
        ("MIT OR GPL-2.0", True),
        ("Proprietary", False),
    ],
)
def test_a_licence_is_judged(said: str, allowed: bool) -> None:
    assert may_hand_on(said) is allowed
