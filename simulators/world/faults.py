"""What goes wrong during the storm, drawn from the world's dice. Every fault is finite."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from simulators.world.counter import Counter
from simulators.world.head_office import Line
from terminal.drivers.port import Role

FAULT_S = (2.0, 30.0)  # between two faults at one counter
OFF_S = (2.0, 20.0)  # without power
FUSE_POINTS_MAX = 60  # a visit passes some forty points
NOISE_CHUNKS_MAX = 6


class Storm:
    """One counter's bad luck."""

    def __init__(self, counter: Counter, line: Line, dice: Random) -> None:
        self.counter, self.line, self.dice = counter, line, dice
        self.at = dice.uniform(*FAULT_S)
        self.counts: dict[str, int] = {}

    def strike(self, now: float) -> None:
        """Something happens, or the power comes back."""
        self.at = now + self.dice.uniform(*FAULT_S)
        if self.counter.loop is None:
            self.counter.restore() if self.counter.is_dark else self.counter.boot()
            return
        fault = self.dice.choice(FAULTS)
        self.counts[fault.__name__] = self.counts.get(fault.__name__, 0) + 1
        fault(self, now)
        if self.counter.loop is None:
            self.at = now + self.dice.uniform(*OFF_S)

    def calm(self) -> None:
        """The storm is over: nothing that is broken stays broken, nothing new breaks."""
        self.counter.fuse.left = None
        self.counter.cuts_in_the_pass = False
        self.line.down, self.line.loss = False, 0.0
        for wire in self.counter.wires.values():
            wire.noise.left = 0
        faults = self.counter.unit.faults
        faults.read_errors = faults.write_errors = faults.verify_errors = faults.jams = 0
        faults.lost_answers = faults.rejections = 0
        faults.head_is_hot = False


def power_cut(storm: Storm, now: float) -> None:
    """At any moment of any motion."""
    storm.counter.cut()


def cut_in_the_program(storm: Storm, now: float) -> None:
    """Between two effects or inside a transaction, some steps from now."""
    storm.counter.fuse.left = storm.dice.randrange(FUSE_POINTS_MAX)


def cut_in_the_pass(storm: Storm, now: float) -> None:
    """While the write head is on the stripe: the card is torn."""
    storm.counter.cuts_in_the_pass = True


def process_killed(storm: Storm, now: float) -> None:
    """The program dies, the devices keep their power and the card stays inside."""
    storm.counter.kill()


def cable_pulled(storm: Storm, now: float) -> None:
    """The card unit's cable, out and in again."""
    wire = storm.counter.wires[Role.CARD_REWRITER]
    if wire.port is not None:
        wire.port.close(now)
        wire.port.open(now)


def read_errors(storm: Storm, now: float) -> None:
    storm.counter.unit.faults.read_errors = storm.dice.randint(1, 7)


def write_errors(storm: Storm, now: float) -> None:
    storm.counter.unit.faults.write_errors = storm.dice.randint(1, 10)


def verify_errors(storm: Storm, now: float) -> None:
    storm.counter.unit.faults.verify_errors = storm.dice.randint(1, 7)


def lost_answer(storm: Storm, now: float) -> None:
    """Carried out, never reported."""
    storm.counter.unit.faults.lost_answers = storm.dice.randint(1, 2)


def rejected(storm: Storm, now: float) -> None:
    storm.counter.unit.faults.rejections = 1


def jam(storm: Storm, now: float) -> None:
    storm.counter.unit.faults.jams = 1


def hot_head(storm: Storm, now: float) -> None:
    storm.counter.unit.faults.head_is_hot = True


def cover_opened(storm: Storm, now: float) -> None:
    storm.counter.unit.cover(True)


def path_opened(storm: Storm, now: float) -> None:
    """The transport path: the unit forgets everything and stops in mid-motion."""
    storm.counter.unit.path(True, now)
    storm.counter.path_open = True


def noise(storm: Storm, now: float) -> None:
    """Some chunks on the card unit's or the panel's line are lost or changed."""
    role = storm.dice.choice((Role.CARD_REWRITER, Role.CARD_REWRITER, Role.PANEL, Role.RECEIPT_PRINTER))
    wire = storm.counter.wires[role]
    wire.noise.chance, wire.noise.left = 0.3, storm.dice.randint(1, NOISE_CHUNKS_MAX)


def no_network(storm: Storm, now: float) -> None:
    storm.line.down = not storm.line.down


def bad_network(storm: Storm, now: float) -> None:
    """Questions and answers are lost."""
    storm.line.loss = storm.dice.choice((0.0, 0.3, 0.6))


FAULTS: tuple[Callable[[Storm, float], None], ...] = (
    power_cut, power_cut, cut_in_the_program, cut_in_the_program, cut_in_the_pass, cut_in_the_pass, cut_in_the_pass,
    process_killed, cable_pulled,
    read_errors, write_errors, verify_errors, lost_answer, rejected, jam, hot_head, cover_opened, path_opened,
    noise, noise, no_network, bad_network,
)  # fmt: skip
