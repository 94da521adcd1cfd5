"""Fix and re-run, by the same engine as the UI's Retry: what is published equals a clean run's, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RAW, YEAR
from tests.flows.conftest import UNIT, Place, content, wrong_amount

FILES = sorted(
    p.relative_to(RAW / str(YEAR) / UNIT).as_posix() for p in (RAW / str(YEAR) / UNIT).rglob("*") if p.is_file()
)
#: Datasets whose check looks at another's rows, by that other's file.
#: File → other datasets whose rows are held against it, and so are checked again when it changes.
LOOKED_AT = {
    "科普员名册.xlsx": {"科普员月任务", "科普员分享记录"},
    "指标执行情况表.xlsx": {"支付明细", "业务台账", "自评填报表"},
    # Most of the names to be masked in whatever people wrote; only the logs of a system hold no such text.
    "天府科技云注册明细.csv": {
        "业务台账",
        "指标执行情况",
        "支付明细",
        "收入支出决算总表",
        "满意度问卷",
        "科普员名册",
        "科普员月任务",
        "精准科普服务统计",
        "自评填报表",
        "科普员分享记录",
    },
}


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def wrong_times(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"2024-", b"2023-").replace(b"2024/", b"2023/"))


def spoil_and_mend(place: Place, clean: dict[str, bytes], name: str, spoil: Callable[[Path], None]) -> None:
    path = place.add(UNIT, name)
    sound = path.read_bytes()
    spoil(path)
    first = place.run()
    assert [o.status for o in first.outcomes] == ["blocked"]
    assert "1个单位未出报告" in first.message
    assert "Retry" in first.message
    assert not (place.package() / "report.html").exists()
    path.write_bytes(sound)
    second = place.retry(first.flow_run)
    assert [o.status for o in second.outcomes] == ["issued"]
    assert content(place.package()) == clean
    attempt = place.run_json()["attempt"]
    assert (attempt["flow_run"], attempt["number"]) == (first.flow_run, 2)
    only_what_depends_on(place, name)


def only_what_depends_on(place: Place, name: str) -> None:
    ran, reused = place.steps("ran"), place.steps("reused")
    assert f"read {name}" in ran
    assert {f"read {other}" for other in FILES if other != name} <= reused
    dataset = {"指标执行情况表": "指标执行情况"}.get(stem := name.split("/")[0].rsplit(".", 1)[0], stem)
    checked = {step.removeprefix("check ") for step in ran if step.startswith("check ")}
    assert checked == {dataset} | LOOKED_AT.get(name, set())
    assert not ran & reused


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        pytest.param("支付明细.csv", wrong_amount, id="finance"),
        pytest.param("科普员分享记录/2024-03.csv", wrong_times, id="share", marks=pytest.mark.full),
        pytest.param("自评填报表.xlsx", halved, id="declaration", marks=pytest.mark.full),
    ],
)
def test_a_mended_file_gives_what_a_clean_run_gives(
    place: Place, clean: dict[str, bytes], name: str, spoil: Callable[[Path], None]
) -> None:
    spoil_and_mend(place, clean, name, spoil)


@pytest.mark.full
@pytest.mark.parametrize("name", FILES)
def test_each_file_emptied_and_put_back(place: Place, clean: dict[str, bytes], name: str) -> None:
    spoil_and_mend(place, clean, name, emptied)
