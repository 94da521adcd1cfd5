"""Reports held against lint as they are issued, and what people edited after an issue is kept and told."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest

from selfeval import digest, proofread
from selfeval.store import Store
from tests.packages import write_run

FACTS = json.dumps({"unit": "1", "year": 2024, "facts": {}}).encode()


def write(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))
    return path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An issued package with a report that nobody touched."""
    target = tmp_path / "out" / "351001"
    target.mkdir(parents=True)
    report = write(target / "report.docx", "2024年部门整体绩效自评报告", "收入161.76万元。")
    issued = {"digest": "", "files": {"report.docx": digest.of_file(report)}}
    return write_run(target, issued=issued)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_an_untouched_report_is_not_kept_apart(package: Path) -> None:
    assert proofread.edited(package) == {}


def test_a_folder_without_package_has_nothing_edited(tmp_path: Path) -> None:
    assert proofread.edited(tmp_path / "none") == {}


def test_an_edited_report_is_kept_under_its_own_name_and_linted(package: Path, store: Store) -> None:
    write(package / "report.docx", "2024年部门整体绩效自评报告", "满意度比上年提升2.08%。", "联系电话13812345678")
    kept = proofread.edited(package)
    (name,) = kept
    assert name.startswith("report.人工修改-") and name.endswith(".docx")
    assert kept[name] == package / "report.docx"
    found = proofread.told(store, kept, FACTS)
    assert [(f.rule, f.severity) for f in found] == [
        ("report.edited", "warning"),
        ("report.lint.points-or-percent", "warning"),
        ("report.lint.privacy", "warning"),
    ]
    assert name in found[0].message and "没有覆盖" in found[0].message and "错误2处" in found[0].message
    assert "13812345678" not in json.dumps([str(f) for f in found], ensure_ascii=False)


def test_an_edit_without_faults_is_only_told(package: Path, store: Store) -> None:
    write(package / "report.docx", "2024年部门整体绩效自评报告", "收入161.76万元，较上年略有增加。")
    (found,) = proofread.told(store, proofread.edited(package), FACTS)
    assert (found.rule, found.severity) == ("report.edited", "info")


def test_what_was_kept_before_stays_and_is_not_kept_twice(package: Path) -> None:
    write(package / "report.docx", "改过的报告")
    (name,) = proofread.edited(package)
    (package / "report.docx").rename(package / name)
    assert proofread.edited(package) == {name: package / name}
    assert proofread.kept_before(package) == {name: package / name}


def test_an_edited_file_that_cannot_be_read_is_kept_all_the_same(package: Path, store: Store) -> None:
    (package / "report.docx").write_bytes(b"not a document")
    (found,) = proofread.told(store, proofread.edited(package), FACTS)
    assert found.rule == "report.edited" and "无法检查" in found.message


def test_errors_of_the_rendered_report_become_warnings(tmp_path: Path, store: Store) -> None:
    page = tmp_path / "report.html"
    page.write_text("<meta charset=utf-8><p>精准科普覆盖率较上年提升2.08%。</p>", encoding="utf-8")
    (found,) = proofread.own(store, page)
    assert (found.rule, found.severity) == ("report.lint.points-or-percent", "warning")
    assert found.file is None and "2.08个百分点" in found.message
    page.write_text("<meta charset=utf-8><p>精准科普覆盖率较上年提升2.08个百分点。</p>", encoding="utf-8")
    assert proofread.own(store, page) == []
