"""Weights and points added up: the total row, the printed points of a group, the scheme, weights applied twice.

Does not belong here: single indicators (points.py), money (money_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from selfeval.lint.context import Context, finding
from selfeval.lint.forms import Form, Indicator, Total
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import half_up, norm, plain_number, show, squeeze

_SCHEME = re.compile(
    r"产出(?:指标)?[^\d|]{0,8}(\d+)[^\d|]{0,8}效益(?:指标)?[^\d|]{0,8}(\d+)[^\d|]{0,12}满意度(?:指标)?[^\d|]{0,8}(\d+)"
)
_NATIONAL = {"产出": Decimal(50), "效益": Decimal(30), "满意度": Decimal(10)}
_GROUPS = ("产出", "效益", "满意度", "成本")
#: second levels, where the first is not printed
_PARTS = (("数量|质量|时效|成本", "产出"), ("经济|社会|生态|可持续", "效益"), ("(?:服务对象)?满意度", "满意度"))
_HUNDRED = Decimal(100)


_TOLD = re.compile(r"([\u4e00-\u9fff]{2,8}?)(?:类)?(?:指标)?(?:权重|分值|满分|占|为|共){0,3}(\d+(?:\.\d+)?)分(?!以|及)")


def check(context: Context) -> Iterator[LintFinding]:
    yield from _told_weights(context)
    for form in context.forms:
        if not form.indicators:
            continue
        yield from _groups(form)
        yield from _scheme(form)
        yield from _twice(form)
        total = form.totals[-1] if form.totals else None
        told = [*_weights(form, total), *_scores(form, total)] if total and not form.cut else []
        if not form.cut and plain_number(total.weight or "" if total else "") is None:
            told += _over(form)
        yield from told
        # a score over 100 comes of the weights where they are over it too
        over = [
            (printed, q)
            for key in ("weight", "score")
            for printed in form.totals
            if (q := plain_number(getattr(printed, key) or "")) and 2 * _HUNDRED > q.value > _HUNDRED
        ]
        for printed, q in over[:1] if not told else ():
            message = f"“{printed.label}”{show(q.value)}超过100分。"
            yield finding("weights", "error", printed.place, q.text, "不超过100", message)


def _sum(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _execution(form: Form) -> tuple[Decimal | None, Decimal | None]:
    """Weight and points of 预算执行率 where they stand in the money block."""
    if any(indicator.execution for indicator in form.indicators):
        return None, None
    weights = [w for row in form.money if (w := row.amount("weight")) is not None]
    scores = [s for row in form.money if (s := row.amount("score")) is not None]
    weight = weights[0] if weights else form.execution_weight
    return weight, scores[0] if scores else None


def _weights(form: Form, total: Total) -> Iterator[LintFinding]:
    printed = plain_number(total.weight or "")
    weights = [indicator.weight_value for indicator in form.indicators]
    if printed is None or None in weights:
        return
    indicators = _sum([w for w in weights if w is not None])
    execution, _ = _execution(form)
    # without a money block in sight, the 10 (or 20) points of 预算执行率 may stand elsewhere
    fitting = [indicators + (execution or 0)]
    if execution is None:
        fitting += [indicators + 10, indicators + 20]
    elif printed.value != _HUNDRED:
        fitting.append(indicators)
    if printed.value in fitting:
        return
    should = fitting[0]
    parts = f"指标{show(indicators)}" + (f"+预算执行率{show(execution)}" if execution else "")
    message = f"“{total.label}”印出分值{show(printed.value)}，各项分值相加为{show(should)}（{parts}）。"
    yield finding(
        "sum", "error", f"{total.place}“{total.label}”", f"{total.label} {total.weight}", show(should), message
    )


def _scores(form: Form, total: Total) -> Iterator[LintFinding]:
    printed = plain_number(total.score or "")
    scores = [indicator.score_value for indicator in form.indicators]
    if printed is None or None in scores:
        return
    weight, execution = _execution(form)
    known = _sum([s for s in scores if s is not None])
    weights = _sum([w for i in form.indicators if (w := i.weight_value) is not None])
    if execution is None and weight is not None:
        return
    whole = plain_number(total.weight or "")
    if whole and whole.value == weights < _HUNDRED:  # the 10 points of 预算执行率 are left out of this row
        execution = None
    should = known + (execution or 0)
    if (
        execution is None
        and not (whole and whole.value == weights)
        and weights < _HUNDRED
        and known <= printed.value <= known + 20
    ):
        return
    rounded = printed.step < 1 and half_up(should, printed.step) == printed.value
    if rounded or abs(should - printed.value) <= Decimal("0.011"):
        return
    terms = ([show(execution)] if execution is not None else []) + [show(s) for s in scores if s is not None]
    message = f"“{total.label}”印出得分{show(printed.value)}，各项得分相加为{show(should)}（{'+'.join(terms)}）。"
    yield finding(
        "sum", "error", f"{total.place}“{total.label}”", f"{total.label} {total.score}", show(should), message
    )


def _over(form: Form) -> Iterator[LintFinding]:
    weights = _sum([w for i in form.indicators if (w := i.weight_value) is not None])
    execution, _ = _execution(form)
    whole = weights + (execution or 0)
    if whole > _HUNDRED and not _nested(form):
        message = f"各项分值相加为{show(whole)}，超过100分。"
        yield finding("weights", "error", form.indicators[0].place, f"分值合计{show(whole)}", "100", message)


def _nested(form: Form) -> bool:
    """Several tables of 100 each, or levels that repeat their parts: not one sum."""
    weights = [w for i in form.indicators if (w := i.weight_value) is not None]
    return any(w >= 50 for w in weights) or _sum(weights) % _HUNDRED == 0


def _by_group(form: Form) -> dict[str, list[Indicator]]:
    groups: dict[str, list[Indicator]] = {}
    for indicator in form.indicators:
        name = next((g for g in _GROUPS if indicator.level1.startswith(g)), None)
        if not indicator.level1:
            name = next((g for words, g in _PARTS if re.match(words, indicator.level2)), None)
        if name:
            groups.setdefault(name, []).append(indicator)
    return groups


def _groups(form: Form) -> Iterator[LintFinding]:
    """产出指标(50分) against the rows under it; the last group of an excerpt may go on beyond the cut."""
    groups = _by_group(form)
    for name, (printed, place) in form.sections.items():
        rows = [i for i in groups.get(name, []) if not i.execution]
        weights = [i.weight_value for i in rows]
        if not rows or None in weights or (form.cut and rows[-1] is form.indicators[-1]):
            continue
        should = _sum([w for w in weights if w is not None])
        if should == printed:
            continue
        message = f"“{name}指标”标明{show(printed)}分，其下各项分值相加为{show(should)}。"
        yield finding("sum", "error", place, f"{name}指标({show(printed)}分)", show(should), message)


def _scheme(form: Form) -> Iterator[LintFinding]:
    """The weights of the groups against the form's own note, else against the national 50/30/10."""
    groups = _by_group(form)
    own = {name: _sum([w for i in rows if (w := i.weight_value)]) for name, rows in groups.items()}
    if set(own) < set(_NATIONAL) or any(None in [i.weight_value for i in rows] for rows in groups.values()):
        return
    if form.cut and not form.totals:
        return
    noted = _note(form)
    scheme = noted or _NATIONAL
    wrong = [name for name in _NATIONAL if own.get(name) != scheme[name]]
    if not wrong:
        return
    if not noted and not _is_national(form, own):
        return
    quoted = "/".join(f"{name}{show(own.get(name, Decimal(0)))}" for name in _NATIONAL)
    expected = "/".join(f"{name}{show(scheme[name])}" for name in _NATIONAL)
    whose = "本表备注规定的" if noted else "财预〔2020〕10号"
    place = form.indicators[0].place
    message = f"一级指标分值为{quoted}，与{whose}{expected}不一致。"
    yield finding("weights", "error" if noted else "warning", place, quoted, expected, message)


def _told_weights(context: Context) -> Iterator[LintFinding]:
    """决策20分、过程20分、产出30分、效益30分 in the text against the groups of the table."""
    tables = [
        own for form in context.forms if (own := _level_weights(form)) and sum(own.values(), Decimal(0)) == _HUNDRED
    ]
    noted = {line.place for form in context.forms if _note(form) for line in form.lines}
    for prose in context.prose:
        for clause in re.split(r"[。;]", prose.plain) if prose.place not in noted else ():
            told = {re.sub(r"^.*[为是]|^[其中和及]+", "", m[1]): Decimal(m[2]) for m in _TOLD.finditer(clause)}
            told = {name: weight for name, weight in told.items() if name and not re.search(r"满分|总分|合计", name)}
            if len(told) < 3 or _sum(list(told.values())) != _HUNDRED or re.search(r"得分|得\d|扣", clause):
                continue
            for own in tables:
                pairs = {
                    name: next((w for level, w in own.items() if level.startswith(name[:2])), None) for name in told
                }
                wrong = [name for name, weight in pairs.items() if weight != told[name]]
                if None in pairs.values() or len(own) != len(told) or not wrong:
                    continue
                quoted = "、".join(f"{name}{show(told[name])}分" for name in wrong)
                expected = "、".join(f"{name}{show(pairs[name] or Decimal(0))}分" for name in wrong)
                message = f"文中写的分值为{quoted}，评分表为{expected}，两者不一致。"
                yield finding("weights", "error", prose.place, quoted, expected, message)
                return


def _level_weights(form: Form) -> dict[str, Decimal]:
    """Weight of each first level; {} when a weight is missing."""
    out: dict[str, Decimal] = {}
    if form.cut or any(i.weight_value is None for i in form.indicators):
        return {}
    for i in form.indicators:
        level = squeeze(i.level1 or i.name)
        out[level] = out.get(level, Decimal(0)) + (i.weight_value or Decimal(0))
    execution, _ = _execution(form)
    if execution is not None:
        out["预算执行率"] = execution
    return out


def _note(form: Form) -> dict[str, Decimal] | None:
    for line in form.lines:
        text = squeeze(line.text)
        if re.search(r"注|原则|统一|设置|权重|分值", text) and len(text) > 20:
            match = _SCHEME.search(text)
            if match:
                return dict(zip(_NATIONAL, map(Decimal, match.groups()), strict=True))
    return None


def _is_national(form: Form, own: dict[str, Decimal]) -> bool:
    """The national project form: 10 points for 预算执行率, cost under 产出, all of it there, weights that close."""
    execution, _ = _execution(form)
    return (
        execution == 10
        and not form.cut
        and not form.sichuan
        and "成本" not in own
        and "项目支出" in norm(form.title)
        and sum(own.values(), Decimal(0)) == 90
    )


def _twice(form: Form) -> Iterator[LintFinding]:
    """折算得分 = 得分 × 权重% although the points are out of the weight already."""
    rows = [i for i in form.indicators if i.folded and i.weight_value and i.score_value is not None]
    numbers = [(i, plain_number(i.folded or "")) for i in rows]
    if len(rows) < 2 or any(number is None for _, number in numbers):
        return
    twice = all(
        abs(number.value - (i.score_value or Decimal(0)) * (i.weight_value or Decimal(0)) / 100) <= Decimal("0.011")
        for i, number in numbers
        if number
    )
    out_of_weight = all((i.score_value or 0) <= (i.weight_value or 0) for i in rows)
    if not (twice and out_of_weight):
        return
    should = _sum([i.score_value or Decimal(0) for i in rows])
    folded = _sum([number.value for _, number in numbers if number])
    message = f"得分已按权重计分，折算时又乘了一次权重，合计由{show(should)}变成{show(folded)}。"
    yield finding("weights", "error", rows[0].place, f"折算得分{show(folded)}", show(should), message)
