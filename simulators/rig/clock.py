"""The clock of simulated mechanics: real time, optionally faster, and at another pace from one moment on."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From real second ``real_s`` on, when the clock showed ``shown_s``, it runs at ``speed``."""

    real_s: float
    shown_s: float
    speed: float


class RigClock:
    """``now()`` counts seconds ``speed`` times as fast as they pass; lines and mechanics all follow it."""

    def __init__(self, speed: float = 1.0) -> None:
        self._stretches = [_Stretch(time.monotonic(), 0.0, speed)]

    @property
    def speed(self) -> float:
        """As it runs now."""
        return self._stretches[-1].speed

    def hurry(self, speed: float) -> None:
        """Run at another speed from now on."""
        if speed != self.speed:
            self._stretches.append(_Stretch(time.monotonic(), self.now(), speed))

    def now(self) -> float:
        """Simulated seconds since the rig began; never falls."""
        last = self._stretches[-1]
        return last.shown_s + (time.monotonic() - last.real_s) * last.speed

    def real_s(self, until: float) -> float:
        """Real seconds until the clock shows ``until``; 0 if it is past."""
        return max(0.0, (until - self.now()) / self.speed)

    def passed_s(self, at: float) -> float:
        """Real seconds from the rig's beginning to the moment at which the clock showed ``at``."""
        stretch = next((one for one in reversed(self._stretches) if one.shown_s <= at), self._stretches[0])
        return stretch.real_s - self._stretches[0].real_s + (at - stretch.shown_s) / stretch.speed
