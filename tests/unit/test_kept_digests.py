"""A kept digest stands only while the system says that the file is as it was."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from selfeval import digest, kept_digests
from selfeval.kept_digests import SMALL, Digests


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_digests, "FRESH", 0)
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * SMALL)
    time.sleep(0.02)
    return path


def _reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    real = digest.of_file
    monkeypatch.setattr(digest, "of_file", lambda path: read.append(path) or real(path))
    return read


def test_an_unchanged_file_is_not_read_again(large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = _reads(monkeypatch)
    first = Digests(tmp_path / "kept").of(large)
    assert Digests(tmp_path / "kept").of(large) == first == digest.of_bytes(b"a" * SMALL)
    assert read == [large]


def test_a_file_changed_under_its_old_time_is_read(large: Path, tmp_path: Path) -> None:
    kept, told = Digests(tmp_path / "kept"), large.stat()
    kept.of(large)
    with large.open("r+b") as stream:
        stream.write(b"b")
    os.utime(large, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert large.stat().st_mtime_ns == told.st_mtime_ns
    assert kept.of(large) == digest.of_bytes(b"b" + b"a" * (SMALL - 1))


def test_a_file_just_changed_is_not_trusted(large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_digests, "FRESH", 60_000_000_000)
    Digests(tmp_path / "kept").of(large)
    assert not (tmp_path / "kept").exists()


def test_a_line_cut_short_says_nothing(large: Path, tmp_path: Path) -> None:
    sha = Digests(tmp_path / "kept").of(large)
    whole = (tmp_path / "kept").read_text(encoding="utf-8")
    (tmp_path / "kept").write_text(whole[:40] + whole + whole[:20], encoding="utf-8")
    assert Digests(tmp_path / "kept").of(large) == sha
