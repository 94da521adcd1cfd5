"""Running the flow in this process: a new run, or another attempt of an earlier one; and dead runs swept up.

Belongs here: which server, which flow run, in what state. Imported only after flows.home.prepare_prefect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import run_flow
from prefect.states import Crashed, Pending

from flows import notices, words
from flows.home import LOG, Home
from flows.year_end import Ended, NotIssuedError, year_end

DEPLOYMENT = "year-end/scheduled"
#: States in which a run has a process, and how many times the grace a sweep leaves it.
_ALIVE = {StateType.RUNNING: 1, StateType.CANCELLING: 1, StateType.PENDING: 20}
_FLOW = FlowFilter(name=FlowFilterName(any_=["year-end"]))
#: The flows whose runs hold a lock as long as they live.
_SWEPT = FlowFilter(name=FlowFilterName(any_=["year-end", "approval"]))


@dataclass(frozen=True)
class Ending(Ended):
    """How a run of the flow ended, for the command that started it."""

    flow_run: str
    message: str


def client() -> SyncPrefectClient:
    return get_client(sync_client=True)


def run(home: Home, parameters: dict[str, Any]) -> Ending:
    """Run the flow anew in this process."""
    with client() as api:
        sweep(home, api)
        flow_run = _create(api, parameters)
        return _go(flow_run, parameters)


def retry(api: SyncPrefectClient, flow_run: FlowRun, changes: Mapping[str, Any]) -> Ending:
    """Run an earlier, ended run again under its own id in this process."""
    # Not AwaitingRetry, as the UI's button sends: the runner of `serve` would take that up as well.
    api.set_flow_run_state(flow_run.id, Pending(message="由 selfeval retry 重试"), force=True)
    flow_run = api.read_flow_run(flow_run.id)
    return _go(flow_run, {**flow_run.parameters, **changes})


def _create(api: SyncPrefectClient, parameters: dict[str, Any]) -> FlowRun:
    """A flow run that belongs to the deployment where there is one, so that the UI offers Retry on it."""
    try:
        deployment = api.read_deployment_by_name(DEPLOYMENT)
    except ObjectNotFound:
        return api.create_flow_run(year_end, parameters=parameters, state=Pending())
    return api.create_flow_run_from_deployment(deployment.id, parameters=parameters, state=Pending())


def _go(flow_run: FlowRun, parameters: dict[str, Any]) -> Ending:
    state: State[Any] = run_flow(year_end, flow_run=flow_run, parameters=parameters, return_type="state")  # type: ignore[assignment]
    data = state.result(raise_on_failure=False)
    ended = data.ended if isinstance(data, NotIssuedError) else data
    if not isinstance(ended, Ended):
        LOG.error("flow run %s ended %s: %r", flow_run.id, state.name, data)
        raise RuntimeError(f"flow run {flow_run.id} ended as {state.name}") from (
            data if isinstance(data, Exception) else None
        )
    return Ending(**vars(ended), flow_run=str(flow_run.id), message=state.message or "")


def sweep(home: Home, api: SyncPrefectClient, *, grace: float = 15) -> list[FlowRun]:
    """Set runs to Crashed whose process is gone, so that they can be retried; gives them.

    `grace`: seconds in which a run that was just started may not have taken its lock yet. A run that is only pending
    is given longer: its process has yet to import the program.
    """
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_ALIVE)))
    dead = []
    for flow_run in api.read_flow_runs(flow_filter=_SWEPT, flow_run_filter=FlowRunFilter(state=states)):
        state = flow_run.state
        # A state of the future: the clock was set back since, and what it says of the time that passed is nothing.
        if state is None or abs(dt.datetime.now(dt.UTC) - state.timestamp) < dt.timedelta(
            seconds=_ALIVE[state.type] * grace
        ):
            continue
        # A living run holds its lock; the system lets go of it however the process ended.
        with home.lock(f"run-{flow_run.id}", wait=False) as free:
            if free:
                api.set_flow_run_state(flow_run.id, Crashed(message=words.CUT_OFF), force=True)
                dead.append(flow_run)
                notices.crashed(home, flow_run.name)
    return dead


def last_failed(api: SyncPrefectClient) -> FlowRun | None:
    """The latest run that did not end well and can be retried."""
    kinds = [StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=kinds))
    found = api.read_flow_runs(
        flow_filter=_FLOW,
        flow_run_filter=FlowRunFilter(state=states),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=1,
    )
    return found[0] if found else None
