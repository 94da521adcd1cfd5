"""A line of the money block → MoneyRow: by header columns, by labels inside the cells, or by the order of the numbers.

Does not belong here: whether the amounts are right (rules/execution.py, rules/money_sums.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from selfeval.lint.columns import MONEY_LABEL, NESTED_MONEY, TOTAL_LABEL, TOTAL_MONEY, money_role
from selfeval.lint.forms import MoneyRow
from selfeval.lint.lines import Line
from selfeval.lint.numbers import NUMBER, is_blank, norm, plain_number, squeeze

#: the name of the whole block, a total only where the amounts follow it in one line
_BLOCK = re.compile(r"(?:项目|预算|专项)?资金(?:情况|执行情况)?(?:\(|$)")
#: 139.46 (招标降价结余8.74)
_REMARK = re.compile(r"(?<=\d)\s*\([^()]*[\u4e00-\u9fff]{3}[^()]*\)$")
Roles = tuple[str | None, ...]
_INLINE = re.compile(
    rf"(?P<label>[\u4e00-\u9fff()（）]{{2,10}}?)\s*[:：=]?\s*(?P<value>(?:{NUMBER})(?:%|万元|元)?|-|—)$"
)


def header(line: Line, previous: Roles | None) -> Roles | None:
    """The roles of a money header; a second header row fills in what the first left open."""
    roles = words(line)
    amounts = {role for role in roles if role in ("initial", "final", "paid")}
    if any(plain_number(text) or re.search(r"[\u4e00-\u9fff)]\s*[\d.,]+%?$", text) for text in line.own[1:]):
        return None
    named = {role for role in roles if role}
    if len(amounts) >= 2 or (amounts & {"final", "paid"} and named & {"rate", "score"}):
        return roles
    if previous and len(previous) == len(roles) and amounts and len(named) >= 2:
        return tuple(role or old for role, old in zip(roles, previous, strict=True))
    return None


def words(line: Line) -> Roles:
    """What the line, if it is a header, says of its columns."""
    return tuple(money_role(text) for text in line.cells)


def parse(line: Line, roles: Roles | None, in_block: bool) -> MoneyRow | None:
    """None when the line is no money row. `in_block`: a money header or row came just before."""
    found = _label(line, in_block)
    if found is None:
        return _unnamed(line, roles) if in_block else None
    index, label, rest = found
    cells = list(line.cells)
    tail = [text for text, merged in zip(cells[index + 1 :], line.merged[index + 1 :], strict=True) if not merged]
    if rest:
        tail = [rest, *tail]
    tail = [_REMARK.sub("", norm(text)) for text in tail]
    again = _second_label(line, index) if not rest else None
    if again:  # 一般公共预算 | 1786.60 | 2188.75 | | 基本支出 | 612.40 | 655.18: the first of two blocks side by side
        if again - index <= 2:
            return None  # 基本支出总额 | 1260 | 项目支出总额 | 420: two labels, no row of amounts
        line = replace(line, cells=line.cells[:again], merged=line.merged[:again])
        tail = list(line.cells[index + 1 :])
    values = _labelled(tail)
    if values is None:
        if roles and not rest:
            values = _by_header(line, roles, index)
        if values is None and (roles or in_block or rest or line.table is None or TOTAL_MONEY.match(label)):
            values = _by_order(tail)
    if not values or not any(plain_number(values.get(role, "")) for role in ("initial", "final", "paid")):
        return _empty_row(label, line, values)
    total = bool(TOTAL_MONEY.match(label) or _BLOCK.match(label)) and "其中" not in label
    return MoneyRow(label, line.place, total, bool(NESTED_MONEY.search(label)), values)


def _unnamed(line: Line, roles: Roles | None) -> MoneyRow | None:
    """Amounts under a header that has points as well, whatever the row is called."""
    if not roles or not {"final", "paid", "weight", "score"} <= set(roles) or len(roles) != len(line.cells):
        return None
    before = [squeeze(text) for text in line.cells[: roles.index("final")] if text.strip() and not plain_number(text)]
    values = {role: line.cells[roles.index(role)].strip() for role in dict.fromkeys(roles) if role}
    amounts = [plain_number(values[role]) for role in ("final", "paid")]
    if not before or not all(q and q.unit in ("", "元") for q in amounts):
        return None
    total = bool(plain_number(values["score"]))
    return MoneyRow(before[-1], line.place, total, bool(NESTED_MONEY.search(before[-1])), values)


def _second_label(line: Line, first: int) -> int | None:
    return next(
        (
            i
            for i in range(first + 1, len(line.cells))
            if not line.merged[i] and not re.search(r"\d", line.cells[i]) and MONEY_LABEL.match(squeeze(line.cells[i]))
        ),
        None,
    )


def _empty_row(label: str, line: Line, values: dict[str, str] | None) -> MoneyRow | None:
    """A part left blank still says that the parts are complete."""
    rest = [text for text in line.own if squeeze(text) != label]
    if values is None and not (rest and all(is_blank(text) for text in rest)) and len(line.own) > 1:
        return None
    if not line.own or not all(is_blank(text) or MONEY_LABEL.match(squeeze(text)) for text in line.own[-1:]):
        return None
    total = bool(TOTAL_MONEY.match(label)) and "其中" not in label
    return MoneyRow(label, line.place, total, bool(NESTED_MONEY.search(label)), values or {})


def _label(line: Line, in_block: bool) -> tuple[int, str, str] | None:
    """Index and text of the row's label, and what is typed behind it in the same cell."""
    best: tuple[int, str, str] | None = None
    for index, text in enumerate(line.cells[:6]):
        if plain_number(text) or (is_blank(text) and best):
            break
        label, rest = _split_label(text)
        if money_role(text) and not rest and not MONEY_LABEL.match(label):
            break
        known = MONEY_LABEL.match(label) or (_BLOCK.match(label) if rest else None)
        known = known or (re.match(r"(?:合计|总计)$|其中[:：]?", label) if in_block else None)
        if known and len(label) <= 24 and not re.search(r"率|得分", label):
            best = (index, label, rest)
            if rest:
                break
    return best


def _split_label(text: str) -> tuple[str, str]:
    """`年度资金总额 43.2`, `预算执行情况(10分): 年初预算数 25`, `年度资金总额(万元) 年初0`: the label, and the rest."""
    plain = norm(text).strip()
    for pattern in (
        rf"(.*?[:：])\s*([\u4e00-\u9fff]+\s*(?:{NUMBER}).*)$",
        rf"(\S+?\)|\S+)\s*(?<=[)\s])([\u4e00-\u9fff]{{2,8}}\s*(?:{NUMBER}).*)$",
    ):
        m = re.match(pattern, plain)
        label = squeeze(m[1]).rstrip(":") if m else ""
        if (
            m
            and (MONEY_LABEL.match(label) or _BLOCK.match(label))
            and money_role(re.sub(rf"(?:{NUMBER})%?$", "", m[2].split()[0]))
        ):
            return label, m[2]
    glued = re.fullmatch(rf"([\u4e00-\u9fff():]+?)((?:{NUMBER}))", plain)  # a line break in a narrow cell
    if glued and MONEY_LABEL.fullmatch(glued[1].rstrip(":")):
        return glued[1].rstrip(":"), glued[2]
    m = re.match(rf"(.*?[^\d.,\s])\s+((?:{NUMBER}).*)$", plain)
    label, rest = (squeeze(m[1]), m[2]) if m else (squeeze(text), "")
    return label.rstrip(":"), rest


def _labelled(cells: Sequence[str]) -> dict[str, str] | None:
    """`全年预算65.66 | 全年执行65.07 | 10 | 99% | 9`: labels inside; what has none is read by its place after them."""
    tokens: list[str] = []
    for cell in cells:
        parts = norm(cell).split()
        tokens.extend(parts if len(parts) > 1 and all(_INLINE.match(part) for part in parts) else [norm(cell).strip()])
    values: dict[str, str] = {}
    open_cells: list[str] = []
    for token in tokens:
        match = _INLINE.match(token)
        role = _inline_role(match["label"]) if match else None
        if match and role:
            values[role] = match["value"]
        elif token and (plain_number(token) or is_blank(token)):
            open_cells.append(token)
    if len(values) < 2:
        return None
    for token in open_cells:
        if token.endswith("%"):
            values.setdefault("rate", token)
        elif "weight" not in values and "rate" not in values:
            values["weight"] = token
        elif "score" not in values:
            values["score"] = token
        elif "weight" not in values:
            values["weight"] = token
    return values


def _inline_role(label: str) -> str | None:
    return money_role(label) or ("initial" if label.startswith("年初") else None)


def _by_header(line: Line, roles: Roles, label: int) -> dict[str, str] | None:
    """Cells under their headers; rows typed by hand may be a column or two off, so the best fit of a shift is taken."""
    best: tuple[int, dict[str, str]] | None = None
    cost = 2 if line.table == -1 or _length(line.cells) != _length(roles) else 8
    for shift in (0, -1, 1, -2, 2):
        values: dict[str, str] = {}
        fit = -cost * abs(shift)
        for column, role in enumerate(roles):
            place = column + shift
            if role is None or not label < place < len(line.cells):
                continue
            text = line.cells[place].strip()
            if role in values and (line.merged[place] or is_blank(text) or not is_blank(values[role])):
                continue
            values[role] = text
            number = plain_number(text)
            if role != "reason":
                fit += 2 if number else (1 if is_blank(text) else -3)
            if role in ("initial", "final", "paid") and text.endswith("%"):
                fit -= 4
            if role == "rate" and text.endswith("%"):
                fit += 3
            if role in ("weight", "score") and text.endswith("%"):
                fit -= 4
        if values and (best is None or fit > best[0]):
            best = (fit, values)
    return best[1] if best and best[0] > 0 else None


def _length(cells: Sequence[str | None]) -> int:
    return max((i + 1 for i, cell in enumerate(cells) if cell), default=0)


def _by_order(cells: Sequence[str]) -> dict[str, str] | None:
    """No header at hand: the percentage tells where the amounts end."""
    texts = [norm(text).strip() for text in cells]
    while texts and not texts[-1]:
        texts.pop()
    numbers = [text for text in texts if plain_number(text) or is_blank(text)]
    if len(numbers) < len(texts) - 1:
        return None
    rate = next((i for i, text in enumerate(numbers) if text.endswith("%")), None)
    if rate is None:
        amounts = [text for text in numbers if plain_number(text)]
        names: tuple[str, ...] = {2: ("final", "paid"), 3: ("initial", "final", "paid")}.get(len(amounts), ())
        return dict(zip(names, amounts, strict=False)) or None
    before, after = numbers[:rate], numbers[rate + 1 :]
    if len(before) < 2:
        return None
    values = {"rate": numbers[rate]}
    weight_after = len(after) >= 2 or (len(before) == 3 and not after) or len(before) == 2
    if weight_after:
        values |= dict(zip(("weight", "score"), after, strict=False))
        amounts = before
    else:
        values |= {"weight": before[-1]} | dict(zip(("score",), after, strict=False))
        amounts = before[:-1]
    names = ("initial", "final", "paid")[-len(amounts) :] if amounts else ()
    if len(amounts) > 3 or len(amounts) < 2:
        return None
    return values | dict(zip(names, amounts, strict=True))


def is_total_label(text: str) -> bool:
    return bool(TOTAL_LABEL.fullmatch(squeeze(text)))


def block_weight(text: str) -> Decimal | None:
    """预算执行情况(10分), 得分(20分*执行率)."""
    match = re.search(
        r"(?:预算执行|执行率|得分|资金情况|资金执行)[^\d|]{0,12}\((\d+(?:\.\d+)?)分?(?:[*×x].*?)?\)", squeeze(text)
    )
    return Decimal(match[1]) if match and 0 < Decimal(match[1]) <= 30 else None
