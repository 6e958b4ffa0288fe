"""One key for all spellings; kana in both widths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.kana import search_key, to_full_width, to_half_width_kana
from shared.text.width import columns


@pytest.mark.parametrize(
    "spellings",
    [
        ("たかはし みちこ", "タカハシミチコ", "ﾀｶﾊｼ ﾐﾁｺ", "たかはし　みちこ"),
        ("髙﨑 德太郎", "高崎徳太郎", "高碕 德太郎"),
        ("渡邊", "渡辺", "渡邉"),
        ("齋藤", "斎藤", "斉藤", "齊藤"),
        ("090-1234-5678", "０９０ー１２３４ー５６７８", "090 1234 5678", "090(1234)5678", "090−1234−5678"),
        ("Gonzalez", "GONZALEZ", "ｇｏｎｚａｌｅｚ"),
        ("サーバー", "サバ", "ｻｰﾊﾞｰ"),
        ("ヴァイオリン", "ゔぁいおりん", "ｳﾞｧｲｵﾘﾝ"),
        ("マリア・デ・ロス", "マリアデロス"),
        ("か\u3099", "が", "ｶﾞ"),
        ("𠮷田", "吉田"),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings):
    assert len(set(map(search_key, spellings))) == 1


@pytest.mark.parametrize(("one", "other"), [("高橋", "高梨"), ("ハナ", "バナ"), ("一郎", "二郎"), ("090", "080")])
def test_different_names_keep_different_keys(one, other):
    assert search_key(one) != search_key(other)


@given(st.text(st.characters()))
def test_a_key_of_a_key_is_itself_and_can_be_stored(text):
    key = search_key(text)
    key.encode("utf-8")
    assert search_key(key) == key


@given(st.text("かきくがぎぐパピぷぁっーabc12 -高髙", max_size=20), st.data())
def test_part_of_a_name_is_part_of_its_key(text, data):
    start = data.draw(st.integers(0, len(text)))
    assert search_key(text[start:]) in search_key(text)


@pytest.mark.parametrize(
    ("full", "half"),
    [
        ("マリア・デ・ロス", "ﾏﾘｱ･ﾃﾞ･ﾛｽ"),
        ("ガギパヴ", "ｶﾞｷﾞﾊﾟｳﾞ"),
        ("ＡＢＣ１２！", "ABC12!"),
        ("「ティー」、。", "｢ﾃｨｰ｣､｡"),
        ("高橋　さん", "高橋 さん"),
        ("ヰヱ", "ヰヱ"),
    ],
)
def test_katakana_shrink_to_half_width(full, half):
    assert to_half_width_kana(full) == half


@pytest.mark.parametrize(
    ("text", "full"),
    [("ｶﾞｷﾞﾊﾟ", "ガギパ"), ("abc 1-2", "ａｂｃ　１－２"), ("高橋ｻﾝ", "高橋サン"), ("ﾞ", "゛"), ("", "")],
)
def test_kana_letters_and_blanks_widen(text, full):
    assert to_full_width(text) == full


@given(st.text(st.characters(min_codepoint=0x3000, max_codepoint=0x30FF)))
def test_half_width_is_never_wider_and_widens_back_to_the_same_key(text):
    half = to_half_width_kana(text)
    assert columns(half) <= columns(text)
    assert search_key(half) == search_key(text)
