"""What the machine refused (disk full, no permission, no memory), told in one Chinese line.

Belongs here: errors that an operator can mend without reading a log. All others are told by the caller.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DENIED = (errno.EROFS, errno.EACCES, errno.EPERM)
#: DuckDB and SQLite raise errors of their own.
_FULL_WORDS = ("no space left on device", "disk is full", "file too large", "disk quota exceeded")
_DENIED_WORDS = ("read-only file system", "readonly database", "permission denied")


def told(error: BaseException) -> str | None:
    """The line for an error or what caused it; None where it is of another kind."""
    for cause in _chain(error):
        number = cause.errno if isinstance(cause, OSError) else None
        # A copy that fails names its source first.
        name = (cause.filename2 or cause.filename) if isinstance(cause, OSError) else None
        place = f"“{name}”" if name else "文件"
        said = str(cause).lower()
        if number in _FULL or any(words in said for words in _FULL_WORDS):
            return f"磁盘空间不足，无法写入{place}，请清出空间后重新运行"
        if number in _DENIED or any(words in said for words in _DENIED_WORDS):
            return f"没有写入{place}的权限，请检查文件夹的权限后重新运行"
        if isinstance(cause, MemoryError) or "out of memory" in said:
            return "内存不足，请关闭其他程序后重新运行"
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
