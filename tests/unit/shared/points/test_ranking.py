"""Ranks: up at once, down only at an evaluation after a grace; edges at -1, 0, +1."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.points.ranking import (
    Held,
    Rank,
    RankRule,
    earned_place,
    evaluated,
    evaluation_days,
    months_later,
    place,
    raised,
    to_next,
    window,
)

RULE = RankRule(ranks=(Rank("銀", 10_000), Rank("金", 50_000)), grace_months=3)
DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("figure", "at"), [(0, -1), (9_999, -1), (10_000, 0), (10_001, 0), (49_999, 0), (50_000, 1), (50_001, 1)]
)
def test_the_edges_of_each_rank(figure, at):
    assert earned_place(RULE, figure) == at


@pytest.mark.parametrize(
    ("held", "figure", "after"),
    [
        (Held(), 9_999, Held()),
        (Held(), 10_000, Held("銀", "2026-11-21")),
        (Held("銀", "2026-01-01"), 50_000, Held("金", "2026-11-21")),
        (Held("金", "2026-01-01"), 0, Held("金", "2026-01-01")),  # never down
        (Held("金", "2026-01-01", "2026-04-01"), 50_000, Held("金", "2026-01-01")),  # the grace is over
        (Held("金", "2026-01-01", "2026-04-01"), 49_999, Held("金", "2026-01-01", "2026-04-01")),
    ],
)
def test_a_visit_raises_at_once(held, figure, after):
    assert raised(RULE, held, figure, DAY) == after


@pytest.mark.parametrize(
    ("held", "figure", "day", "after"),
    [
        (Held("金", "2025-01-01"), 49_999, "2026-04-01", Held("金", "2025-01-01", "2026-04-01")),
        (Held("金", "2025-01-01", "2026-04-01"), 49_999, "2026-06-30", Held("金", "2025-01-01", "2026-04-01")),
        (Held("金", "2025-01-01", "2026-04-01"), 49_999, "2026-07-01", Held("銀", "2026-07-01")),
        (Held("金", "2025-01-01", "2026-04-01"), 9_999, "2027-04-01", Held("", "2027-04-01")),
        (Held("金", "2025-01-01", "2026-04-01"), 50_000, "2027-04-01", Held("金", "2025-01-01")),
        (Held("銅", "2025-01-01"), 10_000, "2026-04-01", Held("銀", "2026-04-01")),  # a rank that is no more
        (Held("銅", "2025-01-01"), 0, "2026-04-01", Held("", "2026-04-01")),
    ],
)
def test_an_evaluation_warns_first_and_takes_down_after_the_grace(held, figure, day, after):
    assert evaluated(RULE, held, figure, date.fromisoformat(day)) == after


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_visit_never_lowers_a_rank(before, after):
    held = raised(RULE, Held(), before, DAY)
    assert place(RULE, raised(RULE, held, after, DAY).name) >= place(RULE, held.name)


@pytest.mark.parametrize(
    ("name", "figure", "following"),
    [
        ("", 0, ("銀", 10_000)),
        ("銀", 20_000, ("金", 30_000)),
        ("金", 0, None),
        ("", 60_000, None),
        ("", 20_000, ("金", 30_000)),
    ],
)
def test_how_far_it_is_to_the_next(name, figure, following):
    found = to_next(RULE, name, figure)
    assert (found and (found[0].name, found[1])) == following


def test_evaluations_of_a_year():
    quarterly = RankRule(evaluation_month=2, evaluations=4)
    days = evaluation_days(quarterly, date(2026, 2, 1), date(2027, 2, 1))
    assert [day.isoformat() for day in days] == ["2026-05-01", "2026-08-01", "2026-11-01", "2027-02-01"]


def test_the_window_ends_today_and_begins_after_the_same_day():
    assert window(RankRule(months=12), DAY) == (date(2025, 11, 22), DAY)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-15", 12, "2027-12-15"),
    ],
)
def test_the_same_day_of_a_later_month(day, months, later):
    assert months_later(date.fromisoformat(day), months).isoformat() == later
