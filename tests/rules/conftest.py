"""What the tests of rules share: a unit's folder in a temporary place, and running the checks on it.

Belongs here: building a small raw folder and reading what the checks said of it. The faults themselves are planted by
each test, in the file formats' own libraries, never with the program's readers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from schemas import Scope, default_domains
from selfeval.checks import registry
from selfeval.model import Finding
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store

if TYPE_CHECKING:
    from tests.rules.sound import SoundUnit

UNIT, YEAR = "351001", 2024
PROJECT = "51113224T000000000001"
PAYMENTS = [
    "支付日期",
    "凭证号",
    "项目编码",
    "用途",
    "摘要",
    "收款人",
    "收款账号",
    "部门经济分类",
    "政府经济分类",
    "金额（元）",
]
SHARES = ["分享时间", "科普员编号", "姓名", "行政村（社区）", "内容编号", "内容标题", "渠道", "阅读数"]
BUDGET = [
    "单位编码", "单位名称", "项目类别", "项目编码", "项目名称", "指标文号", "功能科目编码", "功能科目名称",
    "年初预算数", "调整数", "全年预算数", "支出数", "结余数", "执行率",
]  # fmt: skip


def assert_listed(findings: Iterable[Finding]) -> None:
    """Whatever is told stands in 规则目录.md."""
    assert {finding.rule for finding in findings} <= _listed()


@cache
def _listed() -> frozenset[str]:
    entries = (
        *registry.source_entries(),
        *registry.cell_entries(Scope(YEAR, UNIT, default_domains())),
        *registry.cross_entries(),
        *registry.scoring_entries(),
        *registry.issuing_entries(),
    )
    return frozenset(entry.id for entry in entries)


@dataclass(frozen=True)
class Checked:
    """What the checks said of a unit's folder."""

    findings: tuple[Finding, ...]
    accounts: dict[str, tuple[int, int, int]]
    quarantine: dict[str, list[list[str]]]

    def of(self, rule: str) -> list[Finding]:
        return [f for f in self.findings if f.rule == rule]

    def one(self, rule: str) -> Finding:
        found = self.of(rule)
        assert len(found) == 1, [(f.rule, f.file, f.sheet, f.row, f.column, f.rows) for f in self.findings]
        return found[0]

    @property
    def rules(self) -> set[str]:
        return {f.rule for f in self.findings}

    def at(self, rule: str) -> list[tuple[Any, ...]]:
        return [(f.file, f.sheet, f.row, f.column, f.rows) for f in self.of(rule)]


@dataclass
class Folder:
    """A unit's raw folder, and the checks over it."""

    root: Path
    store: Store

    def csv(self, name: str, rows: Iterable[Sequence[Any]], encoding: str = "utf-8-sig") -> Path:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return self.raw(name, text.getvalue().encode(encoding))

    def raw(self, name: str, data: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def xlsx(self, name: str, sheets: dict[str, Iterable[Sequence[Any]]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)  # type: ignore[arg-type]
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        path = self.root / name
        book.save(path)
        return path

    def check(self) -> Checked:
        unit = UnitPipeline(plan(self.root.parents[1], YEAR, UNIT), self.store)
        found = list(unit.plan.inventory.findings)
        accounts, aside = {}, {}
        for name, entry in unit.checked.items():
            found += [Finding(**f) for f in entry.json("findings.json")]
            sums = [(a["read"], a["accepted"], a["quarantined"]) for a in entry.info["accounts"]]
            accounts[name] = tuple(map(sum, zip(*sums, strict=True))) if sums else (0, 0, 0)
            assert all(read == accepted + out for read, accepted, out in sums)
            text = entry.file("quarantine.csv").read_text(encoding="utf-8-sig")
            aside[name] = list(csv.reader(io.StringIO(text, newline="")))
            assert accounts[name][2] == len(aside[name]) - 1 or name == "收入支出决算总表"
        assert_listed(found)
        return Checked(tuple(found), accounts, aside)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    root = tmp_path / "raw" / str(YEAR) / UNIT
    root.mkdir(parents=True)
    return Folder(root, Store(tmp_path / "store"))


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for all tests that spoil the same sound unit: what is not changed is read once."""
    return Store(tmp_path_factory.mktemp("sound") / "store")


@pytest.fixture
def sound(folder: Folder, shared_store: Store) -> SoundUnit:
    """A unit in which nothing is wrong (tests/rules/sound.py)."""
    from tests.rules.sound import SoundUnit

    return SoundUnit(folder, shared_store)


def payment(n: int, **changed: Any) -> list[Any]:
    """The n-th of a series of sound payments; `changed` by header."""
    row: dict[str, Any] = dict(
        zip(
            PAYMENTS,
            [
                f"2024-{n % 12 + 1:02d}-{n % 27 + 1:02d}", f"PZ{n:06d}", PROJECT, "科普活动", f"第{n}笔", "某某公司",
                f"62284800000{n:08d}", "30226", "50299", f"{1000 + n}.50",
            ],
            strict=True,
        )
    )  # fmt: skip
    return list((row | changed).values())


def payments(count: int = 12) -> list[list[Any]]:
    return [list(PAYMENTS), *(payment(n) for n in range(1, count + 1))]


def share(n: int, **changed: Any) -> list[Any]:
    row: dict[str, Any] = dict(
        zip(
            SHARES,
            [f"2024-03-{n % 28 + 1:02d} 08:{n % 60:02d}:{n % 59:02d}", f"KP1132{n % 99 + 1:04d}", "张三", "白坝村",
             f"C{n:05d}", f"科普第{n}期", ["微信群", "抖音", "QQ群"][n % 3], str(n % 90)],
            strict=True,
        )
    )  # fmt: skip
    return list((row | changed).values())


def shares(count: int = 12) -> list[list[Any]]:
    return [list(SHARES), *(share(n) for n in range(1, count + 1))]


def project(n: int, **changed: Any) -> list[Any]:
    row: dict[str, Any] = dict(
        zip(
            BUDGET,
            [UNIT, "某县科学技术协会", "特定目标类", f"51113224T{n:012d}", f"项目{n}", "", "2060702", "科普活动",
             100000 * n, 0, 100000 * n, 90000 * n, 10000 * n, "90.00%"],
            strict=True,
        )
    )  # fmt: skip
    return list((row | changed).values())


def budget(count: int = 3) -> list[list[Any]]:
    return [list(BUDGET), *(project(n) for n in range(1, count + 1))]
