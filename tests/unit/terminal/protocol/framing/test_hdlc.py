"""HDLC-like framing: what comes out of a stream in any pieces, good or hostile."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.framing.hdlc import FLAG, PAYLOAD_MAX, HdlcDecoder, encode, unstuff

PAYLOADS = st.lists(st.binary(min_size=1, max_size=PAYLOAD_MAX), max_size=8)
SPECIAL = st.lists(st.sampled_from([b"\x7e", b"\x7d", b"\x5e", b"\x5d", b"a", encode(b"ok")]), max_size=200)
HOSTILE = st.one_of(st.binary(max_size=600), SPECIAL.map(b"".join))


def fed(decoder: HdlcDecoder, data: bytes, cuts: list[int]) -> list[bytes]:
    """What the decoder finds when the data comes cut at these places."""
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    found = []
    for start, end in itertools.pairwise(places):
        found += decoder.feed(data[start:end])
    return found


CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@pytest.mark.parametrize(
    ("stuffed", "plain"),
    [
        (b"", b""),
        (b"abc", b"abc"),
        (b"\x7d\x5e", b"\x7e"),
        (b"\x7d\x5d", b"\x7d"),
        (b"\x7d\x5d\x5e", b"\x7d\x5e"),
        (b"\x7d\x5d\x7d\x5e", b"\x7d\x7e"),
        (b"\x7d", None),
        (b"\x7d\x7d\x5e", None),
        (b"\x7d\x31", None),
        (b"a\x7d\x7d", None),
    ],
)
def test_stuffing_is_undone_or_refused(stuffed: bytes, plain: bytes | None) -> None:
    assert unstuff(stuffed) == plain


@given(st.binary(max_size=200))
def test_unstuffing_agrees_with_a_reader_that_goes_byte_by_byte(stuffed: bytes) -> None:
    stuffed = stuffed.replace(FLAG, b"")
    plain: bytearray | None = bytearray()
    place = 0
    while place < len(stuffed) and plain is not None:
        if stuffed[place] != 0x7D:
            plain.append(stuffed[place])
        elif stuffed[place + 1 : place + 2] in (b"\x5e", b"\x5d"):
            place += 1
            plain.append(stuffed[place] ^ 0x20)
        else:
            plain = None
        place += 1
    assert unstuff(stuffed) == (None if plain is None else bytes(plain))


@given(PAYLOADS, CUTS)
def test_every_payload_comes_back_whatever_the_pieces(payloads: list[bytes], cuts: list[int]) -> None:
    decoder = HdlcDecoder()
    assert fed(decoder, b"".join(map(encode, payloads)), cuts) == payloads
    assert decoder.damaged == 0


@given(PAYLOADS)
def test_neighbours_may_share_a_flag(payloads: list[bytes]) -> None:
    shared = FLAG + FLAG.join(encode(payload)[1:-1] for payload in payloads) + FLAG
    assert HdlcDecoder().feed(shared) == payloads


@given(HOSTILE, CUTS)
def test_any_bytes_in_any_pieces_do_no_harm_and_cost_no_later_frame(noise: bytes, cuts: list[int]) -> None:
    decoder = HdlcDecoder()
    fed(decoder, noise, cuts)
    assert decoder.waiting <= 2 * (PAYLOAD_MAX + 2)
    assert decoder.feed(encode(b"after the noise"))[-1:] == [b"after the noise"]


@given(HOSTILE, CUTS)
def test_the_pieces_make_no_difference(noise: bytes, cuts: list[int]) -> None:
    assert fed(HdlcDecoder(), noise, cuts) == HdlcDecoder().feed(noise)


@given(st.binary(min_size=1, max_size=PAYLOAD_MAX), st.data())
def test_one_wrong_bit_is_noticed(payload: bytes, data: st.DataObject) -> None:
    frame = bytearray(encode(payload))
    bit = data.draw(st.integers(8, len(frame) * 8 - 9))  # not in the two flags
    frame[bit // 8] ^= 1 << bit % 8
    # A flag or an escape made by the flip can cut the frame; a piece must then pass the FCS, which single bits do not.
    assert payload not in HdlcDecoder().feed(bytes(frame))


def test_a_frame_that_is_too_long_is_skipped_up_to_its_end() -> None:
    decoder = HdlcDecoder(payload_max=8)
    assert decoder.feed(encode(b"12345678") + encode(b"123456789") + encode(b"x" * 500)) == [b"12345678"]
    assert decoder.damaged == 2
    assert decoder.feed(b"y" * 100) == []
    assert decoder.feed(encode(b"next")) == [b"next"]


def test_a_flood_without_flags_is_one_damaged_frame_and_keeps_little() -> None:
    decoder = HdlcDecoder()
    for _ in range(1000):
        decoder.feed(b"A" * 64)
        assert decoder.waiting <= 2 * (PAYLOAD_MAX + 2)
    assert decoder.damaged == 1


def test_a_reset_forgets_half_a_frame() -> None:
    decoder = HdlcDecoder()
    decoder.feed(encode(b"one")[:-1])
    decoder.reset()
    assert decoder.feed(FLAG) == []


def test_an_empty_payload_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one byte"):
        encode(b"")
