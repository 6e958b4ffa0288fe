"""A counter in a few dozen lines: the real loop, visit machine and journal, over a card unit that is only a stripe.

No protocol, no time, no dice: what happens next is chosen by the test, and so is where the power fails.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from shared.card.codec import decode
from shared.card.face import FaceStock
from shared.card.mac import KeyRing
from shared.clock import day_from_card
from shared.ids import CARD_NO_DIGITS, TerminalId
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.events import Event, Key
from shared.visit.shop import Shop
from simulators.card_stock import SimCard
from simulators.world.clock import VirtualClock
from simulators.world.cut import Fuse, FusedPort, FusedStore, PowerCut
from terminal.app.loop import Loop
from terminal.drivers.port import Role

RING = KeyRing(7, 1, {1: bytes(range(32))})
UNREADABLE = "device.card_rewriter.unreadable"
MOVES_MAX = 60  # of a person at one visit; more means that the counter leads in a circle
TURNS_MAX = 200  # orders to the card unit within one movement

Watch = Callable[[f.Effect, "SmallCounter"], None]


class Unit:
    """The card unit as the loop sees it: orders in; ``work`` carries out the oldest and says what happened.

    ``faces``: the image that each card's face shows, by the card's id.
    """

    def __init__(self, fuse: Fuse, faces: dict[int, str]) -> None:
        self.fuse, self.faces = fuse, faces
        self.inside: SimCard | None = None
        self.slot: SimCard | None = None
        self.awaits = False
        self.orders: deque[f.Effect] = deque()

    def command(self, effect: f.Effect, now: float) -> None:
        self.orders.append(effect)

    def forget(self) -> None:
        """The power fails: what was ordered and not begun is gone."""
        self.orders.clear()
        self.awaits = False

    def work(self) -> Event | None:
        order = self.orders.popleft()
        self.fuse.pass_point()
        match order:
            case f.AwaitCard() | f.CancelAwait():
                self.awaits = isinstance(order, f.AwaitCard)
                return None
            case f.ReadCard():
                return self.read()
            case f.WriteCard(track=track):
                return self._write(track)
            case f.PrintFace():
                return self._print()
            case f.EjectCard():
                return self._eject()
            case f.ResetRewriter():
                self._eject()
                return e.CardRewriterReady(card_inside=False)
        return None

    def read(self) -> Event:
        card = self.inside
        if card is None:
            return e.NoCard()
        return e.CardUnreadable(UNREADABLE) if card.torn or card.track is None else e.CardPresented(card.track)

    def _write(self, track: str) -> Event:
        card = self.inside
        if card is None:
            return e.CardWriteFailed(UNREADABLE)
        card.begin_pass()
        self.fuse.pass_point()
        card.end_pass(track, card.track_format)
        self.fuse.pass_point()
        return e.CardWritten()

    def _print(self) -> Event:
        card = self.inside
        if card is None:
            return e.FacePrintFailed(UNREADABLE)
        self.faces[id(card)] = card.track or ""
        self.fuse.pass_point()
        return e.FacePrinted()

    def _eject(self) -> Event | None:
        if self.inside is None:
            return None
        self.slot, self.inside = self.inside, None
        return e.CardDischarged()


class SmallCounter:
    """``loop`` is None while the power is off. ``watch`` sees every order to the card unit when it is given."""

    kind: ClassVar[type[FusedStore]] = FusedStore

    def __init__(
        self,
        terminal: int,
        path: Path,
        clock: VirtualClock,
        faces: dict[int, str],
        watch: Watch,
        show: Callable[[screens.Screen, SmallCounter], None],
    ) -> None:
        self.terminal, self.path, self.clock = TerminalId(terminal), path, clock
        self.fuse = Fuse()
        self.unit = Unit(self.fuse, faces)
        self.loop: Loop | None = None
        self.store: FusedStore | None = None
        self.screen: screens.Screen = screens.Starting()
        self.boots = 0
        self._watch, self._show = watch, show

    # --- power -------------------------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Start on the journal as it lies on the disk."""
        self.boots += 1
        try:
            self._boot()
        except PowerCut:
            self.cut()

    def _boot(self) -> None:
        self.kind.fuse, self.kind.wal_warm_bytes = self.fuse, 0
        nonce = self.boots.to_bytes(8, "big")
        self.store = self.kind.open(self.path, self.terminal, nonce, "0.1.0", self.clock)
        shop = Shop(self.terminal, f"店{self.terminal}", RING, self.store.programme(), FaceStock())
        port = FusedPort(self.unit, self.fuse, lambda effect: self._watch(effect, self))
        self.loop = Loop(shop, self.store, {Role.CARD_REWRITER: port}, self._shown, self.clock)
        self.loop.start()
        self._take(e.CardRewriterReady(card_inside=self.unit.inside is not None))

    def cut(self) -> None:
        """The power fails now."""
        if self.store is not None:
            self.store.close()
        self.loop, self.store = None, None
        self.fuse.left = None
        self.unit.forget()

    # --- hands -------------------------------------------------------------------------------------------------------

    def happens(self, event: Event) -> None:
        """Something from outside, and everything that follows from it."""
        if self.loop is None:
            return
        try:
            self._take(event)
        except PowerCut:
            self.cut()

    def insert(self, card: SimCard) -> None:
        self.unit.inside, self.unit.awaits = card, False
        self.happens(self.unit.read())

    def pull(self) -> SimCard | None:
        """The card out of the slot; with the power off also out of the unit."""
        unit = self.unit
        card = unit.slot or (unit.inside if self.loop is None else None)
        if card is unit.slot:
            unit.slot = None
            self.happens(e.CardTaken())
        else:
            unit.inside = None
        return card

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.happens(e.KeyPressed(key))

    def type(self, number: int, digits: int = 1) -> None:
        self.press(*(Key(digit) for digit in f"{number:0{digits}d}"))

    def wait(self) -> bool:
        """Until the state's own deadline; whether it had one."""
        if self.loop is None or self.loop.next_deadline is None:
            return False
        self.clock.advance_to(self.loop.next_deadline)
        try:
            self.loop.tick(self.clock.now())
            self._work()
        except PowerCut:
            self.cut()
        return True

    def _take(self, event: Event) -> None:
        assert self.loop is not None
        self.loop.handle(event)
        self._work()

    def _work(self) -> None:
        for _ in range(TURNS_MAX):
            if not self.unit.orders:
                return
            event = self.unit.work()
            if event is not None and self.loop is not None:
                self.loop.handle(event)
        raise AssertionError(f"the card unit of counter {self.terminal} does not come to rest")

    def _shown(self, screen: screens.Screen) -> None:
        self.screen = screen
        self._show(screen, self)


class Clerk:
    """Serves one card until it is back in a hand: keys an amount once, answers what is asked, else cancels."""

    def __init__(
        self, counter: SmallCounter, amount_yen: int, uses_points: bool, is_old_face: Callable[[SimCard], bool]
    ) -> None:
        self._counter, self._amount_yen, self._uses_points = counter, amount_yen, uses_points
        self._is_old_face = is_old_face
        self._asked: set[type] = set()

    def serve(self) -> SimCard | None:
        """The card, or None where the power failed and the card is still inside."""
        counter = self._counter
        for _ in range(MOVES_MAX):
            if counter.unit.slot is not None:
                return counter.pull()
            if counter.loop is None or counter.unit.inside is None:
                return None
            self._answer(counter.unit.inside, counter.screen)
        raise AssertionError(f"{type(counter.screen).__name__} does not let the card go")

    def _answer(self, card: SimCard, screen: screens.Screen) -> None:
        counter, again = self._counter, type(screen) in self._asked
        self._asked.add(type(screen))
        match screen:
            case screens.Keying() if self._amount_yen and not again:
                counter.type(self._amount_yen)
                counter.press(*([Key.USE] * 2 if self._uses_points else []), Key.ENTER)
            case screens.OffCardKeying() if self._amount_yen and not again:
                counter.type(self._amount_yen)
                counter.press(Key.ENTER)
            case screens.TypeNumber() if card.number is not None and not again:
                counter.type(card.number, CARD_NO_DIGITS)
                counter.press(Key.ENTER)
            case screens.ConfirmFace(balance=balance, last_day=last_day) if not again:
                same = self._reads(card) == (balance, last_day) and not self._is_old_face(card)
                counter.press(Key.ENTER if same else Key.CLEAR)
            case _:
                self._get_out()

    def _reads(self, card: SimCard) -> tuple[int, str] | None:
        """Balance and day on the face; None = it is blank."""
        image = decode(self._counter.unit.faces.get(id(card), ""), RING).image
        if image is None:
            return None
        return image.balance, day_from_card(image.day).isoformat() if image.day else ""

    def _get_out(self) -> None:
        """A screen that asks nothing of us, or one of tomorrow."""
        before = (self._counter.screen, self._counter.unit.inside)
        self._counter.press(Key.CANCEL)
        if (self._counter.screen, self._counter.unit.inside) == before:
            self._counter.wait()
