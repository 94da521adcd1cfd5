"""A unit read in blocks has the findings, accounts, quarantine files and facts of the same unit read whole.

What is kept a part of a large table (hashes of keys, values that refer to other tables, roll-ups) is held to what
DuckDB finds over all rows.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from selfeval.checks import accepted, patterns, repeats, words
from selfeval.pipeline import UnitPipeline, plan
from selfeval.sources import large, large_chunks, large_rows, large_values
from selfeval.store import Store

UNIT, YEAR, DATASET = "351001", 2024, "科普员分享记录"
HEADER = "分享时间,科普员编号,姓名,行政村（社区）,内容编号,内容标题,渠道,阅读数"
LABELS = ("张三", "李四", "王𬭎", "㐂乐")


def _row(draw: random.Random) -> list[str]:
    """A row of a small world, so that keys meet; one in eight is faulty or oddly written."""
    person = draw.randrange(8)
    cells = [
        f"2024-{draw.randrange(1, 13):02d}-0{draw.randrange(1, 4)} 08:00:00", f"KP0000000{person}", LABELS[person % 4], "老沟村",
        f"C{draw.randrange(2)}", draw.choice(["禁毒", "张三同志讲森林", "𬭎溪"]), draw.choice(["微信群", "抖音"]), str(draw.randrange(3)),
    ]  # fmt: skip
    if draw.random() < 1 / 8:
        place = draw.randrange(8)
        odd = [["昨天", "2023-12-31 23:59:59", "2024/3/1 08:00"], ["KP9", "", "KP99999999", "KP00000003张三"], ["", "钱五 "],
               ["", "白坝村"], ["", "C1 "], ['"续,一"', '"两行\n一格"', '开"着', "=1"], ["快手", "ＱＱ群"], ["-1", "十", "１２", "1,000"]]  # fmt: skip
        cells[place] = draw.choice(odd[place])
    return cells


def _file(draw: random.Random, earlier: list[str], rows: int) -> str:
    lines = []
    for _ in range(rows):
        chance = draw.random()
        if chance < 0.15 and earlier:
            lines.append(draw.choice(earlier))
        elif chance < 0.2:
            lines.append(draw.choice(["", "合计,,,,,,,9", "少,列", HEADER, "注：系统导出", "a,b,c,d,e,f,g,h,i,j"]))
        else:
            lines.append(",".join(_row(draw)))
    earlier += [line for line in lines if line.count(",") == 7 and '"' not in line]
    end = draw.choice(["\n", "\r\n"])
    return "".join(line + (end if draw.random() < 0.95 else "\n") for line in [HEADER, *lines])


def _folder(root: Path, seed: int) -> Path:
    """A unit with a roster, tasks, and shares in three files of several encodings that overlap."""
    draw = random.Random(seed)
    unit = root / "raw" / str(YEAR) / UNIT
    (unit / DATASET).mkdir(parents=True)
    roster = "".join(f"KP0000000{n},{LABELS[n % 4]},老沟村\n" for n in range(7))
    (unit / "科普员名册.csv").write_text(f"科普员编号,姓名,行政村（社区）\n{roster}", encoding="utf-8")
    tasks = "".join(f"KP0000000{n},2024-{m:02d},2\n" for n in range(7) for m in range(1, 13))
    (unit / "科普员月任务.csv").write_text(f"科普员编号,月份,任务数\n{tasks}", encoding="utf-8")
    earlier: list[str] = []
    for name in ("01", "02", "03"):
        encoding = draw.choice(["utf-8", "utf-8-sig", "gb18030"])
        text = _file(draw, earlier, draw.randrange(5, 60))
        (unit / DATASET / f"2024-{name}.csv").write_bytes(text.encode(encoding))
    return root


def told(root: Path, store: Path) -> dict[str, Any]:
    p = UnitPipeline(plan(root / "raw", YEAR, UNIT), Store(store))
    blocks = [part for name in p.parts for part in p.parts[name] if "large" in part.info]
    assert bool(blocks) == (large.LARGE_BYTES == 0)
    return {
        "findings": p.findings,
        "accounts": p.accounts,
        "quarantine": {name: entry.file("quarantine.csv").read_bytes() for name, entry in p.checked.items()},
        "facts": p.raw_facts,
        "samples": p.samples,
    }


def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LARGE_BYTES", 0)
    monkeypatch.setattr(large_chunks, "BLOCK_BYTES", 900)
    monkeypatch.setattr(large_rows, "GROUP", 11)
    monkeypatch.setattr(large_values, "KEPT", 6)
    monkeypatch.setattr(repeats, "LARGE_ROWS", 0)
    monkeypatch.setattr(words, "PIECE", 7)
    monkeypatch.setattr(patterns, "PIECE", 7)
    monkeypatch.setattr(accepted, "LARGE_ROWS", 0)


def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((large, "LARGE_BYTES"), (repeats, "LARGE_ROWS"), (accepted, "LARGE_ROWS")):
        monkeypatch.setattr(module, name, sys.maxsize)


def same_both_ways(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is told of a unit read whole, having seen that reading it in blocks tells the same."""
    with monkeypatch.context() as patch:
        whole(patch)
        expected = told(root, tmp_path / "whole")
    with monkeypatch.context() as patch:
        in_blocks(patch)
        found = told(root, tmp_path / "blocks")
    assert found == expected
    return expected


@pytest.mark.parametrize("seed", range(3))
def test_a_unit_read_in_blocks(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _folder(tmp_path, seed)
    rules = {f.rule for f in same_both_ways(root, tmp_path, monkeypatch)["findings"]}
    assert {"shares.duplicate", "shares.conflict", "shares.communicator_id.unknown"} & rules


def _other_forms(root: Path, seed: int) -> None:
    """The same unit with the second file as JSON lines and the third as Parquet."""
    draw = random.Random(seed)
    folder = root / "raw" / str(YEAR) / UNIT / DATASET
    labels = HEADER.split(",")
    for name in ("02", "03"):
        (folder / f"2024-{name}.csv").unlink()
        rows = [[cell.strip('"') for cell in _row(draw)] for _ in range(draw.randrange(5, 60))]
        rows += draw.sample(rows, 4)
        if name == "02":
            lines = [json.dumps(dict(zip(labels, row, strict=True)), ensure_ascii=False) for row in rows]
            (folder / "2024-02.jsonl").write_text("\n".join(lines), encoding="utf-8")
        else:
            table = pa.table({label: list(cells) for label, cells in zip(labels, zip(*rows, strict=True), strict=True)})
            pq.write_table(table, folder / "2024-03.parquet", row_group_size=9)


@pytest.mark.parametrize("seed", range(2))
def test_a_unit_of_other_forms_read_in_blocks(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _folder(tmp_path, seed)
    _other_forms(root, seed)
    same_both_ways(root, tmp_path, monkeypatch)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_units_read_in_blocks(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test_a_unit_read_in_blocks(seed, tmp_path, monkeypatch)
