"""What a sale earns, and the sentence that says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.locale import japanese
from shared.points.earn import Explanation, explain_earn, points_for
from shared.points.program import EarnBasis, EarnRule, Programme
from shared.units import YEN_MAX, Rounding

UNIT, RATE = EarnBasis.UNIT, EarnBasis.RATE
FLOOR, HALF_UP, CEIL = Rounding.FLOOR, Rounding.HALF_UP, Rounding.CEIL


@pytest.mark.parametrize(
    ("rule", "yen", "points", "sentence"),
    [
        (EarnRule(UNIT, 100, 1), 900, 9, "900円 ÷ 100円 × 1点 = 9点"),
        (EarnRule(UNIT, 1_000, 10), 900, 0, "900円 ÷ 1,000円 × 10点 = 0点（切捨て）"),
        (EarnRule(UNIT, 1_000, 10, HALF_UP), 900, 10, "900円 ÷ 1,000円 × 10点 = 10点（四捨五入）"),
        (EarnRule(UNIT, 100, 3), 950, 27, "950円 ÷ 100円 × 3点 = 27点（切捨て）"),
        (EarnRule(UNIT, 100, 3, CEIL), 950, 30, "950円 ÷ 100円 × 3点 = 30点（切上げ）"),
        (EarnRule(RATE, 100, 3), 950, 28, "950円 × 3% = 28点（切捨て）"),
        (EarnRule(RATE, 100, 3, HALF_UP), 950, 29, "950円 × 3% = 29点（四捨五入）"),
        (EarnRule(RATE, 1_000, 25), 12_480, 312, "12,480円 × 2.5% = 312点"),
        (EarnRule(RATE, 10_000, 25), 10_000, 25, "10,000円 × 0.25% = 25点"),
        (EarnRule(RATE, 3, 1), 10, 3, "10円 × 1/3 = 3点（切捨て）"),
        (EarnRule(RATE, 100, 0), 950, 0, "950円 × 0% = 0点"),
        (EarnRule(UNIT, 100, 1), 0, 0, "0円 ÷ 100円 × 1点 = 0点"),
        (EarnRule(UNIT, 100, 1), 99, 0, "99円 ÷ 100円 × 1点 = 0点（切捨て）"),
        (EarnRule(UNIT, 100, 1), 100, 1, "100円 ÷ 100円 × 1点 = 1点"),
    ],
)
def test_points_and_their_sentence(rule, yen, points, sentence):
    assert points_for(rule, yen) == points
    assert Explanation(yen, rule, points).text(japanese) == sentence


def test_the_paid_part_or_the_whole_amount_earns():
    assert explain_earn(Programme(earn_on_paid_part=True), 1_000, 150) == Explanation(850, EarnRule(), 8)
    assert explain_earn(Programme(earn_on_paid_part=False), 1_000, 150) == Explanation(1_000, EarnRule(), 10)


rules = st.builds(
    EarnRule, st.sampled_from(EarnBasis), st.integers(1, 10_000), st.integers(0, 1_000), st.sampled_from(Rounding)
)


@given(rules, st.integers(0, YEN_MAX), st.integers(0, YEN_MAX))
def test_more_yen_never_earn_fewer_points(rule, one, other):
    less, more = sorted((one, other))
    assert points_for(rule, less) <= points_for(rule, more)


@given(rules, st.integers(0, YEN_MAX))
def test_a_rounding_is_named_exactly_when_there_was_a_fraction(rule, yen):
    earned = {
        points_for(EarnRule(rule.basis, rule.per_yen, max(rule.points, 1), rounding), yen) for rounding in Rounding
    }
    explained = Explanation(yen, EarnRule(rule.basis, rule.per_yen, max(rule.points, 1)), 0)
    assert explained.rounded is (len(earned) > 1)
