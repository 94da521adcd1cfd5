"""A form handed in without its actual values or points.

Does not belong here: template hints left in it (residue.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from selfeval.lint.context import Context, finding
from selfeval.lint.forms import Form
from selfeval.lint.model import LintFinding
from selfeval.lint.numbers import is_blank


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
    for indicator in form.indicators:
        gaps = [
            label for key, label in columns if getattr(indicator, key) is not None and is_blank(getattr(indicator, key))
        ]
        if gaps and not indicator.execution:
            names = "、".join(gaps)
            message = f"指标“{indicator.name}”的{names}未填，其他指标已填。"
            place = f"{indicator.place}“{indicator.name}”{gaps[0]}"
            yield finding("structure", "warning", place, f"{indicator.name} {names}未填", "填写", message)


def _empty(form: Form, key: str) -> bool:
    values = [getattr(indicator, key) for indicator in form.indicators]
    return all(value is not None and is_blank(value) for value in values)
