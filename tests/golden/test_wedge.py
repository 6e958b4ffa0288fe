"""A wedge's records as the kernel writes them: struct input_event, linux/input-event-codes.h."""

from __future__ import annotations

import struct

from terminal.protocol.evdev import NATIVE_SIZE
from terminal.protocol.wedge import WedgeDecoder

LAYOUT = {24: "<qqHHi", 16: "<iiHHi"}[NATIVE_SIZE]


def key(code: int, value: int, milliseconds: int) -> bytes:
    """EV_MSC scan code, EV_KEY, EV_SYN, as a real keyboard reports a key."""
    return b"".join(
        struct.pack(LAYOUT, 1_780_000_000, milliseconds * 1000, *event)
        for event in ((4, 4, 0x70000 + code), (1, code, value), (0, 0, 0))
    )


def test_the_keys_of_a_jan_are_that_jan() -> None:
    # KEY_1 is 2 … KEY_9 is 10, KEY_0 is 11, KEY_ENTER is 28
    codes = [5, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5, 28]
    wire = b"".join(key(code, value, 5 * place) for place, code in enumerate(codes) for value in (1, 0))
    assert WedgeDecoder().feed(wire, 0.0) == ["4901234567894"]


def test_shift_makes_capitals_and_signs() -> None:
    # KEY_LEFTSHIFT 42, KEY_A 30, KEY_MINUS 12, KEY_RIGHTSHIFT 54, KEY_5 6, KEY_KP7 71, KEY_KPENTER 96
    wire = b"".join(
        key(code, value, 0)
        for code, value in (
            *((42, 1), (30, 1), (30, 0), (42, 0), (30, 1), (30, 0), (12, 1), (12, 0)),
            *((54, 1), (6, 1), (6, 0), (12, 1), (12, 0), (54, 0), (71, 1), (71, 0), (96, 1), (96, 0)),
        )
    )
    assert WedgeDecoder().feed(wire, 0.0) == ["Aa-%_7"]
