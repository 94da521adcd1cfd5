"""Tables as clerks set them: blocks side by side, headers never seen, lists with grades; right they are silent, one
figure wrong is told and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.test_lint_rules import check

_GOALS = "产出 | 数量 | 维修水闸 | ≥12座 | 13座 | 30 | 30\n产出 | 质量 | 验收合格率 | 100% | 100% | 30 | 30\n"
_HEAD = "一级指标 | 二级指标 | 三级指标 | 指标值 | 完成值 | 分值 | 得分\n"
TABLES = {
    "blocks of two kinds side by side": (
        "收入 | 预算数 | 决算数 | | 支出 | 预算数 | 决算数 | 执行率\n财政拨款 | 612.50 | 598.40 | | 基本支出 | 418.20 | 418.20 | 100.00%\n"
        "事业收入 | 40.00 | 38.00 | | 项目支出 | 238.60 | 221.32 | {}\n合计 | 652.50 | 636.40 | | 合计 | 656.80 | 639.52 | 97.37%\n",
        "92.76%", "95.76%", "rate", "92.7",
    ),
    "a list of townships beside one of projects": (
        "项目名称 | 决算数 | | 乡镇 | 调解案件 | 调解成功\n人民调解 | 42.50 | | 城关镇 | 186 | 179\n社区矫正 | 56.80 | | 河西镇 | 142 | 137\n"
        "法律援助 | 61.40 | | 大寨乡 | 97 | 92\n合计 | 160.70 | | 合计 | {} | 408\n",
        "425", "435", "sum", "425",
    ),
    "indicators in two blocks": (
        "指标 | 目标值 | 完成值 | 分值 | 得分 | 指标 | 目标值 | 完成值 | 分值 | 得分\n"
        "培训期数 | ≥6期 | 6期 | 20 | 20 | 持证率 | ≥90% | {} | 30 | 30\n培训人次 | ≥300人次 | 312人次 | 20 | 20 | 满意度 | ≥90% | 95% | 20 | 20\n",
        "91%", "86%", "points-against-target", "28.67",
    ),
    "a grade in each row of a list": (
        "序号 | 项目名称 | 预算数 | 执行数 | 执行率 | 自评得分 | 评价等级\n1 | 道路养护 | 320 | 304 | 95.00% | 92.5 | 优\n2 | 公租房维修 | 150 | 120 | 80.00% | 78.6 | {}\n",
        "中", "良", "grade", "中",
    ),
    "a box before each grade": ("总分：92分\n自评等级：□优 ☑{} □中 □差\n".replace("□优 ☑{}", "{}"), "☑优 □良", "□优 ☑良", "grade", "优"),
    "lines of grades from above": (
        "总分 | 98\n自评等级：{}\n备注：自评等级分为4档，100-90（含90分）为优，90-80（含80分）为良，80-60（含60分）为中，60分以下为差。\n",
        "优", "良", "grade", "优",
    ),
    "what arrived over what was planned": (
        "资金情况 | 安排金额 | 到位金额 | 资金到位率 | 实际支出 | 资金支出率（支出/到位） | 分值 | 得分\n河道整治 | 800.00 | 760.00 | {} | 722.00 | 95.00% | 10 | 9.5\n" + _HEAD + _GOALS,
        "95.00%", "97.00%", "rate", "95",
    ),
    "the rate of 预算执行率 told beside its points": (
        "评价内容 | 分值 | 计分依据 | 得分\n预算执行率 | 10 | 执行率92.40% | {}\n产出指标 | 50 | 达到目标 | 50\n效益指标 | 40 | 达到目标 | 40\n",
        "9.24", "9.00", "execution-points", "9.24",
    ),
    "a source of money of a name of its own": (
        "项目资金 | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分\n年度资金总额 | {} | 150 | 147 | 10 | 98.00% | 9.8\n"
        "其中：财政拨款 | 120 | 120 | 120 | — | 100.00% | —\n学校自筹 | 30 | 30 | 27 | — | 90.00% | —\n" + _HEAD + _GOALS,
        "150", "140", "sum", "150",
    ),
    "an actual left blank beside full points": (
        "资金 | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分\n年度资金总额 | 50 | 50 | 50 | 10 | 100% | 10\n" + _HEAD + _GOALS
        + "效益 | 社会效益 | 受益户数 | ≥2100户 | {} | 30 | 30\n",
        "2164户", "", "actual-not-comparable", "实际数值",
    ),
    "money turned, its rows for columns": (
        "资金情况（万元） | 合计 | 财政拨款 | 自筹资金\n全年预算数 | 120.00 | 100.00 | 20.00\n全年执行数 | 108.60 | 88.60 | 20.00\n"
        "执行率 | 90.50% | 88.60% | 100.00%\n分值 | 10 | — | —\n得分 | {} | — | —\n",
        "9.05", "10", "execution-points", "9.05",
    ),
    "money in one row of labels and values": (
        "全年预算数 | 320.00万元 | 全年执行数 | 301.50万元 | 执行率 | 94.22% | 分值 | 10 | 得分 | {}\n" + _HEAD + _GOALS,
        "9.42", "9.5", "execution-points", "9.42",
    ),
    "money label by label downwards": (
        "预算数（万元） | 320.00\n执行数（万元） | 301.50\n预算执行率 | 94.22%\n分值 | 10\n得分 | {}\n", "9.42", "9.5", "execution-points", "9.42",
    ),
    "two blocks of points under one total": (
        "指标 | 分值 | 得分 | 说明 | 指标 | 分值 | 得分 | 说明\n目标设定 | 10 | 10 | | 完成情况 | 15 | 15 |\n预算配置 | 15 | 13 | 超编 | 及时情况 | 15 | 14 | 延期\n"
        "预算管理 | 15 | 15 | | 社会效益 | 30 | 30 |\n总分 | | | | {} | | |\n",
        "97", "98", "sum", "97",
    ),
    "points of the rate in a list of projects": (
        "序号 | 项目名称 | 全年预算数 | 全年执行数 | 执行率 | 预算执行（10） | 产出（50） | 效益（40） | 自评总分\n1 | 环卫保洁 | 680 | 680 | 100.00% | 10 | 50 | 40 | 100\n"
        "2 | 市政维护 | 245 | 227.85 | 93.00% | 9.3 | 47.5 | 39 | 95.8\n3 | 数字城管 | 60 | 54 | 90.00% | 9 | 44 | 36 | 89\n4 | 垃圾分类 | 36 | 29.88 | 83.00% | 8.3 | 42 | 37 | 87.3\n"
        "5 | 违建整治 | 42 | 25.62 | 61.00% | 6.1 | 38 | 29 | {}\n",
        "73.1", "71.1", "sum", "73.1",
    ),
    "rounded points of the rate in a list of projects": (
        "序号 | 项目名称 | 全年预算数 | 全年执行数 | 执行率 | 得分（10分） | 扣分说明\n1 | 环卫保洁 | 680 | 680 | 100.00% | 10 |\n"
        "2 | 市政维护 | 245 | 227.85 | 93.00% | 9.3 |\n3 | 数字城管 | 60 | 54 | 90.00% | 9 |\n4 | 违建整治 | 42 | 25.62 | 61.00% | {} |\n",
        "6.1", "6", "execution-points", "6.1",
    ),
    "accounts with a number for each line, income beside expenditure": (
        "项目 | 行次 | 决算数 | 项目（按功能分类） | 行次 | 决算数\n一、一般公共预算财政拨款收入 | 1 | 1,120.46 | 一、社会保障和就业支出 | 15 | 86.32\n"
        "二、其他收入 | 2 | 8.00 | 二、卫生健康支出 | 16 | 978.20\n三、事业收入 | 3 | 0.00 | 三、住房保障支出 | 17 | {}\n | 4 | | 本年支出合计 | 18 | 1,128.46\n"
        "总计 | 5 | 1,128.46 | 总计 | 19 | 1,128.46\n",
        "63.94", "53.94", "sum", "1118.46",
    ),
    "a header typed in two rows, the lower one shorter": (
        "绩效指标 | | | | 指标解释（略） | 自评得分 | 扣分原因\n一级指标 | 二级指标 | 三级指标 | 分值\n部门决策 | 目标任务 | 相关性 | 40 | | 40\n"
        " | | 明确性 | 30 | | 28 | 未分解到乡镇\n部门绩效 | 履职 | 机械化率 | 30 | | 30\n总分 | | | 100 | | {}\n",
        "98", "99", "sum", "98",
    ),
    "the goal behind the name": (
        "指标 | 年初目标值 | 实际完成值 | 分值 | 得分\n产出 数量 管护公厕 24座 | 24座 | 50 | 50\n产出 时效 投诉平均办结时间 ≤24小时 | {} | 50 | 50\n",
        "20小时", "30小时", "points-against-target", "40",
    ),
    "a percentage below one in a column of its own unit": (
        "三级指标 | 指标性质 | 指标值 | 度量单位 | 完成值 | 权重 | 得分\n足额保障率 | = | 100 | % | 100 | 50 | 50\n结余率 | ≤ | 5 | % | {} | 50 | 50\n",
        "0.80", "8.00", "points-against-target", "31.25",
    ),
    "a remark behind an amount": (
        "年度资金总额(万元) 年初预算148.20 | 全年预算148.20 | 全年执行139.46 | 10 | 94.10% | {}\n其中:财政拨款 148.20 | 148.20 | 139.46 (招标降价结余8.74)\n",
        "9.41", "9", "execution-points", "9.41",
    ),
    "a grade in the row below a total": (
        _HEAD + _GOALS + "效益 | 社会 | 管护制度 | 健全 | 较健全 | 40 | 34\n总分 | | | | | 100 | 94\n自评等级：{}（90分及以上为优，80分至90分为良，60分至80分为中，60分以下为差）\n",
        "优", "良", "grade", "优",
    ),
    "levels told in a note": (
        "一级指标 | 三级指标 | 指标值 | 完成值 | 权重 | 得分\n投入 | 制度健全性 | 健全 | 健全 | 30 | 30\n产出 | 维修水闸 | ≥12座 | 13座 | {} | 30\n"
        "效益 | 灌溉面积 | ≥5万亩 | 5万亩 | 40 | 40\n备注：一级指标权重统一为投入指标30分、产出指标30分、效益指标40分。\n",
        "30", "30", "", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_one_figure_of_a_table_right_then_wrong(name: str, tmp_path: Path) -> None:
    text, right, wrong, kind, expected = TABLES[name]
    assert check(text.format(right), tmp_path) == []
    if kind:
        (found,) = check(text.format(wrong), tmp_path)
        assert found.kind == kind
        assert expected in found.expected


def test_levels_off_the_weights_of_the_note(tmp_path: Path) -> None:
    text = (
        TABLES["levels told in a note"][0]
        .format("30")
        .replace("产出指标30分、效益指标40分", "产出指标40分、效益指标30分")
    )
    assert [f.kind for f in check(text, tmp_path)] == ["weights"]


def test_two_forms_one_after_the_other_are_not_added_up(tmp_path: Path) -> None:
    one = "年度资金总额 | 65 | 65 | 65 | 10 | 100% | 10\n产出指标(60分) | 数量 | 面积 | ≥600亩 | 600亩 | 60 | 60\n效益指标(30分) | 社会 | 受益户 | ≥90户 | 90户 | 30 | 30\n总分 | 100 | 100\n"
    assert check(f"表一 养护\n{one}\n表二 清淤\n{one}", tmp_path) == []


def test_a_wrong_rate_hides_no_wrong_total(tmp_path: Path) -> None:
    rows = "项目 | 预算 | 执行 | 执行率\n甲 | 200 | 190 | 95.00%\n乙 | 100 | 96 | 96.00%\n丙 | 260 | 182 | 73.00%\n丁 | 40 | 40 | 100.00%\n合计 | 600 | {} | 84.67%\n"
    assert [f.kind for f in check(rows.format(508), tmp_path)] == ["rate"]
    assert sorted(f.kind for f in check(rows.format(538).replace("84.67", "89.67"), tmp_path)) == ["rate", "sum"]


def test_indicators_of_bare_numbers_are_no_money(tmp_path: Path) -> None:
    head = "项目资金 | 全年预算数 | 全年执行数 | 执行率 | 分值 | 得分\n年度资金总额 | 50 | 50 | 100.00% | 10 | 10\n"
    goals = "三级指标 | 指标值 | 实际完成值 | 权重 | 得分 | 备注\n维护设备 | 3 | 3 | 15.00 | 15.00 |\n推广品种 | 2 | 2 | 75.00 | 75.00 |\n"
    assert check(head + goals + "总分 | | | 100 | 100 |\n", tmp_path) == []
