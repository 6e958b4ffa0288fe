"""Lines break where a Japanese typesetter would break them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.text.kana import to_half_width_kana
from shared.text.kinsoku import NO_END, NO_START, wrap
from shared.text.width import columns


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        ("あいうえお", 10, ["あいうえお"]),
        ("あいうえおか", 10, ["あいうえお", "か"]),
        ("あいうえお。", 10, ["あいうえ", "お。"]),  # pushed out with its predecessor
        ("あいうえお。", 11, ["あいうえお｡"]),  # pulled in at half width
        ("あいうえ「お」", 10, ["あいうえ", "「お」"]),  # no bracket opens at the end
        ("あいうえおっか", 10, ["あいうえ", "おっか"]),  # no small kana at the start
        ("あいうカード", 10, ["あいうカー", "ド"]),
        ("ああああカード", 10, ["ああああ", "カード"]),
        ("合計は12,480円です", 10, ["合計は", "12,480円で", "す"]),
        ("11月28日（土）まで", 10, ["11月28日", "（土）まで"]),
        ("次は Anna Schmidt", 10, ["次は Anna", "Schmidt"]),
        ("高橋 美智子 様", 12, ["高橋 美智", "子 様"]),  # the title stays with the name
        ("a\n\nb", 10, ["a", "", "b"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),  # wider than the line: torn where it is full
        ("あい", 0, ["あ", "い"]),
        ("10%引き！", 8, ["10%引き!"]),
    ],
)
def test_lines_break_where_they_should(text, width, lines):
    assert wrap(text, width) == lines


@given(st.text(st.characters()), st.integers(-5, 50))
def test_no_line_is_wider_than_asked(text, width):
    assert all(columns(line) <= max(width, 2) for line in wrap(text, width))


@given(st.text("あいうえおカキ漢字、。（）「」ーっゃ！12,A \n", max_size=80), st.integers(2, 40))
def test_nothing_but_blanks_gets_lost(text, width):
    joined = "".join(wrap(text, width))
    assert to_half_width_kana(joined).replace(" ", "") == to_half_width_kana(text).replace(" ", "").replace("\n", "")


words = st.lists(
    st.tuples(
        st.text("（「", max_size=1),
        st.text("あいう漢字カ", min_size=1, max_size=3),
        st.text("、。）」ーっ", max_size=2),
    ),
    max_size=20,
).map(lambda parts: "".join("".join(part) for part in parts))


@given(words, st.integers(16, 40))
def test_no_line_starts_or_ends_with_what_may_not_stand_there(text, width):
    for before, after in zip(lines := wrap(text, width), lines[1:], strict=False):
        assert before[-1] not in NO_END
        assert after[0] not in NO_START


@given(st.text("あいうえお、。", max_size=30), st.integers(0, 9_999_999), st.integers(12, 40))
def test_a_number_is_not_torn(text, number, width):
    figure = f"{number:,}円"
    assume(len(text) < 30)
    assert any(figure in line for line in wrap(text + figure + text, width))


def test_very_long_text_is_wrapped_quickly_and_bounded():
    assert len(wrap("（" * 1_000_000, 20)) < 1_000
    assert len(wrap("1" * 1_000_000, 20)) < 1_000
