"""Head office's adjustments on a card: nothing below zero, nothing from nowhere, nothing that lapses too early."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.image import LOTS_MAX, NO_LOT, Lot
from shared.points.adjust import adjust, collect, take
from shared.points.lots import add, changes, live, live_balance, padded
from shared.units import POINTS_MAX

DAY = date(2026, 11, 21)  # card month 34


def lots(*pairs: tuple[int, int]) -> tuple[Lot, ...]:
    return tuple(Lot(points, month) for points, month in pairs)


@pytest.mark.parametrize(
    ("held", "wanted", "after", "applied", "owed"),
    [
        (lots((100, 40)), (), lots((100, 40)), (), ()),
        (lots((100, 40)), ((1, ((46, 30),)),), lots((100, 40), (30, 46)), ((1, ((46, 30),)),), ()),
        (lots((100, 40)), ((1, ((40, 30),)),), lots((130, 40)), ((1, ((40, 30),)),), ()),
        (lots((100, 40)), ((1, ((0, 30),)),), lots((100, 40), (30, 0)), ((1, ((0, 30),)),), ()),
        # a fourth lot: joined with the later one, and told as it was done
        (
            lots((1, 40), (2, 42), (3, 46)),
            ((1, ((41, 5),)),),
            lots((1, 40), (7, 42), (3, 46)),
            ((1, ((42, 5),)),),
            (),
        ),
        # taken from its month first, then from the soonest
        (lots((50, 40), (50, 46)), ((1, ((46, -30),)),), lots((50, 40), (20, 46)), ((1, ((46, -30),)),), ()),
        (lots((50, 40), (50, 46)), ((1, ((46, -70),)),), lots((30, 40)), ((1, ((40, -20), (46, -50))),), ()),
        (lots((50, 40), (50, 46)), ((1, ((45, -70),)),), lots((30, 46)), ((1, ((40, -50), (46, -20))),), ()),
        # more than there is stays open
        (lots((50, 40)), ((1, ((40, -70),)),), (), ((1, ((40, -50),)),), ((1, 20),)),
        # a later one gives what an earlier one could not take
        (
            lots((50, 40)),
            ((1, ((40, -70),)), (2, ((46, 30),))),
            lots((10, 46)),
            ((1, ((40, -50), (46, -20))), (2, ((46, 30),))),
            (),
        ),
        # lapsed lots are no reserve, but their own month may be corrected
        (lots((70, 33), (5, 40)), ((1, ((40, -9),)),), lots((70, 33)), ((1, ((40, -5),)),), ((1, 4),)),
        (lots((70, 33), (5, 40)), ((1, ((33, -9),)),), lots((61, 33), (5, 40)), ((1, ((33, -9),)),), ()),
        (lots((5, 40)), ((1, ((33, 9),)),), lots((9, 33), (5, 40)), ((1, ((33, 9),)),), ()),
        # a move
        (lots((5, 40)), ((7, ((40, -5), (46, 5))),), lots((5, 46)), ((7, ((40, -5), (46, 5))),), ()),
        (lots((5, 40)), ((7, ()),), lots((5, 40)), ((7, ()),), ()),
    ],
)  # fmt: skip
def test_what_becomes_of_the_lots(held, wanted, after, applied, owed):
    adjusted = adjust(held, wanted, DAY)
    assert (adjusted.lots, adjusted.applied, adjusted.owed) == (after, applied, owed)
    assert adjusted.number == max((number for number, _ in wanted), default=0)
    assert adjusted.points == sum(lot.points for lot in after) - sum(lot.points for lot in held)


def test_an_adjustment_that_does_not_fit_waits_with_all_later_ones():
    adjusted = adjust(lots((POINTS_MAX, 40)), ((1, ((46, 1),)), (2, ((40, 1),)), (3, ((40, -5),))), DAY)
    assert (adjusted.number, adjusted.is_full) == (1, True)
    assert adjusted.lots == lots((POINTS_MAX, 40), (1, 46))


@pytest.mark.parametrize(
    ("owed", "earn", "paid"),
    [(70, 38, 19), (70, 39, 19), (70, 1, 0), (70, 0, 0), (5, 38, 5), (19, 38, 19)],
)
def test_at_most_half_of_what_a_visit_earns_goes_towards_the_rest(owed, earn, paid):
    adjusted = adjust(lots((50, 40)), ((4, ((40, -50 - owed),)),), DAY)
    after, applied = collect(adjusted, padded(lots((earn, 46)) if earn else ()), earn)
    assert after == padded(lots((earn - paid, 46)) if earn - paid else ())
    assert applied == ((4, ((40, -50), (46, -paid)) if paid else ((40, -50),)),)


def test_several_rests_share_the_half():
    adjusted = adjust((), ((1, ((40, -10),)), (2, ((40, -10),))), DAY)
    after, applied = collect(adjusted, padded(lots((30, 46))), 30)
    assert after == padded(lots((15, 46)))
    assert applied == ((1, ((46, -10),)), (2, ((46, -5),)))


months = st.sampled_from([0, 30, 33, 34, 35, 40, 46, 50])
held_lots = st.lists(st.builds(Lot, st.integers(0, 300), months), max_size=3, unique_by=lambda lot: lot.month).map(
    tuple
)
change = st.lists(st.tuples(months, st.integers(-200, 200)), max_size=3, unique_by=lambda pair: pair[0]).map(tuple)
adjustments = st.lists(st.tuples(st.integers(1, 60), change), max_size=4, unique_by=lambda pair: pair[0]).map(
    lambda pairs: tuple(sorted(pairs))
)


def by_month(*some) -> dict[int, int]:
    points: dict[int, int] = {}
    for month, value in (pair for pairs in some for pair in pairs):
        points[month] = points.get(month, 0) + value
    return {month: value for month, value in points.items() if value}


@given(held_lots, adjustments, st.integers(0, 100))
def test_before_and_what_is_told_give_after_month_by_month(held, wanted, earn):
    adjusted = adjust(held, wanted, DAY)
    told = [lots for _, lots in adjusted.applied]
    before = [(lot.month, lot.points) for lot in held]
    assert by_month(before, *told) == by_month((lot.month, lot.points) for lot in adjusted.lots)
    assert len(live(adjusted.lots, DAY)) <= LOTS_MAX
    assert all(lot.points > 0 for lot in adjusted.lots)
    asked = sum(points for _, lots in wanted for _, points in lots)
    assert adjusted.points == asked + sum(points for _, points in adjusted.owed)
    assert not adjusted.owed or live_balance(adjusted.lots, DAY) == 0
    earned = add(live(adjusted.lots, DAY), Lot(earn, 46))
    after, applied = collect(adjusted, earned, earn)
    assert sum(lot.points for lot in after) >= live_balance(earned, DAY) - earn // 2
    more = [lots for _, lots in applied]
    assert by_month(before, *more, changes(live(adjusted.lots, DAY), earned)) == by_month(
        [(lot.month, lot.points) for lot in after],
        [(lot.month, lot.points) for lot in adjusted.lots if lot not in live(adjusted.lots, DAY)],
    )


@given(held_lots, st.integers(0, 1_000), months)
def test_what_cannot_be_taken_is_told(held, points, month):
    left, missing = take(held, points, month, DAY)
    assert sum(lot.points for lot in left) == sum(lot.points for lot in held) - (points - missing)
    assert 0 <= missing <= points
    assert NO_LOT not in left
