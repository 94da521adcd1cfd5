"""Sentences and tables in wordings of several kinds: each fault beside a sound twin that has no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfeval.lint import LintFinding, lint
from selfeval.lint.numbers import Decimal, slip, swapped


def check(text: str, folder: Path, suffix: str = "txt") -> list[LintFinding]:
    path = folder / f"report.{suffix}"
    path.write_text(text, encoding="utf-8")
    return [finding for finding in lint(path) if finding.severity != "info"]


FAULTS = [
    # counts against lists
    ("所属事业单位4家，分别为县文化馆、县图书馆、县博物馆。", "count-against-list", "3个"),
    ("抽查样本学校4所，分别为一小、二小、实验中学，占全部学校的10%。", "count-against-list", "3个"),
    ("重点实施了三项工程：一是道路硬化，二是管网改造，三是绿化，四是亮化。", "count-against-list", "4项"),
    ("存在以下三个问题：\n1.人手不足。\n2.经费偏紧。\n3.设备老化。\n4.数据不全。", "count-against-list", "4项"),
    ("实有人员64人，其中：公务员22人，事业人员35人，工勤人员8人。", "count-against-list", "65人"),
    ("实有24人，其中高级职称6人、中级职称9人、初级职称8人。", "count-against-list", "23人"),
    ("全年召开会议6次（一季度1次、二季度2次、三季度1次、四季度1次）。", "count-against-list", "5次"),
    ("全年养护公路320.5公里，其中县道120.0公里、乡道100.5公里、村道90.0公里。", "sum", "310.5公里"),
    # rates
    ("全年预算数1,260.00万元，全年执行数1,205.60万元，预算执行率为96.68%。", "rate", "95.68%"),
    ("项目预算资金200.00万元，其中：中央150.00万元，省级50.00万元。实际到位190.00万元，资金到位率为98%。", "rate", "95%"),
    ("全年接待游客312.5万人次，比上年的280.0万人次增长12.61%。", "rate", "11.61%"),
    ("人均可支配收入由18,600元增加到20,088元，增长8.60%。", "rate", "8%"),
    ("2021年支出1,103.27万元，与上年相比增加90.12万元，增长9.80%。", "rate", "8.9%"),
    ("参保人数达到25,600人，较2022年增加1,600人，增长6.25%。", "rate", "6.67%"),
    ("应参加培训320人，实际参训288人，参训率92.00%。", "rate", "90%"),
    ("甲项目预算50万元，支出50万元；烈士墓迁葬项目资金使用率100%。", "rate", "预算数和支出数"),
    # % for 个百分点
    ("群众满意度95.3%，较上年提高2.1%。", "points-or-percent", "2.1个百分点"),
    ("自来水普及率达到92.6%，比年初目标高出2.6%。", "points-or-percent", "2.6个百分点"),
    ("森林覆盖率由52.3%提高至53.1%，增加0.8%。", "points-or-percent", "0.8个百分点"),
    ("合格率98.2%，高于全市平均水平1.3%。", "points-or-percent", "1.3个百分点"),
    ("资金执行率比2022年度上升了1.5%。", "points-or-percent", "1.5个百分点"),
    # sums
    ("基本支出210.60万元，主要用于工资和办公经费等。其中：工资福利支出170.00万元，商品和服务支出30.60万元。", "sum", "200.6万元"),
    ("安排资金420万元，包括：亏损补贴265万元，65岁以上老年人补贴112万元，其他补贴38万元。", "sum", "415万元"),
    ("下达补助50万元，已全部支出，具体用途：购书费18万元，活动费20万元，维护费13万元。", "sum", "51万元"),
    ("三公经费支出18.60万元，其中公务接待费3.20万元，公务用车运行维护费14.40万元。", "sum", "17.6万元"),
    ("年初结转结余56.30万元，本年收入合计1,820.00万元，本年支出合计1,805.10万元，年末结转和结余61.20万元。", "sum", "71.2万元"),
    ("综合得分93.5分，其中：决策15分，得14分；过程20分，得18.5分；产出35分，得33分；效益30分，得29分。", "sum", "94.5"),
    ("为320户家庭发放补助，每户1,500元，共计46.00万元。", "sum", "48"),
    # one quantity twice
    ("惠及困难群众17,146人。\n全县17,416名困难群众分布分散。", "two-values", "一致"),
    ("完成高效节水灌溉面积5120亩。\n完成的5210亩高效节水灌溉设施运行良好。", "two-values", "一致"),
    ("拨付临时救助资金312.60万元。\n临时救助1,563人次，发放资金321.60万元。", "two-values", "一致"),
    ("建成日间照料中心12个。\n新建的14个日间照料中心运行良好。", "two-values", "一致"),
    # the rest
    ("预算执行率指标10分，得9.5分。全年预算200万元，支出193.04万元，预算执行率96.52%。", "execution-points", "9.65"),
    ("设施完好率目标值为98%，实际完成49%，指标分值20分，得20分。", "points-against-target", "10"),
    ("2023年度部门整体支出绩效自评报告\n2022年度部门整体支出自评得分94.60分。", "year", "2023年"),
    ("（描述项目实施内容及组织实施过程，300字以内）", "residue", "删除"),
    ("年初预算860.00万元，调整后预算1,290.00万元，全年支出1,280.00万元。", "unexplained-adjustment", "原因"),
]  # fmt: skip

SOUND = [
    "检查企业240家次，发现问题36家，立案查处4家。",
    "全县14个乡镇、96所义务教育学校（含教学点23个），其中小学60所。",
    "在职人员52人，其中党员30人，本科以上学历40人。",
    "重点做好三个方面工作：一是抓学习，二是抓队伍，三是抓落实。具体来说，一是集中学习，二是个人自学。",
    "编制范围的单位共3个，包括：局机关（行政）、县林场（公益二类）、县站（公益一类）。",
    "收入合计90.00万元，其中财政拨款收入90.00万元，占100.00%；年初结转和结余6.00万元。",
    "收入总计3,846.29万元。收支较上年决算数增加412.07万元，增长12.00%。",
    "本年支出合计5812.35万元，其中教育支出4000.00万元，占68.82%；较上年增加397.90万元，增长7.35%。",
    "森林覆盖率由52.3%提高至53.1%，增加0.8个百分点。",
    "经费支出比上年增长3.2%，满意度达到95.3%，高于目标90%；不合格率0.12%，低于0.2%。",
    "三公经费支出18.60万元，其中公务接待费3.20万元，公务用车运行维护费15.40万元，与上年持平。",
    "计划服务老年人2,680人。\n全年服务老年人2,860人。",
    "2022年接待游客3,120万人次。\n2023年接待游客3,210万人次。",
    "（2023年度）\n2023年度部门整体支出绩效自评报告\n截至2023年12月31日，支出完毕。2022年度绩效自评结果已应用。",
    "审计未发现问题，资金使用未发现问题。",
    "变动较大的有项目支出增长66.67%（上年21.71万元）、运转支出增长66.67%（上年7.12万元）、收入下降33.33%（上年223.35万元）。",
    "接收安置退役士兵63人，其中自主就业58人、由政府安排工作5人。",
]


@pytest.mark.parametrize(("text", "kind", "expected"), FAULTS)
def test_fault_in_a_sentence(text: str, kind: str, expected: str, tmp_path: Path) -> None:
    found = [f for f in check(text, tmp_path) if f.kind == kind]
    assert len(found) == 1, found
    assert expected in found[0].expected


@pytest.mark.parametrize("text", SOUND)
def test_sound_sentence(text: str, tmp_path: Path) -> None:
    assert check(text, tmp_path) == []


BY_CODE = """科目 | 名称 | 合计 | 基本支出 | 项目支出
206 | 科学技术支出 | 541.82 | 283.82 | 258.00
20601 | 管理事务 | 283.82 | 283.82 | 0.00
20604 | 技术研究 | {research} | 0.00 | {research}
20607 | 科普 | 48.00 | 0.00 | 48.00
208 | 社会保障支出 | 51.27 | 51.27 | 0.00
合计 | | {whole} | 335.09 | 258.00
"""
BY_YEAR = """项目 | 上年决算 | 本年决算 | 增减额 | 增减率（%）
教育支出 | 388.20 | 415.87 | 27.67 | 7.13
卫生支出 | 171.54 | 176.22 | 4.68 | {rate}
农林水支出 | 406.05 | 471.02 | {gap} | 16.00
住房支出 | 218.66 | 223.88 | 5.22 | 2.39
"""


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (BY_CODE.format(research="210.00", whole="593.09"), None, ""),
        (BY_CODE.format(research="211.00", whole="593.09"), "sum", "542.82/259"),
        (BY_CODE.format(research="210.00", whole="593.90"), "sum", "593.09"),
        (BY_YEAR.format(rate="2.73", gap="64.97"), None, ""),
        (BY_YEAR.format(rate="3.73", gap="64.97"), "rate", "2.7282"),
        (BY_YEAR.format(rate="2.73", gap="69.47"), "sum", "64.97"),
    ],
)
def test_what_holds_between_rows_and_columns(text: str, kind: str | None, expected: str, tmp_path: Path) -> None:
    found = check(text, tmp_path)
    assert [f.kind for f in found] == ([kind] if kind else [])
    assert all(expected in f.expected for f in found)


NESTED = """评价得分表
一级指标 | 权重 | 二级指标 | 权重 | 得分 | 得分率
决策 | 40 | 立项 | 20 | 19.00 | 95.00%
 | 40 | 目标 | 20 | 18.00 | 90.00%
产出 | 60 | 数量 | 30 | 27.00 | 90.00%
 | 60 | 质量 | 30 | 24.00 | 80.00%
合计 | 100 | — | 100 | {whole} |
"""


def test_weights_of_the_last_level_are_the_rows_own(tmp_path: Path) -> None:
    assert check(NESTED.format(whole="88.00"), tmp_path) == []
    (found,) = check(NESTED.format(whole="89.00"), tmp_path)
    assert (found.kind, found.expected) == ("sum", "88")


def test_weights_of_the_text_against_the_table(tmp_path: Path) -> None:
    table = "一级指标 | 分值 | 得分\n决策 | 20 | 18\n过程 | 20 | 17\n产出 | 35 | 33\n效益 | 25 | 22\n合计 | 100 | 90\n"
    told = "满分100分，其中决策20分、过程20分、产出{}分、效益{}分。\n"
    assert check(told.format(35, 25) + table, tmp_path) == []
    (found,) = check(told.format(30, 30) + table, tmp_path)
    assert (found.kind, found.expected) == ("weights", "产出35分、效益25分")


ROW_HEADING = """<meta charset="utf-8"><table>
<tr><td rowspan="3">四、绩效指标完成情况<td>指标名称<td>指标值<td>实际完成<td>分值<td>得分
<tr><td>开展培训<td>≥10期<td>{actual}<td>50<td>50
<tr><td>学员满意度<td>≥90%<td>95%<td>50<td>50
</table>"""


def test_a_heading_beside_the_rows_is_no_column(tmp_path: Path) -> None:
    assert check(ROW_HEADING.format(actual="12期"), tmp_path, "html") == []
    (found,) = check(ROW_HEADING.format(actual="已完成"), tmp_path, "html")
    assert found.kind == "actual-not-comparable"


def test_zero_is_no_rate_of_a_total_left_open(tmp_path: Path) -> None:
    rows = "资金 | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分\n年度资金总额 | 0 | 0 | 0 | 10 | 0 | 0\n"
    rows += "其中：财政拨款 | 50 | 50 | 48 | — | 96% | —\n其他资金 | 10 | 10 | 10 | — | 100% | —\n"
    kinds = [f.kind for f in check(rows, tmp_path)]
    assert sorted(kinds) == ["execution-points", "sum"]


def test_no_problems_of_one_form_say_nothing_of_the_next(tmp_path: Path) -> None:
    form = "项目支出绩效自评表\n指标名称 | 指标值 | 完成值 | 分值 | 得分\n培训 | ≥10期 | {} | 100 | {}\n存在问题 | {}\n"
    sound, missed = form.format("12期", 100, "无"), form.format("9期", 90, "人手不足，期数偏少")
    assert check(sound + missed, tmp_path) == []
    assert [f.kind for f in check(form.format("9期", 90, "无"), tmp_path)] == ["claim"]


def test_a_changed_row_without_a_word_on_it(tmp_path: Path) -> None:
    table = "项目 | 年初预算 | 调整后预算 | 支出 | 执行率\n补贴 | 68.00 | 68.00 | 68.00 | 100%\n深松 | 24.00 | 31.20 | 31.20 | 100%\n"
    assert [f.kind for f in check(table, tmp_path)] == ["unexplained-adjustment"]
    assert check(table + "年中追加深松补助7.20万元。\n", tmp_path) == []


@pytest.mark.parametrize(
    ("one", "other", "swap", "typo"),
    [
        ("17146", "17416", True, True),
        ("312.60", "321.60", True, True),
        ("5120", "5210", True, True),
        ("2214.60", "2204.60", False, True),
        ("93.5", "94.5", False, False),
        ("120", "1200", False, False),
        ("17146", "17146", False, False),
    ],
)
def test_a_number_mistyped(one: str, other: str, swap: bool, typo: bool) -> None:
    assert (swapped(Decimal(one), Decimal(other)), slip(Decimal(one), Decimal(other))) == (swap, typo)
