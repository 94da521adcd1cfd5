"""Lines → forms: where one form ends and the next begins, which header a row stands under.

Does not belong here: how one row is read (money_rows.py, indicator_rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from selfeval.lint import indicator_rows, money_rows
from selfeval.lint.columns import LEVEL1, is_level
from selfeval.lint.forms import Form, Indicator, Total
from selfeval.lint.heads import Head, heads
from selfeval.lint.lines import Line, is_partial
from selfeval.lint.numbers import is_blank, norm, plain_number, squeeze

_TITLE = re.compile(r"(?:自评表|自评价表|评价表|得分表|评分表|自评报告|评价报告|目标完成情况表|执行情况表)")
_KEY_TOTAL = re.compile(r"(?:自评总分|自评得分|总得分)[:：]\s*(\d+(?:\.\d+)?)")


@dataclass
class _State:
    form: Form
    forms: list[Form]
    money_header: money_rows.Roles | None = None
    indicator_header: indicator_rows.Roles | None = None
    #: "money", "indicators" or "": what the last row was.
    block: str = ""
    level1: str = ""
    table: int | None = None
    named: bool = False
    pattern: dict[int, Sequence[str]] = field(default_factory=dict)


def forms(lines: list[Line]) -> list[Form]:
    partial = is_partial(lines)
    state = _State(Form("", lines[0].place if lines else ""), [])
    known = heads(lines)
    for index, line in enumerate(lines):
        _take(line, state, known.get(index))
    state.forms.append(state.form)
    out = [form for form in state.forms if form.money or form.indicators or form.totals]
    for form in out:
        form.cut = partial or _is_cut(form)
        _one_column(form)
        _named_weights(form)
        _nested_weights(form)
        _of_hundred(form)
    return out


_IN_NAME = re.compile(r"\((\d+(?:\.\d+)?)分?\)$")


def _named_weights(form: Form) -> None:
    """调解成功率(20分), or 数量指标(20分) with one row under it: the weight of a row that has no column for it."""
    if not form.indicators or any(i.weight is not None for i in form.indicators):
        return
    levels = [(i.level1, i.level2) for i in form.indicators]
    for n, i in enumerate(form.indicators):
        own = _IN_NAME.search(norm(i.name).strip()) or (
            _IN_NAME.search(i.level2) if levels.count(levels[n]) == 1 else None
        )
        if own:
            form.indicators[n] = replace(i, weight=own[1])


def _nested_weights(form: Form) -> None:
    """Weights of the last level are shares of the whole where they close at it; else they are shares of their parent."""
    if not form.nested:
        return
    weights = [i.weight_value for i in form.indicators]
    known = [weight for weight in weights if weight is not None]
    closing = {Decimal(100), Decimal(90), Decimal(80)}
    closing |= {q.value for total in form.totals if (q := plain_number(total.weight or ""))}
    if len(known) != len(weights) or sum(known, Decimal(0)) not in closing:
        form.indicators = [replace(i, weight=None) for i in form.indicators]


def _of_hundred(form: Form) -> None:
    """Points of 100 for each row beside their share (单项得分100, 权重15%, 折算得分15): the folded points are those of the weight."""
    rows = [(i, plain_number(i.folded or "")) for i in form.indicators]
    if len(rows) < 2 or any(folded is None or not i.weight_value or i.score_value is None for i, folded in rows):
        return
    over = sum(1 for i, _ in rows if (i.score_value or 0) > (i.weight_value or 0))
    if over * 2 > len(rows):
        form.indicators = [replace(i, score=i.folded, folded=None) for i, _ in rows]


def _one_column(form: Form) -> None:
    """The Hubei form prints points alone, the weight being in the heading: what was read as weights are scores."""
    scored = any(row.text("score") for row in form.money)
    alone = all(i.score is None and i.weight_value is not None for i in form.indicators)
    if not (form.indicators and scored and alone and all(t.weight is None or t.score is None for t in form.totals)):
        return
    form.indicators = [replace(i, score=i.weight, weight=None) for i in form.indicators]
    form.totals = [Total(t.label, t.place, None, t.score or t.weight) for t in form.totals]


def _is_cut(form: Form) -> bool:
    """A mark of omission in the notes below the total takes nothing from the table above it."""
    end = form.totals[-1].place if form.totals else None
    places = [line.place for line in form.lines]
    after = len(places) - 1 - places[::-1].index(end) if end in places else len(places)
    return any(line.cut for line in form.lines[: after + 1])


def _take(line: Line, state: _State, head: Head | None) -> None:
    _begin(line, state)
    form = state.form
    form.lines.append(line)
    if line.table != state.table:
        _new_table(line, state)
    weight = money_rows.block_weight(line.text) if len(line.text) < 400 else None
    if weight is not None and form.execution_weight is None and not form.indicators:
        form.execution_weight = weight
    _section(line, form, state)
    if _headers(line, state, head):
        return
    if len(line.own) < 2 and (_group_heading(line, state) or len(line.text) > 60):
        return
    _row(line, state)


def _row(line: Line, state: _State) -> None:
    form = state.form
    total = _total(line, state)
    if total:
        form.totals.append(total)
        state.block = ""
        return
    if state.block != "indicators" or not form.indicators or _money_first(line):
        money = money_rows.parse(line, state.money_header, state.block == "money") if len(line.cells) > 1 else None
        if money:
            form.money.append(money)
            state.block = "money"
            return
    indicator = _indicator(line, state)
    if indicator and form.totals and re.search(r"计分|得分|总分|等级", indicator.name):
        return  # 可计分 52, below the total
    if indicator:
        form.indicators.append(indicator)
        state.block = "indicators"
        if indicator.level1:
            state.level1 = indicator.level1


def _begin(line: Line, state: _State) -> None:
    """A title line, or a second 项目名称, starts a new form."""
    text = re.sub(r"\[[^\]]*\]", "", norm(line.text)) if not norm(line.text).startswith("[") else norm(line.text)
    filled = bool(state.form.money or state.form.indicators)
    short = len(line.own) <= 2 and len(text) < 80 and not re.search(r"。|见附|附件", text)
    title = short and _TITLE.search(squeeze(text))
    names = any(re.match(r"项目名称", squeeze(cell)) for cell in line.own)
    marker = re.match(r"\[form|\[tail", text, re.I)
    closed = state.form.indicators and any("小计" not in total.label for total in state.form.totals)
    ended = len(state.form.money) > 1 and state.form.money[-1].total and not state.form.indicators
    heading = money_rows.header(line, None)
    again = closed and bool(indicator_rows.header(line) or heading or _second_money(line, state.form))
    again = again or bool(ended and line.table != state.table and heading)
    if (title and filled) or again or (names and state.named and filled) or (marker and filled):
        state.forms.append(state.form)
        state.form = Form("", line.place)
        state.money_header = state.indicator_header = None
        state.block, state.level1, state.named = "", "", False
        state.pattern.clear()
    if title and not state.form.title:
        state.form.title, state.form.place = line.text, line.place
    state.named = state.named or names


def _second_money(line: Line, form: Form) -> bool:
    """年度资金总额 with its amounts below a total, in a form that has one already."""
    return form.total_money is not None and _money_first(line) and len(line.own) >= 4


def _new_table(line: Line, state: _State) -> None:
    """A header holds for its table; one that goes on over a page break or a note keeps its columns."""
    for key in ("money_header", "indicator_header"):
        roles = getattr(state, key)
        if roles is not None and line.table is not None and len(roles) != len(line.cells) and line.table != -1:
            setattr(state, key, None)
    words = [text for text in line.own if not plain_number(text)]
    if line.table is not None and line.table != -1 and len(words) == len(line.own) >= 3 and not is_level(line.own[0]):
        state.money_header = state.indicator_header = None  # a header of its own, whatever it says
        state.block = ""
    if line.table is not None:
        state.table = line.table


def _headers(line: Line, state: _State, head: Head | None) -> bool:
    """Whether the line is a header; its columns hold from here on."""
    if head:
        _set_header(line, state, head.kind, head.roles, head.nested)
        return head.printed
    money = money_rows.header(line, state.money_header)
    indicator = indicator_rows.header(line)
    if indicator and not (money and not ("target" in indicator and {"name", "level1", "level2"} & set(indicator))):
        _set_header(line, state, "indicators", indicator, indicator_rows.nested_weights(line))
        return True
    if money:
        _set_header(line, state, "money", money, False)
        return True
    return False


def _set_header(line: Line, state: _State, kind: str, roles: indicator_rows.Roles, nested: bool) -> None:
    state.block = kind
    if kind == "indicators":
        state.indicator_header, state.form.nested = roles, nested
        return
    state.money_header = roles
    if re.search(r"万元", line.text):
        state.form.money_unit = "万元"


def _section(line: Line, form: Form, state: _State) -> None:
    for cell in line.own[:3]:
        group = indicator_rows.group_points(cell)
        if group:
            form.sections.setdefault(group[0], (group[1], line.place))
            state.level1 = group[0]


def _group_heading(line: Line, state: _State) -> bool:
    text = squeeze(line.text)
    if LEVEL1.match(text) and (is_level(text) or indicator_rows.group_points(text)):
        state.block = "indicators"
        return True
    return False


def _money_first(line: Line) -> bool:
    return bool(re.match(r"(年度)?(资金总额|总金额|总额|预算执行情况)", squeeze(line.text)))


def _total(line: Line, state: _State) -> Total | None:
    keyed = next((m for cell in line.own if (m := _KEY_TOTAL.fullmatch(squeeze(cell)))), None)
    if keyed and not state.form.indicators:
        return Total(keyed[0].split(":")[0], line.place, None, keyed[1])
    own = line.own
    beside = next((i for i in range(1, len(own) - 1) if re.match(r"自评总?得?分|总得分|总分", squeeze(own[i]))), None)
    if beside is not None and len(own) == beside + 2 and plain_number(own[-1]) and not state.form.indicators:
        return Total(squeeze(own[beside]), line.place, None, own[-1])
    first = next((i for i, text in enumerate(own[:2]) if money_rows.is_total_label(text)), None)
    if first is None or not (state.block != "money" or state.form.indicators):
        glued = re.fullmatch(r"((?:总分|合计|总计)[:：]?)(\d+(?:\.\d+)?)分?", squeeze(own[0])) if own else None
        if glued and len(own) <= 2 and state.form.indicators:
            score = own[1] if len(own) == 2 and plain_number(own[1]) else None
            return Total(glued[1], line.place, glued[2], score)
        return None
    label = squeeze(own[first])
    roles = state.indicator_header
    if roles and len(roles) == len(line.cells) and line.table != -1:
        weight = _at(line, roles, "weight")
        score = _at(line, roles, "score")
        if plain_number(weight or "") or plain_number(score or ""):
            return Total(label, line.place, weight, score)
    numbers = [text for text in own[first + 1 :] if plain_number(text)]
    if not numbers:
        return None
    if len(numbers) == 1:
        alone = plain_number(numbers[0])
        full = alone is not None and alone.value == Decimal(100)
        return Total(label, line.place, numbers[0] if full else None, None if full else numbers[0])
    return Total(label, line.place, numbers[0], numbers[1])


def _at(line: Line, roles: indicator_rows.Roles, role: str) -> str | None:
    column = next((i for i, name in enumerate(roles) if name == role), None)
    return line.cells[column] if column is not None and not line.merged[column] else None


def _indicator(line: Line, state: _State) -> Indicator | None:
    roles = state.indicator_header
    if roles and abs(len(roles) - len(line.cells)) <= 3:
        found = indicator_rows.by_header(line, roles)
        if found and not is_blank(found.name) and not money_rows.is_total_label(found.name):
            # a blank cell below 产出指标 goes on with it
            return replace(found, level1=state.level1) if not found.level1 and "level1" in roles else found
    if roles and line.table not in (None, -1) and len(roles) == len(line.cells):
        return None
    if re.match(r"(项目名称|主管部门|实施单位|填报|联系)", squeeze(line.text)):
        return None
    return indicator_rows.by_shape(line, state.level1, state.block, state.pattern)
