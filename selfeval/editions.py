"""公开版: the report as it may be published, without contacts, positions and rows of the raw data.

Belongs here: what the public edition leaves out. Which editions a package has is package.py's; 报送版 is the report itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from selfeval.model import UnitYear

#: Its files stand in a folder of this name in the package.
PUBLIC = "公开版"
FILES = ("report.html", "report.docx", "report.pdf")
_ITEM = re.compile("岗位|职务|联系|电话|手机|传真|邮箱|邮编|地址|负责人|经办|填报人|填表人|网址|微信|QQ")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def public(u: UnitYear) -> UnitYear:
    """The unit's year less contacts (in 单位信息 and in sentences), positions and first rows of the evidence."""
    tables = {slug: [_less(row) for row in rows] for slug, rows in u.tables.items() if slug != "staff"}
    return replace(
        u,
        profile={item: _said(content) for item, content in u.profile.items() if not _ITEM.search(item)},
        notes={chapter: _said(text) for chapter, text in u.notes.items()},
        confirmed={place: _said(text) for place, text in u.confirmed.items()},
        tables=tables,
        samples={},
    )


def _less(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _said(value) if isinstance(value, str) else value for name, value in row.items()}


def _said(text: str) -> str:
    return _EMAIL.sub("***", text)
