"""One visit's figures, decided once: the same function at the terminal and at head office."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from shared.card.image import Lot
from shared.clock import CARD_MONTH_MAX, card_month
from shared.errors import Refused
from shared.points import redeem
from shared.points.earn import Explanation, explain_earn
from shared.points.lots import Lots, add, changes, consume, live, live_balance
from shared.points.offline import Offline
from shared.points.program import EARN_MAX, Programme
from shared.units import POINTS_MAX, YEN_MAX


@dataclass(frozen=True, slots=True)
class Priced:
    """``lots``: what the card holds afterwards, in order of expiry. ``deltas``: (expiry month, change in points),
    which sum to ``earn - redeem - expired`` and show merged lots as a move from month to month."""

    amount_yen: int
    earn: int
    redeem: int
    discount_yen: int
    due_yen: int
    lots: Lots
    deltas: tuple[tuple[int, int], ...]
    expired: int  # points of lots that had lapsed before this visit
    sentence: Explanation


def price(
    programme: Programme,
    lots: Iterable[Lot],
    off_red: int,
    off_cnt: int,
    amount_yen: int,
    use_points: int,
    day: date,
    online: bool = False,
    lapse_day: date | None = None,
    offline: Offline | None = None,
    earning: Callable[[int], int] | None = None,
) -> Priced | Refused:
    """Price a sale of ``amount_yen`` on business day ``day``, of which ``use_points`` pay a part.

    ``lapse_day``: the day by which lots have lapsed, when it is another one (a clock in doubt lets nothing lapse).
    ``lots``: what is on the card, at most three of them live. ``off_red`` and ``off_cnt`` are the card's offline
    counters; ``online`` True lifts the offline limits, which are the programme's unless ``offline`` says other ones.
    The programme must have passed ``validate_programme``. ``earning``: the yen that earn points after a discount of so
    many yen by points, where not everything that is sold earns.
    """
    lots = tuple(lots)
    if not 0 <= amount_yen <= YEN_MAX:
        return Refused("input.amount", {"maximum": YEN_MAX})
    usable = live(lots, lapse_day or day)
    balance = sum(lot.points for lot in usable)
    purse = redeem.Purse(balance, amount_yen, off_red, off_cnt, online, offline)
    refused = redeem.refuse(programme, purse, use_points)
    if refused is not None:
        return refused
    discount_yen = redeem.discount_yen(programme.redeem, use_points)
    basis_yen = None if earning is None else earning(discount_yen)
    earned = explain_earn(programme, amount_yen, discount_yen, basis_yen)
    if earned.earn > EARN_MAX:
        return Refused("points.earn_above_card", {"maximum": EARN_MAX})
    after = add(consume(usable, use_points), Lot(earned.earn, expiry_month(programme, day)))
    if after is None:
        return Refused("points.card_full", {"maximum": POINTS_MAX})
    return Priced(
        amount_yen=amount_yen,
        earn=earned.earn,
        redeem=use_points,
        discount_yen=discount_yen,
        due_yen=amount_yen - discount_yen,
        lots=after,
        deltas=changes(lots, after),
        expired=sum(lot.points for lot in lots) - balance,
        sentence=earned,
    )


def usable_points(
    programme: Programme,
    lots: Iterable[Lot],
    off_red: int,
    off_cnt: int,
    amount_yen: int,
    day: date,
    online: bool = False,
    offline: Offline | None = None,
) -> int:
    """The most points that ``price`` would let this sale use: what a "use all" key fills in."""
    if not 0 <= amount_yen <= YEN_MAX:
        return 0
    purse = redeem.Purse(live_balance(lots, day), amount_yen, off_red, off_cnt, online, offline)
    return redeem.most_usable(programme, purse)


def expiry_month(programme: Programme, day: date) -> int:
    """Card month at whose end points earned on ``day`` lapse; 0 = never."""
    if programme.expiry_months == 0:
        return 0
    return min(card_month(day) + programme.expiry_months, CARD_MONTH_MAX)
