"""One telephone line that rings: when it began, who is told to be calling, and when it has stopped."""

from __future__ import annotations

from shared.visit.events import CallEnded, CallReceived, Event
from terminal.protocol.telephone import UNKNOWN, Caller

RINGS_WITHOUT_CALLER = 2  # the number comes before or right after the first ring
RING_GAP_S = 8.0  # a ring every 3 s in Japan, every 6 s in America


class Ringing:
    """Answers with events. ``ends_at``: when :meth:`tick` finds that it has stopped; None while it is quiet."""

    def __init__(self) -> None:
        self.ends_at: float | None = None
        self._rings = 0
        self._told: Caller | None = None

    def rang(self, now: float) -> list[Event]:
        """Once for each ring."""
        self.ends_at = now + RING_GAP_S
        self._rings += 1
        return self._tell(UNKNOWN) if self._told is None and self._rings >= RINGS_WITHOUT_CALLER else []

    def called_by(self, caller: Caller, now: float) -> list[Event]:
        """The line said who it is. Late is better than never, and another caller is another call."""
        self.ends_at = now + RING_GAP_S
        return self._tell(caller) if caller != self._told else []

    def tick(self, now: float) -> list[Event]:
        """Whether it has stopped."""
        return self.stop() if self.ends_at is not None and now >= self.ends_at else []

    def stop(self) -> list[Event]:
        """It rings no more, or nobody could tell."""
        was_told = self._told is not None
        self.ends_at, self._rings, self._told = None, 0, None
        return [CallEnded()] if was_told else []

    def _tell(self, caller: Caller) -> list[Event]:
        self._told = caller
        return [CallReceived(caller.number, caller.withheld)]
