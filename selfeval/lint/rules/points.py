"""Points of an indicator against its target, its actual value and its weight.

Belongs here: one indicator row at a time. Does not belong here: sums over rows (totals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.forms import Form, Indicator
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import (
    Quantity,
    half_up,
    is_blank,
    norm,
    only,
    plain_number,
    quantities,
    show,
    squeeze,
    with_words,
)

_REVERSE = re.compile(
    r"成本|控制|结余率|结转率|投诉|事故|超支|变动率|三公|偏差|违规|违纪|违法|费用|投资额?|单价|误差|死亡|发病|返贫|"
    r"调整次数|调整率|偏离|偏差率|变动|差错|故障|能耗|支出数|补助标准|负债"
)
_DATE = re.compile(r"\d{4}[年./-]\d{1,2}|\d{1,2}月|\d{1,2}日|\d{4}年|年底|月底|季度")
_DONE = {
    "达成预期指标", "达成年度指标", "达成预期目标", "达成", "完成", "已完成", "达标", "全部完成", "达到预期", "达到目标",
    "达到预期目标", "达到预期指标",
}  # fmt: skip
_CHINESE_COUNT = re.compile(r"[一二两三四五六七八九十百千万]+(?:个|次|人|户|家|项|场|期|台|套|处|元|成)")


@dataclass(frozen=True)
class _Row:
    indicator: Indicator
    target: Quantity
    actual: Decimal
    weight: Decimal
    score: Quantity
    reverse: bool

    @property
    def met(self) -> bool:
        if self.reverse:
            return self.actual <= self.target.value
        return self.actual >= self.target.value

    @property
    def expected(self) -> Decimal:
        goal = self.target.value
        if self.reverse:
            return self.weight * goal / self.actual if self.actual else self.weight
        return self.weight * self.actual / goal if goal else Decimal(0)


def check(context: Context) -> Iterator[LintFinding]:
    for form in context.forms:
        yield from _not_comparable(form)
        for indicator in form.indicators:
            yield from _indicator(indicator)


def _not_comparable(form: Form) -> Iterator[LintFinding]:
    signs: list[Indicator] = []
    for indicator in form.indicators:
        target, actual = norm(indicator.target or "").strip(), norm(indicator.actual or "").strip()
        number = only(target)
        if number is None or is_blank(actual) or _DATE.search(target):
            continue
        if re.match(r"[≥≤><]|>=|<=|不低于|不少于|不超过|不高于|大于|小于", actual) and re.search(r"\d", actual):
            signs.append(indicator)
        elif not re.search(r"\d", actual) and not _CHINESE_COUNT.search(actual):
            yield finding(
                "actual-not-comparable",
                "error",
                f"{indicator.place}“{indicator.name}”完成值",
                f"{actual}（目标{target}）",
                "与目标同一单位的实际数值",
                f"指标“{indicator.name}”的目标是{target}，完成值“{actual}”不是数值，无法比较。",
            )
    if signs:
        first = signs[0]
        rows = "、".join(f"“{indicator.name}”" for indicator in signs[:6])
        yield finding(
            "actual-not-comparable",
            "error",
            f"{first.place}“{first.name}”完成值",
            norm(first.actual or "").strip(),
            "不带符号的实际数值",
            f"{rows}等{len(signs)}项的完成值照抄了目标的比较符号，不是实际完成的数值，无法比较。",
        )


def _indicator(indicator: Indicator) -> Iterator[LintFinding]:
    weight, score = indicator.weight_value, plain_number(indicator.score or "")
    if weight is None or score is None or weight <= 0:
        return
    if score.value > weight:
        message = f"指标“{indicator.name}”得分{show(score.value)}超过分值{show(weight)}。"
        yield _fault(indicator, f"{show(score.value)}/{show(weight)}", f"不超过{show(weight)}", message)
        return
    row = comparable(indicator, weight, score)
    if row:
        yield from _numeric(row)
    elif score.value == weight and _late(indicator):
        goal, actual = norm(indicator.target or "").strip(), norm(indicator.actual or "").strip()
        message = f"指标“{indicator.name}”应于{goal}完成，实际{actual}，逾期却得满分。"
        yield _fault(indicator, f"{actual}/{goal} 得分{show(score.value)}", f"低于{show(weight)}", message)
    elif _same_words(indicator) and score.value < weight and not indicator.explained and not indicator.criteria:
        yield _taken(indicator, score.value, weight)


_DAY = re.compile(r"(?:(20\d{2})年)?(\d{1,2})月(?:(\d{1,2})日|(底|末))?|(?:(20\d{2})年|年)(?:底|末)")


def _late(indicator: Indicator) -> bool:
    """A deadline and a day behind it; a month without its day is taken for the best."""
    goal, actual = (list(_DAY.finditer(norm(text or ""))) for text in (indicator.target, indicator.actual))
    if len(goal) != 1 or len(actual) != 1 or re.search(r"[-—~至]\s*\d|起|开始", norm(indicator.target or "")):
        return False
    due, done = _day(goal[0], 31), _day(actual[0], 1)
    if not due[0] or not done[0]:  # a year that is left out is the same one
        due, done = (0, *due[1:]), (0, *done[1:])
    return done > due


def _day(m: re.Match[str], default: int) -> tuple[int, int, int]:
    if not m[2]:
        return int(m[5] or 0), 12, 31
    return int(m[1] or 0), int(m[2]), int(m[3]) if m[3] else 31 if m[4] else default


def _numeric(row: _Row) -> Iterator[LintFinding]:
    indicator, score = row.indicator, row.score
    if row.met:
        by_rate = half_up(row.weight * row.actual / 100, Decimal("0.01"))
        if indicator.execution and row.target.percent and abs(score.value - by_rate) <= score.step / 2:
            return  # 预算执行率 is scored by the rate itself, whatever was aimed at
        if score.value < row.weight and not indicator.explained and not indicator.criteria:
            yield _taken(indicator, score.value, row.weight)
        return
    earned = max(Decimal(0), row.expected)  # a figure that fell has no points, never fewer than none
    expected = half_up(earned, Decimal("0.01"))
    if indicator.execution:
        slack = score.step / 2 if score.step < 1 else Decimal("0.005")
    else:
        slack = max(score.step / 2, Decimal("0.01"))
    full = score.value == row.weight
    if not full and abs(score.value - earned) <= slack:
        return
    if not full and (indicator.criteria or re.search(r"扣\s*\d", indicator.reason or "")):
        return
    goal, actual = norm(indicator.target or "").strip(), norm(indicator.actual or "").strip()
    what = "未达到目标却得满分" if full else f"得分{show(score.value)}与完成比例不符"
    way = "目标÷实际" if row.reverse else "实际÷目标"
    message = f"指标“{indicator.name}”目标{goal}、实际{actual}，{what}，按{way}×分值应为{show(expected)}。"
    yield _fault(indicator, f"{actual}/{goal} 得分{show(score.value)}", show(expected), message)


def _taken(indicator: Indicator, score: Decimal, weight: Decimal) -> LintFinding:
    goal, actual = norm(indicator.target or "").strip(), norm(indicator.actual or "").strip()
    message = f"指标“{indicator.name}”目标{goal}、实际{actual}，已达到目标却只得{show(score)}分，没有写扣分原因。"
    return _fault(indicator, f"{show(score)}/{show(weight)}", f"{show(weight)}，或写明扣分原因", message)


def _fault(indicator: Indicator, quoted: str, expected: str, message: str) -> LintFinding:
    kind = "execution-points" if indicator.execution else "points-against-target"
    return finding(kind, "error", f"{indicator.place}“{indicator.name}”得分", quoted, expected, message)


def _same_words(indicator: Indicator) -> bool:
    target, actual = squeeze(indicator.target or ""), squeeze(indicator.actual or "")
    if is_blank(actual):
        return False
    return actual in _DONE or (len(target) >= 2 and target == actual)


def _same_unit(goal: Quantity, actual: Quantity) -> bool:
    if goal.unit and actual.unit:
        return goal.unit == actual.unit or (goal.percent and actual.percent)
    return goal.scale == actual.scale or bool(goal.unit)


def comparable(indicator: Indicator, weight: Decimal, score: Quantity) -> _Row | None:
    """Target and actual as numbers of one unit; None for dates, words, several numbers, units that differ."""
    goal_text, actual_text = norm(indicator.target or ""), norm(indicator.actual or "")
    if _DATE.search(goal_text) or _DATE.search(actual_text) or re.search(r"\d[^/]{0,4}/\s*\d|[~～]|\d-\d", actual_text):
        return None
    goal, actual = only(goal_text), only(actual_text)
    if goal is None or actual is None:  # 每公里30万元以内 | 每公里33万元: the same words around both
        longer = with_words(goal_text), with_words(actual_text)
        if longer[0] and longer[1] and longer[0][1] == longer[1][1]:
            goal, actual = longer[0][0], longer[1][0]
    if goal is None or actual is None or (actual.op and actual.op != "=") or len(list(quantities(goal_text))) != 1:
        return None
    value = actual.value
    below = goal.op in ("≤", "<") and value <= goal.value  # ≤5% and 0.80: of the same unit, as the unit has a column
    if goal.percent and not actual.unit and value <= 1 < goal.value and not below:
        value *= 100
    elif actual.percent and not goal.unit and goal.value <= 1 < value:
        value /= 100
    elif goal.scale != actual.scale and not actual.unit:
        value *= Decimal(goal.scale) / actual.scale
    elif not _same_unit(goal, actual):
        return None
    costs = _REVERSE.search(indicator.name) or "成本" in f"{indicator.level1}{indicator.level2}"
    reverse = goal.op in ("≤", "<") or (goal.op in (None, "=") and bool(costs))
    if goal.op is None:
        if re.search(r"≤|<|不超过|以内|不高于|控制在", norm(indicator.criteria)):
            reverse = True
        # no sign and far from the target: the direction cannot be told
        elif not reverse and goal.value > 0 and value * 2 < goal.value:
            return None
    return _Row(indicator, goal, value, weight, score, reverse)
