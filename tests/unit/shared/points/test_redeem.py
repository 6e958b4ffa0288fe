"""Every limit on using points, at its edge."""

from __future__ import annotations

import pytest

from shared.errors import Refused
from shared.points.offline import Barred, Offline
from shared.points.program import OFF_RED_MAX, REDEEM_MAX, OfflineLimits, Programme, RedeemRule
from shared.points.redeem import Purse, discount_yen, most_usable, refuse

HUNDREDS = Programme(redeem=RedeemRule(unit_points=100, unit_yen=50, points_min=200, points_max=1_000))
WIDE = OfflineLimits(redeem_per_visit=REDEEM_MAX, redeem_since_online=OFF_RED_MAX, visits_since_online=127)
TODAY = Offline(OfflineLimits(), redeemed_today=99_600)
ASK = Offline(OfflineLimits(), barred=Barred("points.sync_old", {"days": 31}))
NEVER = Offline(OfflineLimits(), barred=Barred("points.key_withdrawn", online_too=True))


def purse(balance=5_000, amount_yen=10_000, off_red=0, off_cnt=0, online=False, offline=None) -> Purse:
    return Purse(balance, amount_yen, off_red, off_cnt, online, offline)


@pytest.mark.parametrize(("points", "yen"), [(0, 0), (99, 0), (100, 50), (250, 100), (1_000, 500)])
def test_whole_units_are_worth_their_yen(points, yen):
    assert discount_yen(HUNDREDS.redeem, points) == yen


@pytest.mark.parametrize(
    ("programme", "given", "points", "refused"),
    [
        (Programme(), purse(), -1, Refused("points.negative")),
        (Programme(), purse(balance=0), 0, None),
        (Programme(), purse(balance=99), 99, None),
        (Programme(), purse(balance=99), 100, Refused("points.too_few", {"needed": 1, "balance": 99})),
        (HUNDREDS, purse(), 200, None),
        (HUNDREDS, purse(), 199, Refused("points.below_minimum", {"minimum": 200})),
        (HUNDREDS, purse(), 250, Refused("points.not_a_unit", {"unit": 100, "lower": 200})),
        (HUNDREDS, purse(), 1_000, None),
        (HUNDREDS, purse(), 1_100, Refused("points.above_maximum", {"maximum": 1_000, "visits": 0})),
        (HUNDREDS, purse(amount_yen=100), 200, None),
        (HUNDREDS, purse(amount_yen=149), 300, Refused("points.more_than_amount", {"maximum": 200, "visits": 0})),
        (HUNDREDS, purse(amount_yen=99), 200, Refused("points.more_than_amount", {"maximum": 0, "visits": 0})),
        (Programme(), purse(), 3_000, None),
        (Programme(), purse(), 3_001, Refused("points.offline_limit", {"maximum": 3_000, "visits": 0})),
        (Programme(), purse(online=True), 3_001, None),
        (Programme(), purse(off_red=4_000), 1_000, None),
        (Programme(), purse(off_red=4_000), 1_001, Refused("points.offline_limit", {"maximum": 1_000, "visits": 0})),
        (Programme(), purse(off_red=9_000), 1, Refused("points.offline_limit", {"maximum": 0, "visits": 0})),
        (Programme(), purse(off_cnt=9), 1, None),
        (Programme(), purse(off_cnt=10), 1, Refused("points.offline_visits", {"maximum": 0, "visits": 10})),
        (Programme(), purse(off_cnt=10, online=True), 1, None),
        (Programme(), purse(offline=TODAY), 400, None),
        (Programme(), purse(offline=TODAY), 401, Refused("points.offline_day", {"maximum": 400, "visits": 0})),
        (Programme(), purse(offline=TODAY, online=True), 401, None),
        (Programme(), purse(offline=ASK), 1, Refused("points.sync_old", {"maximum": 0, "visits": 0, "days": 31})),
        (Programme(), purse(offline=ASK, online=True), 1, None),
        (
            Programme(),
            purse(offline=NEVER, online=True),
            1,
            Refused("points.key_withdrawn", {"maximum": 0, "visits": 0}),
        ),
        (
            Programme(offline=WIDE),
            purse(off_red=OFF_RED_MAX - 1),
            2,
            Refused("points.offline_limit", {"maximum": 1, "visits": 0}),
        ),
    ],
)
def test_limits_at_their_edges(programme, given, points, refused):
    assert refuse(programme, given, points) == refused


@pytest.mark.parametrize(
    ("programme", "given", "points"),
    [
        (Programme(), purse(balance=120), 120),
        (Programme(), purse(amount_yen=80), 80),
        (Programme(), purse(balance=0), 0),
        (Programme(), purse(), 3_000),
        (Programme(), purse(online=True), 5_000),
        (HUNDREDS, purse(), 1_000),
        (HUNDREDS, purse(balance=250), 200),
        (HUNDREDS, purse(balance=199), 0),
        (HUNDREDS, purse(amount_yen=149), 200),
        (HUNDREDS, purse(amount_yen=99), 0),
        (Programme(), purse(off_cnt=100), 0),
    ],
)
def test_the_most_that_may_be_used(programme, given, points):
    assert most_usable(programme, given) == points
