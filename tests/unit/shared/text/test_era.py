"""Dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.text.era import ERAS, era_date, parse_date


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 21), "令和8年11月21日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1868, 1, 24), "1868年1月24日"),
    ],
)
def test_eras_change_on_their_day(day, text):
    assert era_date(day) == text


@pytest.mark.parametrize(
    "text",
    [
        "S40.2.3",
        "s40/02/03",
        "昭和40年2月3日",
        "昭和 40 年 2 月 3 日",
        "昭和４０年２月３日",
        "Ｓ４０．２．３",
        "S400203",
        "㍼40年2月3日",
        "1965/2/3",
        "1965-02-03",
        "1965.2.3",
        "1965年2月3日",
        "１９６５／２／３",
        "１９６５ー２ー３",
        "19650203",
        " 1965/2/3 ",
    ],
)
def test_one_birthday_in_many_spellings(text):
    assert parse_date(text) == date(1965, 2, 3)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("平成31年12月1日", date(2019, 12, 1)),
        ("M1.1.25", date(1868, 1, 25)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_first_years_and_leap_days_are_understood(text, day):
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "40.2.3",
        "1965/2",
        "1965/2/29",
        "19651301",
        "S65.1.1",
        "S0.1.1",
        "H32.1.1",
        "X1.1.1",
        "1867/12/31",
        "2200/1/1",
        "1965/2/3x",
        "\ud800",
        "\x00",
        "九",
        "1" * 100_000,
        "1965/٢/3",
        "平成" * 10_000,
    ],
)
def test_what_is_no_date_is_refused_by_name_and_can_be_logged(text):
    with pytest.raises(EnishiError, match=r"input\.date") as caught:
        parse_date(text)
    str(caught.value).encode("utf-8")


@given(st.dates(date(1868, 1, 25), date(2117, 12, 31)))
def test_every_date_since_meiji_comes_back(day):
    assert parse_date(era_date(day)) == day
    assert parse_date(day.isoformat()) == day


@given(st.text(st.characters()))
def test_any_text_is_a_date_or_refused(text):
    try:
        year = parse_date(text).year
    except EnishiError as error:
        year, refused = None, error.code
    assert refused == "input.date" if year is None else year >= ERAS[-1].start.year
