"""Core of a customer display with an HD44780 on I2C. It cannot say whether it is well, so it is told everything anew
from time to time, and asked to hear an address in between: without a display behind it the bus refuses."""

from __future__ import annotations

from shared.locale import Translate, japanese
from shared.visit.effects import Effect, Show
from shared.visit.events import DeviceLost, DeviceReady
from shared.visit.screens import Starting
from terminal.drivers.core import Step
from terminal.drivers.display.picture import patches, picture_of
from terminal.drivers.port import Role
from terminal.protocol.hd44780 import Order, Register, characters, encode, parse_wiring, place

PROBE_S = 5.0  # a pulled plug is noticed after so long
AWAKEN_S = 60.0  # a glass that a spark upset shows rubbish for no longer

_PROBE = encode((place(0, 0, 0),))


class Hd44780Core:
    """See :class:`terminal.drivers.core.DriverCore`. ``port`` as in the settings; raises ``config.device_port``."""

    def __init__(self, port: str, translate: Translate = japanese) -> None:
        wiring = parse_wiring(port)
        self._columns = wiring.columns
        self._rows = wiring.rows
        self._translate = translate
        self._wanted = picture_of(Starting(), translate, self._columns, self._rows)
        self._shown: tuple[bytes, ...] | None = None
        self._is_open = False
        self._probe_at = 0.0
        self._awaken_at = 0.0

    def opened(self, now: float) -> Step:
        """The glass is clear and awake; draw what should be there."""
        self._is_open = True
        self._shown = None
        self._awaken_at = now + AWAKEN_S
        return self._step(now, self._draw(), DeviceReady(Role.DISPLAY.value))

    def closed(self, now: float) -> Step:
        self._is_open = False
        return Step(events=(DeviceLost(Role.DISPLAY.value, "device.display.link_closed"),))

    def feed(self, data: bytes, now: float) -> Step:
        """Nothing that a display could say."""
        return self._step(now)

    def command(self, effect: Effect, now: float) -> Step:
        """``Show``; kept for a display that is away."""
        match effect:
            case Show(screen):
                self._wanted = picture_of(screen, self._translate, self._columns, self._rows)
            case _:
                raise TypeError(f"{type(effect).__name__} is not for the customer display")
        return self._step(now, self._draw() if self._is_open else b"")

    def tick(self, now: float) -> Step:
        if not self._is_open:
            return Step()
        if now >= self._awaken_at:
            self._awaken_at = now + AWAKEN_S
            self._shown = None
            return self._step(now, encode((Order(Register.AWAKEN),)) + self._draw())
        return self._step(now, _PROBE if now >= self._probe_at else b"")

    def _draw(self) -> bytes:
        out = b"".join(
            encode((place(patch.row, patch.column, self._columns), *characters(patch.text)))
            for patch in patches(self._shown, self._wanted)
        )
        self._shown = self._wanted
        return out

    def _step(self, now: float, out: bytes = b"", *events: DeviceReady) -> Step:
        if out:
            self._probe_at = now + PROBE_S
        return Step(out, events, min(self._probe_at, self._awaken_at) if self._is_open else None)
