"""The clock that moves only when the world says so."""

from __future__ import annotations

from shared.clock import Now

START_WALL_MS = 1_795_000_000_000  # 2026-11-18, 18:26 JST; every world begins here


class VirtualClock:
    """Both clocks of every terminal. ``mono_s`` begins at 0."""

    def __init__(self, wall_ms: int = START_WALL_MS) -> None:
        self.mono_s = 0.0
        self._wall_start_ms = wall_ms

    def now(self) -> Now:
        return Now(self.mono_s, self._wall_start_ms + int(self.mono_s * 1000))

    def advance_to(self, mono_s: float) -> None:
        """Time never falls."""
        self.mono_s = max(self.mono_s, mono_s)
