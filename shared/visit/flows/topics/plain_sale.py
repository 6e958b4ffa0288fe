"""A sale without a card: it counts for the day, and for nobody's points."""

from __future__ import annotations

from shared.locale import N_
from shared.sale.invoice import Sold
from shared.sale.totals import totals
from shared.units import format_number
from shared.visit import screens
from shared.visit.effects import Effect, Note, OpenDrawer, Play, PrintReceipt, Sound
from shared.visit.errand import Errand, Topic
from shared.visit.events import Noted
from shared.visit.flows import pos
from shared.visit.flows.dialogue import Given, Steps, ask_store, begin
from shared.visit.flows.pricing import today
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import errand_yen, to_idle
from shared.visit.journal import PlainSale
from shared.visit.receipt import ReceiptContent, compose
from shared.visit.screens import NO_CARD
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

NEXT_SLIP = 0  # the store gives the slip its number


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    translate = moment.shop.translate
    amount = translate(N_("{n}円")).format(n=format_number(errand_yen(errand, moment)))
    text = N_("カードのないお客様の会計として記録します。ポイントはつきません。")
    screen = screens.Confirming(N_("カードなしで会計"), text, ((translate(N_("お会計")), amount),))
    return begin(Topic.PLAIN_SALE, "sure", screen, errand, keying)


def _sure(state: Dialogue, given: Given, moment: Moment) -> Turn:
    errand = state.errand
    sale = PlainSale(
        NEXT_SLIP, errand_yen(errand, moment), errand.basket, moment.shop.duty.staff, today(moment).isoformat()
    )
    return ask_store(state, "noted", Note(sale))


def _noted(state: Dialogue, given: Given, moment: Moment) -> Turn:
    """Durable: now the receipt, and the drawer."""
    assert isinstance(given, Noted)
    sale = given.body
    assert isinstance(sale, PlainSale)
    effects: tuple[Effect, ...] = (
        *pos.sold(sale),
        Play(Sound.OK),
        PrintReceipt(compose(_receipt(sale, moment), moment.shop.translate, layout=moment.shop.layout)),
        OpenDrawer(),
    )
    notice = screens.Notice("sale.noted", {"slip": sale.slip})
    return to_idle(state.errand.without_sale, moment, notice, before=effects)


def _receipt(sale: PlainSale, moment: Moment) -> ReceiptContent:
    whole = totals(sale.basket, moment.shop.sale_rules)
    return ReceiptContent(
        shop=moment.shop.name,
        slip=sale.slip,
        at_wall_ms=moment.now.wall_ms,
        card=NO_CARD,
        name="",
        amount_yen=sale.amount_yen,
        discount_yen=0,
        due_yen=sale.amount_yen,
        earn=0,
        redeem=0,
        balance=0,
        expiring_points=0,
        expiring_month=0,
        is_day_doubtful=not moment.now.is_trusted,
        sale=Sold(sale.basket, whole) if sale.basket.lines else None,
        invoice_number=moment.shop.invoice_number,
        is_training=moment.shop.duty.is_training,
    )


STEPS: Steps = {"sure": _sure, "noted": _noted}
