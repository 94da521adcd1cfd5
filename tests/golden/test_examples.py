"""Both example units against their expected files: every fact, every planted fault, every row count."""

from __future__ import annotations

from decimal import Decimal

import pytest

from selfeval.checks.grouping import ranges
from selfeval.pipeline import UnitPipeline
from tests.conftest import UNITS, expected


def spread(rows: str | None, first: int | None) -> set[int]:
    found = {first} if first else set()
    for part in (rows or "").split(","):
        if part:
            low, _, high = part.partition("-")
            found |= set(range(int(low), int(high or low) + 1))
    return found


@pytest.mark.parametrize("unit", UNITS)
def test_every_expected_fact_comes_out_exactly(pipelines: dict[str, UnitPipeline], unit: str) -> None:
    facts = pipelines[unit].facts
    for fact_id, want in expected(unit)["facts"].items():
        got = facts[fact_id]
        assert got.unit == want["unit"], fact_id
        if isinstance(want["value"], str):
            assert got.value == want["value"], fact_id
        else:
            assert Decimal(str(got.value)) == Decimal(repr(want["value"])), fact_id


@pytest.mark.parametrize("unit", UNITS)
def test_every_planted_fault_is_found_at_its_row_and_nothing_else_in_the_logs(
    pipelines: dict[str, UnitPipeline], unit: str
) -> None:
    planted = {(fault["file"], fault["row"]) for fault in expected(unit)["planted"]}
    found = {
        (f.file, row)
        for f in pipelines[unit].findings
        if f.dataset == "科普员分享记录"
        for row in spread(f.rows, f.row)
    }
    assert found == planted


@pytest.mark.parametrize("unit", UNITS)
def test_faults_of_a_cell_name_its_column(pipelines: dict[str, UnitPipeline], unit: str) -> None:
    columns = {(f.file, f.row): f.column for f in pipelines[unit].findings if f.dataset == "科普员分享记录"}
    for fault in expected(unit)["planted"]:
        assert columns[fault["file"], fault["row"]] == fault["column"]


@pytest.mark.parametrize("unit", UNITS)
def test_no_row_is_lost(pipelines: dict[str, UnitPipeline], unit: str) -> None:
    accounts = pipelines[unit].accounts
    for account in accounts:
        for file in account.files:
            assert file.read == file.accepted + file.quarantined, file
    read = {file.file: file.read for account in accounts for file in account.files if file.sheet is None}
    sheets = {file.file: file.read for account in accounts for file in account.files}
    for name, rows in expected(unit)["rows_read"].items():
        assert {**sheets, **read}[name] == rows, name
    shares = next(a for a in accounts if a.name == "科普员分享记录")
    want = expected(unit)["share_rows"]
    assert (shares.read, shares.accepted) == (want["read"], want["accepted"])


def test_the_clean_unit_has_no_error_and_no_warning_about_its_data(pipelines: dict[str, UnitPipeline]) -> None:
    loud = [f for f in pipelines["351001"].findings if f.severity != "info" and f.file is not None]
    assert loud == []


def test_the_dirty_unit_warns_and_does_not_block(pipelines: dict[str, UnitPipeline]) -> None:
    severities = [f.severity for f in pipelines["352003"].findings]
    assert "error" not in severities
    reasons = {f.row for f in pipelines["352003"].findings if f.rule.startswith("indicators.reason")}
    assert reasons == {4, 9, 10, 12, 14, 16, 18, 19, 21}


def test_rows_are_written_as_ranges() -> None:
    assert ranges([7, 8, 9, 12, 12, 14]) == "7-9,12,14"
