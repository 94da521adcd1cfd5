"""报送登记.csv of a year: which package was sent when, to whom, in which edition.

Belongs here: the lines of the register. It lies beside the packages, because a package holds nothing of the clock.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

from selfeval import publish, run_record
from selfeval.editions import PUBLIC

FILE = "报送登记.csv"
HEAD = ("时间", "单位代码", "版本", "送交", "成果包摘要")
EDITIONS = ("报送版", PUBLIC)


class NotIssuedError(Exception):
    """There is nothing that could have been sent; the text is one Chinese sentence."""


@dataclass(frozen=True)
class Sent:
    """One line: `digest` is that of run.json's `issued` at the time."""

    when: str
    unit: str
    edition: str
    to: str
    digest: str


def add(out: Path, year: int, unit: str, edition: str, to: str, when: str) -> Sent:
    """Write down that what is issued now was sent. Raises NotIssuedError."""
    folder = out / str(year)
    run = run_record.read(folder / unit)
    if run is None or run.issued is None:
        raise NotIssuedError(f"单位{unit}{year}年还没有出报告，无从登记")
    if edition == PUBLIC and not (folder / unit / PUBLIC).is_dir():
        raise NotIssuedError(f"单位{unit}的成果包没有公开版，请在单位设置.toml写“公开版 = true”后重新运行")
    sent = Sent(when, unit, edition, _inert(to), run.issued.digest)
    with publish.locked(folder), (folder / FILE).open("a", encoding="utf-8", newline="") as stream:
        line = io.StringIO(newline="")
        writer = csv.writer(line)
        if stream.tell() == 0:
            line.write("\ufeff")
            writer.writerow(HEAD)
        writer.writerow(astuple(sent))
        # One write, so that a reader sees whole lines.
        stream.write(line.getvalue())
    return sent


def entries(out: Path, year: int) -> Iterator[Sent]:
    """All lines of a year, oldest first."""
    path = out / str(year) / FILE
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in list(csv.reader(stream))[1:]:
                yield Sent(*row)


def _inert(text: str) -> str:
    return f"'{text}" if re.match(r"[=+@\t\r\n-]", text) else text
