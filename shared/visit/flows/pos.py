"""What the shop's POS is told of a sale that it handed over: each one exactly once, when its end is certain."""

from __future__ import annotations

from shared.sale.basket import Basket
from shared.visit.effects import AnswerPos
from shared.visit.journal import Intent, OffCard, PlainSale

Told = tuple[AnswerPos, ...]  # nothing, where the sale is none of the POS's


def visited(intent: Intent, balance: int = 0) -> Told:
    """The visit counts."""
    reference = intent.basket.reference
    if not reference:
        return ()
    due_yen = intent.amount_yen - intent.discount_yen
    return (
        AnswerPos(reference, "done", intent.card, intent.discount_yen, due_yen, intent.earn, intent.redeem, balance),
    )


def paid_in_full(intent: Intent) -> Told:
    """The sale stands without points as money; what becomes of its points is a matter of the card."""
    reference = intent.basket.reference
    return (AnswerPos(reference, "done", intent.card, due_yen=intent.amount_yen),) if reference else ()


def kept(entry: OffCard) -> Told:
    """The points stand beside the card."""
    reference = entry.basket.reference
    done = AnswerPos(reference, "done", entry.card, due_yen=entry.amount_yen, earn=entry.earn)
    return (done,) if reference else ()


def sold(sale: PlainSale) -> Told:
    """A sale without a card."""
    reference = sale.basket.reference
    return (AnswerPos(reference, "done", due_yen=sale.amount_yen),) if reference else ()


def cancelled(basket: Basket) -> Told:
    """Staff took it back, or its card proved that it did not happen."""
    return (AnswerPos(basket.reference, "cancelled"),) if basket.reference else ()


def turned_away(basket: Basket, state: str) -> Told:
    """``state``: "busy" (it may be handed over again in a moment) or "refused" (it can be no sale here)."""
    return (AnswerPos(basket.reference, state),)
