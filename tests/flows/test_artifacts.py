"""Pages of the UI: short, in order of importance, and without private data or markup of others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.flows.conftest import Place


@pytest.fixture(autouse=True)
def _before_prefect_is_imported(prefect_home: object) -> None:
    """Settings must stand in the environment first."""


def finding(severity: str, rule: str, **more: object):  # type: ignore[no-untyped-def]
    from selfeval.model import Finding

    return Finding(rule, severity, f"{rule}有误。", "请改正。", **more)  # type: ignore[arg-type]


def test_errors_come_first_and_one_rule_is_one_line() -> None:
    from flows import artifacts

    found = [
        finding("info", "c", file="甲.csv", row=9),
        finding("warning", "b", file="甲.csv", row=8),
        finding("error", "a", file="甲.csv", row=7, column="列", count=3),
        finding("error", "a", file="乙.csv", row=6, column="列"),
    ]
    lines = [line for line in artifacts.findings_table(found) if line.startswith("| ") and "---" not in line]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == ["级别", "错误", "警告", "提示"]
    assert lines[1] == "| 错误 | 甲.csv 第7行 列 等2个文件 | 4 | a有误。 | 请改正。 |"


def test_a_page_is_capped_and_says_so() -> None:
    from flows import artifacts

    page = artifacts.page("题", ["很长的一行" * 20] * 1000)
    assert len(page.encode()) < artifacts.PAGE_BYTES + 100
    assert page.endswith("……以下从略，全部内容见成果文件夹。")
    rows = artifacts.table(("列",), [(n,) for n in range(100)], "行")
    assert len(rows) == artifacts.TABLE_ROWS + 5
    assert rows[-1] == "另有75行。"


def test_values_make_no_markup_and_show_no_private_number() -> None:
    from flows import artifacts

    hostile = "<script>|[点我](javascript:1) 13812345678 \n51112319800101123X `x`"
    shown = artifacts.text(hostile)
    assert "13812345678" not in shown
    assert "51112319800101123X" not in shown
    assert "\n" not in shown
    for mark in "<|[`":
        assert mark not in shown.replace(f"\\{mark}", "")
    assert "13812345678" not in artifacts.page("13812345678", ["电话 13812345678"])


def test_what_a_run_shows(place: Place, prefect_home: Path) -> None:
    """Every stage has its page; nothing Prefect keeps has a card number of the payments file in it."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    from flows import artifacts

    path = place.add(spoilt="支付明细.csv")
    raw = path.read_bytes()
    cards = [line.split(b",")[6] for line in raw.splitlines()[-20:]]
    assert all(len(card) == 19 for card in cards)
    path.write_bytes(raw.replace(b",30309,", b",3030X,"))
    ending = place.run()
    assert [o.status for o in ending.outcomes] == ["blocked"]
    with get_client(sync_client=True) as api:
        mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[ending.flow_run]))  # type: ignore[list-item]
        # A slow machine also gets progress bars, which have no key.
        shown = {a.key: str(a.data) for a in api.read_artifacts(artifact_filter=mine) if a.key}
        flow_run = api.read_flow_run(ending.flow_run)  # type: ignore[arg-type]
    stages = ("read", "check", "compute", "score", "render", "publish")
    assert shown.keys() == {f"selfeval-2024-351001-{stage}" for stage in stages}
    assert all(len(page.encode()) <= artifacts.PAGE_BYTES + 100 for page in shown.values())
    assert flow_run.name == "2024年 全部单位"
    assert flow_run.state is not None
    assert flow_run.state.message == ending.message
    assert len(ending.message) < 600
    assert "支付明细.csv" in shown["selfeval-2024-351001-check"]
    first = next(line for line in shown["selfeval-2024-351001-publish"].splitlines() if line.startswith("| 错误"))
    assert re.search(r"\| 错误 \| \S+\.(csv|xlsx) .*第\d+行", first)
    assert "findings.html" in shown["selfeval-2024-351001-publish"]
    assert "重做1步，沿用22步：读取支付明细.csv" in shown["selfeval-2024-351001-read"]
    kept = [*(place.home.root / "logs").iterdir(), *(place.home.root / "leases").iterdir()]
    kept += [p for p in prefect_home.rglob("*") if p.is_file()]
    for file in kept:
        content = file.read_bytes()
        assert not [card for card in cards if card in content], file
