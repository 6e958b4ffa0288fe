"""Core of a serial customer display. It never answers, so it is told everything anew from time to time: one that was
without power shows the right thing again after ``RENEW_S``. Its brightness sinks while nobody comes."""

from __future__ import annotations

from shared.locale import Translate, japanese
from shared.visit.effects import Effect, Show
from shared.visit.events import DeviceLost, DeviceReady
from shared.visit.screens import Locked, Starting, Waiting
from terminal.drivers.core import Step
from terminal.drivers.display.picture import patches, picture_of
from terminal.drivers.port import Role
from terminal.protocol.vfd import (
    BRIGHT,
    CLEAR,
    COLUMNS,
    DIM,
    INITIALIZE,
    ROWS,
    place,
    set_brightness,
    settings,
)

RENEW_S = 30.0  # 70 bytes: 75 ms at 9,600 baud
DIM_AFTER_S = 300.0  # the phosphor of a greeting that stands all day burns in


class VfdCore:
    """See :class:`terminal.drivers.core.DriverCore`."""

    def __init__(self, translate: Translate = japanese) -> None:
        self._translate = translate
        self._wanted = picture_of(Starting(), translate, COLUMNS, ROWS)
        self._shown: tuple[bytes, ...] | None = None
        self._is_open = False
        self._brightness = BRIGHT
        self._renew_at = 0.0
        self._dim_at: float | None = None

    def opened(self, now: float) -> Step:
        """Whether a display is there nobody can know; what should be on it is sent."""
        self._is_open = True
        self._shown = None
        self._renew_at = now + RENEW_S
        out = INITIALIZE + settings(self._brightness) + CLEAR + self._draw()
        return Step(out, (DeviceReady(Role.DISPLAY.value),), self._wake_at())

    def closed(self, now: float) -> Step:
        self._is_open = False
        return Step(events=(DeviceLost(Role.DISPLAY.value, "device.display.link_closed"),))

    def feed(self, data: bytes, now: float) -> Step:
        """Nothing that such a display could mean."""
        return Step(wake_at=self._wake_at())

    def command(self, effect: Effect, now: float) -> Step:
        """``Show``; kept for a display that is away."""
        match effect:
            case Show(screen):
                self._wanted = picture_of(screen, self._translate, COLUMNS, ROWS)
                self._dim_at = now + DIM_AFTER_S if isinstance(screen, Waiting | Locked) else None
            case _:
                raise TypeError(f"{type(effect).__name__} is not for the customer display")
        out = self._brighten(BRIGHT)
        return Step(out + self._draw() if self._is_open else b"", wake_at=self._wake_at())

    def tick(self, now: float) -> Step:
        if not self._is_open:
            return Step()
        out = b""
        if self._dim_at is not None and now >= self._dim_at:
            self._dim_at = None
            out = self._brighten(DIM)
        if now >= self._renew_at:
            self._renew_at = now + RENEW_S
            self._shown = None
            out = settings(self._brightness) + self._draw()
        return Step(out, wake_at=self._wake_at())

    def _draw(self) -> bytes:
        changed = patches(self._shown, self._wanted)
        self._shown = self._wanted
        return b"".join(place(patch.row, patch.column) + patch.text for patch in changed)

    def _brighten(self, level: int) -> bytes:
        if level == self._brightness:
            return b""
        self._brightness = level
        return set_brightness(level)

    def _wake_at(self) -> float | None:
        if not self._is_open:
            return None
        return self._renew_at if self._dim_at is None else min(self._renew_at, self._dim_at)
