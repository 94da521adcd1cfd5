"""Over random messy tables: both ways of checking find the same rows, and no row is lost."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import Scope, Table, datasets, default_domains
from schemas.base import ARROW_TYPES
from selfeval import duck
from selfeval.checks import cells
from selfeval.pipeline import UnitPipeline, plan
from selfeval.sources import typing
from selfeval.store import Store
from tests.rules.conftest import PROJECT, SHARES, UNIT, YEAR

SCOPE = Scope(YEAR, UNIT, default_domains())
#: What people and systems leave in cells, good and bad, for any kind of column.
CELL = st.one_of(
    st.sampled_from(
        [
            "", " ", "　", "0", "-1", "5", "１２", "1,234.50", "(3)", "1e5", "1.5", "2024-03-05", "2024/3/5", "20240305",
            "2024-02-30", "2023-12-31 23:59:59", "2025-01-01", "45356", "2024-05", "202405", "KP00000001", "KP1", "kp00000001",
            "微信群", " 抖音", "快手", "满意", "30226", "30226-劳务费", PROJECT, f"{PROJECT}-项目", "5.11E+20", "#REF!", "合计",
            "小计", "注：", "是", "13812345678", "100%", "=1+1", "'5", '"', "\t", "\x00", "一\n二", "99999999999999999999",
        ]
    ),
    st.text(max_size=6),
)  # fmt: skip
TABLES = [table for dataset in datasets().values() for table in dataset.tables]


@settings(max_examples=40, deadline=None)
@given(table=st.sampled_from(TABLES), data=st.data())
def test_pandera_and_its_sql_twin_find_the_same_cells(table: Table, data: st.DataObject) -> None:
    schema = table.schema(SCOPE)
    names = list(schema.columns)
    rows = data.draw(st.lists(st.tuples(*[CELL] * len(names)), min_size=1, max_size=12))
    frame = pd.DataFrame(rows, columns=names).astype(pd.ArrowDtype(ARROW_TYPES["text"]))
    frame.insert(0, "_id", range(len(rows)))
    with duck.connect() as con:
        con.register("raw", frame)
        typed = ", ".join(f"{typing.value(n, schema.columns[n])} AS {n}" for n in names)
        con.execute(f"CREATE TABLE typed AS SELECT _id, {typed} FROM raw")
        by_sql = set(con.execute(cells.sql_faults(schema, names, "typed")).fetchall())
        made = con.sql("SELECT * FROM typed").to_arrow_table()
    typed_frame = made.to_pandas(types_mapper=pd.ArrowDtype).set_index("_id")
    present = pa.DataFrameSchema({n: schema.columns[n] for n in names})
    assert cells.by_pandera(typed_frame, present) == by_sql


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    # Without quotes a row of one empty cell cannot be written.
    rows=st.lists(st.lists(CELL, min_size=0, max_size=9).filter(lambda row: row != [""]), max_size=12),
    ends=st.sampled_from(["\r\n", "\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_no_row_of_a_messy_log_is_lost(rows: list[list[str]], ends: str, quoting: int, encoding: str) -> None:
    """Every physical line is a row read or another line, and every row read counts or is in the quarantine."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting, lineterminator=ends, escapechar="\\")  # type: ignore[arg-type]
    writer.writerows([SHARES, *rows])
    text = out.getvalue()
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return
    with tempfile.TemporaryDirectory() as home:
        root = Path(home) / "raw" / str(YEAR) / UNIT
        root.mkdir(parents=True)
        (root / "科普员分享记录.csv").write_bytes(content)
        unit = UnitPipeline(plan(Path(home) / "raw", YEAR, UNIT), Store(Path(home) / "store"))
        (account,) = next(a.files for a in unit.accounts if a.name == "科普员分享记录")
        kept = unit.checked["科普员分享记录"].file("quarantine.csv").read_text(encoding="utf-8-sig")
    lines = len(io.StringIO(text, newline="").readlines())
    assert account.read + account.other_lines == lines
    assert account.read == account.accepted + account.quarantined
    assert len(list(csv.reader(io.StringIO(kept, newline="")))) == account.quarantined + 1
