"""The flow `year-end`: from the raw folders of a year to a published package a unit.

Belongs here: the order of the stages, which units take part, how a run ends. What a stage does is in steps.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field
from pydantic.config import JsonDict

from flows import notices, steps, words
from flows.foresight import not_issued
from flows.home import LOG, STORE_LOCK, Home, open_log
from flows.steps import Batch, UnitWork, in_batches
from flows.verbs import unit_folders
from selfeval import digest, run_record
from selfeval.package import Outcome
from selfeval.privacy import scrub
from selfeval.proofread import WRITABLE

ZONE = ZoneInfo("Asia/Shanghai")


def _asked(title: str, description: str = "", *, ge: int | None = None, le: int | None = None) -> Any:
    """How the UI's form asks for a parameter."""
    # Prefect writes the parameter's name over a plain `title`, and drops a plain `description`.
    shown: JsonDict = {"title": title} if not description else {"title": title, "description": description}
    return Field(json_schema_extra=shown, ge=ge, le=le)


Year = Annotated[int | None, _asked("年度", "自评的年度，如2024；不填为上一年度", ge=2000, le=2100)]
Units = Annotated[list[str] | None, _asked("单位", "单位代码；不填为该年度文件夹下的所有单位")]
Raw = Annotated[str, _asked("原始数据文件夹", "其下按年度、单位代码分文件夹")]
Out = Annotated[str, _asked("成果文件夹")]
Draft = Annotated[bool, _asked("草稿", "有错误也生成带“草稿”字样的报告")]
Force = Annotated[bool, _asked("全部重算", "不使用以前算过的结果")]
OnlyFailed = Annotated[bool, _asked("仅处理未出报告的单位")]
Changed = Annotated[bool, _asked("仅处理有变化的单位")]


@dataclass(frozen=True)
class Ended:
    """How each unit of a run came out: `errors` are the lines of those that failed, by unit."""

    outcomes: tuple[Outcome, ...]
    errors: Mapping[str, str]
    misconfigured: tuple[str, ...]


class NotIssuedError(Exception):
    """A run in which units were not issued; its text is the one line that an operator sees.

    Prefect wants an exception with a Failed state: with anything else its engine logs a fault of its own.
    """

    def __init__(self, line: str, ended: Ended) -> None:
        super().__init__(line)
        self.ended = ended


def run_name() -> str:
    """2024年 351001、352003"""
    told = runtime.flow_run.parameters
    return f"{told.get('year') or past_year()}年 {words.listed(list(told.get('units') or [])) or '全部单位'}"


@flow(
    name="year-end",
    flow_run_name=run_name,
    result_serializer="json",
    validate_parameters=True,
    on_crashed=[notices.on_crashed],
)
def year_end(
    year: Year = None,
    units: Units = None,
    raw: Raw = "data/raw",
    out: Out = "data/out",
    draft: Draft = False,
    force: Force = False,
    only_failed: OnlyFailed = False,
    changed_only: Changed = False,
) -> State[Any]:
    """部门整体支出绩效自评：读取原始数据、校验、计算、评分、生成报告、发布。"""
    home, folder = Home.current(), Path(out)
    if not LOG.handlers:
        # In a process of `serve`'s, no command has opened it.
        open_log(home)
    year = year or past_year()
    names = units or unit_folders(Path(raw), year)
    if only_failed:
        names = not_issued(folder, year, names)
    # The lock says to a sweep that this run lives; it goes with the process, however that ends.
    with home.lock(f"run-{runtime.flow_run.id}"), home.lock(STORE_LOCK, shared=True):
        # Digests are taken here, in the flow's body, and so again on every retry.
        works = [
            UnitWork(Path(raw), folder, year, unit, home, draft=draft, force=force) for unit in dict.fromkeys(names)
        ]
        works = [w for w in works if not (changed_only and skipped(w, folder))]
        attempt = this_attempt()
        outcomes: list[Outcome] = []
        for batch in in_batches(works):
            steps.read(batch)
            steps.check(batch)
            steps.compute(batch)
            steps.score(batch)
            steps.render(batch)
            outcomes += steps.publish(batch, folder, attempt)
            release(batch)
    state = ending(works, outcomes)
    notices.ended(home, Path(raw), folder, year, outcomes, {w.unit: w.error for w in works if w.error})
    if changed_only:
        notices.remind(home, Path(raw), folder, year, names)
    return state


def past_year(due: dt.datetime | None = None) -> int:
    """The year before the one in which the run was due, in China's time: a late run still reports on its year."""
    due = due or runtime.flow_run.scheduled_start_time or dt.datetime.now(ZONE)
    return int(due.astimezone(ZONE).year) - 1


def skipped(work: UnitWork, out: Path) -> bool:
    """Whether nothing changed since the unit's last run, and what that published still lies there as it was.

    On a retry a unit that was not issued is taken up again even so: a run that ends well must not say less than was the
    case.
    """
    folder = out / str(work.year) / work.unit
    run = run_record.read(folder)
    if run is None:
        return False
    try:
        attempt, files = run.attempt, run.issued.files if run.issued else {}
        same = (attempt["inputs"], attempt["code"]) == (work.digest, steps.code_of("发布"))
        # What a person went on writing in is theirs: no reason to write it anew.
        whole = all(
            (folder / name).is_file() if name in WRITABLE else digest.of_file(folder / name) == sha256
            for name, sha256 in files.items()
        )
    except (OSError, ValueError, KeyError):
        return False
    retried = int(runtime.flow_run.run_count or 1) > 1
    again = run.status == "failed" or (run.status in ("blocked", "to confirm") and retried)
    return work.alive and same and whole and not again


def this_attempt() -> dict[str, Any]:
    """What run.json says of the run that made it; the only place where times and run ids stand."""
    return {
        "flow_run": str(runtime.flow_run.id or ""),
        "flow_run_name": runtime.flow_run.name or "",
        "number": int(runtime.flow_run.run_count or 1),
        "started": dt.datetime.now(ZONE).isoformat(timespec="seconds"),
    }


def release(batch: Batch) -> None:
    for work in batch.works:
        work.release()


def ending(works: list[UnitWork], outcomes: list[Outcome]) -> State[Any]:
    """How the run ends: Failed, so that Retry is offered, as soon as one unit is blocked or failed; others stand issued."""
    errors = {w.unit: w.error for w in works if w.error}
    blocked = {o.unit: steps.blocked_line(o) for o in outcomes if o.status == "blocked"}
    ended = Ended(tuple(outcomes), errors, tuple(w.unit for w in works if w.misconfigured))
    if blocked or errors:
        wrong = [f"{unit}（{line.rstrip('。')}）" for unit, line in {**blocked, **errors}.items()]
        mend = "改正文件" if blocked or ended.misconfigured else "排除故障"
        line = f"{len(wrong)}个单位未出报告：{words.clipped(scrub('；'.join(wrong)), 400)}。请{mend}后点“Retry”。"
        return Failed(message=line, data=NotIssuedError(line, ended))
    by_status = {s: [o.unit for o in outcomes if o.status == s] for s in words.STATUS}
    said = [f"{words.STATUS[s]}：{words.listed(units)}" for s, units in by_status.items() if units]
    if by_status["to confirm"]:
        said.append(words.TO_CONFIRM)
    return Completed(message="；".join(said) or "没有需要处理的单位", data=ended)
