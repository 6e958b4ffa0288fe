"""The whole counter but for its screen: loop, visit machine and journal, over any driver of a card unit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from shared.card.codec import encode
from shared.card.face import FaceStock
from shared.card.image import CardImage, Lot
from shared.card.mac import KeyRing
from shared.clock import Clock
from shared.ids import CardNo, TerminalId, make_card_no
from shared.points.program import Programme
from shared.visit.effects import Effect
from shared.visit.events import Event, Key, KeyPressed
from shared.visit.journal import Intent
from shared.visit.screens import Screen, Starting
from shared.visit.shop import Shop
from shared.visit.states import Writing
from terminal.app.loop import Loop
from terminal.app.store.store import Store
from terminal.drivers.port import Role

RING = KeyRing(7, 1, {1: bytes(range(32))})
CARD = make_card_no(42)
TURNS_MAX = 60  # events until a screen comes; a visit has a dozen

AnyScreen = TypeVar("AnyScreen", bound=Screen)


def track_of(points: int = 0, seq: int = 0, uid: str = "", card: CardNo = CARD) -> str:
    """A card as it is issued, or with points that do not lapse."""
    return encode(CardImage(7, card, 1, seq, lots=(Lot(points, 0), Lot(0, 0), Lot(0, 0))), RING, uid)


class UnwarmedStore(Store):
    """Without the journal's warm-up, which costs 50 ms."""

    wal_warm_bytes = 0


class WholeCounter:
    """``order`` gives an order to the driver, ``event`` waits for what it reports next."""

    def __init__(
        self, folder: Path, clock: Clock, order: Callable[[Effect], None], event: Callable[[], Event], boot: int = 1
    ) -> None:
        self._order, self._event = order, event
        self.screens: list[Screen] = [Starting()]
        shop = Shop(TerminalId(3), "ベーカリー", RING, Programme(), FaceStock(), standalone=True)
        self.store = UnwarmedStore.open(folder / "journal.sqlite", TerminalId(3), boot.to_bytes(8, "big"), "1", clock)
        self.loop = Loop(shop, self.store, {Role.CARD_REWRITER: self}, self.screens.append, clock)
        self.loop.start()

    def command(self, effect: Effect, now: float) -> None:
        """As a port of the loop: what it orders goes to the driver."""
        self._order(effect)

    def until(self, kind: type[AnyScreen], **facts: Any) -> AnyScreen:
        """Let the driver's events come until such a screen stands there."""
        for _ in range(TURNS_MAX):
            screen = self.screens[-1]
            if isinstance(screen, kind) and all(getattr(screen, name) == value for name, value in facts.items()):
                return screen
            self.loop.handle(self._event())
        raise AssertionError(f"{kind.__name__} {facts} never came: {self.screens[-5:]}")

    def keys(self, text: str) -> None:
        """Digits, then words for the other keys."""
        for word in text.split():
            for name in list(word) if word.isdigit() else [word]:
                self.loop.handle(KeyPressed(Key(name)))

    @property
    def intent(self) -> Intent:
        """Of the visit that is being written."""
        assert isinstance(self.loop.state, Writing)
        return self.loop.state.plan.intent

    def close(self) -> None:
        self.store.close()
