"""Columns are what Shift-JIS needs in bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.jis import fold_to_jis
from shared.text.width import columns, fit, pad_left, pad_right


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("12,480点", 8),
        ("ｶﾞ", 2),
        ("ガ", 2),
        ("¥100", 4),
        ("高橋 様", 7),
        ("｡", 1),
        ("。", 2),
        ("\n", 0),
    ],
)
def test_columns_of_examples(text, width):
    assert columns(text) == width


@given(st.text())
def test_folded_text_takes_as_many_columns_as_bytes(text):
    folded = fold_to_jis(text).text.replace("\n", "")
    assert columns(folded) == len(folded.encode("shift_jis"))


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [("高橋", 4, "高橋"), ("高橋", 3, "高"), ("高橋", 1, ""), ("a高", 2, "a"), ("abc", 0, ""), ("ab", -1, "")],
)
def test_fit_never_halves_a_character(text, width, cut):
    assert fit(text, width) == cut


@given(st.text(), st.integers(0, 50))
def test_fit_takes_all_that_has_room(text, width):
    cut = fit(text, width)
    assert text.startswith(cut)
    assert columns(cut) <= width
    assert cut == text or columns(text[: len(cut) + 1]) > width


@given(st.text(), st.integers(0, 50))
def test_padded_text_is_exactly_as_wide_as_asked(text, width):
    assert columns(pad_right(text, width)) == width
    assert columns(pad_left(text, width)) == width


def test_padding_puts_the_text_at_its_edge():
    assert pad_right("点", 5) == "点   "
    assert pad_left("点", 5) == "   点"
    assert pad_left("高橋", 3) == " 高"
