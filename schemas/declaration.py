"""自评填报表: the workbook a clerk fills in; eight sheets, a table each. Hand-written text and targets, no logs."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, domain, project_code

#: 单位信息 rows without which no report can be written.
PROFILE_NEEDED = ("单位编码", "单位名称", "年度", "填报日期")
#: What the blank form asks for, with how to fill it.
PROFILE_ITEMS = (
    ("单位编码", "预算单位编码，与文件夹名相同"),
    ("单位名称", "单位全称，如某某县科学技术协会"),
    ("年度", "自评的年度，如2024"),
    ("行政区划", "所在县（市、区）全称，与精准科普服务统计表中的写法相同"),
    ("填报日期", "报告落款日期，如2025-02-20"),
    ("违规记录", "上年度审计检查中的违规记录，没有的填“未出现”"),
    ("单位负责人岗位", "只填岗位，不填姓名，如主席"),
    ("财务负责人岗位", "只填岗位，不填姓名，如财务室负责人"),
    ("单位性质", "如参公管理、行政、全额事业"),
    ("主管部门", "主管部门全称"),
    ("机构职能", "按“三定”方案填写，各项之间用分号隔开"),
)
NOTE_CHAPTERS = (
    ("预算调整说明", "年中调整了预算的，写明原因；没有调整的不填"),
    ("预算执行说明", "预算执行率偏低的，写明原因；没有的不填"),
    ("结果应用情况", "自评结果用于预算安排、公开和整改的情况"),
    ("存在问题", "单位自己认为存在的问题；数据反映的问题由程序列出"),
    ("改进建议", "针对问题的改进措施；没有的不填"),
)


def profile(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "item": column("项目", "text", aliases=("信息项",), note="表中已列出，不要改动", example="单位名称"),
            "content": column(
                "内容",
                "free",
                required=False,
                aliases=("填写内容",),
                note="选中单元格后按提示填写",
                example="某某县科学技术协会",
            ),
        }
    )


def offices(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "office": column("机构名称", "text", aliases=("内设机构", "股室"), note="一个机构一行", example="综合股"),
            "duty": column(
                "职责", "free", required=False, aliases=("主要职责",), note="一句话", example="承担科学普及业务"
            ),
        }
    )


def staff(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "post": column("职务", "text", aliases=("岗位",), note="一类职务一行", example="副主席"),
            "quota": column(
                "人数", "integer", pa.Check.ge(0), aliases=("编制数",), unit="名", note="核定编制数", example="2"
            ),
        }
    )


def work_tasks(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "number": column("序号", "integer", pa.Check.ge(1), note="从1起，不重复", example="1"),
            "task": column(
                "任务", "free", aliases=("工作任务", "年度任务"), note="一项任务一行", example="做好科普宣传"
            ),
        }
    )


def work_done(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "number": column(
                "任务序号", "integer", pa.Check.ge(1), aliases=("序号",), note="年度任务表中的序号", example="1"
            ),
            "done": column(
                "完成情况",
                "free",
                required=False,
                aliases=("工作开展情况",),
                note="做了什么、结果怎样",
                example="利用重要节点开展科普宣传。",
            ),
        }
    )


def goals(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "number": column("序号", "integer", pa.Check.ge(1), note="从1起，不重复", example="1"),
            "goal": column(
                "目标", "free", aliases=("绩效目标", "总体目标"), note="一项目标一行", example="保障机关日常运转"
            ),
        }
    )


def indicators(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "project_code": project_code(),
            "level1": column("一级指标", "text", note="产出、效益或满意度指标", example="产出指标"),
            "level2": column("二级指标", "text", example="数量指标"),
            "level3": column("三级指标", "text", note="同一项目中不重复", example="开展科普活动"),
            "nature": column("指标性质", "text", domain(scope, "指标性质"), note="从下拉框选择", example="≥"),
            "target": column(
                "指标值",
                "text",
                aliases=("年度指标值", "目标值"),
                note="只填数、日期或定性的要求，单位填在“计量单位”",
                example="5",
            ),
            "unit": column(
                "计量单位", "text", required=False, aliases=("度量单位",), note="如次、%、日期", example="次"
            ),
            "weight": column(
                "权重",
                "decimal",
                pa.Check.ge(0),
                pa.Check.le(100),
                aliases=("分值",),
                unit="分",
                note="每个项目的权重合计为90分，预算执行率另计10分",
                example="15",
            ),
            "binding": column(
                "取数指标",
                "text",
                required=False,
                note="有数据的从下拉框选择，由程序取数；没有的不填",
                example="项目资助科普活动次数",
            ),
            "manual": column(
                "实际完成值（手填）",
                "text",
                required=False,
                aliases=("实际完成值", "完成值"),
                note="选了取数指标的不填；定性指标填达成年度指标，或部分达成年度指标（70%）",
            ),
            "reason": column(
                "偏差原因分析及改进措施",
                "free",
                required=False,
                aliases=("偏差原因", "未完成原因分析", "偏差原因分析"),
                note="未达到指标值、或超出30%及以上时必须写明原因和改进措施",
            ),
        }
    )


def notes(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "chapter": column("章节", "text", note="可以增加自己的章节", example="结果应用情况"),
            "content": column(
                "内容",
                "free",
                required=False,
                note="选中单元格后按提示填写",
                example="自评结果用于调整下一年度的项目和预算。",
            ),
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
    by_hand=True,
    given={"profile": PROFILE_ITEMS, "notes": NOTE_CHAPTERS},
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
