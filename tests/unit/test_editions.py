"""公开版 has no contact and no position, 报送版 is as before; the register says what was sent, when and to whom."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from flows import cli
from selfeval import package, register
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import YEAR
from tests.faults.leaks import text_of
from tests.faults.units import UNIT, small_unit


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a unit that wants both editions."""
    root = tmp_path_factory.mktemp("editions")
    unit = root / "raw" / str(YEAR) / UNIT
    small_unit(unit)
    (unit / "单位设置.toml").write_text('"公开版" = true\n', encoding="utf-8")
    book = openpyxl.load_workbook(unit / "自评填报表.xlsx")
    book["情况说明"]["B3"] = "结果已报县财政局（邮箱 kexie@example.gov.cn）备案。"
    book.save(unit / "自评填报表.xlsx")
    outcome = package.publish_unit(
        UnitPipeline(plan(root / "raw", YEAR, UNIT), Store(root / "store")), root / "out", {}
    )
    assert outcome.status == "issued"
    return outcome.folder


def test_the_public_edition_leaves_out_contacts_and_positions(issued: Path) -> None:
    for name in ("report.html", "report.docx", "report.pdf"):
        own, public = text_of(issued / name), text_of(issued / "公开版" / name)
        assert "kexie@example.gov.cn" in own.replace("\n", "")
        assert "kexie@example.gov.cn" not in public.replace("\n", "")
        assert "副主席2名" in own.replace("\n", "").replace(" ", "") or name == "report.docx"
        assert "副主席" not in public
    assert "部门整体绩效自评报告" in text_of(issued / "公开版" / "report.html")


def test_both_editions_stand_in_run_json_and_stay_when_a_later_run_is_blocked(issued: Path) -> None:
    files = json.loads((issued / "run.json").read_text(encoding="utf-8"))["issued"]["files"]
    assert {"report.pdf", "公开版/report.pdf"} <= files.keys()


def test_what_was_sent_is_written_down(issued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = issued.parent.parent
    base = ["sent", "--year", str(YEAR), "--out", str(out)]
    assert cli.main([*base, UNIT, "--to", "县财政局"]) == 0
    assert cli.main([*base, UNIT, "--to", "=门户网站", "--edition", "公开版"]) == 0
    assert cli.main(base) == 0
    assert "县财政局" in capsys.readouterr().out
    with (out / str(YEAR) / "报送登记.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    digest = json.loads((issued / "run.json").read_text(encoding="utf-8"))["issued"]["digest"]
    assert rows[0] == list(register.HEAD)
    assert [row[1:] for row in rows[1:]] == [
        [UNIT, "报送版", "县财政局", digest],
        [UNIT, "公开版", "'=门户网站", digest],
    ]


def test_what_was_never_issued_cannot_be_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sent", "--year", str(YEAR), "--out", str(tmp_path), UNIT, "--to", "县财政局"]) == 2
    assert "还没有出报告" in capsys.readouterr().err
    assert cli.main(["sent", "--year", str(YEAR), "--out", str(tmp_path), UNIT]) == 2
