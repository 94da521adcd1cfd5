"""Findings rest on what stands in the columns: they stay when headers are renamed, left blank, moved or set in two rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from selfeval.lint import lint
from selfeval.lint.columns import indicator_role, money_role
from tests.lint_forms import (
    FAULTS,
    LAYOUTS,
    Cells,
    Form,
    as_page,
    full_for_a_miss,
    over_weight,
    rounded_points,
    sound,
    taken_from_a_hit,
    target_repeated,
    total_off,
    words_for_a_number,
)

#: words that no list of header words holds
_INDICATOR = {
    "target": "年度值",
    "actual": "年底数",
    "weight": "满档",
    "score": "考评",
    "reason": "情况",
    "name": "考核点",
}
_MONEY = {"initial": "期初额", "final": "盘子", "paid": "花去", "rate": "快慢", "weight": "满档", "score": "考评"}
#: told in the indicator table
_IN_TABLE = (full_for_a_miss, taken_from_a_hit, over_weight, target_repeated, words_for_a_number, total_off)


def _of_indicators(table: Cells) -> bool:
    return "target" in {indicator_role(text) for text in table[0]}


def renamed(*roles: str) -> Callable[[Cells], Cells]:
    def change(table: Cells) -> Cells:
        role, words = (indicator_role, _INDICATOR) if _of_indicators(table) else (money_role, _MONEY)
        head = [words.get(role(text) or "", text) if role(text) in roles else text for text in table[0]]
        return [head, *table[1:]]

    return change


def blank(table: Cells) -> Cells:
    return [[""] * len(table[0]), *table[1:]] if _of_indicators(table) else table


def points_first(table: Cells) -> Cells:
    """Weight and points before what was aimed at."""
    roles = [indicator_role(text) for text in table[0]]
    if not _of_indicators(table):
        return table
    order = sorted(
        range(len(roles)), key=lambda c: (roles[c] not in ("name", "level1", "level2", "weight", "score"), c)
    )
    return [[row[c] for c in order] for row in table]


def two_rows(table: Cells) -> Cells:
    """A word over several columns above the words of each."""
    if not _of_indicators(table):
        return table
    above = {"target": "对照", "actual": "对照", "weight": "评定", "score": "评定"}
    return [[above.get(indicator_role(text) or "", text) for text in table[0]], *table]


CHANGES: dict[str, Callable[[Cells], Cells]] = {
    "points renamed": renamed("weight", "score"),
    "aims renamed": renamed("target", "actual"),
    "names renamed": renamed("name", "reason"),
    "all renamed": renamed("target", "actual", "weight", "score", "name", "reason"),
    "blank": blank,
    "points first": points_first,
    "two rows": two_rows,
}
MONEY_CHANGES = {
    "budget renamed": renamed("final"),
    "paid renamed": renamed("paid"),
    "rate renamed": renamed("rate"),
    "points renamed": renamed("weight", "score"),
    "amounts renamed": renamed("final", "paid"),
}


def kinds(form: Form, layout: str, change: Callable[[Cells], Cells], folder: Path) -> set[str]:
    path = folder / "form.html"
    blocks = [block if isinstance(block, str) else change(block) for block in LAYOUTS[layout](form)]
    path.write_text(as_page(blocks), encoding="utf-8")
    return {finding.kind for finding in lint(path) if finding.severity != "info"}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("change", [*CHANGES.values(), *MONEY_CHANGES.values()], ids=[*CHANGES, *MONEY_CHANGES])
def test_a_right_form_stays_silent(change: Callable[[Cells], Cells], layout: str, tmp_path: Path) -> None:
    for seed in range(6):
        assert kinds(sound(seed), layout, change, tmp_path) == set(), seed


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("fault", _IN_TABLE, ids=lambda fault: fault.__name__)
def test_a_fault_of_an_indicator_is_told_all_the_same(
    fault: Callable[[Form], Form], change: Callable[[Cells], Cells], layout: str, tmp_path: Path
) -> None:
    for seed in range(2):
        assert FAULTS[fault][0] in kinds(fault(sound(seed)), layout, change, tmp_path), seed


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("change", MONEY_CHANGES.values(), ids=MONEY_CHANGES)
def test_a_fault_of_the_money_is_told_all_the_same(
    change: Callable[[Cells], Cells], layout: str, tmp_path: Path
) -> None:
    for seed in range(4):
        form = sound(seed)
        if rounded_points(form) != form:
            assert "execution-points" in kinds(rounded_points(form), layout, change, tmp_path), seed
