"""The simulated swipe unit and the hand that swipes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.card_stock import SimCard
from simulators.magnetic import BUFFER_MAX, Hand, MagneticSimulator, stripe_bits

SET_UP = bytes.fromhex("1B 6F 08 08 08  1B 62 D2")
TEXT = "縁".encode("ascii", "replace").decode() + "A" * 68


def ready() -> MagneticSimulator:
    unit = MagneticSimulator()
    unit.power_on(0.0)
    assert unit.feed(SET_UP, 0.0) == bytes.fromhex("1B 30 08 08 08  1B 30")
    return unit


def write_order(text: str) -> bytes:
    bits = stripe_bits(text)
    data = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    return b"\x1bn\x1bs\x1b\x02" + bytes((len(data),)) + data + b"?\x1c"


def write(unit: MagneticSimulator, card: SimCard, hand: Hand | None = None) -> bytes:
    assert unit.feed(write_order("B" * 69), 0.0) == b""
    assert unit.swipe(card, 1.0, hand)
    return unit.tick(9.0)


def test_a_swipe_that_nobody_waits_for_does_nothing() -> None:
    unit, card = ready(), SimCard(1, TEXT)
    assert not unit.swipe(card, 1.0)
    assert unit.wake_at is None


def test_a_swipe_takes_as_long_as_the_hand_is_slow() -> None:
    unit = ready()
    unit.feed(b"\x1bm", 0.0)
    unit.swipe(SimCard(1, TEXT), 1.0, Hand(speed_cm_s=17.12))
    assert unit.wake_at == pytest.approx(1.5)
    assert unit.tick(1.4) == b""
    assert unit.tick(1.5).startswith(b"\x1bs\x1b\x01\x00\x1b\x02\x48")
    assert unit.awaits == ""


@pytest.mark.parametrize("hand", [Hand(speed_cm_s=5.0), Hand(speed_cm_s=90.0), Hand(share=0.5)])
def test_a_bad_hand_leaves_a_torn_stripe(hand: Hand) -> None:
    unit, card = ready(), SimCard(1, TEXT)
    assert write(unit, card, hand) == b"\x1b9"
    assert card.torn


def test_a_good_hand_writes_and_the_answer_says_so() -> None:
    unit, card = ready(), SimCard(1, TEXT)
    assert write(unit, card) == b"\x1b0"
    assert (card.track, card.torn) == ("B" * 69, False)


def test_a_weak_field_leaves_a_hard_stripe_as_it_was_and_says_nothing() -> None:
    unit, card = ready(), SimCard(1, TEXT)
    assert unit.feed(b"\x1by", 0.0) == b"\x1b0"
    assert write(unit, card) == b"\x1b0"
    assert (card.track, card.torn) == (TEXT, False)


def test_a_cut_in_mid_write_tears_the_stripe() -> None:
    unit, card = ready(), SimCard(1, TEXT)
    unit.feed(write_order("B" * 69), 0.0)
    unit.swipe(card, 1.0)
    unit.power_off(1.1)
    assert card.torn
    assert unit.power_on(2.0) == b""
    assert unit.awaits == ""


def test_while_it_waits_only_a_reset_is_heard() -> None:
    unit = ready()
    unit.feed(b"\x1bm", 0.0)
    assert unit.feed(b"\x1be", 0.0) == b""
    assert unit.feed(b"\x1ba\x1be", 0.0) == b"\x1by"


def test_a_card_without_a_stripe_brings_an_error() -> None:
    unit = ready()
    unit.feed(b"\x1bm", 0.0)
    unit.swipe(SimCard(1, has_stripe=False), 1.0)
    assert unit.tick(2.0) == bytes.fromhex("1B 73 1B 01 00 1B 02 00 1B 03 00 3F 1C 1B 31")


def test_without_its_settings_it_reads_nonsense() -> None:
    unit = MagneticSimulator()
    unit.power_on(0.0)
    unit.feed(b"\x1bm", 0.0)
    unit.swipe(SimCard(1, TEXT), 1.0)
    spoilt = unit.tick(2.0)
    right = ready()
    right.feed(b"\x1bm", 0.0)
    right.swipe(SimCard(1, TEXT), 1.0)
    assert spoilt != right.tick(2.0)


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_leave_a_unit_that_can_be_reset(pieces: list[bytes]) -> None:
    unit = MagneticSimulator()
    unit.power_on(0.0)
    for piece in pieces:
        unit.feed(piece, 0.0)
        assert len(unit._buffer) <= BUFFER_MAX
    unit.feed(bytes(800) + b"?\x1c" + b"\x1ba" * 300, 1.0)  # longer than any block that was begun
    assert unit.feed(b"\x1ba\x1be", 1.0).endswith(b"\x1by")


@given(st.lists(st.integers(1, 40), max_size=60))
def test_an_order_to_write_may_come_in_any_pieces(sizes: list[int]) -> None:
    unit, order = ready(), write_order("L" + "A" * 68)
    for size in sizes:
        assert unit.feed(order[:size], 0.0) == b""
        order = order[size:]
    assert unit.feed(order, 0.0) == b""
    assert unit.awaits == "write"
