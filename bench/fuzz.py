"""`make fuzz`: hostile bytes over every reader, the declaration workbook, both TOML files and lint's readers.

A byte-level mutational fuzzer of our own, guided by the lines of selfeval/ that an input reaches: an input that reaches
a new line is kept and mutated further. Packed formats are mutated inside and packed anew, so that a checksum does not
stop every input at the door. Only findings or the readers' own errors may come out: any other exception, an input that
takes longer than TIME or more than MEMORY is a crash, is kept in .cache/fuzz and makes the exit status 1.
The work is done in rounds of a reader; what was counted and what was kept stands in .cache/fuzz after each of them, so
that a run that was cut off is carried on by the next. (atheris would do the same, but has no wheel for every Python that this runs on.)
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import multiprocessing
import os
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from schemas import Scope, datasets, default_domains
from selfeval.lint import lint
from selfeval.lint.model import LintError
from selfeval.settings import CONFIRMED_FILE, SETTINGS_FILE, ConfigError, Settings, load_confirmed, load_settings
from selfeval.sources import header, old_workbook, workbook
from selfeval.sources.part import read_part, read_sheets
from selfeval.sources.scan import scan
from selfeval.sources.text import Unreadable

ROOT = Path(__file__).parent.parent
CRASHES = ROOT / ".cache" / "fuzz"
UNIT = ROOT / "data" / "raw" / "2024" / "352003"
#: Seconds of computing an input may take, seconds it may take at all, and bytes of address space beside what the program itself needs.
TIME = 10
WAIT = 120
MEMORY = 3 << 30
#: A sheet of more cells is refused where an input is not tried whole: to unfold one takes as long as a thousand inputs.
MAX_CELLS = 300_000
#: Every so many inputs that a reader takes, and each that reaches a new line, go through typing and checks in DuckDB too.
WHOLE = 100
#: Inputs of one reader in one process.
ROUND = 4000
#: After so many calls without a new line, a function is watched in one of so many calls.
PLENTY, SELDOM = 300, 16
SCOPE = Scope(2024, "352003", default_domains())
_WORDS = (
    b"", b"\x00", b'"', b"'", b",", b"\t", b"\r", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xa1\xa1", b"-1", b"1e999",
    b"99999999999999999999", b"nan", b"[", b"{", b"]", b"<", b">", b"&#0;", b"&a;", b"<!--", b"]]>", "合计".encode(),
    "２０２４年".encode(), "万元".encode(), "（".encode(), b"=", b"2024-02-30", b"\xf0\x9f\x98\x80", b"%s", b"r=\"A0\"", b"r=\"XFE1048577\"",
)  # fmt: skip
#: What stands between the signs of a format, and what may be put there without breaking it.
_TOKEN = re.compile(rb"[0-9A-Za-z.\x80-\xff-]+")
_TOKENS = (
    b"", b"0", b"-1", b"1", b"2147483648", b"1e999", b"99999999999999999999", b"nan", b"1048577", b"XFE1", b"true", b"2024-02-30",
    "合计".encode(), "２０２４年".encode(), "万元".encode(), "\u3000".encode(), "1，000．5".encode(), "—".encode(), b"%s", b"12.5%",
)  # fmt: skip


class Slow(BaseException):
    """An input took longer than TIME."""


@dataclass
class Reader:
    """What is fuzzed: its seeds, and what is done with one input (a file's bytes, a folder to work in).

    `whole` asks for everything that a run does with the input, else the reader alone is tried.
    """

    name: str
    seeds: Sequence[bytes]
    run: Callable[[bytes, Path, bool], None]
    has_whole: bool = False


@dataclass
class Result:
    reader: str
    tried: int = 0
    #: Of them, those that went through typing and checks as well, and those that the reader refused.
    whole: int = 0
    refused: int = 0
    kept: int = 0
    lines: int = 0
    slowest: float = 0.0
    crashes: list[str] = field(default_factory=list)


def _file(name: str, file: str) -> Callable[[bytes, Path, bool], None]:
    """Through the inventory and the reader of a raw file; at times through typing and checks as well."""
    declared = datasets()[name]
    tables = [(table, table.schema(SCOPE)) for table in declared.tables]

    def run(data: bytes, folder: Path, whole: bool) -> None:
        (folder / file).write_bytes(data)
        for raw in scan(folder, 2024, "352003", Settings()).files.get(name, ()):
            if whole:
                work = folder / "work"
                shutil.rmtree(work, ignore_errors=True)
                work.mkdir()
                read_part(raw, declared, SCOPE, {}, work)
                shutil.rmtree(work)
                continue
            for sheet in read_sheets(raw):
                for table, schema in tables:
                    if len(tables) == 1 or sheet.name == table.sheet:
                        header.locate(sheet, table, schema, {})

    return run


def _toml(name: str, load: Callable[[Path], Any]) -> Callable[[bytes, Path, bool], None]:
    def run(data: bytes, folder: Path, whole: bool) -> None:
        (folder / name).write_bytes(data)
        load(folder)

    return run


def _lint(suffix: str) -> Callable[[bytes, Path, bool], None]:
    def run(data: bytes, folder: Path, whole: bool) -> None:
        path = folder / f"report{suffix}"
        path.write_bytes(data)
        lint(path)

    return run


def _head(name: str, lines: int = 12) -> bytes:
    return b"".join((UNIT / name).read_bytes().splitlines(keepends=True)[:lines])


def _zip(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    rows = [line.split(",") for line in _head("满意度问卷.csv").decode("utf-8-sig").splitlines()]
    table = pa.table({label: [r[i] if i < len(r) else None for r in rows[1:]] for i, label in enumerate(rows[0])})
    pq.write_table(table, out)
    return out.getvalue()


def _jsonl() -> bytes:
    return b'{"\xe9\x97\xae\xe5\x8d\xb7\xe7\xbc\x96\xe5\x8f\xb7": "W1", "a": [1, {"b": null}], "c": 1.50}\n' * 3


def _reports() -> dict[str, list[bytes]]:
    """Seeds of lint: small reports of each format."""
    import docx
    import openpyxl
    import weasyprint

    pages = sorted((ROOT / "tests" / "fixtures" / "lint").glob("*.html"))[:3]
    text = sorted((ROOT / "tests" / "fixtures" / "lint").glob("*.txt"))[0].read_bytes()
    document, book, letter = docx.Document(), openpyxl.Workbook(), io.BytesIO()
    document.add_heading("一、基本情况")
    document.add_paragraph("全年预算数100.00万元，支出95.00万元，执行率95%。")
    table = document.add_table(2, 3)
    for cell, word in zip(table.rows[0].cells, ("项目", "预算数", "支出数"), strict=True):
        cell.text = word
    document.save(letter)
    for row in (["项目", "年初预算数", "执行数"], ["甲", 10, 9.5], ["合计", 10, 9.5]):
        book.active.append(row)
    sheet = io.BytesIO()
    book.save(sheet)
    pdf = weasyprint.HTML(string="<p>一、基本情况</p><table><tr><td>合计<td>100.00</table>").write_pdf()
    # Figures alone: the font of Chinese words, not compressed, would be all that there is to mutate.
    plain = weasyprint.HTML(string="<p>1</p><table border><tr><td>0<td>100.00</table>").write_pdf(uncompressed_pdf=True)
    return {
        ".html": [p.read_bytes() for p in pages],
        ".txt": [text],
        ".docx": [letter.getvalue()],
        ".xlsx": [sheet.getvalue()],
        ".pdf": [pdf, plain],
    }


def readers() -> list[Reader]:
    """Every reader with its seeds."""
    survey, tasks = _head("满意度问卷.csv"), _head("科普员月任务.csv")
    settings = '"规则包" = "national-2020"\n"容错率" = 0.005\n["数据集"."满意度问卷"]\n"文件" = ["*问卷*"]\n'.encode()
    confirmed = '[["说明"]]\n"位置" = "a"\n"内容" = "b"\n'.encode()
    files = {
        "csv": ("满意度问卷", "满意度问卷.csv", [survey, survey.decode("utf-8-sig").encode("gb18030")]),
        "tsv": ("科普员月任务", "科普员月任务.tsv", [tasks.replace(b",", b"\t")]),
        "xlsx": ("精准科普服务统计", "精准科普服务统计.xlsx", [(UNIT / "精准科普服务统计.xlsx").read_bytes()]),
        "xls": ("收入支出决算总表", "收入支出决算总表.xls", [(UNIT / "收入支出决算总表.xls").read_bytes()]),
        "jsonl": ("满意度问卷", "满意度问卷.jsonl", [_jsonl()]),
        "parquet": ("满意度问卷", "满意度问卷.parquet", [_parquet()]),
        "gz": ("满意度问卷", "满意度问卷.csv.gz", [gzip.compress(survey, mtime=0)]),
        "zip": ("满意度问卷", "满意度问卷.zip", [_zip({"满意度问卷.csv": survey, "b/满意度问卷2.csv": survey})]),
        "zst": ("满意度问卷", "满意度问卷.csv.zst", [zstandard.compress(survey)]),
        "declaration": ("自评填报表", "自评填报表.xlsx", [(UNIT / "自评填报表.xlsx").read_bytes()]),
    }
    found = [
        Reader(name, seeds, _file(dataset, file), has_whole=True) for name, (dataset, file, seeds) in files.items()
    ]
    found.append(Reader("settings", [settings], _toml(SETTINGS_FILE, load_settings)))
    found.append(Reader("confirmed", [confirmed], _toml(CONFIRMED_FILE, load_confirmed)))
    found += [Reader(f"lint{suffix}", seeds, _lint(suffix)) for suffix, seeds in _reports().items()]
    return found


# --- mutation ---


def mutated(data: bytes, rng: random.Random) -> bytes:
    """One input from another: mostly inside what is packed, at times the packing itself."""
    if rng.random() < 0.8:
        if data.startswith(b"PK\x03\x04"):
            return _in_zip(data, rng)
        if data.startswith(b"\x1f\x8b"):
            return _inside(data, rng, gzip.decompress, lambda d: gzip.compress(d, 1, mtime=0))
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return _inside(data, rng, lambda d: zstandard.decompress(d, 1 << 22), zstandard.compress)
    return _bytes(data, rng)


def _inside(data: bytes, rng: random.Random, unpack: Callable[[bytes], bytes], pack: Callable[[bytes], bytes]) -> bytes:
    try:
        return pack(_bytes(unpack(data), rng))
    except Exception:
        # The packing was mutated before.
        return _bytes(data, rng)


def _in_zip(data: bytes, rng: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist() if info.file_size < 1 << 22}
        name = rng.choice(list(members))
        kind = rng.random()
        if kind < 0.9:
            members[name] = _bytes(members[name], rng)
        elif kind < 0.95:
            del members[name]
        else:
            members[f"../{name}"] = members.pop(name)
        # To deflate takes longer than to read what is not.
        return _zip(members, zipfile.ZIP_DEFLATED if rng.random() < 0.1 else zipfile.ZIP_STORED)
    except Exception:
        return _bytes(data, rng)


def _bytes(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    if rng.random() < 0.4:
        tokens = list(_TOKEN.finditer(data))
        for token in sorted(rng.sample(tokens, min(len(tokens), rng.choice((1, 1, 2, 4)))), key=lambda t: -t.start()):
            other = rng.choice(tokens).group() if rng.random() < 0.5 else rng.choice(_TOKENS)
            out[token.start() : token.end()] = other
        return bytes(out[: 1 << 20])
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        a = rng.randrange(len(out) + 1)
        b = min(len(out), a + rng.choice((0, 1, 1, 2, 4, 16, 64, 512)))
        kind = rng.randrange(6)
        if kind == 0:
            out[a:b] = rng.choice(_WORDS)
        elif kind == 1:
            out[a:b] = rng.randbytes(b - a)
        elif kind == 2:
            del out[a:b]
        elif kind == 3:
            out[a:a] = out[a:b] * rng.choice((1, 2, 50))
        elif kind == 4 and out:
            place = rng.randrange(len(out))
            out[place] ^= 1 << rng.randrange(8)
        else:
            c = rng.randrange(len(out) + 1)
            out[c:c] = out[a:b]
    return bytes(out[: 1 << 20])


# --- running ---


class Coverage:
    """The lines of selfeval/ and schemas/ that were reached.

    A function all of whose lines are known is not watched any more, one called often without news seldom: watching
    costs several times what is watched.
    """

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self.new = False
        self._own = (str(ROOT / "selfeval"), str(ROOT / "schemas"))
        self._unseen: dict[CodeType, set[int]] = {}
        self._calls: dict[CodeType, int] = {}

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        code = frame.f_code
        unseen = self._unseen.get(code)
        if unseen is None:
            own = code.co_filename.startswith(self._own)
            unseen = {line for *_, line in code.co_lines() if line} if own else set()
            self._unseen[code] = unseen
        if not unseen:
            return None
        calls = self._calls[code] = self._calls.get(code, 0) + 1
        return self._line if calls < PLENTY or not calls % SELDOM else None

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        code, line = frame.f_code, frame.f_lineno
        unseen = self._unseen[code]
        if line in unseen:
            unseen.remove(line)
            self._calls[code] = 0
            self.seen.add((code.co_filename, line))
            self.new = True
        return self._line


class Trials:
    """The trial of old workbooks in one process for many, which the one it stands for has to start for each.

    It takes a sixteenth of the memory: to fill more of it takes a second. What is tried whole goes through the real one.
    """

    SOURCE = f"""
import io, resource, sys
import python_calamine
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + {old_workbook.MEMORY // 16},) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
while size := sys.stdin.buffer.read(8):
    try:
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read(int.from_bytes(size))))
    except MemoryError:
        raise
    except Exception:
        pass
    sys.stdout.buffer.write(b"1")
    sys.stdout.buffer.flush()
"""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def can_be_opened(self, data: bytes) -> bool:
        process = self._process
        if process is None:
            command = [sys.executable, "-I", "-c", self.SOURCE]
            pipe, null = subprocess.PIPE, subprocess.DEVNULL
            process = self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null)
        assert process.stdin and process.stdout
        try:
            process.stdin.write(len(data).to_bytes(8) + data)
            process.stdin.flush()
            answered = bool(select.select([process.stdout], [], [], old_workbook.SECONDS)[0] and process.stdout.read(1))
        except BrokenPipeError:
            answered = False
        if not answered:
            self.end()
        return answered

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


_TRIALS = Trials()


def fuzz(
    reader: Reader,
    inputs: int,
    seed: int | str,
    *,
    crashes: Path = CRASHES,
    kept: Sequence[bytes] = (),
    keep: Callable[[bytes], object] = len,
) -> Result:
    """Try so many inputs on one reader, in this process; `kept` ones of before are mutated further, new ones go to `keep`."""
    rng = random.Random(f"{seed}/{reader.name}")
    result, coverage = Result(reader.name), Coverage()
    corpus, refusals, told = list(reader.seeds), list[bytes](), set[str]()
    _watch()
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fuzz", dir=memory if os.access(memory, os.W_OK) else None))

    def crashed(data: bytes, crash: str | None) -> bool:
        if crash and crash not in told:
            told.add(crash)
            crashes.mkdir(parents=True, exist_ok=True)
            path = crashes / f"{reader.name}-{hashlib.sha256(data).hexdigest()[:12]}"
            path.write_bytes(data)
            result.crashes.append(f"{path.name}: {crash}")
        return bool(crash)

    try:
        # What was kept before shows what is no longer new.
        for data in kept:
            before = Result(reader.name)
            if not crashed(data, _one(reader, data, folder, False, coverage, before)):
                (refusals if before.refused else corpus).append(data)
        taken = 0
        for n in range(inputs):
            # The seeds themselves first; then mostly what is not refused, the newest as often as all others.
            known = refusals if refusals and rng.random() < 0.2 else corpus
            parent = known[-1 - rng.randrange(min(8, len(known)))] if rng.random() < 0.5 else rng.choice(known)
            data = corpus[n] if n < len(reader.seeds) else mutated(parent, rng)
            coverage.new = False
            refused_before = result.refused
            if crashed(data, _one(reader, data, folder, False, coverage, result)):
                continue
            new = coverage.new and n >= len(reader.seeds)
            refused = result.refused > refused_before
            if new:
                (refusals if refused else corpus).append(data)
                keep(data)
                result.kept += 1
            if not refused and reader.has_whole:
                taken += 1
                if new or taken % WHOLE == 1:
                    result.whole += 1
                    crashed(data, _one(reader, data, folder, True, coverage, Result(reader.name)))
    finally:
        _TRIALS.end()
        shutil.rmtree(folder, ignore_errors=True)
    result.lines = len(coverage.seen)
    return result


def _one(reader: Reader, data: bytes, folder: Path, whole: bool, coverage: Coverage, result: Result) -> str | None:
    """What went wrong with one input, told by its type and place; None where nothing did."""
    started = time.perf_counter()
    signal.setitimer(signal.ITIMER_PROF, TIME)
    signal.setitimer(signal.ITIMER_REAL, WAIT)
    real = old_workbook.can_be_opened, workbook.MAX_CELLS
    if not whole:
        old_workbook.can_be_opened, workbook.MAX_CELLS = _TRIALS.can_be_opened, MAX_CELLS
    # DuckDB's part is not Python's to trace, and tracing would only slow what leads to it.
    sys.settrace(None if whole else coverage)
    try:
        reader.run(data, folder, whole)
    except (Unreadable, ConfigError, LintError):
        result.refused += 1
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _place(error)
    finally:
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        old_workbook.can_be_opened, workbook.MAX_CELLS = real
        result.tried += 1
        result.slowest = max(result.slowest, time.perf_counter() - started)
    return None


def one(reader: Reader, data: bytes, folder: Path, whole: bool) -> str | None:
    """What goes wrong with one input; None where nothing does."""
    _watch()
    return _one(reader, data, folder, whole, Coverage(), Result(reader.name))


def _watch() -> None:
    """Computing time is what counts, however busy the machine is; a wait that never ends is cut off as well."""
    signal.signal(signal.SIGPROF, _slow)
    signal.signal(signal.SIGALRM, _slow)


def _slow(number: int, frame: FrameType | None) -> None:
    raise Slow


def _place(error: BaseException) -> str:
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(ROOT / "selfeval"))]
    where = f"{Path(own[-1].filename).relative_to(ROOT)}:{own[-1].lineno}" if own else "?"
    return f"{type(error).__name__} at {where}: {str(error)[:120]}"


def _job(job: tuple[str, int, str]) -> Result:
    name, inputs, seed = job
    # calamine's panics and the libraries' warnings would bury the counts.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + (4 << 30), resource.getrlimit(resource.RLIMIT_AS)[1]))
    folder = CRASHES / "kept" / name
    folder.mkdir(parents=True, exist_ok=True)
    kept = [path.read_bytes() for path in sorted(folder.iterdir())]

    def keep(data: bytes) -> None:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    return fuzz(next(r for r in readers() if r.name == name), inputs, seed, kept=kept, keep=keep)


def _line(r: Result) -> str:
    return (
        f"{r.reader:12} {r.tried:8} inputs  {r.whole:6} whole  {r.refused:8} refused  {r.kept:5} kept  {r.lines:5} lines reached"
        f"  slowest {r.slowest:.1f} s  {len(r.crashes)} crashes"
    )


def _add(sums: Result, r: Result) -> None:
    """Add a round of a reader to what was counted before it."""
    sums.tried += r.tried
    sums.whole += r.whole
    sums.refused += r.refused
    sums.kept += r.kept
    sums.lines = max(sums.lines, r.lines)
    sums.slowest = max(sums.slowest, r.slowest)
    sums.crashes += [c for c in r.crashes if c not in sums.crashes]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_020_000, help="over all readers, in equal parts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", action="append", help="this one alone; may be given several times")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    names = options.reader or [r.name for r in readers()]
    each = -(-options.inputs // len(names))
    counts = CRASHES / "counts.json"
    counted = json.loads(counts.read_text()) if counts.exists() else {}
    sums = {name: Result(**counted.get(name, {"reader": name})) for name in names}
    # One of each reader in turn, so that a run cut off has tried them all.
    rounds = sorted(
        ((start, name) for name in names for start in range(sums[name].tried, each, ROUND)), key=lambda job: job[0]
    )
    jobs = [(name, min(ROUND, each - start), f"{options.seed}/{start}") for start, name in rounds]
    # A process a round: one that dies (a crash in C, no memory) breaks its pool and so the whole run, loudly.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, spawn, max_tasks_per_child=1) as pool:
        for r in pool.map(_job, jobs):
            _add(sums[r.reader], r)
            print(_line(r), *r.crashes, sep="\n    ", flush=True)
            counts.parent.mkdir(parents=True, exist_ok=True)
            counts.write_text(json.dumps(counted | {name: asdict(found) for name, found in sums.items()}))
    crashed = any(r.crashes for r in sums.values())
    print("all rounds, those of earlier calls included:")
    for r in sums.values():
        print(_line(r), *r.crashes, sep="\n    ")
    total = sum(r.tried for r in sums.values())
    print(f"{total} inputs; crashes are in {CRASHES.relative_to(ROOT)}" if crashed else f"{total} inputs, no crash")
    # The next call counts anew, from what was kept.
    counts.unlink(missing_ok=True)
    return int(crashed)


if __name__ == "__main__":
    sys.exit(main())
