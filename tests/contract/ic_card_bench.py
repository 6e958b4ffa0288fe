"""The chip-card core and its simulated reader on one deterministic wire and one virtual clock."""

from __future__ import annotations

from random import Random
from typing import get_args

from shared.visit.effects import AwaitCard, Effect, WriteCard
from shared.visit.events import CardPresented, CardRewriterReady, CardUnreadable, CardWritten, Event
from shared.visit.unit import CardUnit
from simulators.ic_card.chip import Chip
from simulators.ic_card.front import Front
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.reader import IcReaderSimulator
from simulators.ic_card.tags import Classic, Pages
from terminal.drivers.core import Step
from terminal.drivers.ic_card.core import IcCardCore

MASTER = bytes(range(32))
OLD, NEW, NEWER = "L" + "A" * 68, "L" + "B" * 68, "L" + "C" * 68
WIRE_S = 0.001  # one way
ANY_EVENT = get_args(Event)
TURNS_MAX = 200_000


class Bench:
    """``garble``: chance of a changed or lost byte, while ``noise_left`` lasts."""

    def __init__(self, front: Front | None = None, master: bytes | None = MASTER, seed: int = 0) -> None:
        self.core = IcCardCore(master)
        self.unit = IcReaderSimulator(front, seed)
        self.dice = Random(seed)
        self.garble, self.noise_left = 0.0, 0
        self.now = 0.0
        self.events: list[Event] = []
        self.seen = 0
        self.core_wake: float | None = None
        self.queue: list[tuple[float, bool, bytes]] = []  # arrival, to the unit?, bytes

    def open(self) -> None:
        self.keep(self.core.opened(self.now))
        self.send(self.unit.greeting(), False)

    def order(self, effect: Effect) -> None:
        self.seen = len(self.events)
        self.keep(self.core.command(effect, self.now))

    def put_on(self, chip: Chip) -> None:
        self.unit.put_on(chip, self.now)

    def take_away(self) -> Chip | None:
        return self.unit.take_away(self.now)

    def keep(self, step: Step) -> None:
        self.events += step.events
        self.core_wake = step.wake_at
        self.send(step.out, True)

    def send(self, data: bytes, to_unit: bool) -> None:
        damaged = self.damage(data)
        if damaged:
            self.queue.append((self.now + WIRE_S, to_unit, damaged))

    def damage(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self.noise_left and self.dice.random() < self.garble:
                self.noise_left -= 1
                if self.dice.random() < 0.5:
                    out.append(byte ^ 1 << self.dice.randrange(8))
            else:
                out.append(byte)
        return bytes(out)

    def run(self, seconds: float, until: type[Event] | tuple[type[Event], ...] | None = None) -> Event | None:
        """Let time pass; stops at the first event of a kind in ``until`` and returns it."""
        end = self.now + seconds
        for _ in range(TURNS_MAX):
            while self.seen < len(self.events):
                self.seen += 1
                event = self.events[self.seen - 1]
                if until is not None and isinstance(event, until):
                    return event
            moments = [entry[0] for entry in self.queue[:1]]
            moments += [at for at in (self.core_wake, self.unit.wake_at) if at is not None]
            if not moments or min(moments) > end:
                self.now = end
                return None
            self.now = max(self.now, min(moments))
            self.turn()
        raise AssertionError("the two chase each other without time passing")

    def turn(self) -> None:
        if self.queue and self.queue[0][0] <= self.now:
            _, to_unit, data = self.queue.pop(0)
            if to_unit:
                self.send(self.unit.feed(data, self.now), False)
            else:
                self.keep(self.core.feed(data, self.now))
        elif self.unit.wake_at is not None and self.unit.wake_at <= self.now:
            self.send(self.unit.tick(self.now), False)
        else:
            self.keep(self.core.tick(self.now))

    def answer(self, effect: Effect, seconds: float = 60.0) -> Event | None:
        """The first event after an order."""
        self.order(effect)
        return self.run(seconds, ANY_EVENT)

    def present(self, chip: Chip) -> Event | None:
        """Await a card and lay this one on."""
        self.order(AwaitCard())
        self.put_on(chip)
        return self.run(20.0, (CardPresented, CardUnreadable))


def ready(front: Front | None = None, master: bytes | None = MASTER) -> Bench:
    bench = Bench(front, master)
    bench.open()
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    bench.events.clear()
    bench.seen = 0
    return bench


def shown(chip: Chip, track: str, older: str = "") -> CardPresented:
    """What is said of this chip when it was read."""
    return CardPresented(track, chip.uid.hex(), older, is_weak=isinstance(chip, Classic))


def issued(chip: Chip, track: str = OLD, front: Front | None = None) -> Bench:
    """A reader on which ``chip`` lies, just written with ``track`` and still there."""
    bench = ready(front)
    assert bench.present(chip) == shown(chip, "")
    assert bench.answer(WriteCard(track)) == CardWritten()
    return bench


def lite_s(number: int = 1) -> LiteS:
    """As delivered by the maker."""
    return LiteS(bytes.fromhex("012E412935") + number.to_bytes(3, "big"))


def ntag(number: int = 1) -> Pages:
    return Pages(bytes.fromhex("04A1B2C3") + number.to_bytes(3, "big"))


def classic(number: int = 1) -> Classic:
    return Classic(bytes.fromhex("DE") + number.to_bytes(3, "big"))
