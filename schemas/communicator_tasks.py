"""科普员月任务: how many shares a communicator owes a month."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, communicator_id


def tasks(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "communicator_id": communicator_id(),
            "month": column("月份", "month", pa.Check.isin([f"{scope.year}-{m:02d}" for m in range(1, 13)])),
            "task": column("任务数", "integer", pa.Check.ge(0), aliases=("应完成条数", "月任务数"), unit="条"),
        }
    )


DATASET = Dataset(
    name="科普员月任务",
    slug="tasks",
    globs=("*科普员月任务*", "*月任务*"),
    order=60,
    source="省、市下达的科普员月度任务分解表",
    feeds="分享任务总数",
    tables=(
        Table(
            "tasks",
            "科普员月任务",
            tasks,
            ("communicator_id", "month"),
            foreign_keys=(("communicator_id", "communicators.communicator_id"),),
        ),
    ),
)
