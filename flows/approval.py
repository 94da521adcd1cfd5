"""The flow `approval`: a form in the UI in which a person writes what a unit is still to confirm, then 补充说明.toml.

Belongs here: the form and how it is asked again. What is asked, and whether an answer will do, is selfeval.confirm's.
The run is suspended while it waits: no process is kept, and none but this run waits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.states import Completed, Failed
from pydantic import Field, create_model

from flows.home import LOG, Home
from flows.year_end import ZONE, Out, Raw, Year, past_year
from selfeval import confirm, digest, package
from selfeval.confirm import Question
from selfeval.pipeline import UnitPipeline, plan
from selfeval.privacy import PRIVATE_NUMBER, scrub
from selfeval.settings import CONFIRMED_FILE, ConfigError
from selfeval.store import Store

#: Prefect names a parameter without a default after itself; only this way has the form a word of ours.
_UNIT: Any = Field(description="单位代码，如352003", min_length=1, json_schema_extra={"title": "单位"})
_POST = "post"
#: The server refuses such a text before it is kept anywhere.
_NO_PRIVATE_NUMBER = rf"^(?![\s\S]*?{PRIVATE_NUMBER})"
_ASKED = "请逐项填写。内容会写入报告和评分表，只写原因、措施和核实情况，不写姓名和号码。"


def run_name() -> str:
    """2024年 352003 人工确认"""
    told = runtime.flow_run.parameters
    return f"{told.get('year') or past_year()}年 {told['unit']} 人工确认"


@flow(name="approval", flow_run_name=run_name, persist_result=True, result_serializer="json", validate_parameters=True)
def approval(unit: str = _UNIT, year: Year = None, raw: Raw = "data/raw", out: Out = "data/out") -> State[None]:
    """人工确认：列出单位还没有写明的偏差原因、需要核实的数据和存在问题，填写后保存；下次运行时出报告。"""
    home, year = Home.current(), year or past_year()
    if "/" in unit or unit.startswith("."):
        return Failed(message=f"单位代码“{unit}”不正确。")
    # The lock says to a sweep that this run lives; it goes with the process, and while the form is open there is none.
    with home.lock(f"run-{runtime.flow_run.id}"):
        return _confirmed(home, unit, year, raw, out)


def _confirmed(home: Home, unit: str, year: int, raw: str, out: str) -> State[None]:
    try:
        p = UnitPipeline(plan(Path(raw), year, unit, out=Path(out)), Store(home.store))
        if (status := package.status_of(p)) in ("awaiting", "blocked"):
            waits = "还有需要的文件没有报送" if status == "awaiting" else "还有错误"
            return Failed(message=f"单位{unit}{waits}，请先按问题清单处理，再来确认。")
        asked = confirm.questions(p)
    except FileNotFoundError:
        return Failed(message=f"没有找到{year}年度单位{unit}的文件夹。")
    except ConfigError as error:
        return Failed(message=str(error))
    if not asked:
        return Completed(message=f"单位{unit}没有需要确认的内容。")
    answers, post = fill_in(asked)
    with home.lock(f"{year}-{unit}"):
        now = dt.datetime.now(ZONE).isoformat(timespec="seconds")
        confirm.save(p.plan.inventory.root, answers.items(), post, now)
    LOG.info("%d texts confirmed for %s of %s", len(answers), unit, year)
    return Completed(message=f"已保存{len(answers)}项到{CONFIRMED_FILE}，下次运行year-end时据此出报告。")


def fill_in(asked: tuple[Question, ...]) -> tuple[dict[Question, str], str]:
    """Ask until every text will do: (answers, post of who filled in). The run is suspended while it waits."""
    # Data that changed while the form was open give other questions, and so another form.
    name = digest.of_value([[q.places, q.asks] for q in asked])[:12]
    given: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for attempt in count(1):
        # The key finds the answer again when the resumed run begins anew, in another process.
        filled: Any = suspend_flow_run(wait_for_input=form_of(asked, given, wrong), key=f"{name}-{attempt}")
        given = {field: getattr(filled, field) or "" for field in fields_of(asked)}
        wrong = faults(asked, given)
        if not wrong:
            break
    return {q: given[field] for field, q in fields_of(asked).items() if q}, given[_POST]


def fields_of(asked: tuple[Question, ...]) -> dict[str, Question | None]:
    """The form's fields; the last is the post of who fills in."""
    return {**{f"q{n}": q for n, q in enumerate(asked, 1)}, _POST: None}


def faults(asked: tuple[Question, ...], given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with which field; empty where the form will do."""
    found = {
        field: confirm.wrong_with(q, given[field]) if q else confirm.wrong_with_post(given[field])
        for field, q in fields_of(asked).items()
    }
    return {field: said for field, said in found.items() if said}


def form_of(asked: tuple[Question, ...], given: Mapping[str, str], wrong: Mapping[str, str]) -> type[RunInput]:
    """The form as the UI shows it: a field a question; what was wrong with the last answers stands above and beside."""
    titles = {field: q.title if q else "填写人岗位" for field, q in fields_of(asked).items()}
    fields: dict[str, Any] = {}
    for field, q in fields_of(asked).items():
        said = q.asks if q else "只填岗位，如财务室负责人，不填姓名。"
        if field in wrong:
            said = f"【需改正：{wrong[field]}】{said}"
        # A field with a text to begin with looks optional in the UI; that it is not empty is checked again.
        begin: Any = scrub(given[field]) if field in given else ...
        extra: Any = {"pattern": _NO_PRIVATE_NUMBER}
        fields[field] = (str, Field(default=begin, title=titles[field], description=said, json_schema_extra=extra))
    listed = "\n".join(f"- {titles[field]}：{said}" for field, said in wrong.items())
    described = f"**有{len(wrong)}项需要改正：**\n\n{listed}" if wrong else _ASKED
    return create_model("Confirmation", __base__=RunInput, **fields).with_initial_data(description=described)
