"""The card goes back without a visit of its own; and the slot that stays shut after too many forged cards."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import screens
from shared.visit.effects import EjectCard, Show
from shared.visit.events import (
    CardDischarged,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    DeadlinePassed,
    ForgedOften,
    ReceiptFailed,
)
from shared.visit.flows.ready import ready_again
from shared.visit.flows.turn import Turn, lock, lose_unit, stay
from shared.visit.flows.waiting import keep_shown, wait_with
from shared.visit.shop import Moment
from shared.visit.states import Locked, Returning


def given_back(state: Returning, event: CardDischarged, moment: Moment) -> Turn:
    """The card lies in the slot."""
    if state.screen is not None:
        taking = replace(state.screen, take_card=True)
        return Turn(replace(state, screen=taking), (Show(taking),))
    screen = screens.Stopped(state.code, take_card=True) if state.code else screens.TakeCard()
    return stay(state, Show(screen))


def taken(state: Returning, event: CardTaken, moment: Moment) -> Turn:
    """Nobody has read what is said about a card that was never in the unit."""
    if state.locks:
        return lock(state.errand)
    said = replace(state.screen, take_card=False) if state.screen else screens.Stopped(state.code)
    if moment.shop.unit.holds_card or not (state.screen or state.code):
        return wait_with(state.errand, moment)
    return keep_shown(said, state.errand)


def receipt_failed(state: Returning, event: ReceiptFailed, moment: Moment) -> Turn:
    """The slip of points that head office keeps is missing, the points are not."""
    if not isinstance(state.screen, screens.OffCardDone) or event.slip != state.screen.slip:
        return Turn(state)
    told = replace(state.screen, notices=(*state.screen.notices, screens.Notice(event.code)))
    return Turn(replace(state, screen=told), (Show(told),))


def lost(state: Returning, event: CardRewriterLost, moment: Moment) -> Turn:
    if state.locks:
        return Turn(Locked(event.code, state.errand), lock(state.errand).effects)
    return lose_unit(event.code, errand=state.errand)


def restarted(state: Returning, event: CardRewriterReady, moment: Moment) -> Turn:
    if not state.locks:
        return ready_again(state, event, moment)
    return Turn(state, (EjectCard(),)) if event.card_inside else lock(state.errand)


def forged_often(state: Returning, event: ForgedOften, moment: Moment) -> Turn:
    """This one still goes back; afterwards the slot rests."""
    return Turn(replace(state, locks=True))


def locked_lost(state: Locked, event: CardRewriterLost, moment: Moment) -> Turn:
    """Said when the time is over: until then no card is wanted."""
    return Turn(Locked(event.code, state.errand))


def locked_ready(state: Locked, event: CardRewriterReady, moment: Moment) -> Turn:
    return Turn(Locked("", state.errand), (EjectCard(),) if event.card_inside else ())


def unlocked(state: Locked, event: DeadlinePassed, moment: Moment) -> Turn:
    return lose_unit(state.lost, errand=state.errand) if state.lost else wait_with(state.errand, moment)
