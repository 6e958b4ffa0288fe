"""What is owed to a card and what of it is sent."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ledger.books import SENT_MONTHS_MAX, to_send
from shared.points.derive import Lots

TODAY = date(2026, 11, 18)  # month 34


@pytest.mark.parametrize(
    ("owed", "sent"),
    [
        ((), ()),
        (((36, 10),), ((36, 10),)),
        (((36, -10),), ((36, -10),)),
        (((0, 10),), ((0, 10),)),
        (((33, 10),), ()),  # lapsed on its way
        (((33, 10), (36, 5)), ((36, 5),)),
        (((34, 10),), ((34, 10),)),  # lapses at the end of this month
        (((36, -10), (40, 10)), ()),  # only the months differ
        (((36, -10), (40, 30)), ((40, 20),)),
        (((36, 10), (40, 30), (44, -15)), ((40, 25),)),  # set off against the soonest
        (((36, -10), (40, -30), (44, 15)), ((40, -25),)),
        (((0, 10), (36, 10), (40, -5)), ((0, 10), (36, 5))),
    ],
)
def test_points_given_and_taken_are_set_off_and_lapsed_ones_stay_home(owed: Lots, sent: Lots) -> None:
    assert to_send(owed, TODAY) == sent


@given(st.dictionaries(st.integers(34, 200), st.integers(-5_000, 5_000).filter(bool), max_size=30))
def test_what_is_sent_has_one_sign_and_never_more_than_is_owed(owed: dict[int, int]) -> None:
    sent = to_send(tuple(sorted(owed.items())), TODAY)
    total = sum(owed.values())
    assert len(sent) <= SENT_MONTHS_MAX
    assert all(points * total > 0 for _, points in sent)
    assert abs(sum(points for _, points in sent)) <= abs(total)
    if len(owed) <= SENT_MONTHS_MAX:
        assert sum(points for _, points in sent) == total
