"""One reader a format, all to the same Document.

Belongs here: which reader takes which file. Does not belong here: rules; anything about a format.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from selfeval.lint.model import Document, LintError
from selfeval.lint.readers import guard

_READERS = {
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".md": "text",
}
_OLD = {".doc": "docx", ".wps": "docx", ".rtf": "docx", ".xls": "xlsx", ".et": "xlsx"}


def read(path: Path) -> Document:
    """The report at `path`; LintError in one Chinese sentence when it cannot be read."""
    suffix = path.suffix.lower()
    if suffix in _OLD:
        raise LintError(f"“{path.name}”是旧版格式，请另存为{_OLD[suffix]}后再检查。")
    module = _READERS.get(suffix)
    if module is None:
        raise LintError(f"不支持“{path.name}”的格式，只能检查docx、pdf、html、txt、xlsx文件。")
    data = guard.read_bytes(path)
    reader: Callable[[bytes, str], Document] = import_module(f"{__name__}.{module}").read
    document = reader(data, path.name)
    if not document.blocks:
        raise LintError(f"“{path.name}”里没有任何文字，没有可检查的内容。")
    return document
