"""Earning beside the card: it may not or cannot be written, and the customer's points are kept at head office."""

from __future__ import annotations

from dataclasses import replace

from shared.card.image import Lot
from shared.ids import CardNo
from shared.points.earn import explain
from shared.points.lanes import Bought, Earned, earn
from shared.points.price import keyed
from shared.points.program import EARN_MAX
from shared.points.validity import expiry_month
from shared.sale.basket import EMPTY, Basket
from shared.sale.earning import earning
from shared.sale.invoice import Sold
from shared.sale.totals import totals
from shared.units import YEN_MAX
from shared.visit import screens
from shared.visit.effects import (
    AskRepair,
    Effect,
    EjectCard,
    Play,
    PrintReceipt,
    RecordOffCard,
    RecordSeen,
    Show,
    Sound,
)
from shared.visit.errand import NO_ERRAND, Errand
from shared.visit.events import DeadlinePassed, Key, KeyPressed, OffCardRecorded, StoreFailed
from shared.visit.facts import CardFacts
from shared.visit.flows import pos
from shared.visit.flows.knowing import circumstances
from shared.visit.flows.pricing import is_online_lately, today
from shared.visit.flows.turn import Turn, give_back, refuse
from shared.visit.flows.waiting import basket_view, errand_yen, to_idle
from shared.visit.journal import OffCard
from shared.visit.receipt import ReceiptContent, compose
from shared.visit.shop import Moment
from shared.visit.states import OffCardKeying, RecordingOffCard, Repairing, Returning, Told

OLD_GENERATION = "card.old_generation"  # the only readable card that may be repaired: staff know the person


def open_keys(
    facts: CardFacts,
    why: str,
    moment: Moment,
    *before: Effect,
    notices: tuple[screens.Notice, ...] = (),
    errand: Errand = NO_ERRAND,
    has_card: bool = True,
    keyed_yen: int = 0,
    uid: str = "",
) -> Turn:
    """Ask for the amount, if neither the errand brings one nor ``keyed_yen`` was keyed already for this card, and say
    why the card is left as it is."""
    can_repair = why == OLD_GENERATION and is_online_lately(facts, moment)
    amount_yen = keyed_yen or errand_yen(errand, moment)
    state = OffCardKeying(facts, why, amount_yen, can_repair, notices, has_card, errand, uid)
    return Turn(state, (*before, Show(_screen(state, moment)), Play(Sound.ATTENTION)))


def key(state: OffCardKeying, event: KeyPressed, moment: Moment) -> Turn:
    match event.key:
        case Key.ENTER:
            return _decide(state, moment)
        case Key.CANCEL:
            return _left(state, moment)
        case Key.MENU:
            return Turn(state)
        case Key.USE:
            return ask_repair(state.facts, state.why, state.left_behind, state.uid) if state.can_repair else Turn(state)
        case Key.CLEAR:
            amount_yen = 0
        case Key.BACK:
            amount_yen = state.amount_yen // 10
        case _:
            amount_yen = int(f"{state.amount_yen}{event.key.value}")
    if amount_yen > YEN_MAX or state.errand.basket.lines:
        return Turn(state)
    return shown(replace(state, amount_yen=amount_yen, notices=()), moment)


def ask_repair(facts: CardFacts, code: str, errand: Errand, uid: str = "", is_proven: bool = False) -> Turn:
    """A new generation of the card, if head office makes one within seconds. ``is_proven``: no person has to say that
    it is this card."""
    ask = AskRepair(facts.next_visit, facts.card, code, uid)
    return Turn(Repairing(facts, code, errand, uid, is_proven), (Show(screens.Repairing(facts.card)), ask))


def _decide(state: OffCardKeying, moment: Moment) -> Turn:
    if moment.shop.needs_duty and not moment.shop.duty.staff:
        return shown(replace(state, notices=(screens.Notice("duty.missing"),)), moment)
    if not state.amount_yen:
        return shown(replace(state, notices=(screens.Notice("visit.amount_missing"),)), moment)
    earned = _earned(state, moment)
    if earned.points > EARN_MAX:
        return shown(replace(state, notices=(screens.Notice("points.earn_above_card", {"maximum": EARN_MAX}),)), moment)
    programme, facts = moment.shop.programme, state.facts
    lot = Lot(earned.points, expiry_month(programme, today(moment)))
    entry = OffCard(
        visit=facts.next_visit,
        card=facts.card,
        why=state.why,
        amount_yen=state.amount_yen,
        earn=earned.points,
        lots=((lot.month, lot.points),) if lot.points else (),
        slip=facts.slip,
        programme=programme.version,
        business_day=today(moment).isoformat(),
        basket=state.errand.basket,
        staff=moment.shop.duty.staff,
        reasons=earned.why,
    )
    recording = RecordingOffCard(entry, facts, state.has_card, state.taken_back)
    return Turn(recording, (Show(screens.Reading()), RecordOffCard(entry)))


def recorded(state: RecordingOffCard, event: OffCardRecorded, moment: Moment) -> Turn:
    """OFFCARD is durable: now the customer may be told."""
    entry = state.entry
    done = kept_screen(state.facts, entry.card, entry.earn, entry.amount_yen, entry.slip, entry.why)
    sentence = _sentence(entry, moment) if entry.earn else ""
    receipt = kept_receipt(done, entry.amount_yen, sentence, moment, entry.basket)
    left = state.errand.without_sale
    success: tuple[Effect, ...] = (*pos.kept(entry), Show(done), Play(Sound.OK), receipt)
    if not state.has_card:
        return Turn(Told(done, left), success)
    return Turn(Returning(entry.why, done, errand=left), (*success, EjectCard()))


def not_recorded(state: RecordingOffCard, event: StoreFailed, moment: Moment) -> Turn:
    return _without_store(event.code, state.errand, state.has_card, moment)


def records_failed(state: OffCardKeying, event: StoreFailed, moment: Moment) -> Turn:
    """What the card proved could not be recorded: no new visit on top of it."""
    return _without_store(event.code, state.left_behind, state.has_card, moment)


def _without_store(code: str, errand: Errand, has_card: bool, moment: Moment) -> Turn:
    if has_card:
        return refuse(code, errand=errand)
    return to_idle(errand, moment, screens.Notice(code), before=(Play(Sound.ERROR),))


def nobody_keys(state: OffCardKeying, event: DeadlinePassed, moment: Moment) -> Turn:
    return _left(state, moment)


def _left(state: OffCardKeying, moment: Moment) -> Turn:
    """Nothing was recorded. Goods wait for the next card."""
    return give_back(state.left_behind) if state.has_card else to_idle(state.left_behind, moment)


def kept_screen(
    facts: CardFacts | None, card: CardNo, earn: int, due_yen: int, slip: int, why: str
) -> screens.OffCardDone:
    name = facts.member.called if facts and facts.member else ""
    return screens.OffCardDone(name, card, earn, due_yen, slip, screens.Notice(why), take_card=False)


def kept_receipt(
    done: screens.OffCardDone, amount_yen: int, sentence: str, moment: Moment, basket: Basket = EMPTY
) -> PrintReceipt:
    """A receipt that names the points and no balance."""
    content = ReceiptContent(
        shop=moment.shop.name,
        slip=done.slip,
        at_wall_ms=moment.now.wall_ms,
        card=done.card,
        name=done.name,
        amount_yen=amount_yen,
        discount_yen=amount_yen - done.due_yen,
        due_yen=done.due_yen,
        earn=done.earn,
        redeem=0,
        balance=0,
        expiring_points=0,
        expiring_month=0,
        sentence=sentence,
        is_kept=True,
        is_day_doubtful=not moment.now.is_trusted,
        sale=Sold(basket, totals(basket, moment.shop.sale_rules)) if basket.lines else None,
        invoice_number=moment.shop.invoice_number,
        is_training=moment.shop.duty.is_training,
    )
    return PrintReceipt(compose(content, moment.shop.translate, layout=moment.shop.layout))


def seen(track: str, code: str, uid: str = "") -> tuple[Effect, ...]:
    """The track as evidence, unless nothing was on it."""
    return (RecordSeen(track, code, uid),) if track else ()


def _earned(state: OffCardKeying, moment: Moment) -> Earned:
    """As on the card, but for what only the card itself can say."""
    known = circumstances(state.facts, None, moment, moment.now.is_trusted)
    bought = _bought(state.amount_yen, state.errand.basket, moment)
    return earn(moment.shop.programme, bought, today(moment), known)


def _bought(amount_yen: int, basket: Basket, moment: Moment) -> Bought:
    programme = moment.shop.programme
    sold = earning(programme, basket, moment.shop.sale_rules, amount_yen)
    return keyed(programme, amount_yen, 0) if sold is None else sold(0)


def _sentence(entry: OffCard, moment: Moment) -> str:
    programme = moment.shop.programme
    if programme.version != entry.programme:
        return ""
    basis_yen = _bought(entry.amount_yen, entry.basket, moment).basis_yen
    return explain(programme, basis_yen, entry.earn, entry.reasons).text(moment.shop.translate)


def shown(state: OffCardKeying, moment: Moment) -> Turn:
    return Turn(state, (Show(_screen(state, moment)),))


def _screen(state: OffCardKeying, moment: Moment) -> screens.OffCardKeying:
    return screens.OffCardKeying(
        card=state.facts.card,
        member=state.facts.member,
        why=screens.Notice(state.why),
        amount_yen=state.amount_yen,
        earn=_earned(state, moment).points,
        can_repair=state.can_repair,
        notices=state.notices,
        basket=basket_view(state.errand.basket, moment),
    )
