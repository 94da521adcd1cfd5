"""Fix and re-run, by the same engine as the UI's Retry: what is published equals a clean run's, byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import main
from tests.conftest import RAW, YEAR
from tests.flows.conftest import OTHER, UNIT, Place, content

FILES = sorted(
    p.relative_to(RAW / str(YEAR) / UNIT).as_posix() for p in (RAW / str(YEAR) / UNIT).rglob("*") if p.is_file()
)
#: Datasets whose check looks at another's rows, by that other's file.
LOOKED_AT = {"科普员名册.xlsx": {"科普员月任务", "科普员分享记录"}}


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def wrong_amount(path: Path) -> None:
    before, dot, cents = path.read_bytes().rpartition(b".")
    path.write_bytes(before + b"9" + dot + cents)


def wrong_times(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"2024-", b"2023-").replace(b"2024/", b"2023/"))


def spoil_and_mend(place: Place, clean: dict[str, bytes], name: str, spoil: Callable[[Path], None]) -> None:
    path = place.folder() / name
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
        pytest.param("科普员分享记录/2024-03.csv", wrong_times, id="share"),
        pytest.param("自评填报表.xlsx", halved, id="declaration"),
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


def test_nothing_runs_where_nothing_changed_and_what_is_lost_or_spoilt_runs_again(
    place: Place, clean: dict[str, bytes], prefect_home: Path
) -> None:
    place.run()
    assert content(place.package()) == clean
    for path in place.folder().rglob("*"):
        path.touch()
    assert main(["gc", "--days", "0"]) == 0
    place.run()
    assert place.steps("ran") == set()
    # A stored table gone, another tampered with, a manifest's words changed, the published report gone.
    tables = sorted(place.home.store.glob("??/*/0.rows.parquet"))
    tables[0].unlink()
    tables[1].write_bytes(tables[1].read_bytes()[:-9] + b"tampered.")
    manifest = next(p for p in place.home.store.glob("??/*/manifest.json") if '"accounts"' in p.read_text())
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"accepted": ', '"accepted": 1', 1))
    (place.package() / "report.pdf").unlink()
    (place.package() / "facts.json").write_text("{}", encoding="utf-8")
    place.run()
    ran = place.steps("ran")
    assert len([s for s in ran if s.startswith("read ")]) == 2
    assert len([s for s in ran if s.startswith("check ")]) == 1
    assert content(place.package()) == clean
    # Prefect's own notes of what was cached: lost, and unreadable.
    notes = sorted(p for p in (prefect_home / "prefect" / "storage").iterdir() if p.is_file())
    assert notes
    for note in notes[::2]:
        note.unlink()
    for note in notes[1::2]:
        note.write_bytes(b"{")
    place.run()
    assert content(place.package()) == clean
    place.run(force=True)
    assert place.steps("reused") == set()
    assert content(place.package()) == clean


def test_one_of_two_units_broken_the_other_is_issued_and_only_the_broken_is_retried(place: Place) -> None:
    place.add(OTHER)
    spoilt = place.folder(OTHER) / "支付明细.csv"
    sound = spoilt.read_bytes()
    wrong_amount(spoilt)
    first = place.run()
    assert {o.unit: o.status for o in first.outcomes} == {UNIT: "issued", OTHER: "blocked"}
    assert f"1个单位未出报告：{OTHER}" in first.message
    issued = (place.package() / "run.json").read_bytes()
    again = place.retry(first.flow_run, only_failed=True)
    assert [(o.unit, o.status) for o in again.outcomes] == [(OTHER, "blocked")]
    spoilt.write_bytes(sound)
    third = place.retry(first.flow_run, only_failed=True)
    assert [(o.unit, o.status) for o in third.outcomes] == [(OTHER, "issued")]
    assert place.run_json(OTHER)["attempt"]["number"] == 3
    assert (place.package() / "run.json").read_bytes() == issued


def test_a_scheduled_run_takes_up_only_what_changed_and_its_retry_what_still_blocks(place: Place) -> None:
    place.add(OTHER)
    wrong_amount(place.folder(OTHER) / "支付明细.csv")
    first = place.run(changed_only=True)
    assert len(first.outcomes) == 2
    assert place.run(changed_only=True).outcomes == ()
    assert [o.unit for o in place.retry(first.flow_run).outcomes] == [OTHER]
    (place.package() / "report.html").unlink()
    assert [o.unit for o in place.run(changed_only=True).outcomes] == [UNIT]
    assert (place.package() / "report.html").exists()
    shutil.rmtree(place.folder(OTHER))
    (place.folder(OTHER)).mkdir()
    assert [(o.unit, o.status) for o in place.run(changed_only=True).outcomes] == [(OTHER, "awaiting")]
    assert place.run(changed_only=True).outcomes == ()
