"""Until when points are valid: how the months are counted, and what a visit does to points that are there already.

Nothing lapses at once when a rule is switched on or changed: points keep the month that was promised when they were
earned (also "never"), and new ones get at least the months of the rule.
"""

from __future__ import annotations

from datetime import date

from shared.card.image import Lot
from shared.clock import CARD_MONTH_MAX, card_month
from shared.points.lots import LAST_OF_ALL
from shared.points.program import Expiry, Programme
from shared.units import POINTS_MAX


def expiry_month(programme: Programme, day: date) -> int:
    """Card month at whose end points earned on ``day`` lapse; 0 = never.

    ``FIXED_MONTH``: the first end of that month which leaves them ``expiry_months`` at least.
    """
    if programme.expiry_months == 0:
        return 0
    month = card_month(day) + programme.expiry_months
    if programme.expiry is Expiry.FIXED_MONTH:
        month += (programme.expiry_at_month - 1 - month) % 12
    return min(month, CARD_MONTH_MAX)


def prolonged(programme: Programme, lots: tuple[Lot, ...], day: date) -> tuple[Lot, ...]:
    """The lots after a visit that earns or uses points: with ``AFTER_LAST_USE`` all of them last as long as new ones.

    What lasts longer, or for ever, stays as it is. One lot holds only so many points: what has no room keeps its month.
    """
    if programme.expiry is not Expiry.AFTER_LAST_USE or programme.expiry_months == 0:
        return lots
    month = expiry_month(programme, day)
    points = sum(lot.points for lot in lots if lot.month == month)
    kept = []
    for lot in lots:
        if (lot.month or LAST_OF_ALL) >= month:
            kept.append(lot)
        elif points + lot.points <= POINTS_MAX:
            points += lot.points
            kept.append(Lot(lot.points, month))
        else:
            kept.append(lot)
    return _joined(kept)


def _joined(lots: list[Lot]) -> tuple[Lot, ...]:
    points: dict[int, int] = {}
    for lot in lots:
        points[lot.month] = points.get(lot.month, 0) + lot.points
    return tuple(Lot(points[month], month) for month in sorted(points, key=lambda month: month or LAST_OF_ALL))
