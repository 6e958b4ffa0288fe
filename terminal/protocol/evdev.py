"""Records of the kernel's input devices (``struct input_event`` of linux/input.h): key codes down and up.

A record is as wide as the program that reads it: 24 bytes where ``long`` has 64 bits, 16 where it has 32, whatever
the kernel. There is no frame and no check: a device node hands out whole records only, a FIFO may cut them anywhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

EVIOCGRAB: Final = 0x40044590  # _IOW('E', 0x90, int): this reader alone gets what the device says

EV_SYN: Final = 0x00
EV_KEY: Final = 0x01
EV_MAX: Final = 0x1F
SYN_REPORT: Final = 0
SYN_DROPPED: Final = 3  # the kernel's buffer ran over: what follows up to the next SYN_REPORT is incomplete
CODE_MAX: Final = 0x2FF  # KEY_MAX
SECONDS_MAX: Final = 0xFFFF_FFFF  # the year 2106

UP: Final = 0
DOWN: Final = 1
REPEAT: Final = 2  # the kernel's own auto-repeat

LAYOUTS: Final = {24: struct.Struct("<qqHHi"), 16: struct.Struct("<iiHHi")}  # every Pi and PC is little-endian
NATIVE_SIZE: Final = struct.calcsize("@llHHi")  # of this program


class Code(IntEnum):
    """Key codes of linux/input-event-codes.h: places on a keyboard, not the characters printed there."""

    ESC = 1
    D1 = 2
    D2 = 3
    D3 = 4
    D4 = 5
    D5 = 6
    D6 = 7
    D7 = 8
    D8 = 9
    D9 = 10
    D0 = 11
    MINUS = 12
    EQUAL = 13
    BACKSPACE = 14
    TAB = 15
    Q = 16
    W = 17
    E = 18
    R = 19
    T = 20
    Y = 21
    U = 22
    I = 23  # noqa: E741 - the letter of the key
    O = 24  # noqa: E741 - the letter of the key
    P = 25
    LEFT_BRACE = 26
    RIGHT_BRACE = 27
    ENTER = 28
    LEFT_CTRL = 29
    A = 30
    S = 31
    D = 32
    F = 33
    G = 34
    H = 35
    J = 36
    K = 37
    L = 38
    SEMICOLON = 39
    APOSTROPHE = 40
    GRAVE = 41
    LEFT_SHIFT = 42
    BACKSLASH = 43
    Z = 44
    X = 45
    C = 46
    V = 47
    B = 48
    N = 49
    M = 50
    COMMA = 51
    DOT = 52
    SLASH = 53
    RIGHT_SHIFT = 54
    KP_ASTERISK = 55
    LEFT_ALT = 56
    SPACE = 57
    CAPS_LOCK = 58
    NUM_LOCK = 69
    KP7 = 71
    KP8 = 72
    KP9 = 73
    KP_MINUS = 74
    KP4 = 75
    KP5 = 76
    KP6 = 77
    KP_PLUS = 78
    KP1 = 79
    KP2 = 80
    KP3 = 81
    KP0 = 82
    KP_DOT = 83
    KP_ENTER = 96
    RIGHT_CTRL = 97
    KP_SLASH = 98
    RIGHT_ALT = 100
    DELETE = 111
    KP_EQUAL = 117
    KP_COMMA = 121


@dataclass(frozen=True, slots=True)
class InputEvent:
    """``kind`` is the record's type (EV_…). Seconds and microseconds are the kernel's wall clock, which may jump."""

    seconds: int
    micros: int
    kind: int
    code: int
    value: int

    @property
    def at_s(self) -> float:
        return self.seconds + self.micros / 1_000_000


def encode(event: InputEvent, size: int = NATIVE_SIZE) -> bytes:
    """One record of ``size`` bytes: 24 or 16."""
    return LAYOUTS[size].pack(event.seconds, event.micros, event.kind, event.code, event.value)


def decode(data: bytes, size: int = NATIVE_SIZE) -> tuple[InputEvent, ...]:
    """The records in ``data``, which begins with one; nonsense is skipped and a cut record at the end dropped."""
    return tuple(EvdevDecoder(size).feed(data))


class EvdevDecoder:
    """Records from any pieces. What cannot be a record is skipped byte by byte until something can."""

    def __init__(self, size: int = NATIVE_SIZE) -> None:
        self._size = size
        self._layout = LAYOUTS[size]
        self._left = b""

    def reset(self) -> None:
        """Forget the record that was under way: the device was opened afresh."""
        self._left = b""

    def feed(self, data: bytes) -> list[InputEvent]:
        """Time is linear in the bytes; less than one record is kept."""
        data = self._left + data
        at, events = 0, []
        while at + self._size <= len(data):
            event = InputEvent(*self._layout.unpack_from(data, at))
            if _is_possible(event):
                events.append(event)
                at += self._size
            else:
                at += 1
        self._left = data[at:]
        return events


def _is_possible(event: InputEvent) -> bool:
    """Stricter than the kernel's header, so that a reader who is out of step finds back."""
    if not 0 <= event.seconds <= SECONDS_MAX or not 0 <= event.micros < 1_000_000 or event.code > CODE_MAX:
        return False
    if event.kind == EV_SYN:
        return event.code in (SYN_REPORT, SYN_DROPPED) and event.value in (0, 1)
    if event.kind == EV_KEY:
        return UP <= event.value <= REPEAT
    return event.kind <= EV_MAX
