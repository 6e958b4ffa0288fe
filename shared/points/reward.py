"""What the customer saves for: the next step at which points buy something, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.points.earning import points_for
from shared.points.program import Kind, Programme
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


def next_reward(programme: Programme, balance: int, counted: Callable[[int], int] | None = None) -> NextReward | None:
    """None where every single point buys something already, and at the top, where nothing more comes.

    ``counted``: what of an amount earns, where it is less than all (points on the price before tax).
    """
    rule = programme.redeem
    first = -(-max(rule.points_min, 1) // rule.unit_points) * rule.unit_points  # rounded up to whole units
    most = min(rule.points_max, POINTS_MAX)
    at = first if balance < first else (balance // rule.unit_points + 1) * rule.unit_points
    if at > most or (balance >= first and rule.unit_points == 1) or programme.kind is Kind.HISTORY:
        return None
    return NextReward(at - balance, at, discount_yen(rule, at), _spend_yen(programme, at - balance, counted))


def _spend_yen(programme: Programme, points: int, counted: Callable[[int], int] | None) -> int:
    """Earning never falls with the amount, so the first amount that is enough is found by halving."""

    def earned(amount_yen: int) -> int:
        if programme.kind is Kind.VISITS:
            return programme.earn.points if amount_yen >= programme.stamp_from_yen else 0
        return points_for(programme.earn, amount_yen if counted is None else counted(amount_yen))

    most = programme.caps.per_visit
    if earned(YEN_MAX) < points or (most and most < points):
        return 0
    low, high = 0, YEN_MAX  # low is too little, high is enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if earned(middle) >= points else (middle, high)
    return high
