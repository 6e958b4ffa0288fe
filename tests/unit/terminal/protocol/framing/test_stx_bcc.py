"""Blocks cut out of any stream: tables first, then arbitrary bytes in arbitrary pieces."""

from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.framing.stx_bcc import (
    BODY_LEN_MAX,
    DAMAGED,
    DATA_LEN_MAX,
    REFUSED,
    CommandReceiver,
    Control,
    Frame,
    ResponseDecoder,
    Token,
    bcc,
    frame,
)

GOOD = frame(b"\x59\x20000000")
GOOD_FRAME = Frame(b"\x59\x20000000")

# Bodies as they occur: anything but STX and ETX. Noise: anything at all.
bodies = st.lists(st.sampled_from([b for b in range(256) if b not in (2, 3)]), min_size=1, max_size=80).map(bytes)
noise = st.binary(max_size=200) | st.lists(st.sampled_from([2, 3, 6, 0x10, 0x15, 0x41]), max_size=200).map(bytes)


def decode(data: bytes, size: int = 10**9) -> list[Token]:
    decoder = ResponseDecoder()
    return [token for at in range(0, len(data), size) for token in decoder.feed(data[at : at + size])]


STREAMS = [
    (b"", []),
    (b"\x06", [Control.ACK]),
    (b"\x15\x10\x06", [Control.NAK, Control.DLE, Control.ACK]),
    (b"\x06" + GOOD, [Control.ACK, GOOD_FRAME]),
    (b"noise" + GOOD + b"noise\x06", [GOOD_FRAME, Control.ACK]),
    (GOOD[:-1] + b"\x00", [DAMAGED]),
    (GOOD[:5] + GOOD, [GOOD_FRAME]),  # a block cut off: the STX of the next one starts it
    (b"\x02" + GOOD, [GOOD_FRAME]),
    (b"\x02" * 700 + GOOD, [GOOD_FRAME]),
    (GOOD[:-1] + GOOD, [DAMAGED, GOOD_FRAME]),  # the BCC was lost and STX stands in its place
    (b"\x02\x03\x03", [DAMAGED]),  # nothing between STX and ETX
    (frame(b"\x32\x32") + frame(b"\x32\x33"), [Frame(b"\x32\x32"), Frame(b"\x32\x33")]),  # BCC 03h and 02h
    (b"\x02" + b"A" * (BODY_LEN_MAX + 1) + GOOD, [DAMAGED, GOOD_FRAME]),
    (frame(b"A" * BODY_LEN_MAX), [Frame(b"A" * BODY_LEN_MAX)]),
    (frame(b"A" * (BODY_LEN_MAX + 1)) + b"\x02" + GOOD, [DAMAGED, GOOD_FRAME]),
]


@pytest.mark.parametrize("size", [1, 2, 3, 64, 5000])
@pytest.mark.parametrize(("stream", "tokens"), STREAMS)
def test_a_stream_gives_its_tokens_in_any_pieces(stream: bytes, tokens: list[Token], size: int) -> None:
    assert decode(stream, size) == tokens


@given(st.binary(min_size=1, max_size=1100))
def test_the_bcc_is_the_xor_of_all_bytes_and_etx(body: bytes) -> None:
    assert bcc(body) == reduce(xor, body) ^ 3


@given(st.lists(bodies | st.sampled_from([6, 0x10, 0x15]), max_size=20), st.integers(1, 100))
def test_blocks_and_control_bytes_come_back_in_order(parts: list[bytes | int], size: int) -> None:
    stream = b"".join(bytes((part,)) if isinstance(part, int) else frame(part) for part in parts)
    assert decode(stream, size) == [Control(part) if isinstance(part, int) else Frame(part) for part in parts]


@given(noise, st.lists(st.integers(1, 50), min_size=1, max_size=100))
def test_the_pieces_do_not_matter(stream: bytes, sizes: list[int]) -> None:
    decoder, tokens, at = ResponseDecoder(), [], 0
    while at < len(stream):
        for size in sizes:
            tokens += decoder.feed(stream[at : at + size])
            at += size
    assert tokens == decode(stream)


@given(noise, bodies, bodies)
def test_after_any_noise_at_most_one_block_is_lost(before: bytes, first: bytes, second: bytes) -> None:
    tokens = decode(before + frame(first) + frame(second))
    assert tokens[-1] == Frame(second)


@given(noise, bodies)
def test_after_noise_without_an_etx_no_block_is_lost(before: bytes, body: bytes) -> None:
    assert decode(before.replace(b"\x03", b"") + frame(body))[-1] == Frame(body)


@given(bodies, st.integers(0, 10**6), st.integers(1, 255))
def test_no_single_changed_byte_passes_as_the_same_command_with_other_data(body: bytes, at: int, change: int) -> None:
    stream = bytearray(frame(body))
    stream[at % len(stream)] ^= change
    assert Frame(body) not in decode(bytes(stream))


@pytest.mark.parametrize(
    "hostile", [b"\x02", b"\x02" * 100 + b"\x03\xff", b"A", b"\x02" + b"A" * 3000, b"\x03", b"\x15", b"\x02\x03"]
)
def test_the_memory_stays_bounded_under_hostile_input(hostile: bytes) -> None:
    decoder = ResponseDecoder()
    stream = hostile * (200_000 // len(hostile))
    for at in range(0, len(stream), 64):
        decoder.feed(stream[at : at + 64])
        assert len(decoder._body) <= BODY_LEN_MAX
    assert decode(stream[:5000] + b"\xff" + GOOD + GOOD)[-1] == GOOD_FRAME


def test_the_device_buffers_an_stx_inside_a_block() -> None:
    receiver = CommandReceiver()
    assert [receiver.push(byte) for byte in frame(b"A\x02B")][-1] == Frame(b"A\x02B")


def test_the_device_takes_the_byte_after_etx_as_bcc_whatever_it_is() -> None:
    receiver = CommandReceiver()
    assert [receiver.push(byte) for byte in b"\x02\x59\x03\x02"][-1] is DAMAGED
    assert [receiver.push(byte) for byte in frame(b"\x59")][-1] == Frame(b"\x59")


def test_the_device_refuses_data_in_mid_block_and_is_idle_then() -> None:
    receiver = CommandReceiver(lambda command, count, byte: byte != 0x7F)
    assert receiver.push(2) is None
    assert receiver.push(0x39) is None
    assert receiver.push(0x7F) is REFUSED
    assert [receiver.push(byte) for byte in b"tail\x03\x99"] == [None] * 6
    assert [receiver.push(byte) for byte in frame(b"\x59")][-1] == Frame(b"\x59")


def test_the_device_takes_1024_bytes_of_data_and_refuses_the_next() -> None:
    receiver = CommandReceiver()
    assert [receiver.push(byte) for byte in frame(b"\x41" + b"A" * DATA_LEN_MAX)][-1] == Frame(
        b"\x41" + b"A" * DATA_LEN_MAX
    )
    answers = [receiver.push(byte) for byte in b"\x02\x41" + b"A" * (DATA_LEN_MAX + 1)]
    assert answers[-1] is REFUSED
    assert set(answers[:-1]) == {None}


@given(st.binary(max_size=300))
def test_after_any_bytes_the_device_hears_a_block_within_three_tries(stream: bytes) -> None:
    receiver = CommandReceiver()
    for byte in stream:
        receiver.push(byte)
    heard = [receiver.push(byte) for _ in range(3) for byte in frame(b"\x59")]
    assert Frame(b"\x59") in heard


def test_a_reset_forgets_an_open_block() -> None:
    receiver = CommandReceiver()
    receiver.push(2)
    receiver.reset()
    assert [receiver.push(byte) for byte in frame(b"\x59")][-1] == Frame(b"\x59")
