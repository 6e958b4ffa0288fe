"""Modems by Hayes' command set (ITU-T V.250), as far as a modem that only listens for calls needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from terminal.protocol.caller_frame import FRAME_MAX, read_frame
from terminal.protocol.telephone import Caller, caller_from

LINE_MAX: Final = 2 * FRAME_MAX + 64  # characters: a raw frame in hexadecimal, blanks and its tag

RESET: Final = "ATZ"
NO_ECHO: Final = "ATE0"
NEVER_ANSWER: Final = "ATS0=0"
JAPAN: Final = "AT+GCI=00"  # ITU-T T.35: country code of Japan; ERROR where there is one country only
SHOW_CALLER: Final = ("AT+VCID=1", "AT#CID=1")  # V.253, and Rockwell's older name

_TAG = re.compile(r"(NMBR|NUMBER|CALLER NUMBER|MESG)\s*[=:]\s*(.*)", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}\s*){3,}")


@dataclass(frozen=True, slots=True)
class Done:
    """The command before was obeyed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command before is not known."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The telephone rings, once for each time."""


@dataclass(frozen=True, slots=True)
class Echo:
    """Our own words: the modem was reset, for it had been told to be silent."""


Word = Done | Refused | Ring | Echo | Caller


def read_line(line: str) -> Word | None:
    """What a line of the modem says; None for what does not matter here (date, time, name, noise)."""
    if line.upper().startswith("AT"):
        return Echo()
    if line == "OK":
        return Done()
    if line == "ERROR":
        return Refused()
    if line == "RING" or line.startswith("RING "):  # some add which of several numbers was dialled
        return Ring()
    tagged = _TAG.fullmatch(line)
    if tagged is None:
        return _read_hex(line)
    tag, value = tagged.groups()
    return _read_hex(value) if tag.upper() == "MESG" else caller_from(value)


def _read_hex(text: str) -> Caller | None:
    return read_frame(bytes.fromhex(text)) if _HEX.fullmatch(text) else None


class LineDecoder:
    """Lines out of any pieces; CR and LF in any mixture end one. A line beyond ``LINE_MAX`` is dropped whole."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False

    def reset(self) -> None:
        """Forget the line that was under way."""
        self._line.clear()
        self._too_long = False

    def feed(self, data: bytes) -> list[str]:
        """The lines that ended in ``data``, without blanks around them and without empty ones."""
        *ended, rest = data.replace(b"\r", b"\n").split(b"\n")
        lines = []
        for piece in ended:
            self._keep(piece)
            line = "" if self._too_long else self._line.decode("latin-1").strip()
            self.reset()
            if line:
                lines.append(line)
        self._keep(rest)
        return lines

    def _keep(self, piece: bytes) -> None:
        self._too_long = self._too_long or len(self._line) + len(piece) > LINE_MAX
        if self._too_long:
            self._line.clear()
        else:
            self._line += piece
