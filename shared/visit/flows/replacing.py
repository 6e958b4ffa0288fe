"""A new card takes the place of a lost one: its first image is written at once, the points follow from head office."""

from __future__ import annotations

from dataclasses import replace

from shared.card.image import CardImage
from shared.visit import screens
from shared.visit.effects import Note, Show
from shared.visit.events import Noted, StoreFailed
from shared.visit.facts import CardFacts
from shared.visit.flows.keying import decide
from shared.visit.flows.pricing import keying_screen
from shared.visit.flows.turn import Turn, refuse
from shared.visit.journal import Replace
from shared.visit.shop import Moment
from shared.visit.states import Keying, NotingReplacement

NOT_NEW = "visit.replacement_not_new"


def is_new(image: CardImage, facts: CardFacts) -> bool:
    """Only a card that nobody has used; any other goes back and the new one is still wanted."""
    return not (image.seq or facts.member or facts.shadow)


def begin(state: Keying, moment: Moment) -> Turn:
    note = Note(Replace(state.errand.old, state.image.card, moment.shop.duty.staff))
    return Turn(NotingReplacement(state), (Show(screens.Reading()), note))


def noted(state: NotingReplacement, event: Noted, moment: Moment) -> Turn:
    """Durable: now the card is written, as a visit without purchase, or with the sale that waits already."""
    later = replace(state.keying, errand=state.keying.errand.without_card)
    if later.amount_yen:
        return Turn(later, (Show(keying_screen(later, moment)),))
    return decide(replace(later, no_purchase=True), moment)


def not_noted(state: NotingReplacement, event: StoreFailed, moment: Moment) -> Turn:
    return refuse(event.code, errand=state.keying.errand)
