"""The longer head office was silent, the less may be redeemed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import TEXTS
from shared.points.offline import DAY_MS, HOUR_MS, Barred, aged, is_near
from shared.points.program import OfflineLimits

NOW = 1_795_000_000_000
WHOLE = OfflineLimits()


def limits(redeem: tuple[int, int, int, int]) -> OfflineLimits:
    return OfflineLimits(*redeem)


@pytest.mark.parametrize(
    ("age_ms", "wanted", "barred"),
    [
        (0, WHOLE, None),
        (24 * HOUR_MS, WHOLE, None),
        (24 * HOUR_MS + 1, limits((1_500, 2_500, 5, 50_000)), None),
        (7 * DAY_MS, limits((1_500, 2_500, 5, 50_000)), None),
        (7 * DAY_MS + 1, limits((750, 1_250, 2, 25_000)), None),
        (30 * DAY_MS, limits((750, 1_250, 2, 25_000)), None),
        (30 * DAY_MS + 1, WHOLE, Barred("points.sync_old", {"days": 30})),
        (400 * DAY_MS, WHOLE, Barred("points.sync_old", {"days": 400})),
        (-DAY_MS, WHOLE, None),  # the clock was set back after the sync
    ],
)
def test_limits_shrink_with_the_age_of_the_last_sync(age_ms, wanted, barred):
    assert aged(WHOLE, NOW - age_ms, NOW) == (wanted, barred)


def test_a_terminal_that_never_met_head_office_lets_nothing_be_used():
    assert aged(WHOLE, 0, NOW)[1] == Barred("points.never_synced")


@given(st.integers(0, 50 * 24), st.integers(0, 50 * 24))
def test_older_is_never_more(one, other):
    def usable(hours: int) -> int:
        left, barred = aged(WHOLE, NOW - hours * HOUR_MS, NOW)
        return 0 if barred else left.redeem_per_visit

    newer, older = sorted((one, other))
    assert usable(newer) >= usable(older)


@pytest.mark.parametrize(
    ("off_red", "off_cnt", "near"),
    [(0, 0, False), (2_499, 4, False), (2_500, 0, True), (0, 5, True), (9_999, 127, True)],
)
def test_half_of_the_limits_is_the_time_to_go_online(off_red, off_cnt, near):
    assert is_near(WHOLE, off_red, off_cnt) is near


def test_every_reason_has_words():
    for barred in (aged(WHOLE, 0, NOW)[1], aged(WHOLE, NOW - 31 * DAY_MS, NOW)[1]):
        TEXTS[barred.code].text.format_map(barred.facts)
