"""What a keypad reports of itself, said once: that it works, or why not. And keys that nobody can be holding."""

from __future__ import annotations

from collections.abc import Hashable

from shared.visit.events import DeviceLost, DeviceReady, Event
from terminal.drivers.port import Role

STUCK_AFTER_S = 10.0  # no finger rests so long; a jammed key, a spilt drink or something lying on it does
STUCK = "device.keypad.stuck"


class Watch:
    """The keys that are down, since when, and what was reported last."""

    def __init__(self) -> None:
        self._since: dict[Hashable, float] = {}
        self._reported: str | None = None  # "" = ready, else the code of the loss; None = nothing yet

    def press(self, key: Hashable, now: float) -> None:
        self._since[key] = now

    def release(self, key: Hashable) -> None:
        self._since.pop(key, None)

    def release_all(self) -> None:
        self._since.clear()

    def is_down(self, key: Hashable) -> bool:
        return key in self._since

    def report(self, code: str) -> tuple[Event, ...]:
        """``code`` "" for a keypad that works; nothing if that is known."""
        if code == self._reported:
            return ()
        self._reported = code
        role = Role.KEYPAD.value
        return (DeviceLost(role, code) if code else DeviceReady(role),)

    def judge(self, now: float) -> tuple[Event, ...]:
        """Stuck keys, or their end."""
        return self.report(STUCK if any(now - since >= STUCK_AFTER_S for since in self._since.values()) else "")

    @property
    def wake_at(self) -> float | None:
        """When the key that is down longest counts as stuck; None if it does already or none is down."""
        if not self._since or self._reported:
            return None
        return min(self._since.values()) + STUCK_AFTER_S
