"""The print expansion buffer: text blocks (41h) with their header, ESC sequences and line feeds, drawn as dots.

Command manual MD/27-29 and MH2/30. Not documented and therefore assumed here: a line feed returns to the header's X;
a character that does not fit gives 51h and what stood before it stays; an unknown ESC sequence gives DLE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulators.card_rewriter.canvas import Canvas, Sheet, blank
from simulators.card_rewriter.fonts import Fonts
from simulators.card_rewriter.pcf import Glyph
from terminal.protocol.tcp300 import CELL_DOTS, HALF_CELL_DOTS, LONG_DOTS, SHORT_DOTS, Orientation, Status

GAP_DOTS = 2  # factory value of lines and characters, MD/62
_HEADER = re.compile(rb"([0-3]),(\d{1,3}),(\d{1,3}),", re.ASCII)
_ESCAPES = {  # letter -> pattern of its digits
    b"E": rb"[12][12]",
    b"W": rb"[12]",
    b"V": rb"[12]",
    b"S": rb"\d\d",
    b"s": rb"\d\d",
    b"L": rb"\d\d",
    b"M": rb"[0-9A-Fa-f]",
    b"X": rb"\d{3}",
    b"Y": rb"\d{3}",
    b"D": rb"[0-9A-Fa-f]",
    b"d": rb"[0-9A-Fa-f]",
}
_SAME_LETTER = {b"e": b"E", b"w": b"W", b"v": b"V", b"l": b"L", b"m": b"M", b"x": b"X", b"y": b"Y"}
_TOKEN = re.compile(
    rb"(?P<double>[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc])|(?P<single>[\x20-\x7e\xa1-\xdf])|(?P<lf>\n)"
    rb"|\x1b(?P<escape>[A-Za-z])"
)


class MalformedText(Exception):
    """The unit answers DLE."""


@dataclass(frozen=True, slots=True)
class _Style:
    """Valid for one block only, MD/62."""

    wide: int = 1
    tall: int = 1
    line_gap: int = GAP_DOTS
    double_gap: int = GAP_DOTS
    single_gap: int = GAP_DOTS


@dataclass(frozen=True, slots=True)
class _Move:
    letter: bytes
    digits: bytes


class PrintBuffer:
    """Survives printing: the same face comes out on the next card until 40h or 49h clears it."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self.clear()

    def clear(self) -> None:
        """40h, 49h, reset, power-off."""
        self._sheets = {False: Sheet(False), True: Sheet(True)}
        self._orientation = Orientation.VERTICAL
        self._origin_x, self._x, self._bottom = 0, 0, CELL_DOTS - 1

    def picture(self) -> Canvas:
        """What a print would show now."""
        used = [sheet.canvas() for landscape, sheet in self._sheets.items() if sheet.is_used]
        if not used:
            return blank(False)
        return used[0] if len(used) == 1 else used[1].merged(used[0])

    def text(self, data: bytes) -> Status:
        """41h. Raises MalformedText before anything is drawn."""
        header = _HEADER.match(data)
        tokens = list(_tokens(data[header.end() :] if header else data))
        if header and not self._is_on_card(header):
            return Status.BUFFER_OVERFLOW
        if header:
            self._orientation = Orientation(header[1].decode("ascii"))
            self._origin_x = self._x = int(header[2])
            self._bottom = int(header[3])
        style = _Style()
        for token in tokens:
            if isinstance(token, _Move):
                style = self._move(token, style)
            elif not self._character(token, style):
                return Status.BUFFER_OVERFLOW
        return Status.NORMAL

    def _is_on_card(self, header: re.Match[bytes]) -> bool:
        width, height = (LONG_DOTS, SHORT_DOTS) if header[1] in b"13" else (SHORT_DOTS, LONG_DOTS)
        return int(header[2]) < width and int(header[3]) < height

    def _character(self, code: bytes, style: _Style) -> bool:
        width = CELL_DOTS if len(code) == 2 else HALF_CELL_DOTS
        glyph = self._fonts.glyph(code)
        if glyph is not None and not self._draw(glyph, width, style):
            return False
        self._x += width * style.wide + (style.double_gap if len(code) == 2 else style.single_gap)
        return True

    def _draw(self, glyph: Glyph, width: int, style: _Style) -> bool:
        rows = [row for row in glyph for _ in range(style.tall)]
        if style.wide == 2:
            rows = [_double(row, width) for row in rows]
        sheet = self._sheets[self._orientation in (Orientation.HORIZONTAL, Orientation.HORIZONTAL_ADDITIVE)]
        overwrite = self._orientation in (Orientation.VERTICAL, Orientation.HORIZONTAL)
        top = self._bottom - CELL_DOTS * style.tall + 1
        return sheet.stamp(self._x, top, width * style.wide, rows, overwrite=overwrite)

    def _move(self, move: _Move, style: _Style) -> _Style:
        digits = move.digits.decode("ascii")
        match move.letter:
            case b"\n":
                self._line_feed(style)
            case b"E":
                return replace(style, tall=int(digits[0]), wide=int(digits[1]))
            case b"W":
                return replace(style, wide=int(digits))
            case b"V":
                return replace(style, tall=int(digits))
            case b"S":
                self._x += int(digits) * (CELL_DOTS * style.wide + style.double_gap)
            case b"s":
                self._x += int(digits) * (HALF_CELL_DOTS * style.wide + style.single_gap)
            case b"L":
                self._bottom += int(digits) * (CELL_DOTS * style.tall + style.line_gap)
            case b"M":
                return replace(style, line_gap=int(digits, 16))
            case b"D":
                return replace(style, double_gap=int(digits, 16))
            case b"d":
                return replace(style, single_gap=int(digits, 16))
            case b"X":
                self._x = int(digits)
            case b"Y":
                self._bottom = int(digits)
        return style

    def _line_feed(self, style: _Style) -> None:
        self._x = self._origin_x
        self._bottom += CELL_DOTS * style.tall + style.line_gap


def _tokens(text: bytes) -> Iterator[bytes | _Move]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise MalformedText
        at = found.end()
        if found["lf"]:
            yield _Move(b"\n", b"")
        elif found["escape"]:
            letter = _SAME_LETTER.get(found["escape"], found["escape"])
            digits = re.compile(_ESCAPES.get(letter, rb"(?!)")).match(text, at)
            if digits is None:
                raise MalformedText
            at = digits.end()
            yield _Move(letter, digits[0])
        else:
            yield found[0]


def _double(row: int, width: int) -> int:
    """Every dot twice."""
    return int("".join(dot + dot for dot in f"{row:0{width}b}"), 2)
