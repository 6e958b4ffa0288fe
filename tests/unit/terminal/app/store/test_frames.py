"""The mirror's frames: what was written is read, and no damage costs more than it touches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.sync.messages import BODY_MAX
from terminal.app.store.frames import EVENT_MAX, EVENT_MIN, TYPE_MAX, Framed, StoredEvent, crc32c, frame, read_frames

STREAM = b"\x00\x0c" + bytes(range(8))


def event(seq: int, body: bytes = b'{"track":"x"}', kind: str = "SEEN") -> StoredEvent:
    return StoredEvent(STREAM, seq, kind, body, bytes([seq % 256]) * 32, bytes(32), 1_790_000_000_000, 100, 2)


def found(content: bytes) -> list[Framed]:
    return list(read_frames(lambda at, size: content[at : at + size], len(content)))


events = st.builds(
    StoredEvent,
    stream=st.binary(min_size=10, max_size=10),
    seq=st.integers(1, (1 << 63) - 1),
    type=st.sampled_from(["STREAM", "INTENT", "A" * TYPE_MAX]),
    body=st.binary(max_size=300),
    prev=st.binary(min_size=32, max_size=32),
    hash=st.binary(min_size=32, max_size=32),
    wall_ms=st.integers(-(1 << 63), (1 << 63) - 1),
    mono_ms=st.integers(0, 1 << 40),
    clkq=st.integers(0, 3),
)


def test_the_check_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720, B.4 and the usual check value of CRC-32C


def test_a_frame_is_these_bytes() -> None:
    made = frame(event(1, b"{}"))
    assert made[:4] == (EVENT_MIN - 1 + 4 + 2).to_bytes(4, "big")
    assert made[4:8] == crc32c(made[8:]).to_bytes(4, "big")
    assert made[8:18] == STREAM
    assert made[18:26] == (1).to_bytes(8, "big")
    assert made.endswith(b"\x04SEEN{}")


def test_the_longest_event_fits() -> None:
    longest = event(1, bytes(BODY_MAX), "A" * TYPE_MAX)
    assert len(frame(longest)) == 8 + EVENT_MAX
    assert [one.event for one in found(frame(longest))] == [longest]


@given(st.lists(events, max_size=6))
def test_what_is_framed_is_read_in_order_and_without_loss(written: list[StoredEvent]) -> None:
    content = b"".join(map(frame, written))
    read = found(content)
    assert [one.event for one in read] == written
    assert [one.lost for one in read] == [0] * len(written)
    assert [one.end for one in read][-1:] == [len(content)][: len(written)]


@given(st.lists(events, min_size=1, max_size=4), st.data())
def test_a_torn_end_costs_the_torn_frame_only(written: list[StoredEvent], data: st.DataObject) -> None:
    content = b"".join(map(frame, written))
    torn = content[: data.draw(st.integers(0, len(content) - 1))]
    read = found(torn)
    assert [one.event for one in read] == written[: len(read)]
    assert len(b"".join(map(frame, written[: len(read) + 1]))) > len(torn)


@given(st.binary(max_size=400), events)
def test_after_any_noise_a_whole_frame_is_found(noise: bytes, after: StoredEvent) -> None:
    assert [one.event for one in found(noise + frame(after))][-1:] == [after]


@given(st.lists(events, min_size=3, max_size=3), st.data())
def test_a_damaged_frame_costs_no_other(written: list[StoredEvent], data: st.DataObject) -> None:
    first, middle, last = map(frame, written)
    at = data.draw(st.integers(0, len(middle) - 1))
    damaged = bytearray(middle)
    damaged[at] ^= data.draw(st.integers(1, 255))
    read = found(first + bytes(damaged) + last)
    assert [read[0].event, read[-1].event] == [written[0], written[2]]
    assert len(read) == 2
    assert read[1].lost == len(middle)


@given(st.binary(max_size=2_000))
def test_any_bytes_may_be_read(content: bytes) -> None:
    for one in found(content):
        assert frame(one.event) in content


def test_a_megabyte_of_nothing_is_passed_over_at_once() -> None:
    content = frame(event(1)) + bytes(3 << 20) + frame(event(2))
    first, second = found(content)
    assert (first.event, second.event, second.lost) == (event(1), event(2), 3 << 20)
