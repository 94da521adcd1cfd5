"""Every reader takes hostile bytes; every input that once crashed one stands in tests/fixtures/fuzz as <reader>-<name>."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import fuzz
from tests.conftest import ROOT

FOUND = sorted((ROOT / "tests" / "fixtures" / "fuzz").iterdir())
READERS = {reader.name: reader for reader in fuzz.readers()}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_gives_findings_or_clear_errors(name: str, tmp_path: Path) -> None:
    result = fuzz.fuzz(READERS[name], 5, seed=1, crashes=tmp_path)
    assert result.tried == 5
    assert result.crashes == []


@pytest.mark.full
@pytest.mark.parametrize("name", READERS)
def test_a_reader_gives_findings_or_clear_errors_for_hundreds(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = fuzz.fuzz(READERS[name], 400, seed=2, crashes=tmp_path)
    with capsys.disabled():
        print(f" {name}: {result.tried} inputs, {result.lines} lines reached", end="")
    assert result.crashes == []


@pytest.mark.parametrize("path", FOUND, ids=lambda p: p.name)
def test_what_crashed_once_does_not_again(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    assert _crash(READERS[path.name.rpartition("-")[0]], data, tmp_path) is None


def _crash(reader: fuzz.Reader, data: bytes, folder: Path) -> str | None:
    return next((c for whole in (False, True) if (c := fuzz.one(reader, data, folder, whole))), None)


def test_a_crash_is_seen(tmp_path: Path) -> None:
    def broken(data: bytes, folder: Path, whole: bool) -> None:
        if b"\x00" in data:
            raise IndexError("list index out of range")

    result = fuzz.fuzz(fuzz.Reader("broken", [b"a,b\n1,2\n"], broken), 400, seed=1, crashes=tmp_path)
    assert len(result.crashes) == 1 and "IndexError" in result.crashes[0]
    assert [p.read_bytes().count(0) > 0 for p in tmp_path.iterdir()] == [True]


def test_an_endless_input_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(data: bytes, folder: Path, whole: bool) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "TIME", 0.2)
    assert "Slow" in str(fuzz.one(fuzz.Reader("endless", [b""], endless), b"", tmp_path, False))
