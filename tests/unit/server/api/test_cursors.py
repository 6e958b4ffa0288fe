"""Places in lists: what was given out comes back, anything else is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.api import cursors
from shared.errors import EnishiError
from shared.sync.messages import NUMBER_MAX

NUMBERS = st.integers(-NUMBER_MAX, NUMBER_MAX)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(NUMBERS, WORDS)
def test_a_place_comes_back_as_it_was(number: int, word: str) -> None:
    assert cursors.decode(cursors.encode(number, word), int, str) == (number, word)


def place_of(text: str) -> Any:
    """The place, or why there is none."""
    try:
        return cursors.decode(text, int)
    except EnishiError as error:
        return error.code


def test_no_place_is_the_beginning() -> None:
    assert cursors.decode("", int) == ()


@given(st.text("0123456789abcdef", max_size=80))
def test_anything_else_is_a_place_or_refused_by_name(text: str) -> None:
    assert place_of(text) in ("api.cursor", ()) or abs(place_of(text)[0]) <= NUMBER_MAX


@pytest.mark.parametrize(
    "place", ["5b315d00", "5b747275655d", "5b312c325d", "5b2231225d", "7b7d", "5b22" + "00" + "225d", "f", "zz"]
)
def test_a_place_of_another_list_is_refused(place: str) -> None:
    with pytest.raises(EnishiError):
        cursors.decode(place, int)


def test_a_journal_s_name_must_be_one() -> None:
    assert cursors.stream("00ff") == b"\x00\xff"
    with pytest.raises(EnishiError):
        cursors.stream("xy")


def test_a_page_is_cut_where_one_more_would_follow() -> None:
    assert cursors.cut([1, 2, 3], 2) == ([1, 2], True)
    assert cursors.cut([1, 2], 2) == ([1, 2], False)
