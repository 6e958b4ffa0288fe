"""A simulated voice modem with caller ID, and the telephone line that it hangs on.

Written from the Rockwell manual (3.6, caller ID) and V.250. Number display works only when it was switched on and the
country is Japan: elsewhere the signal before the first ring is another one, and a modem is deaf for ours.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from shared.visit.events import Withheld

RING_EVERY_S = 3.0  # one second of ringing, two of silence
NUMBER_BEFORE_RING_S = 1.0  # the burst comes before the first real ring
RESET_S = 0.5  # how long ATZ takes
LINE_MAX = 256  # characters of a command
LOG_MAX = 200  # commands
JAPAN = 0x00


@dataclass(slots=True)
class _Call:
    lines: tuple[str, ...]  # what the caller's display says
    number_at: float | None  # None: said already, or never
    ring_at: float
    rings_left: int


class ModemSimulator:
    """See :class:`simulators.device.Device`.

    ``number_first``: the number is told before the first RING, else after it. ``raw``: in the unformatted way.
    ``spaced``: "NMBR = 03…" instead of "NMBR=03…". ``commands``: of ``+VCID`` and ``#CID``, what it knows.
    """

    def __init__(
        self,
        commands: tuple[str, ...] = ("+VCID",),
        *,
        number_first: bool = True,
        raw: bool = False,
        spaced: bool = True,
        has_countries: bool = True,
    ) -> None:
        self.powered = False
        self.hangs = False  # it is on, and says nothing
        self.answered = False  # it took a call: that must never happen
        self.log: deque[str] = deque(maxlen=LOG_MAX)
        self._commands, self._number_first, self._raw = commands, number_first, raw
        self._equals = " = " if spaced else "="
        self._has_countries = has_countries
        self._line = ""  # of a command that is not complete
        self._call: _Call | None = None
        self._answers: deque[tuple[float, bytes]] = deque()
        self._reset()

    # --- the seam --------------------------------------------------------------------------------------------

    @property
    def wake_at(self) -> float | None:
        times = [self._answers[0][0]] if self._answers else []
        if self._call is not None:
            times += [self._call.ring_at, *([] if self._call.number_at is None else [self._call.number_at])]
        return min(times, default=None)

    def feed(self, data: bytes, now: float) -> bytes:
        """Commands, in any pieces."""
        if not self.powered or self.hangs:
            return b""
        out = data if self.echoes else b""
        self._line += data.decode("latin-1")
        while "\r" in self._line:
            line, _, self._line = self._line.partition("\r")
            self._obey(line.strip(), now)
        self._line = self._line[-LINE_MAX:]
        return out + self.tick(now)

    def tick(self, now: float) -> bytes:
        """Answers that are due; the line rings on whether the modem is there or not."""
        out = b""
        while self._answers and self._answers[0][0] <= now:
            out += self._answers.popleft()[1]
        out += self._ring(now)
        return b"" if self.hangs or not self.powered else out

    def power_off(self, now: float) -> None:
        """All settings are lost."""
        self.powered = False
        self._answers.clear()
        self._reset()

    def power_on(self, now: float) -> bytes:
        """It says nothing when it starts."""
        self.powered = True
        return b""

    # --- what happens on the line ------------------------------------------------------------------------------

    def ring(self, number: str, now: float, withheld: Withheld | None = None, rings: int = 100) -> None:
        """Somebody calls. Without ``number`` and without a reason the line says nothing of the caller at all."""
        lines = self._display(number, withheld)
        first_ring_at = now + NUMBER_BEFORE_RING_S
        number_at = now if self._number_first else first_ring_at + 1.0
        self._call = _Call(lines, number_at if lines else None, first_ring_at, rings)

    def hang_up(self, now: float) -> None:
        """The caller gives up, or somebody took the call at the telephone."""
        self._call = None

    @property
    def rings(self) -> bool:
        return self._call is not None

    @property
    def shows_callers(self) -> bool:
        return self.powered and self._display_on and (self._country == JAPAN or not self._has_countries)

    def _ring(self, now: float) -> bytes:
        call, out = self._call, b""
        if call is None:
            return out
        if call.number_at is not None and call.number_at <= now:
            call.number_at = None
            if self.shows_callers:
                out += b"".join(f"\r\n{line}\r\n".encode("latin-1") for line in call.lines)
        if call.ring_at <= now:
            out += b"\r\nRING\r\n"
            call.ring_at += RING_EVERY_S
            call.rings_left -= 1
            self.answered = self.answered or self._answers_after > 0
            if not call.rings_left:
                self._call = None
        return out

    def _display(self, number: str, withheld: Withheld | None) -> tuple[str, ...]:
        value = number or (withheld.value if withheld else "")
        if not value:
            return ()
        if self._raw:
            return (f"MESG{self._equals}{raw_frame(number, withheld).hex().upper()}",)
        fields = (("DATE", "1121"), ("TIME", "1905"), ("NMBR", value), ("NAME", "O"))
        return tuple(f"{tag}{self._equals}{text}" for tag, text in fields)

    # --- commands --------------------------------------------------------------------------------------------

    def _obey(self, line: str, now: float) -> None:
        self.log.append(line)
        if not line.upper().startswith("AT"):
            return
        command = line[2:].upper()
        known = self._set(command)
        at = now + (RESET_S if command == "Z" else 0.0)
        self._answers.append((at, b"\r\nOK\r\n" if known else b"\r\nERROR\r\n"))

    def _set(self, command: str) -> bool:
        """Whether the command is known."""
        if command == "Z":
            self._reset()
        elif match := re.fullmatch(r"E([01])", command):
            self.echoes = match[1] == "1"
        elif match := re.fullmatch(r"S0=(\d{1,3})", command):
            self._answers_after = int(match[1])
        elif self._has_countries and (match := re.fullmatch(r"\+GCI=([0-9A-F]{2})", command)):
            self._country = int(match[1], 16)
        elif (match := re.fullmatch(r"(\+VCID|#CID)=([012])", command)) and match[1] in self._commands:
            self._display_on = match[2] != "0"
        else:
            return command == ""
        return True

    def _reset(self) -> None:
        self.echoes = True
        self._line = ""
        self._answers_after = 0
        self._country = 0xB5  # United States
        self._display_on = False


def raw_frame(number: str, withheld: Withheld | None) -> bytes:
    """The Japanese number display's frame: type, length, parameters, checksum."""
    body = b"\x01\x0811211905"
    body += _parameter(0x02, number) if number else _parameter(0x04, withheld.value if withheld else "O")
    frame = bytes((0x40, len(body))) + body
    return frame + bytes((-sum(frame) & 0xFF,))


def _parameter(tag: int, text: str) -> bytes:
    return bytes((tag, len(text))) + text.encode("ascii")
