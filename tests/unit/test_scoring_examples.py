"""Both example units against their expected scores, and the whole-department table.

Belongs here: what comes out for real declarations. Does not belong here: single cases of arithmetic (test_scoring.py).
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from selfeval.scoring import load_department_pack, score_facts
from tests.unit.scoring_examples import UNITS, example_facts, example_scores, run


@pytest.mark.parametrize("unit", UNITS)
def test_examples_come_out_exactly(unit: str) -> None:
    scores, findings, facts = example_scores(unit)
    expected = {k: v for k, v in example_facts(unit)[1].items() if k.startswith("score.")}
    made = score_facts(scores, facts)
    own = {k: f for k, f in made.items() if k.startswith(("score.indicator.", "score.project."))}
    assert {k: (f.value, f.unit) for k, f in own.items()} == {k: (v["value"], "分") for k, v in expected.items()}
    assert [f for f in findings if f.severity == "error"] == []


def test_example_findings_are_the_missing_reasons() -> None:
    assert not [f for f in example_scores("351001")[1] if f.rule.startswith("indicators.")]
    found = [(f.rule, f.row, f.column) for f in example_scores("352003")[1] if f.rule.startswith("indicators.")]
    column = "偏差原因分析及改进措施"
    under = [(("indicators.reason.missing"), row, column) for row in (4, 9, 10, 12, 14, 16, 19, 21)]
    assert sorted(found, key=lambda f: f[1] or 0) == sorted(
        [*under, ("indicators.reason.over", 18, column)], key=lambda f: f[1] or 0
    )


def test_example_grades_and_how() -> None:
    scores, _, _ = example_scores("352003")
    by_code = {p.project.code[8] + p.project.code[-1]: p for p in scores.projects}
    assert (by_code["T1"].total, by_code["T1"].grade) == (Decimal("83.60"), "良")
    assert (by_code["T2"].total, by_code["T2"].grade) == (Decimal("92.54"), "优")
    assert (by_code["R1"].total, by_code["R1"].grade, by_code["R1"].rate_points) == (None, None, Decimal(10))
    assert by_code["T1"].rate_points == Decimal("7.92")
    how = {s.indicator.level3: s.how for s in by_code["T2"].indicators}
    assert how["科普员分享任务完成率"] == "实际完成92.68%，低于目标95%，10×92.6762÷95＝9.76分"
    assert how["资金支付完成时间"] == "实际完成2024年12月27日，不晚于目标2024年12月31日，得满分5分"


def test_lineage_of_points() -> None:
    scores, _, facts = example_scores("352003")
    made = score_facts(scores, facts, {"自评填报表.xlsx": "a" * 64, "指标执行情况表.xlsx": "b" * 64})
    fact = made["score.indicator.51112924T000000000002/科普员分享任务完成率"]
    assert [(i.file, i.rows) for i in fact.inputs] == [("shares.csv", 7), ("自评填报表.xlsx", 1)]
    assert (fact.display, fact.sql, fact.project) == ("9.76分", None, "51112924T000000000002")
    total = made["score.project.51112924T000000000002"]
    declared = next(i for i in total.inputs if i.file == "自评填报表.xlsx")
    assert (declared.rows, declared.sha256, total.display) == (11, "a" * 64, "92.54分")


# --- the whole department ----------------------------------------------------------------------------------------


def test_department_table_of_an_example() -> None:
    scores, findings, _ = example_scores("352003")
    table = scores.department
    by_id = {item.id: item for item in table.items}
    assert (table.total, table.grade, table.verified) == (100, None, False)
    assert by_id["budget.progress"].points == 6
    assert by_id["projects.result"].points == Decimal("1.81")  # 2 × (142600 + 219200) ÷ (180000 + 219200)
    assert by_id["budget.compilation"].points == Decimal("3.77")  # 5 × (0.5 − 0.198475) ÷ 0.4
    assert by_id["duty.quantity"].points == Decimal("8.48")  # 10 × 67.81 ÷ 80
    assert by_id["projects.completion"].points == 1  # 8 of 16 reach their target
    assert by_id["finance.compliance"].points == 2
    assert (by_id["assets.use"].points, by_id["assets.use"].how) == (None, "待人工填写")
    fed = [item for item in table.items if item.points is not None]
    assert table.scorable == sum(i.weight for i in fed) == 52
    assert table.scored == sum(i.points for i in fed if i.points is not None)
    assert [f.severity for f in findings if f.rule == "scoring.pack.unverified"] == ["warning"]


def test_nothing_is_guessed_without_data() -> None:
    table = run(projects=())[0].department
    assert {item.how for item in table.items} == {"待人工填写"}
    assert (table.scored, table.scorable, table.grade) == (0, 0, None)


@pytest.mark.parametrize(("text", "expected"), [("未出现", 2), ("无", 2), ("出现1项", 1), ("9", 0), ("待核实", None)])
def test_violations(text: str, expected: int | None) -> None:
    items = run(profile={"违规记录": text})[0].department.items
    assert next(i for i in items if i.id == "finance.compliance").points == expected


@pytest.mark.parametrize("name", ["department-sichuan-a", "department-sichuan-b", "department-sichuan-c"])
def test_every_department_pack_loads_and_names_known_facts(name: str) -> None:
    pack = load_department_pack(name)
    facts, _ = example_facts("351001")
    used = [f for i in pack.items for f in [*getattr(i.formula, "lines", []), i.formula]]
    assert {f.fact for f in used if hasattr(f, "fact")} <= facts.keys()
    assert pack.verified is (name == "department-sichuan-a")


def test_a_grade_only_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "whole.toml"
    path.write_text(
        'id = "x"\ntitle = "t"\ndocument = "d"\narticle = "a"\nverified = true\n[[items]]\nid = "i"\nlevel1 = "1"\n'
        'level2 = "2"\nlevel3 = "3"\nweight = 100\nevidence = "R"\nformula = { name = "budget_completion" }\n',
        encoding="utf-8",
    )
    table = run(department=path)[0].department
    assert (table.scored, table.grade) == (100, "优")
