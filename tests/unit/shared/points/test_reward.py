"""How far it is to the next reward."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.points.earn import points_for
from shared.points.program import EarnBasis, EarnRule, Kind, Programme, RedeemRule
from shared.points.redeem import discount_yen
from shared.points.reward import NextReward, next_reward
from shared.units import POINTS_MAX, YEN_MAX, Rounding

FIFTY = RedeemRule(50, 100, 50, 500)  # 50 points buy 100 yen, 500 at most
HUNDRED_UP = RedeemRule(1, 1, 100, 100_000)  # any number from 100


@pytest.mark.parametrize(
    ("rule", "balance", "reward"),
    [
        (FIFTY, 0, NextReward(50, 50, 100, 5_000)),
        (FIFTY, 49, NextReward(1, 50, 100, 100)),
        (FIFTY, 50, NextReward(50, 100, 200, 5_000)),
        (FIFTY, 499, NextReward(1, 500, 1_000, 100)),
        (FIFTY, 500, None),  # no visit uses more
        (HUNDRED_UP, 99, NextReward(1, 100, 100, 100)),
        (HUNDRED_UP, 100, None),  # every point buys something
        (RedeemRule(30, 30, 100, 1_000), 0, NextReward(120, 120, 120, 12_000)),  # whole units only
        (RedeemRule(), 0, NextReward(1, 1, 1, 100)),
        (RedeemRule(), 1, None),
        (RedeemRule(1000, 500, 0, 262_143), 262_143, None),
    ],
)
def test_the_next_step_at_which_points_buy_something(rule, balance, reward):
    assert next_reward(Programme(redeem=rule), balance) == reward


@pytest.mark.parametrize(
    ("earn", "spend_yen"),
    [
        (EarnRule(EarnBasis.UNIT, 100, 3), 1_700),
        (EarnRule(EarnBasis.UNIT, 100, 3, Rounding.CEIL), 1_601),
        (EarnRule(EarnBasis.UNIT, 100, 3, Rounding.HALF_UP), 1_650),
        (EarnRule(EarnBasis.RATE, 1_000, 25), 2_000),
        (EarnRule(EarnBasis.RATE, YEN_MAX, 1), 0),
        (EarnRule(EarnBasis.UNIT, 100, 0), 0),  # nothing is earned
    ],
)
def test_the_smallest_sale_that_earns_it(earn, spend_yen):
    reward = next_reward(Programme(earn=earn, redeem=FIFTY), 0)
    assert reward is not None
    assert reward.spend_yen == spend_yen


rules = st.builds(
    RedeemRule, st.integers(1, 2_000), st.integers(1, 2_000), st.integers(0, 3_000), st.integers(3_000, 100_000)
)
earning = st.builds(
    EarnRule, st.sampled_from(EarnBasis), st.integers(1, 5_000), st.integers(0, 500), st.sampled_from(Rounding)
)


@given(rules, earning, st.integers(0, POINTS_MAX))
def test_the_reward_is_one_and_the_sale_that_reaches_it_is_the_smallest(rule, earn, balance):
    reward = next_reward(Programme(earn=earn, redeem=rule), balance)
    if reward is None:
        return
    assert reward.points > 0
    assert reward.at_points == balance + reward.points
    assert reward.at_points % rule.unit_points == 0
    assert rule.points_min <= reward.at_points <= rule.points_max
    assert reward.reward_yen == discount_yen(rule, reward.at_points)
    if reward.spend_yen:
        assert points_for(earn, reward.spend_yen) >= reward.points > points_for(earn, reward.spend_yen - 1)
    else:
        assert points_for(earn, YEN_MAX) < reward.points


def test_stamps_are_a_visit_away_or_more():
    stamps = Programme(redeem=RedeemRule(10, 500, 10, 10), kind=Kind.VISITS, stamp_from_yen=300)
    assert next_reward(stamps, 9) == NextReward(1, 10, 500, 300)
    assert next_reward(stamps, 8) == NextReward(2, 10, 500, 0)
    assert next_reward(Programme(kind=Kind.HISTORY), 5) is None


def test_the_price_before_tax_takes_a_larger_sale():
    programme = Programme(redeem=RedeemRule(10, 10, 10, 100))
    assert next_reward(programme, 0, lambda yen: yen - yen * 10 // 110) == NextReward(10, 10, 10, 1_099)
