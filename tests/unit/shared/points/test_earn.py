"""What a sale earns, and the sentence that says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.locale import japanese
from shared.points.earn import Explanation, explain, explain_earn, points_for, texts_of
from shared.points.program import EarnBasis, EarnRule, Kind, Programme, Stacking
from shared.points.promotion import Benefits, Multiply, Promotion
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


def promotion(number, name, **gives):
    return Promotion(number, name, f"{name}！", benefits=Benefits(**gives))


RULES = Programme(
    promotions=(
        promotion(1, "誕生日", multiply=Multiply(20), gift="お花 1本"),
        promotion(2, "雨の日", points=50),
        promotion(3, "金の会員", rate=EarnRule(RATE, 100, 3)),
        promotion(4, "火曜", multiply=Multiply(15)),
    )
)  # fmt: skip
SEEN = (0, 600, 9, 0, -1)


@pytest.mark.parametrize(
    ("programme", "earn", "why", "sentence"),
    [
        (RULES, 30, ((1, 0, 1_500, 15), (2, 1, 20), (3, 30)), "1,500円 ÷ 100円 × 1点 × 2（誕生日） = 30点"),
        (
            RULES, 80, ((1, 0, 1_500, 15), (2, 1, 20), (3, 30), (4, 2, 50)),
            "1,500円 ÷ 100円 × 1点 × 2（誕生日） ＋ 50点（雨の日） = 80点",
        ),
        (RULES, 28, ((1, 3, 950, 28),), "950円 × 3%（金の会員） = 28点（切捨て）"),
        (
            RULES, 100, ((1, 0, 90_000, 900), (5, 100, 100)),
            "90,000円 ÷ 100円 × 1点 = 100点（1回の上限 100点）",
        ),
        (RULES, 0, ((1, 0, 900, 9), (6, 50, 0)), "900円 ÷ 100円 × 1点 = 0点（1日の上限 50点）"),
        (RULES, 19, ((1, 0, 900, 9), (4, 9, 10)), "900円 ÷ 100円 × 1点 ＋ 10点（特典9） = 19点"),
        (RULES, 19, ((1, 0, 900, 9), (4, 0, 10)), "900円 ÷ 100円 × 1点 ＋ 10点（ほかの特典） = 19点"),
        (
            Programme(stacking=Stacking.SUM, promotions=RULES.promotions), 37,
            ((1, 0, 1_500, 15), (2, 1, 20), (2, 4, 15), (3, 37)),
            "1,500円 ÷ 100円 × 1点 × 2.5（誕生日・火曜） = 37点",
        ),
        (
            Programme(stacking=Stacking.PRODUCT, promotions=RULES.promotions), 45,
            ((1, 0, 1_500, 15), (2, 1, 20), (2, 4, 15), (3, 45)),
            "1,500円 ÷ 100円 × 1点 × 3（誕生日・火曜） = 45点",
        ),
        (Programme(kind=Kind.VISITS), 1, (), "来店で 1点 = 1点"),
        (Programme(), 9, (), "900円 ÷ 100円 × 1点 = 9点"),
    ],
)  # fmt: skip
def test_what_promotions_did_reads_as_one_sentence(programme, earn, why, sentence):
    assert explain(programme, 900, earn, (SEEN, *why) if why else ()).text(japanese) == sentence


def test_what_is_printed_with_the_points():
    why = ((1, 0, 1_500, 15), (2, 1, 20), (3, 30), (4, 2, 50), (7, 1))
    assert texts_of(RULES, why, japanese) == ("誕生日！", "雨の日！", "次のご来店で「お花 1本」をお渡しします")
    assert texts_of(RULES, (), japanese) == ()
