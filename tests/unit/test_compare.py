"""`selfeval diff`: the figures, sentences, findings and raw rows that differ between two packages of one unit."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from selfeval import package
from selfeval.compare.packages import NotAPackageError, compare
from selfeval.compare.rows import RowChange, changed_rows
from selfeval.pages import difference as pages
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import RAW, YEAR

UNIT = "352003"
SURVEY = "满意度问卷.csv"


def issue(raw: Path, out: Path, store: Store) -> Path:
    store = Store(store.root)
    outcome = package.publish_unit(UnitPipeline(plan(raw, YEAR, UNIT), store), out, {})
    return outcome.folder


def edited(path: Path, change: Callable[[list[list[str]]], object]) -> None:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    change(rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory, store: Store) -> tuple[Path, Path]:
    """A package before and after the survey was mended: one answer changed, one questionnaire added, one dropped."""
    root = tmp_path_factory.mktemp("compare")
    shutil.copytree(RAW / str(YEAR) / UNIT, root / "raw" / str(YEAR) / UNIT)
    old = issue(root / "raw", root / "old", store)

    def change(rows: list[list[str]]) -> None:
        place = rows[0].index("总体评价")
        rows[5][place] = "不满意" if rows[5][place] != "不满意" else "满意"
        rows.append([*rows[-1]])
        rows[-1][0] = "新增的问卷"
        del rows[9]

    edited(root / "raw" / str(YEAR) / UNIT / SURVEY, change)
    return old, issue(root / "raw", root / "new", store)


def test_facts_that_rest_on_the_mended_file_changed_and_no_other(packages: tuple[Path, Path]) -> None:
    found = compare(*packages)
    changed = {c.id: c for c in found.facts}
    assert changed["satisfaction.rate"].files == (SURVEY,)
    assert changed["satisfaction.rate"].delta.endswith("个百分点")
    assert all(c.files == (SURVEY,) for c in found.facts if not c.id.startswith(("score.", "indicators.")))
    assert [(f.file, f.dataset) for f in found.files] == [(SURVEY, "满意度问卷")]


def test_sentences_are_paired_with_what_became_of_them(packages: tuple[Path, Path]) -> None:
    found = compare(*packages)
    pairs = [(c.old, c.new) for c in found.sentences]
    assert any(old and new and "满意度" in new and old != new for old, new in pairs)
    assert all(old and new for old, new in pairs)


def test_the_rows_that_made_the_change_are_told_by_row_and_header(packages: tuple[Path, Path], store: Store) -> None:
    (table,) = changed_rows(compare(*packages), store)
    assert (table.file, table.count) == (SURVEY, 3)
    rows = {(r.old_row, r.new_row): r for r in table.rows}
    assert list(rows[6, 6].cells) == ["总体评价"]
    assert (10, None) in rows and any(old is None for old, _ in rows)


def test_without_the_store_only_the_file_is_told(packages: tuple[Path, Path], tmp_path: Path) -> None:
    (table,) = changed_rows(compare(*packages), Store(tmp_path / "store"))
    assert (table.file, table.count, table.rows) == (SURVEY, None, ())


def test_a_package_does_not_differ_from_itself(packages: tuple[Path, Path]) -> None:
    found = compare(packages[0], packages[0])
    assert found.empty and list(pages.as_lines(found, [])) == [pages.NOTHING]


def test_the_page_and_the_lines_show_every_kind_of_change(packages: tuple[Path, Path], store: Store) -> None:
    found = compare(*packages)
    rows = list(changed_rows(found, store))
    html = pages.as_html(found, rows).decode()
    lines = "\n".join(pages.as_lines(found, rows))
    for text in ("satisfaction.rate", SURVEY, "总体评价"):
        assert text in html and text in lines
    assert "删去第10行" in html


def test_a_folder_without_a_package_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotAPackageError, match="不是成果包"):
        compare(tmp_path, tmp_path)


def test_row_places() -> None:
    assert pages.row_place(RowChange(6, 7, {})) == "第7行（原第6行）"
    assert pages.row_place(RowChange(7, 7, {})) == "第7行"
