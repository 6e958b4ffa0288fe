"""The clock of simulated mechanics: real time, optionally faster."""

from __future__ import annotations

import time


class RigClock:
    """``now()`` counts seconds ``speed`` times as fast as they pass; lines and mechanics all follow it."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._start_s = time.monotonic()

    def now(self) -> float:
        """Simulated seconds since the rig began; never falls."""
        return (time.monotonic() - self._start_s) * self.speed

    def real_s(self, until: float) -> float:
        """Real seconds until the clock shows ``until``; 0 if it is past."""
        return max(0.0, (until - self.now()) / self.speed)
