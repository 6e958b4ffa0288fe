"""The printer's answers: sorted in any pieces, and noise passes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol import escpos
from terminal.protocol.escpos import AnswerDecoder, StatusNow

CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@given(st.binary(max_size=300), CUTS)
def test_the_pieces_make_no_difference(noise: bytes, cuts: list[int]) -> None:
    places = [0, *sorted({cut % (len(noise) + 1) for cut in cuts}), len(noise)]
    decoder = AnswerDecoder()
    found = [a for start, end in itertools.pairwise(places) for a in decoder.feed(noise[start:end])]
    assert found == AnswerDecoder().feed(noise)


@given(st.binary(max_size=300))
def test_two_good_answers_after_noise_are_heard(noise: bytes) -> None:
    decoder = AnswerDecoder()
    decoder.feed(noise)
    assert decoder.feed(b"\x12\x12")[-1:] == [StatusNow(0x12)]


@given(st.text(max_size=60))
def test_text_never_holds_a_control_byte(text: str) -> None:
    assert all(byte >= 0x20 and byte != 0x7F for byte in escpos.text(text))


@pytest.mark.parametrize(("on_ms", "off_ms", "pulse"), [(2, 2, "01 01"), (100, 510, "32 FF")])
def test_the_drawer_pulse_counts_in_two_milliseconds(on_ms: int, off_ms: int, pulse: str) -> None:
    assert escpos.kick_drawer(on_ms, off_ms) == bytes.fromhex("1B 70 00" + pulse)


def test_an_identity_without_end_is_dropped() -> None:
    decoder = AnswerDecoder()
    assert decoder.feed(b"_" + b"A" * (escpos.IDENTITY_MAX + 1)) == []
    assert decoder.feed(b"\x12") == [StatusNow(0x12)]


@pytest.mark.parametrize("width", [12, 584])
def test_a_picture_that_no_printer_takes_is_a_bug(width: int) -> None:
    with pytest.raises(ValueError, match="whole bytes"):
        escpos.raster([0], width)
