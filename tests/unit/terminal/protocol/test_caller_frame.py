"""Raw caller-ID frames may be damaged in any way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.caller_frame import checksum, read_frame
from terminal.protocol.telephone import Caller


def frame(kind: int, body: bytes) -> bytes:
    data = bytes((kind, len(body))) + body
    return data + bytes((checksum(data),))


NUMBER = b"\x02\x0a0312345678"


def test_the_number_counts_more_than_a_reason() -> None:
    assert read_frame(frame(0x40, b"\x04\x01O" + NUMBER)) == Caller("0312345678", None)


def test_parity_bits_are_left_out() -> None:
    assert read_frame(frame(0x80, bytes(byte | 0x80 if 0x30 <= byte <= 0x39 else byte for byte in NUMBER))) == Caller(
        "0312345678", None
    )


def test_a_frame_without_a_caller_says_nothing() -> None:
    assert read_frame(frame(0x80, b"\x01\x0811211905")) is None
    assert read_frame(b"") is None
    assert read_frame(b"\x80") is None


@given(st.binary(max_size=300))
def test_any_bytes_may_be_read(data: bytes) -> None:
    read_frame(data)


@given(st.integers(0, 14), st.integers(0, 7))
def test_one_wrong_bit_never_tells_another_number(place: int, bit: int) -> None:
    data = bytearray(frame(0x40, NUMBER))
    data[place] ^= 1 << bit
    assert read_frame(bytes(data)) in (None, Caller("0312345678", None))
