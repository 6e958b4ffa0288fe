"""What staff may speak to the customer about: two lines at most, by plain rules, each with its reason.

The same facts give the same lines. First what will not come again so soon: a birthday, points that lapse, a reward
that one more bag of shopping reaches; then a long absence or a round number of visits; what was bought last keeps one
of the two lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.card.image import Lot
from shared.clock import card_month, month_from_card
from shared.points.reward import NextReward
from shared.units import format_number
from shared.visit.facts import Member
from shared.visit.screens import Notice

GUIDES_MAX = 2  # product: nobody reads more while a customer waits
BIRTHDAY_AHEAD_DAYS = 7  # soon enough that the customer thinks of it too
LAPSING_MONTHS = 1  # this month's end, and the next one's
NEAR_YEN = 1_000  # a reward that another small purchase reaches
LONG_AWAY_DAYS = 60  # twice the gap of somebody who comes every month
ROUND_VISITS = (2, 10, 50)  # and every hundredth
GOODS_NAMED_MAX, GOODS_CHARS_MAX = 2, 7  # fills the line on the smallest screen
_JOINT, _MORE = "、", "…"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the rules look at. ``soonest``: the lot that lapses first; ``days_since``: -1 = never here."""

    member: Member | None
    day: date
    days_since: int
    soonest: Lot
    reward: NextReward | None
    bought: tuple[str, ...]


def guides(occasion: Occasion) -> tuple[Notice, ...]:
    """The lines, the weightiest first."""
    told = tuple(_told(occasion))[:GUIDES_MAX]
    goods = tuple(_goods(occasion.bought))
    return (*told[: GUIDES_MAX - len(goods)], *goods)


def _told(occasion: Occasion) -> Iterator[Notice]:
    birthday = coming_birthday(occasion.member, occasion.day)
    if birthday:
        when = date.fromisoformat(birthday)
        yield Notice("guide.birthday", {"month": when.month, "day": when.day})
    lot, reward = occasion.soonest, occasion.reward
    if lot.points and lot.month and lot.month - card_month(occasion.day) <= LAPSING_MONTHS:
        yield Notice("guide.lapsing", {"points": format_number(lot.points), "month": month_from_card(lot.month)[1]})
    if reward is not None and 0 < reward.spend_yen <= NEAR_YEN:
        figures = {"points": reward.points, "yen": reward.reward_yen, "spend": reward.spend_yen}
        yield Notice("guide.reward", {name: format_number(figure) for name, figure in figures.items()})
    if occasion.days_since >= LONG_AWAY_DAYS:
        yield Notice("guide.long_away", {"days": format_number(occasion.days_since)})
    visits = 0 if occasion.member is None else occasion.member.visits + 1
    if visits in ROUND_VISITS or (visits and not visits % 100):
        yield Notice("guide.nth_visit", {"visits": format_number(visits)})


def _goods(bought: tuple[str, ...]) -> Iterator[Notice]:
    if bought:
        names = (_short(name) for name in bought[:GOODS_NAMED_MAX])
        yield Notice("guide.bought", {"goods": _JOINT.join(names)})


def _short(name: str) -> str:
    return name if len(name) <= GOODS_CHARS_MAX else name[: GOODS_CHARS_MAX - 1] + _MORE


def coming_birthday(member: Member | None, day: date) -> str:
    """The ISO date of a birthday from a week before it until the day itself, else ""."""
    coming = next_birthday(member.birthday, day) if member is not None else None
    near = coming is not None and (coming - day).days <= BIRTHDAY_AHEAD_DAYS
    return coming.isoformat() if near and coming is not None else ""


def next_birthday(birthday: str, day: date) -> date | None:
    """The first birthday on or after ``day``. ``birthday``: "YYYY-MM-DD" or "MM-DD"; 29 February is kept on the 28th
    in other years. None for an unknown or unreadable one."""
    month, _, of_month = birthday[-5:].partition("-")
    if not (month.isdecimal() and of_month.isdecimal()):
        return None
    days = (_in_year(year, int(month), int(of_month)) for year in (day.year, day.year + 1))
    return next((found for found in days if found is not None and found >= day), None)


def _in_year(year: int, month: int, day: int) -> date | None:
    for tried in (day, 28) if (month, day) == (2, 29) else (day,):
        try:
            return date(year, month, tried)
        except ValueError:
            continue
    return None
