"""Recall and precision of lint on the repository's own documents stay where the issue wants them."""

from __future__ import annotations

import pytest

from bench import lint as bench


@pytest.mark.parametrize("folder", [bench.OWN, bench.UNSEEN], ids=lambda folder: folder.name)
def test_recall_and_precision(folder: bench.Path) -> None:
    kinds, _, _ = bench.measure(folder, ())
    whole = bench.total(list(kinds.values()))
    assert whole.recall >= 0.95, whole.missed
    assert whole.precision >= 0.97, whole.false


def test_a_missed_fault_and_a_false_alarm_count(tmp_path: bench.Path) -> None:
    (tmp_path / "01_a.txt").write_text("覆盖率较上年提升2.08%。\n", encoding="utf-8")
    fault = {"report": "01", "kind": "sum", "quoted": "1", "expected": "2", "severity": "error"}
    (tmp_path / "truth.json").write_text(bench.json.dumps({"faults": [fault], "clean": []}), encoding="utf-8")
    kinds, _, _ = bench.measure(tmp_path, ())
    assert (kinds["sum"].recall, kinds["points-or-percent"].precision) == (0.0, 0.0)
