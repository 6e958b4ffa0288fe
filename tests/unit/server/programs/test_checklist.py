"""What blocks a start, and what is only a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.programs.checklist import MISSING, WARNING, check, missing
from shared.points.program import EarnRule, Kind, Programme, RedeemRule, Terms
from shared.points.promotion import Benefits, Promotion

TERMS = Terms(contact="03-1234-5678", expiry_words="12か月", use_words="100点から")
READY = Programme(name="こむぎポイント", terms=TERMS)


def test_rules_with_all_terms_may_start():
    assert missing(READY) == ()


@pytest.mark.parametrize(
    ("programme", "part"),
    [
        (replace(READY, name=" "), "basic"),
        (replace(READY, terms=replace(TERMS, contact="")), "terms"),
        (replace(READY, terms=replace(TERMS, expiry_words="")), "terms"),
        (replace(READY, terms=replace(TERMS, use_words="")), "terms"),
        (replace(READY, terms=replace(TERMS, own_use_only=False)), "terms"),
    ],
)
def test_a_missing_term_blocks(programme, part):
    assert [point.part for point in missing(programme)] == [part]


@pytest.mark.parametrize(("yen", "blocks"), [(1_999, False), (2_000, False), (2_001, True)])
def test_goods_in_exchange_stay_below_the_limit(yen, blocks):
    """100 points are spent for with 10,000 yen, of which a fifth may come back as goods."""
    terms = replace(TERMS, own_use_only=False, exchange_yen=yen, exchange_points=100)
    assert bool(missing(replace(READY, terms=terms))) is blocks


@pytest.mark.parametrize(("points", "own", "blocks"), [(200, False, False), (201, False, True), (201, True, False)])
def test_joining_points_are_a_premium_where_goods_can_be_had(points, own, blocks):
    terms = replace(TERMS, own_use_only=own, exchange_yen=100, exchange_points=100)
    joining = Promotion(1, "入会", benefits=Benefits(joining=points))
    assert bool(missing(replace(READY, terms=terms, promotions=(joining,)))) is blocks


def test_a_history_needs_no_words_about_points():
    assert missing(Programme(name="記録", kind=Kind.HISTORY, terms=Terms(contact="店"))) == ()


def test_a_reward_that_is_too_far_is_a_warning():
    far = replace(READY, earn=EarnRule(per_yen=1_000), redeem=RedeemRule(100, 100, 500, 500))
    states = {point.part: point.state for point in check(far)}
    assert states["use"] == WARNING
    assert MISSING not in states.values()
    assert any(point.state == WARNING for point in check(replace(READY, terms=replace(TERMS, notice_months=2))))
