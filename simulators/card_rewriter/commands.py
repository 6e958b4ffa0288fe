"""Which commands an edition of the unit knows, which parameters it takes, and what a block means in words.

What an edition does not take is answered by DLE. Not simulated, and therefore refused: image and bar-code printing
(42h-45h, 4Dh, 4Eh), cleaning (52h, 5Bh), counters (95h, 96h) and settings (90h, 91h). This is the 1-track model.
"""

from __future__ import annotations

import re
from enum import Enum

from terminal.protocol.tcp300 import TRACK_LEN_MAX, Command, Status, is_track_code


class Edition(Enum):
    """Year of the command manual that the firmware follows."""

    TCP300_2003 = "2003"
    TCP300II_2005 = "2005"
    TCP300II_2014 = "2014"


PRIORITY = frozenset((Command.CANCEL_INSERTION, Command.RESET))
SETTERS = frozenset((Command.SET_NORMAL, Command.SET_REVERSE))
PRINT_ONLY, ERASE_ONLY = 0x47, 0x48  # the driver uses 46h for both; MD/40-41

_NOTHING = rb""
_PARAMETERS: dict[int, bytes] = {
    Command.READ: _NOTHING,
    Command.READ_NOW: _NOTHING,
    Command.READ_BUFFER: _NOTHING,
    Command.WRITE: rb"2",
    Command.WRITE_NOW: rb"2",
    Command.SET_NORMAL: rb"(?s:.*)",
    Command.CLEAR_PRINT: _NOTHING,
    Command.CLEAR_ALL: _NOTHING,
    Command.PRINT_TEXT: rb"(?s:.*)",
    Command.PRINT: rb"([01](,[01](,[01])?)?)?",
    PRINT_ONLY: rb"[01]",
    ERASE_ONLY: rb"[01]",
    Command.DISCHARGE: rb"[01]",
    Command.REAR_IDLE: _NOTHING,
    Command.FRONT_IDLE: _NOTHING,
    Command.CANCEL_INSERTION: _NOTHING,
    Command.CANCEL_REMOVAL: _NOTHING,
    Command.VERSION: _NOTHING,
    Command.STATUS: _NOTHING,
    Command.INDICATE: rb"[ 0-4][ GgOoRr123][ 0-4]",
    Command.RESET: _NOTHING,
}
_CHANGES: dict[Edition, dict[int, bytes]] = {
    Edition.TCP300_2003: {
        Command.PRINT: rb"[01]?",
        Command.INDICATE: rb"[ 0-4],?[ GgOoRr123],?[ 0-4]",
    },
    Edition.TCP300II_2005: {Command.SET_REVERSE: rb"(?s:.*)"},
    Edition.TCP300II_2014: {
        Command.SET_REVERSE: rb"(?s:.*)",
        Command.READ_FORMAT: rb"2,[0-4]",
        Command.READ_FORMAT_NOW: rb"2,[0-4]",
    },
}


class CommandSet:
    """The checks of one edition."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        known = _PARAMETERS | _CHANGES[edition]
        self._patterns = {command: re.compile(pattern) for command, pattern in known.items()}

    def accepts_byte(self, command: int, count: int, byte: int) -> bool:
        """The check in mid-block: a bad byte or too many of them in track data get their DLE at once."""
        if command not in SETTERS:
            return True
        is_allowed = is_track_code(byte) or (byte == 0 and self._edition is Edition.TCP300_2003)
        return is_allowed and count < TRACK_LEN_MAX

    def accepts(self, body: bytes) -> bool:
        """The check of a whole block: is the command known, are its parameters in order?"""
        pattern = self._patterns.get(body[0])
        return pattern is not None and pattern.fullmatch(body[1:]) is not None


def describe_command(body: bytes) -> str:
    """A block of the host, for the wire log."""
    return f"{_name(body[0])} {_shown(body[1:])}".rstrip()


def describe_response(body: bytes) -> str:
    """A block of the unit, for the wire log."""
    status = Status(body[1]).name if body[1] in Status.__members__.values() else f"{body[1]:02X}h"
    return f"{_name(body[0])} -> {status} {_shown(body[2:])}".rstrip()


def _name(command: int) -> str:
    known = Command(command).name if command in Command.__members__.values() else "unknown"
    return f"{command:02X}h {known}"


def _shown(data: bytes) -> str:
    return repr(data.decode("shift_jis", "replace")) if data else ""
