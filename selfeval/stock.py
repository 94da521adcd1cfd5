"""What a run of one unit starts from: its files, its settings, what a person confirmed, whom its lists name.

Belongs here: taking stock, and the digest of all that a person can change. What is made of it is the pipeline's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from schemas import Dataset, Scope, datasets, default_domains
from selfeval import digest
from selfeval.facts import years
from selfeval.facts.years import LastYear
from selfeval.kept_digests import Digests
from selfeval.report.blocks import blocks
from selfeval.scoring import DepartmentPack, Pack, load_department_pack, load_pack
from selfeval.settings import SETTINGS_FILE, ConfigError, Settings, load_confirmed, load_settings
from selfeval.sources.part import people_in
from selfeval.sources.people import People
from selfeval.sources.scan import Inventory, may_hold_names, scan, without_names

#: Datasets of which last year's, where they lie under last year's folder, are held against this year's.
CONTINUED = ("指标执行情况", "收入支出决算总表", "科普员名册", "精准科普服务统计")


@dataclass(frozen=True)
class Plan:
    """What a run of one unit starts from: its files with digests, its settings, what a person confirmed."""

    unit: str
    year: int
    settings: Settings
    confirmed: Mapping[str, str]
    inventory: Inventory
    scope: Scope
    pack: Pack
    department_pack: DepartmentPack
    draft: bool = False
    #: last year's facts, where they were issued into the same output folder.
    last_year: LastYear | None = None
    #: last year's files of the datasets in CONTINUED, read with this year's settings; None where there are none.
    before: Plan | None = None

    @property
    def awaited(self) -> tuple[Dataset, ...]:
        """Datasets that are needed and of which no file is there."""
        return tuple(d for d in datasets().values() if d.needed and d.name not in self.inventory.files)

    @property
    def missing(self) -> tuple[str, ...]:
        """Datasets that are not needed and not there."""
        return tuple(d.name for d in datasets().values() if not d.needed and d.name not in self.inventory.files)

    def aliases(self, dataset: str) -> Mapping[str, tuple[str, ...]]:
        """The header names that this unit sets beside the shipped ones, by column."""
        own = self.settings.datasets.get(dataset)
        return own.aliases if own else {}

    @cached_property
    def people(self) -> People:
        """Persons whom the unit's lists name: read anew in each run, because names are never put into the store."""
        return people_in(self.inventory.files, self.scope, self.aliases)

    @cached_property
    def said(self) -> dict[str, str]:
        """What a person confirmed or wrote, with other persons' names masked."""
        return {place: self.people.masked(text) for place, text in self.confirmed.items()}

    @cached_property
    def digest(self) -> str:
        """The name of everything a person can change for this unit: raw files, settings, confirmed texts."""
        files = {f.name: f.sha256 for members in self.inventory.files.values() for f in members}
        return digest.of_value(
            {
                "files": files,
                "others": self.inventory.others,
                "settings": self.settings.model_dump(mode="json"),
                "packs": [self.pack.model_dump(mode="json"), self.department_pack.model_dump(mode="json")],
                "confirmed": dict(self.confirmed),
                "draft": self.draft,
                "last_year": self.last_year and self.last_year.sha256,
                "before": self.before.digest if self.before else None,
            }
        )


def plan(
    raw: Path, year: int, unit: str, *, out: Path | None = None, draft: bool = False, digests: Digests | None = None
) -> Plan:
    """Take stock of one unit, with digests kept from earlier runs where given.

    `out` is the folder in which last year's package of the unit is looked for.
    Raises FileNotFoundError (no folder) and ConfigError (its code or a settings file is wrong).
    """
    if not unit or unit.startswith(".") or unit != Path(unit).name or "\0" in unit:
        raise ConfigError(f"单位代码“{unit}”不正确，应是原始数据文件夹下一个文件夹的名称。")
    root = raw / str(year) / unit
    if not root.is_dir():
        raise FileNotFoundError(root)
    settings = load_settings(root)
    if unknown := [name for name in settings.left_out if name not in blocks()]:
        raise ConfigError(f"{SETTINGS_FILE}的“不写的内容”没有“{unknown[0]}”，可用的有{'、'.join(blocks())}。")
    scope = Scope(year, unit, settings.domains_with(default_domains()))
    _columns_of_aliases(settings, scope)
    packs = (load_pack(settings.pack, root), load_department_pack(settings.department_pack, root))
    found = scan(root, year, unit, settings, digests)
    facts = years.load(out / str(year - 1) / unit, year - 1) if out else None
    now = _discreet(Plan(unit, year, settings, load_confirmed(root), found, scope, *packs, draft, facts))
    return dataclasses.replace(now, before=_last_year(now, raw / str(year - 1) / unit, digests))


def _discreet(plan: Plan) -> Plan:
    """The plan with persons' names masked in the names of files; only where there may be one, as it reads the lists."""
    if not may_hold_names(plan.inventory):
        return plan
    return dataclasses.replace(plan, inventory=without_names(plan.inventory, plan.people.file_name))


def _columns_of_aliases(settings: Settings, scope: Scope) -> None:
    """Raises ConfigError for an alias of a column that its dataset does not have: it would be of no effect, unseen."""
    for name, own in settings.datasets.items():
        titles = [str(c.title) for t in datasets()[name].tables for c in t.schema(scope).columns.values()]
        if unknown := [column for column in own.aliases if column not in titles]:
            known = "、".join(dict.fromkeys(titles))
            raise ConfigError(f"{SETTINGS_FILE}的“数据集.{name}.别名”没有“{unknown[0]}”这一列，可用的有{known}。")


def _last_year(now: Plan, root: Path, digests: Digests | None) -> Plan | None:
    """Last year's files under `root` as far as this year's are held against them."""
    if not root.is_dir():
        return None
    scope = dataclasses.replace(now.scope, year=now.year - 1)
    found = scan(root, scope.year, now.unit, now.settings, digests)
    files = {name: members for name, members in found.files.items() if name in CONTINUED}
    inventory = dataclasses.replace(found, files=files, others=(), findings=())
    last = dataclasses.replace(now, year=scope.year, scope=scope, confirmed={}, inventory=inventory, last_year=None)
    return _discreet(last) if files else None
