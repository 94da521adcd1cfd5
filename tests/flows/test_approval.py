"""The form of `approval` on a real server: wrong answers are asked again, right ones are kept and the unit is issued."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from flows import approval
from selfeval.confirm import Question
from selfeval.settings import load_confirmed_entries
from tests.conftest import RAW
from tests.flows.served import Served

UNIT = "352003"
GOOD = "受汛期影响未全部完成，已列入下年计划并明确责任股室。"
NUMBER = "联系人电话是13812345678，情况已经核实。"
QUESTIONS = (Question(("a",), "甲", "为什么？"), Question(("存在问题",), "存在问题", "还有吗？", may_be_none=True))


def suspended(served: Served, flow_run: str, key: str = "-1") -> Any:
    """The run once it waits for the form whose key ends so; its schema is under `form`."""

    def look() -> Any:
        found = served.call(f"/flow_runs/{flow_run}")
        details = found["state"]["state_details"]
        return found if found["state"]["name"] == "Suspended" and details["pause_key"].endswith(key) else None

    found = served.until(look)
    schema = found["state"]["state_details"]["run_input_keyset"]["schema"]
    return {**found, "form": served.call(f"/flow_runs/{flow_run}/input/{schema}")}


# The browser test fills in the same form in the default run; this one adds what the server refuses, and the issue.
@pytest.mark.full
@pytest.mark.server
def test_the_form_asks_again_until_it_will_do_and_then_the_unit_is_issued(tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "2024" / UNIT
    shutil.copytree(RAW / "2024" / UNIT, folder)
    (folder / "单位设置.toml").write_text('"人工确认" = true\n', encoding="utf-8")
    served = Served(tmp_path)
    try:
        form = served.until(lambda: served.call("/deployments/name/approval/form"))
        body = {"parameters": {"unit": UNIT, "year": 2024}, "state": {"type": "SCHEDULED"}}
        run = served.call(f"/deployments/{form['id']}/create_flow_run", body)["id"]
        first = suspended(served, run)
        assert first["name"] == f"2024年 {UNIT} 人工确认"
        fields = first["form"]["properties"]
        assert fields["post"]["title"] == "填写人岗位"
        assert fields["q1"]["title"] == "维护科普宣传设备：偏差原因分析及改进措施"
        right = {name: "财务室负责人" if name == "post" else GOOD for name in fields}
        refused = served.call(f"/flow_runs/{run}/resume", {"run_input": {**right, "q1": NUMBER}})
        assert refused["status"] == "REJECT" and "13812345678" not in json.dumps(served.call(f"/flow_runs/{run}"))
        served.call(f"/flow_runs/{run}/resume", {"run_input": {**right, "q1": "【待填写】", "q2": ""}})
        second = suspended(served, run, "-2")
        asked = second["form"]["properties"]
        assert "含有提示语" in asked["q1"]["description"] and asked["q3"]["default"] == GOOD
        assert "还没有填写" in asked["q2"]["description"]
        assert not (folder / "补充说明.toml").exists()
        served.call(f"/flow_runs/{run}/resume", {"run_input": right})
        ended = served.ended(run)
        assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
        assert f"已保存{len(fields) - 1}项" in ended["state"]["message"]
        kept = load_confirmed_entries(folder)
        assert {e.text for e in kept} == {GOOD} and {e.who for e in kept} == {"财务室负责人"}
        assert all(e.when.endswith("+08:00") for e in kept)
        issued = served.ended(served.start_run(year=2024, units=[UNIT]))
        assert issued["state"]["type"] == "COMPLETED", issued["state"]["message"]
        assert json.loads((tmp_path / "out" / "2024" / UNIT / "run.json").read_text())["status"] == "issued"
    finally:
        served.stop()


def test_a_form_asked_again_says_what_was_wrong_and_shows_no_private_number() -> None:
    given = {"q1": NUMBER, "q2": "无", "post": "主席"}
    wrong = approval.faults(QUESTIONS, given)
    assert set(wrong) == {"q1"}
    schema = approval.form_of(QUESTIONS, given, wrong).model_json_schema()
    assert "13812345678" not in json.dumps(schema)
    assert schema["properties"]["q1"]["description"].startswith("【需改正：含有手机号")
    assert "q1" not in schema.get("required", [])


def test_every_field_of_the_first_form_is_required() -> None:
    schema = approval.form_of(QUESTIONS, {}, {}).model_json_schema()
    assert set(schema["required"]) == {"q1", "q2", "post"}
    assert [f["title"] for f in schema["properties"].values() if f["title"] != "Description"] == [
        "甲",
        "存在问题",
        "填写人岗位",
    ]
