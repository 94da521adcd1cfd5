"""Publishing replaces a folder whole or not at all, with and without the kernel's exchange, and heals after a kill."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from selfeval import publish


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(params=["exchange", "journal"])
def target(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "journal":
        monkeypatch.setattr(publish, "_exchange", lambda a, b: False)
    return tmp_path / "out" / "351001"


def test_a_new_folder_holds_exactly_the_files(target: Path) -> None:
    publish.replace(target, {"a.txt": b"1", "quarantine/b.csv": b"2"})
    assert content(target) == {"a.txt": b"1", "quarantine/b.csv": b"2"}


def test_a_replacement_leaves_nothing_of_the_old_and_nothing_beside(target: Path) -> None:
    publish.replace(target, {"old.txt": b"1"})
    publish.replace(target, {"new.txt": b"2"})
    assert content(target) == {"new.txt": b"2"}
    assert [p.name for p in target.parent.iterdir()] == ["351001"]


def test_kept_files_stay_and_the_others_are_replaced(target: Path) -> None:
    publish.replace(target, {"report.pdf": b"issued", "findings.json": b"old"})
    publish.replace(target, {"findings.json": b"new"}, keep=lambda f: {"report.pdf": f / "report.pdf"})
    assert content(target) == {"report.pdf": b"issued", "findings.json": b"new"}


def test_a_failure_while_writing_leaves_the_published_folder_as_it_was(target: Path, tmp_path: Path) -> None:
    publish.replace(target, {"a.txt": b"1"})
    with pytest.raises(OSError):
        publish.replace(target, {"a.txt": b"2", "b.txt": tmp_path / "missing"})
    assert content(target) == {"a.txt": b"1"}
    publish.replace(target, {"a.txt": b"3"})
    assert content(target) == {"a.txt": b"3"}


def test_a_kill_between_the_two_renames_is_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "351001"
    publish.replace(target, {"a.txt": b"1"})
    monkeypatch.setattr(publish, "_exchange", lambda a, b: False)
    real, calls = publish.os.rename, []

    def killed(a: Path, b: Path) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(a)
        real(a, b)

    monkeypatch.setattr(publish.os, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        publish.replace(target, {"a.txt": b"2"})
    monkeypatch.setattr(publish.os, "rename", real)
    publish.heal(target)
    assert content(target) == {"a.txt": b"2"}
    assert [p.name for p in tmp_path.iterdir()] == ["351001"]


def test_a_reader_never_sees_half_a_package(tmp_path: Path) -> None:
    target = tmp_path / "351001"
    publish.replace(target, {"a": b"0", "b": b"0"})
    stop, torn = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            handle = publish.os.open(target, publish.os.O_RDONLY)
            try:
                pair = []
                for name in ("a", "b"):
                    with open(name, "rb", opener=lambda p, flags, at=handle: publish.os.open(p, flags, dir_fd=at)) as f:
                        pair.append(f.read())
                if pair[0] != pair[1]:
                    torn.append(pair)
            except FileNotFoundError:
                # The folder this handle was opened on has been replaced and is being removed: open it anew.
                continue
            finally:
                publish.os.close(handle)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(100):
        publish.replace(target, {"a": b"%d" % i, "b": b"%d" % i})
    stop.set()
    reader.join()
    assert torn == []
