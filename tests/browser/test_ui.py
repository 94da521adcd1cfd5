"""The operator's year end in Prefect's own UI: a failed run, its file mended, Retry; a form filled in until it will do.

With SELFEVAL_PICTURES set to a folder, the pictures of docs/操作手册.md are taken on the way.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from selfeval.settings import load_confirmed
from tests.browser.chrome import chrome, requests
from tests.browser.prefect_ui import Ui, fill
from tests.conftest import RAW
from tests.flows.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.server]

GOOD, BAD = b"27,660.91", b"27,660.19"
REASON = "受汛期影响部分活动停办，已列入下一年度计划并明确责任股室。"
PICTURES = Path(os.environ["SELFEVAL_PICTURES"]).absolute() if "SELFEVAL_PICTURES" in os.environ else None


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over both examples: a payment of one has two digits exchanged, the other is under approval."""
    place = tmp_path_factory.mktemp("ui")
    for unit in ("351001", "352003"):
        shutil.copytree(RAW / "2024" / unit, place / "raw" / "2024" / unit)
    exchange(place, GOOD, BAD)
    (place / "raw/2024/352003/单位设置.toml").write_text('"人工确认" = true\n', encoding="utf-8")
    found = Served(place)
    try:
        found.until(lambda: found.call("/deployments/name/approval/form"))
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="module")
def ui(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    with chrome(tmp_path_factory.mktemp("profile")) as driver:
        yield Ui(driver, f"http://127.0.0.1:{served.port}", PICTURES)
        called = {urlsplit(url).netloc for url in requests(driver) if not url.startswith("file:")}
        assert called == {f"127.0.0.1:{served.port}"}


def exchange(place: Path, old: bytes, new: bytes) -> None:
    file = place / "raw/2024/351001/支付明细.csv"
    assert file.read_bytes().count(old) == 1
    file.write_bytes(file.read_bytes().replace(old, new))


def newest(served: Served, flow: str) -> Any:
    body = {"sort": "EXPECTED_START_TIME_DESC", "limit": 1, "flows": {"name": {"any_": [flow]}}}
    body["flow_runs"] = {"state": {"type": {"not_any_": ["SCHEDULED"]}}}
    found = served.call("/flow_runs/filter", body)
    return found[0] if found else None


def waits_for(served: Served, run: str, key: str) -> bool:
    """Whether a run is suspended before the form whose key ends so."""
    state = served.call(f"/flow_runs/{run}")["state"]
    return state["name"] == "Suspended" and (state["state_details"]["pause_key"] or "").endswith(key)


def custom_run(served: Served, ui: Ui, deployment: str, picture: str) -> None:
    """Deployments → Run → Custom run → the year, and the unit where one is asked for."""
    found = served.call(f"/deployments/name/{deployment}")
    ui.open(f"/deployments/deployment/{found['id']}", deployment.partition("/")[2])
    ui.press("Run")
    ui.press("Custom run")
    ui.shows("Parameters")
    ui.press("int")
    if deployment.startswith("approval"):
        fill(ui.fields()[0], "352003")
    fill(next(f for f in ui.fields() if f.get_attribute("type") == "number"), "2024")
    ui.picture(picture)
    ui.press("Submit")


def test_a_failed_run_is_mended_and_retried_by_its_button(served: Served, ui: Ui) -> None:
    ui.open("/deployments", "retry-blocked")
    ui.picture("04-任务")
    custom_run(served, ui, "year-end/scheduled", "05-运行")
    run = served.until(lambda: newest(served, "year-end"))["id"]
    failed = served.ended(run)
    assert failed["state"]["type"] == "FAILED"
    assert "351001" in failed["state"]["message"] and "支付明细" in failed["state"]["message"]
    ui.open(f"/runs/flow-run/{run}", "Failed")
    ui.picture("06-未完成")
    body = {"artifacts": {"key": {"any_": ["selfeval-2024-351001-publish"]}}}
    (artifact,) = served.call("/artifacts/filter", body)
    ui.open(f"/artifacts/artifact/{artifact['id']}", "有错误，未出报告")
    ui.picture("07-各步情况")
    ui.picture_of(served.place / "out/2024/351001/findings.html", "08-问题清单")
    ui.open(f"/runs/flow-run/{run}", "Failed")
    exchange(served.place, BAD, GOOD)
    ui.press("Retry")
    ui.picture("09-重试")
    ui.press("Retry", ".p-modal")
    served.until(lambda: served.call(f"/flow_runs/{run}")["run_count"] > 1)
    ended = served.ended(run)
    assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
    assert "已出报告：351001" in ended["state"]["message"]
    ui.open(f"/runs/flow-run/{run}", "Completed")
    ui.picture("10-完成")
    told = json.loads((served.place / "out/2024/351001/run.json").read_text(encoding="utf-8"))
    assert told["status"] == "issued" and told["attempt"]["number"] == 2
    ui.picture_of(served.place / "out/2024/index.html", "11-全部单位")


def test_the_form_is_filled_in_until_it_will_do(served: Served, ui: Ui) -> None:
    custom_run(served, ui, "approval/form", "12-确认")
    run = served.until(lambda: newest(served, "approval"))["id"]
    served.until(lambda: waits_for(served, run, "-1"))
    ui.open(f"/runs/flow-run/{run}", "Suspended")
    ui.press("Resume")
    ui.shows("填写人岗位")
    ui.picture("13-填写")
    fields = ui.fields(".p-modal")
    for field in fields[:-1]:
        fill(field, REASON)
    fill(fields[0], "【待填写】")
    fill(fields[-1], "财务室负责人")
    ui.press("Submit", ".p-modal")
    ui.dialog_is_gone()
    served.until(lambda: waits_for(served, run, "-2"))
    ui.open(f"/runs/flow-run/{run}", "Suspended")
    ui.press("Resume")
    ui.shows("需改正：含有提示语")
    ui.picture("14-改正")
    again = ui.fields(".p-modal")
    assert again[1].get_attribute("value") == REASON
    fill(again[0], REASON)
    ui.press("Submit", ".p-modal")
    ui.dialog_is_gone()
    ended = served.ended(run)
    assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
    kept = load_confirmed(served.place / "raw/2024/352003")
    assert set(kept.values()) == {REASON}
    ui.open(f"/runs/flow-run/{run}", "Completed")
    ui.picture("15-已保存")


def test_what_the_terminal_shows(served: Served, ui: Ui) -> None:
    """The same from the command line, in the place of the server."""
    told = {}
    for name, arguments in {
        "01-建立": "init 353001 --year 2025 --raw raw",
        "02-检查": "check --year 2025 --unit 353001 --raw raw",
        "16-出报告": "run --year 2024 --raw raw --out out",
        "17-各单位": "status --year 2024 --raw raw --out out",
    }.items():
        ran = served.selfeval(*arguments.split())
        told[name] = (ran.returncode, ran.stdout)
        shown = arguments.replace(" --raw raw", "").replace(" --out out", "")
        ui.picture_of_terminal(f"selfeval {shown}", ran.stdout.replace(str(served.place), "data"), name)
    printed = served.output.read_text(encoding="utf-8").replace(str(served.port), "4200")
    ui.picture_of_terminal("selfeval serve", printed, "03-服务")
    assert [code for code, _ in told.values()] == [0, 1, 0, 0]
    assert "还没有填写" in told["02-检查"][1] and "353001  待报送" in told["02-检查"][1]
    assert "352003  已出报告" in told["16-出报告"][1]
    report = served.place / "out/2024/352003/report.html"
    assert REASON.rstrip("。") in report.read_text(encoding="utf-8")
    ui.picture_of(report, "18-报告")
    ui.driver.get(report.as_uri())
    figure = ui.driver.find_element("css selector", "td button.fig")
    ui.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", figure)  # type: ignore[no-untyped-call]
    figure.click()
    ui.picture("19-依据")
