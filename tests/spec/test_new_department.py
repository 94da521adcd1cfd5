"""Another kind of department brings other logs: a schema, its SQL and a narrative block, and nothing else is touched.

The program is copied, three files are added as an engineer would add them, and a water bureau's unit is taken from its
raw files to a published package.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import RAW, ROOT, YEAR

ADDED = ROOT / "tests" / "fixtures" / "department"
UNIT = "390001"
BUREAU = "青石县水利局"
PATROLS = "巡查编号,巡查日期,河流,发现问题\nX1,2024-03-01,青石河,2\nX2,2024/4/2,青石河,0\nX3,2024年5月6日,白水河,1\n"
INDICATORS = [
    ("产出指标", "数量指标", "开展巡河", "≥", 4, "次", 50, "巡河次数", None, "五月后山洪，道路中断。"),
    ("效益指标", "生态效益指标", "水质达标", "定性", "达标", None, 30, None, "达成年度指标", None),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", 90, "%", 10, None, "92.5%", None),
]
PROGRAM = """
import sys
from pathlib import Path
from selfeval import package
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
raw, out, home, year, unit = sys.argv[1:]
package.publish_unit(UnitPipeline(plan(Path(raw), int(year), unit), Store(Path(home))), Path(out), {})
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("department")
    for name in ("selfeval", "schemas"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ADDED / "river_patrols.py", root / "schemas")
    shutil.copy(ADDED / "river_patrols.sql", root / "selfeval" / "facts")
    shutil.copy(ADDED / "050_river_patrols.j2", root / "selfeval" / "report" / "templates" / "blocks" / "performance")
    write_unit(root / "raw" / str(YEAR) / UNIT)
    subprocess.run(
        [sys.executable, "-c", PROGRAM, "raw", "out", "store", str(YEAR), UNIT],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONSAFEPATH": ""},
        check=True,
        timeout=300,
    )
    return root / "out" / str(YEAR) / UNIT


def write_unit(folder: Path) -> None:
    """The second example's money under another name, with one project's indicators and the bureau's own log."""
    folder.mkdir(parents=True)
    example = RAW / str(YEAR) / "352003"
    shutil.copy(example / "收入支出决算总表.xls", folder)
    payments = (example / "支付明细.csv").read_bytes().decode("gb18030")
    (folder / "支付明细.csv").write_bytes(
        payments.replace("科普", "水利").replace("科技", "水利").replace("传播员", "巡护员").encode("gb18030")
    )
    budget = openpyxl.load_workbook(example / "指标执行情况表.xlsx")
    rename(budget)
    budget.save(folder / "指标执行情况表.xlsx")
    (code,) = [r[3].value for r in budget.worksheets[0].iter_rows() if r[4].value == "水利专项"]
    book = openpyxl.load_workbook(example / "自评填报表.xlsx")
    rename(book)
    sheet = book["绩效指标"]
    sheet.delete_rows(4, sheet.max_row)
    for row in INDICATORS:
        sheet.append((code, *row))
    book.save(folder / "自评填报表.xlsx")
    (folder / "巡河记录.csv").write_text(PATROLS, encoding="utf-8")


def rename(book: openpyxl.Workbook) -> None:
    words = {
        "352003": UNIT,
        "沐川县科学技术协会": BUREAU,
        "沐川县": "青石县",
        "四川省科普专项资金": "水利专项",
        "科普宣传项目": "河道管护",
        "天府科技云": "水利云",
        "科普": "水利",
        "科技": "水利",
        "科学": "水利",
    }
    for cell in (c for sheet in book for row in sheet.iter_rows() for c in row):
        if isinstance(cell.value, str):
            for old, new in words.items():
                cell.value = cell.value.replace(old, new)


def of(package: Path, name: str) -> Any:
    return json.loads((package / name).read_text(encoding="utf-8"))


def test_the_report_is_issued(package: Path) -> None:
    assert [f for f in of(package, "findings.json") if f["severity"] == "error"] == []
    assert of(package, "run.json")["status"] == "issued"


def test_the_facts_of_the_new_log_come_out(package: Path) -> None:
    facts = of(package, "facts.json")["facts"]
    assert (facts["rivers.patrols"]["value"], facts["rivers.problems"]["value"]) == (3, 3)
    assert facts["rivers.patrols"]["inputs"][0]["file"] == "巡河记录.csv"


def test_an_indicator_is_scored_by_the_new_fact(package: Path) -> None:
    facts = of(package, "facts.json")["facts"]
    (points,) = [f["value"] for i, f in facts.items() if i.endswith("/开展巡河")]
    assert points == 37.5


def test_the_report_tells_of_it_and_not_of_another_kind_of_department(package: Path) -> None:
    html = (package / "report.html").read_text(encoding="utf-8")
    assert "<p>河湖巡查。全年巡河" in html and BUREAU in html
    for word in ("科普", "科协", "科技", "传播员", "天府"):
        assert word not in html, html[html.index(word) - 60 : html.index(word) + 60]
