"""Until when points are valid, and that nobody loses by a change of the rule."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.image import NO_LOT, Lot
from shared.errors import Refused
from shared.points.price import price
from shared.points.program import Expiry, Programme
from shared.points.refund import Sale, refund
from shared.points.validity import expiry_month, prolonged
from shared.units import POINTS_MAX

DAY = date(2026, 11, 21)  # card month 34
LAST_USE = Programme(expiry_months=6, expiry=Expiry.AFTER_LAST_USE)


@pytest.mark.parametrize(
    ("expiry", "months", "at", "month"),
    [
        (Expiry.AFTER_EARNING, 12, 3, 46),
        (Expiry.AFTER_LAST_USE, 6, 3, 40),
        (Expiry.FIXED_MONTH, 1, 12, 35),  # December, which leaves one month
        (Expiry.FIXED_MONTH, 2, 12, 47),  # … and not two: the December after
        (Expiry.FIXED_MONTH, 6, 3, 50),
        (Expiry.FIXED_MONTH, 0, 3, 0),
        (Expiry.AFTER_LAST_USE, 0, 3, 0),
    ],
)
def test_the_month_of_expiry(expiry, months, at, month):
    assert expiry_month(Programme(expiry_months=months, expiry=expiry, expiry_at_month=at), DAY) == month


def test_a_visit_keeps_all_points_alive():
    figures = price(LAST_USE, (Lot(10, 35), Lot(20, 38), NO_LOT), 0, 0, 500, 0, DAY)
    assert figures.lots == (Lot(35, 40), NO_LOT, NO_LOT)
    assert figures.deltas == ((35, -10), (38, -20), (40, 35))
    assert sum(points for _, points in figures.deltas) == figures.earn - figures.redeem - figures.expired


def test_what_was_promised_longer_stays():
    assert prolonged(LAST_USE, (Lot(10, 35), Lot(5, 60), Lot(7, 0)), DAY) == (Lot(10, 40), Lot(5, 60), Lot(7, 0))


def test_a_lot_that_has_no_room_keeps_its_month():
    assert prolonged(LAST_USE, (Lot(10, 35), Lot(POINTS_MAX, 40)), DAY) == (Lot(10, 35), Lot(POINTS_MAX, 40))


def test_a_visit_that_moves_no_points_prolongs_nothing():
    figures = price(LAST_USE, (Lot(10, 35), NO_LOT, NO_LOT), 0, 0, 50, 0, DAY)
    assert (figures.earn, figures.lots, figures.deltas) == (0, (Lot(10, 35), NO_LOT, NO_LOT), ())


def test_a_refund_long_after_takes_back_what_visits_kept_alive():
    sale = Sale(1_000, 0, 10, 0, ((40, 10),), DAY, 40)
    much_later = date(2027, 9, 1)  # month 44: the lot of then is over, but the points moved on
    back = refund(LAST_USE, sale, (Lot(30, 47), NO_LOT, NO_LOT), 1_000, 0, much_later)
    assert not isinstance(back, Refused)
    assert (back.redeem, back.lots) == (10, (Lot(20, 47), NO_LOT, NO_LOT))


lots = st.lists(st.builds(Lot, st.integers(1, 1_000), st.sampled_from((0, 34, 35, 40, 60))), max_size=3).map(tuple)


@given(lots, st.sampled_from(tuple(Expiry)), st.integers(0, 120), st.integers(1, 12))
def test_no_rule_shortens_points_that_are_there(held, expiry, months, at):
    programme = Programme(expiry_months=months, expiry=expiry, expiry_at_month=at)
    after = prolonged(programme, held, DAY)
    assert sum(lot.points for lot in after) == sum(lot.points for lot in held)

    def lasting(some, month):
        return sum(lot.points for lot in some if lot.month == 0 or lot.month >= month)

    assert all(lasting(after, month) >= lasting(held, month) for month in range(1, 170))
