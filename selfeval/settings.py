"""单位设置.toml and 补充说明.toml: what a unit may set and what a person confirmed, each against a schema.

Belongs here: reading and checking both files. A wrong key or value is a ConfigError that names file and key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from selfeval.privacy import scrub

SETTINGS_FILE = "单位设置.toml"
CONFIRMED_FILE = "补充说明.toml"
#: Written by `selfeval init` for the person who gathers the files; never read.
GUIDE_FILE = "报送说明.txt"


M = TypeVar("M", bound=BaseModel)


class ConfigError(Exception):
    """A call or a configuration that makes no sense; the text is one Chinese sentence for the operator."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DatasetSettings(_Strict):
    """What a unit sets for one dataset: more file patterns, more header names, another tolerance."""

    globs: tuple[str, ...] = Field(
        default=(), alias="文件", description="另外认作这个数据集的文件名样式，*代表任意文字"
    )
    aliases: Mapping[str, tuple[str, ...]] = Field(
        default={}, alias="别名", description="列名 = 这一列在本单位文件中的其他叫法"
    )
    tolerance: Annotated[Decimal, Field(ge=0, le=1)] | None = Field(
        default=None, alias="容错率", description="这个数据集自己的容错率，只对宽容的数据集有意义"
    )


class Settings(_Strict):
    """单位设置.toml: every key is optional; the defaults are the contract's."""

    datasets: Mapping[str, DatasetSettings] = Field(
        default={}, alias="数据集", description="各数据集的文件、别名、容错率"
    )
    domains: Mapping[str, tuple[str, ...]] = Field(
        default={}, alias="取值", description="取值表 = 在原有取值之外另外允许的值"
    )
    pack: str = Field(default="national-2020", alias="规则包", description="项目支出绩效自评的计分规则和表式")
    department_pack: str = Field(
        default="department-sichuan-c", alias="部门规则包", description="部门整体绩效自评的指标体系"
    )
    tolerance: Annotated[Decimal, Field(ge=0, le=1)] = Field(
        default=Decimal("0.005"),
        alias="容错率",
        description="宽容的数据集中，不合格的行不超过这个比例时只警告，超过时不出报告",
    )
    year_on_year: Annotated[Decimal, Field(gt=0)] = Field(
        default=Decimal("0.3"), alias="同比说明线", description="比上年的变动超过这个比例的数要写明原因"
    )
    left_out: tuple[str, ...] = Field(default=(), alias="不写的内容", description="报告中不写的段落")
    approval: bool = Field(default=False, alias="人工确认", description="有警告时先由人确认再出报告")
    public: bool = Field(default=False, alias="公开版", description="另出一份不含联系方式和职务的公开版")

    @field_validator("datasets")
    @classmethod
    def _known(cls, value: Mapping[str, DatasetSettings]) -> Mapping[str, DatasetSettings]:
        from schemas import datasets

        for name in value:
            if name not in datasets():
                raise ValueError(f"没有名为“{name}”的数据集")
        return value

    def tolerance_of(self, dataset: str) -> Decimal:
        own = self.datasets.get(dataset)
        return own.tolerance if own and own.tolerance is not None else self.tolerance

    def domains_with(self, defaults: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """The shipped lists of allowed values, each followed by what the unit adds."""
        merged = dict(defaults)
        for name, extra in self.domains.items():
            if name not in defaults:
                raise ConfigError(
                    f"{SETTINGS_FILE}的“取值.{name}”没有对应的取值表，可用的有{'、'.join(sorted(defaults))}。"
                )
            merged[name] = tuple(dict.fromkeys((*defaults[name], *extra)))
        return merged


class Confirmed(_Strict):
    """One text a person confirmed or wrote in the approval form."""

    place: str = Field(alias="位置")
    text: str = Field(alias="内容", min_length=1)
    who: str = Field(default="", alias="填写人岗位")
    when: str = Field(default="", alias="填写时间")


class ConfirmedFile(_Strict):
    entries: tuple[Confirmed, ...] = Field(default=(), alias="说明")


#: pydantic's error types in the words of whoever wrote the file; {placeholders} are pydantic's own.
_WRONG = {
    "extra_forbidden": "不是可以设置的项目",
    "missing": "没有填写",
    "string_too_short": "不能为空",
    "string_type": "应为文字，写在英文双引号内",
    "tuple_type": "应为方括号内的列表",
    "dict_type": "应为一节设置",
    "bool_type": "应为true或false",
    "bool_parsing": "应为true或false",
    "greater_than_equal": "应不小于{ge}",
    "less_than_equal": "应不大于{le}",
}


def _said(error: Any) -> str:
    words = _WRONG.get(error["type"])
    if words is not None:
        return words.format(**error.get("ctx", {}))
    own = error["msg"].removeprefix("Value error, ")
    return f"填写不正确（{own}）" if error["type"] == "value_error" else "填写不正确"


def _place(error: ValueError) -> str:
    """第3行, where the parser says so."""
    line = re.search(r"at line (\d+)", str(error))
    return f"第{line[1]}行" if line else ""


def _hint(path: Path) -> str:
    """What a clerk most often trips over: TOML wants a key that is not ASCII in quotation marks."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    keys = (re.match(r"([^\s\"'=\[\]]+?)\s*(?:=|\]|\.[\"'])", line.strip().lstrip("[ ")) for line in text.splitlines())
    bare = next((k[1] for k in keys if k and not k[1].isascii() and not k[1].startswith("#")), None)
    return f'（中文的键要加英文双引号，写作"{bare}"）' if bare else ""


def _keys(model: type[BaseModel]) -> str:
    """What a file may set."""
    return "，可用的有" + "、".join(field.alias or name for name, field in model.model_fields.items())


def load_toml(path: Path, model: type[M]) -> M:
    """A TOML file against its schema; the defaults where there is no file. Raises ConfigError with file and key."""
    if not path.is_file():
        return model()
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}{_place(error)}不是有效的TOML，请改正后重新运行{_hint(path)}。") from error
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = _keys(model) if first["type"] == "extra_forbidden" and len(first["loc"]) == 1 else ""
        raise ConfigError(f"{path.name}的“{key}”{_said(first)}{known}，请改正后重新运行。") from error


def load_settings(unit_dir: Path) -> Settings:
    """Read 单位设置.toml of a unit; defaults where there is none. Raises ConfigError."""
    return load_toml(unit_dir / SETTINGS_FILE, Settings)


def load_confirmed_entries(unit_dir: Path) -> tuple[Confirmed, ...]:
    """Read 补充说明.toml, in the order of the file. Raises ConfigError."""
    return load_toml(unit_dir / CONFIRMED_FILE, ConfirmedFile).entries


def load_confirmed(unit_dir: Path) -> dict[str, str]:
    """Read 补充说明.toml: place → text; of two for one place the last. Raises ConfigError."""
    return {scrub(entry.place): scrub(entry.text) for entry in load_confirmed_entries(unit_dir)}
