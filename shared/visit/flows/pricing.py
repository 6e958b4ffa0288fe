"""What the keyed figures mean: the preview on the screen, and the finished intent with both images."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.card.codec import LIMITS, decode, encode, prev_tag
from shared.card.image import CardImage
from shared.clock import business_day, card_day, day_from_card
from shared.errors import Refused
from shared.ids import visit_tag
from shared.points.lots import expiring, live_balance
from shared.points.price import Priced, price, usable_points
from shared.visit import screens
from shared.visit.journal import Intent
from shared.visit.shop import Moment
from shared.visit.states import Keying


def today(moment: Moment) -> date:
    """The shop's business day."""
    return business_day(moment.now.wall_ms, moment.shop.programme.day_start_minute)


def price_keyed(state: Keying, moment: Moment) -> Priced | Refused:
    """Price the figures as they stand."""
    image = state.image
    return price(
        moment.shop.programme,
        image.lots,
        image.off_red,
        image.off_cnt,
        state.amount_yen,
        state.use_points,
        today(moment),
    )


def most_usable(state: Keying, moment: Moment) -> int:
    """The figure of a second 点を使う: everything that may be used now."""
    image = state.image
    return usable_points(
        moment.shop.programme, image.lots, image.off_red, image.off_cnt, state.amount_yen, today(moment)
    )


def keying_screen(state: Keying, moment: Moment) -> screens.Keying:
    """The pop-up with the preview of what ENTER would do."""
    day, image = today(moment), state.image
    priced = price_keyed(state, moment)
    balance = live_balance(image.lots, day)
    soonest = expiring(image.lots, day)
    notices = state.notices
    if isinstance(priced, Refused) and state.use_points:
        notices = (*notices, screens.Notice(priced.code, priced.facts))
    figures = priced if isinstance(priced, Priced) else None
    return screens.Keying(
        card=image.card,
        member=state.facts.member,
        new_card=image.seq == 0,
        balance=balance,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        days_since_last=(day - day_from_card(image.day)).days if image.day else -1,
        field=state.field,
        amount_yen=state.amount_yen,
        use_points=state.use_points,
        earn=figures.earn if figures else 0,
        due_yen=figures.due_yen if figures else state.amount_yen,
        balance_after=sum(lot.points for lot in figures.lots) if figures else balance,
        messages=tuple(message.text for message in state.facts.messages),
        notices=notices,
    )


def intent_of(state: Keying, priced: Priced, moment: Moment) -> Intent:
    """Decide once: the post image and every figure, before anything is touched."""
    image, facts, shop = state.image, state.facts, moment.shop
    day = today(moment)
    post = replace(
        image,
        tenant=shop.ring.tenant,
        seq=image.seq + 1,
        lots=priced.lots,
        day=max(card_day(day), image.day),
        writer=shop.terminal,
        vtag=visit_tag(facts.next_visit),
        earn=priced.earn,
        redeem=priced.redeem,
        off_red=min(image.off_red + priced.redeem, LIMITS["off_red"]),
        off_cnt=min(image.off_cnt + 1, LIMITS["off_cnt"]),
        prev=prev_tag(state.track),
    )
    return Intent(
        visit=facts.next_visit,
        card=image.card,
        gen=image.gen,
        seq=post.seq,
        pre=state.track,
        post=encode(post, shop.ring),
        amount_yen=priced.amount_yen,
        earn=priced.earn,
        redeem=priced.redeem,
        discount_yen=priced.discount_yen,
        expired=priced.expired,
        lots=priced.deltas,
        slip=facts.slip,
        programme=shop.programme.version,
        business_day=day.isoformat(),
        issue=image.seq == 0,
    )


def post_image(intent: Intent, moment: Moment) -> CardImage:
    """The content of the post image; it was encoded here, under a key still held."""
    image = decode(intent.post, moment.shop.ring).image
    assert image is not None, "the post image is our own"
    return image
