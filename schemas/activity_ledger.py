"""业务台账: what the unit did in the year; eight sheets, a table each, a row an event."""

from datetime import date

import pandera.pandas as pa

from schemas.base import Dataset, Scope, Table, column, project_code


def _day(scope: Scope, label: str, *aliases: str) -> pa.Column:
    within_year = pa.Check.in_range(date(scope.year, 1, 1), date(scope.year, 12, 31))
    return column(label, "date", within_year, aliases=("日期", *aliases))


def _count(label: str, unit: str, *aliases: str) -> pa.Column:
    return column(label, "integer", pa.Check.ge(0), required=False, aliases=aliases, unit=unit)


def _funding() -> pa.Column:
    funding = project_code(required=False)
    funding.title = "经费来源项目编码"
    funding.description = "经费来源项目编码"
    funding.metadata["aliases"] = ("经费来源", "项目编码")
    return funding


def activities(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "held_on": _day(scope, "日期", "活动日期"),
            "activity": column("活动名称", "text"),
            "topic": column("主题", "text", required=False),
            "occasion": column("节点", "text", required=False, optional_column=True, aliases=("活动节点",)),
            "sessions": column("场次", "integer", pa.Check.ge(1), unit="场次"),
            "materials": _count("发放资料（份）", "份", "发放资料"),
            "bags": _count("环保手提袋（个）", "个", "环保手提袋"),
            "consultations": _count("咨询服务（人次）", "人次", "咨询服务"),
            "funding_project": _funding(),
            "place": column("地点", "text", required=False, optional_column=True),
        }
    )


def led(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "played_on": _day(scope, "播放日期"),
            "topic": column("主题", "text", required=False),
            "issue": column("期号", "integer", pa.Check.ge(1), required=False, optional_column=True),
        }
    )


def board(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "updated_on": _day(scope, "更新日期"),
            "topic": column("主题", "text", required=False),
            "place": column("地点", "text", required=False, optional_column=True),
        }
    )


def awards(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "awarded_on": _day(scope, "日期", "表彰日期"),
            "award": column("名称", "text", aliases=("表彰名称", "奖项名称")),
            "winner": column("获奖者", "text", required=False, aliases=("获奖人", "获奖单位"), named=True),
            "level": column("级别", "text", required=False),
            "prize": column("奖项", "text", required=False, aliases=("等次",)),
        }
    )


def equipment(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "serviced_on": _day(scope, "维护日期"),
            "kind": column("设备种类", "text", aliases=("设备名称",)),
            "quantity": column("数量", "integer", pa.Check.ge(0), required=False),
            "cost": column(
                "金额（元）",
                "money",
                pa.Check.ge(0),
                required=False,
                optional_column=True,
                aliases=("金额",),
                unit="元",
            ),
            "funding_project": _funding(),
        }
    )


def varieties(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "promoted_on": _day(scope, "推广日期"),
            "variety": column("品种名称", "text", aliases=("品种",)),
            "quantity": column("推广数量", "integer", pa.Check.ge(0), required=False, aliases=("数量",)),
            "funding_project": _funding(),
        }
    )


def studios(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "founded_on": _day(scope, "成立日期"),
            "studio": column("名称", "text", aliases=("工作室名称",)),
            "host": column("依托单位", "text", required=False, optional_column=True),
        }
    )


def contests(scope: Scope) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "held_on": _day(scope, "日期"),
            "contest": column("名称", "text", aliases=("赛事名称",)),
            "manner": column("方式", "text", required=False, aliases=("参与方式",)),
            "level": column("级别", "text", required=False),
            "topic": column("主题", "text", required=False, optional_column=True),
        }
    )


_FUNDED = (("funding_project", "budget.project_code"),)

DATASET = Dataset(
    name="业务台账",
    slug="ledger",
    globs=("*业务台账*", "*工作台账*"),
    order=90,
    source="单位各股室工作台账",
    feeds="活动、赛事、宣传、表彰、设备、品种、工作室",
    tables=(
        Table("activities", "科普活动", activities, (), "科普活动", needed=False, foreign_keys=_FUNDED),
        Table("led", "LED播放", led, (), "LED播放", needed=False),
        Table("board", "宣传栏更新", board, (), "宣传栏更新", needed=False),
        Table("awards", "表彰获奖", awards, (), "表彰获奖", needed=False),
        Table("equipment", "设备维护", equipment, (), "设备维护", needed=False, foreign_keys=_FUNDED),
        Table("varieties", "品种推广", varieties, (), "品种推广", needed=False, foreign_keys=_FUNDED),
        Table("studios", "科创工作室", studios, (), "科创工作室", needed=False),
        Table("contests", "赛事活动", contests, (), "赛事活动", needed=False),
    ),
)
