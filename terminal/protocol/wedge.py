"""A scanner that pretends to be a keyboard: key codes become the characters of a code, ENTER or Tab ends it.

The keys are places on a US keyboard, for which such scanners leave the factory. A Japanese layout has the same
letters and digits and other signs. A key that is no character spoils the code: a code must not lose one unnoticed.
"""

from __future__ import annotations

from typing import Final

from terminal.protocol.barcode import CodeGatherer
from terminal.protocol.evdev import DOWN, EV_KEY, EV_SYN, SYN_DROPPED, UP, Code, EvdevDecoder, InputEvent

SHIFTS: Final = (Code.LEFT_SHIFT, Code.RIGHT_SHIFT)
ENDS: Final = (Code.ENTER, Code.KP_ENTER, Code.TAB)
SILENT: Final = (Code.NUM_LOCK,)  # some scanners press it in front of the digits of the key pad

_SIGNS: Final[dict[Code, tuple[str, str]]] = {
    Code.D1: ("1", "!"),
    Code.D2: ("2", "@"),
    Code.D3: ("3", "#"),
    Code.D4: ("4", "$"),
    Code.D5: ("5", "%"),
    Code.D6: ("6", "^"),
    Code.D7: ("7", "&"),
    Code.D8: ("8", "*"),
    Code.D9: ("9", "("),
    Code.D0: ("0", ")"),
    Code.MINUS: ("-", "_"),
    Code.EQUAL: ("=", "+"),
    Code.LEFT_BRACE: ("[", "{"),
    Code.RIGHT_BRACE: ("]", "}"),
    Code.SEMICOLON: (";", ":"),
    Code.APOSTROPHE: ("'", '"'),
    Code.GRAVE: ("`", "~"),
    Code.BACKSLASH: ("\\", "|"),
    Code.COMMA: (",", "<"),
    Code.DOT: (".", ">"),
    Code.SLASH: ("/", "?"),
    Code.SPACE: (" ", " "),
}
_PAD: Final[dict[Code, str]] = {
    **{Code[f"KP{digit}"]: str(digit) for digit in range(10)},
    Code.KP_ASTERISK: "*",
    Code.KP_MINUS: "-",
    Code.KP_PLUS: "+",
    Code.KP_DOT: ".",
    Code.KP_SLASH: "/",
    Code.KP_EQUAL: "=",
    Code.KP_COMMA: ",",
}
KEYS: Final[dict[int, tuple[str, str]]] = {  # key code -> character, character with shift
    **{Code[letter].value: (letter.lower(), letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{code.value: signs for code, signs in _SIGNS.items()},
    **{code.value: (sign, sign) for code, sign in _PAD.items()},
}


class WedgeDecoder:
    """Codes out of the records of an input device. Gaps are measured by the records' own times."""

    def __init__(self) -> None:
        self.gatherer = CodeGatherer()
        self._records = EvdevDecoder()
        self._shifts_down: dict[int, None] = {}

    def reset(self) -> None:
        """The device was opened afresh."""
        self.gatherer.forget()
        self._records.reset()
        self._shifts_down.clear()

    def feed(self, data: bytes, at: float) -> list[str]:
        """The codes that ended in ``data``; ``at`` is not needed."""
        codes = (self._take(event) for event in self._records.feed(data))
        return [code for code in codes if code is not None]

    def _take(self, event: InputEvent) -> str | None:
        if event.kind == EV_SYN and event.code == SYN_DROPPED:
            self._shifts_down.clear()
            self.gatherer.spoil(event.at_s)
        if event.kind != EV_KEY:
            return None
        if event.code in SHIFTS:
            self._shift(event)
            return None
        if event.value != DOWN or event.code in SILENT:
            return None
        if event.code in ENDS:
            return self.gatherer.end(event.at_s)
        signs = KEYS.get(event.code)
        if signs is None:
            self.gatherer.spoil(event.at_s)
        else:
            self.gatherer.push(signs[bool(self._shifts_down)], event.at_s)
        return None

    def _shift(self, event: InputEvent) -> None:
        if event.value == UP:
            self._shifts_down.pop(event.code, None)
        else:
            self._shifts_down[event.code] = None
