"""Whether an old workbook (.xls) can be opened: tried first in a process of its own, with a limit of memory and time.

calamine unfolds every sheet as it opens such a file: one broken cell address, or a chain of sectors that loops, takes
all memory there is, and the process with it. Belongs here: the trial alone. What stands in the file is read elsewhere.
"""

from __future__ import annotations

import subprocess
import sys

#: Bytes of address space, the interpreter's own included; a full .xls (65,536 × 256 cells) takes a third of it.
MEMORY = 2 << 30
SECONDS = 20
_TRIAL = f"""
import io, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import python_calamine
try:
    python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
except MemoryError:
    raise
except Exception:
    pass  # an error that is told; the reader has it too, and knows what it says
"""


def can_be_opened(data: bytes) -> bool:
    """Whether calamine opens it, or says why not, within the limits: one that has a password is the reader's to tell."""
    try:
        tried = subprocess.run(
            [sys.executable, "-I", "-c", _TRIAL], input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return tried.returncode == 0
