"""The contract's “Scores”, case by case: points, sources of the actual, reasons, money, packs.

Belongs here: scoring alone, on indicators and facts made here. Does not belong here: the example units and the
department's table (test_scoring_examples.py), the pipeline that makes facts, sheets (test_scorecards.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from selfeval.model import Fact, Indicator, IndicatorScore
from selfeval.scoring import PackError, load_pack, score_facts
from selfeval.scoring.packs import PACKS
from tests.unit.scoring_examples import CODE, fact, indicator, project, run

# --- one indicator -----------------------------------------------------------------------------------------------


def one(given: Indicator, *facts: Fact, **options: Any) -> tuple[IndicatorScore, list[str]]:
    """The score of one indicator that carries all 90 points, and the rules found."""
    scores, findings = run(given, facts=facts, **options)
    return scores.projects[0].indicators[0], [
        f.rule for f in findings if f.rule.startswith("indicators.") and f.rule != "indicators.weights.groups"
    ]


def points(given: Indicator, *facts: Fact) -> Decimal | None:
    return one(given, *facts)[0].points


@pytest.mark.parametrize(
    ("nature", "target", "actual", "expected"),
    [
        ("≥", "5", "5", "90"),
        ("≥", "5", "4", "72.00"),
        ("≥", "5", "0", "0"),
        ("≥", "5", "-3", "0"),
        ("≥", "3", "1", "30.00"),
        ("≥", "100000", "99999.9999", "89.99"),  # would round to full marks
        ("≤", "10", "10", "90"),
        ("≤", "10", "12", "75.00"),
        ("≤", "10", "0", "90"),
        ("≤", "0", "0", "90"),
        ("≤", "0", "1", "0"),
        ("≥", "0", "0", "90"),
        ("≥", "0", "-1", "0"),
        ("=", "0", "2", "0"),
        ("＝", "100", "100", "90"),
        ("=", "100", "90", "81.00"),
        ("=", "100", "110", "89.99"),
        (">", "5", "5", "89.99"),
        ("＞", "5", "6", "90"),
        ("<", "5", "5", "89.99"),
        ("＜", "5", "4.9", "90"),
        (">=", "5", "4", "72.00"),
        ("≧", "5", "4", "72.00"),
        ("≥", "1,000", "９００", "81.00"),
        ("≥", "100万", "90万", "81.00"),
        ("≥", "≥5次", "4次", "72.00"),
        ("≥", "5.00", "4.50", "81.00"),
    ],
)
def test_points_of_numbers(nature: str, target: str, actual: str, expected: str) -> None:
    assert points(indicator(nature=nature, target=target, manual=actual)) == Decimal(expected)


@pytest.mark.parametrize(
    "target", ["2024-12-31", "2024/12/31", "20241231", "2024年12月31日", "12月31日", " 2024-12-31 "]
)
def test_dates_in_any_spelling(target: str) -> None:
    on_time = indicator(nature="≤", target=target, unit="日期", manual=None, binding="末次")
    assert points(on_time, fact("2024-12-31", "日期", "末次")) == 90
    assert points(on_time, fact("2025-01-01", "日期", "末次")) == 0
    late = one(on_time, fact("2025-01-01", "日期", "末次"))[0]
    assert (late.actual, late.target, late.attainment) == (date(2025, 1, 1), date(2024, 12, 31), None)


def test_a_date_much_too_early_is_not_far_over() -> None:
    early, rules = one(indicator(nature="≤", target="2024-12-31", unit="日期", manual="2024-01-02"))
    assert (early.points, early.far_over_target, rules) == (90, False, [])


@pytest.mark.parametrize(
    ("text", "expected", "rules"),
    [
        ("达成年度指标", "90", []),
        ("部分达成年度指标（70%）", "63.00", ["indicators.reason.missing"]),
        ("部分达成并具有一定效果(７０％)", "63.00", ["indicators.reason.missing"]),
        ("未达成年度指标（30%）", "27.00", ["indicators.reason.missing"]),
        ("未达成且效果较差（0%）", "0", ["indicators.reason.missing"]),
        ("达成年度指标（85%）", "76.50", ["indicators.reason.missing"]),
        ("部分达成年度指标（80%）", "72.00", ["indicators.tier.range", "indicators.reason.missing"]),
        ("部分达成年度指标（100%）", "89.99", ["indicators.tier.range", "indicators.reason.missing"]),
        ("部分达成年度指标", None, ["indicators.tier.percent"]),
        ("部分达成年度指标（70）", None, ["indicators.tier.percent"]),
        ("达成年度指标（详见附件）", None, ["indicators.tier.percent"]),
        ("达成年度指标 ", "90", []),
        ("很好", None, ["indicators.tier.unknown"]),
    ],
)
def test_tiers(text: str, expected: str | None, rules: list[str]) -> None:
    got, found = one(indicator(nature="定性", target="有效提升", unit="", manual=text))
    assert got.points == (None if expected is None else Decimal(expected))
    assert found == rules


@pytest.mark.parametrize(
    ("unit", "target", "value", "fact_unit", "expected"),
    [
        ("%", "95", Decimal("0.926762"), "比率", "87.80"),
        ("％", "95", Decimal("0.950002"), "比率", "90"),
        ("", "95%", Decimal("0.926762"), "比率", "87.80"),
        ("万元", "100", Decimal("900000.00"), "元", "81.00"),
        ("元", "100万", Decimal("900000.00"), "元", "81.00"),
        ("名", "100", 90, "人", "81.00"),
        ("次", "10", 9, "场次", "81.00"),
        ("个", "10", 9, "家", "81.00"),
        ("万次", "100", 900000, "次", "81.00"),
    ],
)
def test_units_convert(unit: str, target: str, value: Any, fact_unit: str, expected: str) -> None:
    given = indicator(unit=unit, target=target, manual=None, binding="活动次数", reason="有原因")
    got, rules = one(given, fact(value, fact_unit))
    assert (got.points, rules) == (Decimal(expected), [])


@pytest.mark.parametrize(
    ("unit", "fact_unit"), [("人", "条"), ("%", "百分点"), ("人次", "人"), ("", "比率"), ("次", "元")]
)
def test_other_kinds_of_unit_are_told(unit: str, fact_unit: str) -> None:
    given = indicator(unit=unit, target="5", manual=None, binding="活动次数")
    assert one(given, fact(5, fact_unit))[1] == ["indicators.unit.mismatch"]


def test_a_ratio_just_short_is_never_shown_as_the_target() -> None:
    given = indicator(unit="%", target="95", manual=None, binding="活动次数", reason="有原因")
    got, _ = one(given, fact(Decimal("0.949991"), "比率"))
    assert (got.met, got.actual_display, got.points) == (False, "94.999%", Decimal("89.99"))
    assert got.attainment == Decimal("0.999990")


# --- where the actual comes from ---------------------------------------------------------------------------------


def test_sources_of_the_actual() -> None:
    bound = indicator(binding="活动次数", manual=None)
    assert one(bound, fact(5))[0].source_fact == "x.y"
    assert one(bound)[1] == ["indicators.binding.unknown"]
    assert one(bound, bindings={"活动次数"})[1] == ["indicators.binding.missing"]
    by_hand, said = one(replace(bound, manual="5"))
    assert (by_hand.points, by_hand.source_fact, said) == (90, None, ["indicators.binding.unused"])
    assert one(replace(bound, manual="5"), bindings={"活动次数"}) == one(
        replace(bound, manual="5"), bindings=["活动次数"]
    )
    assert one(replace(bound, manual="5"), bindings={"活动次数"})[0].points == 90
    assert one(indicator(manual=None))[1] == ["indicators.actual.missing"]
    assert one(replace(bound, manual="4"), fact(5))[1] == ["indicators.manual.differs"]
    assert one(replace(bound, manual="5.0"), fact(5))[1] == []


def test_manual_rounded_to_what_is_printed_does_not_differ() -> None:
    given = indicator(unit="%", target="90", binding="活动次数", manual="92.68%")
    assert one(given, fact(Decimal("0.926762"), "比率"))[1] == []
    assert one(replace(given, manual="92.67"), fact(Decimal("0.926762"), "比率"))[1] == ["indicators.manual.differs"]


def test_a_fact_of_another_project_is_not_taken() -> None:
    bound = indicator(binding="活动次数", manual=None)
    assert one(bound, fact(5, project="51113224T000000000009"))[1] == ["indicators.binding.missing"]
    own, other = fact(5, project=CODE, id="own"), fact(1, id="unit")
    assert one(bound, other, own)[0].source_fact == "own"


@pytest.mark.parametrize(
    ("changes", "rule", "column"),
    [
        ({"nature": "约等于"}, "indicators.nature.unknown", "指标性质"),
        ({"target": "若干"}, "indicators.target.unreadable", "指标值"),
        ({"target": "1,00"}, "indicators.target.unreadable", "指标值"),
        ({"target": "年底", "unit": "日期"}, "indicators.target.unreadable", "指标值"),
        ({"manual": "8.2万余"}, "indicators.manual.unreadable", "实际完成值（手填）"),
        ({"manual": "5元"}, "indicators.manual.unreadable", "实际完成值（手填）"),
        ({"weight": Decimal(80)}, "indicators.weights.sum", "权重"),
    ],
)
def test_what_cannot_be_scored_is_an_error_at_its_cell(changes: dict[str, Any], rule: str, column: str) -> None:
    _, findings = run(indicator(**changes))
    found = next(f for f in findings if f.rule == rule)
    assert (found.severity, found.column, found.dataset, found.file) == (
        "error",
        column,
        "自评填报表",
        "自评填报表.xlsx",
    )
    assert (found.sheet, found.row) == ("绩效指标", 4)
    assert found.message.endswith("。") and found.fix.endswith("。")


def test_an_unscorable_indicator_leaves_the_project_without_total() -> None:
    scores, _ = run(indicator(manual=None))
    assert (scores.projects[0].total, scores.projects[0].grade) == (None, None)
    assert not any(name.startswith(("score.indicator.", "score.project.")) for name in score_facts(scores))


def test_a_text_fact_or_a_number_for_a_judgement_is_an_error() -> None:
    bound = indicator(binding="活动次数", manual=None)
    assert one(bound, fact("2024-12-31", "文本"))[1] == ["indicators.binding.kind"]
    assert one(replace(bound, nature="定性"), fact(5))[1] == ["indicators.binding.kind"]
    assert one(replace(bound, unit="日期", target="2024-12-31"), fact(5))[1] == ["indicators.binding.kind"]


def test_weights_duplicates_and_groups() -> None:
    half = indicator(weight=Decimal(45))
    rules = [f.rule for f in run(half, half)[1] if f.rule.startswith("indicators.")]
    assert rules == ["indicators.weights.groups", "indicators.name.duplicate"]
    info = run(half, replace(half, level3="另一"))[1][0]
    assert (info.severity, info.column) == ("info", "权重")
    assert not [f for f in run(indicator(), pack="sichuan-0013zp")[1] if f.rule == "indicators.weights.groups"]


# --- reasons -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nature", "target", "actual", "far"),
    [
        ("≥", "10", "13", True),
        ("≥", "10", "12.9", False),
        ("≤", "13", "10", False),
        ("≤", "13", "0.01", False),
        ("<", "5", "0", False),
        ("≥", "0", "9", False),
        ("=", "10", "10", False),
    ],
)
def test_far_over_target(nature: str, target: str, actual: str, far: bool) -> None:
    given = indicator(nature=nature, target=target, manual=actual)
    got, rules = one(given)
    assert (got.far_over_target, got.points, rules) == (far, 90, ["indicators.reason.over"] if far else [])
    assert one(replace(given, reason="指标值偏低。"))[1] == []


def test_deduction_only_where_the_pack_says_so(tmp_path: Path) -> None:
    text = (PACKS / "national-2020.toml").read_text(encoding="utf-8")
    path = tmp_path / "local.toml"
    path.write_text(text.replace("deduction = 0\n", "deduction = 0.1\n"), encoding="utf-8")
    given = indicator(target="10", manual="13", reason="有原因")
    assert one(given)[0].points == 90
    assert one(given, pack=path)[0].points == 81


# --- money -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "budget", "rate", "expected"),
    [
        ("142600.00", "180000.00", "0.792222", "7.92"),
        ("99950.00", "100000.00", "0.9995", "10.00"),
        ("120.00", "100.00", "1.2", "10"),
        ("0.00", "100.00", "0", "0"),
        ("0.00", "0.00", None, None),
    ],
)
def test_rate_points(paid: str, budget: str, rate: str | None, expected: str | None) -> None:
    given = project(paid=Decimal(paid), budget_final=Decimal(budget))
    scores, findings = run(indicator(), projects=(given,))
    sheet = scores.projects[0]
    assert (sheet.rate, sheet.rate_points) == tuple(None if v is None else Decimal(v) for v in (rate, expected))
    assert ("projects.rate.undefined" in [f.rule for f in findings]) is (rate is None)


def test_sichuan_form_wants_reasons_for_low_rates() -> None:
    given = project(paid=Decimal(89))

    def rules(**options: Any) -> list[str]:
        return [f.rule for f in run(projects=(given,), **options)[1] if f.rule.startswith("projects.")]

    assert rules() == []
    assert rules(pack="sichuan-0013zp") == ["projects.rate.reason"]
    notes = {"预算执行说明": "汛期停办。"}
    assert rules(pack="sichuan-0013zp", notes=notes) == []


# --- packs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("lowest = 60", "lowst = 60", 1), ("tiers.1.lowst", "未知的键")),
        (lambda t: t.replace("verified = true\n", "", 1), ("verified", "缺少此项")),
        (lambda t: t.replace('"满意度" = 10', '"满意度" = 20', 1), ("weight_groups", "100分")),
        (lambda t: t + "\n]", ("TOML",)),
    ],
)
def test_a_broken_pack_names_file_and_key(tmp_path: Path, change: Callable[[str], str], words: tuple[str, ...]) -> None:
    path = tmp_path / "坏.toml"
    path.write_text(change((PACKS / "national-2020.toml").read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(path)
    assert all(word in str(caught.value) for word in ("坏.toml", *words))


def test_an_unknown_pack_lists_those_there_are() -> None:
    with pytest.raises(PackError, match="national-2020"):
        load_pack("national-2019")
    with pytest.raises(PackError, match="无法读取"):
        load_pack(Path("没有.toml"))
