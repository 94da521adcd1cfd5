"""The paragraphs of 项目绩效分析: a template a subject, found by being in the folder.

A block's first line is its name in Chinese, `{# 科普活动 #}`, by which 单位设置.toml may leave it out; the number that
the file's name begins with is its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
_FOLDER = "blocks/performance"
_NAME = re.compile(r"\{#\s*(.+?)\s*#\}")


@cache
def blocks() -> dict[str, str]:
    """Name → template, in the order of the report. Raises ValueError for a block without a name."""
    found: dict[str, str] = {}
    for path in sorted((TEMPLATES / _FOLDER).glob("*.j2")):
        name = _NAME.match(path.read_text(encoding="utf-8"))
        if name is None:
            raise ValueError(f"{path.name} does not begin with its name")
        found[name[1]] = f"{_FOLDER}/{path.name}"
    return found


def performance_blocks(left_out: Collection[str]) -> list[str]:
    """The templates to include."""
    return [template for name, template in blocks().items() if name not in left_out]
