"""A cell as text → a value, in DuckDB's SQL: one expression a kind of column, used for tables of every size.

An expression gives NULL for an empty cell and for one that cannot be read as its kind; the caller tells the two apart.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandera.pandas as pandera
import pyarrow as pa

from schemas.base import ARROW_TYPES
from selfeval.checks.cells import holds

_FULL = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ．，－＋％（）：／￥−"
_HALF = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,-+%():/¥-"
_SPACE = "chr(9)||chr(10)||chr(13)||chr(32)||chr(160)||chr(12288)||chr(65279)||chr(8203)"
#: 'x and ="x": what exports put around a number so that a spreadsheet takes it as text.
_AS_TEXT = "chr(39)||chr(34)||chr(61)"
_TIMES = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H时%M分%S秒", "%H时%M分")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
_STAMPS = (
    tuple(f"{d} {t}" for d in _DATES for t in _TIMES) + tuple(f"%Y-%m-%dT{t}" for t in _TIMES[:3]) + ("%Y%m%d%H%M%S",)
)

#: DuckDB's names of the Arrow types of the declarations.
DUCKDB_TYPES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.decimal128(18, 2): "DECIMAL(18,2)",
    pa.decimal128(24, 8): "DECIMAL(24,8)",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}


#: A number in scientific notation: what a spreadsheet leaves of a long code.
SCIENTIFIC = r"[-+]?[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}"
#: "2060702-科普活动": a code and its name in one cell.
GLUED = "^([0-9A-Za-z]+)[-_—:/ ]*[一-鿿(]"
ERROR_WORDS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
#: A day as a spreadsheet counts it, with the time as its fraction.
SERIAL = r"[1-7][0-9]{4}(\.[0-9]+)?"
#: Day 0 of the two ways of counting; they are 1,462 days apart.
EPOCHS = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}


def duckdb_type(kind: str) -> str:
    return DUCKDB_TYPES[ARROW_TYPES[kind]]


def _once(expression: str, use: str, name: str = "c") -> str:
    """SQL that works an expression out once and uses it under a name: a macro's argument is written out at each use,
    so that nested macros would grow to what takes DuckDB longer to bind than to run."""
    return f"list_transform([{expression}], lambda {name}: {use})[1]"


def _dated(expression: str) -> str:
    """A day or point in time of the years 1 to 9999: to DuckDB "00000101" is a day of the year 0, to Python none."""
    return _once(expression, "CASE WHEN d >= DATE '0001-01-01' THEN d END", "d")


def macros() -> list[str]:
    """CREATE MACRO statements that the expressions below need."""
    dates = ", ".join(f"'{f}'" for f in _DATES)
    stamps = ", ".join(f"'{f}'" for f in _STAMPS)
    return [
        f"CREATE OR REPLACE MACRO sf_trim(x) AS nullif(trim(x, {_SPACE}), '')",
        # DuckDB makes the whole table of `translate` anew for every cell: only cells that hold more than ASCII go there.
        "CREATE OR REPLACE MACRO sf_half(x) AS nullif(trim(CASE WHEN strlen(x) = length(x) THEN x"
        f" ELSE translate(x, '{_FULL}', '{_HALF}') END, {_SPACE}||{_AS_TEXT}), '')",
        # Brackets mean a negative amount; separators count only where they part thousands.
        "CREATE OR REPLACE MACRO sf_plain(x) AS CASE"
        " WHEN regexp_full_match(x, '\\(.*\\)') THEN '-' || x[2:-2] ELSE x END",
        "CREATE OR REPLACE MACRO sf_digits(x) AS CASE"
        " WHEN regexp_full_match(x, '[-+]?[0-9]{1,3}([, ][0-9]{3})+(\\.[0-9]*)?') THEN replace(replace(x, ',', ''), ' ', '')"
        " ELSE x END",
        # A mobile or card number in a column of figures is a slip, and would leave the raw folder as a figure. What ends
        # in four zeros is rather an amount taken ten thousand times.
        f"CREATE OR REPLACE MACRO sf_number(x) AS {_once('x', 'sf_read(c, ' + _once('sf_plain(c)', 'sf_digits(p)', 'p') + ')')}",
        "CREATE OR REPLACE MACRO sf_read(x, digits) AS CASE WHEN regexp_full_match(digits,"
        " '[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)')"
        " AND NOT regexp_full_match(x, '[0-9]{16,}')"
        " AND (x LIKE '%0000' OR NOT regexp_full_match(x, '1[3-9][0-9]{9}')) THEN TRY_CAST(digits AS DECIMAL(24,8)) END",
        "CREATE OR REPLACE MACRO sf_bare(x) AS regexp_replace(regexp_replace(x, '^([-+(]?) *¥ *', '\\1'), ' *元$', '')",
        "CREATE OR REPLACE MACRO sf_money(x, factor) AS "
        + _once(
            "sf_number(sf_bare(x)) * factor", "CASE WHEN n = round(n, 2) THEN TRY_CAST(n AS DECIMAL(18,2)) END", "n"
        ),
        "CREATE OR REPLACE MACRO sf_integer(x) AS "
        + _once("sf_number(x)", "CASE WHEN n = floor(n) THEN TRY_CAST(n AS BIGINT) END", "n"),
        "CREATE OR REPLACE MACRO sf_date(x) AS "
        + _dated(
            f"coalesce(CAST(try_strptime(x, [{dates}]) AS DATE),"
            " CASE WHEN regexp_full_match(x, '[0-9]{8}') THEN CAST(try_strptime(x, '%Y%m%d') AS DATE) END,"
            f" CAST(try_strptime(x, [{stamps}]) AS DATE))"
        ),
        f"CREATE OR REPLACE MACRO sf_serial(x, epoch) AS CASE WHEN regexp_full_match(x, '{SERIAL}')"
        " THEN CAST(epoch AS TIMESTAMP) + to_seconds(CAST(round(CAST(x AS DECIMAL(24,8)) * 86400) AS BIGINT)) END",
        # A cell of a sheet whose rows are of several kinds: text, a date as people write it, or a day's number.
        f"CREATE OR REPLACE MACRO sf_day(x) AS coalesce(sf_date(sf_half(x)),"
        f" CAST(sf_serial(sf_half(x), DATE '{EPOCHS[False]}') AS DATE))",
        "CREATE OR REPLACE MACRO sf_timestamp(x) AS "
        + _dated(f"coalesce(try_strptime(x, [{stamps}]), CAST(sf_date(x) AS TIMESTAMP))"),
        "CREATE OR REPLACE MACRO sf_month(x) AS strftime("
        + _dated(
            "coalesce(CASE WHEN regexp_full_match(x, '[0-9]{6}') THEN try_strptime(x || '01', '%Y%m%d') END,"
            " try_strptime(x || '-01', ['%Y-%m-%d']), try_strptime(x || '/01', ['%Y/%m/%d']),"
            " try_strptime(x || '01日', ['%Y年%m月%d日']), CAST(sf_date(x) AS TIMESTAMP))"
        )
        + ", '%Y-%m')",
    ]


def expression(kind: str, cell: str, factor: Decimal = Decimal(1)) -> str:
    """SQL that turns the VARCHAR expression `cell` into a value of `kind`; money comes out in 元."""
    half = f"sf_half({cell})"
    by_kind = {
        "text": f"scrub(sf_trim({cell}))",
        "free": f"scrub(sf_trim({cell}))",
        "code": half,
        "month": f"sf_month({half})",
        "integer": f"sf_integer({half})",
        "money": f"sf_money({half}, {int(factor)})",
        "decimal": f"sf_number({half})",
        "percent": f"sf_number(rtrim({half}, '%'))",
        "date": f"sf_date({half})",
        "timestamp": f"sf_timestamp({half})",
    }
    return by_kind[kind]


def value(cell: str, column: pandera.Column, factor: Decimal = Decimal(1), *, epoch_1904: bool = False) -> str:
    """SQL of a declared column's value: the expression of its kind, and what its checks let us understand besides.

    A code glued to its name is taken alone where only then the checks hold; a serial number is a date where it falls
    into the checked range by one of the two epochs, the workbook's own first.
    """
    kind = column.metadata["kind"]
    plain = expression(kind, cell, factor)
    if kind == "code" and column.checks:
        code = f"regexp_extract(sf_half({cell}), '{GLUED}', 1)"
        fits = " AND ".join(holds(check, code) for check in column.checks)
        return f"CASE WHEN {is_glued(cell)} AND {fits} THEN {code} ELSE {plain} END"
    if kind in ("date", "timestamp"):
        return f"coalesce({plain}, {_serial(cell, column, kind, epoch_1904)})"
    return plain


def _rarely(likely: str, test: str) -> str:
    """SQL: both hold. The second is looked at only where the first holds, which AND does not promise; NULL is false."""
    return f"(CASE WHEN {likely} THEN {test} ELSE false END)"


def is_glued(cell: str) -> str:
    """SQL: a code with its name behind it."""
    return _rarely(f"regexp_matches({cell}, '[一-鿿(（]')", f"regexp_matches(sf_half({cell}), '{GLUED}')")


def is_scientific(cell: str) -> str:
    return _rarely(
        f"regexp_matches({cell}, '[0-9０-９][eEｅＥ]')", f"regexp_full_match(sf_half({cell}), '{SCIENTIFIC}')"
    )


def is_error(cell: str) -> str:
    """SQL: the word that a spreadsheet saved as text leaves of a cell it could not compute."""
    return _rarely(f"{cell}[1] = '#'", f"upper(sf_trim({cell})) IN {ERROR_WORDS}")


def is_serial(cell: str) -> str:
    return _rarely(
        f"regexp_matches({cell}, '^\\s*[0-9０-９]{{5}}([^0-9０-９]|$)')",
        f"regexp_full_match(sf_half({cell}), '{SERIAL}')",
    )


def _serial(cell: str, column: pandera.Column, kind: str, epoch_1904: bool) -> str:
    days = [f"sf_serial(sf_half({cell}), DATE '{EPOCHS[e]}')" for e in (epoch_1904, not epoch_1904)]
    if kind == "date":
        days = [f"CAST({day} AS DATE)" for day in days]
    ranges = [check for check in column.checks if check.name == "in_range"]
    if not ranges:
        return f"CASE WHEN {days[0]} BETWEEN DATE '1990-01-01' AND DATE '2100-01-01' THEN {days[0]} END"
    return "CASE " + " ".join(f"WHEN {' AND '.join(holds(c, day) for c in ranges)} THEN {day}" for day in days) + " END"
