"""One Prefect home a session, one state folder a test, and a small unit that runs in seconds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.home import Home, prepare_prefect
from selfeval import package
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.conftest import RAW, YEAR

UNIT, OTHER = "351001", "352003"
#: Lines kept of the long logs; what is left still gives every fact.
_KEPT = {"科普员分享记录": 150, "全省科普员综合排名.csv": 400, "天府科技云注册明细.csv": 300}


@pytest.fixture(scope="session")
def small_units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both example units, with their logs cut short."""
    folder = tmp_path_factory.mktemp("small")
    for unit in (UNIT, OTHER):
        shutil.copytree(RAW / str(YEAR) / unit, folder / unit)
    for path in folder.rglob("*.csv"):
        name = path.relative_to(folder).parts[1]
        if name in _KEPT:
            path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[: _KEPT[name]]))
    return folder


class Known:
    """Both small units, and what reading their files gives: most tests spoil one file and need not read the others."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root = folder, root
        for unit in (UNIT, OTHER):
            shutil.copytree(folder / unit, root / "raw" / str(YEAR) / unit)
        self.pipelines = {u: UnitPipeline(plan(root / "raw", YEAR, u), Store(root / "store")) for u in (UNIT, OTHER)}
        self.read = {
            (unit, raw.name): entry.path
            for unit, p in self.pipelines.items()
            for name in p.plan.inventory.files
            for raw, entry in p.read(name)
        }

    def give(self, store: Path, unit: str, spoilt: str | None) -> None:
        """Put what reading gives into another store, but for one file's."""
        for (of, name), path in self.read.items():
            if of == unit and name != spoilt:
                shutil.copytree(path, store / path.parent.name / path.name, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def known(small_units: Path, tmp_path_factory: pytest.TempPathFactory) -> Known:
    return Known(small_units, tmp_path_factory.mktemp("known"))


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prefect's own folder, shared, because making its database takes longer than most tests.

    Prefect reads its settings once a process: where another test imported it before, it is that test's folder.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELFEVAL_HOME", str(tmp_path_factory.mktemp("prefect")))
        for name in ("SELFEVAL_DATABASE_URL", "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"):
            patch.delenv(name, raising=False)
        prepare_prefect(Home.current())
        from prefect.settings import get_current_settings

        yield get_current_settings().home


class Place:
    """A raw folder, an output folder and a state folder of a test's own."""

    def __init__(self, root: Path, known: Known) -> None:
        self.raw, self.out, self.known = root / "raw", root / "out", known
        self.home = Home.current()

    def add(self, unit: str = UNIT, spoilt: str | None = None) -> Path:
        """Bring in a unit, its files already read but for the one that is to be spoilt; gives that one's path."""
        shutil.copytree(self.known.folder / unit, self.folder(unit))
        self.known.give(self.home.store, unit, spoilt)
        return self.folder(unit) / (spoilt or "")

    def folder(self, unit: str = UNIT) -> Path:
        return self.raw / str(YEAR) / unit

    def package(self, unit: str = UNIT) -> Path:
        return self.out / str(YEAR) / unit

    def run_json(self, unit: str = UNIT) -> dict[str, Any]:
        return json.loads((self.package(unit) / "run.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def steps(self, state: str, unit: str = UNIT) -> set[str]:
        return {s["name"] for s in self.run_json(unit)["attempt"]["steps"] if s["state"] == state}

    def run(self, **parameters: Any) -> Any:
        from flows import execution

        told = {"year": YEAR, "units": None, "raw": str(self.raw), "out": str(self.out), **parameters}
        return execution.run(self.home, told)

    def retry(self, flow_run: str, **changes: Any) -> Any:
        from flows import execution

        with execution.client() as api:
            return execution.retry(api, api.read_flow_run(flow_run), changes)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path, known: Known, prefect_home: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "home"))
    return Place(tmp_path, known)


def wrong_amount(path: Path) -> None:
    """Spoil the last payment: the project no longer adds up."""
    before, dot, cents = path.read_bytes().rpartition(b".")
    path.write_bytes(before + b"9" + dot + cents)


def content(folder: Path) -> dict[str, bytes]:
    """All files of a package, run.json without `attempt`."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    told = json.loads(found["run.json"])
    del told["attempt"]
    return {**found, "run.json": json.dumps(told, ensure_ascii=False).encode()}


@pytest.fixture(scope="session")
def clean(known: Known) -> dict[str, bytes]:
    """What a clean run gives, made without Prefect and with a store of its own."""
    assert package.publish_unit(known.pipelines[UNIT], known.root / "out", {}).status == "issued"
    return content(known.root / "out" / str(YEAR) / UNIT)
