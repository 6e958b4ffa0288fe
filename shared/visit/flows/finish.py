"""After COMMIT: show success, print face and receipt, give the card back. Nothing here decides about points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shared.card.face import FaceContent, FaceLayout, FaceMessage, lay_out
from shared.card.template import fill, values
from shared.clock import day_from_card
from shared.ids import MessageId
from shared.points.earn import explain, texts_of
from shared.points.lots import expiring
from shared.points.price import keyed
from shared.sale.earning import earning
from shared.sale.invoice import Sold
from shared.sale.totals import totals
from shared.visit import screens
from shared.visit.effects import (
    Effect,
    EjectCard,
    LookUpCard,
    Play,
    PrintFace,
    PrintReceipt,
    RecordEject,
    RecordPrint,
    Show,
    Sound,
)
from shared.visit.events import (
    CardDischarged,
    CardLookedUp,
    CardRewriterLost,
    CardTaken,
    Committed,
    DeadlinePassed,
    FacePrinted,
    FacePrintFailed,
    ReceiptFailed,
    ReceiptPrinted,
    StoreFailed,
)
from shared.visit.facts import CardMessage
from shared.visit.flows import pos
from shared.visit.flows.knowing import rank_of
from shared.visit.flows.pricing import is_clock_suspect, post_image
from shared.visit.flows.topics import handover
from shared.visit.flows.turn import Turn, lose_unit, stay
from shared.visit.flows.waiting import keep_shown, wait_with
from shared.visit.journal import Intent, VisitKind
from shared.visit.receipt import ReceiptContent, compose
from shared.visit.shop import Moment
from shared.visit.states import Committing, Ejecting, Finishing, Idle, Plan, Printing, Returning, Told

OF_RULES = MessageId(0)  # of a text that belongs to the points, and is no message of head office
RULES_PRIORITY = 1_000_000  # before every message: it belongs to this very visit
NO_FACE = "none"  # of ``Ejecting.face``: the unit prints none


def committed(state: Committing, event: Committed, moment: Moment) -> Turn:
    """tx2 is durable: the first sign of success."""
    plan = state.plan
    told = pos.visited(plan.intent, post_image(plan.intent, moment).balance)
    face = "printing" if moment.shop.unit.has_face else NO_FACE
    success: tuple[Effect, ...] = (Show(_done(plan, moment, face)), Play(Sound.OK), *told)
    if plan.facts is None:
        return Turn(Finishing(plan), (*success, LookUpCard(plan.intent.card)))
    return _print(plan, moment, success)


def looked_up(state: Finishing, event: CardLookedUp, moment: Moment) -> Turn:
    """A recovered visit has its member and messages again."""
    plan = replace(state.plan, facts=event.facts)
    return _print(plan, moment, ())


def look_up_failed(state: Finishing, event: StoreFailed, moment: Moment) -> Turn:
    """The points stand; the face stays old."""
    return _leave(state.plan, moment, event.code, ())


def reprint(plan: Plan, moment: Moment) -> Turn:
    """The last boot counted this visit but never finished its face; the card is still inside."""
    return Turn(Finishing(plan), (Show(_done(plan, moment, "printing")), LookUpCard(plan.intent.card)))


def _print(plan: Plan, moment: Moment, before: tuple[Effect, ...]) -> Turn:
    if not moment.shop.unit.has_face:
        messages = (*_promised(plan, moment), *(message.text for message in _messages(plan, moment)))
        receipt = compose(_receipt(plan, moment, messages), moment.shop.translate, layout=moment.shop.layout)
        return Turn(Ejecting(plan, NO_FACE, ()), (*before, PrintReceipt(receipt), EjectCard()))
    layout = _layout(plan, moment)
    missed = _promised(plan, moment) if OF_RULES in layout.no_room else ()
    receipt = compose(_receipt(plan, moment, missed), moment.shop.translate, layout=moment.shop.layout)
    printed, no_room = (_of_office(messages) for messages in (layout.printed, layout.no_room))
    return Turn(Printing(plan, printed, no_room), (*before, PrintFace(layout.face), PrintReceipt(receipt)))


def _of_office(messages: tuple[MessageId, ...]) -> tuple[MessageId, ...]:
    """Those that head office waits for a word about."""
    return tuple(message for message in messages if message != OF_RULES)


def _promised(plan: Plan, moment: Moment) -> tuple[str, ...]:
    """What the promotions say that had a part in the points; nothing by rules that are no longer at hand."""
    programme = moment.shop.programme
    if programme.version != plan.intent.programme:
        return ()
    return texts_of(programme, plan.intent.why, moment.shop.translate)


def _layout(plan: Plan, moment: Moment) -> FaceLayout:
    intent, image = plan.intent, post_image(plan.intent, moment)
    day = date.fromisoformat(intent.business_day)
    soonest = expiring(image.lots, day)
    content = FaceContent(
        shop=moment.shop.name,
        name=_name(plan),
        card=intent.card,
        balance=image.balance,
        earn=intent.earn,
        redeem=intent.redeem,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        day=day_from_card(image.day),  # what the stripe says: a torn card is later recognised by it
        messages=(
            *(FaceMessage(OF_RULES, text, RULES_PRIORITY) for text in _promised(plan, moment)),
            *(FaceMessage(one.id, one.text, one.priority) for one in _messages(plan, moment)),
        ),
        reprint=plan.copy > 1,
    )
    return lay_out(moment.shop.face, content, moment.shop.translate, moment.shop.layout)


def _messages(plan: Plan, moment: Moment) -> tuple[CardMessage, ...]:
    """Those that are due at this visit, the weightiest first, with what is true after it in their places."""
    known = plan.facts.messages if plan.facts else ()
    day = plan.intent.business_day
    due = (message for message in known if not message.valid_until or message.valid_until >= day)
    told = _values(plan, moment)
    return tuple(replace(one, text=fill(one.text, told)) for one in sorted(due, key=lambda message: -message.priority))


def _values(plan: Plan, moment: Moment) -> Mapping[str, str]:
    member = plan.facts.member if plan.facts else None
    image = post_image(plan.intent, moment)
    soonest = expiring(image.lots, date.fromisoformat(plan.intent.business_day))
    rank = rank_of(member, image, moment.shop.programme.ranks)
    shop, translate = moment.shop.name, moment.shop.translate
    return values(translate, _name(plan), shop, rank, image.balance, soonest.points, soonest.month)


def _receipt(plan: Plan, moment: Moment, messages: tuple[str, ...]) -> ReceiptContent:
    intent, image = plan.intent, post_image(plan.intent, moment)
    soonest = expiring(image.lots, date.fromisoformat(intent.business_day))
    return ReceiptContent(
        shop=moment.shop.name,
        slip=intent.slip,
        at_wall_ms=moment.now.wall_ms,
        card=intent.card,
        name=_name(plan),
        amount_yen=intent.amount_yen,
        discount_yen=intent.discount_yen,
        due_yen=intent.amount_yen - intent.discount_yen,
        earn=intent.earn,
        redeem=intent.redeem,
        balance=image.balance,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        sentence=_sentence(intent, moment),
        reprint=plan.copy > 1,
        adjusted=_adjusted(intent),
        is_day_doubtful=is_clock_suspect(image, moment),
        sale=_sold(intent, moment),
        invoice_number=moment.shop.invoice_number,
        is_refund=intent.kind is VisitKind.REFUND,
        is_training=moment.shop.duty.is_training,
        messages=messages,
    )


def _sold(intent: Intent, moment: Moment) -> Sold | None:
    basket = intent.basket
    return Sold(basket, totals(basket, moment.shop.sale_rules, intent.discount_yen)) if basket.lines else None


def _adjusted(intent: Intent) -> int:
    """What head office's adjustments changed beside the sale."""
    return sum(points for _, lots in intent.adjusted for _, points in lots)


def _sentence(intent: Intent, moment: Moment) -> str:
    """Why these points; left out when the visit was priced by rules that are no longer at hand."""
    programme = moment.shop.programme
    if programme.version != intent.programme or not intent.earn or intent.kind is VisitKind.REFUND:
        return ""
    bought = earning(programme, intent.basket, moment.shop.sale_rules, intent.amount_yen)
    told = keyed(programme, intent.amount_yen, intent.discount_yen) if bought is None else bought(intent.discount_yen)
    return explain(programme, told.basis_yen, intent.earn, intent.why).text(moment.shop.translate)


def _name(plan: Plan) -> str:
    return plan.facts.member.called if plan.facts and plan.facts.member else ""


def _done(
    plan: Plan, moment: Moment, face: str, take_card: bool = False, notices: tuple[screens.Notice, ...] = ()
) -> screens.Done:
    intent = plan.intent
    return screens.Done(
        name=_name(plan),
        balance=post_image(intent, moment).balance,
        earn=intent.earn,
        redeem=intent.redeem,
        due_yen=intent.amount_yen - intent.discount_yen,
        slip=intent.slip,
        face=face,
        recovered=plan.recovered,
        take_card=take_card,
        notices=notices,
        adjusted=_adjusted(intent),
        is_refund=intent.kind is VisitKind.REFUND,
    )


def printed(state: Printing, event: FacePrinted, moment: Moment) -> Turn:
    plan = state.plan
    record = RecordPrint(plan.intent.visit, plan.copy, "", state.messages, state.no_room)
    show = Show(_done(plan, moment, "printed", notices=state.notices))
    return Turn(Ejecting(plan, "printed", state.notices), (show, EjectCard(), record))


def print_failed(state: Printing, event: FacePrintFailed, moment: Moment) -> Turn:
    return _leave(state.plan, moment, event.code, state.notices)


def print_stuck(state: Printing, event: DeadlinePassed, moment: Moment) -> Turn:
    return _leave(state.plan, moment, "device.card_rewriter.stuck", state.notices)


def _leave(plan: Plan, moment: Moment, code: str, before: tuple[screens.Notice, ...]) -> Turn:
    """Success stays; the face does not show it."""
    notices = (*before, screens.Notice(code))
    record = RecordPrint(plan.intent.visit, plan.copy, code, (), ())
    show = Show(_done(plan, moment, "failed", notices=notices))
    return Turn(Ejecting(plan, "failed", notices), (show, EjectCard(), record))


def print_lost(state: Printing, event: CardRewriterLost, moment: Moment) -> Turn:
    """The unit went away in mid-print: success stays on the screen, the card is given back when it returns."""
    record = RecordPrint(state.plan.intent.visit, state.plan.copy, event.code, (), ())
    notices = (*state.notices, screens.Notice(event.code))
    show = Show(_done(state.plan, moment, "failed", notices=notices))
    return Turn(lose_unit(event.code, errand=state.plan.errand).state, (show, record))


def receipt_failed(state: Printing | Ejecting, event: ReceiptFailed, moment: Moment) -> Turn:
    """The slip is missing, the points are not: said until the card is taken."""
    later = replace(state, notices=(*state.notices, screens.Notice(event.code)))
    face = "printing" if isinstance(later, Printing) else later.face
    return Turn(later, (Show(_done(later.plan, moment, face, notices=later.notices)),))


def receipt_printed(state: Ejecting | Told, event: ReceiptPrinted, moment: Moment) -> Turn:
    """Where no face is printed, the messages stood on the receipt. One whose receipt comes later is printed again."""
    plan = state.plan
    if plan is None or event.slip != plan.intent.slip or moment.shop.unit.has_face or not _messages(plan, moment):
        return Turn(state)
    printed = tuple(message.id for message in _messages(plan, moment))
    return stay(state, RecordPrint(plan.intent.visit, plan.copy, "", printed, ()))


def discharged(state: Ejecting, event: CardDischarged, moment: Moment) -> Turn:
    show = Show(_done(state.plan, moment, state.face, take_card=True, notices=state.notices))
    return stay(state, show, RecordEject(state.plan.intent.visit))


def sticks_out(state: Idle, event: CardDischarged, moment: Moment) -> Turn:
    """The program started while a card lay in the slot."""
    return Turn(Returning("", errand=state.errand), (Show(screens.TakeCard()),))


def taken(state: Ejecting, event: CardTaken, moment: Moment) -> Turn:
    """The counter is free, unless something is still to be handed over."""
    plan = state.plan
    if moment.shop.unit.holds_card:
        return handover.after(plan) or wait_with(plan.errand, moment)
    return keep_shown(_done(plan, moment, state.face, notices=state.notices), plan.errand, plan)


def remind(state: Ejecting | Returning, event: DeadlinePassed, moment: Moment) -> Turn:
    return stay(state, Play(Sound.ATTENTION))


def eject_lost(state: Ejecting, event: CardRewriterLost, moment: Moment) -> Turn:
    return lose_unit(event.code, errand=state.plan.errand)
