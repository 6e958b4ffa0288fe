"""A result stays on the screen while the next card is waited for already: whatever happens next ends it."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import screens
from shared.visit.effects import AwaitCard, Play, Show, Sound
from shared.visit.events import (
    CardRewriterReady,
    DeadlinePassed,
    Key,
    KeyPressed,
    ReceiptFailed,
    SaleCame,
    SwipeWanted,
)
from shared.visit.flows import at_rest, ready, swiping, with_basket
from shared.visit.flows.topics import handover
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import to_idle
from shared.visit.shop import Moment
from shared.visit.states import Idle, Told

_ENDS_IT = (Key.ENTER, Key.CANCEL, Key.CLEAR, Key.BACK, Key.USE)  # any other is the next customer's


def key(state: Told, event: KeyPressed, moment: Moment) -> Turn:
    """A benefit that is due is asked about first."""
    turn = late(state, DeadlinePassed(), moment)
    if event.key in _ENDS_IT or not isinstance(turn.state, Idle):
        return turn
    return _followed(turn, at_rest.key(turn.state, event, moment))


def late(state: Told, event: DeadlinePassed, moment: Moment) -> Turn:
    asked = handover.after(state.plan) if state.plan else None
    return asked or to_idle(state.errand, moment)


def sale(state: Told, event: SaleCame, moment: Moment) -> Turn:
    idle = Idle(state.errand)
    return _followed(to_idle(state.errand, moment), with_basket.came(idle, event, moment))


def swiped_badly(state: Told, event: SwipeWanted, moment: Moment) -> Turn:
    return swiping.badly(Idle(state.errand), event, moment) if event.again else Turn(state)


def receipt_failed(state: Told, event: ReceiptFailed, moment: Moment) -> Turn:
    """The slip of what is shown."""
    screen = state.screen
    if not isinstance(screen, screens.Done | screens.OffCardDone) or screen.slip != event.slip:
        return Turn(state)
    later = replace(screen, notices=(*screen.notices, screens.Notice(event.code)))
    return Turn(replace(state, screen=later), (Show(later), Play(Sound.ERROR)))


def unit_ready(state: Told, event: CardRewriterReady, moment: Moment) -> Turn:
    """The unit restarted by itself, or because it was told to."""
    return ready.ready_again(state, event, moment) if event.card_inside else Turn(state, (AwaitCard(),))


def _followed(first: Turn, then: Turn) -> Turn:
    return Turn(then.state, (*first.effects, *then.effects))
