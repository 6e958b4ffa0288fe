"""Postal codes are seven digits, however they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.text.postal import format_postal_code, parse_postal_code


@pytest.mark.parametrize(
    "text", ["1500043", "150-0043", "〒150-0043", "１５０－００４３", "１５０ー００４３", " 150 0043 ", "〒 1500043"]
)
def test_one_code_in_many_spellings(text):
    assert parse_postal_code(text) == "1500043"
    assert format_postal_code("1500043") == "150-0043"


@pytest.mark.parametrize("text", ["", "150004", "15000431", "15-00043", "abc-defg", "١٥٠٠٠٤٣", "\ud800", "1" * 100_000])
def test_what_is_no_code_is_refused_by_name_and_can_be_logged(text):
    with pytest.raises(EnishiError, match=r"input\.postal_code") as caught:
        parse_postal_code(text)
    str(caught.value).encode("utf-8")


@given(st.integers(0, 9_999_999))
def test_every_code_comes_back(number):
    assert parse_postal_code(format_postal_code(f"{number:07}")) == f"{number:07}"


@given(st.text(max_size=60) | st.text("0123456789０１〒-ー ", max_size=12))
def test_any_text_is_a_code_or_refused_by_name(text):
    try:
        code = parse_postal_code(text)
    except EnishiError as error:
        if error.code != "input.postal_code":
            raise
    else:
        assert code.isascii()
        assert code.isdigit()
        assert len(code) == 7
