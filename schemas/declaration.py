"""自评填报表: the workbook a clerk fills in; eight sheets, a table each. Hand-written text and targets, no logs."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, domain, project_code

#: 单位信息 rows without which no report can be written.
PROFILE_NEEDED = ("单位编码", "单位名称", "年度", "填报日期")


def profile(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "item": column("项目", "text", aliases=("信息项",)),
            "content": column("内容", "free", required=False, aliases=("填写内容",)),
        }
    )


def offices(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "office": column("机构名称", "text", aliases=("内设机构", "股室")),
            "duty": column("职责", "free", required=False, aliases=("主要职责",)),
        }
    )


def staff(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "post": column("职务", "text", aliases=("岗位",)),
            "quota": column("人数", "integer", pa.Check.ge(0), aliases=("编制数",), unit="名"),
        }
    )


def work_tasks(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "number": column("序号", "integer", pa.Check.ge(1)),
            "task": column("任务", "free", aliases=("工作任务", "年度任务")),
        }
    )


def work_done(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "number": column("任务序号", "integer", pa.Check.ge(1), aliases=("序号",)),
            "done": column("完成情况", "free", required=False, aliases=("工作开展情况",)),
        }
    )


def goals(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "number": column("序号", "integer", pa.Check.ge(1)),
            "goal": column("目标", "free", aliases=("绩效目标", "总体目标")),
        }
    )


def indicators(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "project_code": project_code(),
            "level1": column("一级指标", "text"),
            "level2": column("二级指标", "text"),
            "level3": column("三级指标", "text"),
            "nature": column("指标性质", "text", domain(scope, "指标性质")),
            "target": column("指标值", "text", aliases=("年度指标值", "目标值")),
            "unit": column("计量单位", "text", required=False, aliases=("度量单位",)),
            "weight": column("权重", "decimal", pa.Check.ge(0), pa.Check.le(100), aliases=("分值",), unit="分"),
            "binding": column("取数指标", "text", required=False),
            "manual": column("实际完成值（手填）", "text", required=False, aliases=("实际完成值", "完成值")),
            "reason": column(
                "偏差原因分析及改进措施", "free", required=False, aliases=("偏差原因", "未完成原因分析", "偏差原因分析")
            ),
        }
    )


def notes(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "chapter": column("章节", "text"),
            "content": column("内容", "free", required=False),
        }
    )


DATASET = Dataset(
    name="自评填报表",
    slug="declaration",
    globs=("*自评填报表*", "*填报表*"),
    needed=True,
    order=10,
    source="由单位填写（selfeval init 生成空表）",
    feeds="单位概况、人员、任务及完成情况、目标、指标、说明",
    tables=(
        Table("profile", "单位信息", profile, ("item",), sheet="单位信息|基本信息", layout="pairs"),
        Table("offices", "内设机构", offices, (), sheet="内设机构"),
        Table("staff", "人员编制", staff, (), sheet="人员编制"),
        Table("work_tasks", "年度任务", work_tasks, ("number",), sheet="年度任务"),
        Table("work_done", "工作开展情况", work_done, (), sheet="工作开展情况"),
        Table("goals", "总体绩效目标", goals, ("number",), sheet="总体绩效目标"),
        Table(
            "indicators",
            "绩效指标",
            indicators,
            (),
            sheet="绩效指标",
            foreign_keys=(("project_code", "budget.project_code"),),
        ),
        Table("notes", "情况说明", notes, ("chapter",), sheet="情况说明"),
    ),
)
