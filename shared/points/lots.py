"""Lots: points of one expiry each. The card has room for three; the customer never loses by that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.card.image import LOTS_MAX, NO_LOT, Lot
from shared.clock import CARD_MONTH_MAX, card_month
from shared.units import POINTS_MAX

Lots = tuple[Lot, Lot, Lot]
Changes = tuple[tuple[int, int], ...]  # (expiry month, change in points), months in order
LAST_OF_ALL = CARD_MONTH_MAX + 1  # where "never" sorts


def live(lots: Iterable[Lot], day: date) -> tuple[Lot, ...]:
    """Lots that count on ``day``, one per month, the soonest expiry first; a lot lapses at the end of its month."""
    this_month = card_month(day)
    return _in_order(lot for lot in lots if not has_lapsed(lot, this_month))


def has_lapsed(lot: Lot, this_month: int) -> bool:
    """Whether the end of the lot's month has passed in card month ``this_month``."""
    return 0 < lot.month < this_month


def live_balance(lots: Iterable[Lot], day: date) -> int:
    """Points that may be used on ``day``."""
    return sum(lot.points for lot in live(lots, day))


def expiring(lots: Iterable[Lot], day: date) -> Lot:
    """The live lot that lapses first; ``NO_LOT`` when none ever does."""
    return next((lot for lot in live(lots, day) if lot.month), NO_LOT)


def consume(lots: tuple[Lot, ...], points: int) -> tuple[Lot, ...]:
    """Take ``points`` (at most the sum) from lots in order of expiry, the soonest first."""
    left = []
    for lot in lots:
        taken = min(points, lot.points)
        points -= taken
        if lot.points > taken:
            left.append(Lot(lot.points - taken, lot.month))
    return tuple(left)


def add(lots: tuple[Lot, ...], new: Lot) -> Lots | None:
    """``lots`` in order with the new one; None when a lot would outgrow the card.

    A fourth lot is joined with its neighbour of later expiry, or, being the latest itself, takes the one before it
    in: either way no point lapses earlier than promised.
    """
    together = _in_order((*lots, new))
    if len(together) > LOTS_MAX:
        place = min(together.index(new), LOTS_MAX - 1)
        earlier, later = together[place : place + 2]
        joined = Lot(earlier.points + later.points, later.month)
        together = (*together[:place], joined, *together[place + 2 :])
    if any(lot.points > POINTS_MAX for lot in together):
        return None
    return padded(together)


def padded(lots: tuple[Lot, ...]) -> Lots:
    """At most three lots as the card holds them."""
    (first, second, third) = (*lots, NO_LOT, NO_LOT, NO_LOT)[:LOTS_MAX]
    return first, second, third


def changes(before: Iterable[Lot], after: Iterable[Lot]) -> Changes:
    """Per expiry month the change in points, months in order, nothing for a month without change."""
    points: dict[int, int] = {}
    for lot in after:
        points[lot.month] = points.get(lot.month, 0) + lot.points
    for lot in before:
        points[lot.month] = points.get(lot.month, 0) - lot.points
    return tuple((month, points[month]) for month in sorted(points) if points[month])


def _in_order(lots: Iterable[Lot]) -> tuple[Lot, ...]:
    points: dict[int, int] = {}
    for lot in lots:
        points[lot.month] = points.get(lot.month, 0) + lot.points
    months = sorted(points, key=lambda month: month or LAST_OF_ALL)
    return tuple(Lot(points[month], month) for month in months if points[month])
