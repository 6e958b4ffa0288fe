"""Time as an argument: two clocks that never mix, the business day, and the card's day and month numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import IntEnum
from typing import Protocol

JST = timezone(timedelta(hours=9), "JST")
CARD_EPOCH = date(2024, 1, 1)  # day 0 and month 0 of the card image (card image v1)
CARD_DAY_MAX = (1 << 14) - 1
CARD_MONTH_MAX = (1 << 9) - 1


class ClockQuality(IntEnum):
    """How far the date of a reading can be believed; stands beside every event of a journal (``clkq``)."""

    AHEAD = 0  # further on than the records make likely
    BEHIND = 1  # the machine's clock is behind what is known; the date is counted on from there
    STEADY = 2  # as the machine's clock says, and nothing speaks against it


@dataclass(frozen=True, slots=True)
class Now:
    """One reading of both clocks: ``mono_s`` only for intervals, ``wall_ms`` (UTC) only for dates."""

    mono_s: float
    wall_ms: int
    quality: ClockQuality = ClockQuality.STEADY

    @property
    def is_trusted(self) -> bool:
        """Whether points may lapse by this date."""
        return self.quality is ClockQuality.STEADY


class Clock(Protocol):
    """Where time comes from: the machine's clocks, or the simulation's."""

    def now(self) -> Now: ...


def business_day(wall_ms: int, day_start_minute: int = 0) -> date:
    """The shop's day at a moment: with ``day_start_minute`` 300 the night until 05:00 JST is still yesterday."""
    return (local_time(wall_ms) - timedelta(minutes=day_start_minute)).date()


def local_time(wall_ms: int) -> datetime:
    """Japanese wall time of a UTC millisecond count."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(JST)


def card_day(day: date) -> int:
    """Days since 2024-01-01, held inside the card's 14 bits."""
    return min(max((day - CARD_EPOCH).days, 0), CARD_DAY_MAX)


def day_from_card(number: int) -> date:
    """The date of a card day number."""
    return CARD_EPOCH + timedelta(days=number)


def card_month(day: date) -> int:
    """Months since 2024-01 (2024-02 is 1). 0 on a card means "never", so 2024-01 cannot be an expiry."""
    return min(max((day.year - 2024) * 12 + day.month - 1, 0), CARD_MONTH_MAX)


def month_from_card(number: int) -> tuple[int, int]:
    """Year and month (1-12) of a card month number."""
    return 2024 + number // 12, number % 12 + 1
