"""Japan's national holidays by the law as it stands since 2020 (国民の祝日に関する法律); the equinoxes by the formula
that holds from 1980 to 2099.

The government names the equinoxes each February for the year after, and may move days by a law of its own (as in 2021):
then the table that travels with the programme says so, and goes before what is computed here.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2022, 2099  # the years for which this is the law and the formula
_FIXED = ((1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23))
_MONDAYS = ((1, 2), (7, 3), (9, 3), (10, 2))  # month, which Monday


@lru_cache(maxsize=128)
def holidays(year: int) -> frozenset[date]:
    """Those of one year, with the days in lieu and those between two holidays; none outside the years above."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return frozenset()
    days = {date(year, month, day) for month, day in _FIXED}
    days |= {_monday(year, month, number) for month, number in _MONDAYS}
    days |= {date(year, 3, _equinox(year, 208_431)), date(year, 9, _equinox(year, 232_488))}
    between = {day + timedelta(days=1) for day in days if day + timedelta(days=2) in days} - days
    return frozenset(days | {_in_lieu(day, days) for day in days if day.weekday() == 6} | between)


def is_holiday(day: date, table: tuple[str, ...] = ()) -> bool:
    """By ``table`` (ISO dates) for a year that it speaks of, else computed."""
    year = f"{day.year}-"
    if any(told.startswith(year) for told in table):
        return day.isoformat() in table
    return day in holidays(day.year)


def _monday(year: int, month: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(-first.weekday()) % 7 + 7 * (number - 1))


def _equinox(year: int, base: int) -> int:
    """The day of the month. ``base``: 20.8431 March, 23.2488 September, in ten-thousandths; the year has 0.242194 days
    more than 365."""
    return (base * 100 + 242_194 * (year - 1980)) // 1_000_000 - (year - 1980) // 4


def _in_lieu(day: date, days: set[date]) -> date:
    """A holiday on a Sunday: the next day that is none."""
    while day in days:
        day += timedelta(days=1)
    return day
