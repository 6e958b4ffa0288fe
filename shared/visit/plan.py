"""What is decided and on its way to the card: the part of a visit that several states carry from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.visit.errand import NO_ERRAND, Errand
from shared.visit.facts import CardFacts, PastVisit
from shared.visit.journal import Intent, Reissue, VisitKind


@dataclass(frozen=True, slots=True)
class RefundWish:
    """``past`` is to be refunded, all that is left of it or a part."""

    past: PastVisit
    refund_yen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A decided visit on its way. ``facts`` None until a recovered visit has looked them up."""

    intent: Intent
    facts: CardFacts | None
    recovered: bool
    copy: int = 1  # which print of the face this will be
    errand: Errand = NO_ERRAND  # what waits for the next card when this visit counts; its own sale stands in ``intent``

    @property
    def taken_back(self) -> Errand:
        """The errand when this visit is proved not to have happened: a sale is to be done again."""
        if self.intent.kind is not VisitKind.SALE:
            return self.errand
        basket = self.intent.basket
        return replace(self.errand, amount_yen=0 if basket.lines else self.intent.amount_yen, basket=basket)


@dataclass(frozen=True, slots=True)
class Repair:
    """A new generation as head office made it."""

    reissue: Reissue
    facts: CardFacts
    balance: int
    errand: Errand = NO_ERRAND
