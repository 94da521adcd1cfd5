"""Score forms made up for tests: right by construction, in the layouts of several provinces, and spoilt in one figure.

Belongs here: forms of departments that never were, and how each layout prints them. Does not belong here: what lint
should say of them (test_lint_properties.py).
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
#: 二级指标, name, sign, target, unit
_OUTPUT = {
    "水利局": [("数量指标", "整治渠道长度", "≥", 42, "公里"), ("数量指标", "维修养护水库", "≥", 32, "座")],
    "教育局": [("数量指标", "受益学生数", "≥", 22460, "人"), ("数量指标", "改造校舍面积", "≥", 4200, "平方米")],
    "卫生健康局": [("数量指标", "签约服务居民", "≥", 8600, "人"), ("数量指标", "开展义诊活动", "≥", 24, "场次")],
    "司法局": [("数量指标", "办理法律援助案件", "≥", 600, "件"), ("数量指标", "培训调解员", "≥", 190, "人")],
    "农业农村局": [("数量指标", "推广良种面积", "≥", 12000, "亩"), ("数量指标", "补贴农机具", "≥", 1200, "台")],
    "民政局": [("数量指标", "发放高龄津贴人数", "≥", 6250, "人"), ("数量指标", "救助流浪人员", "≥", 80, "人次")],
}  # fmt: skip
_REST = [
    ("产出指标", "质量指标", "验收合格率", "=", 100, "%", 15),
    ("产出指标", "时效指标", "按期完成率", "≥", 95, "%", 15),
    ("效益指标", "社会效益指标", "受益群众覆盖率", "≥", 90, "%", 15),
    ("效益指标", "可持续影响指标", "设施正常运行率", "≥", 95, "%", 15),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", 90, "%", 10),
]


@dataclass(frozen=True)
class Row:
    level1: str
    level2: str
    name: str
    sign: str
    target: int
    unit: str
    weight: Decimal
    actual: str
    score: Decimal
    reason: str = ""

    @property
    def goal(self) -> str:
        return f"{self.sign}{self.target}{self.unit}" if self.sign != "=" else f"{self.target}{self.unit}"


@dataclass(frozen=True)
class Form:
    department: str
    total: tuple[str, str, str]
    parts: tuple[tuple[str, tuple[str, str, str]], ...]
    rate: str
    points: str
    rows: tuple[Row, ...]
    grand_weight: str
    grand: str
    year: int = 2023
    notes: tuple[str, ...] = field(default=())


def sound(seed: int) -> Form:
    """A form whose every figure is right."""
    dice = random.Random(seed)
    department = dice.choice(sorted(_OUTPUT))
    final = Decimal(dice.randrange(2000, 200000)) / 100
    paid = (final * dice.randrange(820, 1001) / 1000).quantize(CENT, ROUND_HALF_UP)
    own = (final * dice.randrange(0, 30) / 100).quantize(CENT, ROUND_HALF_UP)
    own_paid = min(own, paid)
    rate = paid / final
    points = (10 * rate).quantize(CENT, ROUND_HALF_UP)
    picked = [("产出指标", *spec, 10) for spec in _OUTPUT[department]]
    rows = tuple(_row(dice, *spec) for spec in [*picked, *_REST])
    grand = points + sum((row.score for row in rows), Decimal(0))
    return Form(
        department=f"某县{department}",
        total=(f"{final}", f"{final}", f"{paid}"),
        parts=(
            ("其中：当年财政拨款", (f"{final - own}", f"{final - own}", f"{paid - own_paid}")),
            ("其他资金", (f"{own}", f"{own}", f"{own_paid}")),
        ),
        rate=f"{(rate * 100).quantize(CENT, ROUND_HALF_UP)}%",
        points=_plain(points),
        rows=rows,
        grand_weight="100",
        grand=_plain(grand),
    )


def _row(
    dice: random.Random, level1: str, level2: str, name: str, sign: str, target: int, unit: str, weight: int
) -> Row:
    whole = Decimal(weight)
    top = 100 if unit == "%" else target + dice.randrange(0, max(target // 10, 2))
    actual = dice.randint(target, max(top, target))
    reason, score = "", whole
    if dice.random() < 0.2 and target > 10:  # a miss, scored as the rule has it and explained
        actual = target - max(target // dice.randint(10, 20), 1)
        score = (whole * actual / target).quantize(CENT, ROUND_HALF_UP)
        reason = "部分工程受汛期影响跨年实施"
    return Row(level1, level2, name, sign, target, unit, whole, f"{actual}{unit}", score, reason)


def _plain(value: Decimal) -> str:
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


# --- layouts: (paragraphs, tables) ---

Cells = list[list[str]]


def national(form: Form) -> list[str | Cells]:
    head = ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
    money: Cells = [head, ["年度资金总额", *form.total, "10", form.rate, form.points]]
    money += [[label, *amounts, "—", "", "—"] for label, amounts in form.parts]
    table: Cells = [
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
        *(
            [r.level1, r.level2, r.name, r.goal, r.actual, _plain(r.weight), _plain(r.score), r.reason]
            for r in form.rows
        ),
        ["总分", "", "", "", "", form.grand_weight, form.grand, ""],
    ]
    title = ["项目支出绩效自评表", f"（{form.year}年度）", f"主管部门：{form.department}"]
    return [*title, money, table, *form.notes]


def signed(form: Form) -> list[str | Cells]:
    """Sign, value and unit in columns of their own (Yunnan, Sichuan, Heilongjiang)."""
    head = ["资金来源", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）", "分值", "执行率", "得分"]
    money: Cells = [head, ["年度资金总额", *form.total, "10", form.rate, form.points]]
    money += [[label, *amounts, "", "", ""] for label, amounts in form.parts]
    table: Cells = [
        ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "实际完成值", "权重", "自评得分", "未完成原因"],
        *(
            [r.level1, r.level2, r.name, r.sign, str(r.target), r.unit, _bare(r), _plain(r.weight), _plain(r.score), r.reason]
            for r in form.rows
        ),
        ["合计", "", "", "", "", "", "", form.grand_weight, form.grand, ""],
    ]  # fmt: skip
    return [f"{form.year}年度项目支出绩效自评表", f"实施单位：{form.department}", money, table, *form.notes]


def _bare(row: Row) -> str:
    return row.actual.removesuffix(row.unit) if row.actual[:1].isdigit() else row.actual


def chongqing(form: Form) -> list[str | Cells]:
    """Rates before weights, the coefficient of each indicator, the score at the head."""
    head = ["资金情况", "年初预算数", "全年（调整）预算数", "全年执行数", "执行率", "执行率权重", "执行率得分"]
    money: Cells = [head, ["年度总金额", *form.total, form.rate, "10", form.points]]
    money += [[label, *amounts, "", "", ""] for label, amounts in form.parts]
    table: Cells = [
        ["指标名称", "计量单位", "指标性质", "年初指标值", "调整指标值", "全年完成值", "得分系数", "指标权重", "指标得分", "说明"],
        *(
            [r.name, r.unit, r.sign, str(r.target), str(r.target), _bare(r), "", _plain(r.weight), _plain(r.score), r.reason]
            for r in form.rows
        ),
    ]  # fmt: skip
    return [f"{form.year}年度项目绩效自评表", f"自评总分：{form.grand}", money, table, *form.notes]


LAYOUTS: dict[str, Callable[[Form], list[str | Cells]]] = {
    "national": national,
    "signed": signed,
    "chongqing": chongqing,
}

# --- ways of writing them down ---


def as_pipes(blocks: Sequence[str | Cells]) -> str:
    lines = [b if isinstance(b, str) else "\n".join(" | ".join(row) for row in b) for b in blocks]
    return "\n".join(lines) + "\n"


def as_tabs(blocks: Sequence[str | Cells]) -> str:
    lines = [b if isinstance(b, str) else "\n".join("\t".join(row) for row in b) for b in blocks]
    return "\n".join(lines) + "\n"


def as_wide(blocks: Sequence[str | Cells]) -> str:
    """Full-width digits and signs, as some input methods leave them."""
    return as_pipes(blocks).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.%"})


def as_page(blocks: Sequence[str | Cells]) -> str:
    """A web page in which equal neighbours of the first column are one tall cell."""
    out = ["<!doctype html><meta charset='utf-8'><body>"]
    for block in blocks:
        if isinstance(block, str):
            out.append(f"<p>{html.escape(block)}</p>")
            continue
        out.append("<table>")
        for r, row in enumerate(block):
            first = row[0]
            cells = [f"<td>{html.escape(cell)}</td>" for cell in row[1:]]
            if r == 0 or block[r - 1][0] != first or not first.endswith("指标"):
                tall = 1
                while first.endswith("指标") and r + tall < len(block) and block[r + tall][0] == first:
                    tall += 1
                cells.insert(0, f"<td rowspan='{tall}'>{html.escape(first)}</td>")
            out.append(f"<tr>{''.join(cells)}</tr>")
        out.append("</table>")
    return "\n".join(out)


WRITINGS: dict[str, tuple[str, Callable[[Sequence[str | Cells]], str]]] = {
    "pipes": ("txt", as_pipes),
    "tabs": ("txt", as_tabs),
    "wide": ("txt", as_wide),
    "page": ("html", as_page),
}

# --- one fault each ---


def _rescored(form: Form, index: int, **changed: object) -> Form:
    """Row `index` changed, the grand total following its score."""
    rows = list(form.rows)
    old = rows[index].score
    rows[index] = replace(rows[index], **changed)  # type: ignore[arg-type]
    grand = Decimal(form.grand) + rows[index].score - old
    return replace(form, rows=tuple(rows), grand=_plain(grand))


def _met(form: Form) -> int:
    return next(i for i, row in enumerate(form.rows) if row.score == row.weight and row.target > 20)


def _points(form: Form, points: str) -> Form:
    grand = Decimal(form.grand) + Decimal(points) - Decimal(form.points)
    return replace(form, points=points, grand=_plain(grand))


def rounded_points(form: Form) -> Form:
    return _points(form, str(Decimal(form.points).quantize(Decimal(1), ROUND_HALF_UP)))


def points_over_weight(form: Form) -> Form:
    return _points(form, "10.5")


def wrong_rate(form: Form) -> Form:
    return replace(form, rate=f"{Decimal(form.rate.rstrip('%')) - 3}%")


def part_off(form: Form) -> Form:
    label, (initial, final, paid) = form.parts[0]
    return replace(form, parts=((label, (initial, final, f"{Decimal(paid) + 5}")), *form.parts[1:]))


def total_off(form: Form) -> Form:
    return replace(form, grand=_plain(Decimal(form.grand) - 2))


def weight_off(form: Form) -> Form:
    i = _met(form)
    return _rescored(form, i, weight=form.rows[i].weight + 5, score=form.rows[i].score + 5)


def full_for_a_miss(form: Form) -> Form:
    i = _met(form)
    row = form.rows[i]
    return _rescored(form, i, actual=f"{row.target * 9 // 10}{row.unit}", reason="")


def taken_from_a_hit(form: Form) -> Form:
    i = _met(form)
    return _rescored(form, i, score=form.rows[i].score - 2, reason="")


def over_weight(form: Form) -> Form:
    i = _met(form)
    return _rescored(form, i, score=form.rows[i].score + 1)


def target_repeated(form: Form) -> Form:
    i = _met(form)
    row = form.rows[i]
    return _rescored(form, i, actual=f"≥{row.target}{row.unit}")


def words_for_a_number(form: Form) -> Form:
    return _rescored(form, _met(form), actual="已完成")


#: fault → kind that tells it (a form without a total of its weights tells them as weights), kinds that may be beside it
FAULTS: dict[Callable[[Form], Form], tuple[str, set[str]]] = {
    rounded_points: ("execution-points", set()),
    points_over_weight: ("execution-points", {"weights"}),
    wrong_rate: ("execution-points", set()),
    part_off: ("sum", set()),
    total_off: ("sum", set()),
    weight_off: ("sum", {"weights"}),
    full_for_a_miss: ("points-against-target", set()),
    taken_from_a_hit: ("points-against-target", set()),
    over_weight: ("points-against-target", {"weights"}),
    target_repeated: ("actual-not-comparable", set()),
    words_for_a_number: ("actual-not-comparable", set()),
}
