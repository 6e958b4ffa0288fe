"""One device on its cable, moved along by the rig's only thread."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from simulators.device import Device
from simulators.rig.clock import RigClock
from simulators.rig.wire import PtyWire

LOG_MAX = 400  # entries kept per device; the bench shows the newest
JOIN_S = 0.1  # bytes of one direction that follow each other closer than this are one log entry
LOG_BYTES_MAX = 2048  # of one entry


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Bytes of one direction that belong together. ``at_s``: when the first was seen, on the rig's clock."""

    number: int
    at_s: float
    until_s: float
    to_device: bool
    data: bytes


class DevicePort:
    """Feeds the device what arrives, ticks it when it asks, sends what it says. Not thread-safe by itself."""

    def __init__(self, name: str, device: Device, wire: PtyWire, clock: RigClock) -> None:
        self.name = name
        self.device = device
        self.wire = wire
        self.clock = clock
        self.powered = False
        self.log: deque[LogEntry] = deque(maxlen=LOG_MAX)
        self._logged = 0

    @property
    def due_s(self) -> float | None:
        """Real seconds until the device or the line next needs a turn; None = not before something comes."""
        device_at = self.device.wake_at if self.powered else None
        due = min((at for at in (device_at, self.wire.wake_at) if at is not None), default=None)
        return None if due is None else self.clock.real_s(due)

    def listen(self) -> None:
        """Take what the host has put on the line."""
        self.wire.listen(self.clock.now())

    def turn(self) -> None:
        """Do everything that is due. Bytes to a device without power are lost."""
        now = self.clock.now()
        arrived = self.wire.arrived(now)
        if arrived and self.powered:
            self._note(arrived, now, to_device=True)
            self._say(self.device.feed(arrived, now), now)
        if self.powered and self.device.wake_at is not None and self.device.wake_at <= now:
            self._say(self.device.tick(now), now)
        self.wire.deliver(now)

    def power_on(self) -> None:
        """Plug the device in, unless it is."""
        if not self.powered:
            self.powered = True
            now = self.clock.now()
            self._say(self.device.power_on(now), now)

    def power_off(self) -> None:
        """Pull the plug; what was on the line is gone."""
        if self.powered:
            self.powered = False
            self.device.power_off(self.clock.now())
        self.wire.clear()

    def _say(self, data: bytes, now: float) -> None:
        """Put the device's bytes on the line."""
        if data:
            self._note(data, now, to_device=False)
            self.wire.send(data, now)

    def _note(self, data: bytes, now: float, *, to_device: bool) -> None:
        last = self.log[-1] if self.log else None
        same = last is not None and last.to_device == to_device and now - last.until_s < JOIN_S
        if last is not None and same and len(last.data) + len(data) <= LOG_BYTES_MAX:
            self.log[-1] = LogEntry(last.number, last.at_s, now, to_device, last.data + data)
            return
        self._logged += 1
        self.log.append(LogEntry(self._logged, now, now, to_device, data))
