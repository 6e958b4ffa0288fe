"""The panel board's messages as bytes: keypad, customer display, lamps, buzzer and power-fail warning on one line.

``PROTOCOL.md`` draws every byte. A frame's payload is ``kind seq data``; ``seq`` is 0 for messages that nobody
acknowledges and 1..255, then 1 again, for those that are sent again until they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from terminal.protocol.framing import hdlc

VERSION = 1  # of this protocol; the board names its own in Hello
DISPLAY_COLUMNS = 20
DISPLAY_LINES = 2
SEQ_MAX = 255
UNACKNOWLEDGED = 0  # the sequence number of messages that nobody acknowledges


class KeyCode(IntEnum):
    """What a key cap sends: ASCII where ASCII has it."""

    D0 = 0x30
    D1 = 0x31
    D2 = 0x32
    D3 = 0x33
    D4 = 0x34
    D5 = 0x35
    D6 = 0x36
    D7 = 0x37
    D8 = 0x38
    D9 = 0x39
    D00 = 0x3A  # the one after 9
    BACK = 0x08  # BS
    CLEAR = 0x18  # CAN
    USE = 0x2B  # plus: the points go into the bill
    ENTER = 0x0D  # CR
    CANCEL = 0x1B  # ESC


class Lamp(IntEnum):
    """Bits of the two lamp masks."""

    GREEN = 0x01
    YELLOW = 0x02
    RED = 0x04


class Pattern(IntEnum):
    """What the buzzer plays. The board owns the rhythm, so that a lost link cannot leave it sounding."""

    SILENT = 0x00
    ONE_SHORT = 0x01  # 80 ms
    THREE_SHORT = 0x02  # 3 x 120 ms, 80 ms apart
    TWO_LONG = 0x03  # 2 x 400 ms, 200 ms apart


# --- both directions -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ack:
    """The message with this sequence number has arrived, now or earlier."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind of a newer peer. Acknowledged where it wants to be, otherwise ignored."""

    kind: int


# --- host to board -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connect:
    """The host has started: forget what was under way and greet."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """Answer to Hello; from here both sides count from 1."""

    session: int


@dataclass(frozen=True, slots=True)
class SetDisplay:
    """Both lines in JIS X 0201, exactly twenty bytes each."""

    upper: bytes
    lower: bytes


@dataclass(frozen=True, slots=True)
class SetLeds:
    """Masks of :class:`Lamp`; a lamp in both blinks."""

    steady: int
    blinking: int


@dataclass(frozen=True, slots=True)
class Buzz:
    pattern: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for Status: a host that hears it knows that the board lives, and the board that the host does."""


# --- board to host -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """``session`` 0..65535 differs from the one before, through power cuts as well."""

    version: int
    session: int


@dataclass(frozen=True, slots=True)
class KeyDown:
    code: int


@dataclass(frozen=True, slots=True)
class PowerFail:
    """The supply falls; about ``hold_up_ms`` are left. Sent over and over while it does."""

    hold_up_ms: int


@dataclass(frozen=True, slots=True)
class Status:
    supply_low: bool


HostMessage = Ack | Connect | Welcome | SetDisplay | SetLeds | Buzz | Ping
BoardMessage = Ack | Hello | KeyDown | PowerFail | Status
Message = HostMessage | BoardMessage | Unknown


class _Kind(IntEnum):
    CONNECT = 0x01
    WELCOME = 0x02
    PING = 0x03
    ACK = 0x06
    SET_DISPLAY = 0x10
    SET_LEDS = 0x11
    BUZZ = 0x12
    HELLO = 0x81
    POWER_FAIL = 0x82
    STATUS = 0x83
    KEY_DOWN = 0x90


_KINDS = frozenset(kind.value for kind in _Kind)


def encode(message: Message, seq: int = UNACKNOWLEDGED) -> bytes:
    """The whole frame as it goes over the line."""
    kind, data = _body(message)
    return hdlc.encode(bytes((kind, seq)) + data)


def decode(payload: bytes) -> tuple[Message, int] | None:
    """Message and sequence number of a frame's payload; None if a known kind has impossible contents."""
    if len(payload) < 2:
        return None
    kind, seq, data = payload[0], payload[1], payload[2:]
    message = _message(kind, data)
    return None if message is None else (message, seq)


def next_seq(seq: int) -> int:
    """The sequence number after ``seq``; 0 is left out."""
    return seq % SEQ_MAX + 1


def _body(message: Message) -> tuple[int, bytes]:
    match message:
        case Ack():
            return _Kind.ACK, b""
        case Connect():
            return _Kind.CONNECT, b""
        case Welcome(session):
            return _Kind.WELCOME, session.to_bytes(2, "big")
        case SetDisplay(upper, lower):
            return _Kind.SET_DISPLAY, upper + lower
        case SetLeds(steady, blinking):
            return _Kind.SET_LEDS, bytes((steady, blinking))
        case Buzz(pattern):
            return _Kind.BUZZ, bytes((pattern,))
        case Ping():
            return _Kind.PING, b""
        case Hello(version, session):
            return _Kind.HELLO, bytes((version,)) + session.to_bytes(2, "big")
        case KeyDown(code):
            return _Kind.KEY_DOWN, bytes((code,))
        case PowerFail(hold_up_ms):
            return _Kind.POWER_FAIL, hold_up_ms.to_bytes(2, "big")
        case Status(supply_low):
            return _Kind.STATUS, bytes((int(supply_low),))
        case Unknown(kind):
            return kind, b""
    assert_never(message)


def _message(kind: int, data: bytes) -> Message | None:
    match kind, len(data):
        case _Kind.ACK, 0:
            return Ack()
        case _Kind.CONNECT, 0:
            return Connect()
        case _Kind.WELCOME, 2:
            return Welcome(int.from_bytes(data, "big"))
        case _Kind.SET_DISPLAY, 40:  # DISPLAY_LINES * DISPLAY_COLUMNS
            return SetDisplay(data[:DISPLAY_COLUMNS], data[DISPLAY_COLUMNS:])
        case _Kind.SET_LEDS, 2:
            return SetLeds(data[0], data[1])
        case _Kind.BUZZ, 1:
            return Buzz(data[0])
        case _Kind.PING, 0:
            return Ping()
        case _Kind.HELLO, 3:
            return Hello(data[0], int.from_bytes(data[1:], "big"))
        case _Kind.KEY_DOWN, 1:
            return KeyDown(data[0])
        case _Kind.POWER_FAIL, 2:
            return PowerFail(int.from_bytes(data, "big"))
        case _Kind.STATUS, 1:
            return Status(bool(data[0] & 0x01))
    return None if kind in _KINDS else Unknown(kind)
