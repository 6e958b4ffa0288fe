"""The business day begins at five in Japan; the card counts days and months from 2024-01."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import (
    CARD_DAY_MAX,
    CARD_MONTH_MAX,
    business_day,
    card_day,
    card_month,
    day_from_card,
    local_time,
    month_from_card,
)


def utc_ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("wall_ms", "start_minute", "day"),
    [
        (utc_ms(2026, 11, 20, 14, 59, 59), 0, date(2026, 11, 20)),  # 23:59:59 JST
        (utc_ms(2026, 11, 20, 15, 0, 0), 0, date(2026, 11, 21)),  # midnight JST
        (utc_ms(2026, 11, 20, 15, 0, 0), 300, date(2026, 11, 20)),
        (utc_ms(2026, 11, 20, 20, 0, 0) - 1, 300, date(2026, 11, 20)),  # one millisecond before 05:00 JST
        (utc_ms(2026, 11, 20, 20, 0, 0), 300, date(2026, 11, 21)),  # 05:00 JST
        (utc_ms(2026, 12, 31, 19, 59, 59), 300, date(2026, 12, 31)),  # New Year's night is still the old year
        (utc_ms(2026, 12, 31, 20, 0, 0), 300, date(2027, 1, 1)),
        (utc_ms(2028, 2, 29, 19, 59, 0), 300, date(2028, 2, 29)),
    ],
)
def test_the_night_belongs_to_the_day_before(wall_ms, start_minute, day):
    assert business_day(wall_ms, start_minute) == day


def test_local_time_is_nine_hours_ahead_of_utc():
    assert local_time(utc_ms(2026, 11, 20, 20, 0, 0)).isoformat() == "2026-11-21T05:00:00+09:00"


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2023, 12, 31), 0),
        (date(2024, 1, 1), 0),
        (date(2024, 1, 2), 1),
        (date(2024, 12, 31), 365),
        (date(2025, 1, 1), 366),
        (date(2068, 11, 9), CARD_DAY_MAX),
        (date(2068, 11, 10), CARD_DAY_MAX),
        (date(9999, 12, 31), CARD_DAY_MAX),
    ],
)
def test_days_count_from_2024_and_stay_inside_14_bits(day, number):
    assert card_day(day) == number


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2020, 5, 5), 0),
        (date(2024, 1, 31), 0),
        (date(2024, 2, 1), 1),
        (date(2024, 12, 31), 11),
        (date(2025, 1, 1), 12),
        (date(2027, 11, 30), 46),
        (date(2066, 8, 1), CARD_MONTH_MAX),
        (date(2066, 9, 1), CARD_MONTH_MAX),
    ],
)
def test_months_count_from_2024_01_and_stay_inside_9_bits(day, number):
    assert card_month(day) == number


@given(st.dates(date(2024, 1, 1), date(2066, 8, 31)))
def test_days_and_months_come_back(day):
    assert day_from_card(card_day(day)) == day
    assert month_from_card(card_month(day)) == (day.year, day.month)
