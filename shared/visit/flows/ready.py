"""From power-on to the first card: ask the unit, and ask the cards of visits that a cut interrupted."""

from __future__ import annotations

from dataclasses import replace

from shared.card.codec import Verdict, decode
from shared.clock import day_from_card
from shared.errors import EnishiError
from shared.ids import parse_card_no
from shared.visit import screens
from shared.visit.effects import AwaitCard, CancelAwait, Doubt, Play, ReadCard, Resolve, Show, Sound, WriteCard
from shared.visit.errand import NO_ERRAND, Errand
from shared.visit.events import (
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardUnreadable,
    DeadlinePassed,
    Key,
    KeyPressed,
    NoCard,
    Started,
    StoreFailed,
)
from shared.visit.facts import OpenVisit, VisitState
from shared.visit.flows import repair
from shared.visit.flows.finish import reprint
from shared.visit.flows.present import NOT_GENUINE, WRONG_WAY, judge, typing_screen
from shared.visit.flows.present import type_number as ask_number
from shared.visit.flows.turn import Turn, give_back, lose_unit, refuse
from shared.visit.flows.waiting import to_idle, wait_with
from shared.visit.flows.write import commit
from shared.visit.journal import How, Intent
from shared.visit.shop import Moment
from shared.visit.states import (
    Booting,
    ConfirmingFace,
    ConfirmingRepair,
    Dialogue,
    Down,
    Ejecting,
    Idle,
    Keying,
    OffCardKeying,
    Plan,
    PrintingRepair,
    Recovering,
    Repairing,
    Returning,
    State,
    Told,
    TypingNumber,
    Writing,
    WritingRepair,
)

CARD_LEFT = "card_left"  # why a PREPARED visit came into doubt
LATER = "later"  # what staff answer when the card of an open visit is not at hand
CARD_NO_TYPED_MAX = 10  # digits of a card number


def started(state: Booting, event: Started, moment: Moment) -> Turn:
    return Turn(Down(event.open, ""))


def ready(state: Down, event: CardRewriterReady, moment: Moment) -> Turn:
    """The unit answers. First the card inside, then whoever waits for a card, then the counter is free."""
    if event.card_inside and state.open:
        recovering = Recovering(state.open, stayed=True, errand=state.errand)
        return Turn(recovering, (Show(screens.Reading()), ReadCard()))
    if event.card_inside:
        return give_back(state.errand)
    return _ask_for_card(state.open, state.errand, moment)


def ready_again(state: State, event: CardRewriterReady, moment: Moment) -> Turn:
    """The unit restarted by itself while nothing was under way."""
    errand = carried(state)
    return give_back(errand) if event.card_inside else wait_with(errand, moment)


def unit_lost(state: State, event: CardRewriterLost, moment: Moment) -> Turn:
    """Nothing was decided yet; a card inside is given back when the unit returns, and what was keyed waits."""
    return lose_unit(event.code, errand=carried(state))


def carried(state: State) -> Errand:
    """What waits for a card once ``state`` is left without a visit."""
    match state:
        case Keying() | OffCardKeying():
            return state.left_behind
        case Dialogue(keying=keying) if keying is not None:
            return keying.left_behind
        case ConfirmingRepair(repair=repair) | WritingRepair(repair=repair) | PrintingRepair(repair=repair):
            return repair.errand
        case Ejecting(plan=plan):
            return plan.errand
        case Idle() | Dialogue() | Returning() | Told() | Repairing():
            return state.errand
        case _:
            return NO_ERRAND


def still_down(state: Down, event: CardRewriterLost, moment: Moment) -> Turn:
    """Another reason, or the same again."""
    return Turn(Down(state.open, event.code, state.errand), (Show(screens.Stopped(event.code)),))


def lost(state: Recovering | TypingNumber, event: CardRewriterLost, moment: Moment) -> Turn:
    return lose_unit(event.code, state.open, state.errand)


def confirm_lost(state: ConfirmingFace, event: CardRewriterLost, moment: Moment) -> Turn:
    return lose_unit(event.code, [OpenVisit(state.intent, VisitState.DOUBT)], state.errand)


def _prepared(open_visits: tuple[OpenVisit, ...]) -> tuple[OpenVisit, ...]:
    return tuple(visit for visit in open_visits if visit.state is VisitState.PREPARED)


def _ask_for_card(open_visits: tuple[OpenVisit, ...], errand: Errand, moment: Moment) -> Turn:
    """No card is inside, so whatever was PREPARED is in doubt from now on, durably, before another card may come in:
    PREPARED must always mean that the card of the visit may still be the one inside.

    Old doubts settle by themselves when their card comes; only fresh interruptions are shown to staff.
    """
    fresh = _prepared(open_visits)
    if not fresh:
        return wait_with(errand, moment)
    newest = fresh[-1].intent
    doubts = tuple(Doubt(visit.intent.visit, CARD_LEFT) for visit in fresh)
    known = tuple(OpenVisit(one.intent, VisitState.DOUBT) if one in fresh else one for one in open_visits)
    screen = screens.Unfinished(newest.card, newest.amount_yen, newest.earn, newest.redeem, len(fresh))
    shown = tuple(visit.intent.visit for visit in fresh)
    recovering = Recovering(known, False, shown, errand)
    return Turn(recovering, (*doubts, Show(screen), Play(Sound.ATTENTION), AwaitCard()))


# --- Recovering ------------------------------------------------------------------------------------------------


def presented(state: Recovering, event: CardPresented, moment: Moment) -> Turn:
    """The card itself says how far its visit came."""
    if decode(event.track, moment.shop.ring, event.uid).verdict is Verdict.TORN and not event.older:
        return _torn(state, Verdict.TORN.value, moment, event.uid)
    match = next((visit for visit in reversed(state.open) if _bears(event, visit.intent)), None)
    if match is None:
        return judge(event, moment, state.errand)
    if match.state is VisitState.COMMITTED:
        if state.stayed:
            return reprint(Plan(match.intent, None, recovered=True, copy=2, errand=state.errand), moment)
        return judge(event, moment, state.errand)
    how = How.ROLLED_FORWARD if state.stayed else How.SEEN
    return commit(Plan(match.intent, None, recovered=True, errand=state.errand), how)


def _bears(event: CardPresented, intent: Intent) -> bool:
    return (event.track, event.uid) == (intent.post, intent.uid)


def unreadable(state: Recovering, event: CardUnreadable, moment: Moment) -> Turn:
    if event.code in (WRONG_WAY, NOT_GENUINE):
        return refuse(event.code, errand=state.errand)
    return _torn(state, event.code, moment)


def _torn(state: Recovering, code: str, moment: Moment, uid: str = "") -> Turn:
    """Roll forward if the card never left; a card that comes back torn must be named by its printed number."""
    fresh = _prepared(state.open)
    if state.stayed and len(fresh) == 1:
        return _roll_forward(fresh[0].intent, state.errand, moment)
    candidates = tuple(visit for visit in state.open if visit.state is not VisitState.COMMITTED)
    return ask_number(candidates, code, state.errand, moment, uid)


def _roll_forward(intent: Intent, errand: Errand, moment: Moment) -> Turn:
    """The post image again: idempotent, and the INTENT has been durable since before the cut."""
    plan = Plan(intent, None, recovered=True, errand=errand)
    return Turn(Writing(plan, 1), (Show(screens.Writing(moment.shop.unit)), WriteCard(intent.post)))


def nothing_inside(state: Recovering, event: NoCard, moment: Moment) -> Turn:
    """The sensors were wrong or the card was pulled."""
    return _ask_for_card(state.open, state.errand, moment)


def decide_later(state: Recovering, event: KeyPressed, moment: Moment) -> Turn:
    """Staff have seen it; the visit is settled when its card comes. The unit already waits for a card."""
    if state.stayed or event.key is not Key.ENTER:
        return Turn(state)
    answers = tuple(Resolve(visit, LATER) for visit in state.shown)
    turn = to_idle(state.errand, moment)
    return Turn(turn.state, (*turn.effects, *answers))


def doubt_not_recorded(state: Recovering, event: StoreFailed, moment: Moment) -> Turn:
    """Without its own records the terminal takes no card in."""
    down = Down(state.open, event.code, state.errand)
    return Turn(down, (CancelAwait(), Show(screens.Stopped(event.code)), Play(Sound.ERROR)))


# --- torn card, brought back -----------------------------------------------------------------------------------


def type_number(state: TypingNumber, event: KeyPressed, moment: Moment) -> Turn:
    match event.key:
        case Key.ENTER:
            return _match_number(state, moment)
        case Key.CANCEL:
            return _left(state)
        case Key.CLEAR:
            digits = ""
        case Key.BACK:
            digits = state.digits[:-1]
        case Key.USE | Key.MENU:
            digits = state.digits
        case _:
            digits = (state.digits + event.key.value)[:CARD_NO_TYPED_MAX]
    later = replace(state, digits=digits, wrong=False)
    return Turn(later, (Show(typing_screen(later, moment)),))


def _match_number(state: TypingNumber, moment: Moment) -> Turn:
    try:
        card = parse_card_no(state.digits)
    except EnishiError:
        return _wrong_number(state, moment)
    matching = [visit.intent for visit in state.open if visit.intent.card == card]
    if not (matching and moment.shop.unit.has_face):  # without a face nothing shows that nobody wrote it since
        return repair.named(card, state.code, state.errand, moment, state.uid)
    intent = max(matching, key=lambda one: (one.gen, one.seq))
    before = decode(intent.pre, moment.shop.ring, intent.uid).image
    if before is None:
        return repair.named(card, state.code, state.errand, moment, state.uid)
    last_day = day_from_card(before.day).isoformat() if before.day else ""
    screen = screens.ConfirmFace(card, before.balance, last_day)
    return Turn(ConfirmingFace(intent, state.code, state.errand), (Show(screen), Play(Sound.ATTENTION)))


def _wrong_number(state: TypingNumber, moment: Moment) -> Turn:
    later = replace(state, digits="", wrong=True)
    return Turn(later, (Show(typing_screen(later, moment)), Play(Sound.ATTENTION)))


def confirm_face(state: ConfirmingFace, event: KeyPressed, moment: Moment) -> Turn:
    """ENTER: the face still shows the state before the interrupted visit, so nobody wrote the card since.
    CLEAR: somebody did, and this stripe was torn then."""
    match event.key:
        case Key.ENTER:
            return _roll_forward(state.intent, state.errand, moment)
        case Key.CLEAR:
            return repair.named(state.intent.card, state.code, state.errand, moment)
        case Key.CANCEL:
            return refuse(Verdict.TORN.value, errand=state.errand)
        case _:
            return Turn(state)


def nobody_types(state: TypingNumber | ConfirmingFace, event: DeadlinePassed, moment: Moment) -> Turn:
    return _left(state)


def _left(state: TypingNumber | ConfirmingFace) -> Turn:
    return give_back(state.errand) if state.code == repair.WEAK else refuse(Verdict.TORN.value, errand=state.errand)
