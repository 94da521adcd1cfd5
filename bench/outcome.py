"""What a way found in a log, in a form in which two ways can be compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

Fault = tuple[int, str | None, str]
#: The words and the shape that the declaration of 科普员分享记录 asks for.
CHANNELS = ("微信群", "微信朋友圈", "QQ群", "抖音", "今日头条")
ID = r"^KP\d{8}$"
KEY = ("communicator_id", "time", "content_id")
#: Header → column, in the order of the file.
COLUMNS = {
    "分享时间": "time",
    "科普员编号": "communicator_id",
    "姓名": "name",
    "行政村（社区）": "village",
    "内容编号": "content_id",
    "内容标题": "title",
    "渠道": "channel",
    "阅读数": "reads",
}


@dataclass(frozen=True)
class Outcome:
    """Faults by column and kind, a digest of them with their lines, and the figures over accepted rows."""

    kinds: dict[str, int]
    lines: str
    total: int
    reads: int
    months: dict[str, int]


def outcome(faults: Iterable[Fault], total: int, reads: int, months: dict[str, int]) -> dict[str, Any]:
    found = sorted(set(faults), key=lambda f: (f[0], f[1] or "", f[2]))
    kinds = Counter(f"{column or 'row'}.{kind}" for _, column, kind in found)
    text = "\n".join(f"{line},{column or ''},{kind}" for line, column, kind in found)
    lines = hashlib.sha256(text.encode()).hexdigest()
    return asdict(Outcome(dict(sorted(kinds.items())), lines, total, reads, dict(sorted(months.items()))))
