"""满意度问卷: a row a questionnaire."""

from datetime import date

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, domain


def survey(scope: Scope) -> pa.DataFrameSchema:
    # A year's survey is often closed after New Year, before the report is filed.
    period = pa.Check.in_range(date(scope.year, 1, 1), date(scope.year + 1, 6, 30))
    return pa.DataFrameSchema(
        {
            "questionnaire_id": column("问卷编号", "code", aliases=("编号", "序号")),
            "answered_on": column("日期", "date", period, required=False, optional_column=True, aliases=("填写日期",)),
            "respondent_kind": column("对象类型", "text", required=False, optional_column=True, aliases=("服务对象",)),
            "rating": column("总体评价", "text", domain(scope, "总体评价"), aliases=("满意程度", "总体满意度")),
            "comment": column("意见", "free", required=False, optional_column=True, aliases=("意见建议", "意见和建议")),
        }
    )


DATASET = Dataset(
    name="满意度问卷",
    slug="survey",
    globs=("*满意度问卷*", "*满意度*"),
    source="服务对象满意度调查问卷汇总导出",
    strict=False,
    order=120,
    feeds="服务对象满意度",
    tables=(Table("survey", "满意度问卷", survey, ("questionnaire_id",)),),
)
