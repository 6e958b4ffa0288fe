"""A refund, lot by lot: points that a sale used come back, points that it earned are taken back.

Every part is a difference of two totals "refunded so far", so any partial refunds add up to the whole one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.card.image import Lot
from shared.clock import card_month
from shared.errors import Refused
from shared.points.adjust import take
from shared.points.lots import LAST_OF_ALL, Changes, Lots, add, changes, has_lapsed, live, padded
from shared.points.program import Expiry, Programme
from shared.points.validity import expiry_month
from shared.units import POINTS_MAX, Rounding, divide


@dataclass(frozen=True, slots=True)
class Sale:
    """The figures of the visit that is refunded, from its INTENT. ``lots`` sum to ``earn - redeem - expired``."""

    amount_yen: int
    discount_yen: int
    earn: int
    redeem: int
    lots: Changes
    day: date
    earn_month: int  # where the points it earned were to lapse, by the rules of then


@dataclass(frozen=True, slots=True)
class Refunded:
    """``earn``: points given back; ``redeem``: points taken back, as far as the card had them.

    ``uncovered``: points that should have been taken and were not there: head office books them against the card.
    ``due_yen``: money back. ``deltas`` sum to ``earn - redeem - expired``.
    """

    amount_yen: int
    earn: int
    redeem: int
    discount_yen: int
    due_yen: int
    lots: Lots
    deltas: Changes
    expired: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a sale's points came from and went to. ``used``: the lots it used, the one that lapses last first;
    ``earned_in``: the month whose lot holds what it earned; ``joined``: points of other months that lie there too."""

    used: tuple[Lot, ...]
    earned_in: int
    joined: tuple[Lot, ...]


def refund(
    programme: Programme, sale: Sale, lots: Iterable[Lot], refund_yen: int, refunded_yen: int, day: date
) -> Refunded | Refused:
    """Refund ``refund_yen`` of the sale's amount, of which ``refunded_yen`` were refunded before, on ``day``.

    Points whose month is over come back with the validity of new ones; points earned in such a month lapsed with it
    and are not taken (unless visits keep points alive: then they moved on). Fractions of a part are settled in the
    customer's favour.
    """
    rest_yen = sale.amount_yen - refunded_yen
    if not (refunded_yen >= 0 and 0 < refund_yen <= rest_yen):
        return Refused("points.refund_above_rest", {"maximum": max(rest_yen, 0)})
    on_card, origin, sum_yen = tuple(lots), _origin(sale), refunded_yen + refund_yen
    held = live(on_card, day)
    expired = sum(lot.points for lot in on_card) - sum(lot.points for lot in held)

    wanted = _share(sale.earn, sale, sum_yen) - _share(sale.earn, sale, refunded_yen)
    if has_lapsed(Lot(wanted, origin.earned_in), card_month(day)) and programme.expiry is not Expiry.AFTER_LAST_USE:
        wanted = 0
    held, uncovered = take(held, wanted, origin.earned_in, day)
    back = _given_back(origin.used, _used(sale, refunded_yen), _used(sale, sum_yen))
    if sum_yen == sale.amount_yen:
        held = _parted(held, origin, day)
    for lot in back:
        together = add(held, _valid(lot, programme, day))
        if together is None:
            return Refused("points.card_full", {"maximum": POINTS_MAX})
        held = live(together, day)
    discount_yen = _share(sale.discount_yen, sale, sum_yen) - _share(sale.discount_yen, sale, refunded_yen)
    return Refunded(
        amount_yen=refund_yen,
        earn=sum(lot.points for lot in back),
        redeem=wanted - uncovered,
        discount_yen=discount_yen,
        due_yen=refund_yen - discount_yen,
        lots=padded(held),
        deltas=changes(on_card, held),
        expired=expired,
        uncovered=uncovered,
    )


def _share(whole: int, sale: Sale, sum_yen: int) -> int:
    """What of ``whole`` is gone once ``sum_yen`` were refunded; a fraction is left."""
    return divide(whole * sum_yen, sale.amount_yen, Rounding.FLOOR)


def _used(sale: Sale, sum_yen: int) -> int:
    """How many of the points that the sale used are back by then; a fraction of one is given back whole."""
    return divide(sale.redeem * sum_yen, sale.amount_yen, Rounding.CEIL)


def _given_back(used: tuple[Lot, ...], before: int, after: int) -> tuple[Lot, ...]:
    """The points from the ``before``-th to the ``after``-th of those used, in the lots that they came from."""
    back, passed = [], 0
    for lot in used:
        points = min(after, passed + lot.points) - max(before, passed)
        if points > 0:
            back.append(Lot(points, lot.month))
        passed += lot.points
    return tuple(back)


def _valid(lot: Lot, programme: Programme, day: date) -> Lot:
    lapsed = has_lapsed(lot, card_month(day))
    return Lot(lot.points, expiry_month(programme, day)) if lapsed else lot


def _parted(held: tuple[Lot, ...], origin: _Origin, day: date) -> tuple[Lot, ...]:
    """Lots that the sale had to join lie apart again, as far as they are still there."""
    for lot in origin.joined:
        together = next((one for one in held if one.month == origin.earned_in), None)
        if together is None or together.points < lot.points or has_lapsed(lot, card_month(day)):
            continue
        left, _ = take(held, lot.points, origin.earned_in, day)
        held = live(add(left, lot) or held, day)
    return held


def _origin(sale: Sale) -> _Origin:
    """Read the changes of a sale: what was used comes out of the soonest lots, the rest of what left a month was
    joined with the lot of another one."""
    apart = dict(sale.lots)
    apart[sale.earn_month] = apart.get(sale.earn_month, 0) - sale.earn
    into = next((month for month in apart if apart[month] > 0), sale.earn_month)
    left = sorted(
        (month for month in apart if apart[month] < 0 and not has_lapsed(Lot(0, month), card_month(sale.day))),
        key=lambda month: (month == sale.earn_month, month or LAST_OF_ALL),
    )
    used: list[Lot] = []
    joined: list[Lot] = []
    rest = sale.redeem
    for month in left:
        points = min(-apart[month], rest)
        rest -= points
        used.insert(0, Lot(points, month))
        if -apart[month] > points and month != sale.earn_month:
            joined.append(Lot(-apart[month] - points, month))
    return _Origin(tuple(lot for lot in used if lot.points), into, tuple(joined))
