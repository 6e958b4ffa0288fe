"""Two slots: whatever is torn, one record stays whole, and a torn one is never silently the one before."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.card.codec import ALPHABET
from shared.errors import EnishiError
from terminal.protocol.slots import (
    RECORD_BYTES,
    SLOT_BYTES,
    TRACK_LEN,
    Slots,
    pack,
    plan_write,
    read_slots,
    unpack,
)

EMPTY, ERASED = bytes(SLOT_BYTES), b"\xff" * SLOT_BYTES
TORN = "?" * (TRACK_LEN - 1)
characters = st.text(ALPHABET, min_size=TRACK_LEN - 1, max_size=TRACK_LEN - 1)
tracks = st.builds(lambda rest: "L" + rest, characters)
slots = st.binary(min_size=SLOT_BYTES, max_size=SLOT_BYTES) | st.sampled_from([EMPTY, ERASED])


def written(pair: tuple[bytes, bytes], track: str) -> tuple[bytes, bytes]:
    """Both slots after a whole write."""
    both = list(pair)
    for slot, record in plan_write(pair, track):
        both[slot] = record
    return both[0], both[1]


@given(tracks)
def test_a_track_is_52_bytes_and_back(track: str) -> None:
    assert len(pack(track)) == RECORD_BYTES
    assert unpack(pack(track)) == track


@pytest.mark.parametrize("track", ["", "L", "L" * 68, "L" * 70, "L" + "!" * 68, "L" + "あ" * 68, "あ" + "A" * 68])
def test_what_is_no_track_of_ours_is_refused(track: str) -> None:
    with pytest.raises(EnishiError, match=r"device\.card_rewriter\.track"):
        pack(track)


@given(st.lists(tracks, min_size=1, max_size=8), st.tuples(slots, slots))
def test_the_last_record_written_is_the_one_that_is_read(history: list[str], pair: tuple[bytes, bytes]) -> None:
    for track in history:
        pair = written(pair, track)
        assert read_slots(pair).track == track


def test_the_turn_goes_round_and_never_stops() -> None:
    pair = (EMPTY, EMPTY)
    for number in range(600):
        track = "L" + f"{number:068d}"
        pair = written(pair, track)
        assert read_slots(pair) == Slots(track, torn=False)
        assert len({pair[0][0], pair[1][0]}) == 2


@given(st.integers(0, 300), tracks, tracks, st.integers(0, SLOT_BYTES))
@example(0, "L" + "A" * 68, "L" + "A" * 68, 1)
@example(253, "L" + "A" * 68, "L" + "_" * 68, SLOT_BYTES - 1)
@example(254, "L" + "A" * 68, "L" + "A" * 68, SLOT_BYTES - 1)
def test_a_write_torn_at_any_byte_leaves_the_record_before_and_is_seen(
    writes: int, before: str, after: str, reached: int
) -> None:
    pair = (EMPTY, EMPTY)
    for number in range(writes):
        pair = written(pair, "L" + f"{number:068d}")
    pair = written(pair, before)
    ((slot, record),) = plan_write(pair, after)
    torn = list(pair)
    torn[slot] = record[:reached] + pair[slot][reached:]
    found = read_slots(torn)
    if reached == 0:
        assert found == Slots(before, torn=False)
    elif reached == SLOT_BYTES:
        assert found == Slots(after, torn=False)
    else:
        assert found == Slots(before, torn=True)
        assert found.shown == "L" + TORN


@given(tracks, tracks, tracks, st.integers(1, SLOT_BYTES - 1), st.integers(0, SLOT_BYTES))
def test_a_torn_write_written_again_and_torn_again_still_leaves_the_record_before(
    before: str, first: str, second: str, reached: int, again: int
) -> None:
    pair = list(written(written((EMPTY, EMPTY), "L" + "-" * 68), before))
    for track, end in ((first, reached), (second, again)):
        ((slot, record),) = plan_write(pair, track)
        pair[slot] = record[:end] + pair[slot][end:]
    found = read_slots(pair)
    assert found in (Slots(second, torn=False), Slots(before, torn=True))
    assert found.torn is (again < SLOT_BYTES)


@given(tracks, st.integers(0, SLOT_BYTES - 1), st.integers(1, 255))
def test_a_spoilt_byte_is_torn_and_not_the_older_record(track: str, place: int, flip: int) -> None:
    pair = written(written((EMPTY, EMPTY), "L" + "-" * 68), track)
    newest = bytearray(pair[1])
    newest[place] ^= flip
    assert read_slots((pair[0], bytes(newest))) == Slots("L" + "-" * 68, torn=True)


@given(st.tuples(slots, slots))
def test_any_bytes_are_judged_and_can_be_written_over(pair: tuple[bytes, bytes]) -> None:
    read_slots(pair)
    assert read_slots(written(pair, "L" + "A" * 68)) == Slots("L" + "A" * 68, torn=False)


def test_a_chip_of_a_former_owner_is_emptied_first() -> None:
    leftovers = b"\x01\x03\xa0\x0c4\x03\x00\xfe".ljust(SLOT_BYTES, b"x")
    assert read_slots((leftovers, leftovers)) == Slots("", torn=False)
    places = [slot for slot, _ in plan_write((leftovers, leftovers), "L" + "A" * 68)]
    assert places == [1, 0]


def test_slots_of_another_size_are_no_records() -> None:
    assert read_slots((b"", b"\x01")) == Slots("", torn=False)
