"""What a visit knows of customer, shop and hour: all that promotions may ask for, from what the terminal was told."""

from __future__ import annotations

from datetime import date

from shared.card.image import CardImage
from shared.clock import business_day, card_day, day_from_card, local_time
from shared.points.circumstances import Circumstances
from shared.points.ranking import RankRule, from_card
from shared.visit.facts import CardFacts, Member
from shared.visit.shop import Moment

FIRST_GENERATION = 1


def circumstances(facts: CardFacts, image: CardImage | None, moment: Moment, is_day_sure: bool) -> Circumstances:
    """``image``: of the card, None when nobody can read it: then its visits are not known either.

    Without a member only the card speaks: it bears the rank, and every other condition about a person is not met.
    """
    member = facts.member
    day = business_day(moment.now.wall_ms, moment.shop.programme.day_start_minute)
    at = local_time(moment.now.wall_ms)
    return Circumstances(
        minute=at.hour * 60 + at.minute if is_day_sure else -1,
        store=moment.shop.store,
        is_day_sure=is_day_sure,
        rank=rank_of(member, image, moment.shop.programme.ranks),
        birthday=member.birthday if member else "",
        visits=_visits(member, image),
        joined=member.joined if member else "",
        tags=member.tags if member else (),
        last_day=day_from_card(image.day) if image and image.seq else None,
        is_first=image is not None and _is_first(member, image),
        earned_today=_earned_today(facts, image, day, moment),
        rain=said_here(moment),
    )


def said_here(moment: Moment) -> bool | None:
    """Whether staff called this business day rainy; None: they said nothing of it."""
    said = moment.shop.weather
    day = business_day(moment.now.wall_ms, moment.shop.programme.day_start_minute)
    return said.is_rainy if said is not None and said.business_day == day.isoformat() else None


def rank_of(member: Member | None, image: CardImage | None, rule: RankRule) -> str:
    """As head office told it; of a card whose holder it did not tell here, as the last writer knew it."""
    if member is not None and member.member:
        return member.rank
    return from_card(rule, image.rank) if image is not None else ""


def _visits(member: Member | None, image: CardImage | None) -> int:
    """Those that head office counted, and one more when the card was somewhere after the last of them."""
    if member is None or not member.member:
        return -1
    if image is None or not member.last_visit:
        return member.visits
    return member.visits + (day_from_card(image.day).isoformat() > member.last_visit and image.seq > 0)


def _is_first(member: Member | None, image: CardImage) -> bool:
    """A card never used, of somebody who had none before: neither a repaired card nor one in the place of another."""
    return image.seq == 0 and image.gen == FIRST_GENERATION and (member is None or not member.visits)


def _earned_today(facts: CardFacts, image: CardImage | None, day: date, moment: Moment) -> int:
    """What this terminal knows of the day, and what the card got elsewhere at the visit before this one."""
    is_elsewhere = image is not None and image.day == card_day(day) and image.writer != moment.shop.terminal
    return facts.earned_today + (image.earn if is_elsewhere and image is not None else 0)
