"""docs/操作手册.md says what is: its commands parse, its settings hold, its pictures are there and small."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from flows.cli import parser
from selfeval import notice
from selfeval.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MANUAL = (DOCS / "操作手册.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"(?m)^(?:\$ )?(selfeval .*)$", "\n".join(re.findall(r"(?ms)^```(?:sh|console)\n(.*?)^```", MANUAL)))
IN_TABLES = re.findall(r"`(selfeval [^`]+)`", MANUAL)


@pytest.mark.parametrize("command", sorted({*SHOWN, *IN_TABLES}))
def test_a_command_is_one(command: str) -> None:
    assert parser().parse_args(shlex.split(command)[1:]).command


def test_every_picture_is_there_and_small() -> None:
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", MANUAL)
    assert len(named) >= 15 and len(set(named)) == len(named)
    for name in named:
        assert (DOCS / name).stat().st_size < 200_000, name


def test_links_within_the_page_lead_somewhere() -> None:
    headings = {re.sub(r"[、，,\s]", "", h).lower() for h in re.findall(r"(?m)^## (.+)$", MANUAL)}
    for target in re.findall(r"\]\(#([^)]+)\)", MANUAL):
        assert target.lower() in headings, target


def test_the_settings_shown_hold(tmp_path: Path) -> None:
    approval, sample = re.findall(r"(?ms)^```toml\n(.*?)^```", MANUAL)
    (tmp_path / notice.NOTICE_FILE).write_text(sample, encoding="utf-8")
    assert notice.load_notice_settings(tmp_path).on
    (tmp_path / "单位设置.toml").write_text(approval, encoding="utf-8")
    assert load_settings(tmp_path).approval
    (table,) = re.findall(r"(?ms)^```csv\n(.*?)^```", MANUAL)
    (tmp_path / notice.OWNERS_FILE).write_text(table, encoding="utf-8")
    assert set(notice.load_owners(tmp_path)) == {"351001", "352003"}
