"""A serial line on the virtual clock: bytes arrive after the time the line rate takes, or damaged, or never."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from random import Random

from simulators.device import Device
from terminal.drivers.direct import DirectPort

BITS_PER_BYTE = 10  # 8N1
MOMENT_S = 0.005  # what takes less is not worth a moment of its own: it arrives at once


@dataclass
class Noise:
    """How a line misbehaves: the chance per chunk, while ``left`` chunks remain to be damaged (faults are finite)."""

    chance: float = 0.0
    left: int = 0


@dataclass
class Wire:
    """Joins one device and, while the terminal runs, one port."""

    device: Device
    baud: int
    dice: Random
    port: DirectPort | None = None
    noise: Noise = field(default_factory=Noise)
    _to_device: deque[tuple[float, bytes]] = field(default_factory=deque)
    _to_host: deque[tuple[float, bytes]] = field(default_factory=deque)

    @property
    def wake_at(self) -> float:
        """When the next thing happens on this line or at either end; asked a million times an hour, so kept plain."""
        at = self._to_device[0][0] if self._to_device else math.inf
        if self._to_host and self._to_host[0][0] < at:
            at = self._to_host[0][0]
        wake_at = self.device.wake_at
        if wake_at is not None and wake_at < at:
            at = wake_at
        if self.port is not None:
            if self.port.has_out:
                return 0.0
            wake_at = self.port.wake_at
            if wake_at is not None and wake_at < at:
                at = wake_at
        return at

    def run(self, now: float) -> bool:
        """Do everything that is due; whether anything was."""
        if self.wake_at > now:
            return False
        busy = self._collect(now)
        while self._to_device and self._to_device[0][0] <= now:
            self._say(self.device.feed(self._to_device.popleft()[1], now), now)
            busy = True
        if self.device.wake_at is not None and self.device.wake_at <= now:
            self._say(self.device.tick(now), now)
            busy = True
        while self._to_host and self._to_host[0][0] <= now:
            data = self._to_host.popleft()[1]
            if self.port is not None:
                self.port.feed(data, now)
            busy = True
        if self.port is not None and self.port.wake_at is not None and self.port.wake_at <= now:
            self.port.tick(now)
            busy = True
        return self._collect(now) or busy

    def unplug_host(self) -> None:
        """The terminal is gone; what it had sent is gone with it."""
        self.port = None
        self._to_device.clear()
        self._to_host.clear()

    def say(self, data: bytes, now: float) -> None:
        """The device speaks unasked (a key, a power-on greeting)."""
        self._say(data, now)

    def _collect(self, now: float) -> bool:
        out = self.port.take_out() if self.port is not None else b""
        if out:
            self._send(self._to_device, out, now)
        return bool(out)

    def _say(self, data: bytes, now: float) -> None:
        if data:
            self._send(self._to_host, data, now)

    def _send(self, queue: deque[tuple[float, bytes]], data: bytes, now: float) -> None:
        start = max(now, queue[-1][0]) if queue else now
        takes_s = len(data) * BITS_PER_BYTE / self.baud
        arrival = start + takes_s if takes_s >= MOMENT_S else start
        damaged = self._damage(data)
        if damaged:
            queue.append((arrival, damaged))

    def _damage(self, data: bytes) -> bytes:
        if not self.noise.left or self.dice.random() >= self.noise.chance:
            return data
        self.noise.left -= 1
        place = self.dice.randrange(len(data))
        match self.dice.randrange(4):
            case 0:
                return b""
            case 1:
                return data[:place]
            case 2:
                return data[:place] + bytes([data[place] ^ 1 << self.dice.randrange(8)]) + data[place + 1 :]
            case _:
                return data[:place] + bytes([self.dice.randrange(256)]) + data[place:]
