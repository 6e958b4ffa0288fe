"""Answers of the ESC-framed set: whole, in pieces, behind noise, and never more than one block kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.magnetic import FIRMWARE_MAX, RAW_MAX, Answer, AnswerDecoder, Expect, Status, write_raw

Tracks = tuple[bytes, bytes, bytes]
tracks = st.tuples(*[st.binary(max_size=RAW_MAX)] * 3)
LONGEST = 2 + 3 * (3 + RAW_MAX) + 4


def block(held: Tracks, status: int = Status.OK) -> bytes:
    """What a raw read answers."""
    body = b"".join(bytes((0x1B, number, len(raw))) + raw for number, raw in enumerate(held, start=1))
    return b"\x1bs" + body + b"?\x1c\x1b" + bytes((status,))


@given(tracks, st.integers(1, 40), st.binary(max_size=30).filter(lambda noise: b"\x1b" not in noise))
def test_a_block_is_read_in_any_pieces_and_behind_noise(held: Tracks, size: int, noise: bytes) -> None:
    decoder, stream, answers = AnswerDecoder(Expect.RAW), noise + block(held), []
    for at in range(0, len(stream), size):
        answers.append(decoder.feed(stream[at : at + size]))
    assert [answer for answer in answers if answer is not None][:1] == [Answer(Status.OK, tracks=held)]


@given(st.sampled_from(Expect), st.lists(st.binary(max_size=900), max_size=8))
def test_any_bytes_do_no_harm_and_little_is_kept(expect: Expect, pieces: list[bytes]) -> None:
    decoder = AnswerDecoder(expect)
    for piece in pieces:
        decoder.feed(piece)
        assert len(decoder._kept) <= LONGEST


@given(st.binary(max_size=200))
def test_a_good_answer_behind_any_garbage_is_found_at_the_second_time_of_asking(garbage: bytes) -> None:
    decoder = AnswerDecoder(Expect.TEST)
    assert decoder.feed(garbage) is not None or decoder.feed(b"\x1by\x1by") is not None


@pytest.mark.parametrize("cut", range(1, len(block((b"", b"\xff\x1b", b"")))))
def test_a_torn_block_is_no_answer(cut: int) -> None:
    decoder = AnswerDecoder(Expect.RAW)
    assert decoder.feed(block((b"", b"\xff\x1b", b""))[:cut]) is None
    assert decoder.is_begun


def test_a_version_ends_with_silence() -> None:
    decoder = AnswerDecoder(Expect.FIRMWARE)
    assert decoder.feed(b"\x1bREVU") is None
    assert decoder.feed(b"1.02") is None
    assert decoder.quiet() == Answer(text="REVU1.02")


def test_a_version_without_end_is_none() -> None:
    decoder = AnswerDecoder(Expect.FIRMWARE)
    assert decoder.feed(b"\x1b" + b"V" * FIRMWARE_MAX) is None
    assert decoder.quiet() is None


def test_silence_ends_nothing_else() -> None:
    decoder = AnswerDecoder(Expect.STATUS)
    decoder.feed(b"\x1b")
    assert decoder.quiet() is None


def test_a_track_longer_than_its_length_can_say_is_a_bug() -> None:
    with pytest.raises(ValueError, match="one byte"):
        write_raw(2, bytes(RAW_MAX + 1))
