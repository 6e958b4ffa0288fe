"""What is believed of a scanner's line, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import make_member_no
from terminal.protocol.barcode import (
    CODE_MAX,
    CODE_MIN,
    GAP_S,
    TAIL_S,
    CodeGatherer,
    SerialDecoder,
    check_digit,
    is_ean,
    read_code,
)

JAN = "4901234567894"
DIGITS = st.text("0123456789", min_size=12, max_size=12)
LABELS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=CODE_MIN, max_size=40)

READ = [
    (JAN, JAN),
    ("036000291452", "0036000291452"),
    ("73513537", "73513537"),
    ("SHOP-7", "SHOP-7"),
    ("0012", "0012"),
    ("12345678901", "12345678901"),
    (f"{make_member_no(1234):08d}", f"{make_member_no(1234):08d}"),  # a member's number has eight digits too
    ("]C049012", "49012"),
    ("]A0" + "4901234567890", "4901234567890"),  # the scanner says that it is no EAN
    ("]", None),
    ("ab", None),
    ("", None),
    ("4901234567890", None),
    ("036000291453", None),
    ("73513538", None),
    ("]E04901234567890", None),
    ("]E012", None),
    ("]E0490123456789", None),
    ("]E0036000291452", None),  # a digit of an EAN-13 was lost, and what is left looks like a UPC-A
    ("]E073513537", None),
    ("]E473513537", "73513537"),
    ("]E3490123456789412", JAN),
    ("]E349012345678941", None),
    ("あいうえお", None),
    ("a\x7fbc", None),
    ("x" * CODE_MAX, "x" * CODE_MAX),
    ("x" * (CODE_MAX + 1), None),
]


@pytest.mark.parametrize(("text", "code"), READ)
def test_a_text_is_believed_or_not(text: str, code: str | None) -> None:
    assert read_code(text) == code


@given(DIGITS)
def test_one_wrong_digit_and_most_swaps_are_noticed(body: str) -> None:
    code = body + str(check_digit(body))
    assert is_ean(code)
    for place, digit in enumerate(code):
        other = str((int(digit) + 3) % 10)
        assert not is_ean(code[:place] + other + code[place + 1 :])


@given(st.lists(LABELS, max_size=6), st.sampled_from([b"\r", b"\n", b"\r\n", b"\t"]), st.data())
def test_any_labels_come_out_in_order_whatever_the_pieces(labels: list[str], end: bytes, data: st.DataObject) -> None:
    wire = b"".join(label.encode() + end for label in labels)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=5)))
    decoder, codes = SerialDecoder(), []
    for start, stop in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        codes += decoder.feed(wire[start:stop], 0.0)
    assert codes == [code for label in labels if (code := read_code(label)) is not None]


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_bytes_do_no_harm_and_what_comes_out_is_clean(pieces: list[bytes]) -> None:
    decoder = SerialDecoder()
    for piece in pieces:
        for code in decoder.feed(piece, 0.0):
            assert code.isascii()
            assert code.isprintable()
            assert CODE_MIN <= len(code) <= CODE_MAX
            assert not (code.isdigit() and len(code) in (12, 13)) or is_ean(code)
    decoder.feed(b"\r", 0.0)
    assert decoder.feed(JAN.encode() + b"\r", 0.0) == [JAN]


@given(st.integers(0, len(JAN) - 1), st.integers(0, 255))
def test_a_code_with_one_byte_that_is_another_is_never_believed(place: int, byte: int) -> None:
    wire = bytearray(JAN.encode())
    ends = {0x0D, 0x0A, 0x09, 0x02, 0x03}  # cut in two, it may be two labels of the shop
    if wire[place] != byte and byte not in ends:
        wire[place] = byte
        codes = SerialDecoder().feed(bytes(wire) + b"\r", 0.0)
        assert not any(code.isdigit() for code in codes)


def test_a_flood_without_an_end_keeps_little_and_is_no_code() -> None:
    decoder = SerialDecoder()
    for _ in range(1000):
        assert decoder.feed(b"4" * 4096, 0.0) == []
    assert decoder.gatherer._text == ""
    assert decoder.feed(b"\r" + JAN.encode() + b"\r", 0.0) == [JAN]


def test_a_character_that_comes_too_late_belongs_to_nothing() -> None:
    decoder = SerialDecoder()
    decoder.feed(b"49012345", 0.0)
    assert decoder.feed(b"67894\r", GAP_S + 0.1) == []
    assert decoder.feed(JAN.encode() + b"\r", GAP_S + 0.2) == [JAN]


def test_after_a_long_silence_anything_may_begin() -> None:
    decoder = SerialDecoder()
    decoder.feed(b"4901", 0.0)
    assert decoder.feed(JAN.encode() + b"\r", GAP_S + TAIL_S + 0.1) == [JAN]


def test_a_clock_that_falls_costs_one_code() -> None:
    gatherer = CodeGatherer()
    gatherer.push("4", 100.0)
    gatherer.push("9", 50.0)
    assert gatherer.end(50.0) is None
    for character in "SHOP":
        gatherer.push(character, 50.0)
    assert gatherer.end(50.0) == "SHOP"


def test_half_a_code_and_its_rest_are_given_up_in_two_steps() -> None:
    gatherer = CodeGatherer()
    gatherer.push("4", 0.0)
    assert gatherer.patience_s == GAP_S
    gatherer.give_up()
    assert not gatherer.is_idle
    assert gatherer.patience_s == GAP_S + TAIL_S
    gatherer.give_up()
    assert gatherer.is_idle
