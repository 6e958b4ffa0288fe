"""The number pad's core on its own: which key is which, what does not count, and what the kernel dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.effects import Play, Sound
from shared.visit.events import DeviceLost, DeviceReady, Event, Key, KeyPressed
from terminal.drivers.keypad.usb_numpad import KEYS, LAYOUT, UsbNumpadCore
from terminal.drivers.keypad.watch import STUCK_AFTER_S
from terminal.protocol.evdev import (
    DOWN,
    EV_KEY,
    EV_SYN,
    REPEAT,
    SYN_DROPPED,
    SYN_REPORT,
    UP,
    Code,
    InputEvent,
    encode,
)

READY = DeviceReady("keypad")


def record(kind: int, code: int, value: int) -> bytes:
    return encode(InputEvent(1_780_000_000, 250_000, kind, code, value))


def report(code: int, value: int) -> bytes:
    return record(EV_KEY, code, value) + record(EV_SYN, SYN_REPORT, 0)


def stroke(code: int) -> bytes:
    return report(code, DOWN) + report(code, UP)


def opened() -> UsbNumpadCore:
    core = UsbNumpadCore()
    assert core.opened(0.0).events == (READY,)
    return core


def test_every_key_but_the_menus_is_on_the_pad_and_no_code_means_two() -> None:
    assert set(LAYOUT) == set(Key) - {Key.MENU}, "CANCEL opens the menu"
    assert len(KEYS) == sum(len(codes) for codes in LAYOUT.values())


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (Code.KP0, Key.D0), (Code.KP9, Key.D9), (Code.D5, Key.D5), (Code.KP_DOT, Key.D00), (Code.KP_ENTER, Key.ENTER),
        (Code.KP_PLUS, Key.USE), (Code.BACKSPACE, Key.BACK), (Code.KP_MINUS, Key.BACK), (Code.KP_ASTERISK, Key.CLEAR),
        (Code.KP_SLASH, Key.CANCEL), (Code.ESC, Key.CANCEL),
    ],
)  # fmt: skip
def test_a_press_counts_once_and_its_release_not(code: Code, key: Key) -> None:
    assert opened().feed(stroke(code), 1.0).events == (KeyPressed(key),)


def test_numlock_and_keys_without_a_meaning_are_ignored() -> None:
    core = opened()
    for code in (Code.NUM_LOCK, Code.TAB, Code.A, Code.LEFT_SHIFT, 0x2FF):
        assert core.feed(stroke(code), 1.0).events == ()


def test_a_linked_pad_types_the_same_digits() -> None:
    lock = stroke(Code.NUM_LOCK)
    assert opened().feed(lock + stroke(Code.KP7) + lock, 1.0).events == (KeyPressed(Key.D7),)


def test_a_00_key_that_types_two_zeros_gives_two_zeros() -> None:
    assert opened().feed(stroke(Code.KP0) * 2, 1.0).events == (KeyPressed(Key.D0),) * 2


def test_a_key_that_is_held_does_not_repeat() -> None:
    core = opened()
    core.feed(report(Code.KP8, DOWN), 1.0)
    assert core.feed(report(Code.KP8, REPEAT) * 50, 2.0).events == ()


def test_a_key_that_hangs_is_reported_once_and_its_release_too() -> None:
    core = opened()
    step = core.feed(report(Code.KP8, DOWN), 1.0)
    assert step.wake_at == 1.0 + STUCK_AFTER_S
    assert core.tick(step.wake_at).events == (DeviceLost("keypad", "device.keypad.stuck"),)
    assert core.feed(report(Code.KP8, REPEAT), 12.0).events == ()
    assert core.feed(stroke(Code.KP1), 12.5).events == (KeyPressed(Key.D1),)
    assert core.feed(report(Code.KP8, UP), 13.0).events == (READY,)


def test_what_the_kernel_dropped_presses_nothing_until_the_next_report() -> None:
    core = opened()
    core.feed(report(Code.KP8, DOWN), 1.0)
    dropped = record(EV_SYN, SYN_DROPPED, 0) + record(EV_KEY, Code.KP1, DOWN) + record(EV_SYN, SYN_REPORT, 0)
    assert core.feed(dropped + stroke(Code.KP2), 2.0).events == (KeyPressed(Key.D2),)
    assert core.tick(99.0).events == ()  # the 8 whose release nobody saw


def test_the_plug_is_reported_and_nothing_stays_down() -> None:
    core = opened()
    core.feed(report(Code.KP8, DOWN), 1.0)
    assert core.closed(2.0).events == (DeviceLost("keypad", "device.keypad.link_closed"),)
    assert core.tick(99.0).events == ()
    assert core.opened(100.0).events == (READY,)
    assert core.tick(200.0).events == ()


def test_a_pad_of_a_machine_with_short_records_is_read_too() -> None:
    core = UsbNumpadCore(record_size=16)
    core.opened(0.0)
    down = encode(InputEvent(1_780_000_000, 1, EV_KEY, Code.KP4, DOWN), 16)
    assert core.feed(down, 1.0).events == (KeyPressed(Key.D4),)


def test_keys_take_no_orders() -> None:
    with pytest.raises(TypeError, match="Play"):
        opened().command(Play(Sound.OK), 0.0)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_core_that_hears_keys(pieces: list[bytes]) -> None:
    core = opened()
    for piece in pieces:
        core.feed(piece, 1.0)
    events: list[Event] = [event for _ in range(5) for event in core.feed(stroke(Code.KP3), 2.0).events]
    assert KeyPressed(Key.D3) in events
