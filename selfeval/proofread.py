"""Reports held against `lint` as they are issued: the one just rendered, and those that people edited after an issue.

Belongs here: which of a package's files are a person's, how they are kept, and lint's words as findings. Does not
belong here: rules (lint/), what a package holds otherwise (package.py). What is found never blocks: the figures were
checked before, and words are for a person to mend.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from selfeval import digest, privacy, run_record
from selfeval.lint import LintError, LintFinding, lint
from selfeval.model import Finding
from selfeval.store import Store

#: Issued files that people go on writing in.
WRITABLE = ("report.docx", "scorecards.xlsx")
_MARK = ".人工修改-"
_ROOT = Path(__file__).parent.parent


def own(store: Store, report: Path) -> list[Finding]:
    """Lint's errors in the report just rendered: in what people filled in, or in the program's own sentences."""
    fix = "请在自评填报表中改正相应文字后重新出具；报告其余部分不受影响。"
    return [
        _finding(found, f"本次出具的报告{found.place}：{found.message}", fix)
        for found in _linted(store, report, None)
        if found.severity == "error"
    ]


def edited(target: Path) -> dict[str, Path]:
    """Files of the package at `target` that a person wrote, under the names that keep them apart from the issued ones.

    A writable file that is no longer what was issued, and all that were kept before.
    """
    kept = kept_before(target)
    for name, issued in run_record.issued_files(target).items():
        path = target / name
        if name in WRITABLE and path.is_file() and (now := digest.of_file(path)) != issued:
            kept[f"{path.stem}{_MARK}{now[:8]}{path.suffix}"] = path
    return kept


def kept_before(target: Path) -> dict[str, Path]:
    """Files that an earlier issue kept apart: every run leaves them where they are."""
    return {p.name: p for name in WRITABLE for p in sorted(target.glob(f"{Path(name).stem}{_MARK}*"))}


def told(store: Store, files: Mapping[str, Path], facts: bytes) -> list[Finding]:
    """That each of `files` (by `edited`) was kept, and lint's errors in it, its figures held against `facts`."""
    out: list[Finding] = []
    for name, path in files.items():
        original = name.split(_MARK)[0] + path.suffix
        fix = f"请核对{name}与新出具的{original}，需要保留的改动写入原始数据后重新出具，再删除该文件。"
        try:
            errors = [found for found in _linted(store, path, facts) if found.severity == "error"]
        except LintError as error:
            message = f"{original}出具后被人修改过，已另存为{name}，没有覆盖；但无法检查：{error}"
            out.append(Finding("report.edited", "warning", message, fix, value=name))
            continue
        count = f"检查发现错误{len(errors)}处" if errors else "检查未发现错误"
        message = f"{original}出具后被人修改过，已另存为{name}，没有覆盖；{count}。"
        out.append(Finding("report.edited", "warning" if errors else "info", message, fix, value=name))
        out += [_finding(found, f"{name}{found.place}：{found.message}", fix) for found in errors]
    return [privacy.scrubbed(finding) for finding in out]


def _finding(found: LintFinding, message: str, fix: str) -> Finding:
    finding = Finding(f"report.{found.rule}", "warning", message, fix, value=found.quoted or None)
    return privacy.scrubbed(finding)


@cache
def _modules() -> tuple[str, ...]:
    """All of lint: readers and rules are imported by name, which the closure of imports does not see."""
    files = (_ROOT / "selfeval" / "lint").rglob("*.py")
    return tuple(sorted(".".join(f.relative_to(_ROOT).with_suffix("").parts) for f in files))


def _linted(store: Store, path: Path, facts: bytes | None) -> list[LintFinding]:
    """Lint's findings of one file, kept by its content. Raises LintError where it cannot be read."""

    def build(folder: Path) -> dict[str, Any]:
        given = json.loads(facts) if facts else None
        return {"findings": [asdict(found) for found in lint(path, facts=given)]}

    depends = {
        "sha256": digest.of_file(path),
        "suffix": path.suffix,
        "facts": digest.of_bytes(facts) if facts else None,
        "code": digest.of_code(_modules()),
    }
    entry = store.memo("lint", path.name, depends, build)
    return [LintFinding(**found) for found in entry.info["findings"]]
