"""A run that reuses what earlier runs kept gives the same as one from nothing, over random sequences of edits."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import YEAR
from tests.faults.units import UNIT, small_unit

FILES = ("满意度问卷.csv", "支付明细.csv", "科普员分享记录/2024-03.csv", "天府科技云注册明细.csv", "科普员月任务.csv")
Edit = tuple[str, str, int]
edits = st.lists(
    st.tuples(
        st.sampled_from(("drop", "double", "blank", "swap", "remove", "settings")),
        st.sampled_from(FILES),
        st.integers(1, 120),
    ),
    min_size=1,
    max_size=3,
)


def apply(unit: Path, edit: Edit, originals: dict[str, bytes]) -> None:
    """Change one file by hand's usual slips; a file that was removed comes back with the next edit of it."""
    kind, name, row = edit
    if kind == "settings":
        (unit / "单位设置.toml").write_text(f'"容错率" = 0.{row:03d}\n', encoding="utf-8")
        return
    path = unit / name
    if kind == "remove":
        path.unlink(missing_ok=True)
        return
    lines = (path.read_bytes() if path.exists() else originals[name]).splitlines(keepends=True)
    place = min(row, len(lines) - 1)
    if kind == "drop":
        del lines[place]
    elif kind == "double":
        lines.insert(place, lines[place])
    elif kind == "blank":
        lines[place] = b"," + lines[place].partition(b",")[2]
    else:
        lines[1], lines[place] = lines[place], lines[1]
    path.write_bytes(b"".join(lines))


def outcome(raw: Path, store: Path) -> dict[str, object]:
    """All that a package is made of."""
    p = UnitPipeline(plan(raw, YEAR, UNIT), Store(store))
    found: dict[str, object] = {
        "findings": [asdict(f) for f in p.findings],
        "accounts": [asdict(a) for a in p.accounts],
        "quarantine": {name: entry.file("quarantine.csv").read_bytes() for name, entry in p.checked.items()},
    }
    return found | ({"facts": {i: asdict(f) for i, f in p.facts.items()}} if p.reportable else {})


def check(sequence: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        unit = root / "raw" / str(YEAR) / UNIT
        small_unit(unit)
        originals = {name: (unit / name).read_bytes() for name in FILES}
        outcome(root / "raw", root / "kept")
        for n, edit in enumerate(sequence):
            apply(unit, edit, originals)
            kept = outcome(root / "raw", root / "kept")
            assert kept == outcome(root / "raw", root / f"clean-{n}"), edit


@pytest.mark.full
@pytest.mark.parametrize(
    "sequence",
    [[("double", "科普员分享记录/2024-03.csv", 9)]],
)
def test_a_doubled_row(sequence: list[Edit]) -> None:
    check(sequence)


@pytest.mark.full
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits)
def test_any_sequence_of_edits(sequence: list[Edit]) -> None:
    check(sequence)
