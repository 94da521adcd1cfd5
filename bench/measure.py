"""One way over one log in this process: wall and processor time of the work alone, and the process's peak memory.

Run by `speed` in a process of its own, a way and a round: `python -m bench.measure WAY LOG ROSTER WORK`.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def peak(process: int | str = "self") -> float:
    """Peak memory of a process in MB, by the kernel's own mark; 0 once it has ended."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu() -> float:
    """Processor seconds of this process and of those it waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> None:
    name, log, roster, work = sys.argv[1], *(Path(a) for a in sys.argv[2:5])
    way = importlib.import_module(f"bench.ways.{name}")
    if hasattr(way, "prepare"):
        way.prepare(log, roster, work)
    wall, used = time.perf_counter(), cpu()
    found = way.run(log, roster, work)
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": cpu() - used, "peak": peak(), "found": found}))


if __name__ == "__main__":
    main()
