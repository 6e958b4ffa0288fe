"""The rows of a reason: what they may be, and that they fit an INTENT."""

from __future__ import annotations

import msgspec
import pytest

from shared.points.bounds import PROMOTION_ID_MAX
from shared.points.why import (
    BASE,
    FIGURE_MAX,
    GIFT,
    GIFTS_MAX,
    LANE,
    PLUS,
    PLUS_MAX,
    ROWS_MAX,
    SEEN,
    TIMES,
    TIMES_MAX,
    gifts_of,
    is_sound,
    rules_of,
)

WHY = ((SEEN, 600, 9, 0, -1), (BASE, 3, 1_000, 10), (TIMES, 7, 20), (LANE, 20), (PLUS, 0, 5), (PLUS, 7, 5), (GIFT, 8))


@pytest.mark.parametrize(
    ("why", "sound"),
    [
        ((), True),
        (WHY, True),
        (((99, 1, 2),), True),  # of newer software
        (((BASE, 1),), False),
        (((-1, 0),), False),
        (((99,),), False),
        (((99, *range(8)),), False),
        (((LANE, FIGURE_MAX),), True),
        (((LANE, FIGURE_MAX + 1),), False),
        (((LANE, -2),), False),
        (((LANE, 1),) * ROWS_MAX, True),
        (((LANE, 1),) * (ROWS_MAX + 1), False),
    ],
)
def test_what_rows_may_be(why, sound):
    assert is_sound(why) is sound


def test_which_rules_and_gifts_they_name():
    assert (rules_of(WHY), gifts_of(WHY)) == ((3, 7, 8), (8,))


def test_the_longest_fits_beside_an_intent():
    longest = [(SEEN, 1_439, 999_999, 262_143, 6), (BASE, PROMOTION_ID_MAX, 9_999_999, 262_143), (LANE, 262_143)]
    longest += [(TIMES, PROMOTION_ID_MAX, 1_000)] * TIMES_MAX + [(PLUS, PROMOTION_ID_MAX, 262_143)] * PLUS_MAX
    longest += [(GIFT, PROMOTION_ID_MAX)] * GIFTS_MAX + [(5, 262_143, 262_143), (6, 262_143, 262_143)]
    assert len(longest) <= ROWS_MAX
    assert len(msgspec.json.encode(longest)) <= 600
