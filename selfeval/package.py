"""The package of one unit: which files it holds, its status and run.json, and how it is published.

Figures, findings and pages are made elsewhere; nothing here but `attempt` knows of the run that made it.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import schemas
from selfeval import confirm, digest, editions, pipeline, proofread, publish, run_record
from selfeval.checks.quarantine import PLACE
from selfeval.facts import codec
from selfeval.model import Finding, Status, UnitYear
from selfeval.pages import findings as pages
from selfeval.pages import index
from selfeval.pages.copies import copies
from selfeval.pages.order import by_weight
from selfeval.pages.workbook import as_xlsx
from selfeval.pipeline import UnitPipeline
from selfeval.store import Entry

#: Files that an issue writes and that a later blocked run leaves as they are.
ISSUED = ("report.html", "report.docx", "report.pdf", "scorecards.xlsx", "facts.json")
_PUBLIC = tuple(f"{editions.PUBLIC}/{name}" for name in editions.FILES)
_REPORT_FOLDER = Path(__file__).parent / "report"
#: The renderers: a step each, so that a changed template runs what uses it.
FORMATS = {
    "report.html": "selfeval.report.html",
    "report.docx": "selfeval.report.docx",
    "report.pdf": "selfeval.report.pdf",
    "scorecards.xlsx": "selfeval.report.xlsx",
}


@dataclass(frozen=True)
class Outcome:
    """What a run did for one unit. `reasons` are the messages of what blocks or is awaited."""

    unit: str
    year: int
    status: Status
    folder: Path
    counts: Mapping[str, int]
    reasons: tuple[str, ...]
    #: where the documents marked 草稿 lie, where they were asked for.
    draft: Path | None = None


def status_of(p: UnitPipeline) -> Status:
    """What a unit's run comes to: awaited files first, then errors, then what a person has to confirm."""
    if p.plan.awaited:
        return "awaiting"
    if pipeline.blocked(p.findings):
        return "blocked"
    return "to confirm" if p.plan.settings.approval and confirm.open_warnings(p) else "issued"


def render(p: UnitPipeline, *, draft: bool = False, public: bool = False) -> dict[str, Entry]:
    """The report files through the store, a step a format; a draft bears its mark on every page."""
    year = replace(p.unit_year, draft=draft)
    year = editions.public(year) if public else year
    data = _report_key(year)
    rendered: dict[str, Entry] = {}
    for name, module in ((n, FORMATS[n]) for n in (editions.FILES if public else FORMATS)):
        code = digest.of_code((module,), _resources())

        def build(folder: Path, name: str = name, module: str = module) -> dict[str, Any]:
            (folder / name).write_bytes(_render_one(module, year))
            return {"fonts": _fonts()}

        rendered[name] = p.store.memo("render", name, {"data": data, "file": name, "code": code}, build)
    if not public:
        proofread.own(p.store, rendered["report.html"].file("report.html"))
    return rendered


def _resources() -> tuple[Path, ...]:
    return (_REPORT_FOLDER,)


def _render_one(module: str, year: UnitYear) -> bytes:
    from importlib import import_module

    return import_module(module).render(year)  # type: ignore[no-any-return]


def _fonts() -> dict[str, str]:
    from selfeval.report.fonts import fonts_used

    return fonts_used()


def _report_key(year: UnitYear) -> str:
    """Digest of all that a renderer sees."""
    return digest.of_value(asdict(year))


def publish_unit(p: UnitPipeline, out: Path, attempt: Mapping[str, Any]) -> Outcome:
    """Decide the status and publish: an issued package replaces the one before whole, any other its findings alone.

    The year's index is the caller's to write, once for all units it publishes.
    """
    status = status_of(p)
    target = out / str(p.plan.year) / p.plan.unit
    files: dict[str, bytes | Path] = {}
    findings = list(p.findings)
    if status == "issued":
        rendered = render(p)
        files |= {name: entry.file(name) for name, entry in rendered.items()}
        if p.plan.settings.public:
            files |= {f"{editions.PUBLIC}/{name}": e.file(name) for name, e in render(p, public=True).items()}
        files["facts.json"] = facts = codec.public(p.plan.unit, p.plan.year, p.facts).encode()
        issued: Mapping[str, Any] | None = _issued(files)
        by_hand = proofread.edited(target)
        files |= by_hand
        findings += proofread.own(p.store, rendered["report.html"].file("report.html"))
        findings += proofread.told(p.store, by_hand, facts)
        findings.sort(key=lambda f: pipeline.SEVERITY[f.severity])
    else:
        issued = _issued_before(target)
    files |= _finding_files(p, status, findings)
    steps = [asdict(r) for r in p.store.records]
    run = run_json(p, status, issued, findings, {**attempt, "steps": steps})
    files[run_record.FILE] = _text(run)
    keep = None if status == "issued" else _issued_files
    publish.replace(target, files, keep=keep)
    draft = target.with_name(f"{p.plan.unit}-草稿") if p.plan.draft else None
    if draft is not None:
        # Beside the package, never in it: what was issued, or is issued now, bears no mark.
        publish.replace(draft, {n: e.file(n) for n, e in render(p, draft=True).items()})
    counts = {s: sum(f.count for f in findings if f.severity == s) for s in ("error", "warning", "info")}
    reasons = tuple(f.message for f in by_weight(p.findings) if f.severity == "error")
    return Outcome(p.plan.unit, p.plan.year, status, target, counts, reasons, draft)


def publish_failure(out: Path, year: int, unit: str, reason: str, attempt: Mapping[str, Any]) -> None:
    """Say that a run failed for a unit, by one Chinese sentence: as its only finding, and in run.json.

    What the last run issued or set aside stays as it was; run.json keeps its account of it.
    """
    target = out / str(year) / unit
    before = run_record.read(target) or run_record.RunRecord(
        status="failed", unit=unit, year=year, issued=None, versions=digest.versions()
    )
    message = reason.rstrip("。") + "。"
    finding = Finding("run.failed", "error", message, "请按所述改正后重新运行；仍不能解决的，请联系技术人员查看日志。")
    summary = index.summary("failed", [finding], 0)
    files: dict[str, bytes | Path] = {
        "findings.json": pages.as_json([finding]),
        "findings.xlsx": as_xlsx([finding]),
        "findings.html": pages.as_html(unit, before.name or unit, year, "failed", [finding]),
        run_record.FILE: _text(
            {
                **before.model_dump(mode="json"),
                "status": "failed",
                "summary": summary,
                "attempt": {**attempt, "steps": []},
            }
        ),
    }
    publish.replace(target, files, keep=_all_files)


def _issued_files(folder: Path) -> dict[str, Path]:
    """What the last issue wrote, as it lies there, and what people wrote in it."""
    return {n: folder / n for n in (*ISSUED, *_PUBLIC) if (folder / n).is_file()} | proofread.kept_before(folder)


def _all_files(folder: Path) -> dict[str, Path]:
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def _text(run: Mapping[str, Any]) -> bytes:
    return (json.dumps(run, ensure_ascii=False, indent=1) + "\n").encode()


def _finding_files(p: UnitPipeline, status: Status, findings: Sequence[Finding]) -> dict[str, bytes | Path]:
    aside = {account.name: account.quarantined for account in p.accounts}
    files: dict[str, bytes | Path] = {
        "findings.json": pages.as_json(findings),
        "findings.xlsx": as_xlsx(findings, copies((part for ps in p.parts.values() for part in ps), findings)),
        "findings.html": pages.as_html(p.plan.unit, p.unit_name, p.plan.year, status, findings, aside),
    }
    for dataset, entry in p.checked.items():
        files[f"quarantine/{dataset}.csv"] = entry.file("quarantine.csv")
    if not p.checked:
        files["quarantine/无数据.csv"] = ("\ufeff" + ",".join(PLACE) + "\r\n").encode()
    return files


def _issued(files: Mapping[str, bytes | Path]) -> dict[str, Any]:
    digests = {
        name: digest.of_file(content) if isinstance(content, Path) else digest.of_bytes(content)
        for name, content in ((n, files[n]) for n in (*ISSUED, *_PUBLIC) if n in files)
    }
    return {"digest": digest.of_value(digests), "files": digests}


def _issued_before(target: Path) -> Mapping[str, Any] | None:
    before = run_record.read(target)
    return before.issued.model_dump() if before and before.issued else None


def run_json(
    p: UnitPipeline,
    status: Status,
    issued: Mapping[str, Any] | None,
    findings: Sequence[Finding],
    attempt: Mapping[str, Any],
) -> dict[str, Any]:
    """run.json as the contract has it; all but `attempt` is the same for the same inputs, code and machine image."""
    datasets = {
        account.name: {
            "files": [asdict(f) for f in account.files],
            "read": account.read,
            "accepted": account.accepted,
            "quarantined": account.quarantined,
        }
        for account in p.accounts
    }
    last = p.plan.last_year
    return {
        "status": status,
        "unit": p.plan.unit,
        "year": p.plan.year,
        "name": p.unit_name,
        "issued": issued,
        "datasets": datasets,
        "others": [{"file": name} for name in p.plan.inventory.others],
        "versions": {"python": platform.python_version(), **digest.versions(), "code": code_digest()},
        "fonts": _fonts(),
        "packs": [p.plan.settings.pack, p.plan.settings.department_pack],
        "last_year": last and {"year": last.year, "facts": last.sha256},
        "summary": index.summary(status, findings, len(confirm.open_warnings(p))),
        "attempt": dict(attempt),
    }


def code_digest() -> str:
    """One digest of all code, rules, SQL, schemas and templates that make a package."""
    here = Path(__file__).parent
    declared = (schemas.module_of(d) for d in schemas.datasets().values())
    resources = (here / "facts", here / "checks", here / "scoring", here / "pages", schemas.DOMAINS, *_resources())
    return digest.of_code(("selfeval.package", *FORMATS.values(), *declared), resources)
