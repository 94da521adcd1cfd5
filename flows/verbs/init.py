"""`selfeval init`: a unit's raw folder with the workbook to fill in; what is there already stays as it is."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from flows.cli import DONE
from flows.home import Home
from flows.verbs import CallError, print_json
from selfeval import scaffold
from selfeval.pipeline import UnitPipeline, plan
from selfeval.settings import GUIDE_FILE
from selfeval.store import Store


def main(arguments: argparse.Namespace, home: Home) -> int:
    unit, year = arguments.unit, arguments.year
    if not re.fullmatch(r"[0-9A-Za-z]+", unit):
        raise CallError(f"单位代码“{unit}”只能由数字和字母组成")
    root: Path = arguments.raw / str(year) / unit
    rows = _last_year(arguments, home) if arguments.carry_over else None
    try:
        written, left = scaffold.create(root, year, unit, rows)
    except OSError as error:
        raise CallError(f"无法写入{error.filename}（{error.strerror}），请检查权限和磁盘空间") from error
    if arguments.json:
        told = {"folder": str(root), "written": [p.name for p in written], "left": [p.name for p in left]}
        print_json({"unit": unit, "year": year, **told})
        return DONE
    for path in written:
        print(f"已生成  {path}")
    for path in left:
        print(f"已存在  {path}（未改动）")
    if not arguments.carry_over and (arguments.raw / str(year - 1) / unit).is_dir() and written:
        print(f"有{year - 1}年度的资料，如需沿用，删除新生成的自评填报表后加--carry-over重新生成。")
    print(f"请按{root / GUIDE_FILE}放入各文件，填好后运行：selfeval check --year {year} --unit {unit}")
    return DONE


def _last_year(arguments: argparse.Namespace, home: Home) -> scaffold.Rows:
    """What last year's declaration says that may still hold. Raises CallError."""
    try:
        last = UnitPipeline(plan(arguments.raw, arguments.year - 1, arguments.unit), Store(home.store))
    except FileNotFoundError:
        raise CallError(f"没有单位{arguments.unit}在{arguments.year - 1}年度的资料，请去掉--carry-over") from None
    return scaffold.carried_over(last.tables)
