"""天府科技云注册明细: a row a registered user; a person's name is masked, an organisation's stands."""

from datetime import datetime

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, domain


def registrations(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "registered_at": column(
                "注册时间",
                "timestamp",
                pa.Check.in_range(datetime(scope.year, 1, 1), datetime(scope.year + 1, 1, 1), include_max=False),
                aliases=("注册日期",),
            ),
            "kind": column("注册类型", "text", domain(scope, "注册类型"), aliases=("用户类型",)),
            "user_id": column("用户编号", "code", aliases=("用户编码", "用户ID")),
            "name": column(
                "名称", "text", required=False, optional_column=True, aliases=("用户名称",), private="payee"
            ),
        }
    )


DATASET = Dataset(
    name="天府科技云注册明细",
    slug="registrations",
    globs=("*注册明细*",),
    source="天府科技云平台“注册统计—明细”导出",
    strict=False,
    order=100,
    feeds="科技工作者、组织机构注册数",
    tables=(Table("registrations", "天府科技云注册明细", registrations, ("user_id",)),),
)
