"""Thin tasks over the steps of `selfeval.pipeline`, keyed by digests; a task takes a batch of units, mostly of one.

Belongs here: what makes a task's cache key, how a reused result is verified, how one unit's failure is kept from the
others. Does not belong here: order (year_end.py), rules and numbers (selfeval).
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.client.schemas.objects import State
from prefect.context import TaskRunContext
from prefect.states import Completed, Failed
from prefect.tasks import Task

import schemas
from flows import artifacts, leases, refusals, words
from flows.home import LOG, Home
from selfeval import digest, duck, package
from selfeval.pages import index
from selfeval.pipeline import FileChangedError, UnitPipeline, plan
from selfeval.privacy import scrub
from selfeval.settings import ConfigError
from selfeval.store import Store

#: Up to so many chains of tasks a run; more units share a chain.
CHAINS = 100
_HERE = Path(package.__file__).parent
#: What each stage runs, beside what the stages before it run: (modules, folders of SQL, packs, templates).
_CODE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "读取": (("selfeval.sources.part", "selfeval.sources.scan"), ()),
    "校验": (("selfeval.checks.resolve", "selfeval.checks.crosscheck"), ("checks/rules",)),
    "计算": (("selfeval.facts.engine", "selfeval.checks.accepted"), ("facts",)),
    "评分": (("selfeval.scoring",), ("scoring",)),
}
progress: list[Callable[[str, str], None]] = []


class StageError(Exception):
    """A stage did not come to its end; the text is one Chinese line, free of private data."""


# A plain class, because Prefect walks into dataclasses among a task's arguments.
class UnitWork:
    """One unit on its way through a run: its plan, its steps, and what went wrong."""

    def __init__(
        self, raw: Path, out: Path, year: int, unit: str, home: Home, *, draft: bool = False, force: bool = False
    ) -> None:
        self.unit, self.year, self.home = unit, year, home
        self.store = Store(home.store, force=force)
        self.error: str | None = None
        self.misconfigured = False
        self.digest = ""
        self._pipeline: UnitPipeline | None = None
        with self.guarded("清点"):
            stock = plan(raw, year, unit, out=out, draft=draft, digests=self.store.digests)
            self.digest = stock.digest
            self._pipeline = UnitPipeline(stock, self.store)

    @property
    def pipeline(self) -> UnitPipeline:
        assert self._pipeline is not None, "a unit that failed is not run on"
        return self._pipeline

    @property
    def alive(self) -> bool:
        return self.error is None

    def guarded(self, stage: str) -> _Guard:
        return _Guard(self, stage)

    def release(self) -> None:
        """Let go of tables and the database, so that a hundred units need no more memory than one."""
        self._pipeline = None


class _Guard:
    """Keeps what goes wrong with one unit from the others: an exception becomes the unit's `error`, one Chinese line."""

    def __init__(self, work: UnitWork, stage: str) -> None:
        self.work, self.stage = work, stage

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        if duck.interrupted(error):
            raise KeyboardInterrupt from error
        work = self.work
        if isinstance(error, ConfigError):
            work.error, work.misconfigured = str(error), True
        elif isinstance(error, FileNotFoundError) and self.stage == "清点":
            work.error, work.misconfigured = f"没有找到单位{work.unit}的文件夹。", True
        elif isinstance(error, FileChangedError):
            work.error = f"文件“{error}”在读取时被改动，请在文件不再变动后重试。"
        elif isinstance(error, duckdb.OutOfMemoryException) or getattr(error, "errno", None) == errno.ENOSPC:
            LOG.error("unit %s, stage %s", work.unit, self.stage, exc_info=error)
            work.error = (
                f"{self.stage}时空间不够：临时文件最多可用{duck.SPILL}，或磁盘已满。"
                f"请清理{work.home.root}所在的磁盘（selfeval gc）后重试。"
            )
        else:
            LOG.error("unit %s, stage %s", work.unit, self.stage, exc_info=error)
            line = (
                refusals.told(error)
                or f"{self.stage}时程序出错（{type(error).__name__}），详见日志{work.home.log_file}"
            )
            work.error = scrub(f"{line}。")
        return True


class Batch:
    """The units of one chain of tasks."""

    def __init__(self, works: list[UnitWork]) -> None:
        self.works = works

    def __str__(self) -> str:
        first = self.works[0].unit
        return first if len(self.works) == 1 else f"{first}等{len(self.works)}个单位"

    @property
    def alive(self) -> list[UnitWork]:
        return [w for w in self.works if w.alive]

    def key(self, stage: str) -> str:
        inputs = [[w.unit, w.year, w.digest, w.alive] for w in self.works]
        home = str(self.works[0].home.root)
        return digest.of_value({"stage": stage, "units": inputs, "code": code_of(stage), "home": home})


def in_batches(works: list[UnitWork]) -> Iterator[Batch]:
    """Up to CHAINS batches of equal size, in the order of the units."""
    size = max(1, -(-len(works) // CHAINS))
    for start in range(0, len(works), size):
        yield Batch(works[start : start + size])


@cache
def code_of(stage: str) -> str:
    """Digest of the code, rules, SQL and templates that a stage and those before it run."""
    if stage not in _CODE:
        return package.code_digest()
    names = list(_CODE)[: list(_CODE).index(stage) + 1]
    # Declarations are found by being there: no import leads to them.
    declared = tuple(schemas.module_of(d) for d in schemas.datasets().values())
    modules = tuple(m for n in names for m in _CODE[n][0])
    folders = tuple(_HERE / folder for n in names for folder in _CODE[n][1])
    return digest.of_code((*declared, *modules), (schemas.DOMAINS, *folders))


def _keyed(stage: str) -> CachePolicy:
    def key(context: TaskRunContext, arguments: dict[str, Any]) -> str | None:
        batch: Batch = arguments["batch"]
        return batch.key(stage)

    return CachePolicy.from_cache_key_fn(key)


class Stage:
    """A task a batch. Called in a flow it gives nothing: a unit's failure stands in its `error`."""

    def __init__(self, name: str, act: Callable[[UnitWork], object]) -> None:
        self.name, self.act = name, act
        self.task: Task[[Batch], Any] = task(
            name=name,
            task_run_name=f"{name} {{batch}}",
            cache_policy=_keyed(name),
            persist_result=True,
            result_serializer="json",
        )(self._run)

    def _run(self, batch: Batch) -> State[dict[str, list[str]]]:
        """Run the stage and give what each unit rests on so far: entries of the store, never their content."""
        before = {w.unit: len(w.store.records) for w in batch.works}
        alive = batch.alive
        for work in alive:
            with work.guarded(self.name), artifacts.progress(self.name, work):
                self.act(work)
        done = {w.unit: w.store.records[before[w.unit] :] for w in alive}
        artifacts.stage(self.name, alive, done)
        if failed := [f"{w.unit}：{w.error}" for w in alive if w.error]:
            # Raised, because a failed state that is returned would be kept as the result.
            raise StageError("；".join(failed)) from None
        said = artifacts.ran_and_reused([r for records in done.values() for r in records])
        return Completed(message=said, data={w.unit: w.store.keys for w in alive})

    def __call__(self, batch: Batch) -> None:
        if not batch.alive:
            return
        for told in progress:
            told(self.name, str(batch))
        force = any(w.store.force for w in batch.works)
        run = self.task.with_options(refresh_cache=True) if force else self.task
        state: State[Any] = run(batch, return_state=True)
        # A cached result only says what the stage rested on: it stands as long as every entry is there and sound.
        if state.name == "Cached" and not _sound(state, batch):
            LOG.warning(
                "%s %s: cached, but the store lacks an entry or it was changed; running again", self.name, batch
            )
            self.task.with_options(refresh_cache=True)(batch, return_state=True)


def _sound(state: State[Any], batch: Batch) -> bool:
    try:
        rests_on: Any = state.result(raise_on_failure=False)
        return all(work.store.sound(key) for work in batch.alive for key in rests_on[work.unit])
    except Exception:
        # A reference that cannot be read is as good as none.
        LOG.warning("unreadable cached reference", exc_info=True)
        return False


def _check(work: UnitWork) -> None:
    work.pipeline.checked  # noqa: B018
    work.pipeline.crosschecked  # noqa: B018


def _score(work: UnitWork) -> None:
    work.pipeline.findings  # noqa: B018
    if work.pipeline.reportable:
        work.pipeline.facts  # noqa: B018


def _render(work: UnitWork) -> None:
    p = work.pipeline
    if p.reportable and package.status_of(p) == "issued":
        package.render(p)
    if p.plan.draft:
        package.render(p, draft=True)


read = Stage("读取", lambda work: work.pipeline.parts)
check = Stage("校验", _check)
compute = Stage("计算", lambda work: work.pipeline.raw_facts)
score = Stage("评分", _score)
render = Stage("生成", _render)


# Publishing is never taken from a cache: it looks at what lies in the output folder, and puts right what is not.
@task(name="发布", task_run_name="发布 {batch}", cache_policy=NO_CACHE)
def _publish(batch: Batch, out: Path, attempt: dict[str, Any]) -> State[list[package.Outcome]]:
    outcomes = []
    alive = batch.alive
    for work in alive:
        with work.guarded("发布"), work.home.lock(f"{work.year}-{work.unit}"):
            told = {**attempt, "inputs": work.digest, "code": code_of("发布")}
            outcome = package.publish_unit(work.pipeline, out, told)
            leases.note(work.home, outcome.folder, work.store.keys, issued=outcome.status == "issued")
            outcomes.append(outcome)
    for work in batch.works:
        if work.error:
            failed_unit(work, out, attempt)
    write_index(batch.works[0], out)
    artifacts.published(alive, outcomes)
    wrong = [f"{o.unit}：{blocked_line(o)}" for o in outcomes if o.status == "blocked"]
    wrong += [f"{w.unit}：{w.error}" for w in alive if w.error]
    said = "；".join(wrong or [f"{o.unit}：{words.STATUS[o.status]}" for o in outcomes])
    return Failed(message=said, data=outcomes) if wrong else Completed(message=said, data=outcomes)


def failed_unit(work: UnitWork, out: Path, attempt: dict[str, Any]) -> None:
    """Let a unit's folder say that it failed. What fails here too, as on a full disk, is only logged."""
    try:
        with work.home.lock(f"{work.year}-{work.unit}"):
            package.publish_failure(out, work.year, work.unit, str(work.error), attempt)
    except OSError:
        LOG.exception("unit %s: its failure could not be published", work.unit)


def write_index(work: UnitWork, out: Path) -> None:
    """Write the year's index, once a batch: it has a line for each of all units. What fails here is only logged."""
    try:
        with work.home.lock(f"{work.year}"):
            index.write(out / str(work.year), work.year)
    except OSError:
        LOG.exception("the index of %s could not be written", work.year)


def publish(batch: Batch, out: Path, attempt: dict[str, Any]) -> list[package.Outcome]:
    """Publish what the batch came to; a unit that failed on the way has no outcome, but its `error`."""
    for told in progress:
        told("发布", str(batch))
    state: State[Any] = _publish(batch, out, attempt, return_state=True)
    found = state.result(raise_on_failure=False)
    if isinstance(found, list):
        return found
    LOG.error("publishing %s ended %s: %r", batch, state.name, found)
    for work in batch.alive:
        work.error = f"发布时程序出错，详见日志{work.home.log_file}。"
    return []


def blocked_line(outcome: package.Outcome) -> str:
    """What blocks a unit, in one line."""
    first = words.clipped(scrub(outcome.reasons[0]), 80) if outcome.reasons else ""
    return f"{outcome.counts['error']}处错误，如：{first}"
