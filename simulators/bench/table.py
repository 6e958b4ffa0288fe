"""What stands and lies on the bench: the counters of the chain, and the cards that wander between them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.card.mac import KeyRing
from simulators.bench.tray import TrayCard
from simulators.card_rewriter import Fonts
from simulators.card_stock import SimCard
from simulators.rig.counter import Counter
from simulators.rig.process import Process


class Table:
    """Holds no lock of its own: a card's place is whatever the counters' slots say."""

    def __init__(
        self,
        counters: Sequence[Counter],
        cards: Sequence[TrayCard],
        ring: KeyRing,
        fonts: Fonts,
        head_office: Process | None = None,
    ) -> None:
        self.counters = tuple(counters)
        self.cards = tuple(cards)
        self.ring = ring
        self.fonts = fonts
        self.head_office = head_office  # None: the counters stand alone
        self.closed = False  # set when the bench stops, so that streams end

    def find(self, identity: str) -> TrayCard | None:
        """The card with this id."""
        return next((card for card in self.cards if card.id == identity), None)

    def of(self, plastic: SimCard | None) -> TrayCard | None:
        """The card that is this piece of plastic."""
        return next((card for card in self.cards if card.plastic is plastic), None)

    def is_free(self, card: TrayCard) -> bool:
        """Whether it lies in the tray, and not in a card unit."""
        return not any(
            card.plastic is held
            for counter in self.counters
            for held in (counter.card_rewriter.card, counter.card_rewriter.slot_card)
        )
