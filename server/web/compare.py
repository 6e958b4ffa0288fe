"""A figure of today beside that of a week ago, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from server.web.i18n import gettext as _
from server.web.i18n import weekday

WEEK = timedelta(days=7)
WEEK_MS = 7 * 86_400_000


def week_before(day: date) -> date:
    return day - WEEK


def compared(now: int, before: int, words: Callable[[int], str], day: date) -> str:
    """``words``: a number with its unit; ``before``: what it was a week earlier by the same time of day."""
    name = weekday(day)
    if now > before:
        return _("先週の{weekday}の同じ時刻より {n}多い").format(weekday=name, n=words(now - before))
    if now < before:
        return _("先週の{weekday}の同じ時刻より {n}少ない").format(weekday=name, n=words(before - now))
    return _("先週の{weekday}の同じ時刻と同じ").format(weekday=name)
