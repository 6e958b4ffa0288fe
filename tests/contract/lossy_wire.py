"""A core and a simulator on one cable and one virtual clock; the cable loses, spoils, repeats and tears, but not for
ever: after ``faults`` of them it is a good cable."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from shared.visit.effects import Effect
from shared.visit.events import Event
from simulators.device import Device
from terminal.drivers.core import DriverCore, Step

LATENCY_S = 0.003
STEPS_MAX = 20_000  # more means that two sides keep each other busy for nothing


@dataclass(frozen=True, slots=True)
class InFlight:
    """Bytes on their way."""

    arrives_at: float
    data: bytes


class LossyWire:
    """Moves both sides to any moment. ``events`` keeps what the core reported."""

    def __init__(self, core: DriverCore, device: Device, seed: int = 0, faults: int = 0) -> None:
        self.core = core
        self.device = device
        self.now = 0.0
        self.events: list[Event] = []
        self.faults_left = faults
        self._random = Random(seed)
        self._to_device: deque[InFlight] = deque()
        self._to_core: deque[InFlight] = deque()
        self._core_wake_at: float | None = None

    def plug_in(self) -> None:
        """Power for the device, and the link opens."""
        self.power_again()
        self.open_link()

    def open_link(self) -> None:
        """The core may speak; the device is as it is."""
        self._take(self.core.opened(self.now))

    def order(self, effect: Effect) -> None:
        """An effect for the core."""
        self._take(self.core.command(effect, self.now))

    def pull_the_plug(self) -> None:
        """The device loses power; what is on the cable from it still arrives."""
        self.device.power_off(self.now)
        self._to_device.clear()

    def power_again(self) -> None:
        """The device starts; nobody tells the core."""
        self._send(self._to_core, self.device.power_on(self.now))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        for _ in range(STEPS_MAX):
            at = self._next_at()
            if at is None or at > end:
                self.now = end
                return
            self.now = max(self.now, at)
            self._move()
        raise AssertionError("no rest")

    def _next_at(self) -> float | None:
        times = [self._core_wake_at, self.device.wake_at]
        times += [line[0].arrives_at for line in (self._to_device, self._to_core) if line]
        return min((at for at in times if at is not None), default=None)

    def _move(self) -> None:
        """Everything that is due now."""
        if self._to_device and self._to_device[0].arrives_at <= self.now:
            self._send(self._to_core, self.device.feed(self._to_device.popleft().data, self.now))
        if self._to_core and self._to_core[0].arrives_at <= self.now:
            self._take(self.core.feed(self._to_core.popleft().data, self.now))
        if self.device.wake_at is not None and self.device.wake_at <= self.now:
            self._send(self._to_core, self.device.tick(self.now))
        if self._core_wake_at is not None and self._core_wake_at <= self.now:
            self._take(self.core.tick(self.now))

    def _take(self, step: Step) -> None:
        self.events += step.events
        self._core_wake_at = step.wake_at
        self._send(self._to_device, step.out)

    def _send(self, line: deque[InFlight], data: bytes) -> None:
        """Onto the cable, perhaps through a fault; order is kept, as on any serial line."""
        if not data:
            return
        for piece in self._pieces(data):
            line.append(InFlight(self.now + LATENCY_S, piece))

    def _pieces(self, data: bytes) -> list[bytes]:
        random = self._random
        if self.faults_left and random.random() < 0.5:
            self.faults_left -= 1
            place = random.randrange(len(data))
            match random.randrange(5):
                case 0:
                    return []
                case 1:
                    data = data[:place] + bytes((data[place] ^ 1 << random.randrange(8),)) + data[place + 1 :]
                case 2:
                    data += data
                case 3:
                    data = data[:place] + data[place + 1 :]
                case 4:
                    data = data[:place] + random.randbytes(3) + data[place:]
        cut = random.randrange(len(data) + 1)
        return [piece for piece in (data[:cut], data[cut:]) if piece]
