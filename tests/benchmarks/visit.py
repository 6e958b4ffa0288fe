"""What the program itself takes of a card visit, beside what physics takes: the line at 9,600 baud and the mechanism.

``python -m tests.benchmarks.visit``. The real loop, driver cores and journal (durable on this disk) with the simulated
devices on a virtual clock; the program's share is real time, everything else is virtual. The simulation's own
book-keeping counts against the program. Ends with 1 if the goal is missed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from shared.card.codec import encode
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.ids import TerminalId, make_card_no
from shared.visit import screens
from shared.visit.events import Key
from simulators.card_stock import SimCard
from simulators.device import Device
from simulators.world.clock import VirtualClock
from simulators.world.counter import Counter
from simulators.world.faces import Faces
from simulators.world.oracle import Oracle
from simulators.world.wire import BITS_PER_BYTE
from simulators.world.witness import Witness
from terminal.drivers.port import Role

ROUNDS = 5
VISITS = 20  # of one round
BAUD = 9_600
HOST_SHARE_MAX = 0.02  # of what wire and mechanism take
AMOUNT = (Key.D1, Key.D2, Key.D8, Key.D0)
TENANT = 7


class Unwatched(Oracle):
    """The simulation's watchman takes time that no shop pays."""

    def write_ordered(self, track: str, journal: Witness) -> None: ...

    def success_shown(self, terminal: int, screen: screens.Done, journal: Witness) -> None: ...

    def stripe_seen(self, card: int, track: str) -> None: ...


class Timed:
    """A device that knows how long its own simulation took and how many bytes passed by."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.seconds = 0.0
        self.bytes = 0

    @property
    def wake_at(self) -> float | None:
        return self.device.wake_at

    def feed(self, data: bytes, now: float) -> bytes:
        self.bytes += len(data)
        return self._timed(self.device.feed, data, now)

    def tick(self, now: float) -> bytes:
        return self._timed(self.device.tick, now)

    def power_off(self, now: float) -> None:
        self.device.power_off(now)

    def power_on(self, now: float) -> bytes:
        return self.device.power_on(now)

    def _timed(self, act: Callable[..., bytes], *arguments: object) -> bytes:
        start = time.perf_counter()
        answer = act(*arguments)
        self.seconds += time.perf_counter() - start
        self.bytes += len(answer)
        return answer


@dataclass(frozen=True, slots=True)
class Visit:
    """Seconds of one visit; ``unit_s`` is what remains of the waiting without the line."""

    host_s: float
    wire_s: float
    unit_s: float

    @property
    def share(self) -> float:
        return self.host_s / (self.wire_s + self.unit_s)


class Bench:
    """One counter with nothing wrong."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.ring = KeyRing(TENANT, 1, {1: bytes(32)})
        oracle = Unwatched(self.ring)
        self.counter = Counter(TerminalId(1), "ベーカリー", folder, self.clock, Random(1), oracle, Faces())
        self.devices = {role: Timed(wire.device) for role, wire in self.counter.wires.items()}
        for role, wire in self.counter.wires.items():
            wire.device = self.devices[role]
        self.host_s = 0.0
        self.counter.restore()
        self._until(screens.Waiting)

    def visit(self, card: SimCard) -> Visit:
        """Card in, amount, ENTER, face printed, card out. The time of the person's keys does not count."""
        host_s, unit_bytes = self.host_s, self.devices[Role.CARD_REWRITER].bytes
        begun = self.clock.mono_s
        self.counter.unit.insert_card(card, begun)
        self._until(screens.Keying)
        waited_s = self.clock.mono_s - begun
        for key in AMOUNT:
            self._press(key)
        begun = self.clock.mono_s
        self._press(Key.ENTER)
        self._until(screens.Done, card_is_out=True)
        waited_s += self.clock.mono_s - begun
        self.counter.unit.take_card(self.clock.mono_s)
        self._until(screens.Waiting)
        wire_s = (self.devices[Role.CARD_REWRITER].bytes - unit_bytes) * BITS_PER_BYTE / BAUD
        return Visit(self.host_s - host_s, wire_s, waited_s - wire_s)

    def _press(self, key: Key) -> None:
        self.counter.press(key)
        self._run()

    def _until(self, screen: type[screens.Screen], card_is_out: bool = False) -> None:
        self._run()
        while not (isinstance(self.counter.screen, screen) and (not card_is_out or self.counter.screen.take_card)):
            self.clock.advance_to(self.counter.wake_at)
            self._run()

    def _run(self) -> None:
        """The program's share: all real time of a turn less what the devices' simulations took."""
        simulated = sum(device.seconds for device in self.devices.values())
        start = time.perf_counter()
        self.counter.run()
        taken = time.perf_counter() - start
        self.host_s += taken - (sum(device.seconds for device in self.devices.values()) - simulated)


def measure(folder: Path) -> Visit:
    """The median visit of one round, each part on its own."""
    folder.mkdir()
    bench = Bench(folder)
    image = CardImage(TENANT, make_card_no(1), 1, 0)
    card = SimCard(image.card, encode(image, bench.ring))
    visits = [bench.visit(card) for _ in range(VISITS)]
    bench.counter.kill()
    return Visit(*(median(getattr(visit, part) for visit in visits) for part in ("host_s", "wire_s", "unit_s")))


def main(arguments: Sequence[str] = ()) -> int:
    with tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd()) as folder:
        rounds = [measure(Path(folder) / str(number)) for number in range(ROUNDS)]
    host_s, wire_s, unit_s = (median(getattr(one, part) for one in rounds) for part in ("host_s", "wire_s", "unit_s"))
    share = median(one.share for one in rounds)
    lines = (
        f"one visit, median of {VISITS} in each of {ROUNDS} rounds",
        f"  program (loop, drivers, journal on this disk)  {host_s * 1000:9.1f} ms",
        f"  line at {BAUD:,} baud                           {wire_s * 1000:9.1f} ms",
        f"  mechanism of the card unit (simulated)         {unit_s * 1000:9.1f} ms",
        f"  program / (line + mechanism)                   {share:9.2%}   goal <= {HOST_SHARE_MAX:.0%}",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if share <= HOST_SHARE_MAX else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
