"""Every kind of fault that lint knows, in the smallest text that has it, beside its sound twin that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from selfeval.lint import LintFinding, lint

NATIONAL = """项目支出绩效自评表
（2023年度）
项目名称 | 图书馆服务能力提升 | 主管部门 | 某县文旅局
项目资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额 | {total} | 10 | {rate} | {points}
其中：当年财政拨款 | {part} | — | |
其他资金 | 0 | 0 | 0 | — | | —
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 偏差原因分析及改进措施
产出指标 | 数量指标 | 新增图书 | ≥5000册 | {books} | 25 | {book_points} | {reason}
产出指标 | 质量指标 | 图书验收合格率 | 100% | 100% | 25 | 25 |
效益指标 | 社会效益指标 | 读者人次 | ≥8万人次 | 8.6万人次 | {weight} | {weight} |
满意度指标 | 服务对象满意度 | 读者满意度 | ≥90% | 93% | 10 | 10 |
总分 | | | | | 100 | {grand} |
"""
SOUND = {
    "total": "40.00 | 40.00 | 38.00",
    "part": "40.00 | 40.00 | 38.00",
    "rate": "95.00%",
    "points": "9.50",
    "books": "5200册",
    "book_points": "25",
    "reason": "",
    "weight": "30",
    "grand": "99.50",
}


def check(text: str, folder: Path, **more: object) -> list[LintFinding]:
    path = folder / "report.txt"
    path.write_text(text, encoding="utf-8")
    return [finding for finding in lint(path, **more) if finding.severity != "info"]  # type: ignore[arg-type]


def form(**changed: str) -> str:
    return NATIONAL.format(**{**SOUND, **changed})


def test_sound_form_has_no_findings(tmp_path: Path) -> None:
    assert check(form(), tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "kind", "expected"),
    [
        ({"points": "9", "grand": "99"}, "execution-points", "9.5"),
        ({"points": "10", "grand": "100"}, "execution-points", "9.5"),
        ({"points": "12", "grand": "102"}, "execution-points", "9.5"),
        ({"rate": "97.00%"}, "execution-points", "95%"),
        ({"part": "36.00 | 36.00 | 34.00"}, "sum", "36/36/34"),
        ({"total": "0 | 0 | 0", "rate": "0", "points": "0", "grand": "90"}, "sum", "40/40/38"),
        ({"grand": "98.50"}, "sum", "99.5"),
        ({"weight": "40", "grand": "109.50"}, "sum", "110"),
        ({"books": "4500册"}, "points-against-target", "22.5"),
        ({"books": "4500册", "book_points": "20", "grand": "94.50"}, "points-against-target", "22.5"),
        ({"book_points": "23", "grand": "97.50"}, "points-against-target", "25"),
        ({"books": "≥5000册"}, "actual-not-comparable", "不带符号"),
        ({"books": "已完成"}, "actual-not-comparable", "数值"),
        ({"total": "30.00 | 40.00 | 38.00", "part": "30.00 | 40.00 | 38.00"}, "unexplained-adjustment", "原因"),
    ],
)
def test_form_fault(changed: dict[str, str], kind: str, expected: str, tmp_path: Path) -> None:
    found = [f for f in check(form(**changed), tmp_path) if f.kind == kind]
    assert found, f"no {kind}"
    assert any(expected in f.expected for f in found)


@pytest.mark.parametrize(
    "changed",
    [
        {"books": "4500册", "book_points": "22.5", "grand": "97", "reason": "采购延期，下年补足"},
        {"book_points": "23", "grand": "97.50", "reason": "部分图书上架偏晚"},
        {"books": "-1000册", "book_points": "0", "grand": "74.50", "reason": "旧书下架"},
        {
            "total": "40.00 | 40.00 | 40.00",
            "part": "40.00 | 40.00 | 40.00",
            "rate": "100%",
            "points": "10",
            "grand": "100",
        },
        {"rate": "0.95"},
        {"rate": "95"},
        {"points": "9.5"},
    ],
)
def test_form_without_fault(changed: dict[str, str], tmp_path: Path) -> None:
    assert check(form(**changed), tmp_path) == []


def test_cut_form_is_not_blamed_for_what_lies_beyond(tmp_path: Path) -> None:
    text = form(grand="60").split("满意度指标")[0] + "满意度指标 | …(以下略)\n"
    assert check(text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("共安排资金90万元=审计30+测绘30+设计29.5。", "sum", "89.5"),
        ("支出合计86.50万元，其中：基本支出41.20万元，项目支出44.30万元。", "sum", "85.5"),
        ("补助资金12万元，其中：培训5万元，设备4万元，其他2万元。", "sum", "11万元"),
        ("收入合计90.00万元。\n支出合计96.50万元。", "sum", "6.5万元"),
        ("机关编制8人，其中副科2人、其他4人。", "count-against-list", "6人"),
        ("内设机构4个，分别为：办公室、业务股、财务股。", "count-against-list", "3个"),
        ("实施项目共9个；年初批复6个项目；年中增加4个项目。", "count-against-list", "10"),
        ("新农合参保率上升1.6%。", "points-or-percent", "1.6个百分点"),
        ("支出合计281.11万元，较上年增加112.8万元，增长40.13%。", "rate", "67.02%"),
        ("该项目资金使用率达100%，效果良好。", "rate", "预算数和支出数"),
        ("项目预算50万元，实际支出45万元，预算执行率95%。", "rate", "90%"),
        ("自评得分88.5分，评价等级为“优”。", "grade", "良"),
        ("正文[bookmark: _GoBack]继续。", "residue", "删除"),
        ("（请对照年度目标，简要说明完成情况，100字以内）", "residue", "删除"),
        ("全年服务群众XX人次。", "residue", "删除"),
        ("联系电话：13912345678", "privacy", "删除"),
        ("开展文化下乡活动共15场次。\n按计划完成，开展文化下乡活动9场次。", "two-values", "一致"),
        ("在职人员42人。\n年末在职人员45人。", "two-values", "一致"),
        ("一、基本情况\n略述。\n三、绩效情况\n略述。", "structure", "二、"),
        ("（一）收入情况。\n（二）支出情况。\n（3）结余情况。", "structure", "（三）"),
        ("项目支出绩效自评表（2022年度）\n填报日期：2022年6月30日", "year", "2022年12月31日以后"),
        ("必要性5→5 可行性5→4 明确性5→6", "points-against-target", "不超过5"),
    ],
)
def test_prose_fault(text: str, kind: str, expected: str, tmp_path: Path) -> None:
    found = [f for f in check(text, tmp_path) if f.kind == kind]
    assert found, f"no {kind}"
    assert any(expected in f.expected for f in found)


@pytest.mark.parametrize(
    "text",
    [
        "共安排资金90万元=审计30+测绘30+设计30。",
        "支出合计85.50万元，其中：基本支出41.20万元，项目支出44.30万元。",
        "补助资金12万元，其中：培训5万元。",
        "收入合计90.00万元。\n支出合计96.50万元，动用上年结转6.50万元。",
        "机关编制8人，其中党员5人、本科以上学历6人。",
        "内设机构4个，分别为：办公室、业务股、财务股、督查股。",
        "参保率上升1.6个百分点。\n服务效率提升20%。\n满意度提高到95%。",
        "支出合计281.11万元，较上年增加112.8万元，增长67.02%。",
        "项目预算50万元，实际支出45万元，预算执行率90%。",
        "自评得分92分，评价等级为“优”。",
        "召开推进会3次。\n开展文化下乡活动共15场次，其中开展送戏下乡活动9场次。",
        "一、基本情况\n（一）职能。\n（二）人员。\n1. 数量：（1）场次；（2）人次。\n二、绩效情况",
        "项目支出绩效自评表（2022年度）\n填报日期：2023年1月30日\n2023年度部门预算已下达。",
        "项目编码51092324T000010263357，文号川财教〔2023〕147号。",
    ],
)
def test_prose_without_fault(text: str, tmp_path: Path) -> None:
    assert check(text, tmp_path) == []


def test_sichuan_form_asks_for_a_reason_of_every_change(tmp_path: Path) -> None:
    text = """部门预算项目支出绩效自评表(2023年度)
预算执行情况(10分) | 年初预算 | 调整后预算数 | 预算执行数 | 预算执行率 | 权重 | 得分 | 原因
总额 | 20.00 | 21.00 | 21.00 | 100.00% | 10 | 10 | {}
其中:财政资金 | 20.00 | 21.00 | 21.00 | 100.00% | / | / |
"""
    assert [f.kind for f in check(text.format(""), tmp_path)] == ["unexplained-adjustment"]
    assert check(text.format("年中追加培训经费"), tmp_path) == []


def test_weights_against_the_note_of_the_form(tmp_path: Path) -> None:
    note = "注：一级指标分值统一设置为产出40、效益40、满意度10、预算执行率10。\n"
    assert [(f.kind, f.severity) for f in check(form() + note, tmp_path)] == [("weights", "error")]


def test_weights_applied_twice(tmp_path: Path) -> None:
    text = """预算项目绩效自评表
指标 | 目标值 | 完成值 | 得分 | 权重% | 折算得分
覆盖率 | ≥98% | 100% | 50 | 50 | 25
满意率 | ≥95% | 100% | 50 | 50 | 25
"""
    found = [f for f in check(text, tmp_path) if f.kind == "weights"]
    assert [f.expected for f in found] == ["100"]


def test_unfilled_points(tmp_path: Path) -> None:
    text = (
        form(book_points="")
        .replace("| 25 | 25 |", "| 25 | |")
        .replace("| 10 | 10 |", "| 10 | |")
        .replace("30 | 30", "30 |")
    )
    assert "structure" in {f.kind for f in check(text, tmp_path)}


def test_no_problems_beside_a_miss(tmp_path: Path) -> None:
    missed = form(books="4500册", book_points="22.5", grand="97", reason="采购延期")
    assert [f.kind for f in check(f"{missed}存在问题：无。\n", tmp_path)] == ["claim"]
    assert check(f"{form()}存在问题：无。\n", tmp_path) == []


def test_missing_closing_chapter(tmp_path: Path) -> None:
    filler = "围绕年度目标开展工作，各项任务按期完成，资金使用规范。" * 16
    text = f"某局2023年绩效自评报告\n一、基本情况\n{filler}\n二、绩效分析\n{filler}\n三、存在问题\n部分工作偏慢。\n"
    assert [(f.kind, f.severity) for f in check(text, tmp_path)] == [("structure", "warning")]
    assert check(f"{text}四、改进措施\n加快进度。\n", tmp_path) == []


def test_private_numbers_are_never_repeated(tmp_path: Path) -> None:
    numbers = ["13912345678", "１３９１２３４５６７８", "11010519491231002X", "6222021234567890128", "0833-5221234"]
    text = "联系电话：13912345678\n经办人１３９１２３４５６７８身份证11010519491231002X，卡号6222021234567890128，座机0833-5221234，增长率上升3%\n"
    for finding in check(text, tmp_path):
        shown = str(finding.to_json())
        assert not any(number in shown for number in numbers)


def test_two_documents_of_one_unit(tmp_path: Path) -> None:
    other = tmp_path / "accounts.txt"
    other.write_text("某局2024年度决算说明\n支出合计281.11万元。", encoding="utf-8")
    text = "2024年度部门整体绩效自评表\n资金情况(元) | 年初预算数 | 全年预算数 | 全年执行数\n年度总金额 | 3,724,055.00 | 4,764,453.11 | 4,614,453.11\n"
    assert [f.kind for f in check(text, tmp_path, others=[other])] == ["two-values"]


FACTS = {
    "facts": {
        "activities.sessions": {"value": 12, "unit": "场次", "display": "12场次", "name": "科普活动场次"},
        "activities.materials": {"value": 3046, "unit": "份", "display": "3000余份", "name": "发放资料份数"},
        "cloud.workers_registered": {"value": 2102, "unit": "名", "display": "2102名", "name": "科技工作者注册数"},
        "satisfaction.rate": {"value": 0.958, "unit": "比率", "display": "95.8%", "name": "服务对象满意度"},
        "finance.income_total": {"value": 1617600.0, "unit": "元", "display": "161.76万元", "name": "本年收入合计"},
        "project.51113224T000000000001.paid": {"value": 200000, "unit": "元", "display": "20万元", "name": "科普宣传项目支出数"},
    }
}  # fmt: skip


def test_figures_against_facts(tmp_path: Path) -> None:
    good = "开展科普活动12场次，发放资料3000余份。科技工作者注册2102名，超过目标2000名。服务对象满意度95.8%。本年收入合计161.76万元。"
    assert check(good, tmp_path, facts=FACTS) == []
    bad = "开展科普活动15场次，发放资料5000余份。科技工作者注册2012名。服务对象满意度98%。本年收入合计171.76万元。"
    found = check(bad, tmp_path, facts=FACTS)
    assert {f.kind for f in found} == {"fact"}
    assert {f.expected for f in found} == {"12场次", "3000余份", "2102名", "95.8%", "161.76万元"}


def test_a_count_of_what_was_listed_is_no_figure_of_one_in_the_list(tmp_path: Path) -> None:
    facts = {"facts": {"shares.task_total": {"value": 5760, "unit": "条", "display": "5760条", "name": "分享任务总数"}}}
    listed = "对“分享任务完成率”“资金支付完成时间”“长效机制”等10条指标未达到年度指标值的原因逐项分析。"
    assert check(listed, tmp_path, facts=facts) == []
    assert [f.kind for f in check("发放资料等5000余份。", tmp_path, facts=FACTS)] == ["fact"]


def test_project_money_against_facts(tmp_path: Path) -> None:
    text = """项目支出绩效自评表
项目名称 | 51113224T000000000001-科普宣传项目
项目资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 分值 | 执行率 | 得分
年度资金总额 | 20.00 | 20.00 | 19.00 | 10 | 95% | 9.5
"""
    assert [f.expected for f in check(text, tmp_path, facts=FACTS)] == ["20万元"]


def test_finding_says_place_value_and_reason(tmp_path: Path) -> None:
    finding = check(form(points="9", grand="99"), tmp_path)[0]
    assert finding.to_json() == {
        "rule": "lint.execution-points",
        "kind": "execution-points",
        "severity": "error",
        "place": "第5行“年度资金总额”",
        "quoted": "年度资金总额 执行率95.00% 得分9",
        "expected": "执行率95%，得分9.5",
        "message": finding.message,
    }
    assert finding.message.endswith("。") and "38÷40" in finding.message


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("年初预算860万元，年中追加140万元，全年预算1,010万元。", "sum", "1000"),
        ("下达资金240万元，支出228万元，资金结余22万元。", "sum", "12"),
        ("支出856万元；人员经费486万元，公用经费86万元，项目支出294万元。", "sum", "866"),
        ("无障碍改造60户，每户补助3,000元，共18.6万元。", "sum", "18"),
        ("行政编制26名，工勤编制3名，参公编制5名，共有编制35名。", "count-against-list", "34名"),
        ("在职人员58人（行政24人、事业36人）。", "count-against-list", "60人"),
        ("机械化率由52.4%提高到55.1%，提高2.7%。", "points-or-percent", "2.7个百分点"),
        ("满意度95.2%，较上年93.6%提高1.6%。", "points-or-percent", "1.6个百分点"),
        ("覆盖率达98%，比上年提升2%。", "points-or-percent", "2个百分点"),
        ("较上年1,150.30万元增加96.5万元，增长8.93%。", "rate", "8.39%"),
        ("任务 | 预算数 | 支出数\n公共卫生 | 820 | 790\n医院改革 | 310 | 302\n合计 | 1130 | 1102", "sum", "1092"),
    ],
)
def test_amounts_that_follow_from_others(text: str, kind: str, expected: str, tmp_path: Path) -> None:
    (found,) = check(text, tmp_path)
    assert (found.kind, found.severity) == (kind, "error")
    assert expected in found.expected


@pytest.mark.parametrize(
    "text",
    [
        "年初预算860万元，年中追加140万元，全年预算1,000万元。",
        "下达资金240万元，支出228万元，资金结余12万元。",
        "支出866万元；人员经费486万元，公用经费86万元，项目支出294万元。",
        "落实巡查员32名，每名每月补助500元，全年补助19.2万元。",
        "无障碍改造60户，每户补助3,000元，共18万元。",
        "内设办公室、法治科、复议科等12个科室。",
        "机械化率由52.4%提高到55.1%，提高2.7个百分点。",
        "单位收入由50%提高到60%，提高20%。",
        "任务 | 预算数 | 支出数\n公共卫生 | 820 | 790\n医院改革 | 310 | 302\n合计 | 1130 | 1092",
        "预算12.00万元，支出11.87万元，执行率98.93%。",
    ],
)
def test_sound_twins_are_silent(text: str, tmp_path: Path) -> None:
    assert check(text, tmp_path) == []


def test_a_form_and_its_text_say_the_same(tmp_path: Path) -> None:
    found = check(form() + "全年新增图书4,800册，读者满意度93%。\n", tmp_path)
    assert [(f.kind, f.quoted) for f in found] == [("two-values", "新增图书4,800册 / 新增图书 5200册")]
    assert check(form() + "全年新增图书5,200册，目标为新增图书5,000册。\n", tmp_path) == []


def test_numbers_run_together_neither_hang_nor_crash(tmp_path: Path) -> None:
    check("1" * 200_000, tmp_path)
    check("支出" + "9" * 39 + "万元=" + "8" * 39 + "万元+1万元", tmp_path)
