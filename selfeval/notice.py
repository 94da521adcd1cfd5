"""Notices to people: what is told of which unit, to whom, by webhook and mail. Off until 通知.toml switches it on.

Belongs here: 通知.toml and 单位负责人.csv against their schemas, the words, the sending. When a notice is due is the
flow's business. A notice holds unit codes, statuses and counts, never a cell of a file; one that fails is logged.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import logging
import re
import smtplib
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from selfeval.privacy import scrub
from selfeval.settings import ConfigError, load_toml
from selfeval.sources.text import Unreadable, decode

LOG = logging.getLogger("selfeval")
NOTICE_FILE = "通知.toml"
OWNERS_FILE = "单位负责人.csv"
Event = Literal["issued", "blocked", "to confirm", "failed", "crashed", "awaiting"]
WORDS: dict[Event, str] = {
    "failed": "程序出错",
    "crashed": "运行中断",
    "blocked": "有错误",
    "to confirm": "待确认",
    "awaiting": "待报送",
    "issued": "已出报告",
}
_TIMEOUT = 10
#: Units named in one notice; the rest is counted.
_NAMED = 50
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_COLUMNS = ("单位编码", "负责人岗位", "邮箱", "截止日期")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Webhook(_Strict):
    url: str = Field(alias="地址")

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc:
            raise ValueError("应以http://或https://开头")
        return value


class Mail(_Strict):
    server: str = Field(alias="服务器", min_length=1)
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=25, alias="端口")
    sender: str = Field(alias="发件人", pattern=_MAIL.pattern)
    to: tuple[Annotated[str, Field(pattern=_MAIL.pattern)], ...] = Field(default=(), alias="收件人")
    encryption: Literal["不加密", "STARTTLS", "SSL"] = Field(default="不加密", alias="加密")
    user: str = Field(default="", alias="用户名")
    password: SecretStr = Field(default=SecretStr(""), alias="密码")


class NoticeSettings(_Strict):
    """通知.toml in the state folder: nothing is sent where it is missing or has neither 网址 nor 邮件."""

    events: tuple[Event, ...] = Field(default=tuple(WORDS), alias="事项")
    days_before: Annotated[int, Field(ge=0, le=90)] = Field(default=7, alias="提前天数")
    webhook: Webhook | None = Field(default=None, alias="网址")
    mail: Mail | None = Field(default=None, alias="邮件")

    @field_validator("events", mode="before")
    @classmethod
    def _by_word(cls, value: object) -> object:
        known = {word: event for event, word in WORDS.items()}
        if isinstance(value, list) and (strange := [v for v in value if v not in known]):
            raise ValueError(f"没有“{strange[0]}”这一事项，可用的有{'、'.join(known)}")
        return tuple(known[v] for v in value) if isinstance(value, list) else value

    @property
    def on(self) -> bool:
        return self.webhook is not None or self.mail is not None


@dataclass(frozen=True)
class Owner:
    """Who answers for a unit, by post, and until when it has to be reported."""

    unit: str
    post: str
    mail: str
    deadline: dt.date | None


@dataclass(frozen=True)
class Item:
    """What is told of one unit. `errors`, `warnings`: how many findings; None where none were counted."""

    unit: str
    event: Event
    errors: int | None = None
    warnings: int | None = None
    owner: Owner | None = None


@dataclass(frozen=True)
class Notice:
    """One notice: a heading, and units by what is told of them. `today` makes deadlines into days left."""

    title: str
    items: tuple[Item, ...]
    where: str = ""
    today: dt.date | None = None


def load_notice_settings(folder: Path) -> NoticeSettings:
    """Read 通知.toml. Raises ConfigError."""
    return load_toml(folder / NOTICE_FILE, NoticeSettings)


def load_owners(folder: Path) -> dict[str, Owner]:
    """Read 单位负责人.csv of a year's folder: unit → owner; empty where there is none. Raises ConfigError."""
    path = folder / OWNERS_FILE
    if not path.is_file():
        return {}
    try:
        text, _ = decode(path.read_bytes())
    except Unreadable as error:
        raise ConfigError(f"{OWNERS_FILE}无法读取，请另存为UTF-8编码的CSV。") from error
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if missing := [c for c in _COLUMNS if c not in (rows.fieldnames or ())]:
        raise ConfigError(f"{OWNERS_FILE}缺少“{missing[0]}”列，表头应为{'、'.join(_COLUMNS)}。")
    owners: dict[str, Owner] = {}
    for row in rows:
        cells = {c: (row[c] or "").strip() for c in _COLUMNS}
        if not any(cells.values()):
            continue
        owner = _owner(cells, rows.line_num)
        if owner.unit in owners:
            raise ConfigError(f"{OWNERS_FILE}第{rows.line_num}行的单位编码{owner.unit}重复，请只保留一行。")
        owners[owner.unit] = owner
    return owners


def _owner(cells: Mapping[str, str], line: int) -> Owner:
    said, deadline = cells["截止日期"], None
    if not cells["单位编码"]:
        raise ConfigError(f"{OWNERS_FILE}第{line}行没有填写“单位编码”。")
    if cells["邮箱"] and not _MAIL.fullmatch(cells["邮箱"]):
        raise ConfigError(f"{OWNERS_FILE}第{line}行的“邮箱”不正确，应如name@example.cn，不发邮件的留空。")
    if said:
        try:
            deadline = dt.date(*map(int, re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", said).groups()))  # type: ignore[union-attr]
        except (AttributeError, ValueError):
            raise ConfigError(f"{OWNERS_FILE}第{line}行的“截止日期”不是日期，应如2025-02-20。") from None
    return Owner(cells["单位编码"], cells["负责人岗位"], cells["邮箱"], deadline)


def text_of(notice: Notice) -> str:
    """The notice as it is sent: units by event, the worst first."""
    lines = [notice.title]
    for event, word in WORDS.items():
        of_event = [i for i in notice.items if i.event == event]
        if of_event:
            lines.append(f"{word}{len(of_event)}个：" if len(of_event) > 1 else f"{word}：")
            lines += [f"  {_line(i, notice.today)}" for i in of_event[:_NAMED]]
            if len(of_event) > _NAMED:
                lines.append(f"  等{len(of_event)}个单位")
    if notice.where:
        lines.append(f"详见{notice.where}")
    return scrub("\n".join(lines))


def _line(item: Item, today: dt.date | None) -> str:
    said = [item.unit]
    if item.errors or item.warnings:
        said.append(f"错误{item.errors or 0}处、警告{item.warnings or 0}处")
    owner = item.owner
    if owner and owner.post and item.event != "issued":
        said.append(f"负责人：{owner.post}")
    if owner and owner.deadline and item.event != "issued":
        left = f"，{_left((owner.deadline - today).days)}" if today else ""
        said.append(f"截止{owner.deadline.isoformat()}{left}")
    return "　".join(said)


def _left(days: int) -> str:
    if days == 0:
        return "今天到期"
    return f"还有{days}天" if days > 0 else f"已过期{-days}天"


def send(settings: NoticeSettings, notice: Notice) -> list[str]:
    """Send a notice by every way that is set; gives what went wrong, a line each, and never raises."""
    notice = replace(notice, items=tuple(i for i in notice.items if i.event in settings.events))
    wrong: list[str] = []
    if not notice.items:
        return wrong
    ways: list[tuple[str, Callable[[], None]]] = []
    if settings.webhook:
        ways.append(("网址", partial(_post, settings.webhook, notice)))
    if settings.mail:
        ways.append(("邮件", partial(_mail, settings.mail, notice)))
    for name, act in ways:
        try:
            act()
        except Exception as error:
            # Whatever a receiver does, the run that tells of itself goes on.
            wrong.append(f"{name}通知没有发出（{type(error).__name__}）")
            LOG.error("notice by %s failed: %s", name, scrub(f"{type(error).__name__}: {error}"))
    return wrong


def _post(webhook: Webhook, notice: Notice) -> None:
    """POST as JSON; `msgtype` and `text` are what 企业微信 and 钉钉 robots read."""
    units = [{"unit": i.unit, "event": i.event, "errors": i.errors, "warnings": i.warnings} for i in notice.items]
    body = {"msgtype": "text", "text": {"content": text_of(notice)}, "title": notice.title, "units": units[:_NAMED]}
    request = urllib.request.Request(
        webhook.url, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json; charset=utf-8"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
        answer.read(1024)


def _mail(mail: Mail, notice: Notice) -> None:
    connect = smtplib.SMTP_SSL if mail.encryption == "SSL" else smtplib.SMTP
    with connect(mail.server, mail.port, timeout=_TIMEOUT) as server:
        if mail.encryption == "STARTTLS":
            server.starttls()
        if mail.user:
            server.login(mail.user, mail.password.get_secret_value())
        for message in messages(mail, notice):
            server.send_message(message)


def messages(mail: Mail, notice: Notice) -> Iterator[EmailMessage]:
    """One mail with everything to those who look after all units, and one to each owner with no unit but his own."""
    own: dict[str, list[Item]] = {}
    for item in notice.items:
        if item.owner and item.owner.mail:
            own.setdefault(item.owner.mail, []).append(item)
    to_all: Sequence[tuple[str, Notice]] = [(", ".join(mail.to), notice)] if mail.to else []
    for to, told in (*to_all, *((m, replace(notice, items=tuple(items))) for m, items in own.items())):
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = scrub(told.title), mail.sender, to
        message.set_content(text_of(told))
        yield message
