"""Each condition at its edges."""

from __future__ import annotations

from datetime import date

import pytest

from shared.points.circumstances import UNKNOWN, Circumstances
from shared.points.conditions import (
    Bought,
    has_birthday,
    holds,
    in_hours,
    in_period,
    is_new,
    is_nth,
    is_rainy,
    on_weekday,
    spends,
)
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

DAY = date(2026, 11, 23)  # a Monday, and a holiday
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("", "", True), ("2026-11-23", "", True), ("2026-11-24", "", False), ("", "2026-11-23", True),
        ("", "2026-11-22", False), ("2026-11-23", "2026-11-23", True),
    ],
)  # fmt: skip
def test_a_period_has_both_its_ends(first, last, holds):
    assert in_period(Period(first, last), DAY) is holds


@pytest.mark.parametrize(
    ("days", "holidays", "monday", "tuesday"),
    [
        ((0,), Holidays.AS_WEEKDAY, True, False),
        ((0,), Holidays.NOT, False, False),
        ((1,), Holidays.TOO, True, True),
        ((), Holidays.TOO, True, False),
        ((), Holidays.NOT, False, True),
        ((), Holidays.AS_WEEKDAY, False, False),
    ],
)
def test_a_holiday_among_weekdays(days, holidays, monday, tuesday):
    asked = Weekdays(days, holidays)
    assert (on_weekday(asked, DAY), on_weekday(asked, TUESDAY)) == (monday, tuesday)


def test_the_table_that_travels_goes_before_what_is_computed():
    asked = Weekdays((), Holidays.TOO)
    assert on_weekday(asked, TUESDAY, ("2026-11-24",))
    assert not on_weekday(asked, DAY, ("2026-11-24",)), "the table speaks of the whole year"
    assert on_weekday(asked, DAY, ("2025-01-01",)), "of another year it says nothing"


@pytest.mark.parametrize(
    ("start", "until", "minute", "holds"),
    [
        (600, 720, 599, False), (600, 720, 600, True), (600, 720, 719, True), (600, 720, 720, False),
        (1_320, 120, 1_319, False), (1_320, 120, 1_320, True), (1_320, 120, 0, True), (1_320, 120, 119, True),
        (1_320, 120, 120, False), (600, 720, -1, False), (1_320, 120, -1, False),
    ],
)  # fmt: skip
def test_hours_may_cross_midnight(start, until, minute, holds):
    assert in_hours(Hours(start, until), minute) is holds


@pytest.mark.parametrize(
    ("birthday", "window", "day", "holds"),
    [
        ("1965-11-23", Window.DAY, "2026-11-23", True),
        ("11-23", Window.DAY, "2026-11-23", True),
        ("11-22", Window.DAY, "2026-11-23", False),
        ("", Window.MONTH, "2026-11-23", False),
        ("unknown", Window.MONTH, "2026-11-23", False),
        ("02-29", Window.DAY, "2027-02-28", True),  # kept on the 28th
        ("02-29", Window.DAY, "2028-02-28", False),
        ("02-29", Window.DAY, "2028-02-29", True),
        ("02-29", Window.MONTH, "2027-02-01", True),
        ("01-02", Window.WEEK, "2026-12-29", False),
        ("01-02", Window.WEEK, "2026-12-30", True),  # over New Year
        ("01-02", Window.WEEK, "2027-01-05", True),
        ("01-02", Window.WEEK, "2027-01-06", False),
        ("12-30", Window.WEEK, "2027-01-02", True),
        ("12-30", Window.WEEK, "2027-01-03", False),
    ],
)
def test_a_birthday_and_what_lies_around_it(birthday, window, day, holds):
    asked, known = Birthday(window, once=False), Circumstances(birthday=birthday)
    assert has_birthday(asked, known, date.fromisoformat(day)) is holds


@pytest.mark.parametrize(
    ("last", "holds"), [(None, True), ("2026-10-31", True), ("2026-11-01", False), ("2026-11-23", False)]
)
def test_a_birthday_is_kept_once(last, holds):
    known = Circumstances(birthday="11-30", last_day=date.fromisoformat(last) if last else None)
    assert has_birthday(Birthday(Window.MONTH), known, DAY) is holds


@pytest.mark.parametrize(
    ("yen", "holds"), [(2_999, False), (3_000, True), (3_001, True), (4_999, True), (5_000, False)]
)
def test_the_edges_of_an_amount(yen, holds):
    assert spends(Spend(3_000, 5_000), yen) is holds


@pytest.mark.parametrize(
    ("visits", "repeats", "holds"),
    [(8, True, False), (9, True, True), (10, True, False), (19, True, True), (19, False, False), (-1, True, False)],
)
def test_the_tenth_visit(visits, repeats, holds):
    assert is_nth(NthVisit(10, repeats), visits) is holds


@pytest.mark.parametrize(
    ("joined", "holds"),
    [("2026-11-23", True), ("2026-10-25", True), ("2026-10-24", False), ("2026-11-24", False), ("", False)],
)
def test_thirty_days_of_a_new_member(joined, holds):
    assert is_new(NewMember(30), joined, DAY) is holds


def test_rain_is_a_shops_own_or_everybodys():
    assert is_rainy(("2026-11-23:1",), DAY, "1")
    assert not is_rainy(("2026-11-23:1",), DAY, "2")
    assert not is_rainy(("2026-11-22:1",), DAY, "1")
    assert is_rainy(("2026-11-23:",), DAY, "2")
    assert not is_rainy(("2026-11-23:1",), DAY, "")


SALE = Bought(1_000, 1_000, lambda goods: (300, 2) if "花" in goods.categories else (0, 0))


@pytest.mark.parametrize(
    "asked",
    [
        Conditions(hours=Hours(0, 1_439)), Conditions(stores=("1",)), Conditions(ranks=("金",)),
        Conditions(birthday=Birthday()), Conditions(nth_visit=NthVisit(1)), Conditions(tags=("7",)),
        Conditions(new_member=NewMember()), Conditions(rain=True),
        Conditions(goods=Goods(("本",))), Conditions(goods=Goods(("花",), (), 301)),
    ],
)  # fmt: skip
def test_what_is_not_known_does_not_hold(asked):
    assert not holds(asked, SALE, DAY, UNKNOWN, (), ())


def test_all_that_is_named_has_to_hold():
    known = Circumstances(minute=600, store="1", rank="金", tags=("7", "9"), visits=0, joined="2026-11-01")
    asked = Conditions(
        period=Period("2026-11-01", ""), weekdays=Weekdays((0,)), hours=Hours(600, 601),
        stores=("1", "2"), ranks=("金",),
        nth_visit=NthVisit(1), spend=Spend(1_000), goods=Goods(("花",), (), 300), tags=("7",), new_member=NewMember(),
    )  # fmt: skip
    assert holds(asked, SALE, DAY, known, (), ())
    assert not holds(asked, SALE, TUESDAY, known, (), ())


def test_a_clock_in_doubt_gives_nothing_that_hangs_on_the_date():
    doubtful = Circumstances(is_day_sure=False, store="1", birthday="11-23")
    assert not holds(Conditions(birthday=Birthday()), SALE, DAY, doubtful, (), ())
    assert not holds(Conditions(weekdays=Weekdays((0,))), SALE, DAY, doubtful, (), ())
    assert holds(Conditions(spend=Spend(1)), SALE, DAY, doubtful, (), ())
