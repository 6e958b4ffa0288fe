"""The card unit restarted by itself in the middle of something (its cover was closed, its plug was put back)."""

from __future__ import annotations

from shared.visit import screens
from shared.visit.effects import RecordPrint
from shared.visit.events import CardRewriterReady, StoreFailed
from shared.visit.facts import OpenVisit, VisitState
from shared.visit.flows.ready import ready
from shared.visit.flows.turn import Turn, give_back
from shared.visit.flows.waiting import wait_with
from shared.visit.shop import Moment
from shared.visit.states import (
    ConfirmingFace,
    Down,
    Ejecting,
    Printing,
    Recovering,
    Rereading,
    TypingNumber,
    Writing,
)

RESTARTED = "device.card_rewriter.restarted"


def while_writing(state: Writing | Rereading, event: CardRewriterReady, moment: Moment) -> Turn:
    """Nothing is known of the write: as after a power cut."""
    return ready(
        Down((OpenVisit(state.plan.intent, VisitState.PREPARED),), RESTARTED, state.plan.errand), event, moment
    )


def while_printing(state: Printing, event: CardRewriterReady, moment: Moment) -> Turn:
    """The points stand, the face stays old."""
    errand = state.plan.errand
    turn = give_back(errand) if event.card_inside else wait_with(errand, moment)
    return Turn(turn.state, (RecordPrint(state.plan.intent.visit, state.plan.copy, RESTARTED, (), ()), *turn.effects))


def while_recovering(state: Recovering | TypingNumber, event: CardRewriterReady, moment: Moment) -> Turn:
    return ready(Down(state.open, RESTARTED, state.errand), event, moment)


def while_confirming(state: ConfirmingFace, event: CardRewriterReady, moment: Moment) -> Turn:
    return ready(Down((OpenVisit(state.intent, VisitState.DOUBT),), RESTARTED, state.errand), event, moment)


def record_failed(state: Ejecting, event: StoreFailed, moment: Moment) -> Turn:
    """The visit counts; only the note about face or ejection could not be written."""
    notices = (*state.notices, screens.Notice(event.code))
    return Turn(Ejecting(state.plan, state.face, notices))
