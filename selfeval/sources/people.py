"""Persons' names that stand in free text: found by the unit's own lists of people and by the words around them.

Belongs here: which names a unit's files hold, and how sentences, titles and headers that repeat them are masked before
a table is typed. Columns that are declared to hold names are `masking`'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandera.pandas as pa

from schemas import Dataset, Scope, Table
from selfeval import digest
from selfeval.privacy import SURNAME, is_organisation, mask_name, scrub
from selfeval.sources.header import Located
from selfeval.sources.text import Sheet

#: Longer files hold logs; their persons stand in the lists as well.
LIST_BYTES = 4 << 20
#: A text of more characters is a sentence; a shorter one may be a place or a title that only begins like a name.
SENTENCE = 6
_GIVEN = f"{SURNAME}[一-鿿]{{1,2}}"
#: Who a name belongs to stands before it …
_BEFORE = re.compile(
    "(联系人|经办人|填报人|填表人|制表人|审核人|复核人|负责人|责任人|收款人|领款人|获奖人|讲师|姓名|户主|村民|居民|农户|贫困户|群众|学生|教师|"
    f"科普员|传播员|信息员|志愿者|驾驶员|驻村干部)([:：为是]? ?)({_GIVEN})(?=$|[\\s，。、；：,;（(）)0-9]|等|同志|[一1]?[人户])"
)
#: … or behind it.
_AFTER = re.compile(f"({_GIVEN})(?=同志|老师|先生|女士|师傅|老人|[（(]?(?:手机|电话|身份证|银行卡|账号))")
_POST = re.compile("[长员室股科部处局]|主席|主任|书记|会计|出纳|秘书|负责|岗")
_WORD = re.compile("[一-鿿]")
_PERSON = re.compile(r"姓名|名字|联系人|负责人$|经办人|填报人$|填表人|审核人|主要领导$|法人|法定代表人")
#: A short name of two characters is often a word too: in a sentence it counts where one of these stands beside it.
_LEFT = '由请与和及为是让派给对聘经到付向员人师长记任民户、，。；：:,;（(“"　 '
_RIGHT = '同老等负组在到于下为的了说作获先女参完因反领代报个、，。；：:,;）)”"　 0123456789'


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


@dataclass(frozen=True)
class People:
    """The names of private persons that a unit's lists hold."""

    names: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        return digest.of_value(sorted(self.names))

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(name) for name in self.names}, reverse=True)

    @cached_property
    def _first(self) -> frozenset[str]:
        return frozenset(name[0] for name in self.names)

    def masked(self, text: str) -> str:
        """A cell or sentence with persons' names as 张*, private numbers as ***."""
        text = scrub(text)
        if _plain(text) in self.names:
            return mask_name(_plain(text))
        text = _BEFORE.sub(lambda m: f"{m[1]}{m[2]}{mask_name(m[3])}", text)
        return self._listed(_AFTER.sub(lambda m: mask_name(m[1]), text))

    def file_name(self, name: str) -> str:
        """A file's name with persons' names masked: a name stands there beside words, without a sign between them."""
        return re.sub("[一-鿿·]+", lambda m: self._in_words(m[0]), name)

    def _in_words(self, words: str) -> str:
        parts, position = [], 0
        while position < len(words):
            ends = (position + length for length in self._lengths if words[position : position + length] in self.names)
            end = next((e for e in ends if e - position > 2 or position == 0 or e == len(words)), 0)
            parts.append(f"{words[position]}*" if end else words[position])
            position = end or position + 1
        return "".join(parts)

    def _listed(self, text: str) -> str:
        parts, position = [], 0
        while position < len(text):
            length = self._at(text, position) if text[position] in self._first else 0
            parts.append(f"{text[position]}*" if length else text[position])
            position += length or 1
        return "".join(parts)

    def _at(self, text: str, position: int) -> int:
        """The length of the name that stands here, 0 where none does."""
        for length in self._lengths:
            end = position + length
            if text[position:end] in self.names and _stands(text, position, end):
                return length
        return 0

    def profile_content(self, item: str, content: str) -> str:
        """单位信息: a person behind 联系人 or 负责人 is no listed name; a post (主席, 财务室负责人) stands."""
        name = _plain(content)
        if _PERSON.search(item.strip()) and re.fullmatch("[一-鿿·]{2,5}", name) and not _POST.search(name):
            return mask_name(name)
        return self.masked(content)


def _stands(text: str, start: int, end: int) -> bool:
    """Whether what reads like a name is one here, not part of a word or place."""
    beside = (start > 0 and text[start - 1] in _LEFT) or (end < len(text) and text[end] in _RIGHT)
    if len(text) <= SENTENCE:
        return beside
    return beside or end - start > 2 or start == 0 or end == len(text)


def listed(located: Located, schema: pa.DataFrameSchema) -> Iterator[str]:
    """The persons in the columns of a table that are declared to hold names."""
    for name, index in located.columns.items():
        if schema.columns[name].metadata["private"] in ("name", "payee"):
            for _, cells in located.rows:
                said = _plain(cells[index]) if index < len(cells) else ""
                if re.fullmatch(r"[一-鿿·]{2,8}", said) and not is_organisation(said):
                    yield said


def holds_list(table: Table, scope: Scope) -> bool:
    """Whether a table lists persons itself; a log that refers to such a list does not."""
    columns = table.schema(scope).columns.values()
    known = any(target.startswith("communicators.") for _, target in table.foreign_keys)
    return not known and any(c.metadata["private"] in ("name", "payee") for c in columns)


def speaks(dataset: Dataset, scope: Scope) -> bool:
    """Whether a dataset has text that people write; logs of a system have not."""
    kinds = (c.metadata["kind"] for t in dataset.tables for c in t.schema(scope).columns.values())
    return dataset.strict or "free" in kinds


def is_prose(column: pa.Column) -> bool:
    """Whether a column holds what people wrote, and names no winners who stand in full."""
    told = column.metadata
    return told["kind"] in ("text", "free") and told["private"] is None and not told.get("named")


def discreet(people: People, sheet: Sheet, table: Table, located: Located, schema: pa.DataFrameSchema) -> Located:
    """The table with names and private numbers masked in what people wrote: sentences, titles, headers, sheet name.

    Rows are masked in place, so that whoever still holds them sees the same.
    """
    texts = {
        index
        for group in (located.groups or (located.columns,))
        for name, index in group.items()
        if is_prose(schema.columns[name])
    }
    masked = [*texts, *located.extra.values()]
    for _, cells in located.rows:
        for index in masked:
            if index < len(cells) and cells[index]:
                cells[index] = people.masked(cells[index])
        if table.layout == "pairs":
            _pair(people, cells, located)
    return replace(
        located,
        labels={name: people.masked(label) for name, label in located.labels.items()},
        extra=_unique((people.masked(label), index) for label, index in located.extra.items()),
        titles=[(row, people.masked(title)) for row, title in located.titles],
        totals=[(row, [people.masked(c) if _WORD.search(c) else c for c in cells]) for row, cells in located.totals],
    )


def _pair(people: People, cells: list[str], located: Located) -> None:
    item, content = (located.columns.get(name, len(cells)) for name in ("item", "content"))
    if item < len(cells) and content < len(cells):
        cells[content] = people.profile_content(cells[item], cells[content])


def _unique(labels: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for label, index in labels:
        found[label if label not in found else f"{label}_{index + 1}"] = index
    return found


def sheet_names(sheets: Sequence[Sheet], people: People) -> None:
    """A sheet called by a person's name or number is shown masked."""
    for sheet in sheets:
        if sheet.name is not None:
            sheet.name = people.masked(sheet.name)
