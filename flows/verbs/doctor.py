"""`selfeval doctor`: whether this machine has what a run and `serve` need, each with how to mend it."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata

from packaging.requirements import Requirement

from flows.cli import BLOCKED, DONE
from flows.home import Home, asyncpg_url
from flows.verbs import print_json
from selfeval.report.fonts import SUBSTITUTES

_GIGABYTE = 1e9
_LEAST_DISK, _ENOUGH_DISK = 1.0, 5.0
_MARK = {"good": "正常", "warning": "注意", "bad": "有误"}


@dataclass(frozen=True)
class Check:
    """One thing looked at; `mend` is empty where all is well. Only a `bad` one makes the command fail."""

    name: str
    state: str
    found: str
    mend: str = ""


def main(arguments: argparse.Namespace, home: Home) -> int:
    checks = list(examine(home, arguments.port))
    bad = any(c.state == "bad" for c in checks)
    if arguments.json:
        print_json({"good": not bad, "checks": [asdict(c) for c in checks]})
    else:
        for c in checks:
            print(f"{_MARK[c.state]}  {c.name}：{c.found}" + (f"。{c.mend}" if c.mend else ""))
    return BLOCKED if bad else DONE


def examine(home: Home, port: int) -> Iterator[Check]:
    yield python()
    yield packages()
    yield state_folder(home)
    yield disk(home)
    yield fonts()
    yield database(home)
    yield from server(home, port)


def python() -> Check:
    version = sys.version.split()[0]
    good = sys.version_info >= (3, 11)
    return Check(
        "Python", "good" if good else "bad", version, "" if good else "请安装Python 3.11或更高版本后重新make report"
    )


def packages() -> Check:
    """Installed versions against what the program asks for."""
    wrong = []
    for text in metadata.requires("selfeval") or []:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"缺少{wanted.name}")
            continue
        if version not in wanted.specifier:
            wrong.append(f"{wanted.name}为{version}，应为{wanted.specifier}")
    told = f"prefect {metadata.version('prefect')}等版本符合" if not wrong else "；".join(wrong)
    return Check(
        "程序包", "bad" if wrong else "good", told, "请重新运行make report，按requirements.lock安装" if wrong else ""
    )


def state_folder(home: Home) -> Check:
    mode = home.root.stat().st_mode & 0o777
    if not os.access(home.root, os.W_OK):
        return Check("状态文件夹", "bad", f"{home.root}不可写", "请检查权限或设置SELFEVAL_HOME")
    return Check("状态文件夹", "good", f"{home.root}，权限{mode:o}")


def disk(home: Home) -> Check:
    free = shutil.disk_usage(home.root).free / _GIGABYTE
    state = "good" if free >= _ENOUGH_DISK else "warning" if free >= _LEAST_DISK else "bad"
    return Check(
        "磁盘", state, f"剩余{free:.1f}GB", "" if state == "good" else "请清理磁盘，或运行selfeval gc清理中间结果"
    )


def fonts() -> Check:
    """Whether the fonts that the PDF embeds are installed."""
    wanted = sorted(set(SUBSTITUTES.values()))
    try:
        ran = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return Check("字体", "bad", "无法列出字体", "请安装fontconfig、fonts-noto-cjk和fonts-arphic-ukai")
    there = {name.strip() for line in ran.stdout.splitlines() for name in line.split(",")}
    missing = [name for name in wanted if name not in there]
    if missing:
        mend = "请安装fonts-noto-cjk和fonts-arphic-ukai，再用selfeval run --force重新生成"
        return Check("字体", "bad", f"缺少{'、'.join(missing)}", mend)
    return Check("字体", "good", "、".join(wanted))


def database(home: Home) -> Check:
    """The records of runs: SQLite in the state folder, or the PostgreSQL that SELFEVAL_DATABASE_URL names."""
    if url := os.environ.get("SELFEVAL_DATABASE_URL"):
        return postgres(url)
    path = home.prefect / "prefect.db"
    if not path.exists():
        return Check("数据库", "good", "SQLite，第一次运行时建立")
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as con:
            (found,) = con.execute("PRAGMA quick_check").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found == "ok":
        return Check("数据库", "good", f"SQLite {sqlite3.sqlite_version}，{path.stat().st_size / 1e6:.0f}MB")
    mend = "运行记录已损坏，不影响成果：请停止selfeval serve，删去该文件后重新运行"
    return Check("数据库", "bad", f"{path}：{found}", mend)


def postgres(url: str) -> Check:
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.ext.asyncio import create_async_engine

    async def version() -> str:
        engine = create_async_engine(asyncpg_url(url), connect_args={"timeout": 10})
        try:
            async with engine.connect() as con:
                return str((await con.exec_driver_sql("SHOW server_version")).scalar())
        finally:
            await engine.dispose()

    try:
        return Check("数据库", "good", f"PostgreSQL {asyncio.run(version())}")
    except (OSError, ValueError, SQLAlchemyError) as error:
        # The error's own text may hold the password.
        told = f"无法连接PostgreSQL（{type(error).__name__}）"
        return Check("数据库", "bad", told, "请检查SELFEVAL_DATABASE_URL和数据库服务")


def server(home: Home, port: int) -> Iterator[Check]:
    """Whether `serve` is up, and else whether its port is free; and who may call it."""
    if url := home.server_url():
        yield Check("服务", "good", f"selfeval serve正在运行，{url.removesuffix('/api')}")
    else:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                yield Check("端口", "good", f"{port}可用，selfeval serve没有运行")
            except OSError:
                yield Check("端口", "warning", f"{port}已被其他程序占用", "请用selfeval serve --port换一个端口")
    auth = os.environ.get("PREFECT_SERVER_API_AUTH_STRING")
    yield Check("认证", "good", "已设置用户名和密码" if auth else "没有设置，界面只能在本机打开")
