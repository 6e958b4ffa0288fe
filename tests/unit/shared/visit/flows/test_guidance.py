"""The lines that tell staff what to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from shared.card.image import NO_LOT, Lot
from shared.clock import card_month
from shared.errors import TEXTS, explain
from shared.ids import MemberNo
from shared.locale import japanese
from shared.points.reward import NextReward
from shared.visit.facts import Member
from shared.visit.flows.guidance import (
    GUIDES_MAX,
    LONG_AWAY_DAYS,
    NEAR_YEN,
    Occasion,
    coming_birthday,
    guides,
    next_birthday,
)

DAY = date(2026, 11, 21)
THIS_MONTH = card_month(DAY)
MEMBER = Member(MemberNo(19), "山田 さくら", visits=4)
NOTHING = Occasion(MEMBER, DAY, 7, NO_LOT, None, ())


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


def codes(occasion):
    return [guide.code.removeprefix("guide.") for guide in guides(occasion)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"member": structs.replace(MEMBER, birthday="1990-11-24")}, ["birthday"]),
        ({"soonest": Lot(50, THIS_MONTH)}, ["lapsing"]),
        ({"soonest": Lot(50, THIS_MONTH + 1)}, ["lapsing"]),
        ({"soonest": Lot(50, THIS_MONTH + 2)}, []),
        ({"soonest": Lot(50, 0)}, []),  # never lapses
        ({"reward": NextReward(8, 50, 100, NEAR_YEN)}, ["reward"]),
        ({"reward": NextReward(8, 50, 100, NEAR_YEN + 1)}, []),
        ({"reward": NextReward(8, 50, 100, 0)}, []),  # no sale reaches it
        ({"days_since": LONG_AWAY_DAYS}, ["long_away"]),
        ({"days_since": LONG_AWAY_DAYS - 1}, []),
        ({"days_since": -1}, []),
        ({"member": structs.replace(MEMBER, visits=9)}, ["nth_visit"]),
        ({"member": structs.replace(MEMBER, visits=299)}, ["nth_visit"]),
        ({"member": None, "days_since": 70, "bought": ("牛乳",)}, ["long_away", "bought"]),
        ({"days_since": 70, "soonest": Lot(5, THIS_MONTH)}, ["lapsing", "long_away"]),
        ({"days_since": 70, "soonest": Lot(5, THIS_MONTH), "bought": ("牛乳",)}, ["lapsing", "bought"]),
    ],
)
def test_what_staff_may_say_and_what_comes_first(changed, said):
    assert codes(replace(NOTHING, **changed)) == said


def test_each_line_names_its_reason_and_what_to_say():
    occasion = replace(
        NOTHING, member=structs.replace(MEMBER, birthday="11-24"), bought=("しぼりたて牛乳 1000ml", "食パン", "卵")
    )
    told = [explain(guide.code, guide.facts, japanese) for guide in guides(occasion)]
    assert told == [
        ("お誕生日 11月24日。", "お祝いのひとことを。"), ("前回 しぼりたて牛…、食パン。", "ご感想を。"),
    ]  # fmt: skip


@given(
    st.builds(
        Occasion,
        st.none() | st.builds(structs.replace, st.just(MEMBER), birthday=st.text(max_size=10), visits=st.integers(0)),
        st.dates(date(2026, 1, 1), date(2060, 1, 1)), st.integers(-1, 20_000),
        st.builds(Lot, st.integers(0, 9_999), st.integers(0, 480)),
        st.none() | st.builds(NextReward, *[st.integers(0, 9_999)] * 4),
        st.lists(st.text(max_size=30), max_size=5).map(tuple),
    )
)  # fmt: skip
def test_never_more_than_two_whatever_is_known_and_the_same_twice(occasion):
    told = guides(occasion)
    assert len(told) <= GUIDES_MAX
    assert told == guides(occasion)
    for guide in told:
        assert guide.code in TEXTS
        assert "…" not in explain(guide.code, {**guide.facts, "goods": ""}, japanese)[0]
