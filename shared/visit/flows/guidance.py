"""What staff may speak to the customer about, by plain rules."""

from __future__ import annotations

from datetime import date

from shared.visit.facts import Member

BIRTHDAY_AHEAD_DAYS = 7  # soon enough that the customer thinks of it too


def coming_birthday(member: Member | None, day: date) -> str:
    """The ISO date of a birthday from a week before it until the day itself, else ""."""
    coming = next_birthday(member.birthday, day) if member is not None else None
    near = coming is not None and (coming - day).days <= BIRTHDAY_AHEAD_DAYS
    return coming.isoformat() if near and coming is not None else ""


def next_birthday(birthday: str, day: date) -> date | None:
    """The first birthday on or after ``day``. ``birthday``: "YYYY-MM-DD" or "MM-DD"; 29 February is kept on the 28th
    in other years. None for an unknown or unreadable one."""
    month, _, of_month = birthday[-5:].partition("-")
    if not (month.isdecimal() and of_month.isdecimal()):
        return None
    days = (_in_year(year, int(month), int(of_month)) for year in (day.year, day.year + 1))
    return next((found for found in days if found is not None and found >= day), None)


def _in_year(year: int, month: int, day: int) -> date | None:
    for tried in (day, 28) if (month, day) == (2, 29) else (day,):
        try:
            return date(year, month, tried)
        except ValueError:
            continue
    return None
