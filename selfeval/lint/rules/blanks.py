"""A form handed in without its actual values or points.

Does not belong here: template hints left in it (residue.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from selfeval.lint.context import Context, finding
from selfeval.lint.forms import Form
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import is_blank, norm, only


def check(context: Context) -> Iterator[LintFinding]:
    for form in context.forms:
        yield from _form(form)


def _form(form: Form) -> Iterator[LintFinding]:
    """Only a form whose money is filled in: one that is blank throughout is a template, published as such."""
    if not form.indicators or not any((row.amount("paid") or 0) > 0 for row in form.money):
        return
    first = form.indicators[0]
    columns = (("score", "得分"), ("actual", "完成值"))
    empty = [label for key, label in columns if _empty(form, key)]
    if empty:
        names = "、".join(empty)
        message = f"资金已填列，{len(form.indicators)}项指标的{names}却全部空着，自评没有做完。"
        yield finding("structure", "error", first.place, f"{names}未填", "逐项填写", message)
        return
    gaps = [
        (indicator, "、".join(label for key, label in columns if _is_gap(getattr(indicator, key))))
        for indicator in form.indicators
        if not indicator.execution
    ]
    gaps = [(indicator, labels) for indicator, labels in gaps if labels]
    full = [i for i, labels in gaps if labels == "完成值" and only(i.target or "") and i.score_value == i.weight_value]
    for indicator in full if len(full) == len(gaps) else ():
        message = f"指标“{indicator.name}”的完成值空着，却得满分{indicator.score}分。"
        quoted = f"{indicator.name} 目标{norm(indicator.target or '')} 完成值空 得分{indicator.score}"
        place = f"{indicator.place}“{indicator.name}”完成值"
        yield finding("actual-not-comparable", "error", place, quoted, "与目标同一单位的实际数值", message)
    if gaps and len(full) != len(gaps):
        indicator, labels = gaps[0]
        names = "、".join(f"“{i.name}”" for i, _ in gaps[:5]) + (f"等{len(gaps)}项" if len(gaps) > 1 else "")
        message = f"指标{names}的{labels}未填，其他指标已填。"
        place = f"{indicator.place}“{indicator.name}”{labels}"
        yield finding("structure", "warning", place, f"{indicator.name} {labels}未填", "填写", message)


def _is_gap(value: str | None) -> bool:
    return value is not None and is_blank(value)


def _empty(form: Form, key: str) -> bool:
    values = [getattr(indicator, key) for indicator in form.indicators]
    return all(value is not None and is_blank(value) for value in values)
