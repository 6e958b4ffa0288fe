"""Core of a barcode scanner on any line. Nothing is ever said to it: it beeps by itself."""

from __future__ import annotations

from typing import Protocol

from shared.visit.effects import Effect
from shared.visit.events import DeviceLost, DeviceReady, Scanned
from terminal.drivers.core import Step
from terminal.drivers.port import Role
from terminal.protocol.barcode import CodeGatherer

DEVICE = Role.SCANNER.value
LINK_CLOSED = "device.scanner.link_closed"


class Decoder(Protocol):
    """What the kinds of scanner differ in: :mod:`terminal.protocol.barcode`, :mod:`terminal.protocol.wedge`."""

    gatherer: CodeGatherer

    def reset(self) -> None: ...

    def feed(self, data: bytes, at: float) -> list[str]: ...


class ScannerCore:
    """See :class:`terminal.drivers.core.DriverCore`. What must not be believed is dropped: the scanner's own beep was
    heard, nothing appears on the screen, and the person scans again."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._heard_at = 0.0

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
        codes = self._decoder.feed(data, now)
        return Step(events=tuple(Scanned(code) for code in codes), wake_at=self._wake_at())

    def command(self, effect: Effect, now: float) -> Step:
        """None exists."""
        raise TypeError(f"{type(effect).__name__} is not for a scanner")

    def tick(self, now: float) -> Step:
        """Half a code is given up."""
        due_at = self._wake_at()
        if due_at is not None and now >= due_at:
            self._decoder.gatherer.give_up()
        return Step(wake_at=self._wake_at())

    def _wake_at(self) -> float | None:
        gatherer = self._decoder.gatherer
        return None if gatherer.is_idle else self._heard_at + gatherer.patience_s
