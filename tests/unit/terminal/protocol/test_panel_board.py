"""The panel board's messages: what is written is read, and anything may be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.framing.hdlc import PAYLOAD_MAX, HdlcDecoder
from terminal.protocol.panel_board import (
    Ack,
    Buzz,
    Connect,
    Hello,
    KeyDown,
    Message,
    Ping,
    PowerFail,
    SetDisplay,
    SetLeds,
    Status,
    Welcome,
    decode,
    encode,
    next_seq,
)

BYTE = st.integers(0, 255)
WORD = st.integers(0, 65_535)
LINE = st.binary(min_size=20, max_size=20)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Ack),
    st.builds(Connect),
    st.builds(Welcome, WORD),
    st.builds(SetDisplay, LINE, LINE),
    st.builds(SetLeds, BYTE, BYTE),
    st.builds(Buzz, BYTE),
    st.builds(Ping),
    st.builds(Hello, BYTE, WORD),
    st.builds(KeyDown, BYTE),
    st.builds(PowerFail, WORD),
    st.builds(Status, st.booleans()),
)


@given(MESSAGES, BYTE)
def test_what_is_written_is_read(message: Message, seq: int) -> None:
    (payload,) = HdlcDecoder().feed(encode(message, seq))
    assert len(payload) <= PAYLOAD_MAX
    assert decode(payload) == (message, seq)


@given(st.binary(max_size=80))
def test_any_payload_may_be_read(payload: bytes) -> None:
    decode(payload)


@pytest.mark.parametrize(("seq", "after"), [(0, 1), (1, 2), (254, 255), (255, 1)])
def test_zero_is_left_out_of_the_count(seq: int, after: int) -> None:
    assert next_seq(seq) == after
