"""`selfeval sent`: the register of what was sent, when and to whom."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import asdict
from zoneinfo import ZoneInfo

from flows.cli import DONE
from flows.home import Home
from flows.verbs import CallError, print_json
from selfeval import register


def main(arguments: argparse.Namespace, home: Home) -> int:
    if (arguments.unit is None) != (arguments.to is None):
        raise CallError("登记须同时写明单位代码和--to；只查看时两者都不写")
    if arguments.unit is not None:
        when = dt.datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")
        try:
            found = [register.add(arguments.out, arguments.year, arguments.unit, arguments.edition, arguments.to, when)]
        except register.NotIssuedError as error:
            raise CallError(str(error)) from error
    else:
        found = list(register.entries(arguments.out, arguments.year))
    if arguments.json:
        print_json([asdict(sent) for sent in found])
    elif not found:
        print(f"{arguments.year}年还没有报送登记。")
    for sent in () if arguments.json else found:
        print(f"{sent.when}  {sent.unit}  {sent.edition}  {sent.to}  {sent.digest[:12]}")
    return DONE
