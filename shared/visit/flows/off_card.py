"""Earning beside the card: it may not or cannot be written, and the customer's points are kept at head office."""

from __future__ import annotations

from dataclasses import replace

from shared.card.image import Lot
from shared.ids import CardNo
from shared.points.earn import Explanation, explain_earn
from shared.points.price import expiry_month
from shared.points.program import EARN_MAX
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
from shared.visit.events import DeadlinePassed, Key, KeyPressed, OffCardRecorded, StoreFailed
from shared.visit.facts import CardFacts
from shared.visit.flows.pricing import is_online_lately, today
from shared.visit.flows.turn import Turn, give_back, refuse
from shared.visit.journal import OffCard
from shared.visit.receipt import ReceiptContent, compose
from shared.visit.shop import Moment
from shared.visit.states import OffCardKeying, RecordingOffCard, Repairing, Returning

OLD_GENERATION = "card.old_generation"  # the only readable card that may be repaired: staff know the person


def open_keys(
    facts: CardFacts,
    why: str,
    moment: Moment,
    *before: Effect,
    amount_yen: int = 0,
    notices: tuple[screens.Notice, ...] = (),
) -> Turn:
    """Ask for the amount and say why the card is left as it is."""
    can_repair = why == OLD_GENERATION and is_online_lately(facts, moment)
    state = OffCardKeying(facts, why, amount_yen, can_repair, notices)
    return Turn(state, (*before, Show(_screen(state, moment)), Play(Sound.ATTENTION)))


def key(state: OffCardKeying, event: KeyPressed, moment: Moment) -> Turn:
    match event.key:
        case Key.ENTER:
            return _decide(state, moment)
        case Key.CANCEL:
            return give_back()
        case Key.USE:
            return ask_repair(state.facts, state.why) if state.can_repair else Turn(state)
        case Key.CLEAR:
            amount_yen = 0
        case Key.BACK:
            amount_yen = state.amount_yen // 10
        case _:
            amount_yen = int(f"{state.amount_yen}{event.key.value}")
    if amount_yen > YEN_MAX:
        return Turn(state)
    return _shown(replace(state, amount_yen=amount_yen, notices=()), moment)


def ask_repair(facts: CardFacts, code: str) -> Turn:
    """A new generation of the card, if head office makes one within seconds."""
    ask = AskRepair(facts.next_visit, facts.card, code)
    return Turn(Repairing(facts, code), (Show(screens.Repairing(facts.card)), ask))


def _decide(state: OffCardKeying, moment: Moment) -> Turn:
    if not state.amount_yen:
        return _shown(replace(state, notices=(screens.Notice("visit.amount_missing"),)), moment)
    earned = _earned(state.amount_yen, moment)
    if earned.earn > EARN_MAX:
        return _shown(
            replace(state, notices=(screens.Notice("points.earn_above_card", {"maximum": EARN_MAX}),)), moment
        )
    programme, facts = moment.shop.programme, state.facts
    lot = Lot(earned.earn, expiry_month(programme, today(moment)))
    entry = OffCard(
        visit=facts.next_visit,
        card=facts.card,
        why=state.why,
        amount_yen=state.amount_yen,
        earn=earned.earn,
        lots=((lot.month, lot.points),) if lot.points else (),
        slip=facts.slip,
        programme=programme.version,
        business_day=today(moment).isoformat(),
    )
    return Turn(RecordingOffCard(entry, facts), (Show(screens.Reading()), RecordOffCard(entry)))


def recorded(state: RecordingOffCard, event: OffCardRecorded, moment: Moment) -> Turn:
    """OFFCARD is durable: now the customer may be told."""
    entry = state.entry
    done = kept_screen(state.facts, entry.card, entry.earn, entry.amount_yen, entry.slip, entry.why)
    sentence = _earned(entry.amount_yen, moment).text(moment.shop.translate) if entry.earn else ""
    receipt = kept_receipt(done, entry.amount_yen, sentence, moment)
    return Turn(Returning(entry.why, done), (Show(done), Play(Sound.OK), receipt, EjectCard()))


def not_recorded(state: RecordingOffCard, event: StoreFailed, moment: Moment) -> Turn:
    return refuse(event.code)


def records_failed(state: OffCardKeying, event: StoreFailed, moment: Moment) -> Turn:
    """What the card proved could not be recorded: no new visit on top of it."""
    return refuse(event.code)


def nobody_keys(state: OffCardKeying, event: DeadlinePassed, moment: Moment) -> Turn:
    return give_back()


def kept_screen(
    facts: CardFacts | None, card: CardNo, earn: int, due_yen: int, slip: int, why: str
) -> screens.OffCardDone:
    name = facts.member.name if facts and facts.member else ""
    return screens.OffCardDone(name, card, earn, due_yen, slip, screens.Notice(why), take_card=False)


def kept_receipt(done: screens.OffCardDone, amount_yen: int, sentence: str, moment: Moment) -> PrintReceipt:
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
    )
    return PrintReceipt(compose(content, moment.shop.translate))


def seen(track: str, code: str) -> tuple[Effect, ...]:
    """The track as evidence, unless nothing was on it."""
    return (RecordSeen(track, code),) if track else ()


def _earned(amount_yen: int, moment: Moment) -> Explanation:
    return explain_earn(moment.shop.programme, amount_yen, 0)


def _shown(state: OffCardKeying, moment: Moment) -> Turn:
    return Turn(state, (Show(_screen(state, moment)),))


def _screen(state: OffCardKeying, moment: Moment) -> screens.OffCardKeying:
    return screens.OffCardKeying(
        card=state.facts.card,
        member=state.facts.member,
        why=screens.Notice(state.why),
        amount_yen=state.amount_yen,
        earn=_earned(state.amount_yen, moment).earn,
        can_repair=state.can_repair,
        notices=state.notices,
    )
