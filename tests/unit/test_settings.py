"""单位设置.toml and 补充说明.toml: what is wrong is said with file, place and key, in one sentence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from schemas import default_domains
from selfeval.pipeline import plan
from selfeval.scoring.packs import PACKS
from selfeval.settings import SETTINGS_FILE, ConfigError, load_confirmed, load_settings


def said(folder: Path, text: str) -> str:
    (folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_settings(folder).domains_with(default_domains())
    return str(error.value)


def test_what_is_set_is_read(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(
        '"容错率" = 0.01\n["数据集"."科普员分享记录"]\n"文件" = ["*分享*.csv"]\n"容错率" = 0.02\n["取值"]\n"渠道" = ["大喇叭"]\n',
        encoding="utf-8-sig",
    )
    settings = load_settings(tmp_path)
    assert settings.tolerance_of("科普员分享记录") == Decimal("0.02")
    assert settings.tolerance_of("满意度问卷") == Decimal("0.01")
    assert settings.datasets["科普员分享记录"].globs == ("*分享*.csv",)
    assert settings.domains_with(default_domains())["渠道"][-1] == "大喇叭"


def test_without_files_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path).tolerance == Decimal("0.005")
    assert load_confirmed(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# 设置\n规则包 = 'x'\n", ("第2行", '写作"规则包"')),
        ("[数据集]\n", ('写作"数据集"',)),
        ('"规则包" = \n', ("第1行",)),
        ('"没有的键" = 1\n', ("“没有的键”不是可以设置的项目", "可用的有数据集、取值、规则包、")),
        ('"容错率" = 2\n', ("“容错率”应不大于1",)),
        ('["数据集"."不存在"]\n', ("没有名为“不存在”的数据集",)),
        ('["取值"]\n"颜色" = ["红"]\n', ("取值.颜色",)),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    message = said(tmp_path, text)
    assert message.startswith(SETTINGS_FILE) and all(word in message for word in words), message


def test_a_pack_of_the_units_own_is_found_beside_its_settings_and_names_the_run(tmp_path: Path) -> None:
    root = tmp_path / "2024" / "351001"
    root.mkdir(parents=True)
    own = root / "本地.toml"
    own.write_text((PACKS / "national-2020.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (root / SETTINGS_FILE).write_text('"规则包" = "本地.toml"\n', encoding="utf-8")
    before = plan(tmp_path, 2024, "351001")
    own.write_text(own.read_text(encoding="utf-8").replace("lowest = 60", "lowest = 50", 1), encoding="utf-8")
    after = plan(tmp_path, 2024, "351001")
    assert before.pack.tiers[1].lowest == 60 and after.pack.tiers[1].lowest == 50
    assert before.digest != after.digest


def test_an_unknown_pack_is_said_before_anything_runs(tmp_path: Path) -> None:
    root = tmp_path / "2024" / "351001"
    root.mkdir(parents=True)
    (root / SETTINGS_FILE).write_text('"部门规则包" = "没有"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="没有名为“没有”的计分规则包"):
        plan(tmp_path, 2024, "351001")


def test_an_alias_of_a_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "2024" / "351001"
    folder.mkdir(parents=True)
    wrong = '["数据集"."支付明细"]\n"别名" = { "支付金额" = ["付款金额"] }\n'
    (folder / SETTINGS_FILE).write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"没有“支付金额”这一列，可用的有支付日期、.*金额（元）"):
        plan(tmp_path, 2024, "351001")
    (folder / SETTINGS_FILE).write_text(wrong.replace('"支付金额"', '"金额（元）"'), encoding="utf-8")
    assert plan(tmp_path, 2024, "351001").aliases("支付明细") == {"金额（元）": ("付款金额",)}
