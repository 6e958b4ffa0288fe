"""Telephone numbers: digits inside, groups outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.text.phone import digits, group, last_four, parse_phone


@pytest.mark.parametrize(
    "text",
    [
        "09012345678",
        "090-1234-5678",
        "０９０ー１２３４ー５６７８",
        "(090) 1234 5678",
        "+81 90-1234-5678",
        "+81(0)9012345678",
        "＋81-90-1234-5678",
    ],
)
def test_one_number_in_many_spellings(text):
    assert digits(text) == parse_phone(text) == "09012345678"
    assert last_four(text) == "5678"


@pytest.mark.parametrize(
    ("number", "grouped"),
    [
        ("09012345678", "090-1234-5678"),
        ("0312345678", "03-1234-5678"),
        ("0612345678", "06-1234-5678"),
        ("0451234567", "045-123-4567"),
        ("0120123456", "0120-123-456"),
        ("08001234567", "0800-123-4567"),
        ("5678", "5678"),
        ("", ""),
        ("99999999999", "99999999999"),
    ],
)
def test_numbers_are_grouped_by_their_kind(number, grouped):
    assert group(number) == grouped


@pytest.mark.parametrize("text", ["", "123", "9012345678", "090123456789", "abc", "\ud800", "0" * 100_000])
def test_what_is_no_number_is_refused_by_name(text):
    with pytest.raises(EnishiError, match=r"input\.phone"):
        parse_phone(text)


def test_too_few_digits_have_no_last_four():
    assert last_four("12-3") == ""


@given(st.text(st.characters()))
def test_digits_of_anything_are_ascii_digits_and_grouping_keeps_them(text):
    number = digits(text)
    assert number == "" or (number.isascii() and number.isdigit())
    assert group(number).replace("-", "") == number


@given(st.text(max_size=60) | st.text("0123456789０１()-ー ", max_size=16))
def test_any_text_is_a_number_or_refused_by_name(text):
    try:
        number = parse_phone(text)
    except EnishiError as error:
        if error.code != "input.phone":
            raise
    else:
        assert number.isascii()
        assert number.isdigit()
