"""What the customer saves for: the next step at which points buy something, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from shared.points.earn import points_for
from shared.points.program import EarnRule, Programme
from shared.points.redeem import discount_yen
from shared.units import POINTS_MAX, YEN_MAX


@dataclass(frozen=True, slots=True)
class NextReward:
    """``points`` more make ``at_points``, which buy ``reward_yen``. ``spend_yen``: the smallest sale that earns them at
    the ordinary rate; 0 = no single sale does, or nothing is earned."""

    points: int
    at_points: int
    reward_yen: int
    spend_yen: int


def next_reward(programme: Programme, balance: int) -> NextReward | None:
    """None where every single point buys something already, and at the top, where nothing more comes."""
    rule = programme.redeem
    first = -(-max(rule.points_min, 1) // rule.unit_points) * rule.unit_points  # rounded up to whole units
    most = min(rule.points_max, POINTS_MAX)
    at = first if balance < first else (balance // rule.unit_points + 1) * rule.unit_points
    if at > most or (balance >= first and rule.unit_points == 1):
        return None
    return NextReward(at - balance, at, discount_yen(rule, at), _spend_yen(programme.earn, at - balance))


def _spend_yen(rule: EarnRule, points: int) -> int:
    """Earning never falls with the amount, so the first amount that is enough is found by halving."""
    if points_for(rule, YEN_MAX) < points:
        return 0
    low, high = 0, YEN_MAX  # low is too little, high is enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if points_for(rule, middle) >= points else (middle, high)
    return high
