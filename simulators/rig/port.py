"""One device on its cable, moved along by the rig's only thread."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from simulators.device import Device
from simulators.rig.clock import RigClock

LOG_MAX = 400  # entries kept per device; the bench shows the newest
JOIN_S = 0.1  # bytes of one direction that follow each other closer than this are one log entry
LOG_BYTES_MAX = 2048  # of one entry


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Bytes of one direction that belong together. ``at_s``: when the first was seen, on the port's clock."""

    number: int
    at_s: float
    until_s: float
    to_device: bool
    data: bytes


class Diary:
    """What was said on one cable, newest last."""

    def __init__(self, join_s: float = JOIN_S) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=LOG_MAX)
        self._join_s = join_s
        self._number = 0

    def note(self, data: bytes, now: float, *, to_device: bool) -> None:
        """Bytes in one direction; they join the entry before when they follow it closely."""
        last = self.entries[-1] if self.entries else None
        same = last is not None and last.to_device == to_device and now - last.until_s < self._join_s
        if last is not None and same and len(last.data) + len(data) <= LOG_BYTES_MAX:
            self.entries[-1] = LogEntry(last.number, last.at_s, now, to_device, last.data + data)
            return
        self._number += 1
        self.entries.append(LogEntry(self._number, now, now, to_device, data))


class Wire(Protocol):
    """The device's end of a cable. Times are the port's clock."""

    connected: bool

    @property
    def feeds_device(self) -> bool:
        """Whether the device has its current from this cable, too."""

    @property
    def wake_at(self) -> float | None:
        """When bytes in either direction are due."""

    def fileno(self) -> int | None:
        """For ``select``; None when the host never says anything."""

    def listen(self, now: float) -> None: ...
    def arrived(self, now: float) -> bytes: ...
    def send(self, data: bytes, now: float) -> None: ...
    def deliver(self, now: float) -> None: ...
    def cut(self) -> None: ...
    def mend(self) -> None: ...
    def clear(self) -> None: ...
    def close(self) -> None: ...


class Port(Protocol):
    """What the desk moves: a device with whatever joins it to the terminal."""

    name: str
    clock: RigClock
    powered: bool
    diary: Diary

    @property
    def device(self) -> object: ...

    @property
    def connected(self) -> bool: ...

    @property
    def due_s(self) -> float | None: ...

    def fileno(self) -> int | None: ...
    def listen(self) -> None: ...
    def turn(self) -> None: ...
    def power_on(self) -> None: ...
    def power_off(self) -> None: ...
    def cut(self) -> None: ...
    def mend(self) -> None: ...
    def close(self) -> None: ...


class DevicePort:
    """Feeds the device what arrives, ticks it when it asks, sends what it says. Not thread-safe by itself."""

    def __init__(self, name: str, device: Device, wire: Wire, clock: RigClock) -> None:
        self.name = name
        self.device = device
        self.wire = wire
        self.clock = clock
        self.powered = False
        self.diary = Diary()

    @property
    def connected(self) -> bool:
        """Whether the cable is plugged in."""
        return self.wire.connected

    @property
    def due_s(self) -> float | None:
        """Real seconds until the device or the line next needs a turn; None = not before something comes."""
        device_at = self.device.wake_at if self.powered else None
        due = min((at for at in (device_at, self.wire.wake_at) if at is not None), default=None)
        return None if due is None else self.clock.real_s(due)

    def fileno(self) -> int | None:
        """What to wait for."""
        return self.wire.fileno()

    def listen(self) -> None:
        """Take what the host has put on the line."""
        self.wire.listen(self.clock.now())

    def turn(self) -> None:
        """Do everything that is due. Bytes to a device without power are lost."""
        now = self.clock.now()
        arrived = self.wire.arrived(now)
        if arrived and self.powered:
            self.diary.note(arrived, now, to_device=True)
            self._say(self.device.feed(arrived, now), now)
        if self.powered and self.device.wake_at is not None and self.device.wake_at <= now:
            self._say(self.device.tick(now), now)
        self.wire.deliver(now)

    def power_on(self) -> None:
        """Plug the device in, unless it is."""
        if not self.powered and (self.connected or not self.wire.feeds_device):
            self.powered = True
            now = self.clock.now()
            self._say(self.device.power_on(now), now)

    def power_off(self) -> None:
        """Pull the plug; what was on the line is gone."""
        if self.powered:
            self.powered = False
            self.device.power_off(self.clock.now())
        self.wire.clear()

    def cut(self) -> None:
        """Pull the cable, and with it the current of a device that has none of its own."""
        self.wire.cut()
        if self.wire.feeds_device:
            self.power_off()

    def mend(self) -> None:
        """Plug the cable in again."""
        self.wire.mend()
        if self.wire.feeds_device:
            self.power_on()

    def close(self) -> None:
        """Take the port away."""
        self.wire.close()

    def _say(self, data: bytes, now: float) -> None:
        """Put the device's bytes on the line."""
        if data:
            self.diary.note(data, now, to_device=False)
            self.wire.send(data, now)
