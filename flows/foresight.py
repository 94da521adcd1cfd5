"""What a run would do again, and why, without doing it: for --dry-run and --only-failed.

Belongs here: comparing today's inputs with what the last run said of its own. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.home import Home
from selfeval import package, run_record
from selfeval.pipeline import Plan, UnitPipeline, plan
from selfeval.settings import ConfigError
from selfeval.store import Entry, Store


class _WouldRunError(Exception):
    """A step has no sound entry in the store; the text is its name."""


@dataclass
class _DryStore(Store):
    """A store that builds nothing."""

    def _build(self, key: str, build: Callable[[Path], Mapping[str, Any]]) -> Entry:
        raise _WouldRunError(key)


@dataclass(frozen=True)
class Foresight:
    """What would run for a unit: its stages, and the reasons."""

    unit: str
    stages: tuple[str, ...]
    reasons: tuple[str, ...]


def status_before(out: Path, year: int, unit: str) -> str | None:
    """The status of a unit's last run, None where there was none."""
    run = run_record.read(out / str(year) / unit)
    return run.status if run else None


def not_issued(out: Path, year: int, units: list[str]) -> list[str]:
    """The units whose last run did not end with an issued report."""
    return [u for u in units if status_before(out, year, u) != "issued"]


def foresee(
    home: Home, raw: Path, out: Path, year: int, unit: str, *, draft: bool = False, force: bool = False
) -> Foresight:
    """What a run of this unit would do again."""
    before = run_record.read(out / str(year) / unit)
    try:
        store = _DryStore(home.store)
        stock = plan(raw, year, unit, out=out, draft=draft, digests=store.digests)
    except (ConfigError, FileNotFoundError) as error:
        return Foresight(unit, (), (str(error) if isinstance(error, ConfigError) else "没有文件夹",))
    if force:
        return Foresight(unit, tuple(_stages()), ("要求全部重算（--force）",))
    stages = _would_run(UnitPipeline(stock, store))
    reasons = _reasons(stock, before)
    if stages and not reasons:
        reasons = ["以前的中间结果不在或被改动"]
    return Foresight(unit, tuple(stages), tuple(reasons))


def _stages() -> dict[str, Callable[[UnitPipeline], object]]:
    return {
        "读取": lambda p: p.parts,
        "校验": lambda p: (p.checked, p.crosschecked),
        "计算": lambda p: p.raw_facts,
        "评分": lambda p: p.findings,
        "生成": lambda p: package.render(p) if p.reportable and package.status_of(p) == "issued" else None,
    }


def _would_run(p: UnitPipeline) -> list[str]:
    """The first stage that lacks an entry and all after it, since they rest on it."""
    names = list(_stages())
    for place, (_, act) in enumerate(_stages().items()):
        try:
            act(p)
        except _WouldRunError:
            return names[place:]
    return []


def _reasons(stock: Plan, before: run_record.RunRecord | None) -> list[str]:
    if before is None:
        return ["还没有运行过"]
    told = [{f["file"]: f["sha256"] for d in before.datasets.values() for f in d["files"]}]
    now = {f.name: f.sha256 for files in stock.inventory.files.values() for f in files}
    reasons = [f"新增文件“{n}”" for n in now if n not in told[0]]
    reasons += [f"文件“{n}”已不在" for n in told[0] if n not in now]
    reasons += [f"文件“{n}”内容有变化" for n in now if n in told[0] and told[0][n] != now[n]]
    if before.versions.get("code") != package.code_digest():
        reasons.append("程序、规则或模板有变化")
    if not reasons and before.attempt.get("inputs") != stock.digest:
        reasons.append("单位设置或补充说明有变化")
    return reasons


def as_lines(found: Foresight) -> list[str]:
    """How a person is told."""
    if not found.stages:
        why = f"（{'；'.join(found.reasons)}）" if found.reasons else ""
        return [f"{found.unit}  没有需要重新运行的步骤{why}"]
    return [f"{found.unit}  会重新运行：{'、'.join(found.stages)}", *[f"    因为{r}" for r in found.reasons[:10]]]
