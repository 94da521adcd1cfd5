"""A line of the indicator table → Indicator: by header columns where there is a header, else by the shape of the row.

Does not belong here: whether points are right (rules/points.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from selfeval.lint.columns import LEVEL1, LEVEL2, SIGNS, indicator_role, is_level
from selfeval.lint.forms import Indicator
from selfeval.lint.lines import Line
from selfeval.lint.numbers import NUMBER, is_blank, norm, plain_number, squeeze

Roles = tuple[str | None, ...]
_INLINE = re.compile(
    r"(?P<label>分值|权重|标准分|自评得分|得分|实际完成值|完成值|实际值|实际|完成(?=\s*[\d≥≤])|指标值|目标值|目标)\s*[:：=]?\s*(?P<value>\S.*)?$"
)
_INLINE_ROLE = {"分值": "weight", "权重": "weight", "标准分": "weight", "得分": "score", "自评得分": "score"}
_INLINE_ROLE |= {"实际完成值": "actual", "完成值": "actual", "实际值": "actual", "实际": "actual", "完成": "actual"}
_INLINE_ROLE |= {"指标值": "target", "目标值": "target", "目标": "target"}
_VALUE = re.compile(r"\s*(?:[≥≤=<>]|不低于|不少于|不超过|\d)")
#: 四、绩效指标完成情况 at the left of the whole block
_CHAPTER = re.compile(r"\s*[一二三四五六七八九十]+、")
#: 目标200件，完成174件 behind the points of a table that has no columns for them
_IN_REMARK = re.compile(
    r"(?:目标|计划|应)(?:值|数)?[为是:]?(?P<target>[≥≤]?\d[^,，。;、]{0,10})[,，;、](?:实际|全年)?(?:完成|达到|实现)了?(?:值|数)?[为是:]?(?P<actual>\d[^,，。;、]{0,10})"
)
_UNIT = re.compile(r"%|‰|[\u4e00-\u9fff/²㎡]{1,4}")


def header(line: Line) -> Roles | None:
    """Roles by column when the line is a header of an indicator table."""
    if any(plain_number(text) for text in line.own):
        return None
    named = {role for role, merged in zip(_said(line), line.merged, strict=True) if role and not merged}
    points = named & {"weight", "score"}
    if len(named) >= 3 and (points or "actual" in named) and named & {"target", "actual", "name", "level1", "level2"}:
        return words(line)
    return None


def words(line: Line) -> Roles:
    """What the line, if it is a header, says of its columns; no role twice."""
    roles = _said(line)
    # 绩效指标 | 指标名称, 绩效指标 | 三级指标: the last of them is the indicator, what stands before it a heading
    last = max((i for i, role in enumerate(roles) if role == "name" and not line.merged[i]), default=-1)
    roles = tuple(None if role == "name" and i < last else role for i, role in enumerate(roles))
    return _second_columns(_own_weights(roles, line), line.merged)


def _said(line: Line) -> Roles:
    return tuple(
        None if column in line.beside or _CHAPTER.match(text) else indicator_role(text)
        for column, text in enumerate(line.cells)
    )


def nested_weights(line: Line) -> bool:
    """一级指标 | 权重 | 二级指标 | 权重: weights of each level."""
    columns = [i for i, text in enumerate(line.cells) if not line.merged[i] and indicator_role(text) == "weight"]
    return any(b - a > 1 for a, b in pairwise(columns))


def _own_weights(roles: Roles, line: Line) -> Roles:
    """Of the weights of several levels those of the last are the rows' own."""
    if not nested_weights(line):
        return roles
    last = max(i for i, role in enumerate(roles) if role == "weight" and not line.merged[i])
    return tuple(None if role == "weight" and i < last else role for i, role in enumerate(roles))


def _second_columns(roles: Roles, merged: Sequence[bool]) -> Roles:
    """年初指标值 | 调整指标值: the second stands in for the first where it is filled; 自评得分 | 复核得分: the first holds."""
    out: list[str | None] = []
    for role, joined in zip(roles, merged, strict=True):
        if role in out and not joined:
            out.append("target2" if role == "target" else None)
        else:
            out.append(role)
    return tuple(out)


def group_points(text: str) -> tuple[str, Decimal] | None:
    """产出指标(50分) → (产出, 50)."""
    match = re.match(rf"{LEVEL1.pattern}\((?:共)?(\d+(?:\.\d+)?)分?\)", squeeze(text))
    return (match[1], Decimal(match[2])) if match else None


_NAME_AND_GOAL = re.compile(r"(.*[\u4e00-\u9fff]\S*)\s+(\S+)$")


def _apart(line: Line, roles: Roles) -> Line:
    """产出 数量 管护公厕座数 24座 | 24座 | 15 | 15 under 指标 | 目标值 | 完成值 | 分值 | 得分: the goal behind the name."""
    ends = len(line.cells) == len(roles) - 1 and all(plain_number(text) for text in line.cells[-2:])
    told = _NAME_AND_GOAL.match(norm(line.cells[0]).strip()) if ends and roles[:2] == ("name", "target") else None
    if not told or roles[-2:] != ("weight", "score"):
        return line
    return replace(line, cells=(told[1], told[2], *line.cells[1:]), merged=(False, *line.merged))


def by_header(line: Line, roles: Roles) -> Indicator | None:
    """Cells under their headers, with the shift that fits best where a row is a column off."""
    line = _apart(line, roles)
    best: tuple[int, dict[str, str]] | None = None
    for shift in (0, -1, 1, -2, 2):
        values, fit = _aligned(line, roles, shift)
        if best is None or fit > best[0]:
            best = (fit, values)
    if best is None or best[0] < 2:
        return None
    return _indicator(best[1], line.place, {role for role in roles if role})


def _aligned(line: Line, roles: Roles, shift: int) -> tuple[dict[str, str], int]:
    values: dict[str, str] = {}
    # a row typed with more or fewer cells than its header has is expected to be off
    ragged = line.table == -1 or _length(line.cells) != _length(roles)
    fit = -abs(shift) if ragged else -4 * abs(shift)
    taken: set[str] = set()
    unlevelled = not {"level1", "level2"} & set(roles)
    for column, role in enumerate(roles):
        place = column + shift
        if role is None or not 0 <= place < len(line.cells):
            continue
        text = line.cells[place].strip()
        sideways = line.merged[place] and place > 0 and line.cells[place - 1] == line.cells[place]
        if role in taken:
            # a header over two body columns: sign and value, value and unit
            if not sideways and not is_blank(text):
                values[role] = f"{values[role]}{text}" if role in ("target", "actual") else values[role] or text
            continue
        taken.add(role)
        values[role] = text
        if role == "name" and unlevelled and place and is_level(line.cells[place - 1]):
            values["level2"] = line.cells[place - 1]
        if role in ("weight", "score"):
            fit += 3 if plain_number(text) else (0 if is_blank(text) else -4)
            fit -= 4 if role == "score" and text.endswith("%") else 0
        elif role in ("level1", "level2"):
            fit += 2 if is_level(text) else (0 if not plain_number(text) else -2)
        elif role == "nature":
            fit += 2 if squeeze(text) in SIGNS else -1
        elif role == "name":
            fit += 1 if re.search(r"[\u4e00-\u9fff]{2}", text) else 0 if re.fullmatch(r"\(\d+分?\)", norm(text)) else -3
            fit -= 2 if is_level(text) and not text.endswith("满意度") else 0
            fit -= 4 if _VALUE.match(norm(text)) else 0
        elif role == "target":
            fit += 1 if _VALUE.match(norm(text)) else (-2 if is_level(text) else 0)
    return values, fit


def _length(cells: Sequence[str | None]) -> int:
    """Cells up to the last that holds something: tables are padded with empty ones."""
    return max((i + 1 for i, cell in enumerate(cells) if cell), default=0)


def _indicator(values: dict[str, str], place: str, has: set[str]) -> Indicator | None:
    weight, score = values.get("weight"), values.get("score")
    pointless = not has & {"weight", "score"} and {"target", "actual"} <= has and not is_blank(values.get("target", ""))
    if not (plain_number(weight or "") or plain_number(score or "") or pointless):
        return None
    name = values.get("name") or values.get("level2") or values.get("level1") or ""
    if not re.search(r"[\u4e00-\u9fff]", name):  # 预算执行率 | (10)
        name = f"{values.get('level2') or values.get('level1', '')}{name}"
    nature, unit = squeeze(values.get("nature", "")), values.get("unit", "").strip()
    target = values.get("target")
    if not is_blank(values.get("target2", "")):
        target = values["target2"]
    if target is not None and nature in SIGNS and nature != "定性" and not re.match(r"[≥≤=<>]", norm(target).strip()):
        target = f"{nature}{target}"
    if target is not None and unit and plain_number(re.sub(r"^[≥≤=<>]+", "", norm(target).strip())):
        target = f"{target}{unit}" if not target.rstrip().endswith(("%", unit)) else target
    reason = values.get("reason", "") if "reason" in has else None
    actual = values.get("actual", "") if "actual" in has else None
    if told := _IN_REMARK.search(norm(reason or "")) if target is None and actual is None else None:
        target, actual = told["target"], told["actual"]
    return Indicator(
        place=place,
        level1=re.sub(r"\(.*", "", squeeze(values.get("level1", ""))),
        level2=squeeze(values.get("level2", "")),
        name=name.strip(),
        target=target,
        actual=actual,
        weight=weight,
        score=values.get("score", "") if "score" in has else None,
        reason=reason,
        unit=unit,
        criteria=values.get("criteria", ""),
        folded=values.get("folded"),
    )


def by_shape(line: Line, level1: str, block: str, pattern: dict[int, Sequence[str]]) -> Indicator | None:
    """A row without header. `block`: what the rows before it were.

    `pattern` remembers the order of a row that named its own cells (分值10 | ≥5个 | 实际6个) for the rows after it.
    """
    cells = [norm(text).strip() for text in line.own] if line.table != -1 else [norm(t).strip() for t in line.cells]
    if len(cells) < 2:
        return None
    cells[0] = re.sub(r"^绩效指标(?:\(\d+分\))?[:：]\s*", "", cells[0])
    group, section, cells = _levels(cells, level1)
    if not (group or section) and block != "money":
        group, section, cells = _foreign_levels(cells)
    if not (group or section or block == "indicators") or len(cells) < 1:
        return None
    values: dict[str, str] = {"level1": group or level1, "level2": section}
    rest = _take_labelled(cells[1:], values)
    labelled = "weight" in values
    known = pattern.get(len(cells), ())
    if known and len(rest) == len(known):
        values |= dict(zip(known, rest, strict=True))
        rest = []
    rest = _take_name(cells[0], rest, values)
    _take_numbers(_take_sign(rest, values), values)
    if labelled:
        pattern[len(cells)] = _order(cells[1:], values)
    if not re.search(r"[\u4e00-\u9fff]", f"{values['name']}{section}{group}"):
        return None
    return _indicator(values, line.place, {role for role in values if role})


def _take_name(cell: str, rest: list[str], values: dict[str, str]) -> list[str]:
    """The name, and a target typed behind it (`数量 ≥50个`); a bare level with its points (`社会10 | 10`)."""
    name = cell
    split = re.match(rf"(.*?\S)\s*((?:[≥≤=<>]|>=|<=)\s*\S+)$|(.*?\S)\s+((?:{NUMBER})\S{{0,4}})$", name)
    if split:
        name, values["target"] = (split[1], split[2]) if split[1] else (split[3], split[4])
    bare = re.fullmatch(rf"([\u4e00-\u9fff]{{2,8}})((?:{NUMBER}))", name)
    if bare and not rest[1:] and LEVEL2.match(bare[1]):
        values["weight"], name = bare[2], bare[1]
        if len(rest) == 1:
            values["score"], rest = rest[0], []
    values["name"] = name
    return rest


def _order(cells: Sequence[str], values: dict[str, str]) -> Sequence[str]:
    """The roles of `cells` in their order; () when a cell has none."""
    roles: list[str | None] = []
    for cell in cells:
        match = _INLINE.match(cell)
        roles.append(_INLINE_ROLE[match["label"]] if match else None)
    for index, cell in enumerate(cells):
        if roles[index] is None:
            roles[index] = next((r for r in values if values[r] == cell and r not in roles), None)
    return [role for role in roles if role] if all(roles) else ()


def _levels(cells: Sequence[str], level1: str) -> tuple[str, str, list[str]]:
    """Strip 产出(50分) | 数量: from the front, whether in cells of their own or before the name in one cell."""
    group = section = ""
    rest = list(cells)
    while len(rest) > 1 and is_level(rest[0]) and not _VALUE.match(rest[1]):
        text = squeeze(rest.pop(0))
        if LEVEL1.match(text) and not group and not section and not (text.startswith("成本") and "产出" in level1):
            group = text
        else:
            section = text
    if rest:
        head = re.match(rf"{LEVEL1.pattern}\(\d+(?:\.\d+)?分?\)[:：\s]*", rest[0])
        if head:
            group, rest[0] = squeeze(head[0]), rest[0][head.end() :].strip()
        head = re.match(rf"{LEVEL2.pattern}[:：\s]*", rest[0])
        if head and (rest[0][head.end() :].strip() and not re.fullmatch(NUMBER, rest[0][head.end() :])):
            section, rest[0] = squeeze(head[1]), rest[0][head.end() :].strip()
    return group, section, rest


def _foreign_levels(cells: list[str]) -> tuple[str, str, list[str]]:
    """部门管理(20分) | 资金投入 | 名称 | 目标 | 完成 | 5 | 5: levels of other names, told by the two points at the end."""
    end = len(cells) - 1 if cells and not plain_number(cells[-1]) else len(cells)
    if end < 6:
        return "", "", cells
    weight, score = plain_number(cells[end - 2]), plain_number(cells[end - 1])
    words = [bool(re.match(r"[\u4e00-\u9fff“\"]", cell)) for cell in cells[: end - 4]]
    if not weight or not score or not all(words) or not 0 <= score.value <= weight.value <= 100:
        return "", "", cells
    levels, rest = cells[: end - 5], cells[end - 5 :]
    return levels[0], levels[-1] if len(levels) > 1 else "", rest


def _take_labelled(cells: Sequence[str], values: dict[str, str]) -> list[str]:
    rest = []
    for cell in cells:
        match = _INLINE.match(cell)
        if match:
            values.setdefault(_INLINE_ROLE[match["label"]], (match["value"] or "").strip())
        else:
            rest.append(cell)
    return rest


def _take_sign(rest: list[str], values: dict[str, str]) -> list[str]:
    """`≤ | 30 | 万元` in three cells."""
    if rest and squeeze(rest[0]) in SIGNS and len(rest) > 1:
        sign = "" if rest[0] == "定性" else rest[0]
        values["target"] = f"{sign}{rest[1]}"
        rest = rest[2:]
        if rest and _UNIT.fullmatch(squeeze(rest[0])) and not is_blank(rest[0]):
            values["unit"], rest = rest[0], rest[1:]
    return rest


def _take_numbers(rest: list[str], values: dict[str, str]) -> None:
    """What is left, by place: [target] [actual] weight score [reason]."""
    while rest and not rest[-1]:
        rest.pop()
    if len(rest) >= 2 and not plain_number(rest[-1]) and plain_number(rest[-2]) and not is_blank(rest[-1]):
        words = rest.pop()
        if re.search(r"[\u4e00-\u9fff]{2}", words) and not re.search(r"\(cut\)", words):
            values["reason"] = words
    open_roles = [role for role in ("target", "actual", "weight", "score") if role not in values]
    if "weight" in values and "score" not in values and len(rest) + 1 == len(open_roles):
        open_roles.remove("score")
    if "weight" not in values and rest:
        points = _points(rest, "target" in values)
        for role, text in zip(("score", "weight")[-points:], reversed(rest[len(rest) - points :]), strict=False):
            values[role] = text
        rest = rest[: len(rest) - points]
        open_roles = [role for role in ("target", "actual") if role not in values]
    if len(rest) == 1 and open_roles[:2] == ["target", "actual"] and not re.match(r"[≥≤=<>]", rest[0]):
        values["actual"] = rest[0]
        return
    for role, text in zip(open_roles, rest, strict=False):
        values[role] = text


def _points(rest: Sequence[str], has_target: bool) -> int:
    """How many of the last cells are points: 2 (weight and score) or 1 (weight alone)."""
    last = [plain_number(text) for text in rest[-2:]]
    if len(last) < 2 or last[0] is None or last[1] is None or rest[-2].endswith("%"):
        return 1
    if len(rest) >= 3 + (not has_target):
        return 2
    return 2 if last[1].value <= last[0].value else 1
