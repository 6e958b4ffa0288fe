"""Frames between link and core: every message comes back, no bytes do harm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol import pcsc

numbers = st.integers(0, 0xFFFF)
messages = st.one_of(
    st.just(pcsc.Look()),
    st.builds(pcsc.Transmit, numbers, numbers, st.binary(min_size=1, max_size=pcsc.APDU_MAX)),
    st.just(pcsc.Release()),
    st.just(pcsc.Restart()),
    st.builds(pcsc.ReaderHere, st.text(st.characters(codec="ascii"), max_size=pcsc.NAME_MAX)),
    st.builds(pcsc.ReaderGone, st.sampled_from(pcsc.Absence)),
    st.builds(pcsc.CardHere, numbers, st.binary(min_size=16, max_size=16), st.binary(max_size=33)),
    st.just(pcsc.NoCardHere()),
    st.builds(pcsc.Response, numbers, st.binary(max_size=258)),
    st.builds(pcsc.Failed, numbers, st.text(st.characters(codec="ascii"), max_size=pcsc.DETAIL_MAX)),
)


@given(messages)
def test_every_message_comes_back(message: pcsc.Message) -> None:
    (payload,) = pcsc.decoder().feed(pcsc.encode(message))
    assert pcsc.decode(payload) == message


@given(st.binary())
def test_any_payload_is_a_message_or_nothing(payload: bytes) -> None:
    message = pcsc.decode(payload)
    if message is not None:
        assert pcsc.decode(pcsc.decoder().feed(pcsc.encode(message))[0]) == message


@given(st.lists(st.binary(max_size=40)), messages)
def test_after_any_noise_the_next_frame_but_one_is_heard(noise: list[bytes], message: pcsc.Message) -> None:
    decoder = pcsc.decoder()
    for piece in noise:
        decoder.feed(piece)
    frame = pcsc.encode(message)
    heard = [pcsc.decode(payload) for payload in decoder.feed(frame + frame)]
    assert message in heard


def test_what_is_too_long_for_a_frame_is_cut_or_not_a_message() -> None:
    assert pcsc.decode(b"\x81" + b"x" * 500) == pcsc.ReaderHere("x" * pcsc.NAME_MAX)
    assert pcsc.decode(b"\x02\x00\x01\x00\x01" + bytes(pcsc.APDU_MAX + 1)) is None
    assert pcsc.decode(pcsc.decoder().feed(pcsc.encode(pcsc.Failed(1, "あ" * 99)))[0]) is not None
