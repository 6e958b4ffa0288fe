"""Whole visits priced, and what must hold for every visit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.image import NO_LOT, Lot
from shared.clock import card_month
from shared.errors import TEXTS, Refused
from shared.points.lots import live_balance
from shared.points.price import Priced, expiry_month, price, usable_points
from shared.points.program import (
    EARN_MAX,
    EarnBasis,
    EarnRule,
    OfflineLimits,
    Programme,
    RedeemRule,
    validate_programme,
)
from shared.units import POINTS_MAX, YEN_MAX, Rounding

DAY = date(2026, 11, 21)  # card month 34; points of today lapse with 46 = 2027-11
EMPTY = (NO_LOT, NO_LOT, NO_LOT)


def priced(lots=EMPTY, amount_yen=0, use_points=0, programme=None, off_red=0, off_cnt=0, online=False):
    return price(programme or Programme(), lots, off_red, off_cnt, amount_yen, use_points, DAY, online)


def test_a_first_purchase():
    figures = priced(amount_yen=900)
    assert (figures.earn, figures.redeem, figures.discount_yen, figures.due_yen, figures.expired) == (9, 0, 0, 900, 0)
    assert figures.lots == (Lot(9, 46), NO_LOT, NO_LOT)
    assert figures.deltas == ((46, 9),)


def test_points_pay_a_part_and_the_rest_earns():
    figures = priced((Lot(30, 36), Lot(200, 40), NO_LOT), amount_yen=1_000, use_points=150)
    assert (figures.earn, figures.redeem, figures.discount_yen, figures.due_yen) == (8, 150, 150, 850)
    assert figures.lots == (Lot(80, 40), Lot(8, 46), NO_LOT)
    assert figures.deltas == ((36, -30), (40, -120), (46, 8))


def test_the_whole_amount_earns_when_the_shop_says_so():
    programme = Programme(earn_on_paid_part=False)
    assert priced((Lot(500, 40), NO_LOT, NO_LOT), 1_000, 150, programme).earn == 10


def test_lapsed_lots_go_and_are_counted():
    figures = priced((Lot(70, 33), Lot(5, 34), Lot(1, 0)), amount_yen=100)
    assert figures.expired == 70
    assert figures.lots == (Lot(5, 34), Lot(1, 46), Lot(1, 0))
    assert figures.deltas == ((33, -70), (46, 1))


def test_a_joined_lot_is_told_as_a_move_between_months():
    figures = priced((Lot(1, 43), Lot(2, 44), Lot(3, 45)), amount_yen=500)
    assert figures.lots == (Lot(1, 43), Lot(2, 44), Lot(8, 46))
    assert figures.deltas == ((45, -3), (46, 8))


@pytest.mark.parametrize(("months", "month"), [(0, 0), (1, 35), (12, 46), (120, 154)])
def test_when_new_points_lapse(months, month):
    assert expiry_month(Programme(expiry_months=months), DAY) == month


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"amount_yen": -1}, "input.amount"),
        ({"amount_yen": YEN_MAX + 1}, "input.amount"),
        ({"amount_yen": 100, "use_points": 1}, "points.too_few"),
        ({"amount_yen": 100, "use_points": -1}, "points.negative"),
        ({"amount_yen": 100, "use_points": 101, "lots": (Lot(500, 0), NO_LOT, NO_LOT)}, "points.more_than_amount"),
        ({"amount_yen": 100, "lots": (Lot(POINTS_MAX, 46), NO_LOT, NO_LOT)}, "points.card_full"),
        (
            {"amount_yen": 262_144, "programme": Programme(earn=EarnRule(EarnBasis.RATE, 1, 1))},
            "points.earn_above_card",
        ),
        ({"amount_yen": 100, "use_points": 50, "lots": (Lot(50, 33), NO_LOT, NO_LOT)}, "points.too_few"),  # lapsed
    ],
)
def test_what_is_refused(figures, code):
    refused = priced(**figures)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert code in TEXTS
    TEXTS[code].text.format_map(refused.facts)
    TEXTS[code].remedy.format_map(refused.facts)


def test_the_edges_of_one_visit_are_allowed():
    one_to_one = Programme(earn=EarnRule(EarnBasis.RATE, 1, 1))
    assert priced(amount_yen=EARN_MAX, programme=one_to_one).earn == EARN_MAX
    assert priced(amount_yen=YEN_MAX).earn == 99_999
    assert priced((Lot(100, 0), NO_LOT, NO_LOT), amount_yen=100, use_points=100).due_yen == 0


lot = st.builds(Lot, st.integers(0, 5_000), st.just(0) | st.integers(30, 60))
three_lots = st.tuples(lot, lot, lot)
amounts = st.integers(0, 20_000)
units = st.sampled_from([1, 10, 100])
programmes = st.builds(
    Programme,
    earn=st.builds(
        EarnRule,
        st.sampled_from(EarnBasis),
        st.sampled_from([1, 3, 100, 1_000]),
        st.integers(0, 10),
        st.sampled_from(Rounding),
    ),
    earn_on_paid_part=st.booleans(),
    redeem=st.builds(RedeemRule, units, st.integers(1, 200), st.integers(0, 300), st.integers(300, 5_000)),
    expiry_months=st.integers(0, 24),
    offline=st.builds(OfflineLimits, st.integers(0, 4_000), st.integers(0, 8_000), st.integers(0, 127)),
)
counters = st.tuples(st.integers(0, 8_000), st.integers(0, 127))


@given(programmes, three_lots, counters, amounts, st.integers(-10, 6_000), st.booleans())
def test_no_point_comes_from_nowhere_or_gets_lost(programme, lots, counted, amount_yen, use_points, online):
    validate_programme(programme)
    figures = price(programme, lots, *counted, amount_yen, use_points, DAY, online)
    if isinstance(figures, Refused):
        assert use_points
        return
    before, after = (sum(one.points for one in some) for some in (lots, figures.lots))
    assert after == before + figures.earn - figures.redeem - figures.expired
    assert sum(change for _, change in figures.deltas) == figures.earn - figures.redeem - figures.expired
    assert figures.expired == before - live_balance(lots, DAY)
    assert figures.due_yen == amount_yen - figures.discount_yen >= 0
    held = [one for one in figures.lots if one != NO_LOT]
    assert figures.lots == (*held, *[NO_LOT] * (3 - len(held)))
    assert all(0 < one.points <= POINTS_MAX and (one.month == 0 or one.month >= card_month(DAY)) for one in held)


@given(programmes, three_lots, counters, amounts, st.booleans())
def test_the_use_all_key_never_asks_too_much_nor_too_little(programme, lots, counted, amount_yen, online):
    most = usable_points(programme, lots, *counted, amount_yen, DAY, online)
    assert isinstance(price(programme, lots, *counted, amount_yen, most, DAY, online), Priced)
    unit = programme.redeem.unit_points
    for more in range((most // unit + 1) * unit, (most // unit + 40) * unit, unit):
        assert isinstance(price(programme, lots, *counted, amount_yen, more, DAY, online), Refused)


def test_nothing_is_usable_for_an_impossible_amount():
    assert usable_points(Programme(), (Lot(100, 0), NO_LOT, NO_LOT), 0, 0, -1, DAY) == 0
