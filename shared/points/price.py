"""One visit's figures, decided once: the same function at the terminal and at head office."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from shared.card.image import Lot
from shared.errors import Refused
from shared.points import redeem
from shared.points.circumstances import UNKNOWN, Circumstances
from shared.points.conditions import Bought
from shared.points.earn import Explanation
from shared.points.lanes import earn
from shared.points.lots import Lots, add, changes, consume, live, live_balance
from shared.points.offline import Offline
from shared.points.program import EARN_MAX, Kind, Programme
from shared.points.validity import expiry_month, prolonged
from shared.points.why import Why
from shared.units import POINTS_MAX, YEN_MAX

__all__ = ["Priced", "expiry_month", "price", "usable_points"]

Earning = Callable[[int], Bought]  # a discount by points, in yen -> what the sale is to the rules then


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
    why: Why = ()  # empty: the ordinary rule alone


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
    earning: Earning | None = None,
    known: Circumstances = UNKNOWN,
    payable_yen: int | None = None,
) -> Priced | Refused:
    """Price a sale of ``amount_yen`` on business day ``day``, of which ``use_points`` pay a part.

    ``lapse_day``: the day by which lots have lapsed, when it is another one (a clock in doubt lets nothing lapse).
    ``lots``: what is on the card, at most three of them live. ``off_red`` and ``off_cnt`` are the card's offline
    counters; ``online`` True lifts the offline limits, which are the programme's unless ``offline`` says other ones.
    The programme must have passed ``validate_programme``. ``earning``: what earns after a discount by points, where not
    everything that is sold does, or goods are known. ``known``: of the customer and the hour. ``payable_yen``: the part
    of the amount that points may pay; None = all.
    """
    lots = tuple(lots)
    if use_points and programme.kind is Kind.HISTORY:
        return Refused("points.history_only")
    if not 0 <= amount_yen <= YEN_MAX:
        return Refused("input.amount", {"maximum": YEN_MAX})
    usable = live(lots, lapse_day or day)
    balance = sum(lot.points for lot in usable)
    purse = redeem.Purse(balance, _payable(programme, amount_yen, payable_yen), off_red, off_cnt, online, offline)
    refused = redeem.refuse(programme, purse, use_points)
    if refused is not None:
        return refused
    discount_yen = redeem.discount_yen(programme.redeem, use_points)
    bought = keyed(programme, amount_yen, discount_yen) if earning is None else earning(discount_yen)
    earned = earn(programme, bought, day, known)
    if earned.points > EARN_MAX:
        return Refused("points.earn_above_card", {"maximum": EARN_MAX})
    left = consume(usable, use_points)
    if earned.points or use_points:
        left = prolonged(programme, left, day)
    after = add(left, Lot(earned.points, expiry_month(programme, day)))
    if after is None:
        return Refused("points.card_full", {"maximum": POINTS_MAX})
    return Priced(
        amount_yen=amount_yen,
        earn=earned.points,
        redeem=use_points,
        discount_yen=discount_yen,
        due_yen=amount_yen - discount_yen,
        lots=after,
        deltas=changes(lots, after),
        expired=sum(lot.points for lot in lots) - balance,
        sentence=Explanation(bought.basis_yen, earned.rule, earned.points, earned.why, _named(programme, earned.why)),
        why=earned.why,
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
    payable_yen: int | None = None,
) -> int:
    """The most points that ``price`` would let this sale use: what a "use all" key fills in."""
    if not 0 <= amount_yen <= YEN_MAX:
        return 0
    payable = _payable(programme, amount_yen, payable_yen)
    purse = redeem.Purse(live_balance(lots, day), payable, off_red, off_cnt, online, offline)
    return redeem.most_usable(programme, purse)


def keyed(programme: Programme, amount_yen: int, discount_yen: int) -> Bought:
    """An amount of which nothing else is known: all of it earns, or what points did not pay."""
    return Bought(amount_yen, amount_yen - discount_yen if programme.earn_on_paid_part else amount_yen)


def _payable(programme: Programme, amount_yen: int, payable_yen: int | None) -> int:
    """A programme that only keeps the history lets nothing be paid with points."""
    if programme.kind is Kind.HISTORY:
        return 0
    return amount_yen if payable_yen is None else min(amount_yen, payable_yen)


def _named(programme: Programme, why: Why) -> Programme | None:
    """Whose names the sentence needs; None: the ordinary rule says it by itself."""
    return programme if why or programme.kind is not Kind.POINTS else None
