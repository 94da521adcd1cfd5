"""Places: among how many, by the points listed, and how far they moved.

Does not belong here: counts (counts.py), two places of one thing (two_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, Prose, finding, sentence_start
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import chinese_number

_UP = {"上升", "前移", "提升", "提高"}
_AMONG = re.compile(r"(?<!\d)(?P<of>\d{1,3})个?(?:家|个|支|所)?(?:[^\d。;,，第]{1,12})")
_PLACE = re.compile(
    r"(?:排名?|排在|位列|位居|名列|位次|列|居)(?:[全第]?[省市县州区国]+)?(?:并列)?第?(?P<rank>\d{1,3}|[一二三四五六七八九十]{1,3})(?:位|名|(?=[,，。;]|$))"
)
_MOVED = re.compile(
    r"(?:上年|去年|\d{4}年)[^\d。;,，]{0,6}第(?P<old>\d{1,3})[位名]?[^\d。;]{0,6}?(?P<way>上升|前移|提升|提高|下降|后移|下滑)了?(?P<by>\d{1,3})(?:位|名|个位次)"
    r"[^\d。;]{0,12}第(?P<new>\d{1,3})[位名]?"
)
_MOVED_TO = re.compile(
    r"(?:上年|去年|\d{4}年)[^\d。;,，]{0,6}第(?P<old>\d{1,3})[位名]?(?P<way>上升|前移|提升|提高|下降|后移|下滑)[至到为]第(?P<new>\d{1,3})[位名]?"
)
_MOVED_LAST = re.compile(
    r"第(?P<new>\d{1,3})[位名]?[^\d。;]{0,4}[较比](?:上年|去年|\d{4}年)[^\d。;,，]{0,6}第(?P<old>\d{1,3})[位名]?[^\d。;]{0,4}?(?P<way>上升|前移|提升|提高|下降|后移|下滑)了?(?P<by>\d{1,3})(?:位|名|个位次)"
)


def check(context: Context) -> Iterator[LintFinding]:
    for prose in context.prose:
        yield from _rank(prose, context)
        yield from _moved_to(prose)


def _rank(prose: Prose, context: Context) -> Iterator[LintFinding]:
    """8个县中排名第9位; 由第6位上升2位，居第5位."""
    plain = re.sub(r"\([^()]*\)", lambda m: " " * len(m[0]), prose.plain)
    for m in _PLACE.finditer(plain):
        start = sentence_start(plain, m.start())
        among = [n for n in _AMONG.finditer(plain, start, m.start()) if re.search(_RANKED, n[0])]
        rank = chinese_number(m["rank"])
        if not among or rank is None or m.start() - among[-1].start() > 40:
            continue
        if rank > int(among[-1]["of"]) > 1:
            quoted = prose.text[among[-1].start() : m.end()]
            message = f"{among[-1]['of']}个中的名次不会是第{rank}。"
            yield finding("rank", "error", prose.place, quoted, f"1至{among[-1]['of']}", message)
    yield from _among_scores(prose, context)
    for m in [*_MOVED.finditer(plain), *_MOVED_LAST.finditer(plain)]:
        up = m["way"] in _UP
        should = int(m["old"]) + (-1 if up else 1) * int(m["by"])
        if should != int(m["new"]):
            message = f"第{m['old']}位{m['way']}{m['by']}位应为第{should}位，印出的是第{m['new']}位。"
            yield finding("rank", "error", prose.place, prose.text[m.start() : m.end()], f"第{should}位", message)


_SCORED = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,6})(?:得分|得|为|:)?(?P<value>\d+(?:\.\d+)?)(?:分|%)(?=[、,，。;和])")
_OURS = re.compile(
    r"我(?:县|区|市|镇|乡|街道|局|校|院|单位)[^。;]{0,14}?(?:列|居|排名?|位)[^。;\d一二三四五六七八九十]{0,8}?(?:[一二三四五六七八九十\d]+个[^第。;]{1,6})?第(?P<rank>\d{1,2}|[一二三四五六七八九十]{1,2})"
)


def _among_scores(prose: Prose, context: Context) -> Iterator[LintFinding]:
    """城北街道94.10分、临湖街道93.26分…，我街道列第一: the place that the listed points give to the one named elsewhere too."""
    scores = {m["name"]: Decimal(m["value"]) for m in _SCORED.finditer(prose.plain)}
    elsewhere = " ".join(p.plain for p in context.prose if p is not prose)
    own = [name for name in scores if name in elsewhere]
    ours = _OURS.search(prose.plain)
    rank = chinese_number(ours["rank"]) if ours else None
    if len(scores) < 3 or len(own) != 1 or ours is None or rank is None:
        return
    should = 1 + sum(value > scores[own[0]] for value in scores.values())
    if should != rank:
        message = f"按所列得分，“{own[0]}”应为第{should}，印出的是第{rank}。"
        yield finding("rank", "error", prose.place, prose.text[ours.start() : ours.end()], f"第{should}", message)


def _moved_to(prose: Prose) -> Iterator[LintFinding]:
    """由第5位上升至第7位."""
    for m in _MOVED_TO.finditer(prose.plain):
        up = m["way"] in _UP
        if (int(m["new"]) < int(m["old"])) != up:
            message = f"由第{m['old']}位到第{m['new']}位不是{m['way']}。"
            quoted = prose.text[m.start() : m.end()]
            yield finding("rank", "error", prose.place, quoted, "改为下降" if up else "改为上升", message)


#: what places are given among: 8个县, 18家单位, 32个部门
_RANKED = (
    r"^\d{1,3}(?:个|家|支|所)?[^\d]{0,4}?(?:县|区|市|州|乡|镇|街道|单位|部门|局|科协|代表队|队伍|学校|医院|企业|村|省)"
)
