"""The swipe unit's core on its own: refusals, damaged answers, and any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.visit.effects import AwaitCard, PrintReceipt, ReadCard, WriteCard
from shared.visit.events import CardRewriterLost, CardRewriterReady, CardWriteFailed
from shared.visit.receipt import Receipt
from shared.visit.unit import CardUnit
from terminal.drivers.card_rewriter.magnetic import BLOCK_S, SETTLE_S, MagneticCore
from terminal.drivers.card_rewriter.magnetic_options import MagneticOptions, options_of
from terminal.protocol.magnetic import READ_RAW, RESET, TEST

ANSWERS = (b"\x1by", b"\x1b0\x08\x08\x08", b"\x1b0", b"\x1b0", b"\x1b3S", b"\x1bREVU1.02")


def ready() -> MagneticCore:
    core = MagneticCore()
    core.opened(0.0)
    core.tick(SETTLE_S)
    for answer in ANSWERS:
        core.feed(answer, 1.0)
    assert core.tick(2.0).events == (CardRewriterReady(card_inside=False, unit=CardUnit.SWIPE),)
    return core


def test_a_unit_that_refuses_a_setting_is_lost_with_a_word() -> None:
    core = MagneticCore()
    core.opened(0.0)
    core.tick(SETTLE_S)
    core.feed(b"\x1by", 0.3)
    steps = [core.feed(b"\x1bA", 0.4) for _ in range(3)]
    assert steps[-1].events == (CardRewriterLost("device.card_rewriter.refused"),)


def test_a_track_that_no_stripe_holds_is_refused_without_a_swipe() -> None:
    step = ready().command(WriteCard("縁"), 3.0)
    assert step.events == (CardWriteFailed("device.card_rewriter.track"),)


def test_half_an_answer_to_a_swipe_asks_for_the_card_again() -> None:
    core = ready()
    assert core.command(ReadCard(), 3.0).out == READ_RAW
    assert core.feed(b"\x1bs\x1b\x01\x00", 5.0).wake_at == 5.0 + BLOCK_S
    assert core.tick(5.0 + BLOCK_S).out == READ_RAW


def test_an_idle_unit_is_looked_at() -> None:
    core = ready()
    step = core.tick(8.0)
    assert step.out == TEST
    assert core.feed(b"\x1by", 8.1).out == b""


def test_another_devices_order_is_left_alone() -> None:
    assert ready().command(PrintReceipt(Receipt(1, ())), 3.0).events == ()


@given(st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 20)), max_size=30))
def test_any_bytes_in_any_pieces_leave_a_core_that_can_be_greeted(pieces: list[tuple[bytes, float]]) -> None:
    core, now = MagneticCore(), 0.0
    core.opened(now)
    core.command(AwaitCard(), now)
    for data, seconds in pieces:
        core.feed(data, now)
        now += seconds
        core.tick(now)
    assert core.opened(now).out == RESET


@pytest.mark.parametrize(
    ("port", "options"),
    [
        ("/dev/ttyUSB0", MagneticOptions()),
        ("/dev/ttyUSB0?track=1&coercivity=low", MagneticOptions(1, high_coercivity=False)),
        ("COM3?coercivity=high", MagneticOptions(2, high_coercivity=True)),
    ],
)
def test_options_stand_behind_the_port(port: str, options: MagneticOptions) -> None:
    assert options_of(port) == options


@pytest.mark.parametrize("port", ["x?track=4", "x?coercivity=medium", "x?colour=red", "x?track"])
def test_an_option_that_does_not_exist_is_named(port: str) -> None:
    with pytest.raises(EnishiError, match=r"config\.bad_value"):
        options_of(port)
