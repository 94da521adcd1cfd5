"""全省科普员综合排名: every communicator of the province with place and score, exported yearly."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, communicator_id


def ranking(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "place": column("综合排名", "integer", pa.Check.ge(1), aliases=("全省排名", "排名")),
            "communicator_id": communicator_id(),
            "county": column("县（市、区）", "text", required=False, optional_column=True, aliases=("县区", "区县")),
            "rank_points": column(
                "综合得分", "decimal", pa.Check.ge(0), required=False, optional_column=True, aliases=("积分",)
            ),
        }
    )


DATASET = Dataset(
    name="全省科普员综合排名",
    slug="ranking",
    globs=("*科普员综合排名*", "*综合排名*"),
    source="天府科技云平台“科普员排名”年度导出",
    strict=False,
    order=80,
    feeds="进入全省前200名人数",
    tables=(Table("ranking", "全省科普员综合排名", ranking, ("place",)),),
)
