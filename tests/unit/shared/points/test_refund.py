"""A refund undoes a sale lot by lot, in one go or in parts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.card.image import NO_LOT, Lot
from shared.errors import TEXTS, Refused
from shared.points.lots import live, live_balance, padded
from shared.points.price import Priced, expiry_month, price
from shared.points.program import OfflineLimits, Programme, RedeemRule
from shared.points.refund import Refunded, Sale, refund

DAY = date(2026, 11, 21)  # card month 34; points of today lapse with 46
LATER = date(2027, 3, 1)  # card month 38
RULES = Programme()


def sold(held: tuple[Lot, ...], amount_yen: int, use: int = 0, programme: Programme = RULES) -> tuple[Sale, Priced]:
    figures = price(programme, held, 0, 0, amount_yen, use, DAY, online=True)
    assert isinstance(figures, Priced)
    earn_month = expiry_month(programme, DAY)
    sale = Sale(amount_yen, figures.discount_yen, figures.earn, figures.redeem, figures.deltas, DAY, earn_month)
    return sale, figures


def lots(*pairs: tuple[int, int]) -> tuple[Lot, ...]:
    return tuple(Lot(points, month) for points, month in pairs)


def test_a_whole_refund_gives_used_points_and_money_back_and_takes_earned_ones():
    sale, figures = sold(lots((30, 36), (200, 40)), 1_000, 150)
    back = refund(RULES, sale, figures.lots, 1_000, 0, DAY)
    assert (back.earn, back.redeem, back.discount_yen, back.due_yen, back.uncovered) == (150, 8, 150, 850, 0)
    assert back.lots == padded(lots((30, 36), (200, 40)))
    assert back.deltas == ((36, 30), (40, 120), (46, -8))


def test_half_of_it_gives_half_and_the_points_that_lapse_last_come_first():
    sale, figures = sold(lots((30, 36), (200, 40)), 1_000, 150)
    back = refund(RULES, sale, figures.lots, 500, 0, DAY)
    assert (back.earn, back.redeem, back.discount_yen, back.due_yen) == (75, 4, 75, 425)
    assert back.deltas == ((40, 75), (46, -4))
    rest = refund(RULES, sale, back.lots, 500, 500, DAY)
    assert rest.lots == padded(lots((30, 36), (200, 40)))


def test_points_whose_month_is_over_come_back_with_the_validity_of_new_ones():
    sale, figures = sold(lots((30, 36), (200, 40)), 1_000, 150)
    back = refund(RULES, sale, figures.lots, 1_000, 0, LATER)
    assert back.lots == padded(lots((200, 40), (30, 50)))


def test_points_that_are_spent_are_taken_from_what_is_there_and_the_rest_is_told():
    sale, _ = sold((), 90_000)
    back = refund(RULES, sale, lots((100, 40), (200, 46)), 90_000, 0, DAY)
    assert (back.redeem, back.uncovered, back.earn) == (300, 600, 0)
    assert back.lots == (NO_LOT, NO_LOT, NO_LOT)


def test_points_that_have_lapsed_with_their_month_are_not_taken():
    sale, _ = sold((), 90_000)
    back = refund(RULES, sale, lots((100, 60)), 90_000, 0, date(2028, 1, 1))
    assert (back.redeem, back.uncovered, back.lots) == (0, 0, padded(lots((100, 60))))


def test_lots_that_the_sale_joined_lie_apart_again():
    held = lots((1, 43), (2, 44), (3, 45))
    sale, figures = sold(held, 500)
    assert figures.lots == lots((1, 43), (2, 44), (8, 46))
    assert refund(RULES, sale, figures.lots, 500, 0, DAY).lots == held


def test_earned_points_that_were_joined_with_a_later_lot_are_found_there():
    held = lots((1, 43), (2, 47), (3, 48))
    sale, figures = sold(held, 500)
    assert figures.lots == lots((1, 43), (7, 47), (3, 48))
    assert refund(RULES, sale, figures.lots, 500, 0, DAY).lots == held


@pytest.mark.parametrize(("yen", "before"), [(0, 0), (-1, 0), (1_001, 0), (1, 1_000), (500, 600), (1, -5)])
def test_no_more_than_was_paid_for(yen, before):
    sale, figures = sold((), 1_000)
    refused = refund(RULES, sale, figures.lots, yen, before, DAY)
    assert isinstance(refused, Refused)
    TEXTS[refused.code].text.format_map(refused.facts)


def test_a_visit_without_a_purchase_has_nothing_to_refund():
    sale, figures = sold((), 0)
    assert isinstance(refund(RULES, sale, figures.lots, 1, 0, DAY), Refused)


live_month = st.just(0) | st.integers(34, 60)
held_lots = st.lists(st.builds(Lot, st.integers(1, 3_000), live_month), max_size=3, unique_by=lambda lot: lot.month)
programmes = st.builds(
    Programme,
    redeem=st.builds(RedeemRule, st.sampled_from([1, 10]), st.sampled_from([1, 5, 10]), st.just(0), st.just(100_000)),
    expiry_months=st.integers(0, 24),
    earn_on_paid_part=st.booleans(),
    offline=st.just(OfflineLimits()),
)


@st.composite
def sales(draw):
    programme = draw(programmes)
    held = tuple(draw(held_lots))
    use = draw(st.integers(0, 4_000)) // 10 * 10
    figures = price(programme, held, 0, 0, draw(st.integers(1, 30_000)), use, DAY, online=True)
    assume(isinstance(figures, Priced))
    return programme, held, *sold(held, figures.amount_yen, use, programme)


@given(sales())
def test_a_whole_refund_at_once_restores_every_lot(what):
    programme, held, sale, figures = what
    back = refund(programme, sale, figures.lots, sale.amount_yen, 0, DAY)
    assert back.lots == padded(live(held, DAY))
    assert (back.earn, back.redeem, back.uncovered) == (sale.redeem, sale.earn, 0)
    assert back.due_yen == sale.amount_yen - sale.discount_yen


@given(sales(), st.lists(st.integers(1, 30_000), min_size=1, max_size=5))
def test_parts_add_up_to_the_whole(what, cuts):
    programme, held, sale, figures = what
    ends = sorted({min(cut, sale.amount_yen) for cut in cuts} | {sale.amount_yen})
    on_card, parts, before = figures.lots, [], 0
    for end in ends:
        back = refund(programme, sale, on_card, end - before, before, DAY)
        assert isinstance(back, Refunded)
        assert sum(points for _, points in back.deltas) == back.earn - back.redeem - back.expired
        assert back.due_yen == back.amount_yen - back.discount_yen
        assert min(back.earn, back.redeem, back.uncovered, back.discount_yen) >= 0
        on_card, before = back.lots, end
        parts.append(back)
    whole = refund(programme, sale, figures.lots, sale.amount_yen, 0, DAY)
    for name in ("earn", "redeem", "discount_yen", "due_yen", "uncovered"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    assert sum(lot.points for lot in on_card) == live_balance(held, DAY)


@given(sales(), held_lots, st.integers(0, 40))
def test_whatever_is_on_the_card_by_then_nothing_falls_below_zero(what, now_held, months):
    programme, _, sale, _ = what
    day = date(2026 + (10 + months) // 12, (10 + months) % 12 + 1, 21)
    back = refund(programme, sale, now_held, sale.amount_yen, 0, day)
    assert isinstance(back, Refunded)
    before = sum(lot.points for lot in now_held)
    assert sum(lot.points for lot in back.lots) == before + back.earn - back.redeem - back.expired
    assert back.redeem + back.uncovered in (0, sale.earn)
    assert all(lot.points >= 0 for lot in back.lots)
