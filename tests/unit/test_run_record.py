"""run.json read back: what a reader gets of a whole one, and that a broken one is as none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from selfeval import run_record

WHOLE = {
    "status": "issued",
    "unit": "351001",
    "year": 2024,
    "name": "某县科协",
    "issued": {"digest": "d", "files": {"report.pdf": "a" * 64}},
    "datasets": {},
    "others": [{"file": "说明.doc"}],
    "versions": {"python": "3.11"},
    "summary": {"findings": {"error": 0}, "reasons": [], "more": 0},
    "attempt": {"steps": []},
}


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / run_record.FILE).write_text(text, encoding="utf-8")
    return folder


def test_everything_in_the_file_is_kept(tmp_path: Path) -> None:
    folder = written(tmp_path / "351001", json.dumps(WHOLE))
    read = run_record.read(folder)
    assert read is not None and read.model_dump(mode="json") == WHOLE
    assert run_record.issued_files(folder) == {"report.pdf": "a" * 64}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"status":"issued"}',
        json.dumps(WHOLE)[:-1],
        json.dumps({**WHOLE, "status": "done"}),
        json.dumps({**WHOLE, "issued": {"digest": "d"}}),
    ],
)
def test_a_broken_account_is_as_none(tmp_path: Path, text: str) -> None:
    folder = written(tmp_path / "351001", text)
    assert run_record.read(folder) is None
    assert run_record.issued_files(folder) == {}


def test_packages_of_a_year_without_what_is_under_way(tmp_path: Path) -> None:
    for name in ("352003", "351001", ".351001.new"):
        written(tmp_path / name, json.dumps(WHOLE))
    (tmp_path / "empty").mkdir()
    assert [p.name for p in run_record.packages(tmp_path)] == ["351001", "352003"]
