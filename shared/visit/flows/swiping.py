"""A unit through which the card is pulled: each swipe is asked for, and nobody has to wait for who has gone."""

from __future__ import annotations

from shared.visit import screens
from shared.visit.effects import Doubt, Play, ResetRewriter, Show, Sound
from shared.visit.errand import Errand
from shared.visit.events import Key, KeyPressed, SwipeWanted
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import to_idle
from shared.visit.shop import Moment
from shared.visit.states import Idle, Rereading, State, Told, Writing, WritingRepair
from shared.visit.unit import CardUnit

BAD_SWIPE = "device.card_rewriter.swipe"
LEFT = "visit.card_gone"  # why a visit came into doubt


def wanted(state: Writing | Rereading | WritingRepair, event: SwipeWanted, moment: Moment) -> Turn:
    sound = Sound.ERROR if event.again else Sound.ATTENTION
    return Turn(state, (Show(screens.Swiping(event.swipe, event.again)), Play(sound)))


def badly(state: Idle, event: SwipeWanted, moment: Moment) -> Turn:
    """While a card is waited for, only a bad swipe is worth a word."""
    if not event.again:
        return Turn(state)
    return to_idle(state.errand, moment, screens.Notice(BAD_SWIPE), before=(Play(Sound.ERROR),))


def heard(state: State, event: SwipeWanted, moment: Moment) -> Turn:
    """The same beside something else that stands on the screen."""
    return Turn(state, (Play(Sound.ERROR),) if event.again else ())


def give_up(state: Writing | Rereading, event: KeyPressed, moment: Moment) -> Turn:
    """CANCEL between two swipes: whether the card was written nobody knows, its next presentation tells."""
    if event.key is not Key.CANCEL or moment.shop.unit is not CardUnit.SWIPE:
        return Turn(state)
    turn = _stopped("visit.in_doubt", state.plan.errand)
    return Turn(turn.state, (*turn.effects, Doubt(state.plan.intent.visit, LEFT)))


def give_up_repair(state: WritingRepair, event: KeyPressed, moment: Moment) -> Turn:
    """The card is repaired another time, under another request."""
    if event.key is not Key.CANCEL or moment.shop.unit is not CardUnit.SWIPE:
        return Turn(state)
    return _stopped("visit.repair_unfinished", state.repair.errand)


def _stopped(code: str, errand: Errand) -> Turn:
    """The unit waits for a swipe that will not come: only a reset ends that."""
    stopped = screens.Stopped(code)
    return Turn(Told(stopped, errand), (Show(stopped), Play(Sound.ERROR), ResetRewriter()))
