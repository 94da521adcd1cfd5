"""How a cell is shown where it may be shown at all, as DuckDB SQL: by its column's privacy mark, and more strictly where
a cell may stand in the wrong column or the column is not known.
"""

from __future__ import annotations

import re

import pandera.pandas as pa

from selfeval.checks.cells import holds
from selfeval.privacy import MASK, PRIVATE_CODE, SURNAME
from selfeval.sources.body import normal

_PERSON = re.compile(
    r"姓名|名字|联系人|负责人|经办人|收款人|领款人|户主|户名|获奖人|填报人|获奖者|人员名单|本人|家长|学生|教师"
)
_NUMBER = re.compile(r"手机|电话|身份证|证件号|银行|卡号|账号|帐号|账户|帐户|微信号|qq|邮箱|住址|地址")


def macros() -> list[str]:
    """`mask_loose`: long numbers and whatever may be a person's name, whichever column it stands in."""
    return [
        "CREATE OR REPLACE MACRO mask_loose(x) AS CASE WHEN regexp_full_match(sf_trim(x), '[\"“”]*[一-鿿·]{2,6}[\"“”]*')"
        " THEN mask_payee(sf_trim(x))"
        f" ELSE regexp_replace(scrub(x), '(^|[^0-9A-Za-z.])[0-9]{{10,}}', '\\1{MASK}', 'g') END"
    ]


def is_person(label: str) -> bool:
    """Whether a header says that its column names people."""
    return bool(_PERSON.search(normal(label)))


def declared(expression: str, column: pa.Column) -> str:
    """A cell of a declared column."""
    private = column.metadata["private"]
    if private == "secret":
        return f"CASE WHEN {expression} IS NULL OR trim({expression}) = '' THEN {expression} ELSE '{MASK}' END"
    if private in ("name", "payee"):
        return f"mask_{private}(sf_trim({expression}))"
    if column.metadata["kind"] == "code":
        # A name that slipped into a column of numbers is a name all the same.
        return f"CASE WHEN regexp_full_match({expression}, '[一-鿿·]{{2,8}}') THEN mask_payee({expression}) ELSE scrub({expression}) END"
    if stray := _stray_name(expression, column):
        return f"CASE WHEN {stray} THEN mask_name(sf_trim({expression})) ELSE scrub({expression}) END"
    return f"scrub({expression})"


def _stray_name(expression: str, column: pa.Column) -> str | None:
    """SQL: a person's name where only certain words may stand; None where any word may."""
    check = next((c for c in column.checks if c.name == "isin"), None)
    if check is None or column.metadata["kind"] != "text":
        return None
    name = f"regexp_full_match(sf_trim({expression}), '{SURNAME}[一-鿿·]{{1,3}}')"
    return f"({name} AND NOT {holds(check, f'sf_trim({expression})')})"


def is_private_code(expression: str) -> str:
    """SQL: a code that is a phone, id-card or bank-card number or a person's name, or holds a number among words."""
    bare = f"regexp_replace({expression}, '[ -]', '', 'g')"
    return (
        f"(regexp_matches({bare}, '{PRIVATE_CODE}')"
        f" OR (regexp_full_match({expression}, '[一-鿿·]{{2,4}}') AND mask_payee({expression}) <> {expression})"
        f" OR (NOT regexp_full_match({expression}, '[0-9A-Za-z_-]*') AND scrub({expression}) <> {expression}))"
    )


def kept(name: str, column: pa.Column) -> str:
    """A typed value of the relation `t` as the store keeps it.

    A code that is private becomes ***, the file and the first row that has it: equal codes of a file stay equal, and
    those of two files are never taken for each other.
    """
    if column.metadata["private"] is not None or _stray_name(name, column):
        return declared(f"t.{name}", column)
    if column.metadata["kind"] != "code":
        return f"t.{name}"
    first = f"min(t._row) OVER (PARTITION BY t.{name})"
    return f"CASE WHEN {is_private_code(f't.{name}')} THEN '{MASK}' || getvariable('file') || '-' || {first} ELSE t.{name} END"


def loose(expression: str, column: pa.Column) -> str:
    """A cell of a row whose cells may stand in other columns than their own."""
    return declared(expression, column) if column.metadata["private"] == "secret" else f"mask_loose({expression})"


def extra(expression: str, label: str) -> str:
    """A cell of a column that is not declared: by what its header says."""
    said = normal(label)
    if _NUMBER.search(said):
        return f"CASE WHEN sf_trim({expression}) IS NULL THEN {expression} ELSE '{MASK}' END"
    return f"mask_name(sf_trim({expression}))" if is_person(label) else f"mask_loose({expression})"
