"""What the keyed figures mean: the preview on the screen, and the finished intent with both images."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from msgspec import structs

from shared.card.codec import LIMITS, decode, encode, key_id, prev_tag
from shared.card.image import NO_LOT, CardFlag, CardImage, Lot, ranked
from shared.clock import CARD_EPOCH, business_day, card_day, day_from_card
from shared.errors import Refused
from shared.ids import visit_tag
from shared.points.adjust import Adjusted, adjust, collect
from shared.points.lots import Changes, Lots, expiring, live_balance
from shared.points.offline import Barred, Offline, aged, halved, is_near
from shared.points.price import Priced, price, usable_points
from shared.points.ranking import on_card
from shared.points.reward import NextReward, next_reward
from shared.sale.earning import earning, keyed_yen, payable_yen
from shared.units import POINTS_MAX
from shared.visit import screens
from shared.visit.facts import CardFacts
from shared.visit.flows.guidance import Occasion, guides
from shared.visit.flows.knowing import circumstances, rank_of
from shared.visit.flows.waiting import basket_view
from shared.visit.journal import Intent
from shared.visit.shop import Moment
from shared.visit.states import Keying

ASKED_WITHIN_MS = 600_000  # head office answered within the last ten minutes: it is worth asking


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


def is_online_lately(facts: CardFacts, moment: Moment) -> bool:
    """Whether head office may be asked about this card: it answered a moment ago."""
    age_ms = max(moment.now.wall_ms - facts.offline.synced_ms, 0)
    return facts.offline.synced_ms > 0 and age_ms < ASKED_WITHIN_MS and not moment.shop.standalone


def adjustments_due(state: Keying) -> tuple[tuple[int, Changes], ...]:
    """What head office wants on this card and is not on it, in the order of its numbers."""
    known = {one.number: one.lots for one in state.facts.adjustments}
    return tuple((number, known[number]) for number in sorted(known) if state.image.adj < number <= LIMITS["adj"])


def adjusted_card(state: Keying, moment: Moment) -> Adjusted:
    """The card's lots as this visit finds them."""
    return adjust(state.image.lots, adjustments_due(state), lapse_day(state.image, moment))


def _counters(image: CardImage, moment: Moment) -> tuple[int, int]:
    """Points and visits since head office was asked. Without one nobody ever is: each visit begins them anew."""
    return (0, 0) if moment.shop.standalone else (image.off_red, image.off_cnt)


def _offline(state: Keying, moment: Moment) -> Offline:
    """How far points may be used without head office, for this card at this terminal now."""
    shop, known = moment.shop, state.facts.offline
    if shop.standalone:
        return Offline(shop.programme.offline, known.redeemed_today, _barred(state, moment))
    limits, silent = aged(shop.programme.offline, known.synced_ms, moment.now.wall_ms)
    limits = halved(limits) if known.is_set_back else limits
    return Offline(limits, known.redeemed_today, _barred(state, moment) or silent)


def _barred(state: Keying, moment: Moment) -> Barred | None:
    """Why the points of this very card wait for head office."""
    image, facts = state.image, state.facts
    policy = moment.shop.kid_policies.get(key_id(state.track))
    if moment.shop.redeem_barred:
        return Barred(moment.shop.redeem_barred, online_too=True)
    if policy and policy.redeem == "no":
        return Barred("points.key_withdrawn", online_too=True)
    if facts.denied == "online_only" or image.flags & CardFlag.ONLINE_ONLY:
        return Barred("points.online_only")
    if image.flags & CardFlag.REPAIRED:
        return Barred("points.repaired_card")
    if policy and policy.redeem != "offline":
        return Barred("points.old_key")
    if any(image.writer == terminal and image.day >= since for terminal, since in facts.denied_writers):
        return Barred("points.writer_doubted")
    return None


def price_keyed(state: Keying, moment: Moment) -> Priced | Refused:
    """Price the figures as they stand, on the lots as head office wants them."""
    image = state.image
    return price(
        moment.shop.programme,
        adjusted_card(state, moment).lots,
        *_counters(image, moment),
        state.amount_yen,
        state.use_points,
        earn_day(image, moment),
        online=state.online,
        lapse_day=lapse_day(image, moment),
        offline=_offline(state, moment),
        earning=earning(moment.shop.programme, state.errand.basket, moment.shop.sale_rules, state.amount_yen),
        known=circumstances(state.facts, image, moment, not is_clock_suspect(image, moment)),
        payable_yen=_payable_yen(state, moment),
    )


def _payable_yen(state: Keying, moment: Moment) -> int | None:
    return payable_yen(moment.shop.programme, state.errand.basket, moment.shop.sale_rules)


def most_usable(state: Keying, moment: Moment) -> int:
    """The figure of a second 点を使う: everything that may be used now."""
    image = state.image
    return usable_points(
        moment.shop.programme,
        adjusted_card(state, moment).lots,
        *_counters(image, moment),
        state.amount_yen,
        lapse_day(image, moment),
        online=state.online,
        offline=_offline(state, moment),
        payable_yen=_payable_yen(state, moment),
    )


def why_no_points(state: Keying, moment: Moment) -> screens.Notice:
    """Why this sale may use no points: a limit by its name, else that balance or amount is below the smallest."""
    rule = moment.shop.programme.redeem
    smallest = -(-max(rule.points_min, 1) // rule.unit_points) * rule.unit_points
    refused = price_keyed(replace(state, use_points=smallest), moment)
    if isinstance(refused, Refused) and refused.code not in ("points.too_few", "points.more_than_amount"):
        return screens.Notice(refused.code, refused.facts)
    return screens.Notice("points.below_minimum", {"minimum": smallest})


def keying_screen(state: Keying, moment: Moment) -> screens.Keying:
    """The pop-up with the preview of what ENTER would do."""
    day, image = today(moment), state.image
    priced = price_keyed(state, moment)
    adjusted = adjusted_card(state, moment)
    balance = live_balance(adjusted.lots, lapse_day(image, moment))
    soonest = expiring(adjusted.lots, lapse_day(image, moment))
    notices = (*state.notices, *_notices_of(state, adjusted, moment))
    if isinstance(priced, Refused) and state.use_points and state.amount_yen:
        notices = (screens.Notice(priced.code, priced.facts), *notices)
    figures = priced if isinstance(priced, Priced) else None
    after = collect(adjusted, figures.lots, figures.earn)[0] if figures else ()
    balance_after = sum(lot.points for lot in after) if figures else balance
    reward = _reward(balance_after, moment)
    return screens.Keying(
        card=image.card,
        member=state.facts.member,
        new_card=image.seq == 0,
        balance=balance,
        expiring_points=soonest.points,
        expiring_month=soonest.month,
        days_since_last=_days_since(image, day),
        field=state.field,
        amount_yen=state.amount_yen,
        use_points=state.use_points,
        earn=figures.earn if figures else 0,
        due_yen=figures.due_yen if figures else state.amount_yen,
        balance_after=balance_after,
        messages=tuple(message.text for message in state.facts.messages),
        notices=notices,
        basket=basket_view(state.errand.basket, moment),
        benefits=tuple(benefit.text for benefit in state.facts.benefits),
        no_purchase=state.no_purchase,
        guides=_guides(state, soonest, reward, moment),
        reward=reward,
        as_of_ms=_as_of_ms(state, moment),
        enrolled=state.enrolled,
        sentence=figures.sentence.text(moment.shop.translate) if figures and figures.why else "",
        rank=rank_of(state.facts.member, image, moment.shop.programme.ranks),
    )


def _reward(balance: int, moment: Moment) -> NextReward | None:
    shop = moment.shop
    return next_reward(
        shop.programme, balance, lambda amount_yen: keyed_yen(shop.programme, shop.sale_rules, amount_yen)
    )


def _days_since(image: CardImage, day: date) -> int:
    return max((day - day_from_card(image.day)).days, 0) if image.day else -1


def _guides(state: Keying, soonest: Lot, reward: NextReward | None, moment: Moment) -> tuple[screens.Notice, ...]:
    """Nothing that hangs on the date by a clock in doubt."""
    day, facts, image = today(moment), state.facts, state.image
    if is_clock_suspect(image, moment):
        return guides(Occasion(None, day, -1, NO_LOT, reward, facts.bought))
    return guides(Occasion(facts.member, day, _days_since(image, day), soonest, reward, facts.bought))


def _as_of_ms(state: Keying, moment: Moment) -> int:
    """An answer in this visit is of this moment."""
    if moment.shop.standalone or state.facts.member is None:
        return 0
    return moment.now.wall_ms if state.online else state.facts.offline.synced_ms


def _notices_of(state: Keying, adjusted: Adjusted, moment: Moment) -> tuple[screens.Notice, ...]:
    """What the card itself gives reason to say, the most important first."""
    notices = []
    image = state.image
    if is_clock_suspect(image, moment):
        notices.append(screens.Notice("clock.suspect", {"day": today(moment).isoformat()}))
    if adjusted.points:
        notices.append(screens.Notice("visit.adjusted", {"points": f"{adjusted.points:+,}"}))
    elif adjusted.applied and not adjusted.owed:
        notices.append(screens.Notice("visit.adjusted_unchanged"))
    if adjusted.owed:
        notices.append(screens.Notice("visit.owed", {"points": sum(points for _, points in adjusted.owed)}))
    if adjusted.is_full:
        notices.append(screens.Notice("points.card_full", {"maximum": POINTS_MAX}))
    alone = not (state.online or moment.shop.standalone or is_online_lately(state.facts, moment))
    if alone and is_near(_offline(state, moment).limits, image.off_red, image.off_cnt):
        notices.append(screens.Notice("points.offline_soon"))
    return tuple(notices)


def intent_of(state: Keying, priced: Priced, moment: Moment) -> Intent:
    """Decide once: the post image and every figure, before anything is touched."""
    image, facts, shop = state.image, state.facts, moment.shop
    adjusted = adjusted_card(state, moment)
    lots, applied = collect(adjusted, priced.lots, priced.earn)
    post = post_of(state, lots, adjusted.number, priced.earn, priced.redeem, priced.redeem, moment)
    return Intent(
        visit=facts.next_visit,
        card=image.card,
        gen=image.gen,
        seq=post.seq,
        pre=state.track,
        post=encode(post, shop.ring, state.uid),
        amount_yen=priced.amount_yen,
        earn=priced.earn,
        redeem=priced.redeem,
        discount_yen=priced.discount_yen,
        expired=priced.expired,
        lots=priced.deltas,
        slip=facts.slip,
        programme=shop.programme.version,
        business_day=today(moment).isoformat(),
        issue=image.seq == 0,
        adjusted=applied,
        online=state.online,
        basket=state.errand.basket,
        staff=shop.duty.staff,
        uid=state.uid,
        why=priced.why,
    )


def post_of(
    state: Keying, lots: Lots, adjusted: int, earn: int, redeem: int, counts_offline: int, moment: Moment
) -> CardImage:
    """The image that follows. ``counts_offline``: points that count against the card's limit without head office."""
    image, facts, shop = state.image, state.facts, moment.shop
    off_red, off_cnt = _counters(image, moment)
    return structs.replace(
        image,
        tenant=shop.ring.tenant,
        seq=image.seq + 1,
        adj=max(image.adj, adjusted),
        lots=lots,
        day=_stamp(image, moment),
        writer=shop.terminal,
        vtag=visit_tag(facts.next_visit),
        earn=earn,
        redeem=redeem,
        off_red=0 if state.online else min(off_red + counts_offline, LIMITS["off_red"]),
        off_cnt=0 if state.online else min(off_cnt + 1, LIMITS["off_cnt"]),
        prev=prev_tag(state.track),
        flags=_flags(state, moment),
    )


def _flags(state: Keying, moment: Moment) -> int:
    """The rank as head office told it; of a holder whom it did not tell here the card keeps what it bears."""
    flags, member = state.image.flags, state.facts.member
    if state.online:
        flags &= ~CardFlag.REPAIRED
    if member is None or not member.member:
        return flags
    return ranked(flags, on_card(moment.shop.programme.ranks, member.rank))


def post_image(intent: Intent, moment: Moment) -> CardImage:
    """The content of the post image; it was encoded here, under a key still held."""
    image = decode(intent.post, moment.shop.ring, intent.uid).image
    assert image is not None, "the post image is our own"
    return image
