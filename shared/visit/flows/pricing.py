"""What the keyed figures mean: the preview on the screen, and the finished intent with both images."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.card.codec import LIMITS, decode, encode, prev_tag
from shared.card.image import CardImage
from shared.clock import CARD_EPOCH, business_day, card_day, day_from_card
from shared.errors import Refused
from shared.ids import visit_tag
from shared.points.lots import expiring, live_balance
from shared.points.price import Priced, price, usable_points
from shared.visit import screens
from shared.visit.flows.guidance import coming_birthday
from shared.visit.journal import Intent
from shared.visit.shop import Moment
from shared.visit.states import Keying


def today(moment: Moment) -> date:
    """The shop's business day."""
    return business_day(moment.now.wall_ms, moment.shop.programme.day_start_minute)


def is_clock_suspect(image: CardImage, moment: Moment) -> bool:
    """Whether the date may be wrong: by the clock's own account, or because the card was here "after tomorrow".

    The card is signed, so it is our clock that is doubted, not the customer.
    """
    return not moment.now.is_trusted or image.day > card_day(today(moment)) + 1


def lapse_day(image: CardImage, moment: Moment) -> date:
    """The day by which this card's lots have lapsed. With a suspect clock nothing has: the customer's favour."""
    return CARD_EPOCH if is_clock_suspect(image, moment) else today(moment)


def earn_day(image: CardImage, moment: Moment) -> date:
    """The day from which the validity of new points is counted: a clock left behind must not shorten it."""
    day = today(moment)
    return max(day, day_from_card(image.day)) if is_clock_suspect(image, moment) else day


def _stamp(image: CardImage, moment: Moment) -> int:
    """The card day of the post image. It never goes back, and a clock in doubt moves only a card without one."""
    if image.day and not moment.now.is_trusted:
        return image.day
    return max(card_day(today(moment)), image.day)


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
        earn_day(image, moment),
        lapse_day=lapse_day(image, moment),
    )


def most_usable(state: Keying, moment: Moment) -> int:
    """The figure of a second 点を使う: everything that may be used now."""
    image = state.image
    return usable_points(
        moment.shop.programme, image.lots, image.off_red, image.off_cnt, state.amount_yen, lapse_day(image, moment)
    )


def why_no_points(state: Keying, moment: Moment) -> screens.Notice:
    """Why this sale may use no points: offline limits by name, else that balance or amount is below the smallest."""
    rule = moment.shop.programme.redeem
    smallest = -(-max(rule.points_min, 1) // rule.unit_points) * rule.unit_points
    refused = price_keyed(replace(state, use_points=smallest), moment)
    if isinstance(refused, Refused) and refused.code in ("points.offline_limit", "points.offline_visits"):
        return screens.Notice(refused.code, refused.facts)
    return screens.Notice("points.below_minimum", {"minimum": smallest})


def keying_screen(state: Keying, moment: Moment) -> screens.Keying:
    """The pop-up with the preview of what ENTER would do."""
    day, image = today(moment), state.image
    priced = price_keyed(state, moment)
    balance = live_balance(image.lots, lapse_day(image, moment))
    soonest = expiring(image.lots, lapse_day(image, moment))
    notices = state.notices
    if is_clock_suspect(image, moment):
        notices = (*notices, screens.Notice("clock.suspect", {"day": day.isoformat()}))
    if isinstance(priced, Refused) and state.use_points and state.amount_yen:
        notices = (*notices, screens.Notice(priced.code, priced.facts))
    figures = priced if isinstance(priced, Priced) else None
    return screens.Keying(
        card=image.card,
        member=state.facts.member,
        new_card=image.seq == 0,
        balance=balance,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        days_since_last=max((day - day_from_card(image.day)).days, 0) if image.day else -1,
        field=state.field,
        amount_yen=state.amount_yen,
        use_points=state.use_points,
        earn=figures.earn if figures else 0,
        due_yen=figures.due_yen if figures else state.amount_yen,
        balance_after=sum(lot.points for lot in figures.lots) if figures else balance,
        messages=tuple(message.text for message in state.facts.messages),
        notices=notices,
        birthday="" if is_clock_suspect(image, moment) else coming_birthday(state.facts.member, day),
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
        day=_stamp(image, moment),
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
