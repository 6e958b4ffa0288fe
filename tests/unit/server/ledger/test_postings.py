"""Splitting a visit into postings: exact in every lot and every kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ledger.models import REFUND, SALE
from server.ledger.postings import (
    CARRY,
    EARN,
    EXPIRE,
    GIVE_BACK,
    LAPSE,
    MOVE,
    REDEEM,
    TAKE_BACK,
    Line,
    Posting,
    difference,
    earned_lots,
    lapsed,
    postings,
)

P = Posting


@pytest.mark.parametrize(
    ("figures", "lots", "expected"),
    [
        ((10, 0, 0), ((36, 10),), (P(EARN, 36, 10),)),
        ((0, 0, 0), (), ()),
        ((0, 30, 0), ((30, -30),), (P(REDEEM, 30, -30),)),
        ((5, 30, 0), ((30, -20), (36, -5)), (P(EARN, 36, 5), P(REDEEM, 30, -20), P(REDEEM, 36, -10))),
        ((0, 0, 7), ((20, -7),), (P(EXPIRE, 20, -7),)),
        ((3, 4, 7), ((20, -7), (30, -4), (36, 3)), (P(EARN, 36, 3), P(EXPIRE, 20, -7), P(REDEEM, 30, -4))),
        ((5, 5, 0), (), (P(EARN, 0, 5), P(REDEEM, 0, -5))),
        ((5, 5, 0), ((36, 0),), (P(EARN, 36, 5), P(REDEEM, 36, -5))),
        ((8, 0, 0), ((0, 8),), (P(EARN, 0, 8),)),
        ((2, 0, 0), ((30, -9), (31, 9), (36, 2)), (P(EARN, 36, 2), P(MOVE, 30, -9), P(MOVE, 31, 9))),
    ],
)
def test_each_change_is_told_by_kind_and_lot(
    figures: tuple[int, int, int], lots: tuple[tuple[int, int], ...], expected: tuple[Posting, ...]
) -> None:
    assert postings(SALE, *figures, lots) == expected


def test_the_lot_that_never_lapses_is_used_last() -> None:
    assert postings(SALE, 0, 10, 0, ((0, -4), (36, -6))) == (P(REDEEM, 36, -6), P(REDEEM, 0, -4))


points = st.integers(0, 300)
changes = st.dictionaries(st.integers(0, 60), st.integers(-300, 300), max_size=5)


@given(st.booleans(), points, points, changes)
def test_whatever_the_figures_every_sum_is_kept(refund: bool, earn: int, redeem: int, lots: dict[int, int]) -> None:
    expired = earn - redeem - sum(lots.values())
    if expired < 0:
        earn, expired = earn - expired, 0
    made = postings(REFUND if refund else SALE, earn, redeem, expired, tuple(lots.items()))
    gave, took = (GIVE_BACK, TAKE_BACK) if refund else (EARN, REDEEM)
    by_kind = {kind: sum(one.points for one in made if one.kind == kind) for kind in (gave, took, EXPIRE, MOVE)}
    assert by_kind == {gave: earn, took: -redeem, EXPIRE: -expired, MOVE: 0}
    for month in {*lots, *(one.month for one in made)}:
        assert sum(one.points for one in made if one.month == month) == lots.get(month, 0)
    assert len({(one.kind, one.month) for one in made}) == len(made)


@pytest.mark.parametrize(
    ("figures", "lots", "expected"),
    [
        ((0, 10, 0), ((36, -10),), (P(TAKE_BACK, 36, -10),)),
        ((30, 0, 0), ((30, 20), (36, 10)), (P(GIVE_BACK, 36, 10), P(GIVE_BACK, 30, 20))),
        ((30, 5, 0), ((30, 20), (36, 5)), (P(GIVE_BACK, 36, 5 + 5), P(GIVE_BACK, 30, 20), P(TAKE_BACK, 36, -5))),
        ((4, 0, 6), ((20, -6), (30, 4)), (P(GIVE_BACK, 30, 4), P(EXPIRE, 20, -6))),
    ],
)
def test_a_refund_gives_back_to_the_lots_that_grew(
    figures: tuple[int, int, int], lots: tuple[tuple[int, int], ...], expected: tuple[Posting, ...]
) -> None:
    made = postings(REFUND, *figures, lots)
    assert {(one.kind, one.month): one.points for one in made} == {
        (one.kind, one.month): one.points for one in expected
    }


def test_what_is_promised_leaves_out_what_only_a_written_card_has_seen() -> None:
    assert earned_lots(SALE, 4, 0, 7, ((20, -7), (30, -9), (31, 9), (36, 4))) == ((36, 4),)


@pytest.mark.parametrize(
    ("lots", "settled", "expected"),
    [
        (((36, 10),), 35, ()),
        (((36, 10),), 36, (P(LAPSE, 36, -10),)),
        (((0, 10),), 36, ()),  # never
        (((36, -10), (40, 10)), 36, (P(CARRY, 36, 10), P(CARRY, 37, -10))),
        (((36, -10), (40, 10)), 40, (P(CARRY, 36, 10), P(CARRY, 40, -10))),
        (((36, -10), (40, 14)), 40, (P(CARRY, 36, 10), P(CARRY, 40, -10), P(LAPSE, 40, -4))),
        (((36, -10), (40, 4)), 40, (P(CARRY, 36, 10), P(CARRY, 40, -4), P(CARRY, 41, -6))),
    ],
)
def test_a_debt_is_carried_on_before_anything_lapses(
    lots: tuple[tuple[int, int], ...], settled: int, expected: tuple[Posting, ...]
) -> None:
    assert lapsed(lots, settled) == expected


@given(st.dictionaries(st.integers(0, 60), st.integers(-300, 300), max_size=8), st.integers(0, 60))
def test_settled_months_come_to_nothing_and_no_more_lapses_than_is_there(lots: dict[int, int], settled: int) -> None:
    made = lapsed(lots.items(), settled)
    after = dict(lots)
    for one in made:
        after[one.month] = after.get(one.month, 0) + one.points
    assert all(not points for month, points in after.items() if 0 < month <= settled)
    assert sum(one.points for one in made if one.kind == CARRY) == 0
    over = sum(points for month, points in lots.items() if 0 < month <= settled)
    gone = -sum(one.points for one in made if one.kind == LAPSE)
    assert gone >= max(over, 0)
    assert sum(after.values()) == sum(lots.values()) - gone


def line(kind: str, month: int, points: int) -> Line:
    return Line(f"v/{kind}/{month}", kind, "ISSUE", month, points, "v")


def test_only_the_missing_part_is_posted_under_the_next_version() -> None:
    posted = {one.cause: (one, version) for one, version in ((line(EARN, 36, 10), 1), (line(REDEEM, 30, -5), 2))}
    assert difference((line(EARN, 36, 12),), posted) == ((line(EARN, 36, 2), 2), (line(REDEEM, 30, 5), 3))


def test_what_is_posted_already_needs_nothing() -> None:
    posted = {line(EARN, 36, 10).cause: (line(EARN, 36, 10), 1)}
    assert difference((line(EARN, 36, 10),), posted) == ()
    assert difference((), {}) == ()
