"""Putting a folder in the place of another at once: a reader of the output never sees one half written.

Belongs here: the exchange, its journal where the file system has no exchange, and healing what a crash left.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)
_libc = ctypes.CDLL(None, use_errno=True)


def _exchange(a: Path, b: Path) -> bool:
    """Swap two names in one step; False where the system cannot. Raises OSError for any other refusal."""
    call = getattr(_libc, "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(a), _AT_FDCWD, os.fsencode(b), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(b))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of an output folder, made where it is missing: two runs that publish into it take turns.

    The lock is on the folder itself and leaves no file; it goes with the process, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _new(target: Path) -> Path:
    return target.with_name(f".{target.name}.new")


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _journal(target: Path) -> Path:
    return target.with_name(f".{target.name}.swap")


def heal(target: Path) -> None:
    """Finish or undo what a killed publication left beside `target`; call it under the unit's lock."""
    if _journal(target).exists():
        # The new folder was complete before the journal was written, so the swap is carried through.
        if _new(target).exists():
            if target.exists():
                shutil.rmtree(_old(target), ignore_errors=True)
                target.rename(_old(target))
            _new(target).rename(target)
        _journal(target).unlink()
    shutil.rmtree(_new(target), ignore_errors=True)
    shutil.rmtree(_old(target), ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(
    target: Path, files: Mapping[str, bytes | Path], *, keep: Callable[[Path], Mapping[str, Path]] | None = None
) -> None:
    """Make `target` hold exactly `files` (names may have folders), or leave it as it was.

    A Path is linked or copied from where it lies. `keep` names files of the present folder that stay.
    """
    with locked(target.parent):
        _replace(target, files, keep)


def _replace(
    target: Path, files: Mapping[str, bytes | Path], keep: Callable[[Path], Mapping[str, Path]] | None
) -> None:
    heal(target)
    new = _new(target)
    new.mkdir()
    kept = keep(target) if keep and target.exists() else {}
    for name, content in {**kept, **files}.items():
        path = new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, path)
        else:
            path.write_bytes(content)
        _sync(path)
    _sync(new)
    if not target.exists():
        new.rename(target)
    elif _exchange(new, target):
        shutil.rmtree(new)
    else:
        _journal(target).write_text(json.dumps({"target": target.name}), encoding="utf-8")
        _sync(_journal(target))
        heal(target)
    _sync(target.parent)
