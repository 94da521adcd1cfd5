"""The inventory of a unit's raw folder: every file, its digest, and the dataset it belongs to by name.

Nothing is parsed here but archive directories; what a file holds is the reader's business.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

from schemas import Dataset, datasets
from selfeval.kept_digests import Digests
from selfeval.model import Finding
from selfeval.privacy import scrub
from selfeval.settings import CONFIRMED_FILE, GUIDE_FILE, SETTINGS_FILE, Settings

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl")
BOOK_SUFFIXES = (".xlsx", ".xls", ".xlsm", ".xlsb")
READABLE = (*TEXT_SUFFIXES, *BOOK_SUFFIXES, ".parquet")
#: An archive of more members is left packed, and the reader refuses it.
MAX_MEMBERS = 2_000
PACKED = (".gz", ".zst")
#: What operating systems leave beside files: never anybody's data, whatever its name and folder match.
SYSTEM_FILES = ("Thumbs.db", "desktop.ini", "._*", "__MACOSX/*", "*/__MACOSX/*")


@dataclass(frozen=True)
class RawFile:
    """A raw file, or a member of an archive (`a.zip!b.csv`).

    `name` is relative to the unit's folder, with `/`; private numbers and names are masked in it.
    """

    name: str
    path: Path
    sha256: str
    bytes: int
    member: str | None = None

    @property
    def stem(self) -> str:
        """The name of the file or member without folders and suffixes."""
        return PurePosixPath(self.name.rpartition("!")[2]).name.partition(".")[0]

    @property
    def kind(self) -> str:
        """The suffix of the content, without the packing: `x.csv.gz` → `.csv`."""
        return _suffix(self.member or self.path.name)


@dataclass(frozen=True)
class Inventory:
    """All files of a unit: by dataset in file-name order, and the others."""

    unit: str
    year: int
    root: Path
    files: Mapping[str, tuple[RawFile, ...]]
    others: tuple[str, ...]
    findings: tuple[Finding, ...] = field(default=())


def _suffix(name: str) -> str:
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in PACKED else path.suffix


def _member_name(info: zipfile.ZipInfo) -> str:
    """A member's name as written: old zip programs on Chinese Windows store GBK where the standard says cp437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _matches(name: str, patterns: Sequence[str]) -> bool:
    base = PurePosixPath(name).name
    return any(fnmatchcase(name, p) or fnmatchcase(base, p) for p in patterns)


def dataset_of(name: str, settings: Settings) -> Dataset | None:
    """The dataset a file belongs to by its name: the unit's own patterns first, then the shipped ones in order."""
    for dataset in datasets().values():
        own = settings.datasets.get(dataset.name)
        if own and _matches(name, own.globs):
            return dataset
    return next((d for d in datasets().values() if _matches(name, d.globs)), None)


def _members(raw: RawFile) -> list[tuple[RawFile, str]]:
    with zipfile.ZipFile(raw.path) as archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            return []
        taken: set[str] = set()
        return [
            (
                RawFile(
                    _shown(f"{raw.name}!", name, scrub, taken), raw.path, raw.sha256, info.file_size, info.filename
                ),
                name,
            )
            for info in sorted(archive.infolist(), key=_member_name)
            if not info.is_dir()
            for name in [_member_name(info)]
        ]


def _shown(before: str, name: str, masked: Callable[[str], str], taken: set[str]) -> str:
    """`before` and a file's name as it is shown, with a number where another one is shown so too."""
    found = shown = before + masked(name)
    number = 1
    while masked(name) != name and found in taken:
        number += 1
        head, slash, base = shown.rpartition("/")
        first, dot, rest = base.partition(".")
        found = f"{head}{slash}{first}（{number}）{dot}{rest}"
    taken.add(found)
    return found


def _walk(root: Path) -> tuple[list[Path], list[Finding]]:
    """Regular files below the unit's folder in name order; links that leave it and special files are findings."""
    paths, findings = [], []
    home = root.resolve()
    for path in sorted(root.rglob("*"), key=lambda p: p.relative_to(root).as_posix()):
        name = scrub(path.relative_to(root).as_posix())
        if path.is_symlink() and not path.resolve().is_relative_to(home):
            findings.append(
                _finding("source.link", "error", name, "是指向文件夹之外的链接，未读取", "请用文件本身替换这个链接")
            )
        elif path.is_file() and stat.S_ISREG(path.stat().st_mode):
            paths.append(path)
        elif not path.is_dir():
            findings.append(_finding("source.special", "error", name, "不是普通文件，未读取", "请用普通文件替换"))
    return paths, findings


def _finding(rule: str, severity: str, name: str, what: str, fix: str, dataset: str | None = None) -> Finding:
    return Finding(rule, severity, f"文件“{name}”{what}。", f"{fix}。", dataset=dataset, file=name)  # type: ignore[arg-type]


def _of_the_system(name: str) -> bool:
    inner = name.rpartition("!")[2]
    return PurePosixPath(inner).name == ".DS_Store" or _matches(inner, SYSTEM_FILES)


def _unknown(raw: RawFile, dataset: Dataset | None) -> Finding:
    """A file that is not read: of a known name in a form that cannot be read, or of none."""
    what, fix = "不属于任何已知数据，未读取", "如需计入请按数据名称命名"
    if dataset:
        form = f"是{raw.kind}格式" if raw.kind else "没有扩展名"
        what = f"名称属于“{dataset.name}”，但{form}，程序不能读取"
        fix = "如需计入请用Excel或WPS打开后另存为.xlsx，其余的可以不管"
    elif _of_the_system(raw.name):
        what, fix = "是操作系统留下的文件，未读取", "无需处理；可以删除"
    return _finding("source.unknown", "info", raw.name, what, fix)


def scan(root: Path, year: int, unit: str, settings: Settings, digests: Digests | None = None) -> Inventory:
    """Take stock of `root`, the folder of one unit and year. Raises FileNotFoundError where there is no such folder."""
    if not root.is_dir():
        raise FileNotFoundError(root)
    paths, findings = _walk(root)
    files: dict[str, list[RawFile]] = {}
    others: list[str] = []
    taken: set[str] = set()
    for path in paths:
        own = path.relative_to(root).as_posix()
        if own in (SETTINGS_FILE, CONFIRMED_FILE, GUIDE_FILE):
            continue
        name = _shown("", own, scrub, taken)
        if name != own:
            findings.append(
                _finding(
                    "source.private_name", "warning", name, "的文件名中有个人号码，只显示为***", "请改名后放回原处"
                )
            )
        if path.name.startswith("~$"):
            others.append(name)
            findings.append(
                _finding("source.temporary", "info", name, "是Excel打开时留下的临时文件，未读取", "关闭Excel后可以删除")
            )
            continue
        raw = RawFile(name, path, (digests or Digests()).of(path), path.stat().st_size)
        for member, inside in _expand(raw):
            # By its own name: a unit's pattern may name what is masked.
            called = own if member is raw else f"{own}!{inside}"
            dataset = None if _of_the_system(called) else dataset_of(called, settings)
            if dataset and (member.kind in READABLE or member.kind == ".zip"):
                files.setdefault(dataset.name, []).append(member)
            else:
                others.append(member.name)
                findings.append(_unknown(member, dataset))
    ordered = {name: tuple(files[name]) for name in datasets() if name in files}
    return Inventory(unit, year, root, ordered, tuple(others), tuple(findings))


def without_names(found: Inventory, masked: Callable[[str], str]) -> Inventory:
    """The inventory with persons' names masked in the names of its files, and a finding for each of those files."""
    taken: set[str] = set()
    named = [raw.name for members in found.files.values() for raw in members]
    shown = {name: _shown("", name, masked, taken) for name in sorted({*named, *found.others})}
    of = {raw.name: name for name, members in found.files.items() for raw in members}
    told = [
        _finding(
            "source.private_name", "warning", new, "的文件名中有人名，只显示为姓和*", "请改名后放回原处", of.get(old)
        )
        for old, new in shown.items()
        if old != new
    ]
    return replace(
        found,
        files={n: tuple(replace(raw, name=shown[raw.name]) for raw in members) for n, members in found.files.items()},
        others=tuple(shown[name] for name in found.others),
        findings=(*(_renamed(f, shown, masked) for f in found.findings), *told),
    )


def _renamed(finding: Finding, shown: Mapping[str, str], masked: Callable[[str], str]) -> Finding:
    old = finding.file or ""
    new = shown.get(old) or masked(old)
    return replace(finding, file=new, message=finding.message.replace(f"“{old}”", f"“{new}”"))


def may_hold_names(found: Inventory) -> bool:
    """Whether a file is called by more than what the datasets are called."""
    names = [*(raw.name for members in found.files.values() for raw in members), *found.others]
    names += [finding.file or "" for finding in found.findings]
    return any(re.search("[一-鿿·]{2}", _known_words().sub(" ", name)) for name in names)


@cache
def _known_words() -> re.Pattern[str]:
    texts = [text for d in datasets().values() for text in (d.name, *d.globs)]
    words = {word for text in texts for word in re.findall("[一-鿿]+", text)}
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


def _expand(raw: RawFile) -> list[tuple[RawFile, str]]:
    """The file, or the members of an archive, each with its own name."""
    whole = [(raw, raw.path.name)]
    if not raw.name.lower().endswith(".zip"):
        return whole
    try:
        # One without members is left to the reader too.
        return _members(raw) or whole
    # A member's name that is no text is a ValueError.
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        # Left to the reader, which says so under the dataset: the unit is then blocked, not awaiting.
        return whole
