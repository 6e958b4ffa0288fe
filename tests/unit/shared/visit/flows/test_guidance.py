"""The lines that tell staff what to say."""

from __future__ import annotations

from datetime import date

import pytest

from shared.ids import MemberNo
from shared.visit.facts import Member
from shared.visit.flows.guidance import coming_birthday, next_birthday


@pytest.mark.parametrize(
    ("birthday", "day", "coming"),
    [
        ("1965-11-21", date(2026, 11, 21), date(2026, 11, 21)),
        ("1965-11-20", date(2026, 11, 21), date(2027, 11, 20)),
        ("01-03", date(2026, 12, 30), date(2027, 1, 3)),
        ("1980-02-29", date(2027, 2, 25), date(2027, 2, 28)),
        ("1980-02-29", date(2028, 2, 25), date(2028, 2, 29)),
        ("", date(2026, 11, 21), None),
        ("1965-13-40", date(2026, 11, 21), None),
        ("unknown", date(2026, 11, 21), None),
        ("1965-²-³", date(2026, 11, 21), None),
    ],
)
def test_the_next_birthday_is_found_in_this_year_or_the_next(birthday, day, coming):
    assert next_birthday(birthday, day) == coming


@pytest.mark.parametrize(("day", "said"), [(13, False), (14, True), (21, True), (22, False)])
def test_staff_hear_of_a_birthday_from_a_week_before_until_the_day(day, said):
    member = Member(MemberNo(19), "山田 さくら", birthday="1990-11-21")
    assert bool(coming_birthday(member, date(2026, 11, day))) is said


def test_a_customer_without_a_name_has_no_birthday():
    assert coming_birthday(None, date(2026, 11, 21)) == ""
