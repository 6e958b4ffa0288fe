"""What stands and lies on the bench: the counters of the chain, and the cards that wander between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from shared.card.codec import encode
from shared.card.mac import KeyRing
from shared.ids import CardNo
from simulators.bench.tray import TrayCard
from simulators.card_rewriter import Fonts
from simulators.card_stock import SimCard
from simulators.ic_card.record import encode_chip
from simulators.ic_card.stock import new_chip
from simulators.identity import felica_master
from simulators.rig.counter import Counter
from simulators.rig.process import Process
from simulators.trade import new_card

FIRST_SERIAL = 1_000  # of cards that are made on the bench; the shop's own end far below
CARDS_MAX = 60  # in the tray; a page that shows more is no tray


class TrayFull(Exception):
    """No room for one more card."""


class Table:
    """A card's place is whatever the counters' slots say; only the list of cards has a lock.

    ``next_serial``: of the next card that is made here. A number is never used again, for head office remembers it.
    """

    def __init__(
        self,
        counters: Sequence[Counter],
        cards: Sequence[TrayCard],
        ring: KeyRing,
        fonts: Fonts,
        head_office: Process | None = None,
        next_serial: int = FIRST_SERIAL,
        tell_office: Callable[..., str] | None = None,
    ) -> None:
        self.counters = tuple(counters)
        self.cards = tuple(cards)
        self.ring = ring
        self.fonts = fonts
        self.head_office = head_office  # None: the counters stand alone
        self.next_serial = next_serial
        self.tell_office = tell_office  # a command of head office, and what it says
        self.closed = False  # set when the bench stops, so that streams end
        self._lock = threading.Lock()
        self._made = 0

    def find(self, identity: str) -> TrayCard | None:
        """The card with this id."""
        return next((card for card in self.cards if card.id == identity), None)

    def of(self, plastic: SimCard | None) -> TrayCard | None:
        """The card that is this piece of plastic."""
        return next((card for card in self.cards if card.plastic is plastic), None)

    def is_free(self, card: TrayCard) -> bool:
        """Whether it lies in the tray, and not in a card unit."""
        return not any(card.plastic is counter.card for counter in self.counters)

    def add_new(self, kind: str = "new", name: str = "", chip: str = "") -> TrayCard:
        """A card fresh from the encoder. ``chip``: a kind of ``ic_card.stock``, "" for a stripe. Raises TrayFull."""
        with self._lock:
            serial, self.next_serial = self.next_serial, self.next_serial + 1
        image, track = new_card(serial, self.ring)
        if not chip:
            return self.add(kind, image.card, name, SimCard(image.card, track))
        made = new_chip(chip, serial)
        encode_chip(made, encode(image, self.ring, made.uid.hex()), felica_master(self.ring))
        return self.add(kind, image.card, name, SimCard(image.card, has_stripe=False, chip=made))

    def add(self, kind: str, number: CardNo | None, name: str, plastic: SimCard) -> TrayCard:
        """Lay one more card into the tray. Raises TrayFull."""
        with self._lock:
            if len(self.cards) >= CARDS_MAX:
                raise TrayFull
            self._made += 1
            card = TrayCard(f"m{self._made}", kind, number, name, "", plastic)
            self.cards = (*self.cards, card)
        return card

    def remove(self, kind: str) -> None:
        """Take the cards of this kind away, but those inside a card unit."""
        with self._lock:
            self.cards = tuple(card for card in self.cards if card.kind != kind or not self.is_free(card))
