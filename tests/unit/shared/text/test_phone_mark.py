"""A telephone number's mark finds the number and does not tell it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.phone_mark import MARK_BITS, TAIL_DIGITS, check_of, tail_of

numbers = st.from_regex(r"\A0[0-9]{9,10}\Z")


@pytest.mark.parametrize(
    ("number", "tail", "check"),  # permanent: they stand in feeds and at every terminal
    [("09012345678", "5678", 33_150), ("0312345678", "5678", 737_616), ("", "", 1_012_626)],
)
def test_the_mark_of_a_number_never_changes(number: str, tail: str, check: int) -> None:
    assert (tail_of(number), check_of(number)) == (tail, check)


@given(numbers)
def test_a_mark_fits_its_column(number: str) -> None:
    assert 0 <= check_of(number) < 1 << MARK_BITS
    assert len(tail_of(number)) == TAIL_DIGITS


def test_numbers_with_one_end_have_marks_of_their_own_and_each_mark_is_that_of_many() -> None:
    marks = Counter(check_of(f"090{middle:04}5678") for middle in range(10_000))
    assert len(marks) > 9_900  # to find somebody
    assert 10 ** (11 - 1 - TAIL_DIGITS) / (1 << MARK_BITS) > 0.9  # numbers to a mark, where the end is known


@given(st.text())
def test_no_text_is_refused(text: str) -> None:
    check_of(text)
    tail_of(text)
