"""Rules from head office are checked once, before they price anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.errors import TEXTS, EnishiError
from shared.points.program import EarnRule, OfflineLimits, Programme, RedeemRule, validate_programme


@pytest.mark.parametrize(
    "programme",
    [
        Programme(),
        Programme(earn=EarnRule(points=0)),  # points are only spent
        Programme(redeem=RedeemRule(500, 500, 500, 500)),
        Programme(expiry_months=0, day_start_minute=0, offline=OfflineLimits(0, 0, 0)),
        Programme(name="あ" * 60),
    ],
)
def test_sensible_rules_pass(programme):
    validate_programme(programme)


@pytest.mark.parametrize(
    ("programme", "field"),
    [
        (Programme(version=0), "version"),
        (Programme(name="あ" * 61), "name"),
        (Programme(earn=EarnRule(per_yen=0)), "earn.per_yen"),
        (Programme(earn=EarnRule(per_yen=-100)), "earn.per_yen"),
        (Programme(earn=EarnRule(points=-1)), "earn.points"),
        (Programme(redeem=RedeemRule(unit_points=0)), "redeem.unit_points"),
        (Programme(redeem=RedeemRule(unit_yen=0)), "redeem.unit_yen"),
        (Programme(redeem=RedeemRule(points_min=-1)), "redeem.points_min"),
        (Programme(redeem=RedeemRule(points_min=10, points_max=9)), "redeem.points_max"),
        (Programme(redeem=RedeemRule(points_max=262_144)), "redeem.points_max"),
        (Programme(redeem=RedeemRule(unit_points=500, points_max=499)), "redeem.points_max"),  # nothing could be used
        (Programme(redeem=RedeemRule(unit_points=500, points_min=501, points_max=999)), "redeem.points_max"),
        (Programme(expiry_months=-1), "expiry_months"),
        (Programme(expiry_months=121), "expiry_months"),
        (Programme(day_start_minute=1_440), "day_start_minute"),
        (Programme(offline=OfflineLimits(redeem_per_visit=-1)), "offline.redeem_per_visit"),
        (Programme(offline=OfflineLimits(redeem_since_online=131_072)), "offline.redeem_since_online"),
        (Programme(offline=OfflineLimits(visits_since_online=128)), "offline.visits_since_online"),
    ],
)
def test_nonsense_is_refused_with_its_field_and_bounds(programme, field):
    with pytest.raises(EnishiError, match=r"input\.programme") as caught:
        validate_programme(replace(programme))
    assert caught.value.facts["field"] == field
    TEXTS["input.programme"].text.format_map(caught.value.facts)
    TEXTS["input.programme"].remedy.format_map(caught.value.facts)
