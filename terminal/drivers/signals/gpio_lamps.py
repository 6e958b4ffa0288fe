"""Core of lamps and a buzzer on pins. The rhythm is made here, by ticks: a link writes levels and keeps no time."""

from __future__ import annotations

from collections import deque

from shared.visit.effects import Effect, Play, Show, Sound
from shared.visit.events import DeviceLost, DeviceReady, Event
from shared.visit.screens import Starting, Waiting
from terminal.drivers.core import Step
from terminal.drivers.keypad.panel_board import DARK, SOUNDS
from terminal.drivers.port import Role
from terminal.protocol.lamps import Output, encode, parse_wiring
from terminal.protocol.panel_board import Pattern

BLINK_S = 0.5  # on, and off; as the panel board's lamps: well below the three flashes a second that harm some people

# Seconds that the buzzer sounds and is silent, in turn; those of the panel board (PROTOCOL.md, Buzz).
RHYTHMS: dict[Pattern, tuple[float, ...]] = {
    Pattern.SILENT: (),
    Pattern.ONE_SHORT: (0.08,),
    Pattern.THREE_SHORT: (0.12, 0.08, 0.12, 0.08, 0.12),
    Pattern.TWO_LONG: (0.4, 0.2, 0.4),
}


class GpioLampsCore:
    """See :class:`terminal.drivers.core.DriverCore`. ``port`` as in the settings; raises ``config.device_port``."""

    def __init__(self, port: str) -> None:
        parse_wiring(port)
        self._leds = DARK
        self._is_open = False
        self._blink_lit = True
        self._blink_at: float | None = None
        self._sounding = False
        self._edges: deque[float] = deque()  # when the buzzer changes, soonest first
        self._told: Output | None = None  # what the pins were told last

    def opened(self, now: float) -> Step:
        """Dark or lit as it should be; a sound that was missed stays missed."""
        self._is_open = True
        self._told = None
        return self._step(DeviceReady(Role.SIGNALS.value))

    def closed(self, now: float) -> Step:
        self._is_open = False
        self._silence()
        return self._step(DeviceLost(Role.SIGNALS.value, "device.signals.link_closed"))

    def feed(self, data: bytes, now: float) -> Step:
        """Nothing that lamps could say."""
        return self._step()

    def command(self, effect: Effect, now: float) -> Step:
        """``Play`` lights and sounds; ``Show`` of a screen without a customer puts the lamps out."""
        match effect:
            case Show(Waiting() | Starting()):
                self._leds = DARK
                self._blink_at = None
            case Show():
                pass
            case Play(sound):
                self._play(sound, now)
            case _:
                raise TypeError(f"{type(effect).__name__} is not for lamps and buzzer")
        return self._step()

    def tick(self, now: float) -> Step:
        while self._edges and now >= self._edges[0]:
            self._edges.popleft()
            self._sounding = not self._sounding
        if self._blink_at is not None and now >= self._blink_at:
            self._blink_lit = not self._blink_lit
            self._blink_at = now + BLINK_S
        return self._step()

    def _play(self, sound: Sound, now: float) -> None:
        pattern, self._leds = SOUNDS[sound]
        self._blink_lit = True
        self._blink_at = now + BLINK_S if self._leds.blinking else None
        self._silence()
        if self._is_open:
            self._sounding = True
            at = now
            for duration_s in RHYTHMS[pattern]:
                at += duration_s
                self._edges.append(at)

    def _silence(self) -> None:
        self._edges.clear()
        self._sounding = False

    def _step(self, *events: Event) -> Step:
        lamps = self._leds.steady | (self._leds.blinking if self._blink_lit else 0)
        state = Output(lamps) | (Output.BUZZER if self._sounding else Output(0))
        out = b""
        if self._is_open and state != self._told:
            out, self._told = encode(state), state
        return Step(out, events, self._wake_at())

    def _wake_at(self) -> float | None:
        if not self._is_open:
            return None
        times = [at for at in (self._blink_at, *list(self._edges)[:1]) if at is not None]
        return min(times, default=None)
