"""科普员分享记录: the log of what each communicator shared, a row a share; counts come from accepted rows alone."""

from datetime import datetime

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, communicator_id, domain


def shares(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "time": column(
                "分享时间",
                "timestamp",
                pa.Check.in_range(datetime(scope.year, 1, 1), datetime(scope.year + 1, 1, 1), include_max=False),
            ),
            "communicator_id": communicator_id(),
            "name": column("姓名", "text", required=False, optional_column=True, private="name"),
            "village": column(
                "行政村（社区）", "text", required=False, optional_column=True, aliases=("行政村", "村（社区）")
            ),
            "content_id": column("内容编号", "code", aliases=("内容编码",)),
            "title": column("内容标题", "free", required=False, optional_column=True, aliases=("标题",)),
            "channel": column("渠道", "text", domain(scope, "渠道"), aliases=("分享渠道",)),
            "reads": column("阅读数", "integer", pa.Check.ge(0), aliases=("阅读量", "有效阅读数"), unit="次"),
        }
    )


DATASET = Dataset(
    name="科普员分享记录",
    slug="shares",
    globs=("科普员分享记录/*", "科普员分享记录*", "*分享记录*"),
    source="天府科技云平台“科普员管理—分享记录”按月导出",
    strict=False,
    order=70,
    feeds="分享量、阅读量、任务完成率",
    tables=(
        Table(
            slug="shares",
            label="科普员分享记录",
            schema=shares,
            key=("communicator_id", "time", "content_id"),
            foreign_keys=(("communicator_id", "communicators.communicator_id"),),
        ),
    ),
)
