"""What a barcode scanner says: characters, an end, perhaps the AIM identifier of the symbology in front.

A line to a scanner has no frame check. A code of the EAN family carries its own check digit; of any other code only
the shape is known. So a code is believed only when every one of its characters came, in one go and printable.
"""

from __future__ import annotations

import re

from shared.ids import MEMBER_NO_DIGITS, is_valid

CODE_MIN = 3  # characters; less is no label of anybody, but may well be noise
CODE_MAX = 256  # characters; a QR code that fits a member's card holds about 150
GAP_S = 0.3  # within one code; the slowest scanner sends a character every 10 ms, USB adds some tens of ms
TAIL_S = 1.0  # what comes so soon after a torn code is its rest; a person takes longer to scan again

EAN_13, UPC_A, EAN_8 = 13, 12, 8  # digits with the check digit
ADD_ONS = (2, 5)  # digits of a supplement, behind those of the code (ISO/IEC 15424: ]E3)
EAN_FAMILY, EAN_8_NAME = "E", "]E4"
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # ISO/IEC 15424: ], letter of the family, modifier
AIM_LEN = 3

STX, ETX = 0x02, 0x03  # what some scanners put round a code
ENDS = (0x0D, 0x0A, 0x09, ETX)  # CR, LF, Tab


def check_digit(digits: str) -> int:
    """The last digit of an EAN, JAN or UPC whose other digits these are (GS1: weights 3, 1, 3 … from the right)."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10


def is_ean(code: str) -> bool:
    """Whether ``code`` is a whole EAN-13, UPC-A or EAN-8."""
    return (
        code.isascii()
        and code.isdigit()
        and len(code) in (EAN_13, UPC_A, EAN_8)
        and check_digit(code[:-1]) == int(code[-1])
    )


def read_code(text: str) -> str | None:
    """What a scanned text says: an EAN as 13 or 8 digits, anything else as it is; None for what must not be believed.

    Digits of an EAN's length are an EAN unless the scanner said otherwise, or they are a member's number.
    """
    aim = _AIM.match(text)
    code = text if aim is None else text[aim.end() :]
    if not CODE_MIN <= len(code) <= CODE_MAX or not code.isascii() or not code.isprintable():
        return None
    if aim is not None:
        return _read_named(code, aim.group())
    if is_ean(code):
        return code.zfill(EAN_13) if len(code) == UPC_A else code
    if code.isdigit() and len(code) in (EAN_13, UPC_A):
        return None
    if code.isdigit() and len(code) == EAN_8:
        return code if len(code) == MEMBER_NO_DIGITS and is_valid(code) else None
    return code


def _read_named(code: str, aim: str) -> str | None:
    """Behind an identifier UPC-A and UPC-E have 13 digits too, so that a lost one is noticed."""
    if aim[1] != EAN_FAMILY:
        return code
    if len(code) - EAN_13 in ADD_ONS:
        code = code[:EAN_13]
    return code if is_ean(code) and len(code) == (EAN_8 if aim == EAN_8_NAME else EAN_13) else None


class CodeGatherer:
    """Characters of one code as they come. ``at`` counts seconds on any clock; a clock that jumps costs one code.

    A void code has something missing or wrong: the rest is thrown away up to its end. It is forgotten sooner when a
    bad character did it, for then its end is on its way, than when it was torn, for then its other half may come.
    """

    def __init__(self) -> None:
        self._text = ""
        self._void_for_s = 0.0  # of silence; 0 = not void
        self._last_at = 0.0
        self._refused = False

    def take_refused(self) -> bool:
        """Whether anything that was to be a code was thrown away since this was asked last."""
        refused, self._refused = self._refused, False
        return refused

    @property
    def is_idle(self) -> bool:
        """Whether no code is under way."""
        return not self._text and not self._void_for_s

    @property
    def patience_s(self) -> float:
        """How long after the last character :meth:`give_up` is due."""
        return self._void_for_s or GAP_S

    def push(self, character: str, at: float) -> None:
        """The next character. Beyond ``CODE_MAX`` and the identifier nothing is kept."""
        self._notice_gap(at)
        if not self._void_for_s:
            self._text += character
            if len(self._text) > CODE_MAX + AIM_LEN:
                self.spoil(at)

    def spoil(self, at: float) -> None:
        """Something came that is no character of a code."""
        self._notice_gap(at)
        self._refused = self._refused or bool(self._text)
        self._text = ""
        self._void_for_s = self._void_for_s or GAP_S

    def end(self, at: float) -> str | None:
        """The code is complete; what it says, or None."""
        self._notice_gap(at)
        code = None if self._void_for_s else read_code(self._text)
        self._refused = self._refused or (code is None and not self.is_idle)
        self.forget()
        return code

    def give_up(self) -> None:
        """Nothing came for ``patience_s``. Half a code is none, and what follows may be its other half."""
        if self._text:
            self._tear()
        else:
            self.forget()

    def forget(self) -> None:
        """Whatever comes next begins a code."""
        self._text = ""
        self._void_for_s = 0.0

    def _tear(self) -> None:
        self._refused = self._refused or bool(self._text)
        self._text = ""
        self._void_for_s = GAP_S + TAIL_S

    def _notice_gap(self, at: float) -> None:
        pause_s = at - self._last_at
        self._last_at = at
        if self.is_idle or 0.0 <= pause_s <= self.patience_s:
            return
        if pause_s > GAP_S + TAIL_S or (pause_s > 0.0 and not self._text):
            self._refused = self._refused or bool(self._text)
            self.forget()
        else:
            self._tear()


class SerialDecoder:
    """Codes out of the bytes of a serial scanner: an optional STX, the code, then CR, LF, Tab or ETX."""

    def __init__(self) -> None:
        self.gatherer = CodeGatherer()

    def reset(self) -> None:
        """The line was opened afresh."""
        self.gatherer.forget()

    def feed(self, data: bytes, at: float) -> list[str]:
        """The codes that ended in ``data``, which came ``at``. Time is linear, memory one code."""
        codes = []
        for byte in data:
            if byte in ENDS:
                code = self.gatherer.end(at)
                if code is not None:
                    codes.append(code)
            elif byte == STX:
                self.gatherer.forget()
            elif 0x20 <= byte < 0x7F:
                self.gatherer.push(chr(byte), at)
            else:
                self.gatherer.spoil(at)
        return codes
