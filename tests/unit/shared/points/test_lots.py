"""Lots: the soonest goes first, a fourth finds room, nothing lapses early."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.image import NO_LOT, Lot
from shared.clock import card_month
from shared.points.lots import LAST_OF_ALL, add, changes, consume, expiring, live, live_balance
from shared.units import POINTS_MAX

NOVEMBER = date(2026, 11, 21)
THIS_MONTH = card_month(NOVEMBER)  # 34

lot = st.builds(Lot, st.integers(0, 5000), st.just(0) | st.integers(30, 60))
three_lots = st.tuples(lot, lot, lot)


def by_expiry(one: Lot) -> int:
    return one.month or LAST_OF_ALL


def test_a_lot_counts_until_the_end_of_its_month():
    lots = (Lot(10, 34), Lot(20, 0), NO_LOT)
    assert live_balance(lots, date(2026, 11, 1)) == 30
    assert live_balance(lots, date(2026, 11, 30)) == 30
    assert live_balance(lots, date(2026, 12, 1)) == 20


@pytest.mark.parametrize(
    ("lots", "soonest"),
    [
        ((NO_LOT, NO_LOT, NO_LOT), NO_LOT),
        ((Lot(10, 0), NO_LOT, NO_LOT), NO_LOT),  # never
        ((Lot(10, 0), Lot(5, 40), Lot(6, 36)), Lot(6, 36)),
        ((Lot(9, 33), Lot(5, 40), Lot(6, 36)), Lot(6, 36)),  # 33 has lapsed
        ((Lot(9, 34), Lot(5, 40), NO_LOT), Lot(9, 34)),
        ((Lot(0, 35), Lot(5, 40), NO_LOT), Lot(5, 40)),  # an empty lot does not lapse
        ((Lot(3, 40), Lot(5, 40), NO_LOT), Lot(8, 40)),
    ],
)
def test_what_expires_first(lots, soonest):
    assert expiring(lots, NOVEMBER) == soonest


def test_the_soonest_expiry_is_used_first_and_never_last_of_all():
    lots = live((Lot(100, 0), Lot(50, 48), Lot(30, 36)), NOVEMBER)
    assert consume(lots, 30) == (Lot(50, 48), Lot(100, 0))
    assert consume(lots, 31) == (Lot(49, 48), Lot(100, 0))
    assert consume(lots, 130) == (Lot(50, 0),)
    assert consume(lots, 180) == ()


@pytest.mark.parametrize(
    ("lots", "new", "after"),
    [
        ((), Lot(5, 40), (Lot(5, 40), NO_LOT, NO_LOT)),
        ((Lot(1, 36),), Lot(0, 40), (Lot(1, 36), NO_LOT, NO_LOT)),
        ((Lot(1, 36), Lot(2, 40)), Lot(5, 40), (Lot(1, 36), Lot(7, 40), NO_LOT)),
        ((Lot(1, 36), Lot(2, 0)), Lot(5, 40), (Lot(1, 36), Lot(5, 40), Lot(2, 0))),
        ((Lot(1, 36), Lot(2, 40), Lot(3, 44)), Lot(5, 48), (Lot(1, 36), Lot(2, 40), Lot(8, 48))),
        ((Lot(1, 36), Lot(2, 40), Lot(3, 44)), Lot(5, 38), (Lot(1, 36), Lot(7, 40), Lot(3, 44))),
        ((Lot(1, 36), Lot(2, 40), Lot(3, 44)), Lot(5, 35), (Lot(6, 36), Lot(2, 40), Lot(3, 44))),
        ((Lot(1, 36), Lot(2, 40), Lot(3, 44)), Lot(5, 0), (Lot(1, 36), Lot(2, 40), Lot(8, 0))),
        ((Lot(1, 36), Lot(2, 40), Lot(3, 0)), Lot(5, 44), (Lot(1, 36), Lot(2, 40), Lot(8, 0))),
        ((Lot(POINTS_MAX, 36),), Lot(1, 36), None),
        ((Lot(1, 36), Lot(2, 40), Lot(POINTS_MAX, 44)), Lot(1, 48), None),
    ],
)
def test_a_new_lot_finds_room_in_the_customer_s_favour(lots, new, after):
    assert add(lots, new) == after


@given(three_lots, st.data())
def test_consuming_takes_exactly_the_points_and_leaves_later_lots_alone(lots, data):
    usable = live(lots, NOVEMBER)
    points = data.draw(st.integers(0, sum(one.points for one in usable)))
    left = consume(usable, points)
    assert sum(one.points for one in usable) - sum(one.points for one in left) == points
    assert left[1:] == usable[len(usable) - len(left) + 1 :]


@given(three_lots, lot)
def test_adding_keeps_every_point_and_no_point_lapses_earlier(lots, new):
    before = (*live(lots, NOVEMBER), new)
    after = add(before[:-1], new)
    assert after is not None
    assert sum(one.points for one in after) == sum(one.points for one in before)
    for month in range(LAST_OF_ALL + 1):
        lapsed_before = sum(one.points for one in before if by_expiry(one) <= month)
        lapsed_after = sum(one.points for one in after if by_expiry(one) <= month)
        assert lapsed_after <= lapsed_before


@given(three_lots)
def test_live_lots_stand_in_order_one_per_month(lots):
    usable = live(lots, NOVEMBER)
    months = [by_expiry(one) for one in usable]
    assert months == sorted(set(months))
    assert all(one.points > 0 and by_expiry(one) >= THIS_MONTH for one in usable)


@given(three_lots, three_lots)
def test_changes_lead_from_one_card_to_the_other(before, after):
    sums: dict[int, int] = {}
    for one in before:
        sums[one.month] = sums.get(one.month, 0) + one.points
    for month, change in changes(before, after):
        assert change != 0
        sums[month] = sums.get(month, 0) + change
    for one in after:
        sums[one.month] = sums.get(one.month, 0) - one.points
    assert not any(sums.values())
