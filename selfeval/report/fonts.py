"""Which fonts the documents name, and which stand in for them where the official ones are not installed."""

from __future__ import annotations

#: 方正小标宋, 仿宋_GB2312 and 楷体_GB2312 are licensed: DOCX names them, PDF and HTML embed or name substitutes.
OFFICIAL = {
    "title": "方正小标宋简体",
    "body": "仿宋_GB2312",
    "heading1": "黑体",
    "heading2": "楷体_GB2312",
    "page": "宋体",
}
SUBSTITUTES = {
    "title": "Noto Serif CJK SC",
    "body": "Noto Serif CJK SC",
    "heading1": "Noto Sans CJK SC",
    "heading2": "AR PL UKai CN",
    "page": "Noto Serif CJK SC",
}

#: What Word may take on a machine without the licensed fonts.
ALTERNATIVES = {"方正小标宋简体": "华文中宋", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}


def fonts_used() -> dict[str, str]:
    """For run.json: the official font of each use → the one embedded in the PDF."""
    return {f"docx:{OFFICIAL[use]}": f"pdf:{SUBSTITUTES[use]}" for use in OFFICIAL}
