"""The real clocks of the terminal: the machine's own, and the same held against what is known to have passed."""

from __future__ import annotations

import time

from shared.clock import Clock, ClockQuality, Now

DAY_MS = 86_400_000
BUILT_MS = 1_788_220_800_000  # 2026-09-01 UTC: this software did not exist before; a Pi without a clock boots in 1970
FOREVER_MS = 4_102_444_800_000  # 2100-01-01 UTC
BEHIND_MAX_MS = DAY_MS  # a clock corrected by minutes or hours is no clock left behind
AHEAD_MAX_MS = 200 * DAY_MS  # since the last record; a shop that is open in one season only rests half a year
FIRST_AHEAD_MAX_MS = 1_100 * DAY_MS  # of a new journal, since this software was built: older software is replaced
OFFICE_MAX_MS = DAY_MS  # from head office's time


class SystemClock:
    """``mono_s`` never falls, whatever happens to the date (a Pi without a clock chip jumps when the network comes)."""

    def now(self) -> Now:
        return Now(time.monotonic(), time.time_ns() // 1_000_000)


class ShopClock:
    """The machine's clock, not earlier than the journal's last record and this software (card-and-sync 5.9).

    A date behind these is replaced by them, a date far ahead is kept; neither is trusted. Head office's time, once
    heard, outweighs both. ``hear`` may be called from another thread.
    """

    def __init__(self, machine: Clock, recorded_ms: int = 0) -> None:
        """``recorded_ms``: the journal's last record; 0 = it has none, and only the software's age is a measure."""
        self._machine = machine
        self._floor_ms = max(recorded_ms, BUILT_MS)
        self._ahead_max_ms = AHEAD_MAX_MS if recorded_ms else FIRST_AHEAD_MAX_MS
        self._since_s = machine.now().mono_s
        self._office: tuple[int, float] | None = None  # UTC milliseconds there, our monotonic seconds

    def hear(self, office_ms: int) -> None:
        """Head office says what time it is now. A time outside this century is not heard."""
        if BUILT_MS <= office_ms <= FOREVER_MS:
            self._office = (office_ms, self._machine.now().mono_s)

    def now(self) -> Now:
        told = self._machine.now()
        if self._office is not None:
            office_ms = _counted_on(*self._office, told.mono_s)
            if abs(told.wall_ms - office_ms) <= OFFICE_MAX_MS:
                return told
            return Now(told.mono_s, office_ms, ClockQuality.BEHIND)
        floor_ms = _counted_on(self._floor_ms, self._since_s, told.mono_s)
        if told.wall_ms > floor_ms + self._ahead_max_ms:
            return Now(told.mono_s, told.wall_ms, ClockQuality.AHEAD)
        if told.wall_ms < floor_ms - BEHIND_MAX_MS:
            return Now(told.mono_s, floor_ms, ClockQuality.BEHIND)
        return told if told.wall_ms >= floor_ms else Now(told.mono_s, floor_ms)


def _counted_on(wall_ms: int, at_s: float, now_s: float) -> int:
    return wall_ms + int((now_s - at_s) * 1000)
