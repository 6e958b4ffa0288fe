"""What points buy, and how many may be used now: every limit is one cap, and the lowest cap decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.errors import Fact, Refused
from shared.points.offline import Offline
from shared.points.program import OFF_RED_MAX, REDEEM_MAX, Programme, RedeemRule


@dataclass(frozen=True, slots=True)
class Purse:
    """What a redemption draws on. ``off_red`` and ``off_cnt`` are the card's counters since the last online visit.

    ``offline`` None: the programme's limits as they stand.
    """

    balance: int  # live points
    amount_yen: int
    off_red: int
    off_cnt: int
    online: bool
    offline: Offline | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """``points``: the most that this limit lets through, whole units only."""

    points: int
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def discount_yen(rule: RedeemRule, use_points: int) -> int:
    """What whole units of points are worth."""
    return use_points // rule.unit_points * rule.unit_yen


def most_usable(programme: Programme, purse: Purse) -> int:
    """The largest redemption that would be accepted; 0 when even the smallest is too much."""
    most = min(cap.points for cap in _caps(programme, purse))
    return most if most >= max(programme.redeem.points_min, 1) else 0


def refuse(programme: Programme, purse: Purse, use_points: int) -> Refused | None:
    """Why ``use_points`` cannot be used; None when they can, or when nothing is to be used."""
    rule = programme.redeem
    if use_points < 0:
        return Refused("points.negative")
    if use_points == 0:
        return None
    if use_points > purse.balance:
        return Refused("points.too_few", {"needed": use_points - purse.balance, "balance": purse.balance})
    if use_points < rule.points_min:
        return Refused("points.below_minimum", {"minimum": rule.points_min})
    if use_points % rule.unit_points:
        lower = use_points // rule.unit_points * rule.unit_points
        return Refused("points.not_a_unit", {"unit": rule.unit_points, "lower": lower or rule.unit_points})
    for cap in _caps(programme, purse):
        if use_points > cap.points:
            maximum = cap.points if cap.points >= rule.points_min else 0
            return Refused(cap.code, {"maximum": maximum, "visits": purse.off_cnt, **cap.facts})
    return None


def _caps(programme: Programme, purse: Purse) -> Iterator[Cap]:
    rule = programme.redeem

    def whole(points: int) -> int:
        return max(points, 0) // rule.unit_points * rule.unit_points

    yield Cap(whole(purse.balance), "points.too_few")
    yield Cap(whole(min(rule.points_max, REDEEM_MAX)), "points.above_maximum")
    yield Cap(purse.amount_yen // rule.unit_yen * rule.unit_points, "points.more_than_amount")
    offline = purse.offline or Offline(programme.offline)
    barred, limits = offline.barred, offline.limits
    if barred and (barred.online_too or not purse.online):
        yield Cap(0, barred.code, barred.facts)
    if purse.online:
        return
    if purse.off_cnt >= limits.visits_since_online:
        yield Cap(0, "points.offline_visits")
    since_online = min(limits.redeem_since_online, OFF_RED_MAX) - purse.off_red
    yield Cap(whole(min(limits.redeem_per_visit, since_online)), "points.offline_limit")
    yield Cap(whole(limits.redeem_per_day - offline.redeemed_today), "points.offline_day")
