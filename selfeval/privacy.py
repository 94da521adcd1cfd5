"""What may not leave the raw folder, and how it is masked.

Belongs here: the shapes of private numbers and names, in Python and as DuckDB macros that do the same (a property test
holds them to it). Names that only the unit's own files can tell are `selfeval.sources.people`'s.
"""

from __future__ import annotations

import dataclasses
import re

from selfeval.model import Finding

_D = "[0-9０-９]"
_S = "[ 　\\-－—]"
_PREFIX = f"(?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_S}?|[0０])?"
#: Private by shape, in the forms people type: id card, bank card, mobile (with country code), landline; half or full
#: width, with or without separators. Ordered: the longer form is tried first.
_SHAPES = (
    f"{_D}{{17}}[XxＸｘ]",
    f"{_D}{{6}}{_S}{_D}{{4}}{_S}?{_D}{{4}}{_S}?{_D}{{3}}[0-9０-９XxＸｘ]",
    f"{_D}{{4}}(?:{_S}{_D}{{4}}){{3}}(?:{_S}{_D}{{1,3}})?",
    f"{_D}{{16,}}",
    f"{_PREFIX}[1１][3-9３-９]{_D}(?:{_S}?{_D}{{4}}){{2}}",
    f"{_PREFIX}[1１][3-9３-９]{_D}{{2}}{_S}{_D}{{4}}{_S}{_D}{{3}}",
    f"[(（]?[0０]{_D}{{2,3}}(?:{_S}|[)）]{_S}?){_D}{{7,8}}",
)
#: A number is not private in the decimals of another. RE2 (DuckDB) has no look-around, hence the groups.
_BEFORE = "(^[.．]?|[^0-9０-９.．]|[^0-9０-９][.．])"
_AFTER = "($|[^0-9０-９])"
PRIVATE_NUMBER = f"{_BEFORE}(?:{'|'.join(_SHAPES)}){_AFTER}"
_PRIVATE = re.compile(PRIVATE_NUMBER)
#: What every private number holds: a quick look that spares most cells the long one.
_DIGITS = f"{_D}{{3}}[^0-9０-９]?{_D}{{4}}"
_QUICK = re.compile(_DIGITS)
#: A code that is a private number and nothing else: a mobile, an id card by its date of birth, a bank card by its first
#: digits. Narrower than the above, for codes of our own may be as long.
PRIVATE_CODE = (
    "^(?:(?:[+]?86)?1[3-9][0-9]{9}"
    "|[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    "|(?:62|4[0-9]|5[1-5]|3[4-7])[0-9]{14,17})$"
)
MASK = "***"

#: A payee or registered name with one of these is an organisation; anything else is masked as a person. One character
#: makes an organisation only where no given name ends so (张会 is a person, 县商会 not by this alone).
ORGANISATION = (
    "公司|中心|单位|协会|学会|商会|工会|学校|小学|中学|大学|幼儿园|学院|医院|法院|银行|委员会|政府|办公室|部门|事务所|研究所|派出所|"
    "服务站|合作社|供销社|信用社|报社|旅行社|基地|工作室|集团|企业|经营部|门市部|村委|联合会|职工|科协|县委|市委|党委|支部|"
    "..[局厂站馆店队场所]|...[会园院社]"
)
_ORGANISATION = re.compile(ORGANISATION)

_TWO = "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐"
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭郎鲁韦马苗凤方俞任袁柳史唐费薛雷贺倪汤"
    "罗毕郝邬安常乐于傅皮卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛禹狄米贝明臧计成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路江童颜郭梅盛林"
    "刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房丁邓郁单洪包左石崔吉龚程邢裴陆荣翁荀甄曲封储靳段焦巴牧谷车侯全班仰秋仲伊宫宁仇甘"
    "厉祖武符刘景詹束龙叶幸司黎薄印白蒲邰赖卓蔺屠蒙池乔闻党翟谭劳申扶冉宰桑桂牛寿边扈燕冀尚农温庄晏柴瞿阎习艾鱼向古易廖耿匡"
    "吉阿文寇广东欧沃利越隆师巩聂晁勾敖融冷辛阚简饶曾沙养丰关查荆游权盖益桓公岳帅缑亢况郗琴商牟佘佴伯赏墨哈谯阳佟"
)
#: How a person's name begins.
SURNAME = f"(?:{_TWO}|[{_SURNAMES}])"


def scrub(text: str) -> str:
    """Replace every private number inside a text by ***."""
    if not _QUICK.search(text):
        return text
    # Twice, because two neighbours share the character between them.
    return _PRIVATE.sub(rf"\1{MASK}\2", _PRIVATE.sub(rf"\1{MASK}\2", text))


def is_organisation(name: str) -> bool:
    return bool(_ORGANISATION.search(name))


def scrubbed(finding: Finding) -> Finding:
    """The last guard: no private number in a finding, wherever it slipped in."""
    texts = {
        f.name: scrub(value)
        for f in dataclasses.fields(finding)
        if f.name in ("message", "fix", "value", "column", "sheet")
        and isinstance(value := getattr(finding, f.name), str)
    }
    return dataclasses.replace(finding, **texts)  # type: ignore[arg-type]


def mask_name(name: str) -> str:
    """张三 → 张*; empty stays empty."""
    return f"{name[0]}*" if name else name


def mask_payee(name: str) -> str:
    """A person's name is masked, an organisation's stands."""
    return scrub(name) if is_organisation(name) else mask_name(name)


def sql_macros() -> list[str]:
    """DuckDB macros with the same outcome as `scrub`, `mask_name` and `mask_payee`."""
    return [
        f"CREATE OR REPLACE MACRO scrub_once(x) AS regexp_replace(x, '{PRIVATE_NUMBER}', '\\1{MASK}\\2', 'g')",
        f"CREATE OR REPLACE MACRO scrub(x) AS CASE WHEN regexp_matches(x, '{_DIGITS}') THEN scrub_once(scrub_once(x)) ELSE x END",
        "CREATE OR REPLACE MACRO mask_name(x) AS CASE WHEN x IS NULL OR x = '' THEN x ELSE x[1] || '*' END",
        f"CREATE OR REPLACE MACRO mask_payee(x) AS CASE WHEN regexp_matches(x, '{ORGANISATION}') THEN scrub(x) ELSE mask_name(x) END",
    ]
