"""Private data in a report that is to be published: numbers of phones, id cards and bank cards, contact fields.

A number found is never repeated: `finding` masks it. Does not belong here: what a number looks like (lint/privacy.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval.lint.context import Context, finding
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import is_blank, norm, squeeze
from selfeval.lint.privacy import LANDLINE, MOBILE, bank_cards, id_cards

_LABEL = re.compile(
    r"(?:联系人?|联络人?|负责人|填报人|填表人|经办人|办公)[及和、]?其?(?:联系)?(?:电话|手机|方式)(?:号码)?"
    r"|(?<![\u4e00-\u9fff])(?:电话|手机)(?:号码?)?(?![\u4e00-\u9fff])"
)
#: a hotline, or the foot of a web page
_PUBLIC = re.compile(r"热线|办公电话|(?:咨询|监督|举报|投诉|服务)电话|主办(?:单位)?[:：]|版权所有|备案号|ICP")
_PERSON = re.compile(r"联系人|联络人|负责人|填报人|填表人|经办人|受访人|姓名")
_MASKED_NUMBER = re.compile(r"mobile|phone|手机号|11位|11-digit", re.I)


def check(context: Context) -> Iterator[LintFinding]:
    found = False
    for prose in context.prose:
        for kind, count in (
            ("手机号码", len(list(MOBILE.finditer(prose.plain)))),
            ("身份证号", len(id_cards(prose.plain))),
            ("银行卡号", len(bank_cards(prose.plain))),
        ):
            if count:
                found = True
                message = f"公开的报告里不得出现{kind}（{count}处），应删除。"
                yield finding("privacy", "error", prose.place, f"{kind} ***", "删除", message)
    if not found:
        yield from _contacts(context)


def _contacts(context: Context) -> Iterator[LintFinding]:
    """One finding for all contact fields: name and telephone of a person, whatever is printed as their value."""
    hits: list[tuple[str, str, str]] = []
    for line in context.lines:
        if _PUBLIC.search(line.text):
            continue
        own = line.own
        for index, cell in enumerate(own):
            label, value = _field(cell, own[index + 1] if index + 1 < len(own) else "")
            if label and not is_blank(value) and len(label) <= 14:
                hits.append((line.place, label, value))
    if not hits:
        return
    people = any(_PERSON.search(squeeze(cell)) for line in context.lines for cell in line.own if len(cell) < 60)
    if not people and all(LANDLINE.search(norm(value)) for _, _, value in hits):
        return  # the telephone of an office
    place, label, value = hits[0]
    number = any(_MASKED_NUMBER.search(text) for _, _, text in hits)
    names = " / ".join(dict.fromkeys(label for _, label, _ in hits))
    message = f"公开的报告不应刊出“{label}”一栏，联系信息应在发布前去除。"
    yield finding("privacy", "error" if number else "warning", place, f"{names} ***", "发布前去除", message)


def _field(cell: str, following: str) -> tuple[str, str]:
    plain = squeeze(cell)
    for part in re.split(r"[;,，。]", plain):
        label, colon, value = part.partition(":")
        value = "" if re.fullmatch(r"[^\d:]+:", value) else value  # the next field, this one left blank
        if _LABEL.search(label) and len(label) <= 14:
            return (label, value) if value or (colon and part != plain) else (label, _value(following))
        m = re.search(rf"({_LABEL.pattern}):(\d[\d-]{{6,}}|[^\s:;,，。]+(?=[;,，。]|$))", part)
        if m:
            return m[1], m[2]
    return "", ""


def _value(text: str) -> str:
    """The next cell is the field's value unless it is a label itself."""
    return "" if re.search(r":|名称|项目|单位|部门|资金|预算|日期|填报", squeeze(text)) else squeeze(text)
