"""A refund as a visit: figures lot by lot, and the intent that writes them onto the card."""

from __future__ import annotations

from datetime import date

from shared.card.codec import encode
from shared.errors import Refused
from shared.points.adjust import collect
from shared.points.refund import Refunded, Sale, refund
from shared.points.validity import expiry_month
from shared.visit.flows.pricing import adjusted_card, lapse_day, post_of, today
from shared.visit.journal import Intent, VisitKind
from shared.visit.shop import Moment
from shared.visit.states import Keying


def price_refund(state: Keying, moment: Moment) -> Refunded | Refused:
    """What the wish of ``state`` gives back and takes back."""
    wish = state.refund
    assert wish is not None
    sold, programme = wish.past.intent, moment.shop.programme
    day = date.fromisoformat(sold.business_day)
    sale = Sale(
        sold.amount_yen, sold.discount_yen, sold.earn, sold.redeem, sold.lots, day, expiry_month(programme, day)
    )
    lots = adjusted_card(state, moment).lots
    done_yen = sold.amount_yen - wish.past.left_yen
    return refund(programme, sale, lots, wish.refund_yen, done_yen, lapse_day(state.image, moment))


def intent_of_refund(state: Keying, figures: Refunded, moment: Moment) -> Intent:
    """Decide once, as for a sale. Nothing counts against the limits of a card without head office: it gives back."""
    wish = state.refund
    assert wish is not None
    adjusted = adjusted_card(state, moment)
    lots, applied = collect(adjusted, figures.lots, 0)
    post = post_of(state, lots, adjusted.number, figures.earn, figures.redeem, 0, moment)
    return Intent(
        visit=state.facts.next_visit,
        card=post.card,
        gen=post.gen,
        seq=post.seq,
        pre=state.track,
        post=encode(post, moment.shop.ring, state.uid),
        amount_yen=figures.amount_yen,
        earn=figures.earn,
        redeem=figures.redeem,
        discount_yen=figures.discount_yen,
        expired=figures.expired,
        lots=figures.deltas,
        slip=state.facts.slip,
        programme=moment.shop.programme.version,
        business_day=today(moment).isoformat(),
        kind=VisitKind.REFUND,
        refund_of=wish.past.intent.visit,
        adjusted=applied,
        online=state.online,
        staff=moment.shop.duty.staff,
        uid=state.uid,
    )
