"""What leaves for a printer is printable there; what changed is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.itaiji import PRINT_VARIANTS, SEARCH_VARIANTS
from shared.text.jis import GETA, Folded, encode_shift_jis, fold_to_jis, is_printable


@pytest.mark.parametrize(
    ("text", "folded", "replaced"),
    [
        ("高橋 美智子 様", "高橋 美智子 様", ()),
        ("髙﨑德濵", "高崎徳浜", ("髙", "﨑", "德", "濵")),
        ("渡邊と渡邉", "渡邊と渡邉", ()),  # both stand in JIS X 0208
        ("①②㈱㍻Ⅲ", "(1)(2)(株)平成III", ("①", "②", "㈱", "㍻", "Ⅲ")),
        ("⑳㊙", "(20)(秘)", ("⑳", "㊙")),
        ("½㎡℡№", "1/2m2TELNo", ("½", "㎡", "℡", "№")),
        ("González Škoda", "Gonzalez Skoda", ("á", "Š")),
        ("か\u3099ゔ", "がヴ", ("ゔ",)),
        ("～－—–•\\~", "〜−―-・¥〜", ()),
        ("©®€☎", "(C)(R)EURTEL", ("©", "®", "€", "☎")),
        ("♥😀한", "〓〓〓", ("♥", "😀", "한")),
        ("髙髙", "高高", ("髙",)),
        ("\ud83d", GETA, ("\N{REPLACEMENT CHARACTER}",)),
        ("a\x02b\x03\x1b[c\nd", "ab[c\nd", ()),
        ("神\ufa19", "神神", ()),  # NFC knows the compatibility form
    ],
)
def test_folding_of_examples(text, folded, replaced):
    assert fold_to_jis(text) == Folded(folded, replaced)


@given(st.text(st.characters()))
def test_folded_text_is_printable_throughout_and_stays_itself(text):
    folded = fold_to_jis(text)
    assert all(character == "\n" or is_printable(character) for character in folded.text)
    assert fold_to_jis(folded.text) == Folded(folded.text)


@given(st.text(st.characters()))
def test_encoded_text_never_holds_a_control_byte(text):
    encoded = encode_shift_jis(text)
    assert all(byte >= 0x20 and byte != 0x7F for byte in encoded)


@pytest.mark.parametrize("control", [*range(0x20), 0x7F, *range(0x80, 0xA0)])
def test_no_control_character_reaches_the_wire(control):
    assert encode_shift_jis(f"a{chr(control)}b") in (b"ab", b"a b")


def test_bytes_of_known_text():
    assert encode_shift_jis("点ｶ1\\").hex() == "935f" + "b6" + "31" + "5c"


def test_print_variants_lead_from_what_printers_lack_to_what_they_have():
    for lacking, form in PRINT_VARIANTS.items():
        assert not is_printable(chr(lacking)), chr(lacking)
        assert is_printable(chr(form)), chr(form)


def test_search_variants_lead_to_forms_that_are_not_folded_again():
    for old, form in SEARCH_VARIANTS.items():
        assert ord(form) not in SEARCH_VARIANTS, chr(old)
        assert ord(form) not in PRINT_VARIANTS, chr(old)
        assert old not in PRINT_VARIANTS, chr(old)
