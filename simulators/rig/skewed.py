"""The terminal on a machine whose date somebody sets: ``python -m simulators.rig.skewed FILE [terminal's arguments]``.

A real machine's date can be set by anybody who may; a process's own cannot, so this stands in for the machine. The
terminal's code is untouched: only the clock that it asks is another one. ``FILE`` holds milliseconds to add.
"""

from __future__ import annotations

import mmap
import sys
import time
from functools import partial
from pathlib import Path

from shared.clock import Now
from simulators.rig.skew import MILLISECONDS
from terminal.app import main as terminal


class SkewedClock:
    """The machine's clock with somebody's hand on its date."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._skew = mmap.mmap(file.fileno(), MILLISECONDS.size, prot=mmap.PROT_READ)

    def now(self) -> Now:
        """The real monotonic seconds, and the date as it was set."""
        (skew_ms,) = MILLISECONDS.unpack_from(self._skew)
        return Now(time.monotonic(), max(0, time.time_ns() // 1_000_000 + skew_ms))


def main(arguments: list[str]) -> int:
    """The terminal's own exit code."""
    path = Path(arguments[0])
    vars(terminal)["SystemClock"] = partial(SkewedClock, path)
    return terminal.main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
