"""The words in which a command speaks to a person: statuses, severities, counts. No layout and no logic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STATUS = {
    "issued": "已出报告",
    "blocked": "有错误，未出报告",
    "awaiting": "待报送",
    "to confirm": "待确认",
    "failed": "程序出错",
}
#: The state of a run whose process is gone.
CUT_OFF = "程序被中断。请点“Retry”继续。"
TO_CONFIRM = "请在界面的approval/form中填写待确认的内容，填好后重新运行"
SEVERITY = {"error": "错误", "warning": "警告", "info": "提示"}


def counts(found: Mapping[Any, int]) -> str:
    """错误2 警告1 提示36"""
    return "  ".join(f"{word}{found.get(severity, 0)}" for severity, word in SEVERITY.items())


def listed(names: list[str] | tuple[str, ...], limit: int = 5) -> str:
    """The first names, and how many there are where some are left out."""
    shown = "、".join(names[:limit])
    return f"{shown}等{len(names)}个" if len(names) > limit else shown


def clipped(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
