"""When a notice is due: a run ended, a run was cut off, a unit is not reported near its deadline.

Belongs here: from a run's outcome to a notice. Words and sending are selfeval.notice's; nothing here fails a run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec
from zoneinfo import ZoneInfo

from prefect.client.orchestration import get_client
from prefect.states import Crashed

from flows import words
from flows.foresight import status_before
from flows.home import LOG, Home
from selfeval import notice
from selfeval.notice import Item, Notice, Owner
from selfeval.package import Outcome
from selfeval.settings import ConfigError

P = ParamSpec("P")
_ZONE = ZoneInfo("Asia/Shanghai")


def _never_fails(act: Callable[P, None]) -> Callable[P, None]:
    @wraps(act)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except ConfigError as error:
            LOG.error("no notice sent: %s", error)
        except Exception:
            LOG.exception("no notice sent")

    return guarded


@_never_fails
def ended(home: Home, raw: Path, out: Path, year: int, outcomes: Iterable[Outcome], errors: Mapping[str, str]) -> None:
    """Tell what became of the units of a run; files still awaited are told by `remind` alone."""
    settings = notice.load_notice_settings(home.root)
    if not settings.on:
        return
    owners = _owners(raw / str(year))
    items = [
        Item(o.unit, o.status, o.counts["error"], o.counts["warning"], owners.get(o.unit))
        for o in outcomes
        if o.status != "awaiting"
    ]
    items += [Item(unit, "failed", owner=owners.get(unit)) for unit in errors]
    title = f"{year}年部门整体绩效自评：运行结束"
    notice.send(settings, Notice(title, tuple(items), _page(out, year), _today()))


@_never_fails
def crashed(home: Home, run_name: str) -> None:
    """Tell that a run was cut off; it waits for Retry."""
    settings = notice.load_notice_settings(home.root)
    if settings.on:
        notice.send(settings, Notice("部门整体绩效自评：运行中断，请在界面点“Retry”继续", (Item(run_name, "crashed"),)))


@_never_fails
def remind(home: Home, raw: Path, out: Path, year: int, units: Iterable[str], today: dt.date | None = None) -> None:
    """Tell which units are not reported though their deadline is near or past; the table may name one without a folder."""
    settings = notice.load_notice_settings(home.root)
    if not settings.on:
        return
    today = today or _today()
    near = today + dt.timedelta(days=settings.days_before)
    owners = _owners(raw / str(year))
    items = []
    for unit in sorted({*units, *owners}):
        owner = owners.get(unit)
        if owner and owner.deadline and owner.deadline <= near:
            status = status_before(out, year, unit)
            if status in (None, "awaiting"):
                items.append(Item(unit, "awaiting", owner=owner))
            elif status in ("blocked", "to confirm", "failed"):
                items.append(Item(unit, status, owner=owner))  # type: ignore[arg-type]
    title = f"{year}年部门整体绩效自评：临近或已过截止日期"
    notice.send(settings, Notice(title, tuple(items), _page(out, year), today))


@_never_fails
def on_crashed(flow: Any, flow_run: Any, state: Any) -> None:
    """Prefect's hook: the process of a run ended before the run did.

    Prefect words that state in English, and hands over the run under the name it had before it began.
    """
    with get_client(sync_client=True) as api:
        api.set_flow_run_state(flow_run.id, Crashed(message=words.CUT_OFF), force=True)
        name = api.read_flow_run(flow_run.id).name
    crashed(Home.current(), name)


def _owners(folder: Path) -> dict[str, Owner]:
    try:
        return notice.load_owners(folder)
    except ConfigError as error:
        # Those who look after all units are told all the same.
        LOG.error("owners not read: %s", error)
        return {}


def _page(out: Path, year: int) -> str:
    return str(out / str(year) / "index.html")


def _today() -> dt.date:
    return dt.datetime.now(_ZONE).date()
