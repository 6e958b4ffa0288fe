"""Input records written out by hand from linux/input.h: two widths of the same stroke."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.visit.events import Key, KeyPressed
from terminal.drivers.keypad.usb_numpad import UsbNumpadCore
from terminal.protocol.evdev import DOWN, EV_KEY, EV_SYN, EVIOCGRAB, SYN_REPORT, Code, InputEvent, decode, encode

DOCUMENT = Path(__file__).parents[2] / "terminal" / "protocol" / "PROTOCOL.md"

# 1,700,000,000 s = 6553F100h, 123,456 µs = 1E240h; type 1 (key), code 71 (7 on the pad), value 1 (down); then a report
STROKE = {
    24: "00f15365 00000000 40e20100 00000000 0100 4700 01000000"
        "00f15365 00000000 40e20100 00000000 0000 0000 00000000",
    16: "00f15365 40e20100 0100 4700 01000000"
        "00f15365 40e20100 0000 0000 00000000",
}  # fmt: skip
EVENTS = (
    InputEvent(1_700_000_000, 123_456, EV_KEY, Code.KP7, DOWN),
    InputEvent(1_700_000_000, 123_456, EV_SYN, SYN_REPORT, 0),
)


@pytest.mark.parametrize("size", sorted(STROKE))
def test_a_stroke_in_both_widths(size: int) -> None:
    data = bytes.fromhex(STROKE[size])
    assert decode(data, size) == EVENTS
    assert b"".join(encode(event, size) for event in EVENTS) == data


@pytest.mark.parametrize("size", sorted(STROKE))
def test_the_core_hears_a_seven(size: int) -> None:
    core = UsbNumpadCore(size)
    core.opened(0.0)
    assert core.feed(bytes.fromhex(STROKE[size]), 1.0).events == (KeyPressed(Key.D7),)


def test_the_grab_is_the_ioctl_of_the_header() -> None:
    write, size_of_int, group, number = 1, 4, ord("E"), 0x90  # _IOW('E', 0x90, int)
    assert write << 30 | size_of_int << 16 | group << 8 | number == EVIOCGRAB


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (Code.ESC, 1), (Code.D1, 2), (Code.D0, 11), (Code.BACKSPACE, 14), (Code.ENTER, 28), (Code.KP_ASTERISK, 55),
        (Code.NUM_LOCK, 69), (Code.KP7, 71), (Code.KP_MINUS, 74), (Code.KP_PLUS, 78), (Code.KP0, 82), (Code.KP_DOT, 83),
        (Code.KP_ENTER, 96), (Code.KP_SLASH, 98), (Code.DELETE, 111),
    ],
)  # fmt: skip
def test_codes_are_those_of_the_header(code: Code, number: int) -> None:
    assert code == number


def test_the_document_shows_the_same_record() -> None:
    shown = re.sub(r"[\s|]", "", DOCUMENT.read_text("utf-8").lower())
    for size, data in STROKE.items():
        assert re.sub(r"\s", "", data)[: 2 * size] in shown
