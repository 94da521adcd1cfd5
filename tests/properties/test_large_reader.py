"""The block reader of large text and Parquet files gives what the reader of small ones gives, whatever the file looks like.

Blocks, batches and groups are made tiny, so that a file of a few dozen lines has every kind of border in it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from schemas import Scope, datasets, default_domains
from selfeval.sources import large, large_chunks, large_doubt, large_json, large_parquet, large_rows, large_values, part
from selfeval.sources.people import People
from selfeval.sources.scan import RawFile
from selfeval.sources.text import Unreadable

PEOPLE = People(frozenset({"张三", "欧阳娜娜"}))
SCOPE = Scope(2024, "351001", default_domains())
HEADERS = {
    "科普员分享记录": ["分享时间", "科普员编号", "姓名", "行政村（社区）", "内容编号", "内容标题", "渠道", "阅读数"],
    "科普员月任务": ["科普员编号", "月份", "任务数"],
    "天府科技云注册明细": ["用户编号", "名称", "注册类型", "手机号", "注册时间"],
    "满意度问卷": ["问卷编号", "调查日期", "对象类型", "总体评价", "手机号"],
}
TIMES = [
    "2024-01-31 08:30:00", "2024-02-29 23:59:59", "2024-12-31 00:00:01", "2024-06-01 12:00:00", "2024-06-01",
    "2024/6/1 9:05", "2024年6月1日 9时5分", "20240601123000", "2024-02-30 08:00:00", "2023-12-31 23:59:59",
    "2025-01-01 00:00:00", "45444", "45444.5", "２０２４－０６－０１ 12:00:00", "昨天", "", " 2024-06-01 12:00:00 ",
    "2024-06-01T12:00:00", "2024-13-01 00:00:00", "2024-06-01 24:00:00", "0000-01-01 00:00:00", "1717200000",
]  # fmt: skip
IDS = [
    "KP00000001", "KP00000002", "KP00000003", "ＫＰ00000004", "KP123", "kp00000001", "", "张三丰", "KP00000001张三",
    "KP00000005 李四", "1.2E+10", "00012345", "12345", "C00001", "C00002", "合计", "科普员编号", "  KP00000002　", "注：",
]  # fmt: skip
NAMES = ["张三", "李四", "欧阳娜娜", "王𬭎", "㐂乐", "", "某某有限公司", "小计", "名称", " 张三 ", "·", "13800138000"]
WORDS = [
    "微信群", "抖音", "快手", "", "科技工作者", "组织机构", "非常满意", "满意", "一般", "不错", "微信群 ", "群众",
    "安全生产科普第00001期", "联系13800138000", "a|b", "a;b", '他说"好"', "续,一", "身份证51113219800101123X", "两行\n一格",
    "两行\r\n一格", "合计", "备注：无", "=1+1", "村民张三同志", "联系人：李四", "张三", "#N/A", "null", "NA", "'", "\\", "\u3000", "注册类型",
]  # fmt: skip
NUMBERS = ["0", "12", "-5", "1,234", "十五", "", "１２", "1.5", "3.0", "1e3", "00", "阅读数", "99999999999999999999", "+7", " 8"]  # fmt: skip
#: Lines that are no plain record, as they stand in the file; `{d}` is the delimiter.
LINES = [
    "", "   ", "{d}{d}{d}", "合计{d}{d}{d}99", "注：以上数据由系统导出", "没有配对的\"引号{d}1{d}2", '"开着{d}1{d}2', "少{d}列",
    "1{d}2{d}3{d}4{d}5{d}6{d}7{d}8{d}9{d}10", "空\x00字符{d}1", '"a"b{d}c', "科普员分享记录表", "本页小计{d}12", '""', '"', "{header}",
    "{header}{d}", "制表人：张三", "甲{d}2024-06-01{d}乙{d}丙{d}{d}{d}{d}{d}{d}", "W1{d}多{d}2024-06-01{d}村民{d}满意{d}",
]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A file: its dataset and the bytes it is made of."""

    dataset: str
    data: bytes
    suffix: str


def _quoted(cell: str, delimiter: str, always: bool) -> str:
    needs = any(c in cell for c in f'{delimiter}"\n\r')
    return '"' + cell.replace('"', '""') + '"' if always or needs else cell


@st.composite
def cases(draw: st.DrawFn) -> Case:
    dataset = draw(st.sampled_from(sorted(HEADERS)))
    header = HEADERS[dataset]
    delimiter = draw(st.sampled_from([",", ",", ",", "\t", ";", "|"]))
    pools = [_pool(label) for label in header]
    usual = st.tuples(*(st.sampled_from(pool[:4]) for pool in pools))
    any_row = st.tuples(*(st.sampled_from(pool) for pool in pools))
    quoting = st.sampled_from([False, False, True])
    row = st.builds(
        lambda cells, q: delimiter.join(_quoted(c, delimiter, q) for c in cells),
        st.one_of(usual, usual, any_row),
        quoting,
    )
    line = st.sampled_from(LINES).map(
        lambda text: text.replace("{header}", delimiter.join(header)).replace("{d}", delimiter)
    )
    body = draw(st.lists(st.one_of(row, row, row, row, line), min_size=1, max_size=60))
    body = [delimiter.join(header), *body]
    if draw(st.booleans()):
        body.insert(0, draw(st.sampled_from([f"{dataset}（2024年）", "", "导出时间：2024-12-31"])))
    usual_end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    mixed = draw(st.booleans()) and draw(st.booleans())
    ends = [draw(st.sampled_from(["\n", "\r\n"])) if mixed else usual_end for _ in body]
    if draw(st.booleans()):
        ends[-1] = ""
    text = "".join(a + b for a, b in zip(body, ends, strict=True))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16"]))
    data = text.encode(encoding)
    if draw(st.integers(0, 30)) == 0:
        data += draw(st.sampled_from([b"\xff\xff\n", b"\x81", b"\xe4\xb8\n"]))
    return Case(dataset, data, ".tsv" if delimiter == "\t" and draw(st.booleans()) else ".csv")


def _pool(label: str) -> list[str]:
    if "时间" in label or "日期" in label:
        return TIMES
    if label == "月份":
        return ["2024-01", "2024-02", "2024-12", "2024/3", "202405", "2024年6月", "2023-12", "", "五月", "45444"]
    if "编号" in label:
        return IDS
    if label in ("姓名", "名称"):
        return NAMES
    if label in ("阅读数", "任务数"):
        return NUMBERS
    if label == "手机号":
        return ["13800138000", "13900139000", "１３８00138000", "1380013800", "", "无", "13800138000.0"]
    return WORDS


#: Lines of JSON that no model fits, or that are no object.
JSON_LINES = [
    "", "   ", "{}", "[]", "null", "12", "{", '{"a": }', '{"新": "键"}', '{"分享时间": {"a": [1, 2]}, "渠道": true}',
    '{"科普员编号": "合计", "阅读数": 99}', '{"科普员编号": "KP00000001", "科普员编号": "KP00000002"}', '{"阅读数": NaN}',
    '{"姓名": "\\u5f20\\u4e09"}', '{"渠道": "一\\n二"}', '{"渠道": "一\t二"}', '{"阅读数": 1.50, "名称": null}', '{"": ""}',
]  # fmt: skip


@st.composite
def json_cases(draw: st.DrawFn) -> Case:
    dataset = draw(st.sampled_from(sorted(HEADERS)))
    header = HEADERS[dataset]
    spaced = draw(st.booleans())
    separators = (", ", ": ") if spaced else (",", ":")
    numbers = draw(st.booleans())
    escaped = draw(st.integers(0, 4)) == 0

    def line(cells: tuple[str, ...]) -> str:
        values = {
            label: int(cell)
            if numbers and cell.isascii() and cell.isdigit() and label in ("阅读数", "任务数")
            else cell
            for label, cell in zip(header, cells, strict=True)
        }
        return json.dumps(values, ensure_ascii=escaped, separators=separators)

    usual = st.tuples(*(st.sampled_from(_pool(label)[:4]) for label in header)).map(line)
    any_row = st.tuples(*(st.sampled_from(_pool(label)) for label in header)).map(line)
    none = usual.map(lambda text: text.replace(f'{separators[1]}"{text.split(chr(34))[3]}"', f"{separators[1]}null", 1))
    reordered = usual.map(lambda text: json.dumps(dict(reversed(json.loads(text).items())), ensure_ascii=False))
    odd = st.sampled_from(JSON_LINES)
    body = draw(
        st.lists(st.one_of(usual, usual, usual, any_row, any_row, none, reordered, odd), min_size=2, max_size=60)
    )
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = end.join(body) + draw(st.sampled_from([end, ""]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    return Case(dataset, text.encode(encoding), ".jsonl")


def _moment(cell: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(cell) if re.fullmatch(r"2\d{3}-0[16]-[\d: -]+", cell) else None
    except ValueError:
        # Of the right shape, at an hour that no day has.
        return None


def _typed(label: str, cells: list[str], kind: str) -> pa.Array:
    """A column of a Parquet file: texts, or what of them can be read as the kind."""
    if kind == "number" and label in ("阅读数", "任务数"):
        return pa.array([int(c) if c.isascii() and c.isdigit() and len(c) < 19 else None for c in cells], pa.int64())
    if kind == "float" and label in ("阅读数", "任务数"):
        return pa.array([float(c) if c.isascii() and c.isdigit() else None for c in cells])
    if kind == "time" and "时间" in label:
        return pa.array([_moment(c) for c in cells], pa.timestamp("us"))
    if kind == "coded":
        return pa.array(cells).dictionary_encode()
    return pa.array([cell if cell != "·" else None for cell in cells], pa.string())


@st.composite
def parquet_cases(draw: st.DrawFn) -> Case:
    dataset = draw(st.sampled_from(sorted(HEADERS)))
    header = HEADERS[dataset]
    usual = st.tuples(*(st.sampled_from(_pool(label)[:4]) for label in header))
    any_row = st.tuples(*(st.sampled_from(_pool(label)) for label in header))
    rows = draw(st.lists(st.one_of(usual, usual, any_row), min_size=1, max_size=60))
    if draw(st.integers(0, 5)) == 0:
        rows.insert(draw(st.integers(0, len(rows))), tuple(header))
    kinds = ["text", "number", "float", "time", "coded"]
    columns = {
        label: _typed(label, list(cells), draw(st.sampled_from(kinds)))
        for label, cells in zip(header, zip(*rows, strict=True), strict=True)
    }
    if draw(st.booleans()):
        columns["备注"] = pa.array([None, *range(1, len(rows))], pa.float64())
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=draw(st.integers(1, 20)))
    return Case(dataset, sink.getvalue(), ".parquet")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(large_chunks, "BLOCK_BYTES", 700)
    monkeypatch.setattr(large_rows, "GROUP", 9)
    monkeypatch.setattr(large_values, "KEPT", 6)
    monkeypatch.setattr(large_values, "LIKELY", 3)
    monkeypatch.setattr(large_doubt, "BATCH", 1000)
    monkeypatch.setattr(large_json, "MODELS", 4)
    monkeypatch.setattr(large_parquet, "BATCH_ROWS", 7)
    yield


def both(case: Case, folder: Path) -> tuple[dict[str, Any], dict[str, Any] | None, Path, Path]:
    dataset = datasets()[case.dataset]
    path = folder / f"{case.dataset}{case.suffix}"
    path.write_bytes(case.data)
    raw = RawFile(path.name, path, "0" * 64, len(case.data))
    small, big = folder / "small", folder / "big"
    for made in (small, big):
        made.mkdir()
    aliases: dict[str, tuple[str, ...]] = {}
    told = part.read_part(raw, dataset, SCOPE, aliases, small, PEOPLE)
    try:
        info = large.read_large(raw, dataset, SCOPE, aliases, big, PEOPLE)
    except Unreadable as error:
        info = part.of_unreadable(error, raw, dataset)
    return told, info, small, big


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows in file order; group numbers as ranks of first appearance, which is what they mean."""
    table = pq.read_table(path)
    for place, kind in enumerate(table.schema.types):
        # A point in time before the year 1 is a fault, but no Python object.
        if pa.types.is_timestamp(kind):
            table = table.set_column(place, table.schema.names[place], table.column(place).cast(pa.int64()))
    rows = (
        sorted(table.to_pylist(), key=lambda r: r["_row"]) if path.name.endswith(".rows.parquet") else table.to_pylist()
    )
    for name in [n for n in table.schema.names if n.endswith("__group")]:
        ranks: dict[Any, int] = {}
        for row in rows:
            row[name] = ranks.setdefault(row[name], len(ranks))
    return rows


def same(case: Case, folder: Path) -> bool:
    """Compare both ways; False where the large reader leaves the file to the small one."""
    told, found, small, big = both(case, folder)
    if found is None:
        assert not list(big.iterdir())
        return False
    found = {**found, "parts": [{k: v for k, v in p.items() if k != "large"} for p in found["parts"]]}
    assert found == told
    assert sorted(p.name for p in big.iterdir()) == sorted(p.name for p in small.iterdir())
    for path in sorted(small.iterdir()):
        assert pq.read_schema(big / path.name).names == pq.read_schema(path).names
        assert _rows(big / path.name) == _rows(path), path.name
    return True


def _check(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    event("in blocks" if same(case, tmp_path_factory.mktemp("both")) else "left to the small reader")


@settings(
    max_examples=int(os.environ.get("LARGE_EXAMPLES", "20")),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
def test_both_readers_agree(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    _check(case, tmp_path_factory)


@settings(
    max_examples=int(os.environ.get("LARGE_EXAMPLES", "20")) // 2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(case=st.one_of(json_cases(), parquet_cases()))
def test_both_readers_agree_on_json_and_parquet(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    _check(case, tmp_path_factory)


def test_lost_zeros_are_left_to_the_reader_that_has_all_codes(tmp_path: Path) -> None:
    codes = [f"00{n:04d}" for n in range(400)] + ["17", "18"]
    rows = "".join(f"{code},李四,组织机构,2024-01-31 08:30:00\n" for code in codes)
    case = Case("天府科技云注册明细", f"用户编号,名称,注册类型,注册时间\n{rows}".encode(), ".csv")
    _, found, small, _ = both(case, tmp_path)
    assert found is None
    faults = pq.read_table(small / "0.faults.parquet").to_pylist()
    assert [(f["_row"], f["column"], f["kind"]) for f in faults] == [
        (402, "user_id", "zeros"),
        (403, "user_id", "zeros"),
    ]


def test_a_file_of_another_year_is_decided_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows are doubtful: more than are decided about at once, and none of them is kept in memory."""
    monkeypatch.setattr(large_doubt, "BATCH", 60)
    names = ("张三", "李四", "王五", "")
    lines = [
        f"2022-{1 + n % 12:02d}-05 08:30:{n % 60:02d},KP{n % 30:08d},{names[n % 4]},老沟村,C{n % 7},标题{n % 5},微信群,{n}"
        for n in range(400)
    ]
    lines[150:150] = ["", "2024-01-05 08:30:00,KP00000001,张三,老沟村,C1,标题,微信群,3"]
    lines[300] = "昨天,KP00000001,张三,老沟村,C1,标题,快手,三"
    case = Case("科普员分享记录", "\n".join([",".join(HEADERS["科普员分享记录"]), *lines]).encode(), ".csv")
    assert same(case, tmp_path)
    assert len(pq.read_table(tmp_path / "big" / "0.cells.parquet")) > 400


def test_marks_beside_the_data_are_told_of_every_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_doubt, "BATCH", 60)
    lines = [
        f"2022-{1 + n % 12:02d}-05 08:30:{n % 60:02d},KP{n % 30:08d},张三,老沟村,C{n},标题,微信群,{n},无"
        for n in range(300)
    ]
    for n in (10, 250):
        lines[n] = lines[n].replace("无", "无\0")
    case = Case("科普员分享记录", "\n".join([",".join((*HEADERS["科普员分享记录"], "附注")), *lines]).encode(), ".csv")
    assert same(case, tmp_path)
    (tmp_path / "again").mkdir()
    _, found, _, _ = both(case, tmp_path / "again")
    assert found is not None
    told = [f for f in found["findings"] if f["rule"] == "source.null_byte"]
    assert [(f["column"], f["count"]) for f in told] == [("附注", 2)]


@pytest.mark.parametrize("rows", [1, 100, 140, 160, 180, 220, 300])
def test_the_last_batch_is_written_however_few_rows_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(large_doubt, "BATCH", 60)
    lines = [f"2022-05-05 08:30:{n % 60:02d},KP{n:08d},张三,老沟村,C{n},标题,微信群,{n}" for n in range(rows)]
    case = Case("科普员分享记录", "\n".join([",".join(HEADERS["科普员分享记录"]), *lines]).encode(), ".csv")
    assert same(case, tmp_path)
