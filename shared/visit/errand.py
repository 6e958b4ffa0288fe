"""What waits at the counter for a card, and what staff may talk about beside one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from shared.ids import CardNo
from shared.sale.basket import EMPTY, Basket
from shared.visit.screens import NO_CARD


class Purpose(Enum):
    """What the next card is wanted for."""

    SALE = "sale"
    REPLACE = "replace"  # a new card in the place of ``Errand.old``
    ENROL = "enrol"  # a new card for whoever has ``Errand.phone``


@dataclass(frozen=True, slots=True)
class Errand:
    """What was keyed, scanned or handed over before the card came. It goes with the card's visit.

    It ends with that visit's success, or when staff take it back (CANCEL in Idle); everything else carries it on.
    ``amount_yen``: keyed; with goods in the basket it stays 0 and the basket's total counts.
    """

    purpose: Purpose = Purpose.SALE
    amount_yen: int = 0
    basket: Basket = EMPTY
    old: CardNo = NO_CARD
    phone: str = ""  # digits

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost with it."""
        return self == NO_ERRAND

    @property
    def without_sale(self) -> Errand:
        """What is left of it once its sale is done."""
        return replace(self, amount_yen=0, basket=EMPTY)

    def beside(self, amount_yen: int) -> Errand:
        """What is left of it when its card leaves without a visit, and ``amount_yen`` stood on the screen. An amount
        that was keyed with the card inside does not wait: the digits of the next one would be added to it."""
        if self.basket.lines or amount_yen == self.amount_yen:
            return self
        return replace(self, amount_yen=0)

    @property
    def without_card(self) -> Errand:
        """What is left of it once its new card has come."""
        return replace(self, purpose=Purpose.SALE, old=NO_CARD, phone="")


NO_ERRAND = Errand()


class Topic(Enum):
    """What a dialogue beside the card is about; each is a module of ``flows/topics``."""

    MENU = "menu"
    CARD_MENU = "card_menu"
    ENROL = "enrol"
    FORGOTTEN = "forgotten"
    LOST = "lost"
    REFUND = "refund"
    VOICE = "voice"
    DUTY = "duty"
    DAY = "day"
    TRAINING = "training"
    HANDOVER = "handover"
    PLAIN_SALE = "plain_sale"
    LINES = "lines"  # of the basket: quantity, off, discount
    REPRINT = "reprint"
    CALLS = "calls"  # what rang lately
    RAIN = "rain"
