"""The seam between a device's core and whoever moves its bytes.

A core never waits. It is told that the link opened or closed, given the bytes that came, the orders of the machine
and the time, and answers with bytes to send, events that happened and the moment at which it wants ``tick``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from shared.visit.effects import Effect
from shared.visit.events import Event


@dataclass(frozen=True, slots=True)
class Step:
    """``wake_at``: monotonic seconds of the next wanted tick, None for none. It replaces any earlier wish."""

    out: bytes = b""
    events: tuple[Event, ...] = ()
    wake_at: float | None = None


class DriverCore(Protocol):
    """``now`` is monotonic seconds and never falls."""

    def opened(self, now: float) -> Step:
        """The link is up: greet the device. Called again after every reconnection."""

    def closed(self, now: float) -> Step:
        """The link is gone: report what can no longer be answered."""

    def feed(self, data: bytes, now: float) -> Step:
        """Bytes came, in any pieces."""

    def command(self, effect: Effect, now: float) -> Step:
        """Carry out an order of the machine. An order that cannot be given now is answered by an event."""

    def tick(self, now: float) -> Step:
        """``wake_at`` was reached (or nothing happened; a core must bear a tick at any time)."""


@runtime_checkable
class Identified(Protocol):
    """A core whose device says who it is."""

    identity: str  # model and firmware as one line; "" until it has told
