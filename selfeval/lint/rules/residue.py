"""What an editor or a template left behind: bookmarks, field codes, hints to the writer, placeholders, comments.

Does not belong here: private data (private.py), blank cells (blanks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval.lint.context import Context, finding
from selfeval.lint.model import LintFinding, Severity

#: a place that says itself that it is open is no slip: a warning, where all other residue is an error
_OPEN = "待填写处"
#: 300字以内 is said to the writer, not by him
_LENGTH = r"(?:不超过|限|控制在)?\d{2,4}\s*字(?:以内|之内|左右|以下|内)?"
_ASKS = r"(?:请|简要|逐[项条]|如实|重点|主要)?(?:描述|说明|填写|列举|概述|简述|阐述|列示|列明|填报|分析|写明|总结|介绍)"
_HINT = rf"{_ASKS}[^()|。]{{0,60}}{_LENGTH}[^()|]{{0,6}}"
#: one finding a class and document: the places after the first are in the message.
_CLASSES = (
    (
        "编辑器残留",
        re.compile(
            r"\[(?:批注|删除|修改|新增|待[核定])[:：]?[^\]]*\]|\[[^\]]{0,8}待[核定查][^\]]{0,6}\]|批注\s?\[[^\]]{1,8}\]|\[(?:图片|图|表格|附图)\s?\d*\]|</?o:p>|\[bookmark:[^\]]*\]|_GoBack|\\\* ?MERGEFORMAT|\bPAGEREF\b|HYPERLINK \"|错误!\s*未(?:找到引用源|定义书签)[^,，。]{0,3}"
            r"|Error! (?:Reference source|Bookmark)[^.]*|&nbsp;|&lt;|&gt;|<w:[a-z]+|\{\{[^}]*\}\}|\{%[^%]*%\}|\$?\{[\u4e00-\u9fffA-Za-z_.]{2,30}\}",
            re.I,
        ),
    ),
    ("表格公式错误", re.compile(r"#(?:REF!|DIV/0!|VALUE!|N/A|NAME\?|NUM!)")),
    (
        "模板提示语",
        re.compile(
            r"(?:对照|请|简要|按照|结合|根据|需|应)[^|。;]{0,40}?(?:说明|填写|概述|描述|阐述|列示|填报|分析)[^|。;]{0,40}?"
            r"\(?\d{2,4}\s*字(?:以内|左右|以下)?\)?|[(\[](?:请|此处|在此|这里|应|需)[^)\]]{0,30}(?:填写|填报|说明|补充|输入|插入|描述|核[对实]|列示|写明)[^)\]]{0,20}[)\]]"
            rf"|^\s*\({_HINT}\)\s*$|[(\[]{_HINT}[)\]]\s*$|^\s*{_ASKS}[^|。;]{{0,60}}{_LENGTH}\s*[。)]?\s*$"
            rf"|[(\[]{_LENGTH}[^()]{{0,40}}(?:说明|填写|描述|概述)[^()]{{0,20}}[)\]]"
            r"|(?:此处|在此)(?:填写|填报|输入|插入)|请在此处?|请(?:填写|输入|补充)|如?(?:没有|无)[,，]?请填|点击(?:此处)?(?:输入|添加)"
            rf"|\[(?![^\[\]]*待)[^\[\]]{{0,12}}(?:填写|填报|补充|插入)[^\[\]]{{0,20}}\]|\([^()]{{2,60}}[,，]{_LENGTH}\)"
            r"|本[栏项格框][^。;|]{0,12}\d{2,4}字|\((?:示例|范例|填写示例)[:：]|(?:参照|按照)(?:模板|样表|范本)填写"
        ),
    ),
    (
        "占位符",
        re.compile(
            r"(?<![A-Za-z\dXx×*])[Xx×*]{2,}\s*(?:年度?|元|万元|个|人|次|场|项目|单位|部门|局|县|市|%|月|日)|(?<![A-Za-z\dXx×*])[Xx×]{3,}|(?<=[\u4e00-\u9fff])[Xx×]{2}(?=[\u4e00-\u9fff])|"
            r"TODO|TBD|示例文字|样例|(?<![A-Za-z\d])[Xx×]{1,2}年[Xx×]{1,2}月|(?<![A-Za-z\d])[Xx×]月[Xx×]日|(?<=[\u4e00-\u9fff])_{2,}(?=[\u4e00-\u9fff%])"
            r"|\?{2,}\s*(?:万元|元|人|个|%|分|次)|(?<=[\u4e00-\u9fff])\(\s*\)\s*(?:万元|元|人次|%|亩|场)|得分?\*{2,}分|^\s*\((?:单位|部门|项目)名称\)\s*\d"
        ),
    ),
    (_OPEN, re.compile(r"(?<![有尚亟急仍])待(?:人工)?(?:补充|填写|完善|核实)")),
)  # fmt: skip
#: notes that the official form prints below its table
_HEADER_OK = re.compile(r"(?:备?注\d*[:：]|填表说明|填报说明|填报要求|说明[:：]|\d+[.、].{0,60}(?:指标|得分|分值))")


def check(context: Context) -> Iterator[LintFinding]:
    for name, pattern in _CLASSES:
        hits = [
            (prose, m)
            for prose in context.prose
            if not (name == "模板提示语" and _HEADER_OK.match(prose.plain))
            for m in pattern.finditer(prose.plain)
        ]
        if not hits:
            continue
        prose, match = hits[0]
        quoted = prose.text[match.start() : match.end()]
        more = "、".join(dict.fromkeys(p.place for p, _ in hits[1:6]))
        also = f"（另见{more}）" if more else ""
        message = f"正文里留有{name}“{quoted.strip()[:40]}”，发布前应删除或填写{also}。"
        severe: Severity = "warning" if name == _OPEN else "error"
        yield finding("residue", severe, prose.place, quoted, "删除，或填写实际内容", message)
    for mark in context.document.marks:
        message = f"文档里有{mark}，发布前应接受或删除。"
        yield finding("residue", "warning", "全文", mark, "接受修订、删除批注后再发布", message)
