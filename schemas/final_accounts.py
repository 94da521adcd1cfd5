"""收入支出决算总表 (财决01): a two-sided table, income left and expenditure right, each 项目 | 行次 | 决算数."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column


def final_accounts(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "item": column("项目", "text", aliases=("项目（按功能分类）",)),
            "line": column("行次", "integer", pa.Check.ge(1), required=False, optional_column=True),
            "amount": column("决算数", "money", aliases=("金额", "本年决算数"), unit="元"),
        }
    )


DATASET = Dataset(
    name="收入支出决算总表",
    slug="final_accounts",
    globs=("*收入支出决算总表*", "*决算总表*"),
    needed=True,
    order=30,
    source="部门决算报表软件导出财决01表（Z01 收入支出决算总表）",
    feeds="收入、支出、结转结余",
    tables=(Table("final_accounts", "收入支出决算总表", final_accounts, ("side", "item"), layout="two-sided"),),
)
