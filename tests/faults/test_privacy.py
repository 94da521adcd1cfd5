"""No private number and no name outside the awards leaves the raw folder, wherever in it they were typed.

Each place holds a number or name of its own, so that a leak tells where it came from.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.home import Home, open_log
from selfeval import duck, package
from selfeval.pipeline import UnitPipeline, plan
from selfeval.privacy import mask_payee, scrub
from selfeval.sources.people import People
from selfeval.store import Store
from tests.conftest import RAW, UNITS, YEAR
from tests.faults.leaks import leaks, private
from tests.faults.units import small_unit

UNIT = "352003"
NAMES = ("欧阳建军", "吉克拉铁", "诸葛文秀", "阿牛木呷", "司徒国荣")


@dataclass
class Spoiled:
    """A copy of an example unit in which private data is typed into places where it does not belong."""

    root: Path
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def unit(self) -> Path:
        return self.root / str(YEAR) / UNIT

    def phone(self, place: str) -> str:
        """A mobile number of its own for each place."""
        number = f"1595{len(self.numbers):07d}"
        self.numbers[number] = place
        return number

    def card(self, place: str) -> str:
        body = f"62284877{len(self.numbers):010d}"
        digits = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(body), 1)]
        card = f"{body}{-sum(d - 9 if d > 9 else d for d in digits) % 10}"
        self.numbers[card] = place
        return card

    def csv(self, name: str, change: Callable[[list[list[str]]], None]) -> None:
        path = self.unit / name
        data = path.read_bytes()
        try:
            text, encoding = data.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            text, encoding = data.decode("gb18030"), "gb18030"
        rows = [_cells(line) for line in text.splitlines()]
        change(rows)
        lines = (",".join(f'"{c}"' if "," in c else c for c in row) for row in rows)
        path.write_text("\n".join(lines) + "\n", encoding=encoding)

    def sheet(self, name: str, sheet: str, cells: dict[str, str], *, title: str | None = None) -> None:
        path = self.unit / name
        book = openpyxl.load_workbook(path)
        for place, value in cells.items():
            book[sheet][place] = value
        if title:
            book[sheet].title = title
        book.save(path)


def _cells(line: str) -> list[str]:
    import csv

    return next(csv.reader([line]))


@pytest.fixture
def spoiled(tmp_path: Path) -> Spoiled:
    made = Spoiled(tmp_path / "raw")
    small_unit(made.unit)
    made.sheet("科普员名册.xlsx", "名册", {f"B{row}": name for row, name in enumerate(NAMES, 4)})
    return made


def talk(s: Spoiled) -> None:
    """What people write without harm to a figure: sentences, notes, titles, answers, file and sheet names."""
    wide = s.phone("full width").translate({ord("0") + i: chr(ord("０") + i) for i in range(10)})
    plain = s.phone("spaced")
    spaced = f"{plain[:3]} {plain[3:7]} {plain[7:]}"
    s.sheet(
        "自评填报表.xlsx",
        "工作开展情况",
        {
            "B2": f"由{NAMES[0]}负责，电话+86{s.phone('sentence')}，备用{wide}。",
            "B3": f"联系{spaced}，{NAMES[1]}同志。",
        },
    )
    s.sheet("自评填报表.xlsx", "情况说明", {"B4": f"{NAMES[2]}、{NAMES[3]}两人卡号{s.card('note')}未核实。"})
    s.sheet("自评填报表.xlsx", "绩效指标", {"A2": f"填报人：{NAMES[4]} {s.phone('title')}"})
    s.sheet(
        "自评填报表.xlsx", "单位信息", {"A13": "联系人", "B13": "尉迟恭", "A14": "联系电话", "B14": s.phone("profile")}
    )
    s.sheet("业务台账.xlsx", "科普活动", {"C4": f"{NAMES[0]}讲安全用电{s.phone('topic')}", "L3": s.phone("header")})
    s.sheet("科普员名册.xlsx", "名册", {}, title=f"名册{s.phone('sheet')}")
    s.csv("满意度问卷.csv", lambda rows: rows[3].__setitem__(4, f"请回电{s.phone('answer')}找{NAMES[1]}"))
    (s.unit / "满意度问卷.csv").rename(s.unit / f"满意度问卷_{NAMES[3]}.csv")
    (s.unit / f"备忘{s.phone('other file')}{NAMES[4]}.txt").write_text("x", encoding="utf-8")
    roster = s.unit / "科普员名册.xlsx"
    roster.rename(s.unit / f"科普员名册{s.phone('file name')}.xlsx")
    where = "score.indicator.51112924T000000000001/维护科普宣传设备"
    text = f'[["说明"]]\n"位置" = "{where}"\n"内容" = "{NAMES[2]}电话{s.phone("confirmed")}"\n'
    (s.unit / "补充说明.toml").write_text(text, encoding="utf-8")


def slips(s: Spoiled) -> None:
    """Numbers and names in columns of another kind, in broken rows and in rows that contradict each other."""

    def payments(rows: list[list[str]]) -> None:
        rows[0].append("备注")
        for row in rows[1:]:
            row.append("")
        rows[5][1], rows[6][1] = s.card("voucher"), s.phone("voucher")
        rows[7][9] = s.phone("amount")
        rows[8][3], rows[8][4] = s.phone("use"), f"付{NAMES[0]}{s.card('summary')}"
        rows[9][2] = NAMES[1]
        rows[10][10] = f"{NAMES[2]}代领{s.phone('extra column')}"
        rows[11][1] = rows[12][1]
        rows[11][6] = s.card("conflict")
        rows[13][7] = s.phone("class")
        rows[14][0] = s.phone("date")

    def shares(rows: list[list[str]]) -> None:
        rows[3][4], rows[4][5], rows[5][7] = s.phone("content"), f"致电{s.phone('heading')}", s.phone("reads")
        rows[6].insert(3, s.phone("broken"))
        rows[7].insert(0, NAMES[3])
        rows[8][1], rows[9][6] = NAMES[4], s.phone("channel")
        rows[10][3] = s.phone("village")

    s.csv("支付明细.csv", payments)
    s.csv("科普员分享记录/2024-03.csv", shares)
    s.csv("天府科技云注册明细.csv", lambda rows: rows[2].__setitem__(2, s.phone("user")))
    s.csv("天府科技云注册明细.csv", lambda rows: rows[3].__setitem__(1, NAMES[0]))
    s.csv("满意度问卷.csv", lambda rows: rows[4].__setitem__(0, s.card("survey")))
    s.sheet("业务台账.xlsx", "科普活动", {"F4": s.phone("count"), "I5": s.card("funding"), "A6": s.phone("day")})
    s.sheet("自评填报表.xlsx", "绩效指标", {"F4": s.phone("target"), "J5": s.phone("manual"), "I6": NAMES[1]})
    s.sheet("指标执行情况表.xlsx", "指标执行", {"E4": f"项目{s.phone('project')}", "L5": s.phone("paid")})
    s.sheet("科普员名册.xlsx", "名册", {"E7": s.phone("village"), "A8": NAMES[4], "F9": s.card("phone column")})
    (s.unit / "科普员分享记录" / f"{s.phone('archive')}.jsonl").write_text(
        json.dumps({"分享时间": s.phone("json"), s.phone("json key"): NAMES[2]}, ensure_ascii=False) + "\n{" + NAMES[3],
        encoding="utf-8",
    )


def run(raw: Path, unit: str, folder: Path) -> package.Outcome:
    store = Store(folder / "store")
    return package.publish_unit(UnitPipeline(plan(raw, YEAR, unit), store), folder / "out", {})


def test_nothing_private_leaves_the_example_units(pipelines: dict[str, UnitPipeline], tmp_path: Path) -> None:
    numbers, names = private(RAW / str(YEAR))
    assert len(numbers) > 400 and len(names) > 800
    for unit in UNITS:
        package.publish_unit(pipelines[unit], tmp_path, {})
    assert leaks(tmp_path, numbers, names) == []
    assert leaks(pipelines[UNITS[0]].store.root, numbers, names) == []


@pytest.mark.parametrize(("spoil", "status"), [(talk, "issued"), (slips, "blocked")])
def test_nothing_private_leaves_wherever_it_was_typed(
    spoiled: Spoiled, tmp_path: Path, spoil: Callable[[Spoiled], None], status: str
) -> None:
    spoil(spoiled)
    numbers, names = private(spoiled.unit)
    assert run(spoiled.root, UNIT, tmp_path / "state").status == status
    found = leaks(tmp_path / "state", numbers | spoiled.numbers.keys(), names | set(NAMES) | {"尉迟恭"})
    where = [f"{leak} ({spoiled.numbers.get(leak.rpartition(' ')[2], '')})" for leak in found]
    assert not where, "\n".join(where)


def test_a_private_code_keeps_its_rows_apart_and_equal_ones_together(spoiled: Spoiled, tmp_path: Path) -> None:
    def users(rows: list[list[str]]) -> None:
        rows[1][2] = rows[2][2] = "15900000001"
        rows[2][1:] = rows[1][1:]
        rows[2][0] = rows[1][0]
        rows[3][2] = "15900000002"

    spoiled.csv("天府科技云注册明细.csv", users)
    p = UnitPipeline(plan(spoiled.root, YEAR, UNIT), Store(tmp_path / "store"))
    rules = {(f.rule, f.row) for f in p.findings if f.dataset == "天府科技云注册明细"}
    assert ("registrations.duplicate", 3) in rules
    assert not any(row in (2, 4) for _, row in rules)


def test_the_log_does_not_repeat_what_an_exception_quotes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for folder in (home.logs, home.locks):
        folder.mkdir()
    open_log(home)
    try:
        raise ValueError("could not convert string '吉克拉铁' of 15900000001 to INT64")
    except ValueError:
        logging.getLogger("selfeval").exception("reading %s", "6228489999369252204")
    text = home.log_file.read_text(encoding="utf-8")
    assert "ValueError" in text
    assert not any(secret in text for secret in ("吉克拉铁", "15900000001", "6228489999369252204"))


_CON = duck.connect()
_DIGITS = st.text(st.sampled_from("0123456789０１９ -－.,a张"), max_size=30)


@given(_DIGITS)
@settings(deadline=None, max_examples=300)
@example("13900006394,13900006395 13900006396")
@example("电话.13900006394")
@example("0.13900006394")
def test_sql_and_python_mask_alike(text: str) -> None:
    (numbers, payee) = duck.row(_CON, "SELECT scrub(?), mask_payee(?)", [text, text])
    assert (numbers, payee) == (scrub(text), mask_payee(text))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("孙明村", "孙明村"),
        ("由孙明负责", "由孙*负责"),
        ("孙明组织了讲座", "孙*组织了讲座"),
        ("孙明", "孙*"),
        ("建设生态文明村", "建设生态文明村"),
        ("联系人：尉迟恭", "联系人：尉*"),
        ("科普员王秀英，三村人", "科普员王*，三村人"),
        ("李建国同志牵头实施", "李*同志牵头实施"),
        ("科普员高质量完成任务", "科普员高质量完成任务"),
    ],
)
def test_names_in_sentences_are_masked_and_words_stand(text: str, masked: str) -> None:
    assert People(frozenset({"孙明", "文明"})).masked(text) == masked
