"""The card unit's core and its simulator on one deterministic wire and one virtual clock."""

from __future__ import annotations

from random import Random
from typing import get_args

from shared.card.face import Face, FaceLine
from shared.visit.effects import AwaitCard, Effect
from shared.visit.events import CardPresented, CardRewriterReady, CardUnreadable, Event
from simulators.card_rewriter.commands import Edition
from simulators.card_rewriter.fonts import Boxes
from simulators.card_rewriter.unit import Tcp300Simulator
from simulators.card_stock import SimCard
from terminal.drivers.card_rewriter.sequences import Tcp300Options
from terminal.drivers.card_rewriter.tcp300 import ORDER_BOUND_S, Tcp300Core
from terminal.drivers.core import Step

CODE = "device.card_rewriter."
OLD, NEW = "A" * 69, "B" * 69
FACE = Face(True, (FaceLine(0, 23, "ひまわり商店街"), FaceLine(0, 95, "12,480", wide=True, tall=True)))
WIRE_S = 0.01  # one way
READY_BOUND_S = 90.0  # from the end of a fault to CardRewriterReady: cooling time of a hot head and one back-off
TURNS_MAX = 200_000
ANY_EVENT = get_args(Event)


class Bench:
    """A deterministic wire between the two; ``chance`` of losing or garbling a byte, while ``noise_left`` lasts."""

    def __init__(self, seed: int = 0, edition: Edition = Edition.TCP300II_2014, **options: object) -> None:
        self.core = Tcp300Core(Tcp300Options(**options))  # type: ignore[arg-type]
        self.unit = Tcp300Simulator(edition, Boxes())
        self.dice = Random(seed)
        self.chance, self.noise_left = 0.0, 0
        self.now = 0.0
        self.events: list[Event] = []
        self.core_wake: float | None = None
        self.queue: list[tuple[float, bool, bytes]] = []  # arrival, to the unit?, bytes
        self.seen = 0  # events before this one were looked at

    def open(self) -> None:
        self.keep(self.core.opened(self.now))

    def order(self, effect: Effect) -> None:
        self.seen = len(self.events)
        self.keep(self.core.command(effect, self.now))

    def forget(self) -> None:
        self.events.clear()
        self.seen = 0

    def keep(self, step: Step) -> None:
        self.events += step.events
        self.core_wake = step.wake_at
        self.send(step.out, True)

    def send(self, data: bytes, to_unit: bool) -> None:
        damaged = self.damage(data)
        while damaged:
            size = self.dice.randint(1, len(damaged)) if self.chance else len(damaged)
            self.queue.append((self.now + WIRE_S, to_unit, damaged[:size]))
            damaged = damaged[size:]

    def damage(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self.noise_left and self.dice.random() < self.chance:
                self.noise_left -= 1
                kind = self.dice.randrange(3)
                if kind == 1:
                    out.append(byte ^ 1 << self.dice.randrange(8))
                elif kind == 2:
                    out += bytes((byte, self.dice.randrange(256)))
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

    def take_card(self) -> SimCard | None:
        return self.unit.take_card(self.now)


def ready(edition: Edition = Edition.TCP300II_2014, **options: object) -> Bench:
    bench = Bench(0, edition, **options)
    bench.open()
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False)
    bench.forget()
    return bench


def with_card(card: SimCard | None = None) -> Bench:
    bench = ready()
    bench.unit.insert_card(card or SimCard(1, OLD), bench.now)
    bench.order(AwaitCard())
    assert isinstance(bench.run(10.0, (CardPresented, CardUnreadable)), CardPresented | CardUnreadable)
    bench.forget()
    return bench


def answer(bench: Bench, effect: Effect, seconds: float = ORDER_BOUND_S) -> Event | None:
    """The first event after an order."""
    bench.order(effect)
    return bench.run(seconds, ANY_EVENT)
