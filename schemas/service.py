"""精准科普服务统计: a sheet a year end, a row a county of the city; the printed rates are read, not recomputed."""

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column


def service(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "county": column("县（市、区）", "text", aliases=("县市区", "县区", "区县")),
            "population": column(
                "常住人口（人）", "integer", pa.Check.ge(0), required=False, aliases=("常住人口",), unit="人"
            ),
            "people": column(
                "服务群众数（人）", "integer", pa.Check.ge(0), aliases=("服务群众数", "服务人数"), unit="人"
            ),
            "volume": column("服务量（次）", "integer", pa.Check.ge(0), aliases=("服务量",), unit="次"),
            "coverage": column(
                "精准科普覆盖率（%）", "percent", pa.Check.ge(0), aliases=("精准科普覆盖率", "覆盖率"), unit="百分点"
            ),
            "per_capita": column(
                "人均科普服务量（次）", "decimal", pa.Check.ge(0), aliases=("人均科普服务量", "人均服务量"), unit="次"
            ),
        }
    )


DATASET = Dataset(
    name="精准科普服务统计",
    slug="service",
    globs=("*精准科普服务统计*", "*服务统计*"),
    order=110,
    source="天府科技云平台“精准科普—服务统计”两个年末各导出一次",
    feeds="服务增长、覆盖率、在全市的位次",
    tables=(Table("service", "精准科普服务统计", service, ("sheet", "county"), sheet=r".*\d{4}.*", keep_sheet=True),),
)
