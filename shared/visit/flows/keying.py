"""The amount and the points: digits go to one figure, ENTER decides the visit."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from shared.errors import Refused
from shared.units import YEN_MAX
from shared.visit import screens
from shared.visit.effects import Intend, Play, RecordSeen, Show, Sound, WriteCard
from shared.visit.events import (
    CardChecked,
    DeadlinePassed,
    Intended,
    Key,
    KeyPressed,
    PowerFailing,
    ReceiptFailed,
    StoreFailed,
)
from shared.visit.flows import off_card
from shared.visit.flows.pricing import (
    adjusted_card,
    intent_of,
    keying_screen,
    most_usable,
    price_keyed,
    why_no_points,
)
from shared.visit.flows.topics import duty, menu
from shared.visit.flows.turn import Turn, give_back, refuse
from shared.visit.shop import Moment
from shared.visit.states import Keying, Plan, Preparing, Writing

NOT_SERVED = ("card.locked", "card.forged", "card.foreign")  # head office's word for cards that are given back
POINTS_TYPED_MAX = 999_999  # six digits: no visit may use more (RedeemRule.points_max)


def key(state: Keying, event: KeyPressed, moment: Moment) -> Turn:
    match event.key:
        case Key.ENTER:
            return decide(state, moment)
        case Key.CANCEL:
            return _unused(state)
        case Key.MENU:
            return menu.open_menu(state.errand, state, moment)
        case Key.CLEAR if state.field == "amount" and (not state.amount_yen or state.errand.basket.lines):
            return menu.open_menu(state.errand, state, moment)
        case Key.USE:
            return _shown(_use(state, moment), moment)
        case Key.CLEAR:
            return _shown(_clear(state), moment)
        case Key.BACK:
            return _shown(_figure(state, _typed(state) // 10), moment)
        case _:
            return _shown(_figure(state, int(f"{_typed(state)}{event.key.value}")), moment)


def decide(state: Keying, moment: Moment) -> Turn:
    """ENTER. Without an amount it is asked back once: a visit without a purchase is a visit, too."""
    if duty.is_wanted(moment):
        return duty.open_topic(state.errand, state, moment)
    brings = not state.use_points and bool(adjusted_card(state, moment).applied)
    if not state.amount_yen and not brings and not (state.no_purchase and not state.use_points):
        missing = screens.Notice("visit.amount_missing" if state.use_points else "visit.no_purchase")
        return _shown(replace(state, field="amount", notices=(missing,), no_purchase=not state.use_points), moment)
    priced = price_keyed(state, moment)
    if isinstance(priced, Refused):
        state = replace(state, notices=() if state.use_points else (screens.Notice(priced.code, priced.facts),))
        turn = _shown(state, moment)
        return Turn(turn.state, (*turn.effects, Play(Sound.ATTENTION)))
    intent = intent_of(state, priced, moment)
    plan = Plan(intent, state.facts, recovered=False, errand=state.errand.without_sale)
    return Turn(Preparing(plan), (Show(screens.Writing(moment.shop.unit)), Intend(intent)))


def _use(state: Keying, moment: Moment) -> Keying:
    """First press: key the points. Second press: all that may be used. Where none may be, the screen says why."""
    most = most_usable(state, moment)
    points = state.use_points if state.field == "amount" else most
    notices = (why_no_points(state, moment),) if state.amount_yen and not (most or points) else ()
    return replace(state, field="points", use_points=points, notices=notices)


def _clear(state: Keying) -> Keying:
    """The whole figure; an empty points figure gives the digits back to the amount."""
    if state.field == "points" and not state.use_points:
        return replace(state, field="amount", notices=())
    return _figure(state, 0)


def _typed(state: Keying) -> int:
    return state.amount_yen if state.field == "amount" else state.use_points


def _figure(state: Keying, value: int) -> Keying:
    """A figure that no longer fits keeps its old value: the staff see that the key did nothing."""
    if state.field == "amount" and state.errand.basket.lines:
        return replace(state, notices=(screens.Notice("sale.amount_is_goods"),), no_purchase=False)
    if state.field == "amount":
        kept = value if value <= YEN_MAX else state.amount_yen
        return replace(state, amount_yen=kept, notices=(), no_purchase=False)
    return replace(state, use_points=value if value <= POINTS_TYPED_MAX else state.use_points, notices=())


def _shown(state: Keying, moment: Moment) -> Turn:
    return Turn(state, (Show(keying_screen(state, moment)),))


def checked(state: Keying, event: CardChecked, moment: Moment) -> Turn:
    """Head office's word on this very card. It knows more stores than we do; a word on another card came late."""
    if event.track != state.track:
        return Turn(state)
    if event.code in NOT_SERVED:
        return refuse(event.code, RecordSeen(state.track, event.code, state.uid), errand=state.left_behind)
    if event.code:
        why = screens.Notice("visit.confirm_later")
        record = RecordSeen(state.track, event.code, state.uid)
        return off_card.open_keys(
            state.facts,
            event.code,
            moment,
            record,
            notices=(why,),
            errand=state.left_behind,
            keyed_yen=state.amount_yen,
            uid=state.uid,
        )
    known = {one.number: one for one in (*state.facts.adjustments, *event.adjustments)}
    facts = structs.replace(state.facts, adjustments=tuple(known[number] for number in sorted(known)))
    return _shown(replace(state, facts=facts, online=True), moment)


def _unused(state: Keying) -> Turn:
    """A good card leaves without a visit: its image is evidence. Goods wait for the next card."""
    turn = give_back(state.left_behind)
    return Turn(turn.state, (*turn.effects, RecordSeen(state.track, "", state.uid)))


def nobody_keys(state: Keying, event: DeadlinePassed, moment: Moment) -> Turn:
    return _unused(state)


def power_failing(state: Keying, event: PowerFailing, moment: Moment) -> Turn:
    """No write is begun on the last milliseconds."""
    return refuse("device.power_failing", errand=state.left_behind)


def settling_failed(state: Keying, event: StoreFailed, moment: Moment) -> Turn:
    """An old doubt could not be recorded, or the goods not be looked up: no new visit on such a store."""
    return refuse(event.code, errand=state.left_behind)


def receipt_failed(state: Keying, event: ReceiptFailed, moment: Moment) -> Turn:
    """The slip of the customer before, or a copy ordered from the menu."""
    return _shown(replace(state, notices=(*state.notices, screens.Notice(event.code))), moment)


def intended(state: Preparing, event: Intended, moment: Moment) -> Turn:
    """tx1 is durable: now, and only now, the stripe may be touched."""
    return Turn(Writing(state.plan, 1), (WriteCard(state.plan.intent.post),))


def not_intended(state: Preparing, event: StoreFailed, moment: Moment) -> Turn:
    """tx1 failed: the card was not touched, and the sale waits."""
    return refuse(event.code, errand=state.plan.taken_back)
