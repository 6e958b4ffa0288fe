"""A port without a thread: the simulation's twin of the pump. Bytes and events are collected, time is passed in."""

from __future__ import annotations

from shared.visit.effects import Effect
from shared.visit.events import Event
from terminal.drivers.core import DriverCore, Step


class DirectPort:
    """Whoever owns it carries ``take_out`` to the device, the device's bytes to ``feed``, ``take_events`` to the loop,
    and calls ``tick`` at ``wake_at``. While the link is closed the core's bytes are lost, as on a real wire."""

    def __init__(self, core: DriverCore) -> None:
        self._core = core
        self._out = bytearray()
        self._events: list[Event] = []
        self.is_open = False
        self.wake_at: float | None = None

    def open(self, now: float) -> None:
        self.is_open = True
        self._keep(self._core.opened(now))

    def close(self, now: float) -> None:
        self.is_open = False
        self._out.clear()
        self._keep(self._core.closed(now))

    def command(self, effect: Effect, now: float) -> None:
        self._keep(self._core.command(effect, now))

    def feed(self, data: bytes, now: float) -> None:
        if data and self.is_open:
            self._keep(self._core.feed(data, now))

    def tick(self, now: float) -> None:
        self._keep(self._core.tick(now))

    @property
    def has_out(self) -> bool:
        """Whether there is anything to take out."""
        return bool(self._out)

    def take_out(self) -> bytes:
        """What is to go to the device; taken once."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def take_events(self) -> tuple[Event, ...]:
        """What happened since the last taking, in order."""
        events = tuple(self._events)
        self._events.clear()
        return events

    def _keep(self, step: Step) -> None:
        if self.is_open:
            self._out += step.out
        self._events += step.events
        self.wake_at = step.wake_at
