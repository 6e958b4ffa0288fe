"""The simulated FeliCa Lite-S keeps the manual's rules; its MACs are held by tests/golden/test_felica.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.ic_card.chip import FieldLost
from simulators.ic_card.lite_s import CK, MC, NEW_MC, RC, STATE, WCNT, WCNT_MAX, LiteS

IDM = bytes.fromhex("012E412935000001")
DATA = bytes(range(16))


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_frame_is_answered_or_not_and_never_fails(frames: list[bytes]) -> None:
    card = LiteS(IDM)
    for frame in frames:
        for data in (frame, bytes((len(frame) + 10, 6)) + IDM + frame, bytes((len(frame) + 10, 8)) + IDM + frame):
            answer = card.frame(data)
            assert answer is None or answer[0] == len(answer)


@pytest.mark.parametrize(
    ("blocks", "flag"),
    [([0], 0), ([0, 1, 2, 3], 0), ([0, 1, 2, 3, 4], 0xA2), ([], 0xA2), ([0x70], 0xA8), ([0, 0x91], 0xB1)],
)
def test_reads_are_allowed_as_the_manual_says(blocks: list[int], flag: int) -> None:
    assert LiteS(IDM).read(blocks)[0] == flag


def test_keys_are_never_read() -> None:
    card = LiteS(IDM, DATA)
    card.write([RC], DATA)
    assert card.read([CK, RC]) == (0, bytes(32))


def test_a_session_ends_with_the_field() -> None:
    card = LiteS(IDM)
    card.write([RC], DATA)
    assert card.read([0, 0x91])[0] == 0
    card.power_off()
    assert card.read([0, 0x91])[0] == 0xB1


def test_a_write_is_counted_until_the_counter_is_full() -> None:
    card = LiteS(IDM)
    assert (card.write([0], DATA), card.count) == (0, 1)
    card.blocks[WCNT][:3] = WCNT_MAX.to_bytes(3, "little")
    assert card.write([0], DATA) == 0xB2
    assert card.write([RC], DATA) == 0


def test_blocks_made_read_only_stay_so() -> None:
    card = LiteS(IDM)
    closed = bytearray(NEW_MC)
    closed[0] = 0xFE
    closed[2] = 0x00
    assert card.write([MC], bytes(closed)) == 0
    assert card.write([0], DATA) == 0xA8
    assert card.write([1], DATA) == 0
    assert card.write([MC], NEW_MC) == 0xA8
    assert card.write([STATE], DATA) == 0xB2


def test_a_block_is_taken_whole_or_not_at_all() -> None:
    card = LiteS(IDM)
    card.tear_after = 15
    with pytest.raises(FieldLost):
        card.write([0], DATA)
    assert bytes(card.blocks[0]) == bytes(16)
    card.tear_after = 16
    assert card.write([0], DATA) == 0
    with pytest.raises(FieldLost):
        card.write([1], DATA)
