"""Divisions name their rounding; figures are grouped."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.units import Rounding, divide, format_number


@pytest.mark.parametrize(
    ("numerator", "denominator", "floor", "half_up", "ceil"),
    [
        (0, 100, 0, 0, 0),
        (1, 100, 0, 0, 1),
        (49, 100, 0, 0, 1),
        (50, 100, 0, 1, 1),
        (51, 100, 0, 1, 1),
        (99, 100, 0, 1, 1),
        (100, 100, 1, 1, 1),
        (900, 100, 9, 9, 9),
        (950, 100, 9, 10, 10),
        (900, 1000, 0, 1, 1),
        (1, 3, 0, 0, 1),
        (2, 3, 0, 1, 1),
        (5, 1, 5, 5, 5),
    ],
)
def test_the_three_roundings(numerator, denominator, floor, half_up, ceil):
    assert divide(numerator, denominator, Rounding.FLOOR) == floor
    assert divide(numerator, denominator, Rounding.HALF_UP) == half_up
    assert divide(numerator, denominator, Rounding.CEIL) == ceil


@given(st.integers(0, 10**12), st.integers(1, 10**7))
def test_every_rounding_is_the_nearest_on_its_side(numerator, denominator):
    exact = Fraction(numerator, denominator)
    floor, half_up, ceil = (divide(numerator, denominator, rounding) for rounding in Rounding)
    assert floor <= exact < floor + 1
    assert ceil - 1 < exact <= ceil
    assert abs(exact - half_up) <= Fraction(1, 2)
    assert floor <= half_up <= ceil


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 1), (1, 0), (1, -1)])
def test_a_division_without_meaning_is_a_bug(numerator, denominator):
    with pytest.raises(ValueError, match="numerator"):
        divide(numerator, denominator, Rounding.FLOOR)


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999, "999"), (12480, "12,480"), (-500, "-500")])
def test_thousands_are_separated(value, text):
    assert format_number(value) == text
