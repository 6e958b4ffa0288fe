"""Core of a barcode scanner on any line. Nothing is ever said to it: it beeps by itself."""

from __future__ import annotations

from typing import Protocol

from shared.visit.effects import Effect
from shared.visit.events import DeviceLost, DeviceReady, Event, Scanned, ScanRefused
from terminal.drivers.core import Step
from terminal.drivers.port import Role
from terminal.protocol.barcode import CodeGatherer

DEVICE = Role.SCANNER.value
LINK_CLOSED = "device.scanner.link_closed"
REFUSED_EVERY_S = 1.0  # a torn code may come in pieces, and a bad cable makes noise without end: one word is enough


class Decoder(Protocol):
    """What the kinds of scanner differ in: :mod:`terminal.protocol.barcode`, :mod:`terminal.protocol.wedge`."""

    gatherer: CodeGatherer

    def reset(self) -> None: ...

    def feed(self, data: bytes, at: float) -> list[str]: ...


class ScannerCore:
    """See :class:`terminal.drivers.core.DriverCore`. What must not be believed is dropped and said: the scanner's own
    beep was heard, so whoever holds it takes the goods for scanned."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._heard_at = 0.0
        self._refused_at = -REFUSED_EVERY_S

    def opened(self, now: float) -> Step:
        """A scanner has no greeting: an open line is all that can be known."""
        self._decoder.reset()
        return Step(events=(DeviceReady(DEVICE),))

    def closed(self, now: float) -> Step:
        """Half a code is lost with the line."""
        self._decoder.reset()
        return Step(events=(DeviceLost(DEVICE, LINK_CLOSED),))

    def feed(self, data: bytes, now: float) -> Step:
        self._heard_at = now
        codes = tuple(Scanned(code) for code in self._decoder.feed(data, now))
        return Step(events=(*codes, *self._refused(now)), wake_at=self._wake_at())

    def command(self, effect: Effect, now: float) -> Step:
        """None exists."""
        raise TypeError(f"{type(effect).__name__} is not for a scanner")

    def tick(self, now: float) -> Step:
        """Half a code is given up."""
        due_at = self._wake_at()
        if due_at is not None and now >= due_at:
            self._decoder.gatherer.give_up()
        return Step(events=self._refused(now), wake_at=self._wake_at())

    def _refused(self, now: float) -> tuple[Event, ...]:
        """A clock that jumps back is no reason for silence."""
        if not self._decoder.gatherer.take_refused() or 0.0 <= now - self._refused_at < REFUSED_EVERY_S:
            return ()
        self._refused_at = now
        return (ScanRefused(),)

    def _wake_at(self) -> float | None:
        gatherer = self._decoder.gatherer
        return None if gatherer.is_idle else self._heard_at + gatherer.patience_s
