"""Limits of the law on premiums (景品表示法) as arithmetic. Not legal advice; the page says so too.

Points that only lower the price of a later purchase at the same shop are a discount, and no premium. What may be
exchanged for goods, or is given to everybody who comes, is one.
"""

from __future__ import annotations

from shared.units import Rounding, divide

SMALL_DEAL_YEN = 1_000
SMALL_PREMIUM_YEN = 200  # 総付: of a deal below that
PREMIUM_PERCENT = 20
VISITOR_DEAL_YEN = 100  # what a visit without a purchase counts as
DRAW_TIMES = 20  # 一般懸賞
DRAW_MAX_YEN = 100_000
DRAW_SALES_PERCENT = 2
JOINT_MAX_YEN = 300_000  # 共同懸賞, of a shopping street
JOINT_SALES_PERCENT = 3


def premium_max_yen(deal_yen: int) -> int:
    """The most that everybody may be given with a deal of so many yen."""
    if deal_yen < SMALL_DEAL_YEN:
        return SMALL_PREMIUM_YEN
    return divide(deal_yen * PREMIUM_PERCENT, 100, Rounding.FLOOR)


def visitor_max_yen() -> int:
    """… and with a visit alone."""
    return premium_max_yen(VISITOR_DEAL_YEN)


def draw_max_yen(deal_yen: int) -> int:
    """The dearest prize of a draw among customers of such a deal."""
    return min(deal_yen * DRAW_TIMES, DRAW_MAX_YEN)


def draw_total_max_yen(sales_yen: int, is_joint: bool = False) -> int:
    """What all prizes of a draw may cost, of the sales that are planned with it."""
    percent = JOINT_SALES_PERCENT if is_joint else DRAW_SALES_PERCENT
    return divide(sales_yen * percent, 100, Rounding.FLOOR)


def exchange_deal_yen(points: int, per_yen: int, points_per_unit: int) -> int:
    """What is spent, at the ordinary rate, to have so many points; 0 = points are not earned by spending."""
    return divide(points * per_yen, points_per_unit, Rounding.CEIL) if points_per_unit else 0
