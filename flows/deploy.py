"""The deployments of the program's flows, and the process that runs what they have due.

Belongs here: what the UI offers, with which parameters and when it runs by itself. Keeping the server up is
verbs/serve.py's, what a run does year_end.py's. Run as `python -m flows.deploy RAW OUT` by `selfeval serve`, after
flows.home.prepare_prefect.
"""

from __future__ import annotations

import sys
from pathlib import Path

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.approval import approval
from flows.home import Home, open_log
from flows.year_end import ZONE, year_end

#: Every morning from 5 January to 31 March; two, because no single cron line says that.
SEASON = (("january", "0 7 5-31 1 *"), ("february-march", "0 7 * 2,3 *"))


def deployments(raw: Path, out: Path) -> list[RunnerDeployment]:
    """What `selfeval serve` serves. Paths become absolute: a run has a working folder of its own."""
    folders = {"raw": str(raw.absolute()), "out": str(out.absolute())}
    return [
        RunnerDeployment.from_flow(
            year_end,
            "scheduled",
            schedules=[Cron(cron, timezone=ZONE.key, slug=slug) for slug, cron in SEASON],
            parameters={**folders, "changed_only": True},
            description="每年1月5日至3月31日每天7时，处理上一年度有变化的单位。",
            entrypoint_type=EntrypointType.MODULE_PATH,
        ),
        RunnerDeployment.from_flow(
            year_end,
            "retry-blocked",
            parameters={**folders, "only_failed": True},
            description="重试某一年度所有没有出报告的单位。点“Run”，填写年度。",
            entrypoint_type=EntrypointType.MODULE_PATH,
        ),
        RunnerDeployment.from_flow(
            approval,
            "form",
            parameters={"raw": folders["raw"]},
            description="填写待确认单位的偏差原因、数据核实情况和存在问题。点“Run”，填写单位；运行暂停后点“Resume”填表。",
            entrypoint_type=EntrypointType.MODULE_PATH,
        ),
    ]


def main(raw: str, out: str) -> None:
    open_log(Home.current())
    # Schedules stay on when this process ends: a run due in the meantime is late, and is caught up. Two at a time, so
    # that a form opens while a run goes on, and several that are late do not all do the same work at once.
    serve(*deployments(Path(raw), Path(out)), pause_on_shutdown=False, print_starting_message=False, limit=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
