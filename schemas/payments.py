"""支付明细: a row a voucher, exported from 国库集中支付; refunds are negative amounts or rows of their own."""

from datetime import date

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, pattern, project_code


def payments(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "paid_on": column(
                "支付日期",
                "date",
                pa.Check.in_range(date(scope.year, 1, 1), date(scope.year, 12, 31)),
                aliases=("支付时间", "清算日期"),
            ),
            "voucher": column("凭证号", "code", aliases=("支付凭证号", "支付申请编号")),
            "project_code": project_code(),
            "use": column("用途", "text", aliases=("资金用途",)),
            "summary": column("摘要", "free", required=False, optional_column=True),
            "payee": column("收款人", "text", required=False, aliases=("收款人名称", "收款人全称"), private="payee"),
            "payee_account": column(
                "收款账号",
                "code",
                pattern(r"^[0-9*\- ]{5,32}$", "5至32位数字"),
                required=False,
                optional_column=True,
                aliases=("收款人账号", "银行账号", "收款银行账号"),
                private="secret",
            ),
            "department_class": column(
                "部门经济分类",
                "code",
                pattern(r"^(\d{3}|\d{5})$", "3位或5位数字"),
                required=False,
                aliases=("部门支出经济分类", "部门经济科目"),
            ),
            "government_class": column(
                "政府经济分类",
                "code",
                pattern(r"^(\d{3}|\d{5})$", "3位或5位数字"),
                required=False,
                optional_column=True,
                aliases=("政府支出经济分类", "政府经济科目"),
            ),
            "amount": column("金额（元）", "money", aliases=("支付金额", "金额", "支付金额（元）"), unit="元"),
        }
    )


DATASET = Dataset(
    name="支付明细",
    slug="payments",
    globs=("*支付明细*",),
    needed=True,
    order=40,
    source="预算管理一体化系统“国库支付—支付明细查询”导出",
    feeds="各项目资金用途、支付日期",
    tables=(
        Table(
            "payments",
            "支付明细",
            payments,
            ("voucher",),
            foreign_keys=(("project_code", "budget.project_code"),),
        ),
    ),
)
