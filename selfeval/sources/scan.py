"""The inventory of a unit's raw folder: every file, its digest, and the dataset it belongs to by name.

Nothing is parsed here but archive directories; what a file holds is the reader's business.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
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
    """A raw file, or a member of an archive (`a.zip!b.csv`). `name` is relative to the unit's folder, with `/`."""

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


def _members(raw: RawFile) -> list[RawFile]:
    with zipfile.ZipFile(raw.path) as archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            return [raw]
        return [
            RawFile(f"{raw.name}!{scrub(_member_name(info))}", raw.path, raw.sha256, info.file_size, info.filename)
            for info in sorted(archive.infolist(), key=_member_name)
            if not info.is_dir()
        ]


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
    for path in paths:
        name = scrub(path.relative_to(root).as_posix())
        if name in (SETTINGS_FILE, CONFIRMED_FILE, GUIDE_FILE):
            continue
        if name != path.relative_to(root).as_posix():
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
        for member in _expand(raw):
            dataset = None if _of_the_system(member.name) else dataset_of(member.name, settings)
            if dataset and (member.kind in READABLE or member.kind == ".zip"):
                files.setdefault(dataset.name, []).append(member)
            else:
                others.append(member.name)
                findings.append(_unknown(member, dataset))
    ordered = {name: tuple(files[name]) for name in datasets() if name in files}
    return Inventory(unit, year, root, ordered, tuple(others), tuple(findings))


def _expand(raw: RawFile) -> list[RawFile]:
    if not raw.name.lower().endswith(".zip"):
        return [raw]
    try:
        # One without members is left to the reader too.
        return _members(raw) or [raw]
    # A member's name that is no text is a ValueError.
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        # Left to the reader, which says so under the dataset: the unit is then blocked, not awaiting.
        return [raw]
