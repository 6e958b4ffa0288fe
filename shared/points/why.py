"""Why a visit earned what it earned, as rows of integers that travel in its INTENT: rule ids, inputs and arithmetic.

No rows: the ordinary rule alone, which amount, discount and the programme's version say already. Codes are never moved.
"""

from __future__ import annotations

from collections.abc import Iterator

Row = tuple[int, ...]
Why = tuple[Row, ...]

SEEN = 0  # (0, minute of the day, visits before, points of the day before, place of the rank): what was known, -1 = not
BASE = 1  # (1, promotion or 0, yen that count, points)
TIMES = 2  # (2, promotion, tenths): one for each multiple that counts
LANE = 3  # (3, points after the multiples)
PLUS = 4  # (4, promotion, points); promotion 0: several small ones that had no room of their own
VISIT_CAP = 5  # (5, cap, points left)
DAY_CAP = 6  # (6, cap, points left)
GIFT = 7  # (7, promotion)
RAIN = 8  # (8, 1 or 0): whether the day counted as rainy; only where a promotion asks for it

LENGTHS = {SEEN: 5, BASE: 4, TIMES: 3, LANE: 2, PLUS: 3, VISIT_CAP: 3, DAY_CAP: 3, GIFT: 2, RAIN: 2}
TIMES_MAX = PLUS_MAX = 12  # rows of either kind
GIFTS_MAX = 4
ROWS_MAX = 5 + TIMES_MAX + 1 + PLUS_MAX + GIFTS_MAX  # 34 rows are 600 bytes at most, of an INTENT's 2,000
FIGURE_MAX = 99_999_999  # eight digits: above every figure that can stand in a row


def is_sound(why: Why) -> bool:
    """Whether whatever came from outside can be rows of this kind. Kinds of newer software pass, within the limits."""
    return len(why) <= ROWS_MAX and all(
        2 <= len(row) <= 8
        and row[0] >= 0
        and LENGTHS.get(row[0], len(row)) == len(row)
        and all(-1 <= figure <= FIGURE_MAX for figure in row)
        for row in why
    )


def rows_of(why: Why, code: int) -> Iterator[Row]:
    return (row for row in why if row[0] == code)


def rules_of(why: Why) -> tuple[int, ...]:
    """The promotions that had a part in it, in order; without repetition."""
    named = (row[1] for row in why if row[0] in (BASE, TIMES, PLUS, GIFT) and row[1])
    return tuple(dict.fromkeys(named))


def gifts_of(why: Why) -> tuple[int, ...]:
    """The promotions whose gift is to be handed over at the next visit."""
    return tuple(row[1] for row in rows_of(why, GIFT))
