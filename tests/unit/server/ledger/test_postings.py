"""Splitting a visit into postings: exact in every lot and every kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ledger.postings import EARN, EXPIRE, MOVE, REDEEM, Posting, difference, postings

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
    assert postings(*figures, lots) == expected


def test_the_lot_that_never_lapses_is_used_last() -> None:
    assert postings(0, 10, 0, ((0, -4), (36, -6))) == (P(REDEEM, 36, -6), P(REDEEM, 0, -4))


points = st.integers(0, 300)
changes = st.dictionaries(st.integers(0, 60), st.integers(-300, 300), max_size=5)


@given(points, points, changes)
def test_whatever_the_figures_every_sum_is_kept(earn: int, redeem: int, lots: dict[int, int]) -> None:
    expired = earn - redeem - sum(lots.values())
    if expired < 0:
        earn, expired = earn - expired, 0
    made = postings(earn, redeem, expired, tuple(lots.items()))
    by_kind = {kind: sum(one.points for one in made if one.kind == kind) for kind in (EARN, REDEEM, EXPIRE, MOVE)}
    assert by_kind == {EARN: earn, REDEEM: -redeem, EXPIRE: -expired, MOVE: 0}
    for month in {*lots, *(one.month for one in made)}:
        assert sum(one.points for one in made if one.month == month) == lots.get(month, 0)
    assert len({(one.kind, one.month) for one in made}) == len(made)


def test_only_the_missing_part_is_posted_under_the_next_version() -> None:
    posted = {(EARN, 36): (10, 1), (REDEEM, 30): (-5, 2)}
    assert difference((P(EARN, 36, 12),), posted) == ((P(EARN, 36, 2), 2), (P(REDEEM, 30, 5), 3))


def test_what_is_posted_already_needs_nothing() -> None:
    assert difference((P(EARN, 36, 10),), {(EARN, 36): (10, 1)}) == ()
    assert difference((), {}) == ()
