"""One till: the real program on its journal, an event-level card unit, and a machine clock of its own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

from shared.card.mac import KeyRing
from shared.clock import Clock, Now
from shared.errors import EnishiError
from shared.ids import TerminalId
from shared.sync.identity import Identity
from shared.visit.effects import Effect
from shared.visit.events import Event, Key, KeyPressed
from shared.visit.screens import Screen
from shared.visit.shop import Shop
from simulators.world.counter import FACE, SOFTWARE
from simulators.world.cut import Fuse, FusedPort, FusedStore, PowerCut
from simulators.world.fleet.unit import Unit
from simulators.world.head_office import HeadOffice
from simulators.world.telephone import Telephone
from simulators.world.witness import Witness
from terminal.app.loop import Loop
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.drivers.port import Role

TURNS_MAX = 200  # events at one moment


class MachineClock:
    """The world's clock, shown wrong by ``offset_ms``."""

    def __init__(self, world: Clock) -> None:
        self._world = world
        self.offset_ms = 0

    def now(self) -> Now:
        true = self._world.now()
        return Now(true.mono_s, true.wall_ms + self.offset_ms)


Watch = Callable[["Till", Effect], None]
See = Callable[["Till", Screen], None]


class Till:
    """``loop`` is None while it is off or dead. ``dead``: its journal will never be read again."""

    def __init__(
        self, identity: Identity, folder: Path, clock: Clock, dice: Random, ring: KeyRing, office: HeadOffice,
        watch: Watch, see: See,
    ) -> None:  # fmt: skip
        self.number, self.dice, self.ring = identity.terminal, dice, ring
        self.path = folder / f"till-{self.number}.db"
        shutil.copy(office.blank_journal, self.path)
        self.witness = Witness(self.path)
        self.clock = MachineClock(clock)
        self.unit = Unit(dice)
        self.phone = Telephone(office, identity, self.path, self.clock, dice, self.unit.said.append)
        self.fuse = Fuse()
        self.loop: Loop | None = None
        self.store: FusedStore | None = None
        self.screen: Screen | None = None
        self.trace: list[str] = []
        self.dead = False
        self.mirror: Path | None = None
        self.boots = self.cuts = 0
        self._watch, self._see = watch, see

    # --- power -------------------------------------------------------------------------------------------------------

    def boot(self) -> None:
        """On the journal as it lies on the disk; the card inside stays there."""
        self.boots += 1
        try:
            self._boot()
            self.settle()
        except PowerCut:
            self.cut()

    def _boot(self) -> None:
        FusedStore.fuse = self.fuse
        FusedStore.wal_warm_bytes = 0
        nonce = self.dice.randbytes(8)
        mirror = Mirror(FileMedium(self.mirror)) if self.mirror is not None else None
        self.store = FusedStore.open(self.path, TerminalId(self.number), nonce, SOFTWARE, self.clock, mirror=mirror)
        self.store.fuse = self.fuse
        shop = Shop(TerminalId(self.number), f"店{self.number}", self.ring, self.store.programme(), FACE)
        port = FusedPort(self.unit, self.fuse, lambda effect: self._watch(self, effect))
        self.phone.connect(self.store)
        self.loop = Loop(shop, self.store, {Role.CARD_REWRITER: port}, self._show, self.store.clock, office=self.phone)
        self.loop.start()
        self.unit.power_on()

    def cut(self) -> None:
        """Program and unit without power. What was ordered and not done is forgotten."""
        self.cuts += 1
        self.close()

    def close(self) -> None:
        self.witness.close()
        if self.store is not None:
            self.store.close()
        self.loop, self.store, self.screen = None, None, None
        self.phone.hang_up()
        self.fuse.left = None
        self.unit.said.clear()
        self.unit.ills.tears = 0

    # --- head office -------------------------------------------------------------------------------------------------

    def sync(self) -> bool:
        """One round; whether it came to its end."""
        if self.loop is None or self.store is None:
            return False
        try:
            return self.phone.sync(self.loop, self.store)
        except PowerCut:
            self.cut()
        except EnishiError as error:
            self.phone.trouble = str(error)
        return False

    # --- time --------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Carry what the unit says to the loop until nothing is left. Raises PowerCut."""
        for _ in range(TURNS_MAX):
            if self.loop is None or not self.unit.said:
                return
            self.handle(self.unit.said.popleft())
        raise AssertionError(f"till {self.number} does not come to rest")

    def handle(self, event: Event) -> None:
        assert self.loop is not None
        self.trace.append(repr(event))
        self.loop.handle(event)

    def press(self, key: Key) -> None:
        self.handle(KeyPressed(key))
        self.settle()

    def let_time_pass(self) -> None:
        """Whatever waits for a deadline that is past gets it."""
        if self.loop is not None:
            self.loop.tick(self.clock.now())
            self.settle()

    # --- the disk ----------------------------------------------------------------------------------------------------

    def copy_disk(self, to: Path) -> Path:
        """A consistent copy, as a backup program makes one while nothing runs."""
        source, target = sqlite3.connect(self.path), sqlite3.connect(to)
        source.backup(target)
        source.close()
        target.close()
        return to

    def put_disk_back(self, copy: Path) -> None:
        """The journal is an old one again; the till is off."""
        self.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copy(copy, self.path)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _show(self, screen: Screen) -> None:
        self.fuse.pass_point()
        self.screen = screen
        self._see(self, screen)
