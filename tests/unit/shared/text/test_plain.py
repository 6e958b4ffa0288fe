"""Whatever arrives becomes bounded text that can be stored, shown and logged."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.plain import NOT_A_CHARACTER, SHOWN_LEN_MAX, TEXT_LEN_MAX, plain, shown

anything = st.text(st.characters())  # lone surrogates and control characters included


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("高橋 A1\n様", "高橋 A1\n様"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb\u00a0c\u2003d", "a b c d"),
        ("a\u3000b", "a\u3000b"),
        ("\x00\x02\x03\x1b\x7f\x85a", "a"),
        ("a\u200b\ufeff\u202eb", "ab"),
        ("辻\U000e0100", "辻"),
        ("\ud800a\udfff", NOT_A_CHARACTER + "a" + NOT_A_CHARACTER),
    ],
)
def test_control_characters_go_and_blanks_become_spaces(text, result):
    assert plain(text) == result


@given(anything)
def test_nothing_unstorable_is_left(text):
    cleaned = plain(text)
    cleaned.encode("utf-8")
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in cleaned.replace("\n", ""))
    assert plain(cleaned) == cleaned


def test_very_long_text_is_cut_and_a_shown_value_is_short():
    assert len(plain("あ" * 1_000_000)) == TEXT_LEN_MAX
    assert len(shown("あ" * 1_000_000)) == SHOWN_LEN_MAX
    assert "\n" not in shown("a\nb")
