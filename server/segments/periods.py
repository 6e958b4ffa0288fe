"""Spans of business days, fixed or going along with today. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from server.segments.rules import Period
from shared.errors import EnishiError
from shared.locale import N_

OPEN_START, OPEN_END = "0001-01-01", "9999-12-31"
Span = tuple[str, str]  # first and last business day, ISO

KINDS: Mapping[str, str] = {
    "all": N_("すべての期間"),
    "last_days": N_("直近の日数"),
    "next_days": N_("今日からの日数"),
    "today": N_("今日"),
    "this_month": N_("今月"),
    "last_month": N_("先月"),
    "this_year": N_("今年"),
    "last_year": N_("去年"),
    "month_last_year": N_("去年の同じ月"),
    "between": N_("日付で決める"),
}


def span(period: Period, today: date) -> Span:
    """The first and the last day that belong to it; "last_days" end with today, "next_days" begin with it."""
    month, year = today.replace(day=1), today.year
    match period.kind:
        case "last_days":
            reach = min(max(period.days, 1) - 1, today.toordinal() - 1)
            found = today - timedelta(days=reach), today
        case "next_days":
            found = today, today + timedelta(days=period.days)
        case "today":
            found = today, today
        case "this_month":
            found = month, _month_end(month)
        case "last_month":
            before = month - timedelta(days=1)
            found = before.replace(day=1), before
        case "this_year":
            found = date(year, 1, 1), date(year, 12, 31)
        case "last_year":
            found = date(year - 1, 1, 1), date(year - 1, 12, 31)
        case "month_last_year":
            then = date(year - 1, today.month, 1)
            found = then, _month_end(then)
        case "between":
            return period.first or OPEN_START, period.last or OPEN_END
        case _:
            return OPEN_START, OPEN_END
    return found[0].isoformat(), found[1].isoformat()


def check(period: Period) -> None:
    """Raises ``segment.period``."""
    wrong = period.kind not in KINDS or (period.kind in ("last_days", "next_days") and not period.days)
    for day in (period.first, period.last):
        try:
            if day:
                date.fromisoformat(day)
        except ValueError:
            wrong = True
    if period.kind == "between":
        wrong = wrong or not (period.first or period.last) or (bool(period.last) and period.first > period.last)
    if wrong:
        raise EnishiError("segment.period")


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
