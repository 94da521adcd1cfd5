"""`selfeval retry`: another attempt of a run that did not end well, the same as the UI's Retry button."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows import orphans
from flows.cli import BLOCKED, DONE
from flows.home import Home, prepare_prefect
from flows.verbs import CallError
from flows.verbs import run as run_verb

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

_POLL_SECONDS = 2.0


def main(arguments: argparse.Namespace, home: Home) -> int:
    url = home.server_url()
    prepare_prefect(home, api_url=url)
    orphans.end(home)
    from flows import execution
    from flows.year_end import past_year

    run_verb.follow()
    with execution.client() as api:
        execution.sweep(home, api, grace=0)
        flow_run = _find(api, arguments.flow_run)
        parameters = dict(flow_run.parameters)
        if arguments.dry_run:
            # A scheduled run has no year of its own: it is the one before that in which it was due.
            parameters["year"] = parameters.get("year") or past_year(flow_run.expected_start_time)
            return _foresee(home, parameters, arguments)
        changes = {name: True for name in ("only_failed", "force") if getattr(arguments, name)}
        if url and flow_run.deployment_id and not changes:
            # The runner of `serve` would take it up at any moment: leave it to it, and wait.
            return _hand_over(api, flow_run, home)
        ending = execution.retry(api, flow_run, changes)
    return run_verb.report(ending, arguments, named=())


def _find(api: SyncPrefectClient, asked: str | None) -> FlowRun:
    """The run by id or name, or the last that did not end well. Raises CallError."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
    from prefect.exceptions import ObjectNotFound

    from flows import execution

    if asked is None:
        found = execution.last_failed(api)
        if found is None:
            raise CallError("没有需要重试的运行")
        return found
    try:
        flow_run = api.read_flow_run(UUID(asked))
    except ValueError:
        named = api.read_flow_runs(flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[asked])))
        if len(named) != 1:
            raise CallError(f"名为“{asked}”的运行有{len(named)}个，请写运行编号") from None
        flow_run = named[0]
    except ObjectNotFound:
        raise CallError(f"没有编号为{asked}的运行") from None
    if flow_run.state is None or not flow_run.state.is_final():
        raise CallError("这个运行还没有结束，不能重试")
    if flow_run.state.is_completed():
        raise CallError("这个运行已经完成，不需要重试；如有新的文件，请用selfeval run重新运行")
    return flow_run


def _foresee(home: Home, parameters: dict[str, Any], arguments: argparse.Namespace) -> int:
    told = argparse.Namespace(**{**vars(arguments), **run_verb.arguments_of(parameters)})
    return run_verb.foresee(told, home, told.units, force=arguments.force)


def _hand_over(api: SyncPrefectClient, flow_run: FlowRun, home: Home) -> int:
    from prefect.states import AwaitingRetry

    api.set_flow_run_state(flow_run.id, AwaitingRetry(message="由 selfeval retry 重试"), force=True)
    run_verb.say("已交给正在运行的selfeval serve重试……")
    while True:
        time.sleep(_POLL_SECONDS)
        state = api.read_flow_run(flow_run.id).state
        if state is not None and state.is_final():
            break
    print(f"{flow_run.name}：{state.message}")
    return DONE if state.is_completed() else BLOCKED
