"""The catalogues under docs/ that are generated: every rule, column, fact and setting. `python -m selfeval.catalogues`.

Belongs here: how declarations, registries and SQL headers are laid out as Markdown. Nothing is declared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pandera.pandas as pa
from pydantic import BaseModel

from schemas import Dataset, Scope, Table, datasets, default_domains, offered
from selfeval.checks import crosscheck, grouping, registry
from selfeval.checks.cells import range_words
from selfeval.checks.registry import Entry
from selfeval.facts import catalogue
from selfeval.report.blocks import blocks
from selfeval.scoring import packs
from selfeval.settings import DatasetSettings, Settings

DOCS = Path(__file__).parent.parent / "docs"
#: Dates and the like are told for this year.
SCOPE = Scope(2024, "000000", default_domains())
_HEAD = "<!-- 由 python -m selfeval.catalogues 生成，不要手改。 -->\n\n"
_SEVERITY = {
    "error": "错误",
    "warning": "警告",
    "info": "提示",
    "error/warning": "错误或警告",
    "error/info": "错误或提示",
    "info/warning": "提示或警告",
    "error/warning/info": "错误、警告或提示",
}
_KINDS = {
    "text": "文字",
    "free": "文字（可长）",
    "code": "编码（按文字）",
    "month": "月份",
    "integer": "整数",
    "money": "金额",
    "decimal": "数字",
    "percent": "百分数",
    "date": "日期",
    "timestamp": "日期和时间",
}
_PRIVATE = {"secret": "查验后即丢弃", "name": "遮盖为“张*”", "payee": "个人遮盖为“张*”", None: ""}


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    lines += [f"| {' | '.join(cell.replace('|', '、').replace(chr(10), ' ') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n\n"


def rules_page() -> str:
    """docs/规则目录.md."""
    cells = list(registry.cell_entries(SCOPE))
    rows = [e for e in cells if e.place == "整行"]
    text = f"# 规则目录\n\n{_HEAD}"
    text += (
        "每条问题都有一个固定的编号。错误阻止出报告，警告请核对，提示备查。日期等以2024年度为例；"
        "花括号是出问题时填入的内容。严格的数据集一行不合格即为错误；宽容的在容错率（默认0.5%）以内只警告。\n\n"
    )
    text += "## 表与表之间、表内的核对\n\n" + _table(
        ("编号", "级别", "数据", "问题", "怎样改", "依据"),
        ((f"`{e.id}`", _SEVERITY[e.severity], e.dataset, e.message, e.fix, e.source) for e in registry.cross_entries()),
    )
    text += "核对所用的线和限度（`selfeval/checks/rules/limits.toml`）：\n\n" + _table(
        ("名称", "值"), ((f"`{name}`", str(value)) for name, value in crosscheck.limits().items())
    )
    text += "## 绩效指标与计分\n\n" + _table(
        ("编号", "级别", "列", "问题", "怎样改", "依据"),
        ((f"`{e.id}`", _SEVERITY[e.severity], e.place, e.message, e.fix, e.source) for e in registry.scoring_entries()),
    )
    text += "## 文件、工作表和读法\n\n" + _table(
        ("编号", "级别", "问题", "怎样改"),
        (
            (f"`{e.id}`", _SEVERITY[e.severity], e.message.replace("{label}", "某列"), e.fix.replace("{label}", "该列"))
            for e in registry.source_entries()
        ),
    )
    text += "## 出具报告\n\n" + _table(
        ("编号", "级别", "问题", "怎样改"),
        ((f"`{e.id}`", _SEVERITY[e.severity], e.message, e.fix) for e in registry.issuing_entries()),
    )
    text += "## 整行\n\n编号为“表的标识.种类”，如`payments.duplicate`。\n\n" + _row_kinds(rows)
    text += "## 各列\n\n"
    plain = [e for e in cells if e.place != "整行"]
    for (dataset, table), members in groupby(plain, key=lambda e: (e.dataset, e.table)):
        title = dataset if dataset == table else f"{dataset}：{table}"
        text += f"### {title}\n\n" + _table(
            ("编号", "级别", "列", "问题", "怎样改"),
            ((f"`{e.id}`", _SEVERITY[e.severity], e.place, e.message, e.fix) for e in members),
        )
    return text.rstrip("\n") + "\n"


def _row_kinds(rows: Sequence[Entry]) -> str:
    def kind(entry: Entry) -> str:
        return entry.id.partition(".")[2]

    found = []
    for name, group in groupby(sorted(rows, key=kind), key=kind):
        members = list(group)
        severity = "、".join(dict.fromkeys(_SEVERITY[m.severity] for m in members))
        everywhere = len(members) == len({(e.dataset, e.table) for e in rows})
        where = "各表" if everywhere else "、".join(dict.fromkeys(m.table for m in members))
        found.append((f"`*.{name}`", severity, where, members[0].message, members[0].fix))
    return _table(("编号", "级别", "表", "问题", "怎样改"), found)


def dictionary_page() -> str:
    """docs/数据字典.md."""
    text = f"# 数据字典\n\n{_HEAD}每个数据集一节：从哪里来、叫什么文件、有哪些表和列。\n\n"
    for dataset in datasets().values():
        text += f"## {dataset.name}\n\n" + "".join(f"- {line}\n" for line in _about(dataset)) + "\n"
        for table in dataset.tables:
            text += _of_table(dataset, table)
    return text.rstrip("\n") + "\n"


def _about(dataset: Dataset) -> Iterator[str]:
    yield f"标识：`{dataset.slug}`"
    yield f"来源：{dataset.source}"
    yield f"文件名：{'、'.join(f'`{g}`' for g in dataset.globs)}"
    yield f"用于：{dataset.feeds}"
    yield "必须报送" if dataset.needed else "有则报送"
    yield "严格：一行不合格即为错误" if dataset.strict else "宽容：不合格行在容错率以内时剔除并警告"


def _of_table(dataset: Dataset, table: Table) -> str:
    columns = table.schema(SCOPE).columns
    label: dict[str, str] = {name: column.title or "" for name, column in columns.items()} | {
        "sheet": "工作表",
        "side": "收入或支出",
    }
    text = f"### {table.label}（`{table.slug}`）\n\n" if len(dataset.tables) > 1 else f"表的标识：`{table.slug}`\n\n"
    if table.key:
        text += f"编号列：{'＋'.join(label[k] for k in table.key)}。编号相同而内容不同的行都不计入。\n\n"
    rows = ((column.title, f"`{name}`", *_of_column(table, name, column)) for name, column in columns.items())
    return text + _table(("表头", "标识", "类型", "必填", "其他写法", "取值", "单位", "隐私"), rows)


def _of_column(table: Table, name: str, column: pa.Column) -> tuple[str, ...]:
    about: dict[str, Any] = column.metadata or {}
    values = [_values(check) for check in column.checks]
    values += [f"在{grouping.target_name(target)}中有" for c, target in table.foreign_keys if c == name]
    needed = "" if column.nullable else "是"
    return (
        _KINDS[about["kind"]],
        needed if column.required else "可无此列",
        "、".join(about["aliases"]),
        "；".join(values),
        about["unit"],
        _PRIVATE[about["private"]],
    )


def _values(check: pa.Check) -> str:
    if check.name == "isin":
        return "、".join(offered(check))
    return str(check.description) if check.name == "str_matches" else range_words(check)


def facts_page() -> str:
    """docs/事实目录.md."""
    text = f"# 事实目录\n\n{_HEAD}"
    text += (
        "报告中的每个数都是一个事实。`{project}`是项目编码，`{use}`是用途；有“取数指标”的，填报表可以用这个名称取数。"
        "定义和算法在`selfeval/facts/*.sql`，一个主题一个文件。\n\n"
    )
    for subject in catalogue.subjects():
        text += f"## {subject.name}\n\n用到的表：{'、'.join(f'`{n}`' for n in subject.needs)}\n\n" + _table(
            ("标识", "名称", "取数指标", "单位", "定义"),
            (
                (f"`{d.id}`", d.name.replace("{label}", "某项目"), d.binding or "", d.unit, d.definition)
                for d in subject.facts
            ),
        )
    text += "## 计分\n\n" + _table(
        ("标识", "名称", "取数指标", "单位", "定义"),
        (
            ("`score.indicator.{project}/{三级指标}`", "指标得分", "", "分", "按指标性质、指标值和实际完成值计的分"),
            ("`score.project.{project}`", "项目得分", "", "分", "各指标得分与预算执行率得分之和"),
        ),
    )
    return text.rstrip("\n") + "\n"


#: Shown in the page and read by a test: what a unit of another system may have to set.
SETTINGS_EXAMPLE = """"规则包" = "sichuan-0013zp"
"人工确认" = true
"不写的内容" = ["赛事活动"]

["取值"]
"渠道" = ["视频号"]

["数据集"."支付明细"]
"文件" = ["付款流水*.xlsx"]
"别名" = { "金额（元）" = ["付款金额"], "凭证号" = ["付款单号"] }

["数据集"."科普员分享记录"]
"容错率" = 0.01
"""


def settings_page() -> str:
    """docs/单位设置.md."""
    text = f"# 单位设置.toml\n\n{_HEAD}"
    text += (
        "放在单位文件夹里的文本文件，每一项都可以不写，不写的按默认值。中文的键要加英文双引号。"
        f"写错的项目会指出是哪一项，改正后重新运行。例如：\n\n```toml\n{SETTINGS_EXAMPLE}```\n\n"
    )
    text += _settings(Settings) + '## "数据集"."名称"\n\n' + _settings(DatasetSettings)
    text += "## 可以填写的名称\n\n" + _table(
        ("项目", "可用的有"),
        (
            ("规则包、部门规则包", "、".join(f"`{path.stem}`" for path in sorted(packs.PACKS.glob("*.toml")))),
            ("数据集", "、".join(datasets())),
            ("取值", "、".join(default_domains())),
            ("不写的内容", "、".join(blocks())),
        ),
    )
    return text.rstrip("\n") + "\n"


def _settings(model: type[BaseModel]) -> str:
    return _table(
        ("项目", "默认值", "意义"),
        (
            (f'`"{field.alias}"`', _default(field.default), field.description or "")
            for field in model.model_fields.values()
        ),
    )


def _default(value: object) -> str:
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f'`"{value}"`'
        case Decimal():
            return f"`{value}`"
        case _:
            return "无"


def pages() -> dict[str, str]:
    """All generated pages by file name."""
    return {
        "规则目录.md": rules_page(),
        "数据字典.md": dictionary_page(),
        "事实目录.md": facts_page(),
        "单位设置.md": settings_page(),
    }


def main() -> None:
    """Write the pages anew."""
    DOCS.mkdir(exist_ok=True)
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
