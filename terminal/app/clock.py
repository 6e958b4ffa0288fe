"""The only real clock of the terminal."""

from __future__ import annotations

import time

from shared.clock import Now


class SystemClock:
    """``mono_s`` never falls, whatever happens to the date (a Pi without a clock chip jumps when the network comes)."""

    def now(self) -> Now:
        return Now(time.monotonic(), time.time_ns() // 1_000_000)
