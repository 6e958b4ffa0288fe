"""One counter of one shop: three simulated devices on their wires, and the real terminal program between them."""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path
from random import Random
from typing import Protocol

from shared.card.face import Face, FaceStock
from shared.ids import TerminalId
from shared.locale import japanese
from shared.visit.effects import Effect, OfficeEffect, PrintFace, WriteCard
from shared.visit.events import Event, Key
from shared.visit.screens import Done, OffCardDone, Screen, Stopped, Waiting
from shared.visit.shop import Shop
from shared.visit.states import Idle
from simulators.card_rewriter import Tcp300Simulator
from simulators.card_rewriter.fonts import Boxes
from simulators.card_stock import SimCard
from simulators.keypad import PanelBoardSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.world.clock import VirtualClock
from simulators.world.cut import Fuse, FusedPort, FusedStore, PowerCut
from simulators.world.faces import Faces
from simulators.world.oracle import Oracle
from simulators.world.wire import Wire
from simulators.world.witness import Witness
from terminal.app.loop import Loop
from terminal.app.store import Outbox
from terminal.drivers.card_rewriter.faults import JAM
from terminal.drivers.card_rewriter.sequences import Tcp300Options
from terminal.drivers.card_rewriter.tcp300 import Tcp300Core
from terminal.drivers.direct import DirectPort
from terminal.drivers.keypad.panel_board import PanelBoardCore
from terminal.drivers.port import Role
from terminal.drivers.receipt_printer.escpos import EscposCore

SOFTWARE = "0.2.0"
FACE = FaceStock(gap=0)
TURNS_MAX = 10_000  # steps at one moment; more means that two parts chase each other


class Phone(Protocol):
    """The way to head office of the boot that runs."""

    def connect(self, store: FusedStore) -> None: ...
    def ask(self, effect: OfficeEffect) -> None: ...
    def hang_up(self) -> None: ...


class Counter:
    """``loop`` is None while the terminal is off. Everything it remembers then is its journal."""

    def __init__(
        self,
        terminal: TerminalId,
        name: str,
        folder: Path,
        clock: VirtualClock,
        dice: Random,
        oracle: Oracle,
        faces: Faces,
    ) -> None:
        self.terminal, self.name, self.clock, self.dice = terminal, name, clock, dice
        self.oracle, self.faces = oracle, faces
        self.path = folder / f"terminal-{terminal}.db"
        self.witness = Witness(self.path)
        self.unit = Tcp300Simulator(fonts=Boxes())
        self.printer = EscposSimulator()
        self.panel = PanelBoardSimulator()
        self.wires = {
            Role.CARD_REWRITER: Wire(self.unit, 9_600, dice),
            Role.RECEIPT_PRINTER: Wire(self.printer, 19_200, dice),
            Role.PANEL: Wire(self.panel, 115_200, dice),
        }
        self.fuse = Fuse()
        self.wake_at = math.inf  # as of the last run
        self.loop: Loop | None = None
        self.store: FusedStore | None = None
        self.screen: Screen | None = None
        self.ordered_face: Face | None = None
        self.broken_since: float | None = None
        self.path_open = self.has_power = False
        self.cuts_in_the_pass = False  # the next time the write head touches a stripe
        self.trace: list[str] = []
        self.boots = self.cuts = 0
        self.phone: Phone | None = None
        self.told: deque[Event] = deque()  # by head office, not yet carried to the loop

    # --- power -------------------------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Start the terminal program on the journal as it lies on the disk."""
        self.boots += 1
        try:
            self._boot()
        except PowerCut:
            self.cut()

    def _boot(self) -> None:
        now = self.clock.now().mono_s
        FusedStore.fuse = self.fuse  # for the transaction that begins the stream
        FusedStore.wal_warm_bytes = 0
        self.store = FusedStore.open(self.path, self.terminal, self.dice.randbytes(8), SOFTWARE, self.clock)
        self.store.fuse = self.fuse
        ports = {
            Role.CARD_REWRITER: DirectPort(Tcp300Core(Tcp300Options(gap_dots=FACE.gap))),
            Role.RECEIPT_PRINTER: DirectPort(EscposCore()),
            Role.PANEL: DirectPort(PanelBoardCore(japanese)),
        }
        fused = {role: FusedPort(port, self.fuse, self._watch) for role, port in ports.items()}
        shop = Shop(self.terminal, self.name, self.oracle.ring, self.store.programme(), FACE)
        if self.phone is not None:
            self.phone.connect(self.store)
        self.loop = Loop(shop, self.store, fused, self._show, self.clock, office=self.phone)
        self.loop.start()
        for role, port in ports.items():
            self.wires[role].port = port
            port.open(now)

    def kill(self) -> None:
        """The program ends at once (SIGKILL); the devices keep their power."""
        self.witness.close()
        if self.store is not None:
            self.store.close()
        self.loop, self.store, self.screen = None, None, None
        self.told.clear()
        if self.phone is not None:
            self.phone.hang_up()
        self.fuse.left = None
        for wire in self.wires.values():
            wire.unplug_host()

    def cut(self) -> None:
        """The plug is pulled: program and devices at once."""
        self.cuts += 1
        self.cuts_in_the_pass = False
        self.has_power = False
        self.kill()
        now = self.clock.now().mono_s
        for wire in self.wires.values():
            wire.device.power_off(now)
        self.observe()

    def restore(self) -> None:
        """The plug is in again."""
        self.has_power = True
        now = self.clock.now().mono_s
        for wire in self.wires.values():
            wire.say(wire.device.power_on(now), now)
        self.boot()

    @property
    def is_dark(self) -> bool:
        """Whether the devices are without power."""
        return not self.has_power

    @property
    def is_idle(self) -> bool:
        """Whether the program runs and waits for a card."""
        return self.loop is not None and isinstance(self.loop.state, Idle)

    # --- time --------------------------------------------------------------------------------------------------------

    def _look_ahead(self) -> float:
        """When this counter next does something by itself."""
        deadline = self.loop.next_deadline if self.loop is not None else None
        return min(deadline if deadline is not None else math.inf, *(wire.wake_at for wire in self.wires.values()))

    def run_due(self) -> None:
        """Run, if anything is due."""
        if self.wake_at <= self.clock.mono_s:
            self.run()

    def run(self) -> None:
        """Everything that is due at this moment. Whoever touched the counter from outside calls it afterwards."""
        try:
            for _ in range(TURNS_MAX):
                if not self._turn():
                    self.wake_at = self._look_ahead()
                    return
                self.observe()
                if self.cuts_in_the_pass and self.unit.card is not None and self.unit.card.torn:
                    raise PowerCut
        except PowerCut:
            self.cut()
            self.wake_at = self._look_ahead()
            return
        raise AssertionError(f"counter {self.terminal} does not come to rest at {self.clock.mono_s:.3f} s")

    def _turn(self) -> bool:
        now = self.clock.now()
        busy = False
        for wire in self.wires.values():
            busy = wire.run(now.mono_s) or busy
            if wire.port is not None and self.loop is not None:
                for event in wire.port.take_events():
                    self.trace.append(f"{now.mono_s:.6f} {event!r}")
                    self.loop.handle(event)
                    busy = True
        while self.told and self.loop is not None:
            event = self.told.popleft()
            self.trace.append(f"{now.mono_s:.6f} {event!r}")
            self.loop.handle(event)
            busy = True
        if self.loop is not None and self.loop.next_deadline is not None and self.loop.next_deadline <= now.mono_s:
            self.loop.tick(now)
            busy = True
        return busy

    def outbox(self) -> Outbox:
        """What the sync thread would read."""
        return Outbox(self.path)

    # --- hands -------------------------------------------------------------------------------------------------------

    def press(self, key: Key) -> None:
        """One key of the panel."""
        now = self.clock.now().mono_s
        self.panel.press(key, now)

    def repair_due(self, now: float, after_s: float) -> bool:
        """Whether something has been wrong with the unit, or the screen has said so, for so long that a person acts."""
        seen = self.unit.sensors.cover_open or self.unit.is_jammed or self.unit.faults.head_is_hot or self.path_open
        wrong = seen or (isinstance(self.screen, Stopped) and self.screen.code == JAM)
        if not wrong:
            self.broken_since = None
            return False
        self.broken_since = self.broken_since if self.broken_since is not None else now
        return now - self.broken_since >= after_s

    def repair(self, now: float) -> SimCard | None:
        """Open the path, take out what is stuck, close everything; the card that was inside."""
        self.unit.path(True, now)
        card = self.unit.take_inside(now)
        self.unit.faults.head_is_hot = False
        self.unit.cover(False)
        self.unit.path(False, now)
        self.path_open = False
        self.broken_since = None
        return card

    # --- watching ----------------------------------------------------------------------------------------------------

    def _watch(self, effect: Effect) -> None:
        match effect:
            case WriteCard(track=track):
                self.oracle.write_ordered(track, self.witness)
            case PrintFace(face=face):
                self.ordered_face = face
            case _:
                pass

    def _show(self, screen: Screen) -> None:
        self.fuse.pass_point()
        self.screen = screen
        if isinstance(screen, Done | OffCardDone):
            self.oracle.success_shown(self.terminal, screen, self.witness)
        elif isinstance(screen, Waiting):
            for notice in screen.notices:
                if notice.code == "sale.noted":
                    self.oracle.sale_noted(self.terminal, int(notice.facts["slip"]), self.witness)

    def observe(self) -> None:
        """Look at the card inside: what its stripe and its face have become."""
        self.faces.observe(self.unit, self.ordered_face)
        card = self.unit.card
        if card is not None and card.number is not None and card.track is not None and not card.torn:
            self.oracle.stripe_seen(card.number, card.track)
