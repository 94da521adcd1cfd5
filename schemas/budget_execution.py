"""指标执行情况表: a row a project, exported from 预算管理一体化; budgets, payment and balance in 元."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, domain, pattern, project_code


def budget(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "unit_code": column("单位编码", "code", pa.Check.isin([scope.unit]), aliases=("预算单位编码",)),
            "unit_name": column("单位名称", "text", required=False, aliases=("预算单位",)),
            "category": column("项目类别", "text", domain(scope, "项目类别")),
            "project_code": project_code(),
            "project_name": column("项目名称", "text", aliases=("支出项目",)),
            "document": column("指标文号", "text", required=False, optional_column=True, aliases=("文号",)),
            "function_code": column(
                "功能科目编码", "code", pattern(r"^\d{7}$", "7位数字"), aliases=("支出功能分类科目编码", "功能科目")
            ),
            "function_name": column("功能科目名称", "text", required=False, optional_column=True),
            "budget_initial": column("年初预算数", "money", pa.Check.ge(0), aliases=("年初预算",), unit="元"),
            "adjustment": column("调整数", "money", aliases=("调整预算数", "预算调整数"), unit="元"),
            "budget_final": column(
                "全年预算数", "money", pa.Check.ge(0), aliases=("调整后预算数", "全年（调整）预算数"), unit="元"
            ),
            "paid": column(
                "支出数", "money", pa.Check.ge(0), aliases=("全年执行数", "预算执行数", "执行数"), unit="元"
            ),
            "balance": column("结余数", "money", pa.Check.ge(0), aliases=("结余", "指标结余"), unit="元"),
            "rate": column("执行率", "percent", required=False, optional_column=True, aliases=("预算执行率",)),
        }
    )


DATASET = Dataset(
    name="指标执行情况",
    slug="budget",
    globs=("*指标执行情况*", "*指标执行*"),
    needed=True,
    order=20,
    source="预算管理一体化系统“指标管理—指标执行情况查询”导出",
    feeds="预算数、支出数、执行率",
    tables=(Table("budget", "指标执行情况", budget, ("project_code",)),),
)
