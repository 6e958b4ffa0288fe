"""From the durable INTENT to the durable COMMIT: write, and when in doubt let the card say what it carries."""

from __future__ import annotations

from shared.card.codec import Verdict, decode
from shared.visit import screens
from shared.visit.effects import (
    Abort,
    Commit,
    Doubt,
    Effect,
    EjectCard,
    Honour,
    Play,
    ReadCard,
    ResetRewriter,
    Show,
    Sound,
    WriteCard,
)
from shared.visit.errand import Errand
from shared.visit.events import (
    CardPresented,
    CardRewriterLost,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    DeadlinePassed,
    Honoured,
    NoCard,
    StoreFailed,
)
from shared.visit.evidence import Evidence, weigh
from shared.visit.facts import OpenVisit, VisitState
from shared.visit.flows import off_card, pos
from shared.visit.flows.turn import Turn, lose_unit, refuse
from shared.visit.journal import How, VisitKind
from shared.visit.shop import Moment
from shared.visit.states import Committing, Honouring, Plan, Rereading, Returning, Writing

WRITE_TRIES_MAX = 3  # each of them already three passes inside the unit
STUCK = "device.card_rewriter.stuck"


def written(state: Writing, event: CardWritten, moment: Moment) -> Turn:
    how = How.ROLLED_FORWARD if state.plan.recovered else How.VERIFIED
    return commit(state.plan, how)


def write_failed(state: Writing, event: CardWriteFailed, moment: Moment) -> Turn:
    return Turn(Rereading(state.plan, state.tries, event.code), (ReadCard(),))


def reread(state: Rereading, event: CardPresented, moment: Moment) -> Turn:
    """The stripe can be read after all: it carries the visit, or its base, or is not this card."""
    intent = state.plan.intent
    decoded = decode(event.track, moment.shop.ring, event.uid)
    if event.uid != intent.uid:
        return _in_doubt(state.plan, "visit.other_card")
    if decoded.verdict is Verdict.TORN:
        return _write_again(state, _unwritable(state.plan, state.code))
    if decoded.verdict is not Verdict.OK or decoded.image is None or decoded.image.card != intent.card:
        return _in_doubt(state.plan, "visit.other_card")
    match weigh(intent, event.track, decoded.image):
        case Evidence.TOOK:
            return commit(state.plan, How.SEEN)
        case Evidence.AT_BASE:
            return _write_again(state, _aborted(state.plan, state.code))
        case Evidence.WENT_ON | Evidence.SILENT:
            return _in_doubt(state.plan, "visit.other_card")


def reread_failed(state: Rereading, event: CardUnreadable, moment: Moment) -> Turn:
    """Torn by the failed write: writing the post image again is always allowed on this card."""
    return _write_again(state, _unwritable(state.plan, state.code))


def card_gone(state: Rereading, event: NoCard, moment: Moment) -> Turn:
    return _in_doubt(state.plan, "visit.card_gone")


def _write_again(state: Rereading, last_resort: Turn) -> Turn:
    if state.tries >= WRITE_TRIES_MAX:
        return last_resort
    return Turn(Writing(state.plan, state.tries + 1), (WriteCard(state.plan.intent.post),))


def _aborted(plan: Plan, code: str) -> Turn:
    """The card was read at its base: the visit did not happen."""
    return _stop(Abort(plan.intent.visit, Evidence.AT_BASE.value), code, plan.taken_back)


def _in_doubt(plan: Plan, code: str) -> Turn:
    """Nobody knows yet whether the card took it; the next presentation tells."""
    stopped = "visit.in_doubt" if code != "visit.other_card" else code
    return _stop(Doubt(plan.intent.visit, code), stopped, plan.errand)


def _unwritable(plan: Plan, code: str) -> Turn:
    """The stripe stays unreadable: the visit is in doubt for ever. What it earned is granted beside the card; points
    that it was to use count as not used, and the customer pays in full."""
    intent = plan.intent
    doubt = Doubt(intent.visit, code)
    if intent.kind is VisitKind.REFUND:
        return _stop(doubt, "visit.refund_in_doubt", plan.errand)
    if intent.redeem:
        stopped = screens.Stopped("visit.not_used", {"amount": intent.amount_yen})
        returning = Returning(stopped.code, stopped, errand=plan.errand)
        return Turn(returning, (*pos.paid_in_full(intent), Show(stopped), Play(Sound.ERROR), EjectCard(), doubt))
    if not intent.earn:
        return _in_doubt(plan, code)
    return Turn(Honouring(plan, code), (doubt, Honour(intent.visit, code)))


def honoured(state: Honouring, event: Honoured, moment: Moment) -> Turn:
    """DOUBT and HONOUR are durable: the points are kept, whatever becomes of the card."""
    intent = state.plan.intent
    done = off_card.kept_screen(
        state.plan.facts, intent.card, intent.earn, intent.amount_yen, intent.slip, "visit.honoured"
    )
    receipt = off_card.kept_receipt(done, intent.amount_yen, "", moment)
    told: tuple[Effect, ...] = (*pos.paid_in_full(intent), Show(done), Play(Sound.ATTENTION), receipt, EjectCard())
    return Turn(Returning("visit.honoured", done, errand=state.plan.errand), told)


def not_honoured(state: Honouring, event: StoreFailed, moment: Moment) -> Turn:
    """Nothing is promised; the next presentation tells."""
    return refuse("visit.in_doubt", errand=state.plan.errand)


def _stop(record: Effect, code: str, errand: Errand) -> Turn:
    turn = refuse(code, errand=errand)
    return Turn(turn.state, (*turn.effects, record))


def commit(plan: Plan, how: How) -> Turn:
    return Turn(Committing(plan), (Commit(plan.intent.visit, how),))


def not_committed(state: Committing, event: StoreFailed, moment: Moment) -> Turn:
    """tx2 failed: no success is shown; the card carries the visit and will prove it."""
    return refuse(event.code, errand=state.plan.errand)


def unit_lost(state: Writing | Rereading, event: CardRewriterLost, moment: Moment) -> Turn:
    """As after a power cut: the visit is open and the card will be asked."""
    return lose_unit(event.code, [OpenVisit(state.plan.intent, VisitState.PREPARED)], state.plan.errand)


def stuck(state: Writing | Rereading, event: DeadlinePassed, moment: Moment) -> Turn:
    """The driver never answered. Nothing is concluded about the card."""
    turn = lose_unit(STUCK, [OpenVisit(state.plan.intent, VisitState.PREPARED)], state.plan.errand)
    return Turn(turn.state, (*turn.effects, ResetRewriter()))
