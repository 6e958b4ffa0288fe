"""Whether a promotion holds at a sale: one function per condition, each false where what it asks for is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.points.circumstances import Circumstances
from shared.points.holidays import is_holiday
from shared.points.promotion import (
    Birthday,
    Conditions,
    Goods,
    Holidays,
    Hours,
    NewMember,
    NthVisit,
    Period,
    Spend,
    Weekdays,
    Window,
)

WEEK_EACH_SIDE = timedelta(days=3)  # a birthday's week is seven days with it in the middle


def no_goods(_goods: Goods) -> tuple[int, int]:
    """Of an amount that was keyed nobody knows what was bought."""
    return 0, 0


@dataclass(frozen=True, slots=True)
class Bought:
    """What a sale is to the rules. ``basis_yen``: what of it earns; ``part``: of some goods the yen that earn, and
    the pieces."""

    amount_yen: int
    basis_yen: int
    part: Callable[[Goods], tuple[int, int]] = no_goods


def holds(
    conditions: Conditions,
    bought: Bought,
    day: date,
    known: Circumstances,
    holidays: tuple[str, ...],
    rain: tuple[str, ...],
) -> bool:
    """Whether everything that ``conditions`` name holds. The cheap ones are asked first."""
    asked = conditions
    if not known.is_day_sure and _hangs_on_date(asked):
        return False
    return (
        (asked.period is None or in_period(asked.period, day))
        and (asked.weekdays is None or on_weekday(asked.weekdays, day, holidays))
        and (asked.hours is None or in_hours(asked.hours, known.minute))
        and (not asked.stores or known.store in asked.stores)
        and (not asked.ranks or known.rank in asked.ranks)
        and (asked.spend is None or spends(asked.spend, bought.amount_yen))
        and (not asked.rain or rains(rain, day, known))
        and (not asked.tags or any(tag in asked.tags for tag in known.tags))
        and (asked.nth_visit is None or is_nth(asked.nth_visit, known.visits))
        and (asked.new_member is None or is_new(asked.new_member, known.joined, day))
        and (asked.birthday is None or has_birthday(asked.birthday, known, day))
        and (asked.goods is None or bought.part(asked.goods)[0] >= max(asked.goods.from_yen, 1))
    )


def _hangs_on_date(asked: Conditions) -> bool:
    dated = (asked.period, asked.weekdays, asked.hours, asked.birthday, asked.new_member)
    return asked.rain or any(one is not None for one in dated)


def in_period(asked: Period, day: date) -> bool:
    iso = day.isoformat()
    return (not asked.first or asked.first <= iso) and (not asked.last or iso <= asked.last)


def on_weekday(asked: Weekdays, day: date, holidays: tuple[str, ...] = ()) -> bool:
    """No weekday named with ``TOO``: holidays alone; with ``NOT``: every day that is no holiday."""
    is_named = day.weekday() in asked.days
    if asked.holidays is Holidays.AS_WEEKDAY:
        return is_named
    if is_holiday(day, holidays):
        return asked.holidays is Holidays.TOO
    return is_named or (asked.holidays is Holidays.NOT and not asked.days)


def in_hours(asked: Hours, minute: int) -> bool:
    if minute < 0:
        return False
    if asked.start < asked.until:
        return asked.start <= minute < asked.until
    return minute >= asked.start or minute < asked.until


def spends(asked: Spend, amount_yen: int) -> bool:
    return asked.from_yen <= amount_yen and (not asked.below_yen or amount_yen < asked.below_yen)


def is_rainy(rain: tuple[str, ...], day: date, store: str) -> bool:
    """Whether the shop's switch at head office is on for that day."""
    return bool(rain) and (f"{day.isoformat()}:" in rain or (bool(store) and f"{day.isoformat()}:{store}" in rain))


def rains(rain: tuple[str, ...], day: date, known: Circumstances) -> bool:
    """The counter's own word goes before the switches that it was told."""
    return is_rainy(rain, day, known.store) if known.rain is None else known.rain


def is_nth(asked: NthVisit, visits: int) -> bool:
    """``visits``: before this one."""
    if visits < 0:
        return False
    nth = visits + 1
    return nth == asked.number or (asked.repeats and nth % asked.number == 0)


def is_new(asked: NewMember, joined: str, day: date) -> bool:
    """The day of joining is the first of the days."""
    since = _date(joined)
    return since is not None and 0 <= (day - since).days < asked.days


def has_birthday(asked: Birthday, known: Circumstances, day: date) -> bool:
    start = window_start(asked.window, known.birthday, day)
    if start is None:
        return False
    return not (asked.once and known.last_day is not None and known.last_day >= start)


def window_start(window: Window, birthday: str, day: date) -> date | None:
    """The first day of the window around a birthday in which ``day`` lies; None when it lies in none.

    ``birthday``: "YYYY-MM-DD" or "MM-DD"; 29 February is kept on the 28th in other years.
    """
    month, _, of_month = birthday[-5:].partition("-")
    if not (month.isdecimal() and of_month.isdecimal()):
        return None
    if window is Window.MONTH:
        return day.replace(day=1) if int(month) == day.month else None
    each_side = WEEK_EACH_SIDE if window is Window.WEEK else timedelta()
    for year in (day.year - 1, day.year, day.year + 1):  # a week may lie over New Year
        on = _in_year(year, int(month), int(of_month))
        if on is not None and on - each_side <= day <= on + each_side:
            return on - each_side
    return None


def _in_year(year: int, month: int, day: int) -> date | None:
    for tried in (day, 28) if (month, day) == (2, 29) else (day,):
        try:
            return date(year, month, tried)
        except ValueError:
            continue
    return None


def _date(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
