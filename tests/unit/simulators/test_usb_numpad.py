"""The simulated number pad: the kernel's records of each stroke."""

from __future__ import annotations

import pytest

from simulators.usb_numpad import CAPS, REPEAT_DELAY_S, UsbNumpadSimulator
from terminal.protocol.evdev import DOWN, EV_KEY, EV_SYN, REPEAT, SYN_DROPPED, UP, Code, decode


def plugged(**options: bool) -> UsbNumpadSimulator:
    pad = UsbNumpadSimulator(**options)
    pad.power_on(0.0)
    return pad


def keys(data: bytes, size: int = 24) -> list[tuple[int, int]]:
    return [(event.code, event.value) for event in decode(data, size) if event.kind == EV_KEY]


@pytest.mark.parametrize("cap", sorted(CAPS))
def test_a_stroke_is_down_and_up(cap: str) -> None:
    pad = plugged()
    pad.press(cap, 1.0)
    assert keys(pad.tick(9.0)) == [(code, value) for code in CAPS[cap] for value in (DOWN, UP)]


def test_records_carry_the_time_and_end_in_a_report() -> None:
    pad = UsbNumpadSimulator(16)
    pad.power_on(0.0)
    pad.press("1", 2.25)
    events = decode(pad.tick(2.25), 16)
    assert [(event.kind, event.at_s - 1_780_000_000) for event in events] == [(4, 2.25), (EV_KEY, 2.25), (EV_SYN, 2.25)]


def test_a_linked_pad_turns_numlock_on_and_off_again() -> None:
    pad = plugged(linked=True)
    pad.press("1", 0.0)
    codes = [code for code, _ in keys(pad.tick(1.0))]
    assert codes == [Code.NUM_LOCK] * 2 + [Code.KP1] * 2 + [Code.NUM_LOCK] * 2


def test_a_held_key_repeats_until_it_is_let_go() -> None:
    pad = plugged()
    pad.hold("8", 0.0)
    assert keys(pad.tick(0.0)) == [(Code.KP8, DOWN)]
    assert pad.wake_at == REPEAT_DELAY_S
    assert keys(pad.tick(REPEAT_DELAY_S)) == [(Code.KP8, REPEAT)]
    pad.let_go(1.0)
    assert keys(pad.tick(1.0))[-1] == (Code.KP8, UP)
    assert pad.wake_at is None


def test_an_overflow_is_said_and_an_unplugged_pad_says_nothing() -> None:
    pad = plugged()
    pad.press("1", 0.0)
    pad.overflow(0.0)
    assert decode(pad.tick(1.0), 24)[0].code == SYN_DROPPED
    pad.power_off(1.0)
    pad.press("1", 2.0)
    pad.hold("1", 2.0)
    pad.overflow(2.0)
    assert (pad.tick(9.0), pad.wake_at) == (b"", None)
    assert pad.feed(b"anything", 9.0) == b""
