"""A log with a million bad rows: the run ends, in bounded memory, and every row stands in its quarantine file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.conftest import SHARES, UNIT, YEAR
from tests.rules.sound import SoundUnit

BAD = 1_000_000
#: What the run may take at its peak, in MB; the rows themselves are 90 MB of text.
PEAK = 1_500
#: The kernel's mark of this process alone: ru_maxrss of a child begins with what its parent held.
RUN = """
import sys
from pathlib import Path
from selfeval import package
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
raw, home, out = map(Path, sys.argv[1:4])
p = UnitPipeline(plan(raw, int(sys.argv[4]), sys.argv[5]), Store(home))
status = package.publish_unit(p, out, {}).status
(peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(status, int(peak) // 1024)
"""


@pytest.mark.full
def test_a_million_bad_rows(sound: SoundUnit, tmp_path: Path) -> None:
    sound.tables.pop(("科普员分享记录.csv", None))
    sound.write(sound.folder)
    log = sound.folder.root / "科普员分享记录.csv"
    with log.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(SHARES) + "\r\n")
        for n in range(BAD):
            # Every other row has a bad channel, the rest no count of reads.
            channel, reads = ("大喇叭", n % 50) if n % 2 else ("抖音", "很多")
            day, clock = (
                f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
                f"{8 + n % 13:02d}:{n // 13 % 60:02d}:{n // 780 % 60:02d}",
            )
            file.write(f"{day} {clock},KP1132000{n % 3 + 1},张三,白坝村,C{n:07d},科普第{n}期,{channel},{reads}\r\n")
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-c",
        RUN,
        str(sound.folder.root.parents[1]),
        str(tmp_path / "home"),
        str(out),
        str(YEAR),
        UNIT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    status, peak = done.stdout.split()
    package = out / str(YEAR) / UNIT
    assert status == "blocked"
    assert int(peak) < PEAK
    with (package / "quarantine" / "科普员分享记录.csv").open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in file) == BAD + 1
    account = json.loads((package / "run.json").read_text(encoding="utf-8"))["datasets"]["科普员分享记录"]
    assert (account["read"], account["accepted"], account["quarantined"]) == (BAD, 0, BAD)
    findings = json.loads((package / "findings.json").read_text(encoding="utf-8"))
    told = {f["rule"]: f for f in findings if f["dataset"] == "科普员分享记录"}
    assert told["shares.channel.domain"]["count"] == told["shares.reads.type"]["count"] == BAD // 2
    assert told["shares.tolerance"]["severity"] == "error"
    assert (package / "findings.html").stat().st_size < 3_000_000
    assert (package / "findings.xlsx").stat().st_size < 3_000_000
