"""How a cell is shown where it may be shown at all, as DuckDB SQL: by its column's privacy mark, and more strictly where
a cell may stand in the wrong column or the column is not known.
"""

from __future__ import annotations

import re

import pandera.pandas as pa

from selfeval.privacy import MASK
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
    return f"scrub({expression})"


def loose(expression: str, column: pa.Column) -> str:
    """A cell of a row whose cells may stand in other columns than their own."""
    return declared(expression, column) if column.metadata["private"] == "secret" else f"mask_loose({expression})"


def extra(expression: str, label: str) -> str:
    """A cell of a column that is not declared: by what its header says."""
    said = normal(label)
    if _NUMBER.search(said):
        return f"CASE WHEN sf_trim({expression}) IS NULL THEN {expression} ELSE '{MASK}' END"
    return f"mask_name(sf_trim({expression}))" if is_person(label) else f"mask_loose({expression})"
