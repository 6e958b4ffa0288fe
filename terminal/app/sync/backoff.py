"""When to try again: full jitter between nothing and a limit that doubles, so that a chain's terminals spread out."""

from __future__ import annotations

import random

BACKOFF_MIN_S = 5.0  # card-and-sync 5.4
BACKOFF_MAX_S = 900.0
WAIT_MAX_S = 3_600  # a longer pause is not taken from anybody: an error there must not silence a shop for a day


class Backoff:
    """``dice`` come from the composition root, so that a simulation throws the same ones again."""

    def __init__(self, every_s: float, dice: random.Random) -> None:
        self._every_s = every_s
        self._dice = dice
        self._failures = 0

    def next_delay_s(self, failed: bool, wait_s: int = 0) -> float:
        """Seconds until the next round, never less than head office's own wish ``wait_s``."""
        wish = float(min(max(wait_s, 0), WAIT_MAX_S))
        if not failed:
            self._failures = 0
            return max(self._every_s, wish)
        limit = min(BACKOFF_MIN_S * 2**self._failures, BACKOFF_MAX_S)
        self._failures = min(self._failures + 1, 16)  # beyond 8 the limit stands anyway
        return wish + self._dice.uniform(0, limit)
