"""Codes as people type them, and six words that depend on everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sync.enrolment import CODE_SIGNS, CODE_TYPED_MAX, code_hash, in_words, normal_code, shown_code, word_numbers

CODE = "0123456789ABCDEF"


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), "0123-4567-89AB-CDEF", " 0123 4567 89ab cdef", "oi23456789abcdef"],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert normal_code(typed) == CODE


@pytest.mark.parametrize("typed", ["", CODE[:-1], CODE + "0", "U" * 16, "０" * 16, CODE + " " * CODE_TYPED_MAX])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normal_code(typed) == ""


@given(st.text(CODE_SIGNS, min_size=16, max_size=16))
def test_a_code_as_it_is_shown_is_read_back(code: str) -> None:
    assert normal_code(shown_code(code)) == code
    assert len(code_hash(code)) == 32


@given(st.text(max_size=50))
def test_any_text_is_a_code_or_none(typed: str) -> None:
    code = normal_code(typed)
    assert code == "" or normal_code(code) == code


def test_the_words_depend_on_both_keys_and_the_code() -> None:
    told = [(b"a" * 32, b"b" * 32, CODE), (b"b" * 32, b"a" * 32, CODE), (b"a" * 32, b"c" * 32, CODE)]
    told += [(b"c" * 32, b"b" * 32, CODE), (b"a" * 32, b"b" * 32, "F" * 16)]
    found = {word_numbers(*one) for one in told}
    assert len(found) == 5
    assert all(len(words) == 6 and all(0 <= number < 2048 for number in words) for words in found)


def test_words_are_whole_letters() -> None:
    assert in_words(["か\u3099", "b"], [0, 1, 0]) == ("が", "b", "が")
