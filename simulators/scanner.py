"""Simulated barcode scanners: one on a serial line, one that pretends to be a keyboard, and labels to hold before them.

Both read only what is printed whole and right, as real ones do; what goes wrong happens on the way to the terminal.
"""

from __future__ import annotations

import string
from collections import deque
from dataclasses import dataclass
from enum import Enum

from terminal.protocol.evdev import (
    DOWN,
    EV_KEY,
    EV_SYN,
    NATIVE_SIZE,
    SYN_DROPPED,
    SYN_REPORT,
    UP,
    Code,
    InputEvent,
    encode,
)

DECODE_S = 0.05  # from the trigger to the first character
KEY_S = 0.004  # between the keys of a wedge
EV_MSC, MSC_SCAN = 0x04, 0x04


class Symbology(Enum):
    """AIM identifiers (ISO/IEC 15424) as scanners send them for plain labels."""

    EAN_13 = "]E0"
    EAN_8 = "]E4"
    CODE_39 = "]A0"
    CODE_128 = "]C0"
    INTERLEAVED = "]I0"
    QR = "]Q1"


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed: its text with any check digit."""

    text: str
    symbology: Symbology = Symbology.EAN_13


class _Line:
    """Pieces and the moments at which they leave the scanner."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[float, bytes]] = deque()

    @property
    def wake_at(self) -> float | None:
        return self._pieces[0][0] if self._pieces else None

    def put(self, at: float, data: bytes) -> float:
        """Behind whatever is still to be said; when it leaves."""
        at = max(at, self._pieces[-1][0] if self._pieces else at)
        self._pieces.append((at, data))
        return at

    def take(self, now: float) -> bytes:
        data = b""
        while self._pieces and self._pieces[0][0] <= now:
            data += self._pieces.popleft()[1]
        return data

    def clear(self) -> None:
        self._pieces.clear()


class SerialScannerSimulator:
    """See :class:`simulators.device.Device`. ``end``, ``prefix`` and ``aim`` are what its programming sheet chose."""

    def __init__(self, end: bytes = b"\r\n", prefix: bytes = b"", *, aim: bool = False) -> None:
        self.powered = False
        self.beeps = 0  # labels read
        self._end, self._prefix, self._aim = end, prefix, aim
        self._line = _Line()

    @property
    def wake_at(self) -> float | None:
        return self._line.wake_at

    def feed(self, data: bytes, now: float) -> bytes:
        """Orders to a scanner exist, and the terminal gives none."""
        return b""

    def tick(self, now: float) -> bytes:
        return self._line.take(now)

    def power_off(self, now: float) -> None:
        """What was not said yet is lost."""
        self.powered = False
        self._line.clear()

    def power_on(self, now: float) -> bytes:
        self.powered = True
        return b""

    # --- what a person does ----------------------------------------------------------------------------------

    def scan(self, label: Label, now: float) -> None:
        """Hold a label before it."""
        self._say(self._message(label), now)

    def scan_torn(self, label: Label, now: float, share: float = 0.5, rest_after_s: float | None = None) -> None:
        """Only the first part arrives; ``rest_after_s``: and the rest so much later."""
        message = self._message(label)
        place = int(len(message) * share)
        self._say(message[:place], now)
        if rest_after_s is not None and self.powered:
            self._line.put(now + DECODE_S + rest_after_s, message[place:])

    def make_noise(self, data: bytes, now: float) -> None:
        """A bad plug says something."""
        if self.powered:
            self._line.put(now, data)

    def _message(self, label: Label) -> bytes:
        text = (label.symbology.value if self._aim else "") + label.text
        return self._prefix + text.encode("ascii") + self._end

    def _say(self, message: bytes, now: float) -> None:
        if self.powered:
            self.beeps += 1
            self._line.put(now + DECODE_S, message)


def _keys() -> dict[str, tuple[Code, bool]]:
    """Character -> key of a US keyboard, with shift or without."""
    keys = {letter: (Code[letter.upper()], False) for letter in string.ascii_lowercase}
    keys |= {letter: (Code[letter], True) for letter in string.ascii_uppercase}
    rows = (
        ("1234567890", "!@#$%^&*()", [Code[f"D{digit}"] for digit in "1234567890"]),
        ("-=[];'`\\,./", '_+{}:"~|<>?', list(_SIGN_KEYS)),
    )
    for plain, shifted, codes in rows:
        keys |= {sign: (code, False) for sign, code in zip(plain, codes, strict=True)}
        keys |= {sign: (code, True) for sign, code in zip(shifted, codes, strict=True)}
    return keys | {" ": (Code.SPACE, False), "\r": (Code.ENTER, False), "\t": (Code.TAB, False)}


_SIGN_KEYS = (
    Code.MINUS,
    Code.EQUAL,
    Code.LEFT_BRACE,
    Code.RIGHT_BRACE,
    Code.SEMICOLON,
    Code.APOSTROPHE,
    Code.GRAVE,
    Code.BACKSLASH,
    Code.COMMA,
    Code.DOT,
    Code.SLASH,
)


class WedgeScannerSimulator:
    """See :class:`simulators.device.Device`: says what the kernel says of a keyboard, record by record.

    ``end``: "\\r" or "\\t". ``on_pad``: digits are typed on the key pad. Write what it says into a FIFO, or feed it.
    """

    def __init__(
        self,
        end: str = "\r",
        record_size: int = NATIVE_SIZE,
        *,
        aim: bool = False,
        on_pad: bool = False,
        epoch_s: int = 1_780_000_000,
    ) -> None:
        self.powered = False
        self.beeps = 0
        self._end, self._size, self._aim, self._on_pad, self._epoch_s = end, record_size, aim, on_pad, epoch_s
        self._keys = _keys()
        self._line = _Line()

    @property
    def wake_at(self) -> float | None:
        return self._line.wake_at

    def feed(self, data: bytes, now: float) -> bytes:
        """Nobody says anything to a keyboard."""
        return b""

    def tick(self, now: float) -> bytes:
        return self._line.take(now)

    def power_off(self, now: float) -> None:
        self.powered = False
        self._line.clear()

    def power_on(self, now: float) -> bytes:
        self.powered = True
        return b""

    # --- what a person does ----------------------------------------------------------------------------------

    def scan(self, label: Label, now: float) -> None:
        """Hold a label before it."""
        self._type(self._message(label), now + DECODE_S)

    def scan_torn(self, label: Label, now: float, share: float = 0.5, rest_after_s: float | None = None) -> None:
        """Only the first keys arrive; ``rest_after_s``: and the rest so much later."""
        message = self._message(label)
        place = int(len(message) * share)
        ended_at = self._type(message[:place], now + DECODE_S)
        if rest_after_s is not None:
            self._type(message[place:], ended_at + rest_after_s)

    def press(self, code: Code, now: float) -> None:
        """Any key, down and up."""
        self._stroke(code, False, now)

    def overrun(self, now: float) -> None:
        """The kernel's buffer ran over: something is missing from here on."""
        if self.powered:
            self._put(now, (EV_SYN, SYN_DROPPED, 0))

    def _message(self, label: Label) -> str:
        return (label.symbology.value if self._aim else "") + label.text + self._end

    def _type(self, text: str, at: float) -> float:
        if self.powered and text:
            self.beeps += text.endswith(self._end)
        for character in text:
            code, shift = self._keys[character]
            if self._on_pad and character.isdigit():
                code = Code[f"KP{character}"]
            at = self._stroke(code, shift, at) + KEY_S
        return at

    def _stroke(self, code: Code, shift: bool, at: float) -> float:
        if not self.powered:
            return at
        if shift:
            at = self._put(at, (EV_KEY, Code.LEFT_SHIFT, DOWN))
        at = self._put(at, (EV_MSC, MSC_SCAN, 0x70000 + code), (EV_KEY, code, DOWN))
        at = self._put(at, (EV_KEY, code, UP))
        return self._put(at, (EV_KEY, Code.LEFT_SHIFT, UP)) if shift else at

    def _put(self, at: float, *events: tuple[int, int, int]) -> float:
        """One report: its events and SYN."""
        micros = round((self._epoch_s + at) * 1_000_000)
        records = [InputEvent(*divmod(micros, 1_000_000), *event) for event in (*events, (EV_SYN, SYN_REPORT, 0))]
        return self._line.put(at, b"".join(encode(record, self._size) for record in records))
