"""Notices against receivers on this machine: who is told what, what is left out, and that a dead receiver stops nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import notices
from flows.home import Home
from selfeval import notice
from selfeval.notice import Item, Mail, Notice, NoticeSettings, Owner, Webhook
from selfeval.package import Outcome
from selfeval.settings import ConfigError
from tests.packages import write_run
from tests.receivers import Receivers

TODAY = dt.date(2025, 2, 18)


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receivers]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    found = Receivers()
    yield found
    found.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "raw" / "2024").mkdir(parents=True)
    return tmp_path


def outcome(place: Path, unit: str, status: Any, errors: int = 0, reason: str = "") -> Outcome:
    return Outcome(unit, 2024, status, place / "out" / "2024" / unit, {"error": errors, "warning": 2}, (reason,))


def ended(place: Path, *outcomes: Outcome, errors: dict[str, str] | None = None) -> None:
    notices.ended(Home(place), place / "raw", place / "out", 2024, outcomes, errors or {})


def switch_on(place: Path, text: str) -> None:
    (place / notice.NOTICE_FILE).write_text(text, encoding="utf-8")


def owners(place: Path, text: str) -> None:
    (place / "raw" / "2024" / notice.OWNERS_FILE).write_text(text, encoding="utf-8")


def test_nothing_is_sent_until_it_is_switched_on(place: Path, receivers: Receivers) -> None:
    ended(place, outcome(place, "351001", "blocked", 3))
    switch_on(place, '"提前天数" = 3\n')
    ended(place, outcome(place, "351001", "blocked", 3))
    assert (receivers.posts, receivers.mails) == ([], [])


def test_every_outcome_is_told_by_both_ways(place: Path, receivers: Receivers) -> None:
    switch_on(place, receivers.settings())
    owners(place, "单位编码,负责人岗位,邮箱,截止日期\n351001,办公室主任,one@example.cn,2025-02-20\n")
    secret = "支付给13812345678的款项"
    ended(
        place,
        outcome(place, "351001", "blocked", 3, secret),
        outcome(place, "351002", "issued"),
        outcome(place, "351003", "to confirm"),
        outcome(place, "351004", "awaiting", 2),
        errors={"351005": "程序出错"},
    )
    (post,) = receivers.posts
    text = post["text"]["content"]
    assert [(u["unit"], u["event"]) for u in post["units"]] == [
        ("351001", "blocked"),
        ("351002", "issued"),
        ("351003", "to confirm"),
        ("351005", "failed"),
    ]
    assert "351001　错误3处、警告2处　负责人：办公室主任　截止2025-02-20" in text
    assert text.index("程序出错") < text.index("有错误") < text.index("待确认") < text.index("已出报告")
    assert "index.html" in text and "款项" not in text and "13812345678" not in text
    to_all, own = receivers.mails
    assert (to_all["To"], own["To"]) == ("all@example.cn", "one@example.cn")
    assert "351002" in to_all.get_content() and "351002" not in own.get_content()
    assert to_all["Subject"] == "2024年部门整体绩效自评：运行结束"


def test_only_the_events_asked_for_are_told(place: Path, receivers: Receivers) -> None:
    switch_on(place, '"事项" = ["有错误"]\n' + receivers.settings())
    ended(place, outcome(place, "351002", "issued"))
    assert receivers.posts == []
    ended(place, outcome(place, "351002", "issued"), outcome(place, "351001", "blocked", 1))
    assert [u["unit"] for u in receivers.posts[0]["units"]] == ["351001"]


def test_a_crash_is_told(place: Path, receivers: Receivers) -> None:
    switch_on(place, receivers.settings())
    notices.crashed(Home(place), "2024年 351001")
    assert "运行中断：\n  2024年 351001" in receivers.posts[0]["text"]["content"]
    assert len(receivers.mails) == 1


def test_units_near_or_past_their_deadline_are_reminded(place: Path, receivers: Receivers) -> None:
    switch_on(place, receivers.settings())
    table = [
        "单位编码,负责人岗位,邮箱,截止日期",
        "351001,主任,one@example.cn,2025-02-20",
        "351002,,,2025/2/10",
        "351003,,,2025年3月30日",
        "351004,,,",
        "351005,,,2025-02-18",
        "351006,,,2025-02-19",
    ]
    owners(place, "\ufeff" + "\n".join(table))
    for unit, status in (("351005", "issued"), ("351006", "blocked")):
        write_run(place / "out" / "2024" / unit, status=status)
    notices.remind(Home(place), place / "raw", place / "out", 2024, ["351001"], TODAY)
    text = receivers.posts[0]["text"]["content"]
    assert "351001　负责人：主任　截止2025-02-20，还有2天" in text
    assert "351002　截止2025-02-10，已过期8天" in text
    assert "有错误：\n  351006　截止2025-02-19，还有1天" in text
    assert not {"351003", "351004", "351005"} & {u["unit"] for u in receivers.posts[0]["units"]}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://127.0.0.1:{hook}/broken"])
def test_a_receiver_that_fails_stops_neither_the_run_nor_the_other_way(
    place: Path, receivers: Receivers, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice.LOG, "propagate", True)
    webhook = Webhook(url=url.format(hook=receivers.hook))
    mail = Mail(server="127.0.0.1", port=receivers.smtp, sender="a@example.cn", to=("b@example.cn",))
    wrong = notice.send(NoticeSettings(webhook=webhook, mail=mail), Notice("题", (Item("351001", "blocked", 1),)))
    assert len(wrong) == 1 and wrong[0].startswith("网址通知没有发出")
    assert len(receivers.mails) == 1
    assert "notice by 网址 failed" in caplog.text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('["邮件"]\n"端口" = 25\n"发件人" = "a@example.cn"\n', "邮件.服务器"),
        ('["邮件"]\n"服务器" = "x"\n"端口" = 0\n"发件人" = "a@example.cn"\n', "邮件.端口"),
        ('["邮件"]\n"服务器" = "x"\n"发件人" = "张三"\n', "邮件.发件人"),
        ('["网址"]\n"地址" = "file:///etc/passwd"\n', "网址.地址"),
        ('"事项" = ["已出错"]\n', "没有“已出错”这一事项"),
        ('"邮箱" = 1\n', "邮箱"),
    ],
)
def test_a_wrong_setting_is_named(place: Path, text: str, named: str) -> None:
    switch_on(place, text)
    with pytest.raises(ConfigError, match=notice.NOTICE_FILE) as error:
        notice.load_notice_settings(place)
    assert named in str(error.value)
    # A run is not stopped by it.
    ended(place, outcome(place, "351001", "blocked", 1))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("351001,主任,邮箱,2025-02-20", "第2行的“邮箱”不正确"),
        ("351001,主任,,二月底", "第2行的“截止日期”不是日期"),
        ("351001,主任,,2025-02-30", "第2行的“截止日期”不是日期"),
        (",主任,,2025-02-20", "第2行没有填写“单位编码”"),
        ("351001,,,\n351001,,,", "第3行的单位编码351001重复"),
    ],
)
def test_a_wrong_line_of_the_owners_table_is_named(place: Path, line: str, said: str) -> None:
    owners(place, f"单位编码,负责人岗位,邮箱,截止日期\n{line}\n")
    with pytest.raises(ConfigError, match=said):
        notice.load_owners(place / "raw" / "2024")


def test_a_table_without_a_column_is_told_and_its_units_all_the_same(place: Path, receivers: Receivers) -> None:
    owners(place, "单位,邮箱\n351001,one@example.cn\n")
    with pytest.raises(ConfigError, match="缺少“单位编码”列"):
        notice.load_owners(place / "raw" / "2024")
    switch_on(place, receivers.settings())
    ended(place, outcome(place, "351001", "blocked", 1))
    assert [u["unit"] for u in receivers.posts[0]["units"]] == ["351001"]


def test_gb18030_as_excel_saves_it(place: Path) -> None:
    path = place / "raw" / "2024" / notice.OWNERS_FILE
    path.write_bytes("单位编码,负责人岗位,邮箱,截止日期\r\n351001,办公室主任,,2025-02-20\r\n".encode("gb18030"))
    assert notice.load_owners(path.parent) == {"351001": Owner("351001", "办公室主任", "", dt.date(2025, 2, 20))}


def test_a_long_notice_is_capped() -> None:
    text = notice.text_of(Notice("题", tuple(Item(str(n), "issued") for n in range(11_000))))
    assert "已出报告11000个：" in text and "等11000个单位" in text and len(text) < 2000
