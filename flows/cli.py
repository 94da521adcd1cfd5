"""The `selfeval` command: arguments, exit status, and errors told in one Chinese line.

Belongs here: what may be typed and how a call ends. What a command does is in flows/verbs/, a module a command,
imported only when it is called, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TextIO

from flows.home import LOG, Home, open_log

DONE, BLOCKED, WRONG_CALL, FAILED = 0, 1, 2, 3
INTERRUPTED = 130
_EXITS = "退出码：0 完成；1 有错误未出报告或点名的单位待报送；2 命令或设置有误；3 程序出错"
_TRANSLATED = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (\S+): invalid choice: '?([^']*)'? \(choose from (.*)\)", r"没有“\2”这个命令，可用的有\3"),
    (r"argument (\S+): invalid \S+ value: '(.*)'", r"参数\1的值“\2”不正确"),
    (r"argument (\S+): expected (?:one|at least one) argument", r"参数\1缺少值"),
    (r"argument (\S+): not allowed with argument (\S+)", r"参数\1与\2不能同用"),
)


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse in Chinese, with exit status 2 and no stack of usage lines."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"add_help": False, "formatter_class": _Help, "allow_abbrev": False}
        super().__init__(*args, **kwargs)
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        for pattern, words in _TRANSLATED:
            if match := re.fullmatch(pattern, message):
                message = match.expand(words)
        self.exit(WRONG_CALL, f"{message}。详见 {self.prog} --help\n")


def _year(text: str) -> int:
    value = int(text)
    if not 2000 <= value <= 2100:
        raise ValueError(text)
    return value


def _year_option(p: argparse.ArgumentParser, *, required: bool = True) -> None:
    p.add_argument("--year", type=_year, required=required, metavar="年度", help="自评的年度，如2024")


def _raw_option(p: argparse.ArgumentParser) -> None:
    p.add_argument("--raw", type=Path, default=Path("data/raw"), metavar="文件夹", help="原始数据，默认data/raw")


def _out_option(p: argparse.ArgumentParser) -> None:
    p.add_argument("--out", type=Path, default=Path("data/out"), metavar="文件夹", help="成果，默认data/out")


def _units_option(p: argparse.ArgumentParser) -> None:
    p.add_argument("--unit", action="append", metavar="单位代码", help="只处理这个单位，可写多次；不写为全部单位")


def _folders(p: argparse.ArgumentParser) -> None:
    _year_option(p)
    _units_option(p)
    _raw_option(p)
    _out_option(p)


def _run(p: argparse.ArgumentParser) -> None:
    _folders(p)
    p.add_argument("--draft", action="store_true", help="有错误也生成带“草稿”字样的报告")
    p.add_argument("--force", action="store_true", help="不使用以前算过的结果，全部重算")
    p.add_argument("--only-failed", action="store_true", help="只处理上次没有出报告的单位")
    p.add_argument("--dry-run", action="store_true", help="只说明哪些步骤会重新运行、为什么，不运行")


def _explain(p: argparse.ArgumentParser) -> None:
    p.add_argument("fact", metavar="FACT", help="事实编号（如shares.total）或取数指标名称")
    _year_option(p)
    p.add_argument("--unit", required=True, metavar="单位代码", help="单位")
    _raw_option(p)
    _out_option(p)
    p.add_argument("--rows", type=Path, metavar="文件.xlsx", help="把全部原始行写入这个工作簿")
    p.add_argument("--limit", type=int, default=20, metavar="N", help="最多显示多少行，默认20")


def _lint(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "report",
        type=Path,
        nargs="+",
        metavar="REPORT",
        help="要检查的报告：html、docx、pdf、xlsx、txt；给出同一单位的几份材料时，还核对各份之间的数",
    )
    p.add_argument("--facts", type=Path, metavar="facts.json", help="成果包的facts.json，用来核对报告中的数")


def _init(p: argparse.ArgumentParser) -> None:
    p.add_argument("unit", metavar="UNIT", help="单位代码")
    _year_option(p)
    _raw_option(p)
    p.add_argument("--carry-over", action="store_true", help="沿用上一年度填过的单位信息、机构、编制、任务、目标和指标")


def _diff(p: argparse.ArgumentParser) -> None:
    p.add_argument("old", type=Path, metavar="OLD", help="原来的成果包文件夹")
    p.add_argument("new", type=Path, metavar="NEW", help="新的成果包文件夹")
    p.add_argument("--html", type=Path, metavar="文件.html", help="同时写成网页")


def _serve(p: argparse.ArgumentParser) -> None:
    p.add_argument("--port", type=int, default=4200, metavar="端口", help="默认4200")
    p.add_argument("--host", default="127.0.0.1", metavar="地址", help="默认127.0.0.1，只在本机打开")
    _raw_option(p)
    _out_option(p)


def _retry(p: argparse.ArgumentParser) -> None:
    p.add_argument("flow_run", nargs="?", metavar="FLOW_RUN", help="运行的编号或名称；不写为最近一次没有完成的运行")
    p.add_argument("--only-failed", action="store_true", help="只重试没有出报告的单位")
    p.add_argument("--force", action="store_true", help="不使用以前算过的结果，全部重算")
    p.add_argument("--dry-run", action="store_true", help="只说明会重新运行什么，不运行")


def _gc(p: argparse.ArgumentParser) -> None:
    p.add_argument("--days", type=int, default=30, metavar="N", help="只清理N天没有用到的，默认30")
    p.add_argument("--dry-run", action="store_true", help="只说明会清理多少，不清理")


def _sent(p: argparse.ArgumentParser) -> None:
    _year_option(p)
    p.add_argument("unit", nargs="?", metavar="UNIT", help="单位代码；不写则列出已登记的")
    p.add_argument("--to", metavar="单位", help="送交给谁，如县财政局")
    p.add_argument("--edition", default="报送版", choices=("报送版", "公开版"), help="版本，默认报送版")
    _out_option(p)


def _doctor(p: argparse.ArgumentParser) -> None:
    p.add_argument("--port", type=int, default=4200, metavar="端口", help="要查看的端口，默认4200")


#: command → (what it does, its arguments, whether a program may want its outcome as JSON).
COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], bool]] = {
    "run": ("从原始数据到自评报告：读取、校验、计算、评分、生成、发布", _run, True),
    "check": ("只校验原始数据，列出问题，不出报告", _folders, True),
    "explain": ("说明一个数怎样得来，直到原始数据的行", _explain, True),
    "lint": ("检查别人写的自评报告：算术、结构、说法", _lint, True),
    "init": ("建立单位的原始数据文件夹和待填写的自评填报表", _init, True),
    "diff": ("比较两个成果包", _diff, True),
    "status": ("各单位的情况：已出报告、有错误、待报送，以及原因", _folders, True),
    "serve": ("在本机启动Prefect服务、界面和定时任务，按Ctrl-C停止", _serve, False),
    "retry": ("改正文件后重试没有完成的运行，只重做受影响的步骤", _retry, True),
    "doctor": ("检查本机：版本、端口、磁盘、字体、数据库", _doctor, True),
    "sent": ("登记成果包何时报送给谁，或列出登记", _sent, True),
    "gc": ("清理不再需要的中间结果；已出报告所依据的不清理", _gc, True),
}


def parser() -> argparse.ArgumentParser:
    top = _Parser(prog="selfeval", description="部门整体支出绩效自评：从原始数据到自评报告", epilog=_EXITS)
    commands = top.add_subparsers(dest="command", required=True, metavar="命令", title="命令", parser_class=_Parser)
    for name, (says, arguments, as_json) in COMMANDS.items():
        p = commands.add_parser(name, help=says, description=f"{says}。", epilog=_EXITS)
        arguments(p)
        if as_json:
            p.add_argument("--json", action="store_true", help="以JSON输出，供程序读取")
        p.add_argument("--verbose", action="store_true", help="在终端显示日志和程序出错的详情")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; the value is the process's exit status."""
    if argv is None:
        # Windows consoles and LANG=C terminals may not be UTF-8; a message must not end in a traceback.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
    arguments = parser().parse_args(argv)
    try:
        home = Home.current()
        open_log(home, verbose=arguments.verbose)
    except OSError as error:
        return _tell(
            f"无法使用状态文件夹（{error.strerror}：{error.filename}），请检查权限或设置SELFEVAL_HOME", WRONG_CALL
        )
    try:
        verb = import_module(f"flows.verbs.{arguments.command}")
        return int(verb.main(arguments, home))
    except KeyboardInterrupt:
        status = _tell("已中断", INTERRUPTED)
        if argv is None:
            # What a cut-off call held is told by libraries at exit, in English lines that help nobody.
            _silence(sys.stderr)
        return status
    except BrokenPipeError:
        # The reader of our output went away (`| head`); the interpreter must not complain at exit.
        _silence(sys.stdout)
        return DONE
    except Exception as error:
        return _failed(error, home, verbose=arguments.verbose)


def _silence(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _failed(error: Exception, home: Home, *, verbose: bool) -> int:
    from flows.refusals import told
    from flows.verbs import CallError
    from selfeval import duck
    from selfeval.settings import ConfigError

    if duck.interrupted(error):
        return _tell("已中断", INTERRUPTED)
    if isinstance(error, CallError | ConfigError):
        return _tell(str(error).rstrip("。"), WRONG_CALL)
    # With --verbose the log's second handler shows the traceback on the terminal, scrubbed like the file's.
    LOG.error("command failed", exc_info=error)
    if line := told(error):
        return _tell(line, FAILED)
    return _tell(f"程序出错（{type(error).__name__}），详情在日志 {home.log_file}", FAILED)


def _tell(line: str, status: int) -> int:
    print(f"{line}。", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
